"""Files made to cost a server much: reading them costs in proportion to their size, or is refused before it costs."""

import asyncio
import errno
import gzip
import time
from contextlib import suppress
from dataclasses import replace

import pytest
from starlette.requests import ClientDisconnect

from benchmarks.reader.hostile import SHAPES
from lab.aside.progress import silently
from lab.data.read import read_table
from lab.errors import LabError, TableError
from lab.reading.file import Wish, read_file
from lab.runs.serve import uploads
from lab.runs.serve.sessions import UPLOADS, opened
from lab.runs.serve.uploads import FORM_BYTES, UploadGate
from lab.spec.limits import ALONE, CLASS
from lab.texts import LANGUAGES, say, say_error
from tests.lab.runs.asgi import run_apart
from tests.security.visitor import XSRF, Visitor
from tests.waiting import bounded_work

SMALL = 24_000
TIMES = 4
STEEPEST = 10  # times the work for four times the bytes: 16 if it grew with the square
LEAST_S = 0.02  # of work that is compared: below it a clock says little


def work_of(content: bytes) -> float:
    """Seconds of the processor's time for reading and proposing; whatever is said about the file."""
    began = time.process_time()
    with suppress(LabError):
        read_file(content, Wish(proposal=True), CLASS, silently)
    return time.process_time() - began


@pytest.mark.parametrize("shape", SHAPES)
def test_work_grows_with_the_size_of_a_file_whatever_it_holds(shape):
    with bounded_work():
        small = min(work_of(SHAPES[shape](SMALL)) for _ in range(2))
        large = work_of(SHAPES[shape](TIMES * SMALL))
        assert large < STEEPEST * max(small, LEAST_S)


@pytest.mark.parametrize("shape", [name for name in SHAPES if "in one line" in name or name.startswith("a giant")])
def test_a_line_that_is_no_row_of_a_table_is_refused_before_it_is_looked_at(shape):
    content = SHAPES[shape](3 * CLASS.line_bytes)
    began = time.process_time()
    with pytest.raises(TableError) as refused:
        read_table(content, limits=CLASS)
    assert refused.value.code in ("too_large", "is_html")
    assert time.process_time() - began < 100 * STEEPEST * LEAST_S
    assert all(say_error(refused.value, language) for language in LANGUAGES)


def test_the_sentence_about_a_long_line_names_the_line_and_the_limit():
    with pytest.raises(TableError) as refused:
        read_table(b"a,b\n1,2\n" + b"3," * CLASS.line_bytes, limits=CLASS)
    for language in LANGUAGES:
        assert "3" in say_error(refused.value, language)
        assert "1 MB" in say_error(refused.value, language)


def test_a_line_of_the_largest_size_is_read():
    names = b"".join(b"c%d," % place for place in range(100)) + b"y\n"
    short = b"".join(b"1," * 100 + b"%d\n" % row for row in range(2_000))
    long = 100 * (b"9" * 9_000 + b",") + b"1\n"
    assert len(long) > 0.9 * CLASS.line_bytes
    assert read_table(names + short + long, limits=CLASS).rows == 2_001


