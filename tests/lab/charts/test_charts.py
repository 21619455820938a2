"""Charts: read from the last row, understood without colour, and never fooled by a person's own text."""

import html
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.charts.compare import LOOKS, MOST_RUNS, Frame, RunCurves, overlaid
from lab.charts.curves import curves, measured
from lab.charts.evaluation import confusion, predicted_actual
from lab.charts.growth import growth
from lab.charts.lessons import Line, lesson_curves
from lab.charts.style import FONT_SIZE, PART_LOOKS, plain, with_unit
from lab.texts import LANGUAGES

HISTORY = {
    "loss": [3.0, 2.0, 1.0],
    "val_loss": [3.1, 2.5, 2.0],
    "accuracy": [0.3, 0.5, 0.9],
    "val_accuracy": [0.3, 0.4, 0.6],
}
EVIL = ['<b>bold</b>', '<a href="javascript:alert(1)">x</a>', "a & b < c", "$x^2$", "%{evil}", "<br>evil"]  # fmt: skip


def run(legend: str, look: int = 0, diverged: bool = False, **curves) -> RunCurves:
    return RunCurves(legend, look, [1, 2, 3], curves or {"train": [3.0, 2.0, 1.0], "validation": [3, 2, 2]}, diverged)


def drawn(chart):
    """The figure as the browser gets it."""
    return json.loads(chart.to_json())


@pytest.mark.parametrize("language", LANGUAGES)
def test_training_is_solid_and_validation_dashed_with_another_symbol(language):
    train, validation = drawn(curves(HISTORY, language=language))["data"]
    assert (train["line"]["dash"], validation["line"]["dash"]) == ("solid", "dash")
    assert train["marker"]["symbol"] != validation["marker"]["symbol"]
    assert train["name"] != validation["name"]
    assert train["x"] == [1, 2, 3]


def test_a_run_without_validation_has_one_curve():
    assert len(curves({"loss": [1.0]}, language="en").data) == 1


@pytest.mark.parametrize(("epochs", "step"), [(1, 1), (10, 1), (11, 2), (20, 2), (21, None)])
def test_no_axis_names_half_an_epoch(epochs, step):
    values = [1.0] * epochs
    assert curves({"loss": values}, language="en").layout.xaxis.dtick == step
    assert measured({"running": values}, language="en", title="loss").layout.xaxis.dtick == step
    line = Line("one", [values], updates=9.0)
    assert lesson_curves([line], "loss", "en").layout.xaxis.dtick == step
    assert lesson_curves([line], "loss", "en", over="update").layout.xaxis.dtick is None


def test_one_seed_is_drawn_once_and_several_thin_around_their_median():
    lines = [Line("one", [[1.0, 0.5]]), Line("three", [[1.0, 0.5]] * 3)]
    widths = [trace.line.width for trace in lesson_curves(lines, "loss", "en").data]
    assert widths == [3, 1.5, 1.5, 1.5, 3]


def test_the_last_run_lies_behind_in_grey():
    chart = curves(HISTORY, language="en", ghost=HISTORY)
    assert len(chart.data) == 4
    assert chart.data[0].line.width < chart.data[2].line.width


