"""The variables that an administrator sets, looked at before a server begins: a slip is a sentence, not silence.

Each is read where its matter is; here is only what they are called, and that all of them can be read.
"""

import os
from pathlib import Path

from lab.runs.kept.store import default_directory
from lab.runs.serve.headers import sites
from lab.runs.serve.pooled.cluster import dask_at
from lab.runs.serve.pooled.pool import pool_size
from lab.spec.limits import current_limits

NAMES = ("LAB_DASK", "LAB_EMBED", "LAB_HOME", "LAB_METRICS", "LAB_PROFILE", "LAB_WORKERS")


def look() -> list[str]:
    """Sentences about what keeps no server from serving: a home that takes nothing, a variable that nobody reads.

    Raises:
        SystemExit: one says what cannot be.
    """
    current_limits()
    pool_size()
    sites(os.environ.get("LAB_EMBED", ""))
    metrics_wanted()
    if address := os.environ.get("LAB_DASK"):
        dask_at(address)
    closed = [f"No run will be kept: whoever runs the lab may not read and write in {folder}." for folder in _closed()]
    unknown = sorted(name for name in os.environ if name.startswith("LAB_") and name not in NAMES)
    return closed + [f"{name} is set and means nothing here. There are {', '.join(NAMES)}." for name in unknown]


def metrics_wanted() -> bool:
    """Raises SystemExit."""
    said = os.environ.get("LAB_METRICS", "")
    if said not in ("", "0", "1"):
        raise SystemExit(f"LAB_METRICS must be 1 or 0, but is {said!r}.")
    return said == "1"


def _closed() -> list[Path]:
    """What is not there yet will be made; what came back from a backup may belong to somebody else.

    Raises SystemExit: it is a file.
    """
    runs = default_directory()
    there = [folder for folder in (runs.parent, runs) if os.access(folder, os.F_OK)]
    for folder in there:
        if not folder.is_dir():
            raise SystemExit(f"LAB_HOME must be a folder with one of runs in it, but {folder} is a file.")
    return [folder for folder in there if not os.access(folder, os.R_OK | os.W_OK | os.X_OK)]
