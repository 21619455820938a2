"""Equal experiments are held once, and only as long as somebody holds them."""

import gc
from weakref import ref

from lab.spec.experiment import Experiment
from lab.spec.shared import one_of, shared
from lab.starts import start


def own(batch_size: int = 7) -> Experiment:
    """As of a person who turned a knob: made from nothing that others have."""
    return Experiment.from_json(start("iris").with_fit(batch_size=batch_size).to_json())


def test_whoever_turns_the_same_knob_has_the_same_experiment():
    mine, yours = own(), own()
    assert mine is not yours
    assert shared(yours) is shared(mine) == own()


def test_another_experiment_shares_the_parts_that_are_alike():
    mine, yours = shared(own(7)), shared(own(8))
    assert yours.fit.batch_size == 8
    assert yours.fit is not mine.fit
    assert (yours.data is mine.data, yours.model is mine.model, yours.compile is mine.compile) == (True, True, True)
    assert yours == own(8)
    assert yours.to_json() == own(8).to_json()


def test_what_nobody_holds_is_gone():
    mine = shared(own(11))
    seen = ref(mine)
    del mine
    gc.collect()
    assert seen() is None


def test_what_is_written_alike_and_is_not_equal_is_not_confused():
    held = frozenset({1})
    assert one_of(held, "the same text") is held
    assert one_of(frozenset({2}), "the same text") == {2}
