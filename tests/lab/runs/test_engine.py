"""The engine without processes: what pages see of a run, and what they are refused."""

import math
from dataclasses import replace

import pytest

from lab.errors import RunError
from lab.runs.serve import host
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.inline import InlineEngine
from lab.runs.wire.messages import Extend, Pause, Resume, SetBatchSize, SetLearningRate, Speed, Stop
from lab.spec.experiment import ExperimentError
from lab.spec.limits import ALONE
from lab.texts import LANGUAGES, say_error
from tests.lab.runs.runs import iris, iris_data, trained


@pytest.fixture
def engine() -> InlineEngine:
    return InlineEngine(ALONE)


def test_a_run_is_seen_growing_and_is_kept(engine):
    run = engine.start(RunRequest(iris(5), iris_data()), "me")
    assert engine.view(run, "me").state == "running"
    engine.advance(2)
    view = engine.view(run, "me")
    assert (view.epoch, view.epochs, len(view.history["loss"])) == (2, 5, 2)
    engine.advance()
    record = engine.record(run, "me")
    assert record.state == "finished"
    assert record.history == trained(iris(5)).history
    assert record.experiment_with_changes() == iris(5)
    assert [summary.id for summary in engine.runs_of("me")] == [run]


def test_a_second_start_stops_the_first_run_and_keeps_it(engine):
    first = engine.start(RunRequest(iris(5), iris_data()), "me")
    engine.advance(2)
    second = engine.start(RunRequest(iris(5), iris_data()), "me")
    assert engine.view(first, "me").state == "stopped"
    assert engine.record(first, "me").epochs_done == 2
    assert [(summary.id, summary.number) for summary in engine.runs_of("me")] == [(second, 2), (first, 1)]


def test_someone_elses_run_goes_on(engine):
    first = engine.start(RunRequest(iris(5), iris_data()), "you")
    engine.start(RunRequest(iris(5), iris_data()), "me")
    assert engine.view(first, "you").state == "running"


def test_nobody_gets_someone_elses_record(engine):
    run = engine.start(RunRequest(iris(1), iris_data()), "you")
    with pytest.raises(RunError) as refusal:
        engine.record(run, "me")
    assert refusal.value.code == "run.unknown"
    assert engine.runs_of("me") == []


@pytest.mark.parametrize(
    "command",
    [SetLearningRate(1e308), SetLearningRate(math.nan), SetLearningRate(-1.0), SetBatchSize(10**9), SetBatchSize(0)],
    ids=repr,
)
def test_a_turn_that_no_log_can_hold_is_refused_and_the_run_is_seen(engine, command):
    run = engine.start(RunRequest(iris(2), iris_data()), "me")
    with pytest.raises(ExperimentError):
        engine.command(run, "me", command)
    engine.advance()
    assert engine.view(run, "me").state == "finished"
    assert engine.record(run, "me").changes == ()


def test_commands_reach_the_run_and_stand_in_its_record(engine):
    run = engine.start(RunRequest(iris(5), iris_data(), epochs_per_s=30.0), "me")
    engine.advance(1)
    engine.command(run, "me", SetLearningRate(0.5))
    engine.command(run, "me", Speed(None))
    view = engine.view(run, "me")
    assert view.learning_rate == pytest.approx(0.5)
    assert view.epochs_per_s is None
    assert [(change.epoch, change.batch, change.name, change.value) for change in view.changes] == [
        (1, 0, "learning_rate", 0.5)
    ]
    engine.advance()
    again = engine.start(RunRequest(engine.record(run, "me").experiment_with_changes(), iris_data()), "me")
    engine.advance()
    assert engine.view(again, "me").history == engine.view(run, "me").history


def test_a_paused_start_waits(engine):
    run = engine.start(RunRequest(iris(5), iris_data(), paused=True), "me")
    engine.advance()
    assert (engine.view(run, "me").state, engine.view(run, "me").epoch) == ("paused", 0)
    engine.command(run, "me", Resume())
    engine.advance()
    assert engine.view(run, "me").state == "finished"


@pytest.mark.parametrize("command", [Pause(), Stop(), Extend(5)], ids=repr)
def test_an_unknown_run_is_refused(engine, command):
    with pytest.raises(RunError) as refusal:
        engine.command("nothing", "me", command)
    assert refusal.value.code == "run.unknown"


def test_a_model_without_layers_is_refused(engine):
    with pytest.raises(RunError) as refusal:
        engine.start(RunRequest(iris().with_layers([]), iris_data()), "me")
    assert refusal.value.code == "run.no_layers"
    for language in LANGUAGES:
        assert say_error(refusal.value, language)


def test_more_than_the_limits_is_refused_with_the_number(engine):
    small = InlineEngine(replace(ALONE, train_values=100, epochs=50))
    with pytest.raises(RunError) as refusal:
        small.start(RunRequest(iris(5), iris_data()), "me")
    assert "100" in say_error(refusal.value, "en")
    with pytest.raises(ExperimentError):
        InlineEngine(replace(ALONE, epochs=4)).start(RunRequest(iris(5), iris_data()), "me")
    run = engine.start(RunRequest(iris(5), iris_data()), "me")
    with pytest.raises(RunError):
        engine.command(run, "me", Extend(ALONE.epochs + 1))


def test_an_impossible_network_fails_with_a_sentence_and_not_with_a_traceback(engine):
    experiment = iris().with_added_layer("Dense", {"units": 3, "activation": "softmax"})
    broken = experiment.with_layers([replace_units(layer) for layer in experiment.model.layers])
    with pytest.raises(ValueError) as refusal:
        engine.start(RunRequest(broken, iris_data()), "me")
    for language in LANGUAGES:
        assert say_error(refusal.value, language)


def replace_units(layer):
    return layer.replace(params={**layer.params, "units": 5}) if "units" in layer.params else layer


def test_the_process_has_one_engine_and_a_page_always_gets_one():
    mine = InlineEngine(ALONE)
    host.set_engine(mine)
    assert host.engine() is mine
    host.set_engine(None)
    assert isinstance(host.engine(), InlineEngine)
    assert host.engine() is host.engine()
    host.set_engine(None)
