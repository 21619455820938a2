"""The owner cookie: made once, kept from scripts, never taken from anyone who made one up."""

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route

from lab.runs.serve.owner import COOKIE, OwnerCookie, new_owner, owner_from
from tests.lab.runs.asgi import ask


@pytest.fixture
def app() -> OwnerCookie:
    async def page(request):
        return HTMLResponse("<p>page</p>")

    async def data(request):
        return JSONResponse({})

    return OwnerCookie(Starlette(routes=[Route("/", page), Route("/data", data)]))


def cookie(app, path: str, sent: str | None = None) -> str | None:
    """The cookie that an answer sets."""
    _, headers, _ = ask(app, path, {"cookie": f"{COOKIE}={sent}"} if sent is not None else {})
    return dict(headers).get("set-cookie")


def test_the_first_page_brings_a_cookie_that_scripts_cannot_read(app):
    header = cookie(app, "/")
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    name, _, value = header.split(";")[0].partition("=")
    assert owner_from({name: value}) == value


def test_the_second_page_keeps_it(app):
    assert cookie(app, "/", sent=new_owner()) is None


def test_files_of_a_page_bring_none(app):
    assert cookie(app, "/data") is None


@pytest.mark.parametrize("made_up", ["", "me", "../" * 11, "x" * 1000])
def test_a_cookie_that_we_did_not_make_is_replaced(app, made_up):
    header = cookie(app, "/", sent=made_up)
    assert header is not None
    assert made_up == "" or f"={made_up};" not in header
    assert owner_from({COOKIE: made_up}) is None


def test_owners_are_all_different():
    assert len({new_owner() for _ in range(100)}) == 100
