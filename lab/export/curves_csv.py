"""The curves of a run as a CSV file that spreadsheets open as it is meant: one row an epoch, one column a curve."""

import csv
import io

from lab.runs.kept.record import RunRecord

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # what makes a spreadsheet compute a cell


def neutral(text: str) -> str:
    """A text as a cell that no spreadsheet takes for a formula: an apostrophe in front says that it is text."""
    return f"'{text}" if text.startswith(FORMULA) else text


def curves_csv(record: RunRecord) -> bytes:
    """UTF-8 with a mark that Excel needs to know it. What Keras's history does not hold comes after what it holds."""
    columns = {**record.history, **record.extras}
    target = io.StringIO(newline="")
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(["epoch", *map(neutral, columns)])
    for epoch in range(record.epochs_done):
        writer.writerow([epoch + 1, *(repr(float(values[epoch])) for values in columns.values())])
    return target.getvalue().encode("utf-8-sig")
