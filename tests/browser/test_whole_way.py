"""The whole way in a real browser: sample, curves, verdict, evaluation, then a person's own CP949 file."""

import re

import pytest
from playwright.sync_api import expect

from lab.data.samples import SAMPLE_DATA
from tests.browser.conftest import EN_MAINLY, KO_MAINLY
from tests.waiting import wait_for

ENDLESS = 20_000  # epochs of a run that goes on for as long as a test looks at it
MOVES = 3  # a curve that moves is painted more often than this, however slowly the machine paints
OWN_FILE = SAMPLE_DATA / "kr_station_daily_cp949.csv"


@pytest.mark.parametrize("language", KO_MAINLY)
def test_from_the_sample_to_the_verdict_and_on_with_an_own_file(visit, language):
    person = visit(language)
    person.screenshot("0-opened")
    train_and_watch(person)
    expect(person.page.locator(".st-key-verdict")).to_contain_text(person.say("verdict_box.advice"))
    person.settle()
    person.screenshot("1-verdict")
    person.assert_fits()

    person.go_to("evaluate")
    expect(person.page.locator(".st-key-seal")).to_be_visible()
    person.press("open_test")
    expect(person.page.get_by_text(person.say("evaluate_page.opened", count=1, runs="#1"))).to_be_visible()
    person.settle()
    person.page.locator(".js-plotly-plot").first.wait_for()
    person.screenshot("2-evaluated")

    person.go_to("data")
    person.page.get_by_role("tab", name=person.say("data_page.own")).click()
    send_behind_others(person)
    expect(person.page.locator("[data-testid='stAlert']").first).to_contain_text("CP949")
    person.settle()
    person.screenshot("3-own-file")
    person.assert_fits()
    person.go_to("train")
    train_and_watch(person)
    expect(person.page.locator(".st-key-verdict")).to_be_visible()
    person.settle()
    person.screenshot("4-own-file-verdict")


def send_behind_others(person) -> None:
    """An own file that waits for its turn, as among others who send large ones; the person reads so meanwhile."""
    waiting = []

    def wait(request) -> None:
        waiting.append(request)

    person.page.route("**/_stcore/upload_file/**", wait, times=1)
    person.page.locator("input[type=file]").set_input_files(OWN_FILE)
    said = person.page.get_by_test_id("stFileUploader")
    expect(said).to_have_css("content", f'"{person.say("upload.turn")}"', pseudo="after")
    expect(said).to_have_css("opacity", "0.85", pseudo="after")
    waiting.pop().continue_()


def train_and_watch(person) -> None:
    person.train()
    grown = person.watch_curve()
    assert len(grown) > MOVES, f"the curve was painted with {grown} points"
    assert person.points("val_loss") == person.points("loss") > 50


def test_one_knob_beside_the_curves_and_the_last_curve_stays_behind(visit):
    person = visit("ko")
    train_and_watch(person)
    person.settle()
    before = person.run_shown()
    person.page.locator("[class*='learning_rate-down'] button:visible").first.click()  # one click, and it trains anew
    person.wait_for_another_run(before)
    expect(person.page.locator("path[data-ghost='loss']")).to_have_attribute("d", re.compile("^M"))
    person.watch_curve()
    person.settle()
    person.screenshot("5-ghost")


def press_by_key(person, name: str) -> None:
    person.button(name).wait_for()
    person.settle()
    person.button(name).focus()
    person.page.keyboard.press("Enter")


def test_train_pause_one_epoch_continue_and_stop_by_keyboard(visit):
    person = visit("ko")
    person.set_epochs(ENDLESS)
    before = person.run_shown()
    press_by_key(person, "train")
    person.wait_for_another_run(before)
    press_by_key(person, "pause")
    person.button("resume").wait_for()
    expect(person.page.locator(".live-curve")).to_have_attribute("data-state", "paused")
    points = person.points()
    press_by_key(person, "one_epoch")
    expect(person.page.locator("path[data-series='loss']")).to_have_attribute("data-points", str(points + 1))
    press_by_key(person, "resume")
    person.button("pause").wait_for()
    expect(person.page.locator(".live-curve")).to_have_attribute("data-state", "running")  # told to the page as well
    press_by_key(person, "stop")
    expect(person.page.locator(".live-curve")).to_have_attribute("data-state", "stopped")
    person.button("continue").wait_for()
    person.page.locator(".st-key-verdict").wait_for()


