"""What is someone else's is as unknown as what never was: each method of the protocol, each engine, each kind of run.

The methods are read from the protocol, and their arguments are given by name: a new one is tested, or fails here.
"""

import inspect
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from lab.errors import RunError
from lab.runs.kept.record import RunView
from lab.runs.serve.engine import Engine, RunRequest
from lab.runs.serve.inline import InlineEngine
from lab.runs.serve.keys import new_key
from lab.runs.serve.pooled import PoolEngine
from lab.runs.wire.messages import Extend, Pause, SetLearningRate
from lab.spec.limits import ALONE
from tests.lab.runs.runs import iris, iris_data
from tests.lab.runs.test_study import cells
from tests.live.states import wait_for_epoch, wait_for_state, wait_for_study
from tests.waiting import wait_for

OWNERLESS = {"close"}
METHODS = {
    name: inspect.signature(method)
    for name, method in inspect.getmembers(Engine, inspect.isfunction)
    if not name.startswith("_") and name not in OWNERLESS
}
BY_RUN = sorted(name for name, signature in METHODS.items() if "run_id" in signature.parameters)
BY_STUDY = sorted(name for name, signature in METHODS.items() if "study_id" in signature.parameters)
OF_AN_OWNER = sorted(METHODS.keys() - set(BY_RUN) - set(BY_STUDY))
UNHURRIED = 50.0
ENDLESS = 20_000


class Inline:
    """Kinds of runs in the engine without processes."""

    def __init__(self) -> None:
        self.engine = InlineEngine(ALONE)

    def running(self, owner: str) -> str:
        run = self.engine.start(RunRequest(iris(9), iris_data()), owner)
        self.engine.advance(2)
        return run

    def ended(self, owner: str) -> str:
        run = self.running(owner)
        self.engine.advance()
        return run

    def kept(self, owner: str) -> str:
        return self.engine.take_in(self.engine.export(self.ended(owner), owner), owner)

    def study(self, owner: str) -> str:
        study = self.engine.start_study(cells(2), owner)
        self.engine.advance()
        return study


class Pooled:
    """Kinds of runs in the engine of worker processes."""

    def __init__(self, engine: PoolEngine) -> None:
        self.engine = engine

    def running(self, owner: str) -> str:
        run = self.engine.start(RunRequest(iris(ENDLESS), iris_data(), epochs_per_s=UNHURRIED), owner)
        wait_for_epoch(self.engine, run, owner, 2)
        return run

    def ended(self, owner: str) -> str:
        run = self.engine.start(RunRequest(iris(9), iris_data()), owner)
        wait_for_state(self.engine, run, owner, "finished")
        return run

    def kept(self, owner: str) -> str:
        """No longer held by the hub."""
        run = self.ended(owner)
        live = self.engine.hub.own(run, owner)
        wait_for(lambda: not live.saving, "the run on disk")
        self.engine.hub.drop(live)
        return run

    def study(self, owner: str) -> str:
        study = self.engine.start_study(cells(2), owner)
        wait_for_study(self.engine, study, owner, "finished")
        return study


@cache
def a_runs_file() -> bytes:
    some = Inline()
    return some.engine.export(some.ended("somebody"), "somebody")


@dataclass
class Case:
    """A run or study of `owner`."""

    engine: Any
    id: str
    owner: str
    stranger: str


@pytest.fixture(params=["inline", "pooled"])
def kinds(request) -> Inline | Pooled:
    return Inline() if request.param == "inline" else Pooled(request.getfixturevalue("engine"))


@pytest.fixture(params=["running", "ended", "kept"])
def case(request, kinds, owner) -> Case:
    case = Case(kinds.engine, getattr(kinds, request.param)(owner), owner, new_key())
    yield case
    if any(run.id == case.id for run in case.engine.runs_of(owner)):
        case.engine.delete(case.id, owner)


@pytest.fixture
def study(kinds, owner) -> Case:
    return Case(kinds.engine, kinds.study(owner), owner, new_key())


def call(engine: Engine, name: str, id: str, owner: str) -> Any:
    """Call a method of the protocol; a parameter that stands nowhere here is a KeyError."""
    given = {
        "run_id": id,
        "study_id": id,
        "owner": owner,
        "command": Extend(12),
        "changes": {"pinned": True, "name": "theirs"},
        "data": a_runs_file(),
        "request": RunRequest(iris(3), iris_data()),
        "cells": cells(1, seeds=1),
        "predict": False,
    }
    keywords: dict[str, Any] = {}
    for parameter in list(METHODS[name].parameters.values())[1:]:
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            keywords |= given[parameter.name]
        else:
            keywords[parameter.name] = given[parameter.name]
    return getattr(engine, name)(**keywords)


