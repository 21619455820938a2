"""Text that Python reads is read again where another thread has disturbed it."""

import ast
import io

import numpy as np
import pytest

from lab.edits.typed import read_value
from lab.export.pasted import text
from lab.lessons.arithmetic import parsed
from lab.runs.kept.run_file import load_arrays, save_arrays
from netcore import Sequential
from netcore.layers import Dense
from netcore.models import load_model
from netcore.sentences import sentences
from netcore.syntax import TRIES, undisturbed


class Disturbed:
    """Stands for `call`, and at first raises what Python raises."""

    def __init__(self, call, times: int = 1) -> None:
        self.call, self.left = call, times

    def __call__(self, *arguments, **named):
        if self.left:
            self.left -= 1
            raise SystemError("AST constructor recursion depth mismatch (before=75, after=72)")
        return self.call(*arguments, **named)


def test_it_is_read_again_and_in_the_end_told():
    assert undisturbed(Disturbed(lambda: 3, TRIES - 1)) == 3
    with pytest.raises(SystemError):
        undisturbed(Disturbed(lambda: 3, TRIES))


@pytest.fixture
def disturbed(monkeypatch):
    """The next syntax tree that is built is disturbed."""
    disturbance = Disturbed(ast.parse)
    monkeypatch.setattr(ast, "parse", disturbance)
    yield
    assert not disturbance.left


def test_arrays_of_a_run(disturbed):
    file = io.BytesIO()
    save_arrays(file, {"kernel": np.arange(6.0).reshape(2, 3)})
    file.seek(0)
    assert (load_arrays(file)["kernel"] == [[0, 1, 2], [3, 4, 5]]).all()


def test_what_netcore_says(disturbed):
    assert "param.int_below" in sentences.__wrapped__()


def test_a_saved_model(tmp_path, disturbed):
    model = Sequential([Dense(2, input_shape=(3,))])
    model.save(tmp_path / "model.keras")
    same = load_model(tmp_path / "model.keras")
    assert all((one == other).all() for one, other in zip(model.get_weights(), same.get_weights(), strict=True))


@pytest.mark.parametrize("read", [read_value, parsed, text._parsed])
def test_what_a_person_types_and_pastes(read, disturbed):
    assert read("12 + 3") is not None
