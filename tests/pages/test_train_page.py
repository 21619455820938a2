"""The train page: buttons, knobs beside the curves, runs found again."""

from dataclasses import replace

import pytest

from lab.data.read import read_table
from lab.edits.advice import Known, applied
from lab.edits.proposals import for_own_table
from lab.export.link import from_link, to_link
from lab.runs.serve.host import set_engine
from lab.runs.serve.inline import InlineEngine
from lab.runs.wire.messages import Reason
from lab.spec.experiment import PartSpec
from lab.spec.limits import ALONE
from lab.starts import start
from lab.texts import say
from lab.verdict.words import say_advice
from tests.pages.conftest import Person
from tests.waiting import LONGEST_S


def test_one_click_trains_and_the_verdict_follows(person_in, language):
    person_in.train()
    run = person_in.engine.view(person_in.state().screen.run, person_in.state().owner)
    assert (run.state, run.epoch) == ("finished", 100)


@pytest.mark.parametrize(("scaling", "told"), [("standard", True), ("none", False)])
def test_curves_of_a_standardised_target_say_that_their_unit_is_another(person, scaling, told):
    person.state().replace_experiment(start("tmax").with_data(target_scaling=scaling))
    assert (say("train_page.scaled_target", "en") in person.look().sentences()) == told


def test_pause_and_continue(person):
    person.press("train").press("pause")
    assert person.engine.view(person.state().screen.run, person.state().owner).state == "paused"
    person.press("resume")
    assert person.engine.view(person.state().screen.run, person.state().owner).state == "running"


def test_one_epoch_at_a_time_from_an_untrained_network(person):
    person.press("one_epoch")
    person.engine.advance()
    person.look().press("one_epoch")
    person.engine.advance()
    run = person.engine.view(person.state().screen.run, person.state().owner)
    assert (run.state, run.epoch) == ("paused", 2)


def test_what_is_said_of_a_run_goes_from_the_page_when_it_no_longer_holds(person, monkeypatch):
    person.train()
    view, said = person.engine.view, [Reason("run.unsaved", {"name": "ENOSPC"})]
    monkeypatch.setattr(person.engine, "view", lambda *who: replace(view(*who), notes=tuple(said)))
    sentence = say("run.unsaved", "en", name="ENOSPC")
    assert sentence in person.look().sentences()

    def saved_meanwhile(state, run_id):
        said.clear()
        return person.engine.view(run_id, state.owner)

    monkeypatch.setattr("pages.ui.run.notes.look_at", saved_meanwhile)
    assert sentence not in person.look().sentences()


def test_stop_keeps_what_was_learned_and_training_can_go_on(person):
    person.press("train")
    person.engine.advance(40)
    person.look().press("stop").press("continue")
    person.engine.advance()
    run = person.engine.view(person.state().screen.run, person.state().owner)
    assert (run.state, run.epoch, run.number) == ("finished", 100, 1)


def test_start_over_leaves_the_curve_in_the_background(person):
    person.train().press("start_over")
    assert person.state().screen.run is None
    assert person.state().screen.behind is not None


def test_a_knob_turned_after_a_run_trains_anew_with_the_last_curve_behind(person):
    person.train()
    first = person.state().screen.run
    person.set_number(8, "layer-l0", "Dense", "units")
    assert person.state().screen.run != first
    assert person.state().screen.behind == first


def test_what_was_refused_of_an_optimizer_holds_up_none_that_takes_its_place(person):
    person.train()
    first = person.state().screen.run
    person.set_number(-1.0, "optimizer", "Adam", "learning_rate")
    assert person.state().screen.run == first
    person.choose("SGD", "optimizer", "type")
    assert person.state().screen.run != first


def test_without_train_on_change_a_knob_waits_for_the_button(person):
    person.train()
    first = person.state().screen.run
    person.at.toggle(key="train_on_change").set_value(False)
    person.look().set_number(8, "layer-l0", "Dense", "units")
    assert person.state().screen.run == first
    assert say("aside.aside", "en", number=1) in person.sentences()
    assert say("verdict_box.details", "en") not in {one.label for one in person.at.expander}
    person.press(f"look-at-{first}")
    assert person.experiment.model.layers[0].params["units"] == 16


def test_a_knob_turned_before_the_first_run_starts_nothing(person):
    person.set_number(8, "layer-l0", "Dense", "units")
    assert person.state().screen.run is None


