"""The owner cookie: made once, signed, kept from scripts, never taken from anyone who made one up."""

import errno
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route

from lab.runs.kept import disk
from lab.runs.kept.store import RunStore
from lab.runs.serve import owner as owners
from lab.runs.serve.owner import COOKIE, KEY_FILE, OwnerCookie, keys_in, new_owner, owner_from, signed
from lab.spec.limits import ALONE
from tests.lab.runs.asgi import ask


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch) -> Path:
    """Where this test's server keeps its key."""
    monkeypatch.setenv("LAB_HOME", str(tmp_path))
    return tmp_path


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
    assert signed(owner_from({name: value})) == value


def test_the_second_page_keeps_it(app):
    assert cookie(app, "/", sent=signed(new_owner())) is None


def test_over_https_it_stays_there(app):
    assert "Secure" not in cookie(app, "/")
    _, headers, _ = ask(app, "/", scheme="https")
    assert "Secure" in dict(headers)["set-cookie"]


def test_in_a_frame_of_another_site_a_browser_sends_it_over_https(app):
    _, headers, _ = ask(OwnerCookie(app.app, embedded=True), "/", scheme="https")
    assert "SameSite=None; Secure; Partitioned" in dict(headers)["set-cookie"]
    assert "SameSite=Lax" in cookie(OwnerCookie(app.app, embedded=True), "/")


@pytest.mark.parametrize(
    ("embedded", "scheme", "how"),
    [
        (True, "https", "SameSite=None; Secure; Partitioned"),
        (True, "http", "SameSite=Lax"),
        (False, "https", "SameSite=None; Secure"),
    ],
)
def test_streamlits_token_is_kept_in_a_frame_over_https_and_by_the_page_alone_over_http(embedded, scheme, how):
    """Browsers keep in a frame what is held apart for the site around it, and over http nothing that is not: no file
    could be sent.
    """

    async def health(request):
        return JSONResponse({}, headers={"set-cookie": "_streamlit_xsrf=2|x; Path=/; SameSite=None; Secure"})

    app = OwnerCookie(Starlette(routes=[Route("/", health)]), embedded=embedded)
    _, headers, _ = ask(app, "/", scheme=scheme)
    assert dict(headers)["set-cookie"] == f"_streamlit_xsrf=2|x; Path=/; {how}"


@pytest.mark.parametrize("place", range(0, 75, 5))  # two bits of the very last letter say nothing
def test_a_cookie_with_one_letter_changed_is_nobodys(place):
    value = signed(new_owner())
    forged = value[:place] + ("A" if value[place] != "A" else "B") + value[place + 1 :]
    assert owner_from({COOKIE: value}) is not None
    assert owner_from({COOKIE: forged}) is None


def test_the_signature_of_one_owner_is_none_of_another():
    mine, others = signed(new_owner()), new_owner()
    assert owner_from({COOKIE: others + "." + mine.rpartition(".")[2]}) is None


def test_an_unsigned_cookie_of_an_owner_with_runs_is_signed_at_the_next_page(app, home):
    owner = new_owner()
    store = RunStore(home / "runs", ALONE)
    assert owner_from({COOKIE: owner}) is None
    Path(store._folder(owner)).mkdir()
    assert owner_from({COOKIE: owner}) == owner
    assert cookie(app, "/", sent=owner).startswith(f"{COOKIE}={signed(owner)};")


def test_an_unsigned_cookie_that_nobody_knows_gets_a_new_owner(app):
    made_up = "a" * 32
    value = cookie(app, "/", sent=made_up).split(";")[0].partition("=")[2]
    assert owner_from({COOKIE: value}) not in (None, made_up)


def test_the_key_can_be_read_by_the_server_alone_and_two_that_begin_at_once_share_it(home):
    with ThreadPoolExecutor(8) as servers:
        keys = list(servers.map(keys_in, [home / "shared"] * 8))
    assert len(keys[0]) == 1
    assert all(others == keys[0] for others in keys)
    assert [path.name for path in (home / "shared").iterdir()] == [KEY_FILE]
    assert stat.S_IMODE((home / "shared" / KEY_FILE).stat().st_mode) == 0o600


def test_with_a_new_key_the_old_cookies_hold_until_the_old_key_is_taken_out(home):
    owner = new_owner()
    before = signed(owner)
    (old,) = keys_in(home)
    (home / KEY_FILE).write_text(f"{old}\n{'5' * 64}\n")
    owners._signer.cache_clear()  # as a start of the server does
    assert owner_from({COOKIE: before}) == owner
    assert signed(owner) != before
    (home / KEY_FILE).write_text("5" * 64)
    owners._signer.cache_clear()
    assert owner_from({COOKIE: before}) is None


@pytest.mark.parametrize("broken", ["", "short", "z" * 64, "5" * 63])
def test_a_key_file_that_holds_no_key_is_a_sentence(home, broken):
    (home / KEY_FILE).write_text(broken)
    with pytest.raises(SystemExit, match="64 hexadecimal digits"):
        keys_in(home)


def test_a_disk_that_takes_no_key_is_a_sentence_and_leaves_no_half_of_one(home, monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOSPC, "refused")

    part_in = disk._part_in

    def part(folder):
        file = part_in(folder)
        file.write = refuse
        return file

    monkeypatch.setattr(disk, "_part_in", part)
    with pytest.raises(SystemExit, match=r"owner\.key.*disk is full"):
        keys_in(home)
    assert not list(home.iterdir())
    monkeypatch.undo()
    assert len(keys_in(home)) == 1


def test_files_of_a_page_bring_none(app):
    assert cookie(app, "/data") is None


@pytest.mark.parametrize("made_up", ["", "me", "../" * 11, "x" * 1000, "." * 50, "a.b"])
def test_a_cookie_that_we_did_not_make_is_replaced(app, made_up):
    header = cookie(app, "/", sent=made_up)
    assert header is not None
    assert made_up == "" or f"={made_up};" not in header
    assert owner_from({COOKIE: made_up}) is None


def test_owners_are_all_different():
    assert len({new_owner() for _ in range(100)}) == 100
