"""The compare page: the shelf, what may be compared with what, forks, the time slider and the NaN doctor."""

import json

import pandas as pd
import pytest

from lab.starts import start
from lab.studies.words import number
from lab.texts import say
from lab.verdict.words import say_word
from pages.ui.compare.folds import Asked
from pages.ui.compare.state import CompareView
from tests.pages.conftest import Person, seen
from tests.pages.test_train_page import reopened

EPOCHS = 20


def turn_rate(person: Person, rate: float) -> Person:
    """Another learning rate; the run that follows by itself is trained to its end."""
    person.set_number(rate, "optimizer", "Adam", "learning_rate")
    person.engine.advance()
    return person.look()


@pytest.fixture
def two(person):
    """Two runs that differ in their learning rate, and the compare page."""
    person.set_number(EPOCHS, "fit.epochs").train()
    return turn_rate(person, 0.1).go_to("compare")


def charts(person: Person) -> dict[str, dict]:
    """Every Plotly chart on the screen, by its key."""
    found = {}
    for chart in person.at.get("plotly_chart"):
        key = chart.proto.id.rsplit("-", 1)[-1] if not chart.proto.id else chart.proto.id
        found[next((name for name in KEYS if name in key), key)] = json.loads(chart.proto.spec)
    return found


KEYS = ("compare-chart", "fork-chart", "moment-curves", "moment", "honest", "penalty", "growth")


def legend(person: Person, chart: str = "compare-chart") -> list[str]:
    return [trace["name"] for trace in charts(person)[chart]["data"] if trace.get("showlegend") is not False]


def table(person: Person) -> pd.DataFrame:
    return person.at.dataframe[0].value


def summaries(person: Person):
    return person.engine.runs_of(person.state().owner)


def look_at(person: Person, number: int, look: str) -> Person:
    person.at.segmented_control(key=f"look-{number}").set_value(look)
    return person.look()


# --- the shelf


def test_an_empty_shelf_says_what_will_stand_on_it(person_in, language):
    person_in.go_to("compare")
    assert say("compare.empty", language) in person_in.sentences()


def test_each_run_says_what_sets_it_apart_and_so_does_the_legend(two):
    assert "Learning rate 0.1 · loss" in two.sentences()
    assert legend(two)[:2] == ["#2 · Learning rate 0.1", "#1 · Learning rate 0.01"]
    assert list(table(two)["Run"].str[:2]) == ["#2", "#1"]
    assert table(two)["Epochs"].tolist() == [EPOCHS, EPOCHS]
    names = [trace.get("line", {}).get("dash") for trace in charts(two)["compare-chart"]["data"][:2]]
    assert names == ["solid", "dash"]


def test_eye_and_pin_and_filter_and_order(two):
    two.press("eye-2")
    assert legend(two)[0] == "#1"
    two.press("eye-2").press("pin-1")
    assert [summary.marks.pinned for summary in summaries(two)] == [False, True]
    assert list(table(two)["Run"].str[:2]) == ["#1", "#2"]
    two.press("pin-1")
    two.at.selectbox(key="shelf-sort").set_value("best")
    two.look()
    best = table(two).iloc[:, 5]
    assert best.is_monotonic_increasing
    two.at.text_input(key="shelf-words").set_value("rate 0.1")
    two.look()
    assert list(table(two)["Run"].str[:2]) == ["#2"]
    verdict = say_word(summaries(two)[0].verdict, "en")
    two.at.text_input(key="shelf-words").set_value(f"{verdict} #2")
    two.look()
    assert list(table(two)["Run"].str[:2]) == ["#2"]
    two.at.text_input(key="shelf-words").set_value("")
    two.look().press("shelf-only")
    assert [summary.marks.shown for summary in summaries(two)] == [True, False]


