"""A remedy of the doctor on an experiment: applied, and undone whether or not something else was changed since."""

import pytest

from lab.data.doctor import examine
from lab.data.doctor.training import WeighClasses
from lab.data.prepare import prepare
from lab.data.samples import load_sample
from lab.edits.proposals import for_sample
from lab.edits.remedies import possible, with_remedy, without_remedy
from lab.spec.experiment import Experiment


@pytest.fixture
def experiment() -> Experiment:
    return for_sample("leaky_rain", load_sample("leaky_rain"))


def leak(experiment: Experiment):
    table = load_sample("leaky_rain")
    report = examine(table, experiment.data, prepare(table, experiment.data, experiment.seed), experiment)
    return next(finding for finding in report.findings if finding.code == "leak")


def test_it_changes_the_data_and_undone_at_once_leaves_the_very_experiment(experiment):
    remedy = leak(experiment).remedies[0]
    after = with_remedy(experiment, remedy)
    assert after.data != experiment.data
    assert after.model == experiment.model
    assert without_remedy(after, remedy, experiment, after) is experiment


def test_what_was_changed_since_stays_when_it_is_undone(experiment):
    remedy = leak(experiment).remedies[0]
    after = with_remedy(experiment, remedy)
    since = after.replace(seed=7)
    assert without_remedy(since, remedy, experiment, after) == experiment.replace(seed=7)
    assert without_remedy(since, remedy, None, None).data.inputs == experiment.data.inputs


def test_a_remedy_of_the_training_leaves_the_data_alone(experiment):
    remedy = WeighClasses("weigh_classes", ("rain",))
    after = with_remedy(experiment, remedy)
    assert (after.fit.class_weight, after.data) == ("balanced", experiment.data)
    assert without_remedy(after.replace(seed=3), remedy, experiment, after).fit.class_weight is None


def test_only_what_the_experiment_allows_is_offered(experiment):
    finding = leak(experiment)
    assert possible(finding, experiment)
    alone = experiment.with_data(inputs=finding.columns)
    assert finding.remedies[0] not in possible(finding, alone)  # a network without inputs is none
