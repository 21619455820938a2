"""Reading a CSV: bytes of a file → Table, by the doors `read_table` and, over it, `read_as_wished`."""

from lab.data.read.reader import read_as_wished, read_table

__all__ = ["read_as_wished", "read_table"]
