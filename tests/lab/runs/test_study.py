"""Studies: many runs for comparison give the numbers that each would give alone."""

import numpy as np
import pytest

from lab.errors import RunError
from lab.runs.orders.study import Cell, Piece, check_study, outcomes_of, study_specs, study_view
from lab.runs.serve.inline import InlineEngine
from lab.runs.wire.messages import Pause, Resume, Stop
from lab.runs.work.study_job import StudyJob
from lab.spec.limits import ALONE
from lab.verdict.rows import KEPT
from tests.lab.runs.runs import iris, iris_data, trained, with_rate

RATES = (0.001, 0.01, 0.1)


def cells(epochs: int = 6, seeds: int = 3, **fit) -> list[Cell]:
    return [
        Cell(
            str(rate),
            tuple((with_rate(iris(epochs, **fit), rate).replace(seed=seed), iris_data()) for seed in range(seeds)),
        )
        for rate in RATES
    ]


def alone(cell: Cell, seed: int):
    return trained(cell.runs[seed][0])


@pytest.fixture
def engine() -> InlineEngine:
    return InlineEngine(ALONE)


def finished(engine: InlineEngine, asked: list[Cell], **how):
    study = engine.start_study(asked, "me", **how)
    engine.advance()
    return engine.study(study, "me")


def test_every_run_of_a_study_gives_the_curve_that_it_gives_alone(engine):
    asked = cells()
    view = finished(engine, asked)
    assert view.state == "finished"
    assert view.share == 1.0
    for cell in asked:
        for seed, outcome in enumerate(view.outcomes[cell.key]):
            single = alone(cell, seed)
            for name, values in single.history.items():
                assert outcome.history[name] == pytest.approx(values, rel=1e-4, abs=1e-5)
            assert set(outcome.extras) == set(single.extras) - set(KEPT)
            assert (outcome.ended, outcome.updates) == (True, single.updates)
            assert outcome.parameters == single.model.count_params()


def test_a_setting_of_one_run_keeps_how_its_rows_scatter_as_that_run_does_alone(engine):
    [cell] = cells(seeds=1)[:1]
    [outcome] = finished(engine, [cell]).outcomes[cell.key]
    single = alone(cell, 0)
    assert set(outcome.extras) == set(single.extras)
    assert all(outcome.extras[name] == pytest.approx(list(single.extras[name])) for name in KEPT)


def test_runs_that_stop_early_are_trained_one_by_one_and_do_stop(engine):
    stopping = {"monitor": "val_loss", "patience": 2}
    asked = cells(60, early_stopping=stopping)
    view = finished(engine, asked)
    for cell in asked:
        for seed, outcome in enumerate(view.outcomes[cell.key]):
            assert outcome.history == alone(cell, seed).history


def test_predictions_of_the_validation_rows_are_kept_when_asked_for(engine):
    asked = cells(3)
    outcome = finished(engine, asked, predict=True).outcomes["0.1"][1]
    single = alone(asked[2], 1)
    expected = single.model.predict(iris_data().validation.x, verbose=0)
    assert np.allclose(outcome.predictions, expected, atol=1e-5)
    assert finished(engine, asked).outcomes["0.1"][1].predictions is None


def test_a_diverged_run_is_told_and_disturbs_no_other(engine):
    wild = with_rate(iris(5), 1e30).with_compile(optimizer={"type": "SGD", "params": {"learning_rate": 1e30}})
    asked = [Cell("wild", ((wild, iris_data()),)), *cells(5)]
    view = finished(engine, asked)
    assert view.outcomes["wild"][0].diverged
    assert not any(outcome.diverged for cell in asked[1:] for outcome in view.outcomes[cell.key])


def test_the_work_is_dealt_out_evenly():
    asked = [Cell(str(epochs), ((iris(epochs), iris_data()),)) for epochs in (80, 40, 30, 10)]
    piles = study_specs(asked, 2, predict=False)
    assert [[piece.key for piece in pieces] for pieces, _, _ in piles] == [["80"], ["40", "30", "10"]]
    assert len(study_specs(asked[:1], 2, predict=False)) == 1