def test_learning_rate_and_batch_size_change_within_a_run_and_are_recorded(person):
    person.press("train")
    person.engine.advance(10)
    run_id = person.state().screen.run
    person.look().set_number(0.001, "optimizer", "Adam", "learning_rate").set_number(30, "fit.batch_size")
    run = person.engine.view(run_id, person.state().owner)
    assert person.state().screen.run == run_id
    assert (run.learning_rate, run.batch_size) == (pytest.approx(0.001), 30)
    assert [(change.epoch, change.name) for change in run.changes] == [(10, "learning_rate"), (10, "batch_size")]


def test_penalties_and_momentum_are_turned_within_a_run_that_was_made_without_them(person):
    person.state().replace_experiment(person.experiment.with_compile(optimizer=PartSpec(type="SGD")))
    person.look().press("train")
    person.engine.advance(10)
    run_id = person.state().screen.run
    person.look().set_number(0.02, "penalty.l2").set_number(0.5, "optimizer", "SGD", "momentum")
    run = person.engine.view(run_id, person.state().owner)
    assert person.state().screen.run == run_id
    layers = [(change.name, change.layer) for change in run.changes]
    assert layers == [("l2", "0"), ("l2", "1"), ("momentum", "")]
    assert person.at.number_input(key=person.key("penalty.l2")).value == 0.02
    person.engine.advance()
    person.look()
    turned = say("change.of_layers", "en", name=say("change.l2", "en"), layers="1, 2")
    assert turned in person.sentences()
    person.set_number(0.0, "penalty.l2")  # it has ended: another one begins, without what was turned
    assert person.state().screen.run != run_id


def test_ten_times_the_learning_rate_is_one_click(person):
    person.press(person.key("optimizer", "Adam", "learning_rate.up"))
    assert person.experiment.compile.optimizer.params["learning_rate"] == 0.1
    assert person.at.number_input(key=person.key("optimizer", "Adam", "learning_rate")).value == 0.1


def test_more_epochs_go_on_from_the_trained_weights(person):
    person.train()
    run_id = person.state().screen.run
    person.set_number(150, "fit.epochs")
    person.engine.advance()
    run = person.engine.view(run_id, person.state().owner)
    assert person.state().screen.run == run_id
    assert (run.state, run.epoch) == ("finished", 150)


def test_a_run_on_other_data_is_not_followed(person):
    person.train().press("start.penguins")
    first = person.state().screen.run
    person.press("train")
    assert person.state().screen.run != first
    assert person.state().screen.behind == first


def test_a_second_start_keeps_the_first_run(person):
    person.press("train")
    person.engine.advance(5)
    first = person.state().screen.run
    person.look().set_number(8, "layer-l0", "Dense", "units")
    assert person.engine.view(first, person.state().owner).state == "stopped"
    assert "#1" in person.sentences()


def test_an_earlier_run_can_be_opened_with_its_settings(person):
    person.train()
    first = person.state().screen.run
    person.set_number(8, "layer-l0", "Dense", "units")
    person.engine.advance()
    person.look().press(f"open-{first}")
    assert person.state().screen.run == first
    assert person.experiment.model.layers[0].params["units"] == 16


def test_one_more_epoch_after_the_end_goes_on_from_the_trained_weights(person):
    person.train()
    run_id = person.state().screen.run
    person.press("one_epoch")
    person.engine.advance()
    person.look()
    assert person.state().screen.run == run_id
    assert person.engine.view(run_id, person.state().owner).epoch == 101
    assert person.experiment.fit.epochs == 101


def ghost_of(person):
    return person.component("lab_live_curve")["ghost"]


def test_the_last_curve_stays_behind_only_where_it_can_be_compared(person):
    person.train().set_number(8, "layer-l0", "Dense", "units")
    assert set(ghost_of(person)) == {"e", "loss", "val_loss", "accuracy", "val_accuracy"}
    person.engine.advance()
    person.look().choose("MeanSquaredError", "loss", "type")
    assert set(ghost_of(person)) == {"e", "accuracy", "val_accuracy"}
    person.press("start.penguins").press("train")
    assert ghost_of(person) is None


