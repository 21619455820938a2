"""What is worked out for an experiment is worked out once for everybody who has it on the screen."""

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest

from lab.spec.data import UploadSource
from lab.starts import start
from pages.ui.bench import Bench, Shared, bench_of, lay_out
from pages.ui.desk import Desk
from tests.pages.conftest import Person
from tests.waiting import wait_for


def test_two_people_with_the_same_experiment_share_its_bench(person, engine):
    other = Person(engine, "en")
    other.state().replace_experiment(person.experiment.with_fit(epochs=person.experiment.fit.epochs))
    other.look()
    assert bench_of(other.state()) is bench_of(person.state())


def test_a_knob_that_one_of_them_turns_gives_that_one_another(person, engine):
    other = Person(engine, "en").set_number(7, "fit.epochs")
    assert bench_of(other.state()).experiment.fit.epochs == 7
    assert bench_of(person.state()).experiment.fit.epochs != 7


def test_a_bench_is_kept_no_longer_than_somebody_has_it_on_the_screen():
    experiment = start("iris").with_fit(epochs=321)
    kept = lay_out(experiment, Desk())
    assert lay_out(experiment, Desk()) is kept
    gone = weakref.ref(kept)
    del kept
    gc.collect()
    assert gone() is None


class Asked(str):
    """An experiment that counts how often it was looked for."""

    looked = 0

    def __hash__(self) -> int:
        self.looked += 1
        return super().__hash__()


def test_who_opens_the_same_in_the_same_moment_waits_for_the_first_instead_of_doing_it_too():
    shared, first, second, made = Shared(), Asked("one link"), Asked("one link"), []

    def make() -> Bench:
        wait_for(lambda: second.looked, "the second person")
        made.append(Bench(first, None, None, None))
        return made[-1]

    with ThreadPoolExecutor() as people:
        both = [people.submit(shared.get, first, make)]
        wait_for(lambda: first.looked, "the first person")
        both.append(people.submit(shared.get, second, make))
        assert [one.result() for one in both] == [made[0], made[0]]
    assert len(made) == 1


def test_where_the_first_cannot_make_it_the_next_one_does():
    shared, made = Shared(), Bench(None, None, None, None)

    def fails() -> Bench:
        raise MemoryError

    with pytest.raises(MemoryError):
        shared.get("one link", fails)
    assert shared.get("one link", lambda: made) is made


def test_an_own_file_is_laid_out_for_its_owner_alone():
    iris = start("iris")
    source = UploadSource(name="mine.csv", sha256="0" * 64, columns=iris.data.inputs)
    mine = iris.replace(data=iris.data.replace(source=source))
    one, other = lay_out(mine, Desk()), lay_out(mine, Desk())
    assert one is not other
    assert one.refusal is not None
    assert one.refusal.code == "data_page.own_file_missing"
