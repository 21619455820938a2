"""deploy/nginx.conf in front of two real replicas with one store: one person's way through it, and a replica that dies.

In the order of a lecture: the last tests kill one replica and then end the other.
"""

import asyncio
import http.client
import itertools
import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import psutil
import pytest
from websockets.exceptions import ConnectionClosed

from benchmarks.live.experiments import long_run, query_of
from benchmarks.live.session import Session, put_file, read_stream
from lab.runs.kept.store import RunStore, hashed
from lab.runs.serve.pooled.left_run import unpacked
from lab.spec.limits import CLASS
from lab.texts import LANGUAGES, say
from tests.lab.runs.asgi import run_apart
from tests.lab.runs.clock import Clock
from tests.live.proxy import Proxied, running_proxy
from tests.waiting import LONGEST_S, wait_for

LOOKS = 200  # at a page until it shows what was written just now
MANY = 24  # visits after which both replicas have been drawn, but for one time in ten million


@pytest.fixture(scope="module")
def proxied(tmp_path_factory):
    with running_proxy(tmp_path_factory.mktemp("proxy")) as running:
        yield running


@dataclass
class Looking(Session):
    """A session that keeps the curves of the page that compares runs: two of each run, of training and validation."""

    curves: list[list[float]] = field(default_factory=list)

    def _take(self, delta: Any) -> None:
        super()._take(delta)
        if delta.new_element.plotly_chart.id.endswith("compare-chart"):
            traces = json.loads(delta.new_element.plotly_chart.spec)["data"]
            lines = [trace for trace in traces if len(trace["y"]) > 1]  # the others mark a single epoch
            # a frame of a live run carries six digits
            self.curves = [[float(f"{value:.5g}") for value in line["y"]] for line in lines]


class Person:
    """A browser's cookies."""

    def __init__(self, proxied: Proxied, replica: str = "") -> None:
        self.proxied, self.cookies = proxied, {"lab_replica": replica} if replica else {}
        self.load()

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    @property
    def owner(self) -> str:
        return self.cookies["lab_owner"].split(".")[0]

    @property
    def replica(self) -> str:
        return self.cookies["lab_replica"]

    def load(self, query: str = "") -> http.client.HTTPMessage:
        """Ask for the page, as a browser does; the head of the answer."""
        page = self.ask(query)
        self.ask("_stcore/health")  # brings the token that an upload has to show
        return page

    def ask(self, path: str) -> http.client.HTTPMessage:
        with urlopen(Request(f"http://{self.proxied.host}/{path}", headers={"Cookie": self.cookie})) as answer:
            for line in answer.headers.get_all("set-cookie", ()):
                name, _, value = line.split(";")[0].partition("=")
                self.cookies[name] = value
            return answer.headers

    def at(self, replica: str) -> "Person":
        """The same person, sent to that replica."""
        self.cookies["lab_replica"] = replica
        return self

    def open(self, query: str = "", page: str = ""):
        return Looking.open(self.proxied.host, query, page=page, cookie=self.cookie)

    async def compared(self, runs: int) -> list[list[float]]:
        """The curves of the finished runs, as the person's replica draws them once there are that many."""
        for _ in range(LOOKS):
            async with self.open(page="compare") as session:
                assert session.problems == []
                if len(session.curves) == 2 * runs:
                    return session.curves
        raise AssertionError(f"{session.curves} are not the curves of {runs} runs")

    async def train(self, epochs: int) -> None:
        """A run to its end."""
        async with self.open(query_of(long_run(epochs=epochs))) as session:
            await session.rerun(click="train")
            assert session.problems == []
            async for _frame in read_stream(self.proxied.host, self.cookie, session.stream):
                pass


def test_a_first_visit_is_drawn_by_either_replica_and_the_next_ones_stay_there(proxied):
    people = [Person(proxied) for _ in range(MANY)]
    assert {person.replica for person in people} == set(proxied.replicas)
    for person in people[:4]:
        replica = person.replica
        assert f"lab_replica={replica};" in str(person.load())
        assert person.replica == replica


def test_cookies_of_a_page_go_over_tls_alone_and_plain_http_is_sent_there(proxied):
    answer = Person(proxied).load()
    assert answer["strict-transport-security"]
    cookies = answer.get_all("set-cookie")
    assert cookies
    assert all("; Secure" in line and "; HttpOnly" in line for line in cookies)
    name, _, port = proxied.http.partition(":")
    plain = http.client.HTTPConnection(name, int(port))
    plain.request("GET", "/evaluate?e=1")
    moved = plain.getresponse()
    plain.close()
    assert (moved.status, moved.headers["location"]) == (301, "https://localhost/evaluate?e=1")


