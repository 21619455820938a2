"""Data page: what was read, what the doctor found, one click to treat it, one to undo it, also after a reload."""

import pytest

from lab.data.samples import SAMPLE_DATA
from lab.limits import ALONE
from lab.texts import say
from tests.pages.conftest import Person
from tests.pages.test_bad_input import NASTY, upload
from tests.pages.test_train_page import reopened

CP949 = (SAMPLE_DATA / "kr_station_daily_cp949.csv").read_bytes()
RAIN = ("일강수량(mm)", "일 최심신적설(cm)")


def treat(person: Person, finding: str, remedy: str) -> Person:
    return person.press(person.key("remedy", finding, remedy, 0))


def undo(person: Person, remedy: str) -> Person:
    """Press the button beside the remedy in the list of what is in force."""
    place = next(button.key for button in person.at.button if f".undo.{remedy}." in (button.key or ""))
    return person.press(place)


def test_the_limits_stand_there_before_anything_is_uploaded(person_in, language):
    person_in.go_to("data")
    assert f"{ALONE.upload_bytes / 1e6:g} MB" in person_in.sentences()
    assert f"{ALONE.rows:,}" in person_in.sentences()


def test_what_was_read_is_one_sentence(person_in, language):
    upload(person_in, "관측.csv", CP949)
    read = next(line for line in person_in.sentences().splitlines() if line.startswith("**관측.csv**"))
    for word in ("1,826", "13", "CP949", say("doctor.delimiter.comma", language)):
        assert word in read
    assert say("doctor.line", language, number=1) in read


def test_a_remedy_is_one_click_and_undoing_it_brings_the_very_experiment_back(person_in, language):
    upload(person_in, "관측.csv", CP949)
    before = person_in.experiment
    assert say("finding.rain_gaps.title", language) in person_in.sentences()
    treat(person_in, "rain_gaps", "fill_zero")
    assert all(person_in.experiment.data.plan_of(column).missing == "zero" for column in RAIN)
    assert say("finding.rain_gaps.title", language) not in person_in.sentences()
    assert say("remedy.fill_zero.done", language, columns=", ".join(RAIN)) in person_in.sentences()
    undo(person_in, "fill_zero")
    assert person_in.experiment == before
    assert say("finding.rain_gaps.title", language) in person_in.sentences()
    assert not person_in.errors()


def test_several_remedies_are_undone_one_by_one(person):
    upload(person, "kma.csv", CP949)
    before = person.experiment
    treat(person, "rain_gaps", "fill_zero")
    after_one = person.experiment
    treat(person, "gaps", "fill_median")
    person.set_number(30, "data.split", "test")  # something of their own in between
    undo(person, "fill_median")
    assert person.experiment.data.replace(split=after_one.data.split) == after_one.data
    assert person.experiment.data.split.test == 0.3
    undo(person, "fill_zero")
    assert person.experiment.data.plans == before.data.plans == ()


def test_what_is_in_force_is_still_there_after_a_reload_and_can_be_undone(person, monkeypatch):
    monkeypatch.setattr("pages.ui.state.new_owner", lambda: person.state().owner)
    upload(person, "kma.csv", CP949)
    before = person.experiment
    treat(person, "rain_gaps", "fill_zero")
    again = reopened(person, lang="en").look().go_to("data")
    assert "Empty cells are 0" in again.sentences()
    undo(again, "fill_zero")
    assert again.experiment == before


def test_an_undo_that_contradicts_the_rest_is_refused_in_a_sentence(person):
    person.press("start.hourly").go_to("data")
    before = person.experiment
    undo(person, "split_by_time")
    assert len(person.errors()) == 1
    assert person.experiment == before


def test_names_of_columns_and_cells_are_never_markup_in_a_finding(person):
    rows = "\n".join(f"{n * 7 % 31},{n % 2},{5}" for n in range(60))
    upload(person, "t.csv", f'x,y,"{NASTY}"\n{rows}\n'.encode())
    said = next(mark.value for mark in person.at.markdown if "name" in mark.value and "smile" in mark.value)
    assert ":smile:" not in said
    assert "<b>" not in said
    assert not person.errors()


@pytest.mark.parametrize("name", ["penguins", "digits_28x28", "kr_hourly", "ctc_morse", "two_in_two_out"])
def test_the_doctor_has_something_to_say_to_any_kind_of_data(person_in, language, name):
    person_in.go_to("data").press(person_in.key("sample", name)).go_to("data")
    assert say("doctor.title", language) in person_in.sentences()
    assert not person_in.errors()