def assert_unknown(action: Callable[[], Any]) -> None:
    with pytest.raises(RunError) as refusal:
        action()
    assert refusal.value.code == "run.unknown"
    assert refusal.value.values == {}


RATES = itertools.count(1)


def as_it_is(case: Case) -> tuple[Any, ...]:
    """All that somebody else could have changed.

    A worker obeys in order: once it has answered its owner, nothing that came before is on its way any more.
    """

    def look() -> RunView:
        return case.engine.view(case.id, case.owner)

    if look().active:
        rate = next(RATES) / 1000
        case.engine.command(case.id, case.owner, SetLearningRate(rate))
        wait_for(lambda: not look().active or look().learning_rate == pytest.approx(rate), "an answer")
    marks = next(run.marks for run in case.engine.runs_of(case.owner) if run.id == case.id)
    view = look()
    return view.epochs, view.state, view.epochs_per_s, {change.name for change in view.changes}, marks


@pytest.mark.parametrize("name", METHODS)
def test_every_method_asks_for_an_owner(name):
    owner = METHODS[name].parameters["owner"]
    assert owner.default is inspect.Parameter.empty
    for kind in (InlineEngine, PoolEngine):
        assert inspect.signature(getattr(kind, name)) == METHODS[name]


@pytest.mark.parametrize("name", BY_RUN)
def test_someone_elses_run_is_as_unknown_as_one_that_never_was_and_nothing_happens_to_it(case, name):
    before = as_it_is(case)
    assert_unknown(lambda: call(case.engine, name, case.id, case.stranger))
    assert_unknown(lambda: call(case.engine, name, new_key(), case.owner))
    assert_unknown(lambda: call(case.engine, name, "", ""))
    assert as_it_is(case) == before
    assert case.engine.runs_of(case.stranger) == []


@pytest.mark.parametrize("name", BY_RUN)
def test_its_owner_is_not_refused(case, name):
    if name == "command" and not case.engine.view(case.id, case.owner).live:
        with pytest.raises(RunError) as refusal:
            call(case.engine, name, case.id, case.owner)
        assert refusal.value.code == "run.not_live"
    else:
        call(case.engine, name, case.id, case.owner)


@pytest.mark.parametrize("name", BY_STUDY)
def test_someone_elses_study_is_as_unknown_as_one_that_never_was(study, name):
    assert_unknown(lambda: call(study.engine, name, study.id, study.stranger))
    assert_unknown(lambda: call(study.engine, name, new_key(), study.owner))
    call(study.engine, name, study.id, study.owner)


def test_a_study_is_no_run_and_a_run_is_no_study(study):
    run = study.engine.start(RunRequest(iris(1), iris_data(), paused=True), study.owner)
    for name in BY_RUN:
        assert_unknown(lambda name=name: call(study.engine, name, study.id, study.owner))
    for name in BY_STUDY:
        assert_unknown(lambda name=name: call(study.engine, name, run, study.owner))
    study.engine.delete(run, study.owner)


def test_a_part_of_a_study_is_no_run_either(engine, owner):
    Pooled(engine).study(owner)
    for part in engine.hub.parts_of(owner):
        for name in BY_RUN:
            assert_unknown(lambda name=name, part=part: call(engine, name, part.id, owner))


@pytest.mark.parametrize("name", OF_AN_OWNER)
def test_what_a_stranger_begins_or_asks_for_leaves_the_runs_of_others_alone(case, name):
    before = as_it_is(case)
    call(case.engine, name, case.id, case.stranger)
    assert as_it_is(case) == before
    assert case.id not in [run.id for run in case.engine.runs_of(case.stranger)]


def test_a_fork_of_someone_elses_run_does_not_go_on_from_its_weights(case):
    fork = iris(9).forked(5)
    mine = case.engine.start(RunRequest(fork, iris_data(), paused=True, fork_of=case.id), case.owner)
    theirs = case.engine.start(RunRequest(fork, iris_data(), paused=True, fork_of=case.id), case.stranger)
    assert set(case.engine.checkpoints(mine, case.owner)) <= {1, 2, 3, 4, 5}
    assert case.engine.checkpoints(theirs, case.stranger) == {}
    case.engine.delete(mine, case.owner)
    case.engine.delete(theirs, case.stranger)


def test_the_key_of_a_stream_is_told_to_the_owner_alone_and_is_no_id(engine, owner):
    run = Pooled(engine).running(owner)
    key = engine.view(run, owner).stream
    assert engine.streams.known(key)
    assert not engine.streams.known(run)
    for name in BY_RUN:
        assert_unknown(lambda name=name: call(engine, name, key, owner))
    engine.command(run, owner, Pause())
    engine.delete(run, owner)
    assert not engine.streams.known(key)
