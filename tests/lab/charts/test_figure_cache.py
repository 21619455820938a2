"""A figure is drawn once for the same content, and anew for any other."""

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
import pytest

from lab.charts import figure_cache
from lab.charts.cache import Kept
from lab.charts.figure_cache import once_drawn


@dataclass(frozen=True)
class Spread:
    name: str
    values: object


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figure_cache, "_kept", Kept(figure_cache.FIGURES, figure_cache.BYTES))


def points(spread: Spread, *, language: str = "ko") -> go.Figure:
    return go.Figure(layout={"title": {"text": f"{spread.name} {language}"}})


def test_the_same_content_gives_the_very_same_figure() -> None:
    first = once_drawn(points, Spread("a", np.arange(3.0)), language="ko")
    assert once_drawn(points, Spread("a", np.arange(3.0)), language="ko") is first


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        (1, True),
        ("1", 1),
        ([1.0, 2.0], (1.0, 2.0)),
        ([1.0, 2.0], np.array([1.0, 2.0])),
        ([[1.0], [2.0]], [[1.0, 2.0], []]),
        (["a", "b"], ["ab"]),
        ({"a": 1}, {"b": 1}),
        ({"a": None}, {"a": "None"}),
        (np.arange(4.0), np.arange(4.0).reshape(2, 2)),
        (np.arange(4.0), np.arange(4.0, dtype=np.float32)),
        (np.r_[np.zeros(5000), 1.0, np.zeros(5000)], np.r_[np.zeros(5001), 1.0, np.zeros(4999)]),
        (Spread("a", 1), Spread("b", 1)),
    ],
)
def test_whatever_differs_is_drawn_anew(one: object, other: object) -> None:
    assert once_drawn(points, Spread("a", one)) is not once_drawn(points, Spread("a", other))


def test_another_function_or_language_draws_anew() -> None:
    korean = once_drawn(points, Spread("a", 1))
    assert once_drawn(points, Spread("a", 1), language="en") is not korean


def test_from_what_cannot_be_read_letter_by_letter_it_is_drawn_each_time() -> None:
    one = Spread("a", object())
    assert once_drawn(points, one) is not once_drawn(points, one)


def test_figures_give_way_by_number_and_by_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figure_cache, "_kept", Kept(3, 10_000))
    first = once_drawn(points, Spread("first", 1))
    for name in "abc":
        once_drawn(points, Spread(name, 1))
    assert once_drawn(points, Spread("first", 1)) is not first
    again = once_drawn(points, Spread("a large one gives way at once", np.zeros(9_900 // 8)))
    once_drawn(points, Spread("a large one", np.ones(9_900 // 8)))
    assert once_drawn(points, Spread("a large one gives way at once", np.zeros(9_900 // 8))) is not again
