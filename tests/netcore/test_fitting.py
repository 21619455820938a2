"""Everything around fit against Keras: penalties, bounds, weights of samples, generators, callbacks, batch by batch."""

from pathlib import Path

import numpy as np
import pytest

import netcore
from tests.netcore.golden.fitting_cases import PROGRAMS

pytestmark = pytest.mark.filterwarnings("ignore::netcore.errors.NetcoreWarning")


@pytest.fixture(scope="module")
def golden():
    with np.load(Path(__file__).parent / "golden" / "fitting.npz") as file:
        return {name: file[name] for name in file.files}


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_program_gives_the_numbers_of_keras(name, golden, float64):
    expected = {key.partition("/")[2]: value for key, value in golden.items() if key.startswith(f"{name}/")}
    found = PROGRAMS[name](netcore)
    assert set(found) == set(expected)
    for key, value in found.items():
        np.testing.assert_allclose(value, expected[key], rtol=1e-10, atol=1e-12, err_msg=key)
