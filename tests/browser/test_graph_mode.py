"""A functional model in a real browser: the graph drawn, edited, trained with a curve for each output, evaluated."""

import pytest
from playwright.sync_api import expect

from pages import PAGES
from tests.browser.conftest import KO_MAINLY

CURVES = ("loss", "tmax_loss", "rain_loss", "tmax_mae", "rain_accuracy")


def boxes(person):
    return person.page.locator("svg.lab-network [data-node]")


@pytest.mark.parametrize("language", KO_MAINLY)
def test_two_inputs_and_two_outputs_from_the_graph_to_the_evaluation(visit, language):
    person = visit(language)
    person.open_start("two_in_two_out")
    person.go_to("layers")
    expect(boxes(person)).to_have_count(10)  # two inputs, six nodes, two outputs
    person.screenshot("graph-1-layers")
    person.assert_fits()

    person.press("duplicate-l3")  # the layer is called once more, on the same
    expect(boxes(person)).to_have_count(11)
    expect(person.page.locator("svg.lab-network [data-kind='shared']")).to_have_count(1)
    person.press("remove-l6")
    expect(boxes(person)).to_have_count(10)

    person.go_to("train")
    person.train()
    person.watch_curve()
    assert {person.points(key) for key in CURVES} == {40}
    assert {person.points(f"val_{key}") for key in CURVES} == {40}
    for output in ("tmax", "rain"):  # each has a word of its own
        expect(person.page.locator(".st-key-verdict")).to_contain_text(f"{output} · ")
    person.settle()
    person.screenshot("graph-2-trained")
    person.assert_fits()

    person.go_to("evaluate")
    person.press("open_test")
    person.settle()
    person.page.locator(".js-plotly-plot").first.wait_for()
    person.page.get_by_role("tab", name="rain").click()
    person.page.locator(".js-plotly-plot:visible").first.wait_for()
    person.screenshot("graph-3-evaluated")


def test_an_iris_network_becomes_a_graph_and_comes_back(visit):
    person = visit("ko", at="layers")
    person.press("to-functional")
    expect(boxes(person)).to_have_count(4)
    person.press("to-sequential")
    expect(boxes(person)).to_have_count(4)  # input, two layers, target: the same network
    expect(person.page.get_by_text(person.say("layers_page.about"))).to_be_visible()


@pytest.mark.slow
@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_page_of_a_functional_model_fits_its_screen(visit, language):
    person = visit(language)
    person.open_start("two_in_two_out")
    person.press("train")
    person.page.locator(".st-key-verdict").wait_for()
    for step in (page for page in PAGES if page.kind == "step"):
        person.go_to(step.name)
        person.on_each_screen(f"graph-page-{step.name}", tops=(0, 700))
