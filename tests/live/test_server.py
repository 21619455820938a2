"""The real server, as `streamlit run app.py` starts it: one person's session from the cookie to the moving curve."""

import asyncio
import itertools
from pathlib import Path

import psutil
import pytest

from benchmarks.live.experiments import long_run, query_of
from benchmarks.live.server import readers_of, running_app, workers_of
from benchmarks.live.session import Session, read_stream
from lab.runs.serve.pooled.left_run import unpacked
from lab.texts import LANGUAGES, say
from tests.lab.runs.asgi import run_apart
from tests.lab.runs.clock import Clock
from tests.waiting import LONGEST_S, wait_for


@pytest.fixture(scope="module")
def server():
    with running_app(LAB_WORKERS="1") as (address, process):
        yield address, process


async def frames(address: str, session: Session, count: int) -> list:
    found = []
    async for frame in read_stream(address, session.cookie, session.stream):
        found.append(frame)
        if len(found) == count:
            break
    return found


def test_one_click_makes_the_curve_move_and_a_killed_worker_does_not_stop_it(server):
    address, process = server

    async def person() -> None:
        async with Session.open(address) as session:
            await session.rerun(click="train")
            assert session.problems == []
            assert session.stream is not None
            first = await frames(address, session, 5)
            (worker,) = workers_of(process)
            worker.kill()
            everything = await frames(address, session, 12)
            epochs = list(itertools.chain.from_iterable(frame.epochs for frame in everything))
            assert epochs == list(range(1, len(epochs) + 1))
            assert epochs[-1] > first[-1].epochs[-1]

    run_apart(person())


def test_a_second_browser_sees_nothing_of_the_first(server):
    address, _ = server

    async def people() -> None:
        async with Session.open(address) as one, Session.open(address) as other:
            await one.rerun(click="train")
            await other.rerun()
            assert one.cookie != other.cookie
            assert other.stream is None

    run_apart(people())


def test_a_server_alone_is_reached_from_its_own_computer_only(server):
    _, process = server
    links = process.net_connections("tcp")
    assert {link.laddr.ip for link in links if link.status == psutil.CONN_LISTEN} == {"127.0.0.1"}


def kept_epoch(home: Path) -> int:
    """How far the half-trained run has come that lies on the disk."""
    for path in home.glob("runs-live/server-*/runs/*.run"):
        return unpacked(path.read_bytes(), path.parent.parent / "arrays", Clock()).status.epoch
    return 0


def test_after_kill_9_and_a_new_start_the_same_browser_finds_its_run_paused_with_a_sentence_and_lets_it_go_on(tmp_path):
    async def before(address: str) -> str:
        async with Session.open(address, query_of(long_run())) as session:
            await session.rerun(click="train")
            wait_for(lambda: kept_epoch(tmp_path) > 5, "a run on the disk")
            return session.cookie

    async def after(address: str) -> None:
        async with Session.open(address, cookie=cookie) as session:
            sentences = [say("run.came_back", language, epoch=epoch) for language in LANGUAGES]
            assert [box for box in session.said if box in sentences]
            (curve,) = await frames(address, session, 1)
            assert curve.epochs[-1] == epoch
            await session.rerun(click="resume")
            everything = await frames(address, session, 5)
            epochs = list(itertools.chain.from_iterable(frame.epochs for frame in everything))
            assert epochs == list(range(1, len(epochs) + 1))
            assert epochs[-1] > epoch
            assert session.problems == []

    with running_app(LAB_WORKERS="1", LAB_HOME=str(tmp_path)) as (address, process):
        cookie = run_apart(before(address))
        process.kill()
        psutil.wait_procs([process], LONGEST_S)
        epoch = kept_epoch(tmp_path)
    with running_app(LAB_WORKERS="1", LAB_HOME=str(tmp_path)) as (address, _):
        run_apart(after(address))


LARGE = b"a,b,y\n" + b"".join(b"%d,w%d,%d\n" % (row, row % 7, row % 3) for row in range(30_000))


async def soon(found, what: str):
    """As `wait_for`, while the sessions of this loop go on."""
    return await asyncio.to_thread(wait_for, found, what)


def test_a_file_that_is_read_for_ever_keeps_nobody_else_waiting_and_is_read_when_it_goes_on(server):
    address, process = server

    async def people() -> None:
        async with Session.open(address, page="data") as uploader, Session.open(address) as other:
            place = next(key for key in uploader.widgets if key.endswith(".upload"))
            sending = asyncio.create_task(uploader.upload(place, "large.csv", LARGE))
            (reader,) = await soon(lambda: readers_of(process), "a process that reads the file")
            reader.suspend()
            for _ in range(5):
                await other.rerun()
            assert other.problems == []
            assert not sending.done()
            reader.resume()
            await sending
            assert uploader.problems == []

    run_apart(people())


def test_a_person_can_stop_the_reading_of_their_file_and_its_process_ends(server):
    address, process = server

    async def person() -> None:
        async with Session.open(address, page="data") as uploader:
            place = next(key for key in uploader.widgets if key.endswith(".upload"))
            for reader in readers_of(process):
                reader.suspend()
            sending = asyncio.create_task(uploader.upload(place, "large.csv", LARGE))
            await soon(lambda: "stop_reading" in uploader.widgets, "the button that stops it")
            reading = readers_of(process)
            await uploader.press("stop_reading")
            await sending
            assert uploader.problems == []
            await soon(lambda: not any(reader.is_running() for reader in reading), "the end of the process")
            again = next(key for key in uploader.widgets if key.endswith("1.upload"))
            await uploader.upload(again, "large.csv", LARGE)
            assert uploader.problems == []

    run_apart(person())
