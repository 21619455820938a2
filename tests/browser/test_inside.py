"""The inside of a run in a real browser: live layers, stuck units by their numbers, one slider for every picture."""

import re

import pytest
from playwright.sync_api import expect

from lab.export.link import to_link
from lab.spec.parts import LayerSpec
from lab.starts import start
from tests.browser.test_whole_way import ENDLESS
from tests.waiting import wait_for

MARKED = """() => Object.fromEntries(["course", "norm", "ratio", "stuck"].map((name) => {
  const plot = document.querySelector(`.st-key-inside-${name} .js-plotly-plot`);
  const marks = (plot?.layout?.shapes ?? []).filter(({ x0, x1 }) => x0 === x1).map(({ x0 }) => x0);
  return [name, marks.length ? marks[0] : null];
}))"""


def marked(person) -> dict[str, float | None]:
    """Where each chart over the epochs marks the one that is shown."""
    return person.page.evaluate(MARKED)


def moved_back(person, before) -> bool:
    now = marked(person)
    return None not in now.values() and all(now[name] < place for name, place in before.items())


def test_a_run_that_goes_on_is_looked_into_and_one_slider_takes_every_picture_to_another_epoch(visit):
    experiment = start("iris").with_fit(epochs=ENDLESS)
    first = experiment.model.layers[0]
    dead = experiment.with_layer(first.with_params(kernel_initializer="zeros", activation="relu"))
    person = visit("en", at=f"?e={to_link(dead)}")
    person.train()
    person.go_to("inside")
    layers = person.page.locator(".live-layers")
    wait_for(lambda: int(layers.get_attribute("data-moves") or 0) >= 2, "layers that move while the network learns")
    named = person.page.locator(".st-key-inside-faults")
    expect(named).to_contain_text(re.compile("units are dead.*unit 1, unit 2", re.DOTALL))
    wait_for(lambda: None not in marked(person).values(), "every chart")
    before = marked(person)
    assert len(set(before.values())) == 1
    person.press("inside-back")
    wait_for(lambda: moved_back(person, before), "every picture at the epoch before")
    assert len(set(marked(person).values())) == 1
    person.assert_fits()


LOOKS = ("layers", "units", "together", "landscape")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["digits_conv", "spiral", "lstm"])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_look_into_every_kind_of_network_fits_its_screen(visit, language, name):
    experiment = recurrent() if name == "lstm" else start(name).with_fit(epochs=3)
    person = visit(language, at=f"?e={to_link(experiment)}")
    person.train()
    person.watch_curve()
    person.go_to("inside")
    for look in LOOKS:
        looks = person.page.locator(".st-key-inside-look")
        looks.get_by_role("radio", name=person.say(f"inside.look.{look}"), exact=True).click()
        person.settle()
        if look == "landscape":
            person.press("inside-landscape-go")
            expect(person.page.locator(".st-key-inside-landscape .js-plotly-plot")).to_be_visible()
        person.on_each_screen(f"inside-{name}-{look}")


def recurrent():
    experiment = start("hourly")
    last = experiment.model.layers[-1].replace(id="last")
    return experiment.with_layers((LayerSpec(id="l0", type="LSTM", params={"units": 4}), last)).with_fit(epochs=2)
