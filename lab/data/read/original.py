"""The text of a cell as it stands in the file, looked up in the bytes when it is asked for."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from lab.data.read.dialect import SWALLOWED_LINES, Dialect, Record, records
from lab.data.read.encoding import decode, with_plain_line_ends
from lab.data.read.signs import with_plain_signs

Array = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Original:
    """Where the cells of a table stand.

    Args:
        data: bytes of the file, shared with whoever uploaded them.
        lines: 1-based line of each row (of each row in the file, if the table is turned).
        first_column: cells of a record before the first column.
        header_row: 0-based line of the header.
        turned: rows of the file are columns of the table.
    """

    data: bytes = field(repr=False)
    encoding: str
    dialect: Dialect
    lines: npt.NDArray[np.int32] = field(repr=False)
    first_column: int = 0
    header_row: int | None = None
    turned: bool = False

    def cell(self, row: int, column: int) -> str:
        """Text of a cell; "" where a short row has none."""
        if self.turned:
            row, column = column - 1, row + 1
        line = self.header_row if self.turned and row < 0 else int(self.lines[row]) - 1
        if line is None:
            return ""
        start = int(self._line_starts[line])
        end = int(self._line_starts[min(line + SWALLOWED_LINES + 1, len(self._line_starts) - 1)])
        text = self._text[start:end].decode("utf-8", "replace")
        lines = [piece + "\n" for piece in text.split("\n")]
        record: list[str] = next(records(lines, self.dialect, whole=False), Record())
        place = column + self.first_column
        return record[place].strip("\r") if place < len(record) else ""

    @cached_property
    def _text(self) -> bytes:
        """The file in UTF-8 and in signs that are known; the bytes themselves where they are that already."""
        return with_plain_signs(with_plain_line_ends(decode(self.data, self._decided).body))[0]

    @property
    def _decided(self) -> str | None:
        return None if self.encoding in ("utf-8-sig", "utf-16") else self.encoding

    @cached_property
    def _line_starts(self) -> Array:
        ends = np.flatnonzero(np.frombuffer(self._text, np.uint8) == ord("\n")) + 1
        return np.concatenate([[0], ends, [len(self._text)]])