def test_a_name_is_kept_with_the_run_and_found_again_by_a_new_session_as_letters(two, monkeypatch):
    two.at.text_input(key="name-2").set_value("*fast*  <b>one</b>")
    two.look()
    assert "&#60;b&#62;" in legend(two)[0]  # Plotly reads markup in any text
    two.press("eye-1")
    assert summaries(two)[0].title == "*fast* <b>one</b>"
    owner = two.state().owner
    monkeypatch.setattr("pages.ui.state.new_owner", lambda: owner)
    again = reopened(two, lang="en").look().go_to("compare")
    label = again.at.button(key="choose-2").label
    assert r"\*fast\*" in label
    assert "<b>" not in label
    assert seen(label).endswith("*fast* <b>one</b>")
    assert [name for name in legend(again) if name.startswith("#")] == ["#2"]  # of one run nothing else is said


def test_a_run_goes_out_as_a_file_and_comes_back_and_is_deleted(two):
    run = summaries(two)[1]
    data = two.engine.export(run.id, two.state().owner)
    two.at.file_uploader(key=two.key("run-file")).upload("run-1.npz", data, "application/octet-stream")
    two.look()
    assert [summary.number for summary in summaries(two)] == [3, 2, 1]
    assert (
        two.engine.view(summaries(two)[0].id, two.state().owner).history
        == two.engine.view(run.id, two.state().owner).history
    )
    two.at.file_uploader(key=two.key("run-file")).upload("run-9.npz", b"no run", "application/octet-stream")
    two.look()
    assert say("run.not_a_run", "en") in two.sentences()
    two.press("delete-yes-3")
    assert [summary.number for summary in summaries(two)] == [2, 1]
    assert two.errors() == []


def test_curves_by_epoch_by_update_and_by_second(two):
    two.go_to("train").set_number(30, "fit.batch_size")
    two.engine.advance()
    two.look().go_to("compare")
    ends = {}
    for axis in ("epoch", "update", "second"):
        two.at.segmented_control(key="compare-axis").set_value(axis)
        two.look()
        ends[axis] = [trace["x"][-1] for trace in charts(two)["compare-chart"]["data"][:6:2]]
    assert ends["epoch"] == [EPOCHS] * 3
    assert ends["update"] == [3 * EPOCHS, 9 * EPOCHS, 9 * EPOCHS]
    assert ends["second"] == pytest.approx([summary.compute_s for summary in summaries(two)])


def test_every_series_of_the_runs_can_be_drawn_with_its_baseline(two):
    key = two.key("compare", "quantity")
    assert two.at.selectbox(key=key).options == ["Loss", "Accuracy"]
    two.at.selectbox(key=key).set_value("accuracy")
    two.look()
    chart = charts(two)["compare-chart"]
    assert chart["layout"]["shapes"][0]["y0"] == pytest.approx(1 / 3, abs=1e-6)
    two.at.segmented_control(key="compare-parts").set_value(["evaluated"])
    two.look()
    assert {trace["line"]["dash"] for trace in charts(two)["compare-chart"]["data"]} == {"dot"}


def test_a_run_is_opened_on_the_train_page_and_led_back_from_there(two):
    two.press("choose-1").press("open-1")
    assert two.state().page == "train"
    assert two.engine.view(two.state().screen.run, two.state().owner).number == 1
    two.press("compare")
    assert (two.state().page, two.state().held(CompareView).look) == ("compare", "verdict")


def test_a_run_that_goes_on_is_drawn_so_far(two):
    two.go_to("train").set_number(30, "fit.batch_size")
    two.engine.advance(5)
    two.look().go_to("compare")
    assert say("closer.going_on", "en") in two.sentences()
    assert charts(two)["compare-chart"]["data"][0]["x"][-1] == 5
    two.engine.advance()
    two.look()
    assert say("closer.going_on", "en") not in two.sentences()


# --- is it fair, which is better


