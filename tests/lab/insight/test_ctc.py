"""Reading: the best path, letters that count as wrong, and a whole run judged by them."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.data.prepare import prepare
from lab.data.samples import load_sample
from lab.errors import RunError
from lab.insight.ctc import blank_share, edits, greedy, letter_error, right_share
from lab.insight.evaluate import evaluate
from lab.insight.letter_errors import letter_errors
from lab.model.layer_table import layer_rows, parameter_count
from lab.model.problems import model_problems
from lab.runs.orders.run import run_spec
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.inline import InlineEngine
from lab.runs.work.trainer import Trainer
from lab.starts import start
from lab.verdict.judging import judge_run

WORDS = st.lists(st.integers(1, 3), max_size=6)


def path(text):
    """Outputs that say one class a time step; - is the blank."""
    return np.eye(4)[[" -AB".index(letter) - 1 for letter in text]][None]


@pytest.mark.parametrize(
    ("text", "read"),
    [("--AA-A--", [1, 1]), ("AAAA", [1]), ("--------", [0]), ("ABAB", [1, 2, 1, 2]), ("A-AB-B", [1, 1, 2, 2])],
)
def test_repeats_are_merged_before_blanks_are_dropped(text, read):
    assert greedy(path(text))[0].tolist() == read


def test_shorter_texts_are_padded_and_blanks_are_counted():
    both = np.concatenate([path("-A--"), path("ABA-")])
    assert greedy(both).tolist() == [[1, 0, 0], [1, 2, 1]]
    assert blank_share(both) == 0.5


def padded(words):
    width = max((len(word) for word in words), default=0) + 1
    return np.array([[*word, *[0] * (width - len(word))] for word in words])


def by_hand(a, b):
    """Levenshtein's definition, word by word."""
    if not a or not b:
        return len(a) + len(b)
    return min(by_hand(a[1:], b) + 1, by_hand(a, b[1:]) + 1, by_hand(a[1:], b[1:]) + (a[0] != b[0]))


@given(pairs=st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=4))
def test_edits_are_those_of_the_definition(pairs):
    actual, predicted = padded([pair[0] for pair in pairs]), padded([pair[1] for pair in pairs])
    assert edits(actual, predicted).tolist() == [by_hand(*pair) for pair in pairs]


def test_letter_error_is_edits_over_letters():
    actual, predicted = padded([[1, 2, 3], [2]]), padded([[1, 3], [2]])
    assert letter_error(actual, predicted) == 0.25
    assert right_share(actual, predicted) == 0.5
    assert letter_error(actual, np.zeros((2, 1), int)) == 1.0


# --- a whole run


@pytest.fixture(scope="module")
def morse():
    experiment = start("ctc_morse").with_fit(epochs=2)
    return experiment, prepare(load_sample("ctc_morse"), experiment.data, experiment.seed)


def trained(experiment, dataset):
    trainer = Trainer(*run_spec(experiment, dataset))
    trainer.advance()
    return trainer


def test_a_run_is_judged_letter_by_letter(morse):
    experiment, dataset = morse
    trainer = trained(experiment, dataset)
    found = evaluate(experiment, trainer.weights, dataset, ("train", "validation"))
    score, rule = found.scores["validation"], found.baseline["validation"]
    assert score.loss == pytest.approx(trainer.history["val_loss"][-1], rel=1e-4)
    assert score.metrics == {"letter_error": 1.0, "right_share": 0.0, "blank_share": 1.0}  # two epochs: only blanks
    assert 0.5 < rule.metrics["letter_error"] < 1.2
    assert rule.loss == pytest.approx(6.25, abs=0.2)
    assert (found.confusion, found.points, found.baseline_kind) == ({}, {}, "letters")
    assert [sample.predicted for sample in found.decoded["validation"]] == [""] * 12
    first = found.decoded["validation"][0]
    assert first.actual == load_sample("ctc_morse").frame["label"][first.row - 1]
    losses = [sample.loss for sample in found.worst["validation"]]
    assert losses == sorted(losses, reverse=True)
    assert judge_run(experiment, dataset, trainer.history).evidence.baseline_kind == "letters"


