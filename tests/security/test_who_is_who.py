"""Another cookie and a session's id: what a stranger who has read the id somewhere can do with it."""

import pytest
from websockets.exceptions import InvalidStatus

from lab.runs.serve.owner import COOKIE
from lab.runs.serve.sessions import SessionDoor, opened
from tests.lab.runs.asgi import run_apart
from tests.security.visitor import Visitor


@pytest.fixture(scope="module")
def person(class_server) -> Visitor:
    return Visitor.new(class_server)


@pytest.fixture(scope="module")
def stranger(class_server) -> Visitor:
    return Visitor.new(class_server)


def gone_on_with(first: Visitor, then: Visitor) -> bool:
    """Does `then` get the session of `first` by its id?"""

    async def reconnect() -> bool:
        async with first.session() as page:
            pass
        async with then.session(going_on_with=page.id) as later:
            return later.id == page.id

    return run_apart(reconnect())


def test_a_browser_gets_its_own_session_back(person):
    assert gone_on_with(person, person)


def test_another_browser_gets_a_session_of_its_own_instead(person, stranger):
    assert not gone_on_with(person, stranger)


def test_no_cookie_is_not_enough_either(class_server, person):
    assert not gone_on_with(person, Visitor(class_server))


def test_a_browser_that_refuses_cookies_gets_its_own_back_and_nobody_with_a_cookie_does(class_server, stranger):
    assert gone_on_with(Visitor(class_server), Visitor(class_server))
    assert not gone_on_with(Visitor(class_server), stranger)


@pytest.mark.parametrize("forged", ["{stranger}", "{owner}.", "{owner}", "{owner}.{signature}", "{owner}..{own}"])
def test_a_forged_cookie_is_no_cookie(class_server, person, stranger, forged):
    owner, _, own = person.cookies[COOKIE].partition(".")
    signature = stranger.cookies[COOKIE].partition(".")[2]
    value = forged.format(stranger=stranger.cookies[COOKIE], owner=owner, signature=signature, own=own)
    assert not gone_on_with(person, Visitor(class_server, {COOKIE: value}))


def test_a_connected_session_is_not_taken_from_its_page(person, stranger):
    async def take() -> None:
        async with person.session() as page:
            async with stranger.session(going_on_with=page.id) as taken:
                assert taken.id != page.id
            await page.run()  # it is still connected

    run_apart(take())


@pytest.mark.parametrize("lines", [["streamlit, none, {id}"], ["streamlit", "none", "{id}"], ["a,,{id},b", "x"]])
def test_the_id_is_found_wherever_the_request_names_it(lines):
    lines = [line.format(id="theirs") for line in lines]
    held = opened("theirs", "person")
    assert "theirs" not in names_that_pass(lines, "@")
    assert "theirs" in names_that_pass(lines, held.visitor)


def names_that_pass(lines: list[str], visitor: str) -> str:
    """The protocols that Streamlit sees in a request of that visitor."""
    seen = []

    async def streamlit(scope, receive, send):
        seen.extend(value.decode() for name, value in scope["headers"] if name == b"sec-websocket-protocol")

    headers = [(b"sec-websocket-protocol", line.encode()) for line in lines]
    scope = {"type": "websocket", "path": "/_stcore/stream", "headers": headers, "client": None}
    if visitor != "@":
        scope["lab.owner"] = visitor
    run_apart(SessionDoor(streamlit)(scope, None, None))
    assert len(seen) == 1
    return seen[0]


def test_a_file_is_put_into_a_session_by_its_own_browser_alone(class_server, person, stranger):
    async def upload() -> None:
        async with person.session() as page:
            assert person.upload(page.id).status == 204
            assert stranger.upload(page.id).status == 403
            assert Visitor(class_server).upload(page.id).status == 403
            assert person.upload("no-session").status == 403

    run_apart(upload())


def test_a_file_is_taken_out_of_a_session_by_its_own_browser_alone(person, stranger):
    async def delete() -> None:
        async with person.session() as page:
            assert person.upload(page.id, file_id="mine").status == 204
            path = f"/_stcore/upload_file/{page.id}/mine"
            for visitor, status in ((stranger, 403), (person, 204)):
                token = {"X-Xsrftoken": visitor.cookies["_streamlit_xsrf"]}
                assert visitor.ask("DELETE", path, token).status == status

    run_apart(delete())


@pytest.mark.parametrize("origin", ["http://evil.example", "http://localhost:1", "null", "http://[", "https://x@y"])
def test_a_page_of_another_site_does_not_connect(person, origin):
    async def connect() -> None:
        async with person.session(origin=origin):
            pass

    with pytest.raises(InvalidStatus, match="403"):
        run_apart(connect())


def test_a_page_of_this_server_connects(class_server, person):
    async def connect() -> None:
        async with person.session(origin=f"http://{class_server}") as page:
            assert page.id

    run_apart(connect())


def test_a_guessed_download_is_not_there(class_server, person):
    for guess in ("0" * 56 + ".csv", "../app.py", "%2e%2e/app.py", ""):
        assert person.ask("GET", f"/media/{guess}").status in (400, 404)
