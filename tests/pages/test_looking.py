"""Data page, looking: each view is drawn, says which rows it is of, and shows a person's names as letters."""

import json
import re

import pytest

from lab.texts import say
from tests.pages.conftest import Person
from tests.pages.test_bad_input import NASTY, upload


def views(person: Person):
    return next(group for group in person.at.segmented_control if (group.key or "").startswith("look-"))


def see(person: Person, view: str) -> list:
    """The charts of a view."""
    views(person).set_value(view)
    assert not person.look().errors()
    return person.at.get("plotly_chart")


def test_every_view_of_a_table_with_gaps_and_categories(person_in, language):
    person_in.go_to("data").press(person_in.key("sample", "penguins")).go_to("data")
    charts = {view: see(person_in, view) for view in ("columns", "target", "scatter", "correlation")}
    assert {view: len(found) for view, found in charts.items()} == {
        "columns": 8,
        "target": 7,
        "scatter": 1,
        "correlation": 1,
    }
    assert all(chart.proto.alt for found in charts.values() for chart in found)
    told = person_in.sentences()
    assert say("look.rows.sealed", language, sealed="67") in told
    assert say("look.rows.all", language, visible="277") in told
    see(person_in, "table")
    assert any("bill_length_mm" in str(frame.value) for frame in person_in.at.dataframe)


@pytest.mark.parametrize(("name", "view"), [("digits_8x8", "images"), ("ctc_morse", "signals"), ("kr_hourly", "time")])
def test_rows_are_seen_as_what_they_are(person, name, view):
    person.go_to("data").press(person.key("sample", name)).go_to("data")
    assert see(person, view)


def test_many_columns_are_shown_a_page_at_a_time_or_by_name(person):
    person.go_to("data").press(person.key("sample", "breast_cancer")).go_to("data")
    assert len(see(person, "columns")) == 12
    person.at.get("pagination")[0].set_value(3)
    assert len(person.look().at.get("plotly_chart")) == 7
    chooser = next(box for box in person.at.multiselect if "names" in (box.key or ""))
    chooser.set_value(["worst_area"])
    assert len(person.look().at.get("plotly_chart")) == 1


ODD_NAMES = [
    "<img src=x onerror=alert(1)>",
    "=HYPERLINK(1)",
    "'; DROP TABLE t;--",
    "x\u202eevil",
    "\u05d0\u05d1",
    "a\x07b\x1b[31m",
    "😀 :smile:",
    "n" * 9_999,
    "$x$ *y*",
]


def test_odd_names_are_letters_on_the_whole_page(person):
    rows = "\n".join(",".join(str(n * 7 % 31 + place) for place in range(9)) + f",{n % 2}" for n in range(90))
    upload(person, "=cmd|' /C calc'!A0.csv", (",".join(f'"{name}"' for name in ODD_NAMES) + f",y\n{rows}\n").encode())
    assert person.experiment.data.source.columns[:9] == tuple(ODD_NAMES)
    for view in ("columns", "target", "scatter", "correlation"):
        for chart in see(person, view):
            drawn = f"{json.loads(chart.proto.spec)}{chart.proto.alt}"
            assert "<img" not in chart.proto.spec
            assert not {"\\u202e", "\\x07", "\\x1b"} & set(re.findall(r"\\x..|\\u....", drawn))
            assert not {"\u202e", "\x07", "\x1b"} & set(drawn)
            assert len(chart.proto.alt) < 1000
    shown = [mark.value for kind in ("markdown", "caption", "info", "success") for mark in getattr(person.at, kind)]
    shown += [box.label for box in person.at.checkbox]
    assert not any("<img" in one.replace("\\<", "") or ":smile:" in one or "\u202e" in one for one in shown)
    assert max(map(len, shown)) < 2_000


def test_names_and_cells_of_a_file_are_letters_in_every_view(person):
    rows = "\n".join(f"{n * 7 % 31},{n % 2},<i>{n % 3}" for n in range(90))
    upload(person, "t.csv", f'"=1+1 {NASTY}",y,"{NASTY} 2"\n{rows}\n'.encode())
    for view in ("columns", "target"):
        for chart in see(person, view):
            assert "<i>" not in chart.proto.spec
            assert "<b>bold" not in chart.proto.spec