def test_a_file_above_the_limit_is_refused_by_a_sentence_with_the_limit():
    with pytest.raises(TableError) as refused:
        read_table(b"1,2\n" * (CLASS.upload_bytes // 4 + 1), limits=CLASS)
    assert all("20 MB" in say_error(refused.value, language) for language in LANGUAGES)


# --- the way in


class Streamlit:
    """Takes a whole file and answers then."""

    def __init__(self) -> None:
        self.taken: list[int] = []

    async def __call__(self, scope, receive, send) -> None:
        size, more = 0, True
        while more:
            message = await receive()
            size, more = size + len(message["body"]), message["more_body"]
        self.taken.append(size)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


def put(gate: UploadGate, pieces: list[bytes], announced: int | None = None, path: str = f"{UPLOADS}s/f") -> int:
    """Status of the answer to a file that comes in pieces."""
    headers = [] if announced is None else [(b"content-length", b"%d" % announced)]
    scope = {"type": "http", "method": "PUT", "path": path, "headers": headers}
    coming = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    coming.append({"type": "http.request", "body": b"", "more_body": False})
    said = []

    async def receive():
        return coming.pop(0)

    async def send(message) -> None:
        said.append(message)

    run_apart(gate(scope, receive, send))
    return said[0]["status"]


@pytest.fixture
def streamlit() -> Streamlit:
    return Streamlit()


def gate_of(streamlit: Streamlit, held: int = 0) -> UploadGate:
    return UploadGate(streamlit, CLASS, lambda: held)


def test_a_file_within_the_limit_comes_in(streamlit):
    assert put(gate_of(streamlit), [b"x" * 1_000_000] * 20, 20_000_200) == 204
    assert streamlit.taken == [20_000_000]


def test_a_file_that_announces_too_much_is_refused_before_it_comes(streamlit):
    assert put(gate_of(streamlit), [], 100_000_000) == 413
    assert streamlit.taken == []


@pytest.mark.parametrize("announced", [None, 10])
def test_a_file_that_grows_beyond_the_limit_is_refused_while_it_comes(streamlit, announced):
    piece = b"x" * 1_000_000
    assert put(gate_of(streamlit), [piece] * 100, announced) == 413
    assert streamlit.taken == []


def test_when_too_much_is_held_already_nothing_more_comes_in_until_pages_have_taken_it(streamlit):
    assert put(gate_of(streamlit, held=CLASS.uploads_bytes), [b"x"], 1) == 503
    assert put(gate_of(streamlit, held=CLASS.uploads_bytes - 1), [b"x"], 1) == 204


@pytest.mark.parametrize(("held", "size", "code"), [(0, 100_000_000, "upload.too_large"), (10**9, 1, "upload.busy")])
def test_the_next_screen_of_a_session_says_why_its_file_was_not_taken(streamlit, held, size, code):
    session = opened("s", "me")
    assert put(gate_of(streamlit, held), [], size) in (413, 503)
    assert session.refused[0] == code
    said = {say(session.refused[0], language, **session.refused[1]) for language in LANGUAGES}
    assert len(said) == len(LANGUAGES)
    assert all("20 MB" in sentence for sentence in said) == (code == "upload.too_large")


def test_a_full_temporary_folder_is_a_sentence_on_the_next_screen():
    async def no_room(scope, receive, send) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    session = opened("s", "me")
    assert put(UploadGate(no_room, CLASS, lambda: 0), [b"x"], 1) == 507
    assert session.refused == ("upload.no_room", {})
    assert len({say("upload.no_room", language) for language in LANGUAGES}) == len(LANGUAGES)


def test_files_that_are_on_their_way_count_too():
    waiting = asyncio.Event()

    async def never_done(scope, receive, send) -> None:
        waiting.set()
        await asyncio.Event().wait()

    async def people() -> list[int]:
        gate, said = UploadGate(never_done, ALONE, lambda: 0), []
        size = ALONE.upload_bytes
        scope = {
            "type": "http",
            "method": "PUT",
            "path": f"{UPLOADS}s/f",
            "headers": [(b"content-length", b"%d" % size)],
        }

        async def receive():
            raise AssertionError("nothing is read of what is refused")

        async def send(message) -> None:
            said.append(message)

        sending = [asyncio.create_task(gate(scope, receive, send)) for _ in range(ALONE.uploads_bytes // size)]
        await waiting.wait()
        await gate(scope, receive, send)
        for one in sending:
            one.cancel()
        await asyncio.gather(*sending, return_exceptions=True)
        return [message["status"] for message in said if "status" in message]

    assert run_apart(people()) == [503]


def test_other_requests_pass(streamlit):
    assert (
        put(gate_of(streamlit, held=CLASS.uploads_bytes), [b"x" * (CLASS.upload_bytes + FORM_BYTES + 1)], path="/")
        == 204
    )


class Sender:
    """A browser that sends a large file, whose end comes when the test says so."""

    def __init__(self, gate: UploadGate, size: int = 2_000_000) -> None:
        self.gate, self.read_from, self.end = gate, asyncio.Event(), asyncio.Event()
        self.size, self.status = size, 0

    async def send_file(self) -> None:
        headers = [(b"content-length", b"%d" % self.size)]
        scope = {"type": "http", "method": "PUT", "path": f"{UPLOADS}s/f", "headers": headers}
        await self.gate(scope, self._receive, self._send)

    async def _receive(self):
        self.read_from.set()
        await self.end.wait()
        return {"type": "http.request", "body": b"x", "more_body": False}

    async def _send(self, message) -> None:
        self.status = message.get("status", self.status)


def two_senders(streamlit: Streamlit, first_ends: bool) -> tuple[bool, bool]:
    """Whether the second is read from once the first has begun, and in the end."""

    async def people() -> tuple[bool, bool]:
        gate = gate_of(streamlit)
        first, second = Sender(gate), Sender(gate)
        sending = [asyncio.create_task(first.send_file()), asyncio.create_task(second.send_file())]
        await first.read_from.wait()
        at_once = second.read_from.is_set()
        if first_ends:
            first.end.set()
        await second.read_from.wait()
        first.end.set()
        second.end.set()
        await asyncio.gather(*sending)
        return at_once, second.read_from.is_set()

    found: tuple[bool, bool] = run_apart(people())
    return found


def test_large_files_come_one_after_another(streamlit):
    assert two_senders(streamlit, first_ends=True) == (False, True)
    assert len(streamlit.taken) == 2


def test_who_sends_slowly_keeps_nobody_waiting_for_long(streamlit, monkeypatch):
    monkeypatch.setattr(uploads, "PATIENCE_S", 0.0)
    assert two_senders(streamlit, first_ends=False) == (False, True)
    assert len(streamlit.taken) == 2


def test_who_sends_slowly_has_no_place_for_what_has_not_come(streamlit, monkeypatch):
    """Twenty files that were announced and never come would keep everybody else from sending any."""
    monkeypatch.setattr(uploads, "PATIENCE_S", 0.0)

    async def people() -> tuple[list[bool], list[int]]:
        gate = gate_of(streamlit)
        gate._limits = replace(CLASS, uploads_bytes=CLASS.upload_bytes)
        slow, sending = [Sender(gate, CLASS.upload_bytes) for _ in range(3)], []
        for one in slow:
            sending.append(asyncio.create_task(one.send_file()))
            await one.read_from.wait()
        gate._held_bytes = lambda: CLASS.upload_bytes  # others have been faster
        for one in slow:
            one.end.set()
        await asyncio.gather(*sending)
        return [one.read_from.is_set() for one in slow], [one.status for one in slow]

    assert run_apart(people()) == ([True] * 3, [503] * 3)
    assert streamlit.taken == []


def test_a_browser_that_leaves_while_it_sends_a_file_leaves_no_trace(streamlit):
    async def leaves(scope, receive, send) -> None:
        raise ClientDisconnect

    gate = UploadGate(leaves, CLASS, lambda: 0)
    request = {"type": "http", "method": "PUT", "path": f"{UPLOADS}s/f", "headers": []}
    run_apart(gate(request, None, None))
    assert gate._coming == set()


FIELD = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n'
FORM = b'--b\r\nContent-Disposition: form-data; name="f"; filename="%s"\r\n%s\r\na,b\n1,2\n\r\n'
END = b"--b--\r\n"
KIND = "multipart/form-data; boundary="
FORMS = {
    "no boundary": (KIND.partition(";")[0], FORM % (b"f", b"") + END, 400),
    "a boundary of sixty kilobytes": (KIND + "b" * 60_000, FORM % (b"f", b"") + END, 400),
    "no form": ("application/json", b"{}", 400),
    "thousands of files": (KIND + "b", FORM % (b"f", b"") * 5_000 + END, 400),
    "thousands of fields": (KIND + "b", FIELD * 50_000 + END, 400),
    "a head of a part without end": (KIND + "b", b"--b\r\nX: " + b"a" * 10_000_000, 400),
    "heads of a part without end": (KIND + "b", b"--b\r\n" + b"X: a\r\n" * 1_000_000, 400),
    "a field of ten megabytes": (KIND + "b", FORM.replace(b'; filename="%s"', b"") % b"" + b"x" * 10_000_000, 400),
    "a name of a megabyte": (KIND + "b", FORM % (b"n" * 1_000_000, b"") + END, 400),
    "a way out of the folder": (KIND + "b", FORM % (b"../../../etc/passwd", b"") + END, 204),
    "half a character and an end of text": (KIND + "b", FORM % (b"\xed\xa0\x80\0.csv", b"") + END, 204),
    "nearly boundaries": (KIND + "b", FORM % (b"f", b"") + b"\r\n--a" * 2_000_000 + b"\r\n" + END, 204),
    "packed": (KIND + "b", gzip.compress(FORM % (b"f", b"") + END), 400),
    "no end": (KIND + "b", FORM % (b"f", b""), 400),
}


def test_no_trick_of_a_form_is_more_than_a_line_and_costs_more_than_a_file(class_server, class_process):
    async def all_of_them() -> dict[str, int]:
        visitor = Visitor.new(class_server)
        async with visitor.session() as page:
            path, token = f"/_stcore/upload_file/{page.id}/f", {"X-Xsrftoken": visitor.cookies[XSRF]}
            said = {
                what: visitor.ask("PUT", path, {"Content-Type": kind, **token}, body).status
                for what, (kind, body, _) in FORMS.items()
            }
            long = {"Content-Type": KIND + "b", **token}
            said["a long id"] = visitor.ask("PUT", path + "f" * 60_000, long, FORM % (b"f", b"") + END).status
            await page.run()
            assert "a" in page.text
            return said

    before = sum(class_process.cpu_times()[:2])
    assert run_apart(all_of_them()) == {what: status for what, (_, _, status) in FORMS.items()} | {"a long id": 400}
    assert sum(class_process.cpu_times()[:2]) - before < 5


def test_two_files_of_one_name_at_once_are_one_and_a_session_that_has_gone_takes_none(class_server):
    async def twice() -> list[int]:
        visitor = Visitor.new(class_server)
        async with visitor.session() as page:
            sending = [asyncio.to_thread(visitor.upload, page.id, b"x" * 900_000, "one") for _ in range(4)]
            said = [answer.status for answer in await asyncio.gather(*sending)]
        return [*said, visitor.upload("0" * 36).status]

    assert run_apart(twice()) == [204] * 4 + [403]
