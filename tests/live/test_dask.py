"""Studies on a Dask cluster: a real scheduler and two worker processes, killed in mid sweep."""

from functools import cache

import numpy as np
import pytest

from lab.runs.kept.store import RunStore
from lab.runs.serve.inline import InlineEngine
from lab.runs.serve.pooled import PoolEngine
from lab.spec.limits import ALONE
from lab.texts import LANGUAGES, say_error
from tests.lab.runs.test_study import cells
from tests.live.clusters import dask_cluster
from tests.live.states import wait_for_study
from tests.waiting import wait_for

EPOCHS = 200  # enough to be killed on the way


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with dask_cluster(tmp_path_factory.mktemp("dask")) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def engine(cluster, tmp_path_factory):
    engine = PoolEngine(ALONE, RunStore(tmp_path_factory.mktemp("runs"), ALONE), workers=1, dask=cluster.address)
    engine.begin()
    wait_for(lambda: engine._cluster.places() == 2, "two workers of the cluster")
    yield engine
    engine.close()


def numbers(view):
    """Every number of a study, bit by bit, without the seconds that it took."""
    return {
        key: [
            (
                {name: np.array(values).tobytes() for name, values in (run.history | run.extras).items()},
                (run.ended, run.diverged, run.updates, run.parameters, run.memory_bytes),
                None if run.predictions is None else run.predictions.tobytes(),
            )
            for run in runs
        ]
        for key, runs in view.outcomes.items()
    }


def here(asked, **how):
    """The same study in this thread."""
    engine = InlineEngine(ALONE)
    study = engine.start_study(asked, "me", **how)
    engine.advance()
    return numbers(engine.study(study, "me"))


def long_cells():
    return cells(EPOCHS, seeds=2)


@cache
def long_numbers():
    return here(long_cells())


def note(engine, study, owner):
    found = engine.study(study, owner).note
    return None if found is None else found.code


def parts(engine, owner):
    return engine.hub.parts_of(owner)


def test_a_study_on_a_cluster_gives_the_numbers_of_this_thread_bit_for_bit(engine, owner):
    study = engine.start_study(cells(8), owner, predict=True)
    assert note(engine, study, owner) == "study.on_cluster"
    wait_for_study(engine, study, owner, "finished")
    view = engine.study(study, owner)
    assert numbers(view) == here(cells(8), predict=True)
    assert view.done == view.total == 8 * 9
    assert {part.worker for part in parts(engine, owner)} == {engine._dispatch.cluster}
    assert not engine._cluster._tasks


def test_a_worker_killed_in_mid_sweep_loses_nothing(engine, cluster, owner):
    study = engine.start_study(long_cells(), owner)
    wait_for(lambda: engine.study(study, owner).done > 0, "the first epochs, told on the way")
    cluster.kill_worker(0)
    cluster.start_worker()
    wait_for_study(engine, study, owner, "finished")
    assert numbers(engine.study(study, owner)) == long_numbers()
    assert note(engine, study, owner) == "study.on_cluster"


def test_a_study_can_be_stopped_and_its_workers_are_free_again(engine, owner):
    study = engine.start_study(cells(20_000, seeds=7), owner)
    wait_for(lambda: engine.study(study, owner).done > 0, "the first epochs")
    engine.stop_study(study, owner)
    wait_for_study(engine, study, owner, "stopped")
    following = engine.start_study(cells(2), owner)
    wait_for_study(engine, following, owner, "finished")


def test_a_study_that_nobody_looks_at_is_held_and_goes_on_when_somebody_does(engine, owner):
    study = engine.start_study(long_cells(), owner)
    wait_for(lambda: engine.study(study, owner).done > 0, "the first epochs")
    with engine.hub.lock:
        for part in parts(engine, owner):
            part.seen_at -= ALONE.reader_grace_s + 1
    engine.caretaker.sweep()
    wait_for(lambda: all(part.status.state in ("paused", "finished") for part in parts(engine, owner)), "a pause")
    wait_for_study(engine, study, owner, "finished")
    assert numbers(engine.study(study, owner)) == long_numbers()


def test_when_the_scheduler_is_gone_the_rest_is_computed_here_and_a_sentence_says_so(engine, cluster, owner):
    """The last of this file: there is no cluster after it."""
    study = engine.start_study(long_cells(), owner)
    wait_for(lambda: engine.study(study, owner).done > 0, "the first epochs")
    cluster.kill_scheduler()
    wait_for_study(engine, study, owner, "finished")
    view = engine.study(study, owner)
    assert numbers(view) == long_numbers()
    assert view.note.code == "study.cluster_lost"
    following = engine.start_study(cells(2), owner)
    wait_for_study(engine, following, owner, "finished")
    missing = engine.study(following, owner).note
    assert missing.code == "study.cluster_missing"
    assert len({say_error(missing, language) for language in LANGUAGES}) == len(LANGUAGES)