def test_a_link_of_a_run_with_turned_knobs_carries_them(person):
    person.press("train")
    person.engine.advance(10)
    person.look().set_number(0.001, "optimizer", "Adam", "learning_rate")
    person.engine.advance()
    link = person.open("share").at.code[0].value.split("?e=")[1]
    linked = from_link(link)
    assert linked.compile.optimizer.params["learning_rate"] == 0.01  # as it was started
    assert [(change.epoch, change.value) for change in linked.fit.changes] == [(10, 0.001)]


def test_a_run_that_the_server_lost_leaves_one_sentence(person):
    person.train()
    set_engine(InlineEngine())
    person.look()
    assert person.state().screen.run is None
    assert say("run.unknown", "en") in person.sentences()
    assert not person.at.button(key="train").disabled


def test_the_arithmetic_of_updates_is_spelled_out(person_in, language):
    values = {"rows": "90", "batch_size": "10", "per_epoch": "9", "epochs": "100", "updates": "900"}
    assert say("train_page.arithmetic", language, **values) in person_in.sentences()


# --- a new session of the same browser


def reopened(person, **query):
    """The same person's page, loaded again."""
    again = object.__new__(Person)
    again.engine = person.engine
    again.at = type(person.at).from_file(person.at._script_path, default_timeout=LONGEST_S)
    again.at.query_params.update(query)
    return again


def test_a_reloaded_page_finds_its_run_and_its_draft(person, monkeypatch):
    monkeypatch.setattr("pages.ui.state.new_owner", lambda: person.state().owner)
    person.press("train").set_number(12, "layer-l0", "Dense", "units")
    again = reopened(person).look()
    assert again.state().screen.run == person.state().screen.run
    assert again.experiment == person.experiment


def test_a_link_opens_the_experiment(person):
    again = reopened(person, e=to_link(start("spiral")), lang="en").look()
    assert again.experiment == start("spiral")
    assert say("share.opened", "en") in again.sentences()


def test_a_link_to_an_own_file_asks_for_the_file(person):
    columns = ("a", "b")
    data = {"kind": "upload", "name": "mine.csv", "sha256": "0" * 64, "columns": columns}
    experiment = start("iris")
    source = (
        type(experiment.data)
        .model_validate({**experiment.data.model_dump(), "source": data, "inputs": ("a",), "target": "b"})
        .source
    )
    linked = experiment.with_data(source=source, inputs=("a",), target="b")
    again = reopened(person, e=to_link(linked), lang="en").look()
    assert "mine" in again.sentences()
    assert again.at.button(key="train").disabled


def link_to_own_file(content: bytes) -> str:
    """A link as someone makes it who trained on a file with 12 units."""
    table = read_table(content, "mine.csv", ALONE)
    experiment = for_own_table(table)
    hidden = experiment.model.layers[0]
    return to_link(experiment.with_layer(hidden.replace(params={**hidden.params, "units": 12})))


OWN = b"x,y\n" + b"".join(b"%d,%d.5\n" % (n, n * n % 17) for n in range(40))  # halves: numbers, not class codes


@pytest.mark.parametrize(("file", "warned"), [(OWN, False), (OWN + b"41,5.5\n", True)])
def test_the_file_that_a_link_asks_for_brings_its_settings_to_life(person, file, warned):
    again = reopened(person, e=link_to_own_file(OWN), lang="en").look().go_to("data")
    again.at.file_uploader(key=again.key("upload")).upload("mine.csv", file, "text/csv")
    again.look()
    assert "settings stay as they are" in again.sentences()
    other = say("data_page.other_file", "en", wanted="mine.csv")
    assert (other in again.sentences()) == warned  # same columns, other rows: the curves may differ
    again.go_to("train")
    assert again.experiment.model.layers[0].params["units"] == 12
    assert not again.at.button(key="train").disabled


def test_another_file_than_the_link_asks_for_does_not_take_its_settings_away(person):
    again = reopened(person, e=link_to_own_file(OWN), lang="en").look().go_to("data")
    linked = again.experiment
    again.at.file_uploader(key=again.key("upload")).upload(
        "other.csv", OWN.replace(b"x,y", b"height,width"), "text/csv"
    )
    again.look()
    said = again.sentences()
    assert "“mine.csv” (columns: x, y)" in said
    assert "“other.csv” are others (height, width)" in said
    assert again.experiment == linked
    again.press(again.key("use-instead"))
    assert again.experiment.data.source.name == "other.csv"
    assert not again.errors()


