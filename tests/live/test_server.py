"""The real server, as `streamlit run app.py` starts it: one person's session from the cookie to the moving curve."""

import itertools

import psutil
import pytest

from benchmarks.live.server import running_app, workers_of
from benchmarks.live.session import Session, read_stream
from tests.lab.runs.asgi import run_apart


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
