"""A class of small and heavy networks on one worker: the worker's loop and the pressure, on a clock of their own."""

import math
import random
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from statistics import median
from typing import NamedTuple

import pytest

from lab.runs.serve.pooled.hub import Hub
from lab.runs.serve.pooled.pressure import FILLED, Pressure
from lab.runs.wire.messages import Message, Ping, Pong, Quit, Start
from lab.runs.wire.points import Points
from lab.runs.wire.tempo import Tempo
from lab.runs.work import worker as work
from lab.runs.work.suspect import SUSPECT_BYTES, Suspect
from lab.spec.limits import CLASS
from tests.lab.runs.clock import Clock
from tests.lab.runs.jobs import SPEC, status
from tests.lab.runs.test_worker import Letters

BATCH_S = 0.0003
FIRST_S = 0.1  # the first epoch: what is made once is paid for
PACE = 30.0
ARRIVED_S, UNTIL_S = 10.0, 30.0  # measured in between


class Network(NamedTuple):
    """What one epoch takes, and at which pace it is to go."""

    epoch_s: float
    pace: float | None = PACE


SPIRAL, IRIS, CONVOLUTIONS = Network(0.0009), Network(0.0006), Network(0.0066)
UNPACED = Network(0.0009, None)


class Processor(Clock):
    """A clock that computing puts forward.

    Args:
        stretch: how much longer that takes because other programs run, too.
        chance: part by which an epoch takes longer or shorter than another that is the same work.
    """

    def __init__(self, stretch: float = 1.0, chance: float = 0.0) -> None:
        super().__init__()
        self.stretch, self.chance, self.computed_s = stretch, chance, 0.0
        self.dice = random.Random(1)

    def compute(self, seconds: float) -> None:
        self.computed_s += seconds
        self.now += self.stretch * seconds

    def work_of(self, epoch_s: float) -> float:
        return epoch_s * self.dice.uniform(1 - self.chance, 1 + self.chance)


class Computed:
    """A job that computes nothing and takes its time."""

    def __init__(self, network: Network, clock: Processor) -> None:
        self.network, self.clock = network, clock
        self.state, self.reason, self.log = "running", None, ()
        self.ends: list[float] = []
        self.left_s, self.taken, self.between_epochs = FIRST_S, 0, True

    @property
    def kind(self) -> Hashable:
        return self.network

    @property
    def epochs_done(self) -> int:
        return len(self.ends)

    updates = epochs_done
    updates_per_epoch = 1

    @property
    def compute_s(self) -> float:
        return self.epochs_done * self.network.epoch_s

    def advance(self, deadline: float, epochs: int | None) -> None:
        last = math.inf if epochs is None else self.epochs_done + epochs
        while self.epochs_done < last:
            batch_s = min(BATCH_S, self.left_s)
            self.clock.compute(batch_s)
            self.left_s -= batch_s
            self.between_epochs = self.left_s <= 0
            if self.between_epochs:
                self.ends.append(self.clock.now)
                self.left_s = self.clock.work_of(self.network.epoch_s)
            if self.clock.now >= deadline:
                return

    def take_points(self) -> Points:
        begin, self.taken = self.taken, self.epochs_done
        epochs = list(range(begin + 1, self.taken + 1))
        return Points(epochs, {"loss": [0.0] * len(epochs)})

    def take_checkpoints(self) -> list[tuple[int, bytes]]:
        return []

    def snapshot(self) -> bytes:
        return b""

    def status(self, run: str) -> object:
        return status(run, self.state, epoch=self.epochs_done)

    @property
    def epochs_per_s(self) -> float:
        return sum(ARRIVED_S < end < UNTIL_S for end in self.ends) / (UNTIL_S - ARRIVED_S)


class Pinged(Letters):
    """An inbox with a ping each second that tells the tempo in force, as the pool's."""

    def __init__(self, clock: Clock, pressure: Pressure, letters: list[tuple[float, Message]]) -> None:
        super().__init__(clock, letters)
        self.pressure, self.next_at = pressure, 1.0

    def get(self, timeout: float) -> Message:
        if self.next_at <= self.clock.now + timeout and (not self.letters or self.next_at < self.letters[0][0]):
            self.clock.now = max(self.clock.now, self.next_at)
            self.next_at += 1.0
            return Ping(int(self.next_at), self.pressure.tempo.room, self.pressure.tempo.late)
        return super().get(timeout)


