"""Other readers, asked for the same files: as called by default, and as tuned by somebody who knows the file.

The tuned ones are told encoding and delimiter and a list of spellings of missing cells; their answers are judged on
names, kinds of number and values only, times and truth values kept as text are right.
"""

import io
import tempfile
import warnings
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import charset_normalizer
import clevercsv
import duckdb
import pandas as pd
import polars as pl

from benchmarks.reader.compare import Read
from benchmarks.reader.judge import Answer, Hung, Refused
from benchmarks.reader.own import TooLong, time_bound
from benchmarks.reader.truth import Case

TIME_S = 20.0
MISSING = ["", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None", "#N/A", ".", "-", "--", "*", "?", "…", "결측"]
PEERS: dict[str, Callable[[Case], Read]] = {}


def peer(name: str) -> Callable[[Callable[[Case], Read]], Callable[[Case], Read]]:
    def register(function: Callable[[Case], Read]) -> Callable[[Case], Read]:
        PEERS[name] = function
        return function

    return register


def ask(name: str, case: Case) -> Answer:
    """The peer's answer; any exception of its own counts as a refusal, and as the right one where there is no table."""
    try:
        with time_bound(TIME_S), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return PEERS[name](case)
    except TooLong:
        return Hung(TIME_S)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return Refused(min(case.refusals) if case.refusals else type(error).__name__)


# ── answers in the judge's words ──


def kind_of(values: Sequence[Any]) -> str:
    present = [value for value in values if not pd.isna(value)]
    if not present:
        return "empty"
    if all(isinstance(value, bool) for value in present):
        return "boolean"
    if all(isinstance(value, int | float) for value in present):
        return "numeric"
    return "datetime" if all(isinstance(value, datetime) for value in present) else "textual"


def answer(names: Sequence[object], columns: list[list[Any]]) -> Read:
    plain = [
        [datetime(v.year, v.month, v.day) if isinstance(v, date) and not isinstance(v, datetime) else v for v in values]
        for values in columns
    ]
    kinds = tuple(kind_of(values) for values in plain)
    return Read(tuple(str(name) for name in names), kinds, plain, peer=True)


def answer_of_pandas(frame: pd.DataFrame) -> Read:
    return answer(list(frame.columns), [frame.iloc[:, place].tolist() for place in range(frame.shape[1])])


def known_encoding(case: Case) -> str:
    return "utf-8-sig" if "utf-8" in case.encodings else min(case.encodings, default="utf-8")


def known_delimiter(case: Case) -> str:
    return next((sign for sign in (",", ";", "\t", "|", " ") if sign in case.delimiters), ",")


def text_of(case: Case) -> str:
    encoding = "utf-16" if "utf-16" in case.encodings and case.data[:2] in {b"\xff\xfe", b"\xfe\xff"} else None
    return case.data.decode(encoding or known_encoding(case), "replace").removeprefix("\ufeff")


# ── readers ──


@peer("pandas, default")
def pandas_default(case: Case) -> Read:
    return answer_of_pandas(pd.read_csv(io.BytesIO(case.data)))


@peer("pandas, tuned")
def pandas_tuned(case: Case) -> Read:
    delimiter = known_delimiter(case)
    return answer_of_pandas(
        pd.read_csv(
            io.StringIO(text_of(case)),
            sep=r"\s+" if delimiter == " " else delimiter,
            na_values=MISSING,
            skipinitialspace=True,
            thousands=None if delimiter == ";" else ",",
            decimal="," if delimiter == ";" else ".",
            on_bad_lines="warn",
        )
    )


def duckdb_read(data: bytes, options: str) -> Read:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.csv"
        path.write_bytes(data)
        connection = duckdb.connect()
        found = connection.execute(f"SELECT * FROM read_csv(?{options})", [str(path)])  # noqa: S608 - options of our own
        rows = found.fetchall()
        names = [column[0] for column in found.description]
    columns = [[row[place] for row in rows] for place in range(len(names))]
    return answer(names, [[float(v) if type(v).__name__ == "Decimal" else v for v in values] for values in columns])


@peer("duckdb, default")
def duckdb_default(case: Case) -> Read:
    return duckdb_read(case.data, "")


@peer("duckdb, tuned")
def duckdb_tuned(case: Case) -> Read:
    listed = ", ".join("'" + text + "'" for text in MISSING)
    options = f", sample_size=-1, null_padding=true, strict_mode=false, ignore_errors=false, nullstr=[{listed}]"
    return duckdb_read(text_of(case).encode(), options)


@peer("polars, default")
def polars_default(case: Case) -> Read:
    frame = pl.read_csv(case.data)
    return answer(frame.columns, [column.to_list() for column in frame])


@peer("polars, tuned")
def polars_tuned(case: Case) -> Read:
    frame = pl.read_csv(
        text_of(case).encode(),
        separator=known_delimiter(case),
        null_values=MISSING,
        try_parse_dates=True,
        infer_schema_length=None,
        truncate_ragged_lines=True,
        decimal_comma=known_delimiter(case) == ";",
    )
    return answer(frame.columns, [column.to_list() for column in frame])


@peer("clevercsv")
def clevercsv_with_detected_encoding(case: Case) -> Read:
    """Dialect by CleverCSV, encoding by charset-normalizer."""
    encoding = detected_encoding(case.data) or "utf-8"
    text = case.data.decode(encoding, "replace").removeprefix("\ufeff")
    dialect = clevercsv.Sniffer().sniff(text[:100_000])
    if dialect is None:
        raise ValueError("no dialect found")
    frame = pd.read_csv(
        io.StringIO(text),
        sep=dialect.delimiter or ",",
        quotechar=dialect.quotechar or '"',
        escapechar=dialect.escapechar or None,
    )
    return answer_of_pandas(frame)


def detected_encoding(data: bytes) -> str | None:
    """charset-normalizer's best guess."""
    best = charset_normalizer.from_bytes(data).best()
    return None if best is None else best.encoding