def give_experiment_file(person, content: bytes):
    person.open("share").at.file_uploader(key=person.key("experiment-file")).upload(
        "mine.json", content, "application/json"
    )
    return person.look()


def test_a_saved_experiment_file_is_opened(person):
    give_experiment_file(person, start("spiral").to_json(indent=2).encode())
    assert person.experiment == start("spiral")
    assert "“mine.json”" in person.sentences()
    assert not person.errors()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"x,y\n1,2\n",
        b"[1]",
        b"\xff\xfe",
        b'{"model": 3}',
        start("iris").to_json().replace('"Adam"', '"Eve"').replace('"RMSprop"', '"Eve"').encode(),
        b" " * (ALONE.experiment_characters + 1),
    ],
)
def test_a_file_that_is_no_experiment_is_refused_in_one_sentence_and_loses_nothing(person, content):
    give_experiment_file(person, content)
    assert len(person.errors()) == 1
    assert person.experiment == start("iris")


@pytest.mark.parametrize("text", ["nonsense", "1AAAA", "1" + "é" * 10, ""])
def test_a_broken_link_is_refused_in_one_sentence_and_loses_nothing(person, text):
    again = reopened(person, e=text, lang="en").look()
    assert len(again.errors()) == 1
    assert again.experiment == start("iris")


def test_an_advice_is_a_button_that_tries_itself_and_tells_whether_it_helped(person_in, language, monkeypatch):
    person = person_in
    monkeypatch.setattr("pages.ui.state.new_owner", lambda: person.state().owner)
    person.set_number(12, "fit.epochs").train()
    record = person.engine.record(person.state().screen.run, person.state().owner)
    code = next(code for code in record.verdict.advice if f"try-{code}-1" in {one.key for one in person.at.button})
    person.press(f"try-{code}-1")
    assert say("trial.progress", language, seeds=5) in {one.proto.text for one in person.at.get("progress")}
    person.engine.advance()
    person.look()
    tried = person.state().desk.trials[record.id]
    assert len(tried.result.settings) == 2
    assert tried.result.study.conclude(tried.result)[0].say(language) in person.sentences()
    assert any("trial-chart" in chart.proto.id for chart in person.at.get("plotly_chart"))
    again = reopened(person, lang=language).look()
    assert tried.result.study.conclude(tried.result)[0].say(language) in again.sentences()
    person.press("trial-open")
    changed = person.engine.record(person.state().screen.run, person.state().owner).experiment
    assert changed == applied(code, record.experiment, Known.of(record.verdict))


def test_advice_for_a_person_stays_a_sentence_and_all_else_stands_under_details(person_in, language):
    person_in.train()
    record = person_in.engine.record(person_in.state().screen.run, person_in.state().owner)
    buttons = {one.key for one in person_in.at.button}
    for code, told in zip(record.verdict.advice, say_advice(record.verdict, language), strict=True):
        changed = applied(code, record.experiment, Known.of(record.verdict))
        assert (f"try-{code}-1" in buttons) == (changed is not None)
        assert told in person_in.sentences()  # to be read without hovering
    assert say("verdict_box.details", language) in {one.label for one in person_in.at.expander}


def test_the_network_is_drawn_as_it_is_built_and_as_it_has_learned(person):
    untrained = person.component("lab_network_drawing")
    assert 'data-layer="0"' in untrained["drawn"]["wide"]
    assert "stroke-dasharray" not in untrained["drawn"]["wide"]
    assert untrained["learned"] == 0
    person.train(5).press("stop")
    learned = person.component("lab_network_drawing")
    assert learned["run"] == person.state().screen.run
    assert learned["learned"] == person.engine.view(learned["run"], person.state().owner).epoch
    assert "stroke-dasharray" in learned["drawn"]["wide"]  # weights below zero
    person.set_number(8, "layer-l0", "Dense", "units")
    assert "(None, 8)" in person.component("lab_network_drawing")["drawn"]["wide"]


def test_what_was_said_on_a_screen_that_was_not_drawn_to_its_end_is_said_again(person):
    opened = say("share.opened", person.state().language)
    person.state().notice("success", "share.opened")
    person.at.run()
    assert opened in person.sentences()
    person.state().has_said = False  # another screen came before its end
    person.at.run()
    assert opened in person.sentences()
    person.at.run()
    assert opened not in person.sentences()
