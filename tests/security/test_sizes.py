"""Networks whose few weights make giants of every row: refused by their shapes, before anything is allocated."""

import tracemalloc
from dataclasses import replace

import pytest

from lab.errors import RunError
from lab.insight.evaluate import evaluate_run
from lab.model.knobs import knob_of
from lab.model.problems import model_problems
from lab.runs.orders.run import run_spec
from lab.runs.orders.study import Cell
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.inline import InlineEngine
from lab.spec.experiment import LayerSpec
from lab.spec.limits import ALONE, CLASS
from lab.texts import LANGUAGES, say_error
from tests.lab.runs.runs import iris, iris_data
from tests.security import run_files
from tests.security.test_run_files import changed

OUTPUT = {"units": 3, "activation": "softmax"}
LITTLE_BYTES = 30_000_000
BACK = ("GlobalMaxPooling1D", {})  # to one number a channel: the output is an ordinary one


def giant(*layers):
    specs = [LayerSpec(id=f"l{n}", type=kind, params=params) for n, (kind, params) in enumerate(layers)]
    return iris(2).with_layers([*specs, LayerSpec(id="out", type="Dense", params=OUTPUT)])


GIANTS = {
    "repeated": (giant(("RepeatVector", {"n": 10**8}), BACK), "layer-l0"),
    "a wide margin": (giant(("RepeatVector", {"n": 4}), ("ZeroPadding1D", {"padding": 10**8}), BACK), "layer-l1"),
    "many filters": (
        giant(("RepeatVector", {"n": 10**5}), ("Conv1D", {"filters": 1000, "kernel_size": 1}), BACK),
        "layer-l1",
    ),
    "far cells": (
        giant(
            ("RepeatVector", {"n": 4}),
            ("Conv1D", {"filters": 1, "kernel_size": 2, "dilation_rate": 10**8, "padding": "causal"}),
            BACK,
        ),
        "layer-l1",
    ),
    "overlapping windows": (
        giant(
            ("RepeatVector", {"n": 20_000}),
            ("MaxPooling1D", {"pool_size": 10_000, "strides": 1, "padding": "same"}),
            BACK,
        ),
        "layer-l1",
    ),
    "a long memory": (giant(("RepeatVector", {"n": 200_000}), ("LSTM", {"units": 100})), "layer-l1"),
}


@pytest.fixture
def little_memory():
    """Whatever is asked within, next to nothing is allocated."""
    tracemalloc.start()
    yield
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < LITTLE_BYTES


@pytest.mark.parametrize("name", GIANTS)
def test_a_row_too_large_is_refused_by_page_and_engine_with_its_number_and_its_layer(name, little_memory):
    experiment, knob = GIANTS[name]
    found = next(one for one in model_problems(experiment, iris_data(), ALONE) if one.code == "size.row_too_large")
    assert (found.severity, knob_of(found, experiment)) == ("error", knob)
    for language in LANGUAGES:
        assert f"{found.values['value']:,}" in say_error(found, language)
    for refused in (
        lambda: InlineEngine(CLASS).start(RunRequest(experiment, iris_data()), "me"),
        lambda: InlineEngine(CLASS).start_study([Cell("a", ((experiment, iris_data()),))], "me"),
        lambda: run_spec(experiment, iris_data()),
    ):
        with pytest.raises(RunError) as said:
            refused()
        assert said.value.code == "size.row_too_large"


def test_a_batch_too_large_is_refused_at_the_batch_size_which_is_told(little_memory):
    limits = replace(ALONE, activations=10_000)
    experiment = giant(("Dense", {"units": 100})).with_fit(batch_size=100)
    found = next(one for one in model_problems(experiment, iris_data(), limits) if one.code == "size.batch_too_large")
    assert knob_of(found, experiment) == "fit.batch_size"
    fitting = experiment.with_fit(batch_size=found.values["fits"])
    assert not [one for one in model_problems(fitting, iris_data(), limits) if one.code.startswith("size.")]
    with pytest.raises(RunError, match=r"size\.batch_too_large"):
        InlineEngine(limits).start(RunRequest(experiment, iris_data()), "me")
    assert InlineEngine(limits).start(RunRequest(fitting, iris_data()), "me")


def test_a_run_file_with_such_a_network_is_opened_and_never_computed(little_memory):
    layers = [layer.model_dump() for layer in GIANTS["repeated"][0].model.layers]
    record, status, marks = run_files.taken_in(changed("experiment", "model", "layers", to=layers))
    with pytest.raises(RunError) as refused:
        evaluate_run(record, iris_data())
    assert refused.value.code == "size.row_too_large"
    run_files.shown(record, status, marks)
