"""One browser that opens, sends and starts without end gets no further than its share; the others notice nothing."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import pytest
from starlette.responses import PlainTextResponse

from benchmarks.live.session import Session as Person
from lab.errors import RunError
from lab.runs.serve.asking import StartRate
from lab.runs.serve.bounds import CROWDED, Bounds
from lab.runs.serve.owner import COOKIE
from lab.runs.serve.rates import FEW, Rate
from lab.runs.serve.sessions import UPLOADS, held_bytes, opened, session_named
from lab.spec.limits import CLASS, VisitorLimits
from lab.texts import LANGUAGES, say
from tests.lab.runs.asgi import run_apart
from tests.security.test_turns import once_around
from tests.security.visitor import XSRF, Visitor

LIMITS = CLASS.visitors


class Clock:
    """Goes on only when told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def scope(visitor: str = "", path: str = "/", kind: str = "http", **more) -> dict:
    """A request of that owner; "" for a browser without a cookie."""
    named = {"lab.owner": visitor or None}
    return {"type": kind, "method": "GET", "path": path, "headers": [], "client": ("10.0.0.1", 1), **named, **more}


def bounds(app, limits: VisitorLimits = LIMITS, clock: Clock | None = None) -> Bounds:
    return Bounds(app, limits, clock or Clock())


class Crowd:
    """Requests that stay open until the crowd goes home; `served` came through to the app."""

    def __init__(self) -> None:
        self.served, self.refused = 0, 0
        self._home, self._came = asyncio.Event(), asyncio.Semaphore(0)
        self._tasks: list[asyncio.Task] = []

    async def app(self, scope, receive, send) -> None:
        self.served += 1
        self._came.release()
        await self._home.wait()

    async def send(self, message) -> None:
        if message["type"] in ("websocket.close", "http.response.start"):
            self.refused += 1
            self._came.release()

    async def come(self, server: Bounds, *scopes: dict) -> None:
        """Until each is served or refused."""
        self._tasks += [asyncio.create_task(server(each, None, self.send)) for each in scopes]
        for _ in scopes:
            await self._came.acquire()

    async def go_home(self) -> None:
        self._home.set()
        await asyncio.gather(*self._tasks)


def let_in(scopes: list[dict], limits: VisitorLimits = LIMITS) -> int:
    """How many of these, all open at once, come through."""

    async def count() -> int:
        crowd = Crowd()
        await crowd.come(bounds(crowd.app, limits), *scopes)
        served = crowd.served
        assert served + crowd.refused == len(scopes)
        await crowd.go_home()
        return served

    return run_apart(count())


def pages(*visitors: str) -> list[dict]:
    return [scope(visitor, "/_stcore/stream", "websocket") for visitor in visitors]


def test_one_browser_has_so_many_pages_open():
    assert let_in(pages(*["me"] * 30)) == LIMITS.pages


def test_a_class_behind_one_router_comes_in_at_once_and_opens_a_second_page():
    assert let_in(pages(*[f"student {number % 400}" for number in range(800)])) == 800


def test_one_address_has_far_more_than_a_class_and_not_all():
    assert let_in(pages(*map(str, range(1_500)))) == LIMITS.pages_of_address
    crowd = [
        {**page, "client": (f"10.0.{place % 9}.1", 1)} for place, page in enumerate(pages(*map(str, range(5_000))))
    ]
    assert let_in(crowd) == LIMITS.pages_of_all * CROWDED
    assert let_in([*crowd, {**pages("somebody")[0], "client": ("10.9.9.9", 1)}]) == LIMITS.pages_of_all * CROWDED + 1
    assert let_in(pages(*[""] * 1_500)) == LIMITS.pages_of_address  # cookies refused


def test_a_page_that_is_closed_makes_room():
    async def open_twice() -> None:
        crowd = Crowd()
        server = bounds(crowd.app)
        await crowd.come(server, *pages(*["me"] * LIMITS.pages))
        await crowd.go_home()
        later = Crowd()
        server.app = later.app
        await later.come(server, *pages("me"))
        assert later.served == 1
        await later.go_home()

    run_apart(open_twice())


def test_reloading_without_end_is_slowed_down_and_a_minute_later_forgiven():
    clock, done = Clock(), []

    async def app(scope, receive, send) -> None:
        done.append(scope)

    async def send(message) -> None:
        assert message["type"] == "websocket.close"

    server = bounds(app, clock=clock)
    for _ in range(200):
        run_apart(server(pages("me")[0], None, send))
    assert len(done) == LIMITS.pages_per_minute
    clock.now += 60
    run_apart(server(pages("me")[0], None, send))
    assert len(done) == LIMITS.pages_per_minute + 1


