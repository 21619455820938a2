"""Data: bytes of a file → Table (`read`), what to learn from it (`propose`), numbers for a network (`prepare`)."""

from lab.data.read import read_table
from lab.data.table import Column, Note, Table
from lab.errors import TableError

__all__ = ["Column", "Note", "Table", "TableError", "read_table"]