def test_other_luck_is_kept_out_until_it_is_let_in_and_then_named(two):
    two.go_to("train").set_number(7, "seed")
    two.engine.advance()
    two.look().go_to("compare")
    assert [name[:2] for name in legend(two) if name.startswith("#")] == ["#3"]
    assert say("compare.left_out", "en", count=2) in two.sentences()
    two.at.toggle(key="compare-fair").set_value(False)
    two.look()
    warning = seen(two.at.warning[0].value)
    assert warning.startswith(say("compare.unfair", "en", what="").strip())
    assert "7 / 0" in warning
    two.press("again-1")
    two.engine.advance()
    two.look()
    assert [experiment_of(two, number).seed for number in (4, 3)] == [7, 7]


def experiment_of(person: Person, number: int):
    run = next(run for run in summaries(person) if run.number == number)
    return person.engine.record(run.id, person.state().owner).experiment


def test_two_runs_are_compared_in_a_sentence_against_chance(two):
    assert "#2" in two.sentences()
    assert any("chance" in text.value.lower() for text in two.at.markdown)
    two.go_to("train").set_number(30, "fit.batch_size")
    two.engine.advance()
    two.look().go_to("compare").press("eye-2")
    assert "More than one thing was changed" in two.sentences()


# --- the sealed test part


def test_the_test_column_is_empty_until_it_is_opened_and_openings_are_counted(two):
    assert table(two).iloc[:, 6].isna().all()
    two.go_to("evaluate").press("open_test").go_to("compare")
    value = table(two).iloc[:, 6]
    assert value.notna().tolist() == [True, False]
    assert table(two)["Test part opened"].tolist() == [1, 0]
    assert say("compare.openings", "en", count=1) in two.sentences()
    assert say("summary.opened", "en", count=1) in two.sentences()
    two.go_to("train").press("one_epoch")
    two.engine.advance()
    two.look().go_to("evaluate")  # it has learned more: what was opened was another network
    two.press("open_test")
    assert say("evaluate_page.opened", "en", count=2, runs="#2") in two.sentences()


# --- one run from close by


def test_a_fork_is_drawn_beside_its_parent_from_the_fork_on(two):
    look_at(two, 2, "fork")
    two.at.slider(key="fork-epoch-2").set_value(12)
    two.look()
    two.at.selectbox(key="fork-knob-2").set_value("dropout")
    two.look().press("fork-start")
    two.engine.advance()
    two.look()
    fork, parent = experiment_of(two, 3), experiment_of(two, 2)
    assert fork.parent() == parent.replace(name="")
    assert fork.origin.epoch == 12
    histories = [two.engine.view(run.id, two.state().owner).history["loss"] for run in summaries(two)[:2]]
    assert histories[0][:12] == histories[1][:12]
    assert histories[0][12:] != histories[1][12:]
    chart = charts(two)["fork-chart"]
    assert [trace["x"][0] for trace in chart["data"][:4]] == [12] * 4
    assert "forks from #2 at epoch 12" in two.sentences()
    assert two.errors() == []


def test_the_train_page_leads_to_a_fork_and_a_fork_can_begin_anew(two):
    two.go_to("train").press("fork")
    assert (two.state().page, two.state().held(CompareView).look) == ("compare", "fork")
    two.press("fork-start").go_to("train")
    assert two.experiment.origin is not None
    two.press("from_start")
    assert two.experiment.origin is None


def test_a_fork_out_of_range_is_refused_with_a_sentence(two):
    look_at(two, 2, "fork")
    two.at.number_input(key="fork-value-2-learning_rate").set_value(-1.0)
    two.look()
    assert len(two.errors()) == 1
    assert two.at.button(key="fork-start").disabled


@pytest.mark.parametrize("name", ["circle", "iris", "tmax"])
def test_the_time_slider_brings_back_each_epoch(person, name):
    person.state().replace_experiment(start(name).with_fit(epochs=6))
    person.look().train().go_to("compare")
    look_at(person, 1, "slider")
    person.press("moment-back")
    assert person.at.slider(key="moment-1").value == 5
    view = person.engine.view(summaries(person)[0].id, person.state().owner)
    assert number(view.history["val_loss"][4]) in [metric.value for metric in person.at.metric]
    person.at.slider(key="moment-1").set_value(0)
    person.look()
    assert person.errors() == []
    assert len(person.at.get("plotly_chart")) >= 3


