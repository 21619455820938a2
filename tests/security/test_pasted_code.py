"""Pasted code that means harm: the reader never raises, and its work grows with the text, not with its square."""

import json
from time import thread_time

import pytest

from lab.errors import LabError
from lab.export.notebook import code_of
from lab.export.pasted.reader import read_keras
from lab.export.pasted.text import CHARACTERS, parse_program
from lab.starts import start
from lab.texts import LANGUAGES, say_error

HUGE = "0x" + "f" * 5000  # Python itself refuses to write it down
VALUES = {
    "a huge number": HUGE,
    "a huge negative number": f"-{HUGE}",
    "huge numbers in a list": f"[{HUGE}, ({HUGE},), {{'a': {HUGE}}}, {{{HUGE}: 1}}]",
    "a huge number in a text": f"f'{{{HUGE}}}'",
    "a huge number computed with": f"int({HUGE}) + {HUGE} / 3",
    "a name of names": "a" + ".a" * 3000,
    "calls of calls": "f" + "()" * 3000,
    "sums of sums": "1" + "+1" * 3000,
    "signs before signs": "-" * 3000 + "1",
    "functions of functions": "lambda: " * 1000 + "1",
    "a format": "f'{x!r:>{w}}'",
    "a lone surrogate": "'\ud800'",
    "a lone surrogate that the code writes": "'\\ud800'",
    "no number": "1e400",
    "a power of powers": "9**9**9**9",
}
PLACES = {
    "a name": "x = %s",
    "an unknown call": "foo(%s)",
    "a sum that grows": "x = 1\nx += %s",
    "a subscript": "x = [1, 2]\ny = x[%s]",
    "a loop": "for i in range(%s):\n    model.add(Dense(3))",
    "a condition": "if %s > 3:\n    x = 1",
    "a function": "def f(a=%s):\n    return a\nf()",
    "a decorator": "@%s\ndef f(): pass",
    "an attribute": "model.optimizer.learning_rate = %s",
    "units": "model = Sequential([Dense(%s)])",
    "an activation": "model = Sequential([Dense(3, activation=%s)])",
    "a shape": "model = Sequential([Input((%s,)), Dense(3)])",
    "epochs": "model = Sequential([Dense(3)])\nmodel.fit(x, y, epochs=%s)",
    "class weights": "model = Sequential([Dense(3)])\nmodel.fit(x, y, class_weight=%s)",
    "a loss": "model = Sequential([Dense(3)])\nmodel.compile(loss=%s)",
    "a learning rate": "model = Sequential([Dense(3)])\nmodel.compile(optimizer=Adam(%s))",
    "a schedule": "model = Sequential([Dense(3)])\nmodel.compile(optimizer=SGD(ExponentialDecay(%s, 10, 0.9)))",
    "a rate of one's own": "model = Sequential([Dense(3)])\nmodel.fit(x, y, callbacks=[LearningRateScheduler(%s)])",
    "a seed": "keras.utils.set_random_seed(%s)",
}


@pytest.mark.parametrize("place", PLACES)
def test_no_value_raises_out_of_the_reader(place):
    for value in VALUES.values():
        proposal = read_keras(PLACES[place] % value, start("iris"))
        said = [say_error(finding, language) for finding in proposal.findings for language in LANGUAGES]
        assert all(sentence.encode() for sentence in said)
        assert proposal.experiment.to_json().encode()


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (HUGE, "paste.number_too_large"),
        ("a" + ".a" * 300, "paste.too_deep"),
        ("f('\\ud800')", "paste.half_a_character"),
    ],
)
def test_what_is_beyond_the_bounds_is_told_and_the_rest_is_read(value, code):
    program = parse_program(f"x = {value}\ny = 3")
    assert [(one.code, one.line) for one in program.findings] == [(code, 1)]
    assert [statement.lineno for statement in program.statements] == [2]


TANGLES = {
    "values side by side": "a ",
    "texts side by side": "'a' 1 ",
    "commas missing and not": "a b,",
    "quotes and backslashes": "\\'",
    "triple quotes and backslashes": "'''\\",
    "quotes": "'",
    "brackets never closed": "f(\n",
    "brackets never closed in statements": "model.add(Dense(3 4\n",
    "typographic quotes": "“",
}


@pytest.mark.parametrize("tangle", TANGLES)
def test_work_on_a_tangle_grows_with_the_text_and_not_with_its_square(tangle):
    """Twice squared would be sixteen, twice as much four; the processor's own time, so that others do not count."""

    def seconds(characters: int) -> float:
        text = ("f(" + TANGLES[tangle] * characters)[:characters]
        took = []
        for _ in range(3):
            began = thread_time()
            parse_program(text)
            took.append(thread_time() - began)
        return min(took)

    assert seconds(CHARACTERS) < 10 * seconds(CHARACTERS // 4) + 0.02


def notebook(source: str) -> bytes:
    return json.dumps({"cells": [{"cell_type": "code", "source": source}]}).encode()


def test_a_notebook_holds_no_half_character_and_nothing_that_no_box_can_show():
    assert code_of(notebook("x = 1  # \ud800")) == "x = 1  # ?"
    with pytest.raises(LabError, match=r"paste\.too_long"):
        code_of(notebook("x = 1\n" * 3_000_000))
