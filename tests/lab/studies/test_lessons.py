"""The effects that lessons L06, L07 and L10 to L14 speak of, measured over five seeds, come out again with netcore.

The longer ones are left to `python -m benchmarks.lessons`, which measures all of them.
"""

import pytest

from benchmarks import lessons

SLOW = {"L10": ("2000",), "L12 spiral": ("16-16",), "L13": ("128-128",), "L14": ("dropout", "L2 0.01", "L2 1.0", "240")}
GROUPS = {
    "L06": lessons.losses,
    "L07 optimizers": lessons.optimizers,
    "L07 rates": lessons.learning_rates,
    "L10": lessons.batches,
    "L11": lessons.splits,
    "L12": lessons.capacities,
    "L13": lessons.memorised,
    "L14": lessons.cured,
}


def quick(group: str) -> list[lessons.Measured]:
    def is_slow(one: lessons.Measured) -> bool:
        return any(
            one.lesson.startswith(lesson) and word in one.setting for lesson, words in SLOW.items() for word in words
        )

    return [one for one in GROUPS[group]() if not is_slow(one)]


@pytest.mark.slow
@pytest.mark.parametrize("group", GROUPS)
def test_netcore_repeats_what_the_lessons_measured_within_two_standard_deviations_and_in_order(group):
    lines = list(lessons.run(quick(group)))
    missed = [f"{one.setting} {one.figure}: {one.mean:.4g}, not {one.reference}" for one in lines if not one.met]
    assert not missed
    assert not lessons.out_of_order(lines)
    assert len(lines) >= len(quick(group))
