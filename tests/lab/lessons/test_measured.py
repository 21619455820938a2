"""The effects that the lessons speak of, measured elsewhere over five seeds, come out again with netcore.

The longer ones are left to `python -m tests --all` and to `python -m benchmarks.lessons`, which measures all of them.
"""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.lessons import effects, kept, page
from lab.lessons.change import base_of, experiments_of
from lab.lessons.shelf import lesson, lessons
from lab.studies import bases

QUICK = {  # settings that take a moment
    "01": ("whole", "no_hidden", "frozen", "shuffled"),
    "05": ("watched", "crawling", "brisk"),
    "07": ("sgd_3", "sgd_2", "sgd_1", "adam_2"),
    "10": ("b10", "b100", "b1000"),
    "12": ("u1", "u8"),
    "13": ("four", "linear"),
    "16": ("sgd_raw", "sgd"),
}
LONG = {
    "10": ("patient",),
    "12": ("s16", "s32"),
    "13": ("large",),
    "14": ("dropout", "mixed", "l2", "crushed", "rows_240", "together"),
    "15": ("lstm", "short", "morse", "twice"),  # minutes of computing
}
APART = {  # by the narrow rule, from the seeds 0 to 4
    ("06", "d_mse", "bias"),
    ("07", "sgd_4", "mae"),
    ("07", "adam_3", "mae"),
    ("07", "adam_0", "mae"),
    ("09", "slow", "trained"),
    ("10", "b10", "noise"),
    ("10", "careful", "noise"),
    ("15", "lstm", "mae"),
    ("16", "adam_raw", "acc"),
}
ALL = tuple(f"{number:02d}" for number in range(1, 17))


def assert_met(name: str, keys: list[str]) -> None:
    lines = list(effects.run(lesson(name), keys))
    missed = [one for one in lines if not (one.met if (name, one.setting, one.figure) in APART else one.close)]
    assert [f"{one.setting} {one.figure}: {one.mean:.4g}, not {one.reference}" for one in missed] == []
    assert not effects.out_of_order(lines)
    assert lines


@pytest.mark.parametrize("name", QUICK)
def test_netcore_repeats_what_was_measured_within_two_standard_errors_and_in_order(name):
    assert_met(name, list(QUICK[name]))


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_netcore_repeats_nearly_everything_that_was_measured(name):
    left_out = LONG.get(name, ())
    keys = [setting.key for _, setting in effects.measured_settings(lesson(name)) if setting.key not in left_out]
    assert_met(name, keys)


SHARED = {
    "10": (("days", bases.tomorrows_maximum),),
    "06": (("a", bases.digits), ("b", bases.rain_amount), ("c", bases.heavy_rain), ("d", bases.broken_sensor)),
    "07": (("degrees", bases.maximum_in_degrees),),
    "11": (("blocks", bases.time_trap), ("leak", bases.leak)),
    "13": (("sixty_days", bases.rainy_days),),
    "14": (("sixty_days", bases.rainy_days),),
}
PLACES = [(name, scene, base) for name, scenes in SHARED.items() for scene, base in scenes]


@pytest.mark.parametrize(("name", "scene", "base"), PLACES, ids=lambda one: getattr(one, "__name__", one))
def test_a_one_click_experiment_and_its_lesson_are_the_same_experiment(name, scene, base):
    ours, theirs = base_of(lesson(name).lesson.scene(scene)), base().with_fit(epochs=base().fit.epochs)
    epochs = ours.fit.epochs  # the lesson on losses goes on for longer
    assert ours.replace(name="").with_fit(epochs=epochs).content_hash() == theirs.with_fit(epochs=epochs).content_hash()


def test_a_change_that_is_not_named_leaves_the_base_as_it_is():
    scene = lesson("10").lesson.scene("days")
    made = experiments_of(scene)
    assert made["b10"] == base_of(scene)
    assert {key: one.fit.batch_size for key, one in made.items()} == {"b1": 1, "b10": 10, "b100": 100, "b1000": 1000}


def test_every_figure_that_is_apart_is_named_with_its_reason():
    told = (Path(__file__).resolve().parents[3] / "docs" / "effects.md").read_text(encoding="utf-8")
    reasons = [part.splitlines()[0] for part in told.split("\n* ")]
    for number, setting, figure in sorted(APART):
        assert any(one.startswith("**") and number in one and (setting in one or figure in one) for one in reasons), (
            number
        )


@pytest.mark.parametrize(
    ("mean", "seeds", "close", "met"),
    [
        (1.13, 5, True, True),
        (1.14, 5, False, True),
        (1.1, 50, True, True),
        (1.11, 50, False, True),
        (1.3, 5, False, False),
    ],
)
def test_a_figure_is_held_against_its_reference_by_a_narrow_and_a_wide_rule(mean, seeds, close, met):
    """0.1 is the sd of single seeds: 2 · 0.1 · √(1/5 + 1/n) + 0.01 is narrow, 2 · √(0.1² + 0.1²) + 0.01 wide."""
    line = effects.Line("09-epochs", "days", "slow", "loss", mean, 0.1, (1.0, 0.1), seeds)
    assert (line.close, line.met) == (close, met)


def test_what_is_kept_of_a_lesson_grows_seed_by_seed(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "FOLDER", tmp_path)
    kept.keep("09-epochs", range(2), {"slow.loss": np.array([1.0, 2.0])})
    kept.keep("09-epochs", range(1, 3), {"slow.loss": np.array([5.0, 3.0]), "fast.loss": np.array([7.0, 8.0])})
    found = kept.kept("09-epochs")
    assert kept.of_seeds(found["slow.loss"], range(5)).tolist() == [1.0, 5.0, 3.0]
    assert kept.of_seeds(found["fast.loss"], (2, 100)).tolist() == [8.0]
    assert kept.kept("10-batch-size") == {}


def test_the_page_is_written_anew_with_what_was_measured_and_keeps_all_other_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "FOLDER", tmp_path)
    standing = page.standing_in(page.PAGE.read_text(encoding="utf-8"))
    again = list(page.rows(lessons(), standing))
    assert [line.strip("| ").split(" | ")[:2] for line in again] == [list(name) for name in standing]
    assert all(f"{line}\n" in page.PAGE.read_text(encoding="utf-8") for line in again)

    kept.keep("09-epochs", range(100, 102), {"fast.turn": np.array([3.0, 5.0])})
    anew = [line for line in page.rows(lessons(), standing) if line not in again]
    assert [line.split(" | ")[1:6] for line in anew] == [["`fast` turn", "3.6 ± 2.1", "2.8 ± 0.98", "4 ± 1", "2"]]
