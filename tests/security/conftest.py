"""One server for all who attack it, with the settings of a class."""

from collections.abc import Iterator

import psutil
import pytest

from benchmarks.live.server import running_app


@pytest.fixture(scope="session")
def running_class() -> Iterator[tuple[str, psutil.Process]]:
    with running_app(LAB_PROFILE="class", LAB_WORKERS="1") as server:
        yield server


@pytest.fixture(scope="session")
def class_server(running_class) -> str:
    """Its address."""
    return running_class[0]


@pytest.fixture(scope="session")
def class_process(running_class) -> psutil.Process:
    return running_class[1]
