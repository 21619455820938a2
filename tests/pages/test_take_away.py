"""Taking a run away on the evaluate page, and bringing it back: archive, notebook, program."""

import pytest

from lab.starts import start
from lab.texts import say
from pages.ui.bench import bench_of
from pages.ui.run import take_away
from pages.ui.run.training import current_run, record_of_run
from tests.lab.export.test_take_away import members


@pytest.fixture
def trained(person_in):
    person_in.set_number(2, "fit.epochs")
    return person_in.train().go_to("evaluate")


def parcels(person):
    """Name -> file, each made as a click on its button makes it."""
    state = person.state()
    record = record_of_run(state, current_run(state))
    bench = bench_of(state)
    return {one.name: one.make() for one in take_away.parcels(state, record, bench.dataset, {})}


def test_every_file_is_offered_and_can_be_made(trained, language):
    labels = [button.label for button in trained.at.get("download_button")]
    files = parcels(trained)
    assert set(files) == {"report", "keras", "notebook", "curves", "weights", "run", "experiment"}
    for name, content in files.items():
        assert say(f"take.{name}", language) in labels
        assert len(content) > 200, "a file, not a sentence that says why there is none"
    assert files["report"].startswith(b"<!DOCTYPE html>")
    assert f'lang="{language}"'.encode() in files["report"]


def test_what_was_taken_away_is_opened_again(trained, language):
    files, before = parcels(trained), trained.experiment
    trained.press("start.penguins").go_to("layers").open("share")
    trained.at.file_uploader(key=trained.key("experiment-file")).upload("k.zip", files["keras"], "application/zip")
    trained.look()
    assert trained.experiment == before
    assert say("share.file_opened", language, name="k.zip") in trained.sentences()

    trained.press("start.penguins").go_to("layers")
    trained.at.file_uploader(key=trained.key("code-file")).upload(
        "n.ipynb", files["notebook"], "application/x-ipynb+json"
    )
    trained.look()
    trained.press("apply-code")
    assert trained.experiment.model.numbered() == before.model.numbered()
    assert trained.experiment.fit == before.fit
    assert trained.experiment.data == start("penguins").data, "how data are prepared is left to the data page"

    program = members(files["keras"])["keras_program.py"]
    trained.at.file_uploader(key=trained.key("code-file")).upload("p.py", program, "text/x-python")
    trained.look()
    assert say("paste.same", language) in trained.sentences()


def test_a_run_that_learned_nothing_can_be_taken_away_too(person):
    person.press("start.tmax")
    person.set_number(1e30, "optimizer", "Adam", "learning_rate")
    person.set_number(2, "fit.epochs")
    person.train().go_to("evaluate")
    assert say("evaluate_page.nothing_learned", "en") in person.sentences()
    assert b"<!DOCTYPE html>" in parcels(person)["report"]


def test_a_file_that_is_no_text_leaves_the_code_box_as_it_was(person):
    person.go_to("layers")
    person.at.file_uploader(key=person.key("code-file")).upload("x.py", b"\xff\xfe\x00\x81", "text/x-python")
    person.look()
    assert any("cannot be read as text" in error for error in person.errors())
    assert person.at.text_area(key="pasted-code").value == ""