@pytest.mark.parametrize(("language", "word"), [("ko-KR,ko;q=0.9", "브라우저"), ("en-GB", "browser")])
def test_the_person_reads_why_in_place_of_the_page(language, word):
    said = []

    async def ask() -> None:
        crowd = Crowd()
        server = bounds(crowd.app)
        await crowd.come(server, *pages(*["me"] * LIMITS.pages))

        async def send(message) -> None:
            said.append(message)

        headers = [(b"accept", b"text/html,*/*"), (b"accept-language", language.encode())]
        await server(scope("me", headers=headers), None, send)
        await crowd.go_home()

    run_apart(ask())
    assert said[0]["status"] == 429
    assert word in said[1]["body"].decode()
    assert str(LIMITS.pages) in said[1]["body"].decode()


def test_one_browser_has_so_many_streams_and_all_together_so_many():
    assert let_in([scope("me", "/live/key")] * 500) == LIMITS.streams
    assert let_in([scope(str(number), "/live/key") for number in range(2_000)]) == LIMITS.streams_of_all


# --- files


def upload(server: Bounds, session_id: str, *chunks: bytes, length: int | None = None, file_id: str = "f") -> int:
    """Status of sending these chunks; after the last nothing comes any more, if it is b""."""
    coming = list(chunks)
    statuses: list[int] = []

    async def receive() -> dict:
        if coming == [b""]:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": coming.pop(0), "more_body": bool(coming)}

    async def send(message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    headers = [] if length is None else [(b"content-length", str(length).encode())]
    request = scope("me", f"{UPLOADS}{session_id}/{file_id}", method="PUT", headers=headers)
    run_apart(server(request, receive, send))
    assert len(statuses) == 1
    return statuses[0]


async def taking(scope, receive, send) -> None:
    """As Streamlit takes a file."""
    while (await receive())["more_body"]:
        pass
    await PlainTextResponse("", 204)(scope, receive, send)


@contextmanager
def own_session(visitor: str = "me") -> Iterator[str]:
    held = opened("own", visitor)
    yield "own"
    assert held.visitor == visitor


@pytest.mark.parametrize("told", [True, False])
def test_a_browser_sends_so_many_bytes_a_minute_whatever_it_says_before(told):
    clock = Clock()
    server = bounds(taking, replace(LIMITS, upload_bytes_per_minute=1_000, uploads_held_bytes=10**9), clock)
    length = 600 if told else None
    with own_session() as session:
        assert upload(server, session, b"x" * 600, length=length) == 204
        assert upload(server, session, b"x" * 300, b"x" * 300, length=length) == 429
        clock.now += 60
        assert upload(server, session, b"x" * 600, length=length) == 204


def test_a_browser_sends_so_many_files_a_minute_and_its_next_screen_says_why_one_was_not_taken():
    with own_session() as session:
        server = bounds(taking)
        statuses = [upload(server, session, b"x") for _ in range(LIMITS.uploads_per_minute)]
        assert session_named(session).refused is None
        statuses.append(upload(server, session, b"x"))
        code, values = session_named(session).refused
        assert all(f"{LIMITS.uploads_per_minute}" in say(code, language, **values) for language in LANGUAGES)
    assert statuses == [204] * LIMITS.uploads_per_minute + [429]


def test_the_server_holds_so_much_of_a_browser_and_what_it_takes_back_makes_room():
    server = bounds(taking, replace(LIMITS, uploads_held_bytes=1_000))
    with own_session() as session:
        assert upload(server, session, b"x" * 600, file_id="one") == 204
        assert upload(server, session, b"x" * 600, file_id="two") == 413
        assert upload(server, session, b"x" * 100, length=600, file_id="two") == 413
        request = scope("me", f"{UPLOADS}{session}/one", method="DELETE")
        run_apart(PlainTextResponse("", 204)(request, None, _nothing))
        server.app = PlainTextResponse("", 204)
        run_apart(server(request, None, _nothing))
        server.app = taking
        assert upload(server, session, b"x" * 600, file_id="two") == 204


async def _nothing(message) -> None:
    return


def test_a_file_that_stops_coming_is_given_up():
    with own_session() as session:
        assert upload(bounds(taking, replace(LIMITS, upload_pause_s=0.01)), session, b"x", b"") == 408
        assert session_named(session).refused == ("upload.too_slow", {})


@pytest.mark.parametrize(("least", "status"), [(2, 408), (1, 204)])
def test_a_file_comes_as_slowly_as_it_likes_while_so_much_of_it_comes_in_so_many_seconds(least, status):
    """A byte each time that the clock goes on by a second; two seconds for so many."""
    limits, statuses = replace(LIMITS, upload_pause_s=2.0, upload_pause_bytes=least), []

    async def send_it() -> None:
        loop, left = asyncio.get_running_loop(), iter(range(100, -1, -1))
        now = loop.time()
        loop.time = lambda: now

        async def receive() -> dict:
            nonlocal now
            now += 1
            await once_around()
            await once_around()
            return {"type": "http.request", "body": b"x", "more_body": bool(next(left))}

        async def send(message) -> None:
            statuses.append(message.get("status"))

        await bounds(taking, limits)(scope("me", f"{UPLOADS}own/f", method="PUT"), receive, send)

    with own_session():
        run_apart(send_it())
    assert statuses[0] == status


# --- runs


def test_a_browser_starts_so_many_runs_a_minute_and_is_told():
    starts = StartRate(CLASS)
    for _ in range(LIMITS.starts_per_minute):
        starts.ask("me")
    with pytest.raises(RunError) as refusal:
        starts.ask("me")
    assert (refusal.value.code, refusal.value.values["high"]) == ("run.too_many_starts", LIMITS.starts_per_minute)
    starts.ask("another")


def test_names_that_come_once_are_forgotten():
    clock = Clock()
    rate = Rate(60, clock)
    for number in range(20 * FEW):
        clock.now += 1
        assert rate.take(str(number))
    assert len(rate._levels) <= FEW + 1


def test_a_name_that_comes_while_others_are_forgotten_breaks_nothing():
    clock = Clock()
    rate = Rate(60, clock)
    for number in range(FEW - 1):
        rate.take(str(number))

    def with_somebody_between() -> float:
        rate._levels[f"late {len(rate._levels)}"] = (1.0, 0.0)
        return clock.now

    rate._clock = with_somebody_between
    assert rate.take("the last")
    assert "the last" in rate._levels


@pytest.mark.usefixtures("threads_that_take_turns_everywhere")
def test_what_a_browser_has_sent_is_counted_while_a_class_opens_its_pages():
    mine = opened("own", "me")
    mine.uploads["f"] = 7
    with ThreadPoolExecutor(1) as pages:
        coming = pages.submit(lambda: [opened(str(number), "another") for number in range(20_000)])
        while not coming.done():
            assert held_bytes("me") == 7


# --- the real server


def test_500_streams_and_files_that_never_end_leave_the_server_to_the_others(class_server):
    async def attack() -> None:
        async with Person.open(class_server) as person:
            await person.rerun(click="train")
            assert person.stream is not None
            request = f"GET /{person.stream} HTTP/1.1\r\nHost: {class_server}\r\nCookie: {person.cookie}\r\n\r\n"
            answers = await asyncio.gather(*[first_line(class_server, request) for _ in range(500)])
            statuses = [int(line.split()[1]) for line, _ in answers]
            assert statuses.count(200) == LIMITS.streams
            assert statuses.count(429) == 500 - LIMITS.streams
            visitor = await asyncio.to_thread(Visitor.new, class_server)
            async with visitor.session() as page:
                slow = [await begin_file(visitor, page.id) for _ in range(LIMITS.uploads + 16)]
                refused = [await reader.readline() for reader, _ in slow[LIMITS.uploads :]]
                assert all(b" 429 " in line for line in refused)
                other = await asyncio.to_thread(Visitor.new, class_server)
                async with other.session() as others_page:
                    assert (await asyncio.to_thread(other.upload, others_page.id)).status == 204
                    assert "train" in others_page.text
                for _, writer in slow:
                    writer.close()
            for _, writer in answers:
                writer.close()

    run_apart(attack())


async def first_line(host: str, request: str) -> tuple[bytes, asyncio.StreamWriter]:
    name, _, port = host.partition(":")
    reader, writer = await asyncio.open_connection(name, int(port))
    writer.write(request.encode())
    return await reader.readline(), writer


async def begin_file(visitor: Visitor, session_id: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A file of which only the beginning comes."""
    name, _, port = visitor.host.partition(":")
    reader, writer = await asyncio.open_connection(name, int(port))
    cookies = visitor.headers()["Cookie"]
    assert COOKIE in cookies
    writer.write(
        f"PUT /_stcore/upload_file/{session_id}/slow HTTP/1.1\r\nHost: {visitor.host}\r\nCookie: {cookies}\r\n"
        f"X-Xsrftoken: {visitor.cookies[XSRF]}\r\nContent-Type: multipart/form-data; boundary=b\r\n"
        "Content-Length: 100000\r\n\r\n--b\r\n".encode()
    )
    await writer.drain()
    return reader, writer