def test_the_seeds_of_one_cell_are_shared_among_the_workers_and_come_back_in_their_order():
    (cell,) = cells(4, seeds=5)[:1]
    parts = []
    for pieces, spec, arrays in study_specs([cell], 2, predict=False):
        job = StudyJob(spec, arrays)
        job.advance()
        parts.append((pieces, job.status("s"), job.snapshot()))
    assert [[piece.first for piece in pieces] for pieces, _, _ in parts] == [[0], [3]]
    together = study_view(parts).outcomes[cell.key]
    for seed, outcome in enumerate(together):
        assert outcome.history["val_loss"] == pytest.approx(alone(cell, seed).history["val_loss"], rel=1e-4)
    later = study_view(parts[1:]).outcomes[cell.key]  # nothing is known of the first three yet
    assert [outcome.ended for outcome in later] == [False, False, False, True, True]
    assert later[3].history == together[3].history


def test_rows_that_runs_share_are_there_once():
    ((_, spec, arrays),) = study_specs(cells(1), 1, predict=False)
    used = [run["x"] for cell in spec.cells for run in cell.arrays]
    assert len(set(used)) == 1
    assert len([name for name in arrays if arrays[name].shape == arrays[used[0]].shape]) == 1


def job_of(asked: list[Cell]) -> tuple[list[Piece], StudyJob]:
    ((pieces, spec, arrays),) = study_specs(asked, 1, predict=True)
    return pieces, StudyJob(spec, arrays)


def test_a_job_goes_on_elsewhere_behind_its_last_finished_cell():
    now = [0.0]

    def clock() -> float:
        now[0] += 1.0
        return now[0]

    keys, whole = job_of(cells())
    whole.advance()
    ((_, spec, arrays),) = study_specs(cells(), 1, predict=True)
    first = StudyJob(spec, arrays, clock=clock)
    while not first._done:
        first.advance(deadline=now[0])
    second = StudyJob(spec, arrays)
    second.restore(first.snapshot())
    assert 0 < second.epochs_done < second.epochs
    second.advance()
    one, other = outcomes_of(keys, whole.snapshot()), outcomes_of(keys, second.snapshot())
    assert {key: [run.history for run in runs] for key, runs in one.items()} == {
        key: [run.history for run in runs] for key, runs in other.items()
    }


def test_what_is_known_so_far_can_be_looked_at():
    keys, job = job_of(cells(50))
    job.advance(deadline=0.0)
    outcomes = outcomes_of(keys, job.snapshot())
    assert len(outcomes) == 1
    run = next(iter(outcomes.values()))[0]
    assert 1 <= len(run.history["loss"]) <= 50
    assert 0 < job.epochs_done < job.epochs


def test_a_job_can_be_held_and_stopped():
    _, job = job_of(cells(50))
    job.apply(Pause())
    assert not job.advance()
    job.apply(Resume())
    assert job.advance(deadline=0.0)
    job.apply(Stop())
    assert not job.advance()
    assert job.status("s").state == "stopped"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ([], "study.empty"),
        ([Cell("a", tuple((iris(1), iris_data()) for _ in range(ALONE.study_runs + 1)))], "study.too_many_runs"),
        ([Cell("a", tuple((iris(20_000), iris_data()) for _ in range(100)))], "study.too_many_updates"),
    ],
)
def test_a_study_has_bounds(asked, code):
    with pytest.raises(RunError) as refusal:
        check_study(asked, ALONE)
    assert refusal.value.code == code


def test_only_its_owner_sees_a_study_and_a_new_one_replaces_it(engine):
    study = engine.start_study(cells(1), "me")
    with pytest.raises(RunError):
        engine.study(study, "you")
    engine.start_study(cells(1), "me")
    with pytest.raises(RunError):
        engine.study(study, "me")


def test_the_seeds_of_a_functional_model_are_trained_too(engine):
    from lab.data.prepare import prepare
    from lab.data.samples import load_sample
    from lab.starts import start

    experiment = start("two_in_two_out").with_fit(epochs=2)
    data = prepare(load_sample(experiment.data.source.name), experiment.data, experiment.seed)
    asked = [Cell("a", tuple((experiment.replace(seed=seed), data) for seed in (1, 2)))]
    outcomes = finished(engine, asked).outcomes["a"]
    assert len(outcomes) == 2
    assert outcomes[0].history["loss"] != outcomes[1].history["loss"]
