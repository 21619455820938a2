"""A table as plain values and arrays, and back: value for value and type for type the same.

Texts go as the buffers that Arrow keeps them in, so that neither side makes an object of each cell.
"""

from dataclasses import asdict
from typing import Any, cast

import numpy as np
import pandas as pd
import pyarrow as pa

from lab.aside.wire import Arrays, Values
from lab.data.read.dialect import Dialect
from lab.data.read.original import Original
from lab.data.table import TEXT, Column, Note, Table

Cells = Any  # of one column: an array of NumPy or pandas


def packed(table: Table) -> tuple[Values, Arrays]:
    """A table without the bytes of its file."""
    source = cast("Original", table.source)  # it was read from a file
    arrays: Arrays = {"lines": source.lines}
    for place, (_name, column) in enumerate(table.frame.items()):
        cells = column.to_numpy() if isinstance(column.dtype, np.dtype) else column.array
        arrays |= {f"{place}.{part}": values for part, values in _parts(cells).items()}
    values = {
        "name": table.name,
        "encoding": table.encoding,
        "delimiter": table.delimiter,
        "header_row": table.header_row,
        "columns": [asdict(column) for column in table.columns],
        "notes": [asdict(note) for note in table.notes],
        "sha256": table.sha256,
        "dialect": asdict(source.dialect),
        "first_column": source.first_column,
        "turned": source.turned,
    }
    return values, arrays


def unpacked(values: Values, arrays: Arrays, content: bytes) -> Table:
    """The table again.

    Args:
        content: the bytes of its file.
    """
    columns = tuple(
        Column(
            **{
                **one,
                "top": tuple((word, count) for word, count in one["top"]),
                "labels": None if one["labels"] is None else tuple(one["labels"]),
            }
        )
        for one in values["columns"]
    )
    cells = {column.name: _cells(place, arrays) for place, column in enumerate(columns)}
    source = Original(
        content,
        values["encoding"],
        Dialect(**values["dialect"]),
        arrays["lines"],
        values["first_column"],
        values["header_row"],
        values["turned"],
    )
    return Table(
        name=values["name"],
        frame=pd.DataFrame(cells, copy=False),
        encoding=values["encoding"],
        delimiter=values["delimiter"],
        header_row=values["header_row"],
        columns=columns,
        notes=tuple(Note(**one) for one in values["notes"]),
        sha256=values["sha256"],
        source=source,
    )


def _parts(cells: Cells) -> Arrays:
    """The arrays that hold a column: its values, or truth and gaps, or the letters of texts and where each begins."""
    if isinstance(cells, np.ndarray):
        return {"values": cells}
    if cells.dtype != TEXT:
        return {"truth": cells.to_numpy(bool, na_value=False), "gaps": np.asarray(pd.isna(cells))}
    texts = pa.array(cells, pa.large_string())
    texts = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    _valid, offsets, letters = texts.buffers()
    begins = np.frombuffer(offsets, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    letters = np.frombuffer(letters or b"", np.uint8)[begins[0] : begins[-1]]
    return {"begins": begins - begins[0], "letters": letters, "gaps": np.asarray(pd.isna(cells))}


def _cells(place: int, arrays: Arrays) -> Cells:
    if f"{place}.values" in arrays:
        return arrays[f"{place}.values"]
    gaps = arrays[f"{place}.gaps"]
    if f"{place}.truth" in arrays:
        return pd.arrays.BooleanArray(arrays[f"{place}.truth"], gaps)
    valid = np.packbits(~gaps, bitorder="little")
    buffers = [pa.py_buffer(part) for part in (valid, arrays[f"{place}.begins"], arrays[f"{place}.letters"])]
    texts = pa.Array.from_buffers(pa.large_string(), len(gaps), buffers)
    return TEXT.__from_arrow__(texts)  # type: ignore[attr-defined]  # pandas' interface for Arrow, not in its stubs
