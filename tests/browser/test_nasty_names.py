"""A person's own words stay letters on every page: no link, no markup, no formula, no picture from elsewhere."""

import random

from playwright.sync_api import expect

from pages import PAGES

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
# what Markdown or HTML would have made of them, on the page or in a chart; <strong> and <code> are ours, too
MADE = """() => [...document.querySelectorAll(
        "a, em, del, b, i, img, script, .katex, svg a")]
    .filter(one => !one.matches("a[href^='#']"))  // Streamlit's link of a heading to itself
    .filter(one => [one.textContent, one.getAttribute("href"), one.getAttribute("src")].join().includes("evil"))
    .map(one => one.outerHTML.slice(0, 200))"""


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


def assert_letters(person, where: str) -> None:
    person.settle()
    found = person.page.evaluate(MADE)
    assert not found, f"{where}: {found}"


def test_names_of_files_columns_classes_and_runs_stay_letters_on_every_page(visit):
    person = visit("en")
    person.go_to("data")
    person.page.get_by_role("tab", name=person.say("data_page.own")).click()
    file = {"name": "www.evil.example.csv", "mimeType": "text/csv", "buffer": table()}
    person.page.locator("[role=tabpanel] input[type=file]").last.set_input_files(file)
    expect(person.page.locator("[data-testid='stMain']")).to_contain_text("evil")
    assert_letters(person, "data")
    person.go_to("train")
    person.set_epochs(5)
    person.train()
    person.watch_curve()
    person.go_to("compare")
    name = person.page.locator("[class*='st-key-name-'] input:visible").first
    name.fill("www.evil.example :red[evil] *evil*")
    name.press("Enter")
    for page in PAGES:
        person.go_to(page.name)
        assert_letters(person, page.name)
        if page.name in ("data", "layers", "evaluate", "compare"):
            assert MARK in person.page.locator("[data-testid='stMain']").inner_text()
