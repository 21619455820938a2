"""Sequence labels: letters become classes, a row becomes a signal, and what lies behind its end is silence."""

import numpy as np
import pytest

from lab.data.prepare import prepare
from lab.data.propose import class_count, propose_data, task_choices
from lab.data.read import read_table
from lab.data.samples import load_sample
from lab.data.sequences import alphabet, encode_labels, read_label, within
from lab.errors import DataError, ExperimentError
from lab.spec.data import DataSpec, SampleSource, SplitSpec, TargetSpec
from lab.spec.limits import ALONE
from lab.spec.parts import PartSpec
from lab.starts import start
from lab.texts import LANGUAGES, say_error
from lab.verdict.baseline import baseline

SQUARED = PartSpec(type="MeanSquaredError")

TEXTS = ["AB", "B", "가A", "ABBA", "A B"]


def test_letters_are_numbered_from_one_and_padded_with_the_blank():
    classes = alphabet(TEXTS)
    assert classes == ("-", " ", "A", "B", "가")
    labels = encode_labels(TEXTS, classes)
    assert labels.shape == (5, 4)
    assert labels[1].tolist() == [3, 0, 0, 0]
    assert [read_label(codes, classes) for codes in labels] == TEXTS


def test_the_mark_of_the_blank_is_no_letter():
    assert alphabet(["a-b", "_"])[0] == "·"


def test_what_lies_behind_the_length_and_empty_cells_do_not_count():
    cells = np.array([[1.0, 2.0, 3.0], [1.0, np.nan, 3.0]])
    assert within(cells, np.array([2.0, 9.0])).tolist() == [[True, True, False], [True, False, True]]
    assert within(cells, None).tolist() == [[True, True, True], [True, False, True]]


def table(rows=30):
    lines = [
        f"{'AB' if row % 2 else 'B' * (row % 4 + 1)},{row % 3 + 1},{row},{row + 1},{row + 2}" for row in range(rows)
    ]
    return read_table("\n".join(["word,length,x0,x1,x2", *lines]).encode(), "t.csv", ALONE)


def spec(**changes):
    fields = {
        "source": SampleSource(name="t"),
        "inputs": ("x0", "x1", "x2"),
        "target": "word",
        "task": "sequence_labels",
        "split": SplitSpec(order="time"),
        "length_column": "length",
    }
    return DataSpec(**{**fields, **changes})


def test_a_signal_is_scaled_as_a_whole_with_the_training_part_and_padded_with_zero():
    dataset = prepare(table(), spec(), 0)
    assert dataset.train.x.shape == (18, 3, 1)
    assert dataset.input_shape == (3, 1)
    assert dataset.train.x.dtype == np.float32
    cells = [row + step for row in range(18) for step in range(row % 3 + 1)]
    column = dataset.columns[0]
    assert (column.kind, column.name) == ("signal", "x0 … x2")
    assert (column.mean, column.scale) == (pytest.approx(np.mean(cells)), pytest.approx(np.std(cells)))
    assert dataset.train.x[0, 0, 0] == pytest.approx((0 - column.mean) / column.scale)
    assert dataset.train.x[0, 1:, 0].tolist() == [0, 0]
    assert dataset.targets_for("train", "CTC", 3).tolist() == dataset.train.target.tolist()


def test_empty_cells_at_the_end_are_padding_too():
    lines = [f"{'AB' if row % 2 else 'A'},{row},{'' if row % 2 else row}" for row in range(30)]
    ragged = read_table("\n".join(["word,x0,x1", *lines]).encode(), "t.csv", ALONE)
    data = spec(inputs=("x0", "x1"), length_column=None, missing="fill", scaling="none")
    dataset = prepare(ragged, data, 0)
    assert dataset.train.x[1].ravel().tolist() == [1, 0]
    assert dataset.train.x[2].ravel().tolist() == [2, 2]


def test_the_morse_sample():
    dataset = prepare(load_sample("ctc_morse"), start("ctc_morse").data, 0)
    assert dataset.input_shape == (72, 1)
    assert dataset.classes == ("-", *"AEIMNOST")
    assert [len(part.x) for part in (dataset.train, dataset.validation, dataset.test)] == [900, 150, 150]
    assert not [note.code for note in dataset.notes]
    rule = baseline(dataset, SQUARED)
    assert rule.kind == "letters"
    assert rule.probabilities.sum() == pytest.approx(1)
    assert rule.probabilities.argmax() == 0
    assert len(np.unique(rule.predictions["test"], axis=0)) == 1


def test_a_text_column_is_proposed_as_sequence_labels():
    morse = load_sample("ctc_morse")
    assert task_choices(morse.column("label")) == ("sequence_labels",)
    frame = morse.frame.to_csv(index=False).encode()
    upload = read_table(frame, "mine.csv", ALONE)
    data = propose_data(upload, "label")
    assert (data.task, data.length_column, len(data.inputs)) == ("sequence_labels", "length", 72)
    assert class_count(upload, data) == 9
    assert prepare(upload, data, 0).input_shape == (72, 1)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"length_column": "nothing"}, "data.length_missing"),
        ({"length_column": "word"}, "data.length_not_numeric"),
        ({"target": "length", "length_column": None}, "data.sequence_target_numbers"),
        ({"inputs": ("x0", "word2")}, "data.input_missing"),
        ({"inputs": ()}, "data.no_inputs"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(changes, code):
    with pytest.raises(DataError) as caught:
        prepare(table(), spec(**changes), 0)
    assert caught.value.code == code
    assert all(say_error(caught.value, language) for language in LANGUAGES)


def test_too_few_outputs_for_the_letters_are_refused():
    with pytest.raises(DataError) as caught:
        prepare(table(), spec(), 0).targets_for("train", "CTC", 2)
    assert caught.value.code == "data.outputs_do_not_fit"


def test_a_text_is_the_only_target():
    with pytest.raises(ExperimentError) as caught:
        spec().replace(more_targets=(TargetSpec(column="length", task="regression"),))
    assert caught.value.code == "experiment.sequence_alone"
