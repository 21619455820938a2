"""Streamlit's page goes out with a sentence until its scripts have drawn a screen; everything else as it is."""

import gzip
import re
from pathlib import Path

import pytest
from starlette.responses import HTMLResponse, Response
from streamlit.file_util import get_static_dir

from lab.runs.serve.front import ROOT, SCRIPT, FrontPage, words
from lab.runs.serve.headers import inline_scripts
from lab.texts import LANGUAGES, say
from tests.lab.runs.asgi import ask

PAGE = Path(get_static_dir(), "index.html").read_text(encoding="utf-8")
BROWSER = {"Accept": "text/html,application/xhtml+xml", "Accept-Encoding": "gzip, br"}
LOCALES = {"ko": "ko-KR,ko;q=0.9,en;q=0.5", "en": "en-GB,en;q=0.9"}


def front(app):
    """In front of an app of three pages."""
    return FrontPage(app, PAGE, ["train", "layers", "lessons"], "train")


def seen(body: bytes, headers: dict[str, str]) -> str:
    return (gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body).decode()


@pytest.mark.parametrize("packs", [True, False])
@pytest.mark.parametrize("language", LANGUAGES)
def test_whoever_waits_for_the_first_screen_reads_so_in_the_browsers_language(language, packs):
    asked = {**BROWSER, "Accept-Language": LOCALES[language]} | ({} if packs else {"Accept-Encoding": ""})
    status, pairs, body = ask(front(HTMLResponse(PAGE)), "/lessons", asked)
    headers, page = dict(pairs), seen(body, dict(pairs))
    assert (status, headers.get("content-encoding")) == (200, "gzip" if packs else None)
    assert int(headers["content-length"]) == len(body)
    assert f'<html lang="{language}">' in page
    assert f"<title>{say('app.title', language)}</title>" in page
    assert f"<p>{say('server.opening', language)}</p>" in page.partition('<div id="root">')[2]
    assert inline_scripts(page) == [*inline_scripts(PAGE), SCRIPT]  # the policy lets no other run
    assert page.count("<script") == PAGE.count("<script") + 1


@pytest.mark.parametrize("styles", [words("ko"), *(path.read_text() for path in Path("pages").rglob("*.css"))])
def test_no_style_hangs_on_the_whole_page_and_has_all_of_it_styled_anew_at_each_number_that_moves(styles):
    screen = re.sub(r"@media print \{.*", "", styles, flags=re.S)
    selectors = [one.strip() for one in re.findall(r"[^{};]*:has\([^{};]*(?=\{)", screen)]
    hanging = [
        one for one in selectors if re.match(r"(html|body|:root)\S*:has\((?!> )|(html|body)\S*:not\(:has\((?!> )", one)
    ]
    assert [one for one in hanging if not one.endswith('[data-testid="stDialog"]')] == []  # there while nothing moves


def test_styles_of_every_language_stand_behind_all_that_is_drawn_which_they_correct():
    app = FrontPage(HTMLResponse(PAGE), PAGE, ["train"], "train", styles=".one { color: red; }")
    for language in LANGUAGES:
        _, pairs, body = ask(app, "/", {**BROWSER, "Accept-Language": LOCALES[language]})
        before, _, after = seen(body, dict(pairs)).partition("<style>.one { color: red; }</style>")
        assert '<div id="root">' in before
        assert before.endswith("</div></div>")
        assert after.strip().endswith("</html>")


@pytest.mark.parametrize(("base", "path"), [("", "/favicon.png"), ("lab", "/lab/favicon.png")])
def test_the_icon_of_the_tab_is_where_streamlits_page_and_scripts_look_for_theirs(base, path):
    streamlits = Response(b"a crown", media_type="image/png")
    app = FrontPage(streamlits, PAGE, ["train"], "train", base, icon=b"our own")
    status, headers, body = ask(app, path, {"Accept": "image/*"})
    assert (status, body, dict(headers)["content-type"]) == (200, b"our own", "image/png")
    assert ask(app, f"{path}.bak", {"Accept": "image/*"})[2] == b"a crown"
    assert 'href="./favicon.png"' in PAGE
    assert any("./favicon.png" in path.read_text() for path in Path(get_static_dir()).rglob("index.*.js"))


def test_streamlits_page_has_the_places_that_are_filled():
    assert PAGE.count(ROOT) == PAGE.count("</head>") == PAGE.count("<title>Streamlit</title>") == 1
    assert PAGE.count('<html lang="en">') == 1


@pytest.mark.parametrize(
    ("answer", "headers"),
    [
        (HTMLResponse("<html>a report of a run</html>"), BROWSER),
        (HTMLResponse(PAGE[::-1]), BROWSER),  # as long as the page
        (HTMLResponse(PAGE, 404), BROWSER),
        (Response(b"\x00\x01", media_type="image/png"), BROWSER),
        (HTMLResponse(PAGE), {"Accept": "*/*"}),  # no browser that opens a page
    ],
)
def test_what_is_not_the_page_goes_out_as_it_is(answer, headers):
    assert ask(front(answer), "/", headers)[2] == answer.body


def test_a_page_kept_from_before_is_asked_for_anew():
    asked = []

    async def streamlit(scope, receive, send):
        asked.append(dict(scope["headers"]))
        await HTMLResponse(PAGE)(scope, receive, send)

    ask(front(streamlit), "/", {**BROWSER, "If-None-Match": '"old"'})
    assert b"if-none-match" not in asked[0]


@pytest.mark.parametrize(
    ("base", "path", "to"),
    [
        ("", "/layer", "./?nowhere"),
        ("", "/train", "./"),  # by the name of the first page, whose address is the server's own
        ("", "/lessons/nine", "../?nowhere"),
        ("", "/lessons/9/2", "../../?nowhere"),
        ("lab", "/lab/layer", "./?nowhere"),
        ("lab", "/lab/lessons/nine", "../?nowhere"),
    ],
)
def test_an_address_of_no_page_leads_to_the_first_one(base, path, to):
    app = FrontPage(HTMLResponse(PAGE), PAGE, ["train", "layers", "lessons"], "train", base)
    status, headers, _ = ask(app, path, BROWSER)
    assert (status, dict(headers)["location"]) == (303, to)


@pytest.mark.parametrize(("base", "path"), [("", "/"), ("", "/lessons"), ("lab", "/lab/"), ("lab", "/lab/layers")])
def test_the_address_of_a_page_is_answered_with_it(base, path):
    app = FrontPage(HTMLResponse(PAGE), PAGE, ["train", "layers", "lessons"], "train", base)
    assert ask(app, path, BROWSER)[0] == 200


def test_what_else_a_wrong_address_says_is_kept():
    answer = ask(front(HTMLResponse(PAGE)), "/layer", BROWSER, query=b"e=abc&lang=ko")
    assert dict(answer[1])["location"] == "./?e=abc&lang=ko&nowhere"