def test_the_letter_error_is_told_for_each_epoch_that_was_kept(morse):
    experiment, dataset = morse
    engine = InlineEngine()
    run_id = engine.start(RunRequest(experiment.with_fit(epochs=3), dataset), "owner")
    engine.advance()
    record, kept = engine.record(run_id, "owner"), engine.checkpoints(run_id, "owner")
    # after three epochs it says nothing but blanks: with an output layer of chance it says something
    chance = np.random.default_rng(0).normal(size=record.weights[-2].shape).astype(np.float32)
    talkative = [*record.weights[:-2], chance, np.zeros_like(record.weights[-1])]
    record = replace(record, weights=talkative)
    found = letter_errors(record, kept, dataset)
    assert list(found) == [1, 2, 3]
    assert found[1] == 1
    by_hand = evaluate(experiment, record.weights, dataset, ("validation",)).scores["validation"]
    assert found[3] == by_hand.metrics["letter_error"] != 1
    with pytest.raises(RunError, match="damaged"):
        letter_errors(record, {1: b"no state"}, dataset)


def test_what_does_not_fit_ctc_is_said_before_training(morse):
    experiment, dataset = morse
    out = experiment.model.layers[-1]

    def codes(changed):
        return [(problem.code, problem.severity) for problem in model_problems(changed, dataset)]

    assert codes(experiment) == []
    softmax = experiment.with_layer(out.replace(params={"units": 9, "activation": "softmax"}))
    assert codes(softmax) == [("advice.softmax_before_ctc", "warning")]
    assert codes(experiment.with_layer(out.replace(params={"units": 8}))) == [("model.output_units", "error")]
    assert codes(experiment.with_compile(metrics=("accuracy",))) == [("model.metric_fails", "error")]
    flat = experiment.with_added_layer("Flatten", {}, 1)
    assert codes(flat) == [("model.sequence_output", "error")]
    pooled = experiment.with_added_layer("AveragePooling1D", {"pool_size": 36}, 0)
    assert codes(pooled) == [("loss.ctc_length", "error")]
    masked = experiment.with_added_layer("Masking", {}, 0)
    assert codes(masked) == [("model.mask_before_ctc", "warning")]
    other = experiment.with_compile(loss={"type": "MeanSquaredError"})
    assert codes(other) == [("model.sequence_loss", "error")]


def test_ctc_is_for_sequence_labels_and_windows_need_one_answer():
    hourly = start("hourly")
    dataset = prepare(load_sample("kr_hourly"), hourly.data, 0)
    wrong = hourly.with_compile(loss={"type": "CTC"}, metrics=())
    assert [problem.code for problem in model_problems(wrong, dataset)] == ["model.loss_for_sequences"]
    lstm = hourly.model.layers[0]
    over_time = hourly.with_layer(lstm.replace(params={"units": 16, "return_sequences": True}))
    assert [problem.code for problem in model_problems(over_time, dataset)] == ["model.output_over_time"]


def test_a_run_taken_up_in_another_process_goes_on_alike(morse):
    experiment, dataset = morse
    whole = trained(experiment, dataset)
    first = Trainer(*run_spec(experiment, dataset))
    first.advance(epochs=1)
    second = Trainer(*run_spec(experiment, dataset))
    second.restore(first.snapshot())
    second.advance()
    assert second.history == whole.history


def test_layers_within_layers_are_counted(morse):
    experiment, dataset = morse
    rows = layer_rows(experiment, dataset)
    weights = trained(experiment.with_fit(epochs=1), dataset).weights
    assert [row.output_shape for row in rows] == [(None, 72, 48), (None, 72, 9)]
    assert [row.parameters for row in rows] == [4992, 441]
    assert parameter_count(rows) == sum(weight.size for weight in weights)
