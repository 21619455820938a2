"""Data page: what was read, what the doctor found, one click to treat it, one to undo it, also after a reload."""

import pytest
import streamlit as st

from lab.data.samples import SAMPLE_DATA
from lab.export.link import to_link
from lab.reading.stored import FileFolder, set_file_folder
from lab.spec.limits import ALONE
from lab.texts import say
from pages import PAGES
from pages.ui.bench import bench_of
from tests.harm import HARM
from tests.pages.conftest import Person, seen
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


def test_rare_classes_get_more_weight_by_one_click_and_lose_it_by_another(person_in, language):
    person_in.go_to("data").press(person_in.key("sample", "imbalanced_heavy_rain")).go_to("data")
    before = person_in.experiment
    treat(person_in, "imbalance", "weigh_classes")
    assert person_in.experiment == before.with_fit(class_weight="balanced")
    assert say("remedy.weigh_classes.done", language) in seen(person_in.sentences())
    assert say("finding.imbalance.title", language) not in person_in.sentences()
    undo(person_in, "weigh_classes")
    assert person_in.experiment == before


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


# --- reading otherwise

CODES = b"kind;value;answer\n" + b"".join(
    b"%d;%d,5;%s\n" % (n % 4, n * 7 % 31, b"yes!" if n % 3 else b"no!") for n in range(90)
)


def choose(person: Person, value: object, name: str, *more: str) -> Person:
    box = person.at.selectbox(key=person.key("reading", name, *more))
    box.select_index(0) if value is None else box.set_value(value)  # None would be no choice at all
    return person.look()


def test_a_column_is_read_as_another_kind_and_the_rest_of_the_experiment_stays(person):
    upload(person, "codes.csv", CODES)
    before = person.experiment
    person.at.selectbox(key=person.key("reading", "column")).set_value("kind")
    person.look()
    choose(person, "category", "kind", "kind")
    data = person.experiment.data
    assert [(choice.column, choice.kind) for choice in data.reading.kinds] == [("kind", "category")]
    assert data.replace(reading=before.data.reading) == before.data
    assert person.experiment.model == before.model
    assert "kind = 0" in " ".join(bench_of(person.state()).dataset.feature_names)
    assert "was read again" in person.sentences()
    undo(person, "read_as")
    assert person.experiment == before


def test_what_was_decided_travels_with_a_link_and_with_the_file(person):
    upload(person, "codes.csv", CODES)
    choose(person, "none", "header_row")
    link = to_link(person.experiment)
    again = reopened(person, e=link, lang="en").look().go_to("data")
    st.cache_resource.clear()
    again.at.file_uploader(key=again.key("upload")).upload("codes.csv", CODES, "text/csv")
    again.look()
    assert again.experiment == person.experiment
    assert bench_of(again.state()).table.header_row is None
    assert not again.errors()


def test_a_choice_that_the_file_does_not_allow_is_refused_at_its_widget(person_in, language):
    upload(person_in, "codes.csv", CODES[:200])
    before = person_in.experiment
    choose(person_in, 19, "header_row")
    assert person_in.experiment == before
    assert len(person_in.errors()) == 1
    assert say("form.kept", language) in person_in.sentences()


def test_columns_that_are_gone_after_another_reading_are_named(person_in, language):
    upload(person_in, "codes.csv", CODES)
    choose(person_in, ",", "delimiter")
    assert "value" not in person_in.experiment.data.inputs
    assert any("value" in seen(warning.value) for warning in person_in.at.warning)
    choose(person_in, None, "delimiter")
    assert not person_in.errors()


def test_a_spelling_of_no_value_is_taken_out_of_every_column(person):
    upload(person, "codes.csv", CODES)
    person.at.text_input(key=person.key("reading", "missing_words")).set_value("3")
    person.look()
    assert person.experiment.data.reading.missing_words == ("3",)
    assert bench_of(person.state()).table.column("kind").missing > 0


def test_variables_in_rows_are_turned_into_columns_and_back(person_in, language):
    days = [f"2021-01-{day:02d}" for day in range(1, 29)]
    rows = [
        ["일시", *days],
        ["기온(°C)", *[str(day / 2) for day in range(28)]],
        ["습도(%)", *[str(40 + day % 9) for day in range(28)]],
    ]
    upload(person_in, "turned.csv", "\n".join(",".join(row) for row in rows).encode())
    before = person_in.experiment
    assert say("remedy.transpose", language) in [button.label for button in person_in.at.button]
    person_in.press(next(b.key for b in person_in.at.button if b.label == say("remedy.transpose", language)))
    assert bench_of(person_in.state()).table.column_names == ("일시", "기온(°C)", "습도(%)")
    assert person_in.experiment.data.target in ("기온(°C)", "습도(%)")
    undo(person_in, "transpose")
    assert person_in.experiment == before


def test_the_target_says_why_and_the_next_best_is_one_click_away(person_in, language):
    rows = "".join(f"{20 + i * 7 % 40},{'ab'[i % 2]},{i * 53 % 97 / 3:.2f}\n" for i in range(60))
    upload(person_in, "prices.csv", f"age,place,price\n{rows}".encode())
    assert person_in.experiment.data.target == "price"
    assert say("reason.result", language) in person_in.sentences()
    person_in.press("next-best-0")
    assert person_in.experiment.data.target == "place"
    assert "price" in person_in.experiment.data.inputs


def test_a_column_left_out_says_why_and_comes_back_with_a_click(person_in, language):
    rows = "".join(f"{100 + 3 * i + i // 4},{i * 7 % 40},{i * 53 % 97 / 3:.2f}\n" for i in range(60))
    upload(person_in, "prices.csv", f"case,age,price\n{rows}".encode())
    assert person_in.experiment.data.inputs == ("age",)
    assert say("reason.identifier", language) in person_in.sentences()
    person_in.press("take-back-0")
    assert person_in.experiment.data.inputs == ("case", "age")


def test_a_turned_table_with_a_row_of_classes_is_offered_to_be_turned_and_trains_as_classes(person_in, language):
    samples = [f"s{number}" for number in range(1, 31)]
    rows = [
        ["id", *samples],
        ["length", *[str(1.2 + number % 7 / 2) for number in range(30)]],
        ["width", *[str(0.2 + number % 5 / 3) for number in range(30)]],
        ["kind", *["abb"[number % 3] for number in range(30)]],
    ]
    upload(person_in, "turned.csv", "\n".join(",".join(row) for row in rows).encode())
    label = say("remedy.transpose", language)
    person_in.press(next(button.key for button in person_in.at.button if button.label == label))
    data = person_in.experiment.data
    assert (data.target, data.task, data.inputs) == ("kind", "binary", ("length", "width"))


def test_a_file_that_was_harmed_on_the_server_is_asked_for_again_and_its_experiment_stays(
    person_in, language, tmp_path, monkeypatch
):
    set_file_folder(FileFolder(tmp_path))
    try:
        upload(person_in, "관측.csv", CP949)
        treat(person_in, "rain_gaps", "fill_zero")
        before = person_in.experiment
        monkeypatch.setattr("pages.ui.state.new_owner", lambda: person_in.state().owner)
        person_in.state().desk.tables.clear()  # as when its owner has been away
        [path] = tmp_path.iterdir()
        HARM["a bit"](path)
        back = reopened(person_in, lang=language).look().go_to("data")
        assert say("data_page.own_file_lost", language, name="관측.csv") in back.sentences()
        for page in PAGES:
            back.go_to(page.name)
        assert back.experiment == before
        upload(back, "관측.csv", CP949)
        assert back.experiment == before
        assert not back.errors()
    finally:
        set_file_folder(None)
