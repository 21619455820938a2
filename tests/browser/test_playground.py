"""The playground in a real Chromium: the rows of docs/playground.md, several on each journey."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from lab.texts import Language, say
from tests.browser.conftest import LOCALES, SIZES, from_outside, new_context
from tests.waiting import wait_for

OPENED = ".pg-board[data-paints]"
PIXEL = """([share_x, share_y]) => {
  const canvas = document.querySelector('.pg-surface');
  const pen = canvas.getContext('2d');
  const place = [share_x * canvas.width, share_y * canvas.height].map(Math.floor);
  return Array.from(pen.getImageData(...place, 1, 1).data).slice(0, 3);
}"""
ORANGE, BLUE = [213, 94, 0], [0, 114, 178]


@dataclass
class Player:
    """Someone at the playground."""

    page: Page
    language: Language
    errors: list[str]

    def say(self, key: str, **values: object) -> str:
        return say(f"playground.{key}", self.language, **values)

    def knob(self, name: str) -> Locator:
        return self.page.locator(f"[data-name='{name}']")

    def press(self, *names: str) -> None:
        for name in names:
            self.knob(name).click()

    def choose(self, name: str, value: str) -> None:
        self.knob(name).select_option(value)

    def note_request(self, url: str, address: str) -> None:
        """Nothing comes from elsewhere, no font either."""
        if from_outside(url, address):
            self.errors.append(f"fetched from outside: {url}")

    @property
    def board(self) -> Locator:
        return self.page.locator(".pg-board").first

    def told(self, name: str, board: int = 0) -> str:
        return self.page.locator(".pg-board").nth(board).get_attribute(f"data-{name}") or ""

    def number(self, name: str) -> Locator:
        return self.board.locator(f".pg-number.{name} dd")

    def until(self, condition: str) -> None:
        """Until something holds of `board`, the data of the first network."""
        self.page.wait_for_function(
            f"() => {{ const board = document.querySelector('.pg-board').dataset; return {condition}; }}"
        )

    def runs_to(self, epoch: int) -> None:
        self.until(f"Number(board.epoch) >= {epoch}")

    def weights_of(self, unit: str) -> list[str]:
        """What stands in the fields of a unit."""
        self.press(unit)
        fields = self.board.locator(".pg-inspector input")
        expect(fields.first).to_be_focused()
        return [fields.nth(place).input_value() for place in range(fields.count())]

    def draw(self, *way: tuple[float, float]) -> None:
        """A stroke over the picture, in shares of its sides."""
        box = self.page.locator(".pg-surface").bounding_box()
        assert box is not None
        places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in way]
        self.page.mouse.move(*places[0])
        self.page.mouse.down()
        for place in places[1:]:
            self.page.mouse.move(*place, steps=12)
        self.page.mouse.up()


@pytest.fixture
def play(chromium, address) -> Iterator[Callable[..., Player]]:
    """play(query, language, size) opens the playground; no script may fail, and nothing may come from elsewhere."""
    players: list[Player] = []

    def open_page(query: str = "", language: Language = "en", size: str = "wide", **options) -> Player:
        context = new_context(chromium, viewport=SIZES[size], locale=LOCALES[language], **options)
        player = Player(context.new_page(), language, [])
        player.page.on("pageerror", lambda error: player.errors.append(str(error)))
        player.page.on("request", lambda request: player.note_request(request.url, address))
        players.append(player)
        player.page.goto(f"{address}playground?lang={language}&{query}")
        player.page.locator(OPENED).first.wait_for()
        return player

    yield open_page
    for player in players:
        player.page.context.close()
    assert not [error for player in players for error in player.errors]


def test_it_learns_pauses_steps_and_begins_again_with_the_same_or_other_weights(play):
    player = play()
    start = player.weights_of("unit1-0")
    assert player.page.evaluate(PIXEL, [0.5, 0.5])  # what the untrained network says is there at once
    expect(player.knob("regularizationRate")).to_be_disabled()
    expect(player.knob("regularizationRate")).to_have_attribute("title", player.say("regularization_rate_off"))
    player.press("play")
    player.runs_to(3)
    player.press("play")
    player.until("board.state === 'paused'")
    epoch, updates = int(player.told("epoch")), int(player.told("updates"))
    player.press("update")
    player.until(f"Number(board.updates) === {updates + 1}")
    player.press("epoch")
    player.until(f"Number(board.epoch) > {epoch} && board.state === 'paused'")
    assert player.weights_of("unit1-0") != start
    expect(player.number("train")).to_have_text(re.compile(r"\d"))
    expect(player.number("accuracy")).to_have_text(re.compile(r"%.*%"))
    player.press("reset")
    player.until("board.epoch === '0' && board.run === ''")
    wait_for(lambda: player.weights_of("unit1-0") == start, "the weights of the start")
    player.press("newstart")
    player.until("board.epoch === '0'")
    expect(player.page).to_have_url(re.compile("start=1"))
    wait_for(lambda: player.weights_of("unit1-0") != start, "weights of another start")


def test_a_turned_knob_leaves_the_weights_where_it_can_and_says_where_not(play):
    player = play("dataset=spiral&networkShape=6,4&regularizationRate=0.001")
    player.press("play")
    player.runs_to(2)
    run = player.told("run")
    player.choose("learningRate", "0.1")
    player.runs_to(int(player.told("epoch")) + 2)
    assert player.told("run") == run
    assert player.page.locator(".pg-notice").text_content() == ""
    player.choose("regularization", "L2")  # a network that was made without
    expect(player.number("penalty")).to_have_text(re.compile(r"[1-9]"))
    player.choose("regularizationRate", "0.01")
    player.press("newdata")
    player.runs_to(int(player.told("epoch")) + 2)
    assert player.told("run") == run
    player.choose("optimizer", "Adam")
    expect(player.page.locator(".pg-notice")).to_have_text(player.say("anew"))
    player.until("board.epoch === '0'")
    expect(player.page).to_have_url(re.compile("optimizer=Adam"))
    player.press("undo", "undo", "undo", "undo", "undo")
    expect(player.knob("regularization")).to_have_value("none")
    expect(player.knob("optimizer")).to_have_value("SGD")
    expect(player.knob("learningRate")).to_have_value("0.03")


@pytest.mark.slow
def test_data_layers_units_and_inputs_are_changed_where_they_are_drawn(play):
    player = play()
    units = player.page.locator(".pg-hidden .pg-map")
    expect(units).to_have_count(6)
    player.press("layers-more", "units0-more")
    expect(units).to_have_count(4 + 1 + 2 + 2)
    player.press("unit0-3")
    expect(player.knob("unit0-3")).to_have_attribute("aria-pressed", "true")
    player.press("data-three-arms")
    expect(player.page.locator(".pg-last .pg-map")).to_have_count(3)
    player.choose("activation1", "relu")
    player.press("more0")
    player.knob("norm0").check()
    player.choose("problem", "regression")
    player.press("data-sine")
    expect(player.page.locator(".pg-surface")).to_be_hidden()
    for _ in range(3):
        player.press("layers-less")
    expect(units).to_have_count(0)
    player.press("play")
    player.runs_to(2)
    expect(player.page).to_have_url(re.compile("networkShape=(&|$)"))


def test_a_weight_is_seen_and_typed_and_its_loss_is_fresh(play):
    player = play("networkShape=2")
    before = player.number("train").text_content()
    weights = player.weights_of("unit1-1")
    field = player.knob("weight-kernel-0-1")
    field.fill("4.5")
    field.press("Enter")
    expect(player.number("train")).not_to_have_text(before or "")
    expect(player.page).to_have_url(re.compile("weights=0%3Akernel%3A0.1%3A4.5"))
    field.fill("many")
    field.press("Enter")
    expect(field).to_have_attribute("aria-invalid", "true")
    player.press("undo")
    expect(player.number("train")).to_have_text(before or "")
    assert player.weights_of("unit1-1") == weights
    field.fill("-3")
    field.press("Enter")
    player.press("epoch")
    player.until("Number(board.epoch) === 1 && board.state === 'paused'")
    assert float(field.input_value()) < -2, "it was there before the first update"
    field.fill("1.5")
    field.press("Enter")
    player.press("update")
    player.until("Number(board.updates) === 26")
    assert abs(float(field.input_value()) - 1.5) < 1, "and a run that has begun goes on with what is typed"


def test_a_line_is_read_under_the_mouse_and_typed_after_a_click(play):
    player = play("networkShape=2")
    weight = player.weights_of("unit1-0")[1]
    left, right = (player.knob(unit).bounding_box() for unit in ("unit0-0", "unit1-0"))
    middle = ((left["x"] + left["width"] + right["x"]) / 2, left["y"] + left["height"] / 2)
    player.page.mouse.move(*middle)
    card = player.board.locator(".pg-card")
    expect(card).to_contain_text(player.say("unit_name", layer=1, unit=1))
    expect(card).to_contain_text(weight[:4])
    player.page.mouse.click(*middle)
    field = player.knob("card")
    expect(field).to_be_focused()
    field.fill("2.5")
    field.press("Enter")
    expect(player.page).to_have_url(re.compile("weights=0%3Akernel%3A0.0%3A2.5"))
    expect(player.knob("weight-kernel-0-0")).to_have_value("2.5")


def test_a_presentation_has_large_letters_and_goes_by_keys(play):
    player = play("present=1&speed=30")
    expect(player.knob("noise")).to_be_hidden()
    keys = player.page.keyboard
    keys.press("Space")
    player.runs_to(2)
    keys.press("Space")
    player.until("board.state === 'paused'")
    epoch = int(player.told("epoch"))
    keys.press("ArrowRight")
    player.until(f"Number(board.epoch) === {epoch + 1} && board.state === 'paused'")

    def seen():
        weights = player.weights_of("unit1-0")
        player.page.evaluate("document.activeElement.blur()")  # a field keeps its arrows
        return weights, player.number("train").inner_text()

    newest = seen()
    keys.press("ArrowLeft")
    player.until(f"board.looked === '{epoch}' && Number(board.epoch) === {epoch}")
    told = player.page.locator(".presentation p")
    expect(told).to_have_text(say("presentation.looking_back", player.language, epoch=epoch))
    assert seen()[0] != newest[0], "the network is the one of that epoch"
    keys.press("ArrowRight")
    player.until(f"board.looked === '' && Number(board.epoch) === {epoch + 1}")
    expect(told).to_have_text(say("presentation.keys", player.language))
    wait_for(lambda: seen() == newest, "the newest network and its numbers")
    keys.press("ArrowLeft")
    keys.press("Space")  # what goes on is the newest
    player.runs_to(epoch + 2)
    keys.press("3")
    keys.press("Escape")
    expect(player.knob("noise")).to_be_visible()
    expect(player.knob("speed")).to_have_value("1")
    keys.press("p")
    player.page.set_viewport_size({"width": 1920, "height": 1080})
    shown = ".pg-count strong, .pg-number dd, .pg-coltitle, .pg-legend"
    sizes = player.page.locator(shown).evaluate_all(
        "(all) => all.map((one) => parseFloat(getComputedStyle(one).fontSize))"
    )
    assert min(sizes) >= 28


def test_points_that_lie_outside_the_picture_are_counted(play):
    player = play("dataset=gauss&noise=50")
    told = player.say("outside", count="COUNT").replace("COUNT", "[1-9]")
    expect(player.board).to_contain_text(re.compile(told))


@pytest.mark.slow
def test_points_are_drawn_in_several_classes_erased_and_learned(play):
    player = play()
    player.press("draw", "clear")
    expect(player.page.locator(".pg-notice")).to_have_text(player.say("draw_more"))
    for pen, height in (("pen0", 0.15), ("pen1", 0.5), ("pen2", 0.85)):
        player.press(pen)
        player.draw((0.1, height), (0.9, height))
    expect(player.page.locator(".pg-last .pg-map")).to_have_count(3)
    player.press("erase")
    player.draw((0.1, 0.85), (0.9, 0.85))
    expect(player.page.locator(".pg-last .pg-map")).to_have_count(1)
    player.press("draw", "play")
    player.runs_to(5)


@pytest.mark.slow
def test_two_networks_learn_side_by_side_on_the_same_data_by_one_button(play):
    player = play("dataset=xor")
    player.press("compare")
    expect(player.page.locator(OPENED)).to_have_count(2)
    expect(player.page.locator(".pg-pair")).to_contain_text(player.say("pair_same"))
    player.choose("learningRate", "0.3")
    expect(player.page.locator(".pg-pair")).to_contain_text(player.say("learning_rate"))
    player.press("play")
    player.page.wait_for_function(
        "() => [...document.querySelectorAll('.pg-board')].every((board) => board.dataset.epoch > 2)"
    )
    player.press("play")
    player.page.wait_for_function(
        "() => [...document.querySelectorAll('.pg-board')].every((board) => board.dataset.state === 'paused')"
    )
    newest = [player.told("epoch", board) for board in (0, 1)]
    keys, headings = player.page.keyboard, player.page.locator(".pg-heading")
    keys.press("p")
    keys.press("ArrowLeft")
    player.until("board.looked !== ''")
    for board, name in enumerate("AB"):  # of each what it was then, and which epoch that is
        seen = player.told("epoch", board)
        assert int(seen) < int(newest[board])
        assert player.told("looked", board) == seen
        expect(headings.nth(board)).to_have_text(f"{name} · {player.say('epoch', epoch=seen)}")
    keys.press("ArrowRight")
    player.until("board.looked === ''")
    expect(headings).to_have_text(["A", "B"])
    assert [player.told("epoch", board) for board in (0, 1)] == newest
    keys.press("Space")
    player.until(f"board.state === 'running' && Number(board.epoch) > {newest[0]}")
    keys.press("Escape")
    player.press("compare")
    expect(player.page.locator(OPENED)).to_have_count(1)


@pytest.mark.slow
def test_divergence_looks_diverged_and_is_explained(play):
    player = play("problem=regression&activation=relu&learningRate=100&optimizer=SGD&speed=max")
    player.press("play")
    expect(player.page.locator(".pg-alarm")).to_contain_text("100")
    red, green, blue = player.page.evaluate(PIXEL, [0.5, 0.5])
    assert red == green == blue, "chequered in greys, which no value is"


def test_keyboard_and_screen_reader_reach_every_unit_and_number(play):
    player = play("networkShape=3,2")
    player.knob("unit0-0").focus()
    for key in ("ArrowRight", "ArrowDown"):
        player.page.keyboard.press(key)
    expect(player.knob("unit1-1")).to_be_focused()
    expect(player.knob("unit1-1")).to_have_accessible_name(re.compile(player.say("unit_name", layer=1, unit=2)))
    expect(player.board.locator(".pg-outtitle")).to_contain_text(player.say("unit_name", layer=1, unit=2))
    player.page.keyboard.press("Enter")
    expect(player.page.locator(".pg-inspector input")).to_have_count(3)
    player.page.keyboard.press("Escape")
    expect(player.knob("unit1-1")).to_be_focused()
    nameless = player.page.evaluate(
        """() => [...document.querySelectorAll('.playground :is(button, select, input)')]
            .filter((knob) => !(knob.getAttribute('aria-label') || knob.labels?.length || knob.textContent.trim()))
            .map((knob) => knob.outerHTML)"""
    )
    assert nameless == []
    named_otherwise = player.page.evaluate(
        """() => [...document.querySelectorAll('.playground button')]
            .filter((knob) => /\\p{L}/u.test(knob.textContent) && knob.hasAttribute('aria-label'))
            .filter((knob) => !knob.getAttribute('aria-label').includes(knob.textContent.trim()))
            .map((knob) => knob.outerHTML)"""
    )
    assert named_otherwise == []


@pytest.mark.slow
def test_a_file_brings_back_drawn_points_and_weights(play, tmp_path):
    player = play("drawn=" + ";".join(f"{x / 2},{x % 3},{x % 2}" for x in range(-6, 7)))
    with player.page.expect_download() as saved:
        player.press("save")
    path = tmp_path / "playground.json"
    saved.value.save_as(path)
    assert len(json.loads(path.read_text())["setup"]["drawn"]) == 13
    player.press("data-xor")
    expect(player.page).not_to_have_url(re.compile("drawn="))
    player.knob("open").set_input_files(path)
    expect(player.page).to_have_url(re.compile("drawn="))
    path.write_text('{"kind": "something else"}')
    player.knob("open").set_input_files(path)
    expect(player.page.locator(".pg-notice")).to_have_text(player.say("not_a_file"))


@pytest.mark.slow
def test_a_teacher_takes_controls_away_by_the_link(play):
    player = play("batchSize_hide=true&problem_hide=true&numHiddenLayers_hide=true&sinX_hide=true&hideText=true")
    for name in ("batchSize", "problem", "layers-more"):
        expect(player.knob(name)).to_have_count(0)
    expect(player.knob("noise")).to_be_visible()
    expect(player.page.locator(".pg-features .pg-map")).to_have_count(6)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("size", list(SIZES))
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_fits_the_screen_in_either_language_and_theme(play, language, size, theme):
    player = play("showTestData=true", language, size, color_scheme=theme)
    wide = "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    assert player.page.evaluate(wide)
    player.press("play")
    player.runs_to(2)
    assert player.page.evaluate(wide)
