"""Reading a CSV: bytes of a file → Table. The door of this room is `read_table`; nobody else enters."""

from lab.data.read.reader import read_table

__all__ = ["read_table"]
