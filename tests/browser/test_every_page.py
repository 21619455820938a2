"""One walk through all pages: each fits its screen, runs under the policy, and leaves a person's words letters."""

import random
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from pages import PAGES
from tests.browser.conftest import Visitor

MARK = "evil"  # in every one of them
COLUMNS = (
    "www.evil.example",
    "https://evil.example/x",
    "me@evil.example",
    "<a href='https://evil.example'>evil</a>",
    ":red[evil]",
    "$evil^2$",
    "*evil* ~~evil~~ `evil`",
    "[evil](https://evil.example)",
    "![evil](https://evil.example/x.png)",
    "evil <b>b</b><script>evil()</script> 온도(°C)",
)
LABELS = ("www.evil.example/a", "b@evil.example", "<i>evil</i> :material/delete:")
NAMED = ("data", "layers", "evaluate", "compare")  # pages that say them for certain
# what Markdown or HTML would have made of them, on the page or in a chart; <strong> and <code> are ours, too
MADE = """() => [...document.querySelectorAll(
        "a, em, del, b, i, img, script, .katex, svg a")]
    .filter(one => !one.matches("a[href^='#']"))  // Streamlit's link of a heading to itself
    .filter(one => !one.matches(".st-key-steps [data-testid='stPageLink-NavLink']"))  // a step's, with its line inside
    .filter(one => [one.textContent, one.getAttribute("href"), one.getAttribute("src")].join().includes("evil"))
    .map(one => one.outerHTML.slice(0, 200))"""
WATCH = """() => {
  window.violations = [];
  document.addEventListener('securitypolicyviolation', event => window.violations.push(
    `${event.effectiveDirective} ${event.blockedURI}`));
}"""


def table() -> bytes:
    """Nine columns of numbers that tell the class in the tenth apart."""
    draw = random.Random(0)
    names = [f'"{name}"' for name in (*COLUMNS, "www.evil.example class")]
    rows = []
    for place in range(150):
        kind = place % len(LABELS)
        numbers = [f"{kind + draw.gauss(0, 0.3) * (1 + column):.3f}" for column in range(len(COLUMNS))]
        rows.append([*numbers, f'"{LABELS[kind]}"'])
    return "\n".join(map(",".join, [names, *rows])).encode()


def train_the_sample(person: Visitor) -> None:
    person.train()
    person.page.locator(".st-key-verdict").wait_for()


def train_with_nasty_names(person: Visitor) -> None:
    """Of the file, its columns, its classes, and the run."""
    person.go_to("data")
    person.page.get_by_role("tab", name=person.say("data_page.own")).click()
    file = {"name": "www.evil.example.csv", "mimeType": "text/csv", "buffer": table()}
    person.page.locator("[role=tabpanel] input[type=file]").last.set_input_files(file)
    expect(person.page.locator("[data-testid='stMain']")).to_contain_text(MARK)
    person.go_to("train")
    person.set_epochs(5)
    train_the_sample(person)
    person.go_to("compare")
    name = person.page.locator("[class*='st-key-name-'] input:visible").first
    name.fill("www.evil.example :red[evil] *evil*")
    name.press("Enter")


WALKS = [
    pytest.param("ko", "light", train_with_nasty_names, id="nasty"),
    pytest.param("ko", "light", train_the_sample, id="ko", marks=pytest.mark.slow),
    pytest.param("en", "dark", train_the_sample, id="en", marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("language", "theme", "begin"), WALKS)
def test_every_page_fits_runs_under_the_policy_and_leaves_a_persons_words_letters(
    visit, language: str, theme: str, begin: Callable[[Visitor], None]
):
    person = visit(language, theme=theme)
    person.page.evaluate(WATCH)
    assert person.page.locator("html").get_attribute("lang") == language  # screen readers choose the voice by it
    begin(person)
    for page in PAGES:
        person.go_to(page.name)
        person.on_each_screen(f"page-{page.name}", tops=(0, 720) if page.kind == "step" else (0,))
        assert person.page.evaluate("window.violations") == [], page.name
        assert person.page.evaluate(MADE) == [], page.name
        if page.name in NAMED and begin is train_with_nasty_names:
            assert MARK in person.page.locator("[data-testid='stMain']").inner_text()


def test_who_comes_with_an_address_of_no_page_is_told_so_in_their_language(visit, address):
    person = visit("ko", at="playgrund")
    expect(person.page.locator("[data-testid='stMain']")).to_contain_text(person.say("server.nowhere"))
    assert person.page.url == address
    assert not person.page.locator("[data-testid='stDialog']").count()
