"""What follows from the choice of a table, a target or a task: the rest of the experiment fits, hidden layers stay."""

import pytest

from lab.data import read_table
from lab.data.prepare import prepare
from lab.data.samples import SAMPLE_DATA, card, load_sample, sample_names
from lab.edits.proposals import (
    METRICS_OF,
    for_own_table,
    for_sample,
    offered_metrics,
    with_reading,
    with_table,
    with_target,
    with_task,
)
from lab.errors import LabError
from lab.model.problems import model_problems
from lab.spec.data import ReadingSpec, UploadSource
from lab.spec.limits import ALONE
from lab.starts import start
from netcore.metrics import METRICS

ROWS = [(row % 3, row * 37 % 50 / 10, row * 23 % 31 / 4, "ab"[row * row % 7 % 2]) for row in range(60)]
CODED = ("code,warm,wet,kind\n" + "".join(f"{a},{b},{c},{d}\n" for a, b, c, d in ROWS)).encode()


@pytest.mark.parametrize("name", sample_names())
def test_a_sample_begins_with_its_ready_made_start_or_a_proposal_that_can_be_trained(name):
    table = load_sample(name)
    experiment = for_sample(name, table)
    assert experiment.data.source.name == name
    assert (experiment == start(card(name).start)) if card(name).start else experiment.data.target
    found = model_problems(experiment, prepare(table, experiment.data, experiment.seed))
    assert not [problem for problem in found if problem.severity == "error"]


def test_an_own_table_is_proposed_as_an_upload_and_a_second_one_alike_keeps_the_settings():
    content = (SAMPLE_DATA / "iris.csv").read_bytes()
    one, other = read_table(content, "mine.csv", ALONE), read_table(content + b"\n", "other.csv", ALONE)
    experiment = for_own_table(one)
    assert isinstance(experiment.data.source, UploadSource)
    changed = with_table(experiment.replace(seed=7), other)
    assert (changed.data.source.name, changed.seed) == ("other.csv", 7)
    assert changed.data.source.sha256 != experiment.data.source.sha256
    with pytest.raises(LabError):
        for_own_table(read_table(b"a\n" + b"1\n" * 20, "same.csv", ALONE))


def test_another_target_brings_task_output_and_loss_and_leaves_the_hidden_layers():
    table, before = load_sample("iris"), start("iris").with_layer(start("iris").model.layers[0].with_params(units=7))
    number = next(column.name for column in table.columns if column.kind == "numeric")
    after = with_target(before, table, number)
    assert (after.data.target, after.data.task) == (number, "regression")
    assert number not in after.data.inputs
    assert after.model.layers[0] == before.model.layers[0]
    assert (after.model.layers[-1].params["units"], after.compile.loss.type) == (1, "MeanSquaredError")
    assert after.data.split == before.data.split


def test_a_number_of_few_values_can_be_predicted_as_classes_and_again_as_a_number():
    table = read_table(CODED, "coded.csv", ALONE)
    number = with_target(for_own_table(table), table, "code")
    classes = with_task(number, table, "multiclass")
    assert (classes.model.layers[-1].params["units"], classes.compile.loss.type) == (3, "CategoricalCrossentropy")
    again = with_task(classes, table, "regression")
    assert (again.data.target_scaling, again.model.layers[-1].params["units"]) == ("standard", 1)


def test_another_reading_of_the_file_keeps_what_fits_and_names_what_does_not():
    table = read_table(CODED, "coded.csv", ALONE)
    experiment = for_own_table(table).replace(seed=5)
    reading = ReadingSpec(header_row="none")
    after = read_table(CODED, "coded.csv", ALONE, reading)
    reread = with_reading(experiment, table, after, reading)
    assert reread.experiment.data.reading == reading
    assert reread.experiment.seed == 5
    assert reread.fit.new_target
    same = with_reading(experiment, table, table, experiment.data.reading)
    assert (same.experiment, same.fit.lost, same.fit.gained) == (experiment, (), ())


def test_metrics_of_a_first_course_are_offered_and_any_other_that_is_in_force():
    assert offered_metrics("binary", ("auc", "accuracy")) == ["accuracy", "precision", "recall", "auc"]
    assert offered_metrics(None, ("mae",)) == ["mae"]
    assert all(METRICS.get(name) for names in METRICS_OF.values() for name in names)