@pytest.mark.parametrize("language", EN_MAINLY)
def test_another_start_leaves_the_run_going_and_a_second_tab_finds_it(visit, language):
    person = visit(language)
    going_on, on_the_shelf = (person.say(f"aside.{key}", number=1) for key in ("going_on", "empty"))
    person.set_epochs(ENDLESS)
    person.train()
    person.open_start("penguins")
    expect(person.page.get_by_text(going_on)).to_be_visible()
    expect(person.page.locator(".st-key-steps")).to_contain_text(person.say("summary.elsewhere", number=1))
    person.settle()
    assert person.run_shown().startswith("none")
    person.screenshot("8-elsewhere", 0)
    second = person.open(person.address)
    expect(second.get_by_text(going_on)).to_be_visible()
    second.locator("[class*='st-key-look-at-'] button:visible").first.click()
    expect(second.locator("path[data-series='loss']")).not_to_have_attribute("data-points", "0")
    second.locator(".st-key-stop button:visible").first.click()
    expect(second.locator(".live-curve")).to_have_attribute("data-state", "stopped")
    expect(person.page.get_by_text(on_the_shelf)).to_be_visible()  # without a click in this tab
    person.settle()
    person.screenshot("8-aside", 0)


def test_where_the_stream_is_blocked_the_page_draws_by_itself(visit):
    person = visit("ko")
    person.context.route("**/live/*", lambda route: None)  # asked for and never answered
    person.set_epochs(ENDLESS)
    person.press("train")
    expect(person.page.get_by_text(person.say("train_page.blocked"))).to_be_visible()
    person.wait_for_another_run("")
    before = person.points()
    wait_for(lambda: person.points() >= before + 20, "twenty epochs more")
    person.button("stop").click()  # this page is never at rest: it asks each second
    person.page.locator(".st-key-verdict").wait_for()
    # the curve moves into the page together with the verdict and paints in its next animation frame
    expect(person.page.locator(".live-curve")).to_have_count(1)
    expect(person.page.locator(".live-curve")).to_have_attribute("data-state", "stopped")
    assert person.points() == int(person.page.locator(".live-curve").get_attribute("data-epoch")) > 0


def test_a_second_run_says_that_the_first_was_kept_and_the_sentence_stays(visit):
    person = visit("ko")
    person.set_epochs(ENDLESS)
    person.train()
    for first, units in ((1, "9"), (2, "10")):
        person.settle()
        before = person.run_shown()
        person.page.locator("[class*='Dense-units'] input").first.fill(units)
        person.page.locator("[class*='Dense-units'] input").first.press("Enter")
        kept = person.page.locator("[data-testid='stAlert']", has_text=f"#{first}:").first
        expect(kept).to_be_visible()
        person.wait_for_another_run(before)
        person.settle()  # the curves of the new run ask for screens of their own
        expect(kept).to_be_visible()
    person.press("stop")


def test_bad_numbers_are_answered_in_the_language_of_the_page_and_another_reaches_the_chosen_names_of_lists(visit):
    person = visit("ko")
    person.set_epochs(0)
    expect(person.page.get_by_text(person.say("form.kept"))).to_be_visible()
    person.screenshot("6-refused")
    loss = person.page.get_by_role("combobox", name=re.compile("loss", re.IGNORECASE))
    expect(loss).to_have_value(re.compile("교차 엔트로피"))
    person.page.get_by_text("English", exact=True).click()
    person.settle()
    expect(loss).to_have_value("Categorical cross-entropy")
