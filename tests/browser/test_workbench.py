"""The train page as a workbench: what the network knows moves beside the curves, and all of it has room."""

import re

from playwright.sync_api import expect

from lab.data.prepare import prepare
from lab.data.samples import load_sample
from lab.starts import start
from tests.browser.test_network import wires
from tests.browser.test_whole_way import ENDLESS
from tests.waiting import wait_for


def moves(person) -> int:
    return int(person.page.locator(".what-it-knows").get_attribute("data-moves") or 0)


def choose(person, view):
    person.page.locator(".known-views button", has_text=person.say(f"knows.view.{view}")).click()


def painted(person) -> list[int]:
    """How many different colours the moving canvas shows, by thousandths of its points."""
    return person.page.locator(".known-moving").evaluate(
        """(canvas) => {
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          return Array.from({ length: 400 }, (_, place) => data[4 * Math.floor((place * data.length) / 1600) + 2]);
        }"""
    )


def test_the_picture_moves_while_the_network_learns_and_ends_as_the_server_counts(visit):
    person = visit("en")
    assert person.page.locator(".live-curve svg").first.bounding_box()["width"] >= 600
    person.set_epochs(ENDLESS)
    person.press("train")
    wait_for(lambda: moves(person) >= 5, "five pictures of what it knows")
    choose(person, "plane")
    before = painted(person)
    wait_for(lambda: painted(person) != before, "another picture of the plane")
    person.press("stop")
    person.settle()
    choose(person, "classes")
    cells = person.page.locator(".known-table tbody td").all_inner_texts()
    person.go_to("evaluate")
    person.page.locator(".st-key-verdict").wait_for()
    experiment = start("iris")
    dataset = prepare(load_sample("iris"), experiment.data, experiment.seed)
    counts = [int(cell) for cell in cells]
    classes = len(dataset.classes)
    by_class = [sum(counts[classes * row : classes * (row + 1)]) for row in range(classes)]
    assert by_class == [int((dataset.validation.target == place).sum()) for place in range(classes)]
    right = sum(counts[:: classes + 1])
    share = f"{right / sum(counts):.3g}"
    expect(person.page.get_by_text(re.compile(rf"\b{re.escape(share)}"))).not_to_have_count(0)


def test_a_worker_tells_what_a_network_answers_that_the_browser_cannot_compute(visit):
    person = visit("en")
    person.open_start("digits_conv")
    person.set_epochs(ENDLESS)
    person.press("train")
    wait_for(lambda: moves(person) >= 3, "three pictures of what it knows")
    filters = person.page.locator(".network-drawing [data-node=l0] image")
    expect(filters).to_have_count(16)
    first = filters.first.get_attribute("href")
    assert first.startswith("data:image/png")  # of weights that came while it learns
    wait_for(lambda: filters.first.get_attribute("href") != first, "other weights of a filter")
    knows = person.page.locator(".what-it-knows")
    answered = knows.get_attribute("data-epoch")
    wait_for(lambda: knows.get_attribute("data-epoch") != answered, "what it answers after another epoch")
    person.press("stop")
    person.settle()
    summary = person.page.locator(".known-summary")
    expect(summary).to_have_text(re.compile(r"Epoch [\d,]+ · Validation rows \(300 of 359\): \d+ right"))
    choose(person, "pictures")
    assert len(set(painted(person))) > 3  # weights and digits
    expect(person.page.locator(".known-still")).to_have_attribute("aria-label", re.compile("right"))
    curve, newest = person.page.locator(".live-curve"), summary.inner_text()
    person.page.locator(".presentation button").click()
    person.page.keyboard.press("ArrowLeft")
    expect(curve).to_have_attribute("data-looked", re.compile(r"\d+"))
    for picture in (".what-it-knows", ".network-drawing"):  # all of one epoch, whatever the worker told how often
        expect(person.page.locator(picture)).to_have_attribute("data-epoch", curve.get_attribute("data-looked"))
    person.page.keyboard.press("ArrowRight")
    expect(curve).to_have_attribute("data-looked", "")
    expect(summary).to_have_text(newest)


def assert_beside_the_curves(person):
    boxes = {
        name: person.page.locator(f".st-key-{name}").bounding_box()
        for name in ("work-curves", "work-picture", "work-network", "knobs")
    }
    assert all(box["y"] < 1080 for box in boxes.values())
    assert boxes["knobs"]["x"] + boxes["knobs"]["width"] > 1850
    assert boxes["work-curves"]["width"] > 700
    person.assert_fits()


def letters(person, selector: str) -> float:
    """Pixels of the smallest letters on the screen there."""
    return person.page.locator(selector).evaluate_all(
        """(all) => Math.min(...all.filter((one) => one.textContent && one.getClientRects().length).map((text) => {
          const zoom = text.ownerSVGElement ? text.ownerSVGElement.getScreenCTM().a : 1;
          return zoom * parseFloat(getComputedStyle(text).fontSize);
        }))"""
    )


