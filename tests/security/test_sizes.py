"""Networks whose few weights make giants of every row: refused by their shapes, before anything is allocated."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from lab.data.prepare import prepare
from lab.data.samples import load_sample
from lab.errors import DataError, RunError, TableError
from lab.insight.ctc import edits
from lab.insight.evaluate import evaluate_run
from lab.model.knobs import knob_of
from lab.model.problems import model_problems
from lab.runs.orders.run import run_spec
from lab.runs.orders.study import Cell
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.inline import InlineEngine
from lab.spec.data import DataSpec, ReadingSpec, SplitSpec, UploadSource, WindowSpec
from lab.spec.experiment import LayerSpec
from lab.spec.limits import ALONE, CLASS
from lab.texts import LANGUAGES, say_error
from netcore import Input, Sequential, layers
from netcore.losses import CTC
from tests.lab.data.tables import table_of
from tests.lab.runs.runs import iris, iris_data
from tests.security import run_files
from tests.security.test_run_files import changed
from tests.waiting import bounded_work

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


def over_time(*layers):
    return giant(("RepeatVector", {"n": 4_000}), *layers, BACK)


HEAVY = {
    "a kernel of a thousand cells on whole batches": (
        giant(
            ("RepeatVector", {"n": 1_000}), ("Conv1D", {"filters": 300, "kernel_size": 300, "padding": "same"}), BACK
        ).with_fit(batch_size=30),
        "size.batch_too_heavy",
        "fit.batch_size",
    ),
    "a wide layer at every step": (
        giant(("RepeatVector", {"n": 1_000}), ("Dense", {"units": 600}), ("Dense", {"units": 600}), BACK),
        "size.rows_too_heavy",
        "layer-l2",
    ),
    "a wide layer within another": (
        giant(
            ("RepeatVector", {"n": 1_000}),
            ("Dense", {"units": 600}),
            ("TimeDistributed", {"layer": {"class_name": "Dense", "config": {"units": 600}}}),
            BACK,
        ),
        "size.rows_too_heavy",
        "layer-l2",
    ),
    "steps without end": (
        over_time(("LSTM", {"units": 1, "return_sequences": True}), ("GRU", {"units": 1, "return_sequences": True})),
        "size.too_many_steps",
        "layer-l1",
    ),
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


@pytest.mark.parametrize("name", HEAVY)
def test_what_takes_a_worker_too_long_is_refused_before_it_is_begun(name, little_memory):
    experiment, code, knob = HEAVY[name]
    found = next(one for one in model_problems(experiment, iris_data(), CLASS) if one.code.startswith("size."))
    assert (found.code, knob_of(found, experiment)) == (code, knob)
    assert all(f"{found.values['high']:,}" in say_error(found, language) for language in LANGUAGES)
    with pytest.raises(RunError) as said:
        InlineEngine(CLASS).start(RunRequest(experiment, iris_data()), "me")
    assert said.value.code == code


def test_a_row_that_takes_too_long_is_told_with_its_layer(little_memory):
    limits = replace(CLASS, update_multiplications=100_000)
    experiment = giant(("RepeatVector", {"n": 100}), ("Conv1D", {"filters": 8, "kernel_size": 50}), BACK)
    found = next(one for one in model_problems(experiment, iris_data(), limits) if one.code.startswith("size."))
    assert (found.code, knob_of(found, experiment)) == ("size.row_too_heavy", "layer-l1")
    assert all(f"{found.values['value']:,}" in say_error(found, language) for language in LANGUAGES)


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


def test_a_window_longer_than_the_limit_allows_is_refused_before_one_is_cut(little_memory):
    """Twenty thousand rows make windows of thirty million."""
    rows = np.arange(20_000.0)
    table = table_of(a=rows, b=rows)
    data = DataSpec(
        source=UploadSource(name="x", sha256="0" * 64, columns=("a", "b")),
        inputs=("a",),
        target="b",
        task="regression",
        split=SplitSpec(order="time"),
        windows=WindowSpec(steps=3_000),
    )
    with pytest.raises(DataError, match=r"data\.too_many_values"):
        prepare(table, data, 0, CLASS)


def test_long_labels_and_long_sequences_take_bounded_memory():
    """Of all forty rows at once it would be three hundred megabytes."""
    steps, labels = 500, np.tile([1, 2], (40, 200))
    tracemalloc.start()
    assert np.isfinite(CTC()(labels, np.zeros((40, steps, 3), np.float32)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * LITTLE_BYTES


def test_what_two_texts_differ_in_is_counted_in_time_that_grows_with_the_letters():
    actual, read = np.ones((20, 1_500), np.int64), np.full((20, 1_500), 2)
    with bounded_work():
        assert edits(actual, read).tolist() == [1_500] * 20


def test_the_weights_of_a_layer_over_time_are_learned_in_bounded_memory():
    """A product for each of a thousand steps, before they are summed, would take forty megabytes."""
    model = Sequential([Input((1_000, 100)), layers.Dense(100), layers.GlobalMaxPooling1D(), layers.Dense(1)])
    model.compile("sgd", "mse")
    assert model.memory(2).activations < 10_000_000


def test_a_sample_on_its_side_has_no_more_columns_than_a_person_s_file(monkeypatch):
    """One switch of the data page: no process of its own reads it, and others wait."""
    monkeypatch.setenv("LAB_PROFILE", "class")
    with pytest.raises(TableError) as refusal:
        load_sample("seattle_tomorrow", ReadingSpec(transpose=True))
    assert refusal.value.values == {"columns": 1461, "limit": CLASS.columns}