@pytest.fixture
def taught(tmp_path, monkeypatch):
    """taught(networks) are the jobs of a class that has trained these for half a minute on one worker."""

    def jobs(
        networks: Sequence[Network], clock: Processor | None = None, pressed: Callable[[Pressure], object] = id
    ) -> list[Computed]:
        clock, made = clock or Processor(), []
        pressure = Pressure(Hub(CLASS, clock), 1, lambda tempo: None)

        def job_of(spec: object, arrays: object, clock: Processor) -> Computed:
            made.append(Computed(networks[len(made)], clock))
            return made[-1]

        def hear(messages: Sequence[Message]) -> None:
            for message in messages:
                if isinstance(message, Pong):
                    pressure.hear(0, message)
                    pressed(pressure)

        monkeypatch.setattr(work, "job_of", job_of)
        (tmp_path / "suspect").write_bytes(b" " * SUSPECT_BYTES)
        first = Start("", SPEC, {}, b"", None, ())
        starts = [
            (0.1 * index, replace(first, run=f"{index}", epochs_per_s=network.pace))
            for index, network in enumerate(networks)
        ]
        inbox = Pinged(clock, pressure, [*starts, (UNTIL_S, Quit())])
        work.Worker(inbox, hear, Suspect(tmp_path / "suspect"), clock, lambda: clock.computed_s).run()
        return made

    return jobs


def rates(jobs: Sequence[Computed], network: Network) -> list[float]:
    """Epochs a second of those that train this one."""
    return [job.epochs_per_s for job in jobs if job.network is network]


def used(jobs: Sequence[Computed]) -> float:
    """Part of the worker's time in which something was computed."""
    return sum(job.epochs_per_s * job.network.epoch_s for job in jobs)


def test_a_small_network_keeps_its_pace_beside_heavy_ones_that_share_what_is_left(taught):
    jobs = taught([SPIRAL, IRIS, CONVOLUTIONS] * 10)
    assert min(rates(jobs, SPIRAL) + rates(jobs, IRIS)) > 0.95 * PACE
    heavy = rates(jobs, CONVOLUTIONS)
    assert min(heavy) >= 0.9 * max(heavy)
    assert 0.75 * FILLED < used(jobs) <= FILLED + 0.02


def test_who_goes_as_fast_as_possible_takes_what_is_left_and_slows_nobody_who_asks_for_less(taught):
    jobs = taught([SPIRAL, IRIS, UNPACED] * 8)
    assert min(rates(jobs, SPIRAL) + rates(jobs, IRIS)) > 0.95 * PACE
    fast = rates(jobs, UNPACED)
    assert min(fast) >= 0.9 * max(fast)
    assert min(fast) > 2 * PACE
    assert used(jobs) > 0.95


def test_all_four_kinds_at_once(taught):
    jobs = taught([SPIRAL, IRIS, CONVOLUTIONS, UNPACED] * 8)
    assert min(rates(jobs, SPIRAL) + rates(jobs, IRIS)) > 0.95 * PACE
    for network in (CONVOLUTIONS, UNPACED):
        assert min(rates(jobs, network)) >= 0.9 * max(rates(jobs, network))
    assert used(jobs) > 0.95


def test_a_class_of_equals_is_slowed_alike_and_leaves_some_of_the_processor(taught):
    jobs = taught([SPIRAL] * 80)
    found = rates(jobs, SPIRAL)
    assert min(found) >= 0.95 * max(found)
    assert 0.75 * FILLED < used(jobs) <= FILLED + 0.02


def test_equals_make_as_many_epochs_though_each_takes_longer_or_shorter_by_chance(taught):
    found = rates(taught([SPIRAL] * 80, Processor(chance=0.5)), SPIRAL)
    assert min(found) >= 0.97 * max(found)


def test_a_worker_that_other_programs_hold_up_leaves_them_their_part(taught):
    jobs = taught([SPIRAL] * 80, Processor(stretch=1.5))
    assert 0.75 * FILLED < 1.5 * used(jobs) <= FILLED + 0.02


def test_at_one_tempo_runs_go_alike_on_a_worker_that_is_held_up_and_on_one_that_is_not(taught):
    def at_one_tempo(pressure: Pressure) -> None:
        pressure.tempo = Tempo(room=0.4 / 60)

    held_up, free = (rates(taught([SPIRAL] * 60, Processor(stretch), at_one_tempo), SPIRAL) for stretch in (1.5, 1.0))
    assert median(held_up) == pytest.approx(median(free), rel=0.02)
