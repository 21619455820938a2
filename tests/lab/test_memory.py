"""What is no longer needed does not wait for Python to find it worth while."""

import gc
from weakref import ref

import pytest

from lab.memory import tidy


class Circle:
    """Holds itself."""

    def __init__(self) -> None:
        self.self = self


@pytest.fixture(autouse=True)
def _nothing_is_collected_by_itself():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def gone_but_old() -> ref[Circle]:
    """Where Python looks last."""
    circle = Circle()
    gc.collect(1)
    return ref(circle)


def test_much_that_holds_itself_is_freed():
    circle = gone_but_old()
    for _ in range(gc.get_threshold()[2]):
        gc.collect(1)
    assert circle() is not None
    tidy()
    assert circle() is None


def test_while_little_has_come_nothing_is_looked_through():
    circle = gone_but_old()
    tidy()
    assert circle() is not None
