"""The inside page: any run, brought back to any epoch by one slider; stuck units, and the ways from and to them."""

import json

import pytest

from lab.insight.inside import looker
from lab.starts import start
from lab.texts import say
from pages.ui.compare import back
from tests.pages.conftest import Person

EPOCHS = 6


def trained(person: Person, name: str = "iris", **layer) -> Person:
    experiment = start(name).with_fit(epochs=EPOCHS)
    if layer:
        experiment = experiment.with_layer(experiment.model.layers[0].with_params(**layer))
    person.state().replace_experiment(experiment)
    return person.look().train()


def charts(person: Person) -> dict[str, dict]:
    """Every Plotly chart on the screen, by its key."""
    return {
        chart.proto.id.rsplit("-inside-", 1)[-1]: json.loads(chart.proto.spec)
        for chart in person.at.get("plotly_chart")
    }


def slider(person: Person):
    [found] = [one for one in person.at.slider if str(one.key).startswith("inside-")]
    return found


def test_without_a_run_the_page_says_where_one_comes_from(person_in, language):
    person_in.go_to("inside")
    assert say("compare.empty", language) in person_in.sentences()


def test_a_run_is_opened_from_the_train_page_and_one_slider_takes_every_picture_along(person_in, language):
    person = trained(person_in)
    person.press("inside")
    assert person.state().page == "inside"
    assert slider(person).value == EPOCHS
    assert {"course", "now", "norm", "ratio", "stuck"} <= set(charts(person))
    told = say("inside.quantity.weights", language)
    assert f"{told}" in person.sentences()
    slider(person).set_value(0)
    person.look().press("inside-on")
    assert slider(person).value == 1
    drawn = [chart["layout"]["shapes"] for name, chart in charts(person).items() if name != "now"]
    marks = {shape["x0"] for shapes in drawn for shape in shapes if shape["x0"] == shape["x1"]}
    assert [10**mark - 1 for mark in marks] == pytest.approx([1])
    assert person.errors() == []


def test_layer_and_quantity_are_chosen(person):
    trained(person).go_to("inside")
    person.at.segmented_control(key="inside-quantity").set_value("gradients")
    person.look()
    before = charts(person)["course"]
    layer = next(one for one in person.at.segmented_control if str(one.key).startswith("inside-layer"))
    layer.set_value(person.experiment.model.layers[1].id)
    person.look()
    assert charts(person)["course"]["data"] != before["data"]


def test_stuck_units_are_named_with_remedies_and_a_way_to_their_knob(person):
    trained(person, kernel_initializer="zeros").go_to("inside")
    assert "units are dead (unit 1, unit 2" in person.sentences()
    assert "and 8 more" in person.sentences()
    person.press("inside-leaky_units")
    assert person.state().page == "train"
    assert person.experiment.model.layers[0].params["activation"] == "leaky_relu"
    person.go_to("inside").press("inside-to-knob")
    assert person.state().page == "layers"


@pytest.mark.parametrize("name", ["two_in_two_out", "digits_conv"])
def test_other_networks_are_looked_into_as_well(person, name):
    trained(person, name).go_to("inside")
    assert "course" in charts(person)
    assert person.errors() == []


def show(person: Person, look: str) -> Person:
    person.at.segmented_control(key="inside-look").set_value(look)
    return person.look()


@pytest.mark.parametrize(
    ("name", "drawn", "tiled"),
    [
        ("iris", {"weights", "unit"}, set()),
        ("spiral", {"weights", "unit"}, {"surfaces"}),
        ("lecture", {"unit"}, {"weights", "best"}),
        ("two_in_two_out", {"unit"}, set()),
    ],
)
def test_units_are_shown_by_what_the_inputs_are(person, name, drawn, tiled):
    show(trained(person, name).go_to("inside"), "units")
    assert set(charts(person)) == drawn
    groups = [html.proto.body for html in person.at.get("html") if 'class="inside-tiles"' in html.proto.body]
    starts = {say(f"inside.alt.{one}", "en", layer="").split(":")[0].strip(" .") for one in tiled}
    assert {start for start in starts if any(start in group for group in groups)} == starts
    assert len(groups) == len(tiled)
    show(person, "together")
    assert set(charts(person)) == {"embedding", "correlation"}
    before = charts(person)
    slider(person).set_value(1)
    person.look()
    assert charts(person) != before
    assert person.errors() == []


def test_the_plane_is_bent_where_there_is_one_and_elsewhere_a_sentence_says_which_network_has_one(person):
    show(trained(person, "spiral").go_to("inside"), "warp")
    assert len(charts(person)["warp"]["frames"]) == 4
    show(trained(person.go_to("train"), "iris").go_to("inside"), "warp")
    assert say("inside.warp.not_here", "en") in person.sentences()


def test_the_landscape_is_worked_out_when_asked_for_and_the_star_follows_the_slider(person):
    show(trained(person).go_to("inside"), "landscape")
    assert charts(person) == {}
    person.press("inside-landscape-go")
    star = charts(person)["landscape"]["data"][-1]
    slider(person).set_value(2)
    person.look()
    assert charts(person)["landscape"]["data"][-1]["x"] != star["x"]
    person.at.segmented_control(key="inside-directions").set_value("random")
    person.look()
    assert charts(person) == {}
    assert person.errors() == []


def test_a_run_that_goes_on_is_looked_into_up_to_its_last_kept_state(person):
    person.state().replace_experiment(start("iris").with_fit(epochs=50))
    person.look().press("train")
    person.engine.advance(epochs=7)
    person.look().go_to("inside")
    assert slider(person).value == 6
    assert say("inside.going_on", "en", epoch="6") in person.sentences()
    assert person.errors() == []


def long_run(person: Person) -> Person:
    """Whose seventh epoch is not kept, looked into."""
    person.state().replace_experiment(start("iris").with_fit(epochs=12))
    return person.look().train().go_to("inside")


def test_what_takes_long_is_worked_out_aside_and_nothing_on_the_page_is_another(person, noted):
    long_run(person)
    slider(person).set_value(7)
    aside = charts(person.look())
    assert [job.what for job in noted.asked] == ["course", "epoch", "epoch"]
    looker.set_looker(None)
    person.state().memo.clear()
    assert charts(person.look()) == aside
    assert person.errors() == []


def test_who_does_not_wait_for_all_epochs_or_has_too_large_a_network_still_sees_each_that_is_chosen(person, noted):
    noted.refused = "course"
    long_run(person)
    assert say("inside.too_slow", "en", seconds="60") in person.sentences()
    assert person.errors() == []
    slider(person).set_value(5)
    person.look()
    marks = {shape["x0"] for shape in charts(person)["course"]["layout"]["shapes"] if shape["x0"] == shape["x1"]}
    assert [10**mark - 1 for mark in marks] == pytest.approx([5])


def test_who_does_not_wait_for_the_way_back_sees_the_nearest_kept_epoch(person):
    long_run(person)
    run = person.engine.runs_of(person.state().owner)[0].id
    person.state().memo[back.STOPPED] = (run, 7)  # what the button does
    slider(person).set_value(7)
    person.look()
    assert say("slider.stopped", "en", epoch="6", wanted="7") in person.sentences()
    slider(person).set_value(9)
    person.look()
    assert back.STOPPED not in person.state().memo