def test_honest_curves_name_the_reasons_and_tell_penalty_from_error(person):
    person.set_number(EPOCHS, "fit.epochs").train().go_to("compare")
    look_at(person, 1, "fork")
    person.at.selectbox(key="fork-knob-1").set_value("l2")
    person.look().press("fork-start")
    person.engine.advance()
    person.look().press("choose-2")
    look_at(person, 2, "honest")
    drawn = charts(person)
    assert len(drawn["honest"]["data"]) == 3
    assert len(drawn["penalty"]["data"]) == 4
    assert "is no error but the penalty" in person.sentences()
    total = [trace["y"][-1] for trace in charts(person)["compare-chart"]["data"][:4]]
    person.at.selectbox(key=person.key("compare", "quantity")).set_value("data_loss")
    person.look()
    apart = [trace["y"][-1] for trace in charts(person)["compare-chart"]["data"][:4]]
    assert [one < other for one, other in zip(apart, total, strict=True)] == [True, True, False, False]


def test_cross_validation_tells_how_much_is_the_luck_of_the_rows(person):
    person.set_number(5, "fit.epochs").train().go_to("compare")
    look_at(person, 1, "folds")
    person.at.segmented_control(key="fold-count").set_value(3)
    person.look().press("folds-start")
    person.engine.advance()
    person.look()
    asked = person.state().held(Asked).folded
    assert sorted(asked.outcomes) == ["0", "1", "2"]
    ends = [outcome.history["val_loss"][-1] for (outcome,) in asked.outcomes.values()]
    assert number(sum(ends) / 3) in person.sentences()
    assert len(summaries(person)) == 1  # folds are no runs of the shelf
    assert person.errors() == []


def diverged(person: Person) -> Person:
    """Who has trained at too high a rate."""
    sgd = {"type": "SGD", "params": {"learning_rate": 1.0}}
    experiment = start("tmax").with_data(target_scaling="none").with_fit(epochs=3).with_compile(optimizer=sgd)
    person.state().replace_experiment(experiment)
    return person.look().train()


def test_what_the_nan_doctor_looks_for_long_is_found_aside_and_once(person, noted):
    diverged(person).look()
    assert [job.what for job in noted.asked] == ["bad_update"]
    assert say("nan_doctor.title", "en") in person.sentences()


def test_a_nan_doctor_who_does_not_find_it_in_time_says_so_and_the_verdict_stays(person, noted):
    noted.refused = "bad_update"
    diverged(person)
    assert say("inside.too_slow", "en", seconds="60") in person.sentences()
    assert say("verdict.cause.learning_rate", "en", value=1.0) in person.sentences()
    assert say("nan_doctor.title", "en") not in person.sentences()


def test_the_nan_doctor_names_layer_and_cause_and_mends_with_one_click(person):
    diverged(person)
    first = summaries(person)[0]
    assert first.state == "diverged"
    assert say("nan_doctor.title", "en") in person.sentences()
    assert say("verdict.cause.learning_rate", "en", value=1.0) in person.sentences()
    person.press("try-standardise_target-1")
    person.engine.advance()
    person.look()
    assert experiment_of(person, 2).data.target_scaling == "standard"
    person.go_to("compare").press("choose-1")
    look_at(person, 1, "doctor").press("remedy-lower_learning_rate")
    assert experiment_of(person, 3).compile.optimizer.params["learning_rate"] == pytest.approx(0.1)


def test_files_that_are_no_runs_any_more_are_told_and_deleted_by_a_click(person, monkeypatch):
    damaged = ["damaged-0"]
    monkeypatch.setattr(person.engine, "set_aside", lambda owner: list(damaged))
    monkeypatch.setattr(person.engine, "delete", lambda run_id, owner: damaged.remove(run_id))
    person.go_to("compare")
    assert say("shelf.damaged", person.state().language, count=1) in [warning.value for warning in person.at.warning]
    person.press("delete-damaged")
    assert damaged == []
    assert not person.at.warning
