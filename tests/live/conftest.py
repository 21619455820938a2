"""One engine with real worker processes for all tests of this folder; each test uses an owner of its own."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from lab.runs.kept.store import RunStore
from lab.runs.serve.owner import new_owner
from lab.runs.serve.pooled import PoolEngine
from lab.spec.limits import ALONE

LIMITS = replace(ALONE, reader_grace_s=1000.0)


@pytest.fixture(scope="session")
def engine(tmp_path_factory) -> Iterator[PoolEngine]:
    engine = PoolEngine(LIMITS, RunStore(tmp_path_factory.mktemp("runs"), LIMITS), workers=2)
    engine.begin()
    yield engine
    engine.close()


@pytest.fixture
def owner() -> str:
    return new_owner()
