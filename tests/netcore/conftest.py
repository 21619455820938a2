"""Every netcore test starts from the same seed and leaves the float type as it was."""

import pytest

from netcore import config, utils


@pytest.fixture(autouse=True)
def _fresh_start():
    utils.clear_session()
    utils.set_random_seed(7)
    yield
    config.set_floatx("float32")


@pytest.fixture
def float64():
    config.set_floatx("float64")
