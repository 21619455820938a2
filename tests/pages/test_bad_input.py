"""Wrong values and files: one clear sentence in the person's language, and nothing else is lost."""

import pytest

from lab.data.samples import SAMPLE_DATA
from lab.texts import say
from tests.pages.conftest import Person

CP949 = (SAMPLE_DATA / "kr_station_daily_cp949.csv").read_bytes()


def upload(person: Person, name: str, content: bytes) -> Person:
    person.go_to("data")
    person.at.file_uploader(key=person.key("upload")).upload(name, content, "text/csv")
    return person.look()


# --- numbers


@pytest.mark.parametrize(
    ("value", "names"),
    [
        (0, ("fit.epochs",)),
        (-5, ("fit.epochs",)),
        (0, ("fit.batch_size",)),
        (-0.1, ("optimizer", "Adam", "learning_rate")),
        (0, ("layer-l0", "Dense", "units")),
        (-1, ("seed",)),
        (10**12, ("fit.epochs",)),
    ],
)
def test_a_value_out_of_range_is_refused_at_its_widget_and_the_last_valid_one_stays(person_in, language, value, names):
    before = person_in.experiment
    person_in.set_number(value, *names)
    assert person_in.experiment == before
    assert len(person_in.errors()) == 1
    assert str(value) in person_in.errors()[0].replace(",", "")
    assert say("form.kept", language) in person_in.sentences()


def test_units_beyond_all_bounds_are_counted_and_told_on_every_page(person):
    person.set_number(2**53 - 1, "layer-l0", "Dense", "units").set_number(2**53 - 1, "layer-l1", "Dense", "units")
    for page in ("layers", "compile", "train"):
        assert not person.go_to(page).at.exception
    assert person.errors()


def test_a_refused_value_is_gone_after_a_visit_to_another_page(person):
    person.set_number(0, "fit.epochs").go_to("data").go_to("train")
    assert person.at.number_input(key=person.key("fit.epochs")).value == 100
    assert not person.errors()


@pytest.mark.parametrize("percent", [-1, 91, 1000])
def test_a_percentage_out_of_range_is_refused_in_per_cent(person, percent):
    person.go_to("data").set_number(percent, "data.split", "test")
    assert len(person.errors()) == 1
    assert str(percent) in person.errors()[0]


def test_parts_that_leave_nothing_to_train_on_are_refused(person):
    person.go_to("data").set_number(70, "data.split", "test").set_number(40, "data.split", "validation")
    assert person.experiment.data.split.validation == 0.2
    assert "95" in person.errors()[0]


@pytest.mark.parametrize("rate", [0.0, 1e9])
def test_learning_rates_that_lessons_need_run_with_a_warning(person_in, rate):
    person_in.set_number(rate, "optimizer", "Adam", "learning_rate")
    assert not person_in.errors()
    assert len(person_in.at.warning) == 1
    person_in.train()
    assert person_in.state().screen.run is not None


def test_a_batch_larger_than_the_data_runs_as_one_and_says_so(person):
    person.set_number(5000, "fit.batch_size")
    assert any("5000" in note.value and "90" in note.value for note in person.at.info)
    person.train(1)
    assert person.engine.view(person.state().screen.run, person.state().owner).updates_per_epoch == 1


def test_a_diverged_run_says_its_likely_cause(person_in, language):
    person_in.press("start.tmax")
    person_in.choose("SGD", "optimizer", "type").set_number(1e9, "optimizer", "SGD", "learning_rate").train()
    run = person_in.engine.view(person_in.state().screen.run, person_in.state().owner)
    assert run.state == "diverged"
    assert any("1e+09" in error for error in person_in.errors())
    person_in.go_to("evaluate")
    assert say("evaluate_page.nothing_learned", language) in person_in.sentences()


# --- models


def test_a_model_without_layers_says_what_to_add_and_cannot_be_trained(person_in):
    person_in.go_to("layers").press("remove-l0").press("remove-l1")
    assert any("Dense(3, softmax)" in error for error in person_in.errors())
    person_in.go_to("train")
    assert person_in.at.button(key="train").disabled
    assert person_in.errors()


def test_an_output_that_does_not_fit_is_explained_and_one_click_mends_it(person):
    person.go_to("layers").set_number(2, "layer-l1", "Dense", "units")
    assert len(person.errors()) == 1
    person.press("mend-model.output_units-l1")
    assert person.experiment.model.layers[-1].params["units"] == 3
    assert not person.errors()


# --- files


def test_a_cp949_file_is_read_and_can_be_trained(person_in):
    upload(person_in, "관측.csv", CP949)
    assert not person_in.errors()
    assert person_in.experiment.data.source.name == "관측.csv"
    assert "CP949" in person_in.at.success[0].value
    person_in.go_to("train").train(3)
    assert person_in.engine.view(person_in.state().screen.run, person_in.state().owner).epoch == 3


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("header_only.csv", b"a,b,c\n"),
        ("one_column.csv", b"a\n1\n2\n3\n"),
        ("book.xlsx", b"PK\x03\x04" + b"[Content_Types].xml xl/workbook.xml" + b"\0" * 200),
        ("picture.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 100),
        ("text.csv", "이름,메모\n가,오늘은 비가 왔습니다\n나,내일은 맑겠습니다\n".encode()),
        ("binary.csv", bytes(range(256)) * 4),
    ],
)
def test_a_file_that_is_no_table_is_refused_and_the_data_in_use_stays(person_in, name, content):
    before = person_in.experiment
    upload(person_in, name, content)
    assert len(person_in.errors()) == 1
    assert person_in.experiment == before


@pytest.mark.parametrize(
    ("column", "content"),
    [
        ("same", b"x,same\n" + b"".join(b"%d,1\n" % n for n in range(30))),
        ("each", b"x,each\n" + b"".join(b"%d,name%d\n" % (n, n) for n in range(30))),
    ],
)
def test_a_target_that_cannot_be_learned_is_refused_with_a_reason(person_in, column, content):
    upload(person_in, "table.csv", b"x2," + content.replace(b"\n", b"\n1.5,", 30))
    person_in.choose(column, "data.target")
    assert person_in.errors()
    person_in.go_to("train")


NASTY = "name `*_:smile:_*` $x$ <b>bold</b> [link](http://x) :red[r]"


def test_column_names_are_data_and_never_markup(person):
    quoted = '"' + NASTY + '"'
    rows = "\n".join(f"{n},{n % 2},{n * 3 % 7}" for n in range(40))
    upload(person, "*table*.csv", f"{quoted},y,z\n{rows}\n".encode())
    assert not person.errors()
    label = next(box.label for box in person.at.checkbox if box.label.startswith("name"))
    assert "\\`" in label
    assert ":smile:" not in label
    for page in ("layers", "compile", "train", "evaluate"):
        person.go_to(page)
