"""Charts of a table: in both languages, never fooled by names, and told apart by more than colour."""

import json

import numpy as np
import pytest

from lab.charts.small import PATTERNS, column_chart, percent, relation_chart, signal_chart
from lab.charts.table import SYMBOLS, correlation_chart, course_chart, images_chart, scatter_chart
from lab.data.look import Look, column_look, correlations, course, points, relation
from lab.data.look.pictures import Images, Signal
from lab.texts import LANGUAGES
from tests.lab.data.tables import spec, table_of

EVIL = "<b>bold</b> %{evil} $x$"
NAMED = "x (°C)"


@pytest.fixture(scope="module")
def look():
    rows = range(90)
    table = table_of(
        **{
            EVIL: [f"<i>{row % 3}</i>" for row in rows],
            NAMED: ["" if row % 9 == 0 else row % 7 + row % 3 for row in rows],
            "z": [row * 0.37 % 5 for row in rows],
            "day": [f"2021-{1 + row // 28:02d}-{1 + row % 28:02d}" for row in rows],
            "rain": ["yes" if row % 3 else "no" for row in rows],
        }
    )
    return Look(table, np.arange(table.rows), "")


def drawn(chart):
    return json.loads(chart.to_json())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_column_has_a_chart_with_its_gaps_and_no_markup(look, language):
    for name in look.table.column_names:
        chart = column_chart(column_look(look, name), language=language)
        assert sum(drawn(chart)["data"][0]["y"]) == 90 - look.table.column(name).missing
        assert "<i>" not in chart.to_json()
        assert "bold</b> %" not in chart.to_json()
    assert (
        "11.1%"
        in drawn(column_chart(column_look(look, NAMED), language=language))["layout"]["title"]["subtitle"]["text"]
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_relations_and_pairs_are_drawn_for_classes_and_for_numbers(look, language):
    classes = spec(look.table, EVIL, NAMED, "z", "rain", task="multiclass")
    number = spec(look.table, "z", NAMED, EVIL, "rain")
    for data in (classes, number):
        for name in data.inputs:
            text = relation_chart(relation(look, data, name), language=language).to_json()
            assert "<i>" not in text
            assert "%{evil}" not in text
    scatter = drawn(scatter_chart(points(look, classes, NAMED, "z")))["data"]
    assert len({trace["marker"]["symbol"] for trace in scatter}) == len(scatter) == 3
    assert drawn(scatter_chart(points(look, number, NAMED, "z")))["data"][0]["marker"]["colorbar"]
    assert drawn(course_chart(course(look, "day", NAMED), {"test": np.datetime64("2021-03-01")}, language=language))


def test_a_column_that_does_not_vary_has_no_correlation():
    table = table_of(a=[1.5, 2, 3, 4] * 10, b=[5] * 40, c=[2, 1, 4, 3] * 10)
    chart = drawn(correlation_chart(correlations(Look(table, np.arange(40), ""), ("a", "b", "c"))))["data"][0]
    assert chart["z"][0][1] is None
    assert chart["text"][0][1] == ""
    assert chart["z"][0][0] == pytest.approx(1.0)


def test_images_and_signals_carry_their_labels_as_letters():
    images = drawn(images_chart(Images(np.zeros((3, 4, 4)), ("<b>", "1", ""))))
    assert images["layout"]["annotations"][0]["text"] == "&#60;b&#62;"
    signal = signal_chart(Signal(4, "<b>A", np.arange(6.0), 4), language="en")
    assert "<b>A" not in signal.layout.title.text
    assert len(signal.data[0].x) == 4


@pytest.mark.parametrize(("share", "words"), [(0, "0"), (1, "100"), (1e-6, "<0.1"), (0.9999, ">99.9"), (0.125, "12.5")])
def test_a_share_that_is_not_none_never_reads_as_none(share, words):
    assert percent(share) == words


def test_signs_and_patterns_do_not_repeat_with_the_colours():
    assert len(set(SYMBOLS)) == len(SYMBOLS) == 6
    assert len(set(PATTERNS)) == len(PATTERNS) == 6
