"""The one route: what it tells, from where on, to whom, and what it refuses."""

import json

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware

from lab.runs.serve import host
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.owner import COOKIE
from lab.runs.serve.routes import middleware, routes
from tests.lab.runs.asgi import ask
from tests.lab.runs.runs import iris, iris_data
from tests.live.states import wait_for_state


@pytest.fixture
def app(engine) -> Starlette:
    host.set_engine(engine)
    yield Starlette(routes=routes(), middleware=middleware())
    host.set_engine(None)


@pytest.fixture
def finished(engine, owner) -> str:
    """Key of the stream of a run that has ended."""
    run = engine.start(RunRequest(iris(12), iris_data()), owner)
    wait_for_state(engine, run, owner, "finished")
    return engine.view(run, owner).stream


def events(body: bytes) -> list[tuple[str, dict]]:
    """(name, data) of each event; points are called "points"."""
    found = []
    for block in body.decode().split("\n\n"):
        lines = dict(line.split(":", 1) for line in block.split("\n") if line[:1] not in ("", ":"))
        if "data" in lines:
            found.append((lines.get("event", "points"), json.loads(lines["data"])))
    return found


def epochs(body: bytes) -> list[int]:
    return [epoch for name, data in events(body) if name in ("points", "reset") for epoch in data["e"]]


def test_a_stream_tells_the_state_all_points_and_the_end(app, finished):
    status, headers, body = ask(app, f"/live/{finished}")
    assert status == 200
    assert dict(headers)["content-type"].startswith("text/event-stream")
    assert dict(headers)["cache-control"] == "no-cache, no-transform"
    assert dict(headers)["x-accel-buffering"] == "no"
    assert body.startswith(b"retry:500\n\n")
    assert epochs(body) == list(range(1, 13))
    assert events(body)[0][0] == "state"
    assert events(body)[-1] == ("end", {"state": "finished"})
    assert events(body)[0][1]["epochs"] == 12


def test_a_reader_that_comes_back_gets_what_it_missed(app, finished):
    _, _, body = ask(app, f"/live/{finished}", {"Last-Event-ID": "7"})
    assert epochs(body) == [8, 9, 10, 11, 12]


@pytest.mark.parametrize("nonsense", ["-1", "1e3", "x", "9" * 50, "１２"])
def test_a_last_event_id_that_we_never_gave_counts_as_none(app, finished, nonsense):
    status, _, body = ask(app, f"/live/{finished}", {"Last-Event-ID": nonsense.encode("utf-8").decode("latin-1")})
    assert status == 200
    assert epochs(body) == list(range(1, 13))


@pytest.mark.parametrize("run", ["unknown", "../health", "%2e%2e", "a" * 5000])
def test_an_unknown_run_is_not_found(app, run):
    assert ask(app, f"/live/{run}")[0] == 404


def test_the_stream_can_only_be_read(app, finished):
    assert ask(app, f"/live/{finished}", method="POST")[0] == 405


def test_where_the_server_has_a_prefix_it_stands_before_the_stream(app, finished):
    behind = Starlette(middleware=middleware(base="course/lab"))
    assert events(ask(behind, f"/course/lab/live/{finished}")[2])
    assert ask(behind, f"/live/{finished}")[0] == 404


def test_no_other_site_may_read_it(app, finished):
    _, headers, _ = ask(app, f"/live/{finished}", {"Origin": "https://elsewhere.example"})
    assert not [name for name, _ in headers if name.startswith("access-control")]


def test_the_stream_does_not_tell_whose_run_it_is(app, finished, owner):
    assert owner.encode() not in ask(app, f"/live/{finished}", {"cookie": f"{COOKIE}={owner}"})[2]


def test_a_foreign_host_is_refused_where_hosts_are_named(engine, finished):
    host.set_engine(engine)
    strict = Starlette(routes=routes(), middleware=middleware(allowed_hosts=["lab.example.org"]))
    assert ask(strict, f"/live/{finished}", {"Host": "evil.example"})[0] == 400
    assert ask(strict, f"/live/{finished}", {"Host": "lab.example.org:8501"})[0] == 200
    host.set_engine(None)


def test_without_a_live_engine_there_is_no_stream():
    host.set_engine(None)
    assert ask(Starlette(middleware=middleware()), "/live/anything")[0] == 404


def test_a_stream_goes_through_our_layers_and_through_none_that_lies_behind(engine, finished):
    class Seen:
        """A layer that counts what goes through it."""

        def __init__(self, app, sent: list[str]) -> None:
            self.app, self.sent = app, sent

        async def __call__(self, scope, receive, send) -> None:
            def counted(message):
                self.sent.append(message["type"])
                return send(message)

            await self.app(scope, receive, counted)

    host.set_engine(engine)
    before, behind = [], []
    app = Starlette(middleware=[Middleware(Seen, before), *middleware(), Middleware(Seen, behind)])
    _, headers, _ = ask(app, f"/live/{finished}")
    host.set_engine(None)
    assert "content-security-policy" in dict(headers)
    assert before[0] == "http.response.start"
    assert set(before[1:]) == {"http.response.body"}
    assert behind == []
    assert ask(app, "/livelier")[0] == 404  # which is none of ours
    assert behind == ["http.response.start", "http.response.body"]