def test_a_long_link_to_an_address_without_a_page_is_led_to_the_first_one(proxied):
    link = "x" * CLASS.link_characters
    asked = http.client.HTTPConnection(proxied.host)
    asked.request("GET", f"/train?e={link}", headers={"Accept": "text/html"})
    moved = asked.getresponse()
    asked.close()
    assert moved.status == 303
    assert link in moved.headers["location"]


def test_session_curve_and_uploads_of_a_person_meet_in_one_replica(proxied):
    async def at(replica: str) -> None:
        person = Person(proxied, replica)
        async with person.open(query_of(long_run())) as session:
            await session.rerun(click="train")
            frames = read_stream(proxied.host, person.cookie, session.stream)
            assert (await anext(frames)).epochs[0] == 1
            await frames.aclose()
            session.page = "data"
            await session.rerun()
            (uploader,) = [key for key in session.widgets if key.endswith("upload")]
            await session.upload(uploader, "table.csv", b"a,b\n" + b"1,2\n3,4\n" * 20)
            assert session.problems == []
            # and what would be if they did not
            (other,) = set(proxied.replicas) - {replica}
            elsewhere = person.at(other).cookie
            with pytest.raises(AssertionError, match="404"):
                await anext(read_stream(proxied.host, elsewhere, session.stream))
            address = f"/_stcore/upload_file/{session.id}/a-file"
            assert await put_file(proxied.host, elsewhere, address, "table.csv", b"a,b\n1,2\n") in (400, 403)

    for replica in proxied.replicas:
        run_apart(at(replica))


def test_an_event_arrives_though_nothing_follows_that_would_fill_a_buffer(proxied):
    async def person() -> None:
        someone = Person(proxied)
        async with someone.open(query_of(long_run())) as session:
            await session.rerun(click="one_epoch")  # and then the run waits
            frames = read_stream(proxied.host, someone.cookie, session.stream)
            assert (await asyncio.wait_for(anext(frames), LONGEST_S)).epochs[0] == 1
            await frames.aclose()

    run_apart(person())


def test_a_file_above_the_limit_of_a_class_is_refused_before_a_replica_hears_of_it(proxied):
    def status(size: int) -> int:
        name, _, port = proxied.host.partition(":")
        connection = http.client.HTTPConnection(name, int(port))
        connection.request("PUT", "/_stcore/upload_file/session/file", headers={"Content-Length": str(size)})
        if size < CLASS.upload_bytes:
            connection.send(b"0" * size)
        answer = connection.getresponse().status
        connection.close()
        return answer

    assert status(CLASS.upload_bytes + 3_000_000) == 413
    assert status(1000) == 403  # a replica's word: the page's token is missing


@dataclass
class Lecturing(Session):
    """A session that keeps the address of its lecture's notes."""

    notes: str = ""

    def _take(self, delta: Any) -> None:
        super()._take(delta)
        component = delta.new_element.bidi_component
        if component.component_name.endswith("lab_lecture_keys"):
            [given] = json.loads(component.json)
            self.notes = given["notes"]


def test_the_notes_of_a_lecture_open_where_it_is_given(proxied):
    one, other = proxied.replicas
    unknown, elsewhere = say("lecture.unknown", "en"), say("lecture.elsewhere", "en")

    async def lecture() -> None:
        teacher, phone = Person(proxied, one), Person(proxied, other)
        async with Lecturing.open(proxied.host, page="lecture", cookie=teacher.cookie) as screen:
            await screen.rerun(click="compile")  # the last word of that lesson's key
            assert screen.problems == []
            _, _, query = screen.notes.partition("?")
            async with phone.open(f"{query}&lang=en", page="lecture") as typed:
                assert typed.said == [elsewhere]
            phone.load(f"lecture?{query}")
            assert phone.replica == one
            async with phone.open(f"{query}&lang=en", page="lecture") as notes:
                assert not {unknown, elsewhere} & set(notes.said)
                assert "on" in notes.widgets

    run_apart(lecture())


def test_each_replica_shows_what_the_other_finished(proxied):
    one, other = proxied.replicas

    async def person() -> None:
        someone = Person(proxied, one)
        await someone.train(epochs=12)
        first = await someone.at(other).compared(runs=1)
        assert {len(curve) for curve in first} == {12}
        await someone.train(epochs=7)
        both = await someone.at(one).compared(runs=2)
        assert {len(curve) for curve in both} == {12, 7}
        assert [curve for curve in first if curve in both] == first
        assert await someone.at(other).compared(runs=2) == both

    run_apart(person())


