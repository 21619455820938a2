"""One server for all who attack it, with the settings of a class."""

from collections.abc import Iterator

import pytest

from benchmarks.live.server import running_app


@pytest.fixture(scope="session")
def class_server() -> Iterator[str]:
    with running_app(LAB_PROFILE="class", LAB_WORKERS="1") as (host, _):
        yield host
