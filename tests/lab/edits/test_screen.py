"""What is on the screen, after every order of uploads, starts, links, edits, runs, stops, reloads and second tabs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache

import pytest

from lab.edits.screen import SHOWS, Scene, Screen, found_again, scene_of
from lab.starts import start

OWN = start("iris").with_data(scaling="none")  # as good as an upload: other data under the same model
WIDE = OWN.with_layer(OWN.model.layers[0].with_params(units=5))
WANTED = (start("iris"), start("penguins"), OWN, WIDE, OWN.with_learning_rate(0.5), WIDE.with_learning_rate(0.5))
IRIS, PENGUINS, UPLOADED = 0, 1, 2
UNITS = {2: 3, 3: 2, 4: 5, 5: 4}  # the same data with another width
RATE = {2: 4, 4: 2, 3: 5, 5: 3}
LONGEST = 6  # steps


@dataclass(frozen=True)
class Run:
    """On the server: what it was told (place in WANTED), and whether it goes on."""

    told: int
    active: bool


@dataclass(frozen=True)
class World:
    """Two tabs of one person at one server; `here` is the tab that is looked at."""

    wanted: tuple[int, int] = (IRIS, IRIS)
    screens: tuple[Screen, Screen] = (Screen(), Screen())
    runs: tuple[Run, ...] = ()  # a run's id is its place
    draft: int = IRIS
    here: int = 0

    @property
    def screen(self) -> Screen:
        return self.screens[self.here]

    @property
    def shows(self) -> int:
        return self.wanted[self.here]

    def scene(self, tab: int | None = None) -> Scene:
        tab = self.here if tab is None else tab
        return scene(*self.run_of(self.screens[tab].run), self.wanted[tab])

    def run_of(self, id: str | None) -> tuple[int | None, bool]:
        return (None, False) if id is None else (self.runs[int(id)].told, self.runs[int(id)].active)

    def want(self, wanted: int) -> "World":
        return replace(self, wanted=swapped(self.wanted, self.here, wanted), draft=wanted)

    def see(self, screen: Screen) -> "World":
        return replace(self, screens=swapped(self.screens, self.here, screen))

    def with_run(self, id: int, run: Run) -> "World":
        return replace(self, runs=(*self.runs[:id], run, *self.runs[id + 1 :]))


@cache
def scene(told: int | None, active: bool, wanted: int) -> Scene:
    return scene_of(None if told is None else WANTED[told], WANTED[wanted], active=active)


@cache
def found(runs: tuple[int, ...], wanted: int) -> Screen:
    return found_again([(str(id), WANTED[told]) for id, told in reversed(list(enumerate(runs)))], WANTED[wanted])


def swapped(pair, place, value):
    return (value, pair[1]) if place == 0 else (pair[0], value)


# --- what a person does; each as the pages do it


def upload(world: World) -> World:
    return world.want(UPLOADED)


def start_ready(world: World) -> World:
    return world.want(PENGUINS)


def link(world: World) -> World:
    """Opened in the same tab: a new session that wants what the link says."""
    return reload(world.want(IRIS))


def edit_units(world: World) -> World:
    return world.want(UNITS[world.shows]) if world.shows in UNITS else world


def edit_rate(world: World) -> World:
    """A run that goes on takes it over."""
    if world.shows not in RATE:
        return world
    follows, turned = world.scene() is Scene.TRAINING, world.want(RATE[world.shows])
    return turned.with_run(int(world.screen.run), Run(turned.shows, True)) if follows else turned


def train(world: World) -> World:
    """The engine stops and keeps what the person had going."""
    kept = tuple(replace(run, active=False) for run in world.runs)
    new = str(len(kept))
    return replace(world, runs=(*kept, Run(world.shows, True))).see(world.screen.with_run(new))


def stop(world: World) -> World:
    if world.scene() is not Scene.TRAINING:
        return world
    id = int(world.screen.run)
    return world.with_run(id, replace(world.runs[id], active=False))


def start_over(world: World) -> World:
    return stop(world).see(world.screen.cleared())


def reload(world: World) -> World:
    wanted = swapped(world.wanted, world.here, world.draft)
    told = tuple(run.told for run in world.runs)
    return replace(world, wanted=wanted).see(found(told, world.draft))


def second_tab(world: World) -> World:
    return reload(replace(world, here=1 - world.here))


def back_to_the_other_tab(world: World) -> World:
    return replace(world, here=1 - world.here)


def open_the_first_run(world: World) -> World:
    if not world.runs:
        return world
    return world.see(world.screen.with_run("0")).want(world.runs[0].told)


STEPS: list[Callable[[World], World]] = [
    *(upload, start_ready, link, edit_units, edit_rate, train, stop),
    *(start_over, reload, second_tab, back_to_the_other_tab, open_the_first_run),
]


@cache
def worlds() -> dict[World, tuple[str, ...]]:
    """Every world that LONGEST steps can lead to -> a shortest way there."""
    known: dict[World, tuple[str, ...]] = {World(): ()}
    edge = [World()]
    for _ in range(LONGEST):
        edge = [new for world in edge for new in after(world, known)]
    return known


def after(world: World, known: dict[World, tuple[str, ...]]) -> Iterator[World]:
    for step in STEPS:
        new = step(world)
        if new not in known:
            known[new] = (*known[world], step.__name__)
            yield new


def test_a_result_is_only_ever_shown_under_the_data_and_the_model_that_made_it():
    for world, way in worlds().items():
        for tab in (0, 1):
            if world.scene(tab).has_run:
                told, wanted = WANTED[world.run_of(world.screens[tab].run)[0]], WANTED[world.wanted[tab]]
                assert (told.data, told.model, told.seed) == (wanted.data, wanted.model, wanted.seed), way
                assert told.compile.loss == wanted.compile.loss, way


def test_verdict_and_test_part_wait_for_the_end_and_curves_do_not():
    for world, way in worlds().items():
        active = world.run_of(world.screen.run)[1]
        shown = world.scene()
        assert shown.shows("verdict") == shown.shows("test") == (shown.has_run and not active), way
        assert shown.shows("curves") == shown.has_run, way


def test_every_run_stays_on_the_shelf_and_only_one_trains():
    for world, way in worlds().items():
        assert len(world.runs) == sum(name == "train" for name in way), way
        assert sum(run.active for run in world.runs) <= 1, way


def test_the_grey_curve_behind_is_never_the_curve_in_front():
    for world, way in worlds().items():
        shown = world.scene()
        grey = world.screen.grey(shown)
        assert grey is None or not (shown.has_run and grey == world.screen.run), way


def test_a_new_session_finds_the_newest_run_that_its_knobs_describe():
    for world, way in worlds().items():
        again = reload(world)
        fits = [id for id, run in enumerate(world.runs) if scene(run.told, False, again.shows).has_run]
        assert again.scene().has_run == bool(fits), way
        assert not fits or again.screen.run == str(fits[-1]), way


def test_what_was_just_trained_is_on_the_screen_and_other_data_clear_it_at_once():
    for world, way in worlds().items():
        assert train(world).scene() is Scene.TRAINING, way
        others = [one for one, other in enumerate(WANTED) if other.data != WANTED[world.shows].data]
        for other in others:
            assert train(world).want(other).scene() is Scene.EMPTY, way
            assert train(world).want(other).want(world.shows).scene() is Scene.TRAINING, way


def test_all_orders_are_looked_at():
    """Few worlds would mean that the steps lead nowhere."""
    assert len(worlds()) > 5_000
    assert {shown for world in worlds() for shown in [world.scene()]} == set(Scene)


@pytest.mark.parametrize("shown", Scene)
def test_a_scene_with_a_result_shows_its_curves_too(shown):
    assert set(SHOWS[shown]) <= {"curves", "verdict", "test"}
    assert not shown.shows("verdict") or shown.shows("curves")


def test_a_deleted_run_leaves_the_screen_wherever_it_stood():
    screen = Screen().with_run("a").with_run("b")
    assert (screen.run, screen.behind) == ("b", "a")
    assert screen.without("a") == Screen("b")
    assert screen.without("b") == Screen(None, "a")
    assert screen.cleared() == Screen(None, "b")
    assert screen.cleared().with_run("c") == Screen("c", "b")
    assert screen.cleared().with_run("b") == Screen("b", None)