def test_a_replica_killed_in_mid_lecture_costs_its_people_a_reload_and_the_others_nothing(proxied):
    (dying, process), (staying, _) = proxied.replicas.items()

    async def lecture() -> None:
        anna, ben = Person(proxied, dying), Person(proxied, staying)
        await anna.train(epochs=12)
        finished = await anna.compared(runs=1)
        async with anna.open(query_of(long_run())) as hers, ben.open(query_of(long_run())) as his:
            await hers.rerun(click="train", until_stream=True)
            await his.rerun(click="train")
            frames = read_stream(proxied.host, ben.cookie, his.stream)
            before = [await anext(frames) for _ in range(3)]
            wait_for(lambda: kept_epoch(anna) > 0, "the run on the disk")
            process.kill()
            await ended(hers)
            after = [await anext(frames) for _ in range(40)]
            epochs = list(itertools.chain.from_iterable(frame.epochs for frame in before + after))
            assert epochs == list(range(1, len(epochs) + 1))
            await his.rerun()
            assert his.problems == []
            await frames.aclose()
        anna.load()
        assert anna.replica == staying
        half_trained = kept_epoch(anna)
        came_back = {say("run.came_back", language, epoch=half_trained) for language in LANGUAGES}
        for _ in range(LOOKS):  # who is dead is asked once a second at most
            async with anna.open() as session:
                if came_back & set(session.said):
                    await session.rerun(click="stop")
                    break
        else:
            raise AssertionError(f"{session.said} does not tell that the run came back")
        assert finished == [curve for curve in await anna.compared(runs=2) if len(curve) == 12]
        await anna.train(epochs=5)
        assert {len(curve) for curve in await anna.compared(runs=3)} == {12, half_trained, 5}

    run_apart(lecture())


def kept_epoch(person: Person) -> int:
    """How far the person's half-trained run has come that lies on the disk."""
    for path in person.proxied.home.glob(f"runs-live/server-*/runs/{hashed(person.owner)}.*"):
        return unpacked(path.read_bytes(), path.parent.parent / "arrays", Clock()).status.epoch
    return 0


async def ended(session: Session) -> None:
    """Read until the server is gone."""
    with suppress(ConnectionClosed):
        while True:
            await session.socket.recv()


def test_a_replica_that_is_asked_to_stop_does_so_while_curves_are_open_and_keeps_what_was_half_trained(proxied):
    (staying, process) = [*proxied.replicas.items()][1]

    async def person() -> None:
        someone = Person(proxied, staying)
        async with someone.open(query_of(long_run())) as session:
            await session.rerun(click="train")
            frames = read_stream(proxied.host, someone.cookie, session.stream)
            while (await anext(frames)).epochs[-1] < 100:  # some seconds: a worker hands over its weights each second
                pass
            process.terminate()
            psutil.wait_procs([process], LONGEST_S)
            assert not process.is_running()
            await frames.aclose()
        (kept,) = RunStore(proxied.home / "runs", CLASS).summaries(someone.owner)
        assert kept.state == "stopped"
        assert kept.epoch > 0

    run_apart(person())


def test_while_nobody_answers_a_page_in_both_languages_says_so_and_no_log_names_anybody(proxied):
    for process in proxied.replicas.values():
        if process.is_running():
            process.kill()
        psutil.wait_procs([process], LONGEST_S)
    with pytest.raises(HTTPError) as answer:
        urlopen(f"http://{proxied.host}/?e=an-experiment")
    with answer.value as page:
        text = page.read().decode()
    assert page.code == 502
    assert all(say(key, language) in text for key in ("proxy.away", "proxy.away_why") for language in LANGUAGES)
    assert 'http-equiv="refresh"' in text
    path = "/_stcore/upload_file/a-session/a-file"
    with pytest.raises(HTTPError) as refused:
        urlopen(Request(f"http://{proxied.host}{path}", data=b"x" * 1_000_000, method="PUT"))
    refused.value.close()
    assert refused.value.code == 502
    wait_for(lambda: "page GET 502" in proxied.logged(), "the line of that visit")
    log = proxied.logged()
    assert "curve GET 200" in log
    assert "socket GET 101" in log
    for personal in ("127.0.0.1", "?", "e=", "/live", "upload_file/", "lab_owner", "Python"):
        assert personal not in log
