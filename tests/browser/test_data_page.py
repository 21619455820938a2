"""A student's own export of the weather service: uploaded, treated by two clicks, trained on to the end."""

import pytest
from playwright.sync_api import expect

from lab.data.samples import SAMPLE_DATA
from tests.browser.conftest import EN_MAINLY

TITLE = "지상관측 일자료\r\n[검색조건]\r\n자료구분 : 일\r\n기간 : 20190101 ~ 20231231\r\n지점 : 가상서울(9999)\r\n\r\n"


def kma_export() -> bytes:
    """CP949, title lines, rain cells empty on dry days, one station throughout."""
    table = (SAMPLE_DATA / "kr_station_daily.csv").read_text(encoding="utf-8")
    return (TITLE + table.replace("\n", "\r\n")).encode("cp949")


def upload(person, name: str, content: bytes) -> None:
    person.go_to("data")
    person.page.get_by_role("tab", name=person.say("data_page.own")).click()
    file = {"name": name, "mimeType": "text/csv", "buffer": content}
    person.page.locator(
        "[data-testid='stMain'] input[type=file]:visible, [role=tabpanel] input[type=file]"
    ).last.set_input_files(file)
    expect(person.page.locator("[data-testid='stAlert']").first).to_contain_text("CP949")
    person.settle()


def treat(person, finding: str, remedy: str) -> None:
    button = person.page.get_by_role("button", name=person.say(f"remedy.{remedy}"), exact=True)
    person.page.locator(f".st-key-finding-{finding}-0").filter(has=button).get_by_role(
        "button", name=person.say(f"remedy.{remedy}")
    ).click()
    expect(person.page.locator(f".st-key-finding-{finding}-0")).to_have_count(0)
    person.settle()


@pytest.mark.slow
def test_an_export_of_the_weather_service_is_treated_and_trained_on(visit):
    person = visit("ko")
    upload(person, "OBS_ASOS_DD.csv", kma_export())
    expect(person.page.get_by_text(person.say("finding.rain_gaps.title"))).to_be_visible()
    person.screenshot("data-findings")
    treat(person, "rain_gaps", "fill_zero")
    treat(person, "skew", "log")
    in_force = person.page.locator(".st-key-in-force")
    expect(in_force).to_contain_text("일강수량(mm)")
    in_force.scroll_into_view_if_needed()
    person.screenshot("data-in-force")
    person.assert_fits()

    person.go_to("train")
    person.train()
    person.watch_curve()
    expect(person.page.locator(".live-curve")).to_have_attribute("data-state", "finished")
    expect(person.page.locator(".st-key-verdict")).to_be_visible()
    person.screenshot("data-trained")


@pytest.mark.parametrize("language", EN_MAINLY)
def test_findings_and_choices_fit_the_screen(visit, language):
    person = visit(language)
    upload(person, "OBS_ASOS_DD.csv", kma_export())
    person.page.locator(".st-key-overrides summary").click()
    person.settle()
    person.on_each_screen("data-findings", tops=(0, 700, 1400))