def test_baseline_and_best_epoch_are_named_lines():
    layout = drawn(curves(HISTORY, language="en", baseline=1.1, best_epoch=3))["layout"]
    assert len(layout["shapes"]) == 2
    assert [note["text"] for note in layout["annotations"]] == ["baseline (no network)", "lowest validation: epoch 3"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_letters_are_large_and_axes_have_titles(language):
    points = {"train": ([1.0, 2.0], [1.1, 1.9]), "test": ([3.0], [2.0])}
    for chart in (
        curves(HISTORY, "accuracy", language=language),
        overlaid([run("a"), run("b", look=1)], Frame("epoch", "loss"), language=language),
        measured({"running": [3.0, 2.0], "penalty": [1.0, 0.5]}, language=language, title="loss", baseline=2.5),
        growth({1: 1.0, 2: 1e9}, language=language),
        confusion([[3, 1], [0, 2]], ["no", "yes"], language=language),
        predicted_actual(points, "temperature", "°C", language=language),
    ):
        layout = drawn(chart)["layout"]
        assert layout["font"]["size"] >= 16
        assert layout["xaxis"]["title"]["text"]
        assert layout["yaxis"]["title"]["text"]


def test_parts_differ_in_more_than_colour():
    for mark in ("color", "dash", "symbol"):
        assert len({look[mark] for look in PART_LOOKS.values()}) == len(PART_LOOKS)
    assert FONT_SIZE >= 16


@pytest.mark.parametrize("evil", EVIL)
def test_a_persons_text_is_letters_never_markup(evil):
    assert html.unescape(plain(evil)) == evil
    for chart in (
        confusion([[1, 0], [0, 1]], [evil, "b"], language="en"),
        predicted_actual({"test": ([1.0], [2.0])}, evil, evil, language="en"),
        overlaid([run(evil)], Frame("epoch", evil, {1.0: evil}), language="en"),
        curves({evil: [1.0]}, evil, language="en"),
    ):
        assert evil not in json.dumps(drawn(chart))


@given(st.text())
def test_no_text_survives_as_markup(text):
    assert not set("<>$%") & set(plain(text))
    assert html.unescape(plain(text)) == html.unescape(plain(html.unescape(plain(text))))


def test_classes_that_read_alike_keep_their_rows():
    chart = confusion([[1, 0, 0], [0, 2, 0], [0, 0, 3]], ["3", "3.0", "3"], language="ko")
    assert chart.data[0].z[2][2] == 1.0
    assert chart.layout.xaxis.tickvals == (0, 1, 2)


def test_a_class_without_samples_is_a_row_of_zeros():
    assert confusion([[0, 0], [1, 1]], ["a", "b"], language="en").data[0].z[0] == [0.0, 0.0]


def test_many_points_are_thinned():
    values = [float(value) for value in range(100_000)]
    chart = predicted_actual({"train": (values, values)}, "y", "", language="en")
    assert len(chart.data[0].x) <= 2000


def test_no_points_make_an_empty_chart():
    assert predicted_actual({"test": ([], [])}, "y", "", language="en").data[0].x == ()


def test_a_unit_that_the_name_shows_is_not_repeated():
    assert with_unit("기온(°C)", "°C") == "기온(°C)"
    assert with_unit("mass", "g") == "mass (g)"


def test_a_long_class_name_leaves_room_for_the_matrix():
    labels = drawn(confusion([[3, 1], [0, 2]], ["name " * 40, "yes"], language="en"))["layout"]["xaxis"]["ticktext"]
    assert labels[0].endswith("…")
    assert len(labels[0]) < 20
    assert labels[1] == "yes"


# --- several runs


def test_runs_differ_in_colour_and_symbol_and_parts_in_their_dash():
    chart = drawn(overlaid([run("a"), run("b", look=1)], Frame("epoch", "loss"), language="en"))["data"]
    assert [trace["line"]["dash"] for trace in chart[:4]] == ["solid", "dash", "solid", "dash"]
    assert chart[0]["marker"] == chart[1]["marker"] != chart[2]["marker"]
    assert [trace["name"] for trace in chart if trace.get("showlegend") is not False] == [
        "a",
        "b",
        "Training",
        "Validation",
    ]
    assert len({colour for colour, _ in LOOKS}) == len({symbol for _, symbol in LOOKS}) == MOST_RUNS


def test_a_run_that_diverged_does_not_press_the_others_flat():
    away = run("b", 1, True, train=[2.0, 1e9, float("inf")])
    chart = drawn(overlaid([run("a"), away], Frame("epoch", "loss"), language="en"))
    assert chart["layout"]["yaxis"]["range"][1] < 10
    assert chart["data"][2]["y"] == [2.0, 1e9, None]


def test_from_a_fork_on_only_what_came_after_is_drawn():
    chart = drawn(overlaid([run("a")], Frame("epoch", "loss", {}, 2), language="en"))
    assert chart["data"][0]["x"] == [2, 3]
    assert len(chart["layout"]["shapes"]) == 1


def test_long_curves_are_thinned_and_keep_their_last_value():
    values = [float(value) for value in range(20_000)]
    long = RunCurves("a", 0, range(1, 20_001), {"train": values})
    trace = drawn(overlaid([long], Frame("epoch", "loss"), language="en"))["data"][0]
    assert len(trace["x"]) <= 1001
    assert trace["y"][-1] == values[-1]
