"""Every netcore test starts from the same seed and leaves the float type as it was."""

import sys

import pytest

from netcore import config, utils


@pytest.fixture(autouse=True)
def _fresh_start():
    utils.clear_session()
    if "keras" in sys.modules:  # names that another test file gave away there: precision_1
        sys.modules["keras"].utils.clear_session(free_memory=False)
    utils.set_random_seed(7)
    yield
    config.set_floatx("float32")


@pytest.fixture
def float64():
    config.set_floatx("float64")