def test_on_a_large_screen_everything_stands_beside_the_curves_and_a_presentation_goes_by_keys(visit):
    person = visit("en")
    person.page.set_viewport_size({"width": 1920, "height": 1080})
    person.set_epochs(ENDLESS)
    assert_beside_the_curves(person)
    person.page.locator("[class*='fit-epochs'] input:visible").first.press("p")  # a field keeps its letters
    assert "present" not in person.page.url
    person.page.locator(".presentation button").click()
    curve = person.page.locator(".live-curve")
    person.page.keyboard.press("Space")
    expect(curve).to_have_attribute("data-state", "running")
    wait_for(lambda: moves(person) >= 2, "a picture of what it knows")
    person.page.keyboard.press("Space")
    expect(curve).to_have_attribute("data-state", "paused")
    person.settle()
    epoch = int(curve.get_attribute("data-epoch"))
    person.page.keyboard.press("ArrowRight")
    expect(curve).to_have_attribute("data-epoch", str(epoch + 1))
    person.settle()
    assert letters(person, ".live-curve svg text") >= 28
    assert letters(person, ".known-table td, .known-summary, .live-curve-figures span") >= 28
    expect(person.page.locator(".st-key-knobs")).to_be_hidden()
    expect(person.page.locator(".network-drawing")).to_have_attribute("data-epoch", "")  # the page has drawn it at rest
    newest = wires(person), person.page.locator(".known-table").inner_text()
    told = person.page.locator(".presentation p")
    person.page.keyboard.press("ArrowLeft")
    expect(curve).to_have_attribute("data-looked", str(epoch))
    person.page.keyboard.press("ArrowLeft")
    expect(curve).not_to_have_attribute("data-looked", str(epoch))
    seen = int(curve.get_attribute("data-looked"))
    assert seen < epoch
    expect(told).to_have_text(person.say("presentation.looking_back", epoch=seen))
    expect(person.page.locator(".what-it-knows")).to_have_attribute("data-epoch", str(seen))
    expect(person.page.locator(".network-drawing")).to_have_attribute("data-epoch", str(seen))
    assert wires(person) != newest[0]
    assert person.page.locator(".live-curve-looked[d^=M]").count() >= 1
    for _ in range(2):
        person.page.keyboard.press("ArrowRight")
    expect(curve).to_have_attribute("data-looked", "")
    expect(told).to_have_text(person.say("presentation.keys"))
    wait_for(lambda: (wires(person), person.page.locator(".known-table").inner_text()) == newest, "the newest again")
    person.page.keyboard.press("ArrowRight")
    expect(curve).to_have_attribute("data-epoch", str(epoch + 2))
    person.settle()
    heights = person.page.evaluate(
        """[...document.querySelectorAll(".network-drawing text:not([aria-hidden])")]
            .map((text) => parseFloat(getComputedStyle(text).fontSize) * text.ownerSVGElement.getScreenCTM().a)"""
    )
    assert min(heights) >= 28
    person.page.set_viewport_size({"width": 1366, "height": 768})  # as many projectors have
    person.settle()
    foot = person.page.locator("[class*='st-key-presents']").bounding_box()["y"]
    for part in (".network-drawing svg", ".live-curve svg >> nth=-1"):
        box = person.page.locator(part).bounding_box()
        assert box["y"] + box["height"] <= foot, part
    person.page.set_viewport_size({"width": 1920, "height": 1080})
    person.settle()
    person.screenshot("presentation")
    person.page.keyboard.press("1")
    person.settle()
    person.page.keyboard.press("ArrowLeft")
    expect(curve).to_have_attribute("data-looked", re.compile(r"\d+"))
    person.page.keyboard.press("Escape")
    expect(person.page.locator(".st-key-knobs")).to_be_visible()
    expect(curve).to_have_attribute("data-looked", "")  # there are no keys any more to come forward by
    assert "present" not in person.page.url
    chosen = person.page.locator(".st-key-speed button[aria-checked='true'], .st-key-speed button[kind*='Active']")
    expect(chosen.first).to_have_text(person.say("speed.slow"))


def test_on_a_phone_start_curve_and_learning_rate_stay_in_reach(visit):
    person = visit("ko", "phone", at="?present=1")  # of a lecture: a phone has no room for that
    person.button("train").wait_for()
    expect(person.page.locator(".network-drawing svg")).to_be_attached()
    expect(person.page).not_to_have_url(re.compile("present"))
    person.page.locator("[data-testid='stMain']").evaluate("(main) => main.scrollTo(0, main.scrollHeight)")
    person.settle()
    for place in (
        person.button("train"),
        person.page.locator(".live-curve svg").first,
        person.page.locator(".st-key-rate"),
    ):
        box = place.bounding_box()
        assert box["y"] >= -1
        assert box["y"] + min(box["height"], 120) <= 844
    person.assert_fits()
    head = person.page.locator("[data-testid='stLayoutWrapper']:has(> .st-key-work-curves)").bounding_box()
    room = person.page.locator(".st-key-rate").bounding_box()["y"] - head["y"] - head["height"]
    assert (
        person.page.locator(".network-drawing svg").bounding_box()["height"] <= room
    )  # the whole network between them
