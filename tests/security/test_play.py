"""The control route of the playground serves its owner's pages alone, and nothing that comes to it costs much."""

import asyncio
import gc
import json
import secrets
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from weakref import ref

import pytest
from starlette.applications import Starlette

from lab.errors import ExperimentError, LabError
from lab.export.keras_source import keras_source
from lab.runs.orders import run as orders
from lab.runs.serve import host, play
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.inline import InlineEngine
from lab.runs.serve.owner import COOKIE, signed
from lab.runs.serve.routes import middleware, routes
from lab.runs.serve.tickets import MOST, Tickets, play_ticket, tickets
from lab.spec.data import AS_FOUND, UploadSource
from lab.spec.experiment import Experiment
from lab.spec.limits import CLASS
from pages.ui.desk import Desk
from tests.lab.runs.asgi import ask, run_apart
from tests.lab.runs.play import playground
from tests.lab.runs.runs import iris, iris_data

JSON = "application/json"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch) -> None:
    """Where the key of cookies lies."""
    monkeypatch.setenv("LAB_HOME", str(tmp_path))


@pytest.fixture
def engine() -> InlineEngine:
    engine = InlineEngine(CLASS)
    host.set_engine(engine)
    yield engine
    host.set_engine(None)


@pytest.fixture
def app(engine) -> Starlette:
    return Starlette(routes=routes(), middleware=middleware(limits=CLASS.visitors))


@pytest.fixture
def owner() -> str:
    return secrets.token_urlsafe(24)


@pytest.fixture
def run(engine, owner) -> str:
    return engine.start(RunRequest(iris(5), iris_data()), owner)


def sent(app, ticket, body, owner="", origin="http://localhost", kind=JSON, **more):
    """(status, answer) of a body that a browser with this owner's cookie sends from a page of that origin."""
    headers = {"content-type": kind} | ({"origin": origin} if origin else {})
    headers |= {"cookie": f"{COOKIE}={signed(owner)}"} if owner else {}
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    status, _, answer = ask(app, f"/play/{ticket}", headers | more, method="POST", body=data)
    return status, answer


def pause(run: str) -> dict[str, str]:
    return {"do": "pause", "run": run}


def state(engine, run, owner) -> str:
    return engine.view(run, owner).state


def test_the_owners_page_may_ask_also_where_its_browser_refuses_cookies(app, engine, owner, run):
    ticket = play_ticket(owner, "en")
    assert sent(app, ticket, pause(run), owner)[0] == 200
    assert state(engine, run, owner) == "paused"
    assert sent(app, ticket, {"do": "resume", "run": run})[0] == 200
    assert state(engine, run, owner) == "running"


def test_where_the_server_has_a_prefix_it_stands_before_the_route(owner):
    app = Starlette(routes=routes("course/lab"))
    ticket = play_ticket(owner, "en")
    assert ask(app, f"/course/lab/play/{ticket}", method="POST")[0] == 415  # of what kind a body is, it asks first
    assert ask(app, f"/play/{ticket}", method="POST")[0] == 404


@pytest.mark.parametrize("origin", ["", "null", "http://evil.example", "http://localhost.evil.example", "https://[x"])
def test_no_page_of_another_site_may_ask(app, engine, owner, run, origin):
    assert sent(app, play_ticket(owner, "en"), pause(run), owner, origin)[0] == 403
    assert state(engine, run, owner) == "running"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_what_another_sites_form_can_send_is_not_taken(app, engine, owner, run, kind):
    assert sent(app, play_ticket(owner, "en"), pause(run), owner, kind=kind)[0] == 415
    assert state(engine, run, owner) == "running"


def test_a_ticket_seen_by_another_browser_is_none(app, engine, owner, run):
    assert sent(app, play_ticket(owner, "en"), pause(run), "somebody-else")[0] == 404
    assert state(engine, run, owner) == "running"


def test_a_ticket_opens_no_run_of_another(app, engine, owner, run):
    mine = play_ticket("somebody-else", "en")
    assert sent(app, mine, pause(run), "somebody-else") == sent(app, mine, pause("never"), "somebody-else")
    assert state(engine, run, owner) == "running"


@pytest.mark.parametrize("ticket", ["guessed", "A" * 32, "..", "%2e%2e", "a" * 5000])
def test_a_guessed_ticket_is_not_there(app, engine, owner, run, ticket):
    play_ticket(owner, "en")
    assert sent(app, ticket, pause(run), owner)[0] == 404
    assert state(engine, run, owner) == "running"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
def test_it_is_asked_in_one_way_and_no_other_site_is_told_that_it_may(app, owner, method):
    status, headers, _ = ask(app, f"/play/{play_ticket(owner, 'en')}", {"origin": "http://evil.example"}, method)
    assert status == 405
    assert not any(name.startswith("access-control") for name, _ in headers)


def test_a_body_that_is_too_large_is_not_read_to_its_end(app, owner):
    ticket = play_ticket(owner, "en")
    whole = b'{"do": "look", "experiment": {"name": "' + b"x" * play.MOST_BYTES + b'"}}'
    status, answer = sent(app, ticket, whole, owner)
    assert status == 413
    assert json.loads(answer)["code"] == "play.too_large"


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"do":' * 30_000,
        b'{"do": "look", "experiment": ' + b'{"a":' * 30_000,
        b"\x00" * 1000,
        b"1e999999",
    ],
)
def test_deep_and_broken_bodies_are_a_sentence_and_no_trace(app, owner, body):
    status, answer = sent(app, play_ticket(owner, "en"), body, owner)
    assert status == 400
    assert set(json.loads(answer)) <= {"refusal", "code", "field"}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("model", "layers", 0, "params", "units"), 10**9),
        (("model", "layers", 0, "params", "units"), 10**400),
        (("model", "layers", 0, "params", "units"), "8"),
        (("model", "layers", 0, "type"), "__import__"),
        (("fit", "epochs"), 10**9),
        (("fit", "batch_size"), 0),
        (("data", "source", "points"), 10**9),
        (("data", "source", "dataset"), "../../etc/passwd"),
        (("data", "inputs"), ["x1"] * 100_000),
        (("data", "target"), "x" * 50_000),
        (("compile", "optimizer"), {"type": "SGD", "params": {"learning_rate": 1e400}}),
        (("seed",), -1),
        (("name",), "\ud800"),
    ],
)
def test_experiments_out_of_bounds_are_refused_and_nothing_is_begun(app, engine, owner, path, value):
    for do in ("start", "look"):
        values = json.loads(playground(4).to_json())
        place = values
        for step in path[:-1]:
            place = place.setdefault(step, {}) if isinstance(place, dict) else place[step]
        place[path[-1]] = value
        status, answer = sent(app, play_ticket(owner, "en"), {"do": do, "experiment": values}, owner)
        assert status in (400, 413, 422), answer
        assert json.loads(answer)["refusal"]
    assert engine.runs_of(owner) == []


def test_a_network_that_a_class_may_not_train_is_refused_with_its_number(app, engine, owner):
    values = json.loads(playground(1000, 1000).to_json())
    status, answer = sent(app, play_ticket(owner, "en"), {"do": "start", "experiment": values}, owner)
    assert status == 422
    assert f"{CLASS.parameters:,}" in json.loads(answer)["refusal"]


def test_one_browser_asks_so_often_a_minute_and_no_more(engine, owner, run):
    few = replace(CLASS.visitors, asked_per_minute=5)
    app = Starlette(routes=routes(), middleware=middleware(limits=few))
    ticket, other = play_ticket(owner, "en"), play_ticket("other", "en")
    answers = [sent(app, ticket, pause(run), owner)[0] for _ in range(20)]
    assert answers[:5] == [200] * 5
    assert 429 in answers
    assert sent(app, other, pause(run), "other")[0] == 404  # others are heard
    assert CLASS.visitors.asked_per_minute > 10 * 60  # ten turns of a knob a second are no attack


def test_one_owner_is_worked_on_one_at_a_time_waits_in_a_short_queue_and_others_pass(engine, owner, monkeypatch):
    busy, go_on, answers = threading.Event(), threading.Event(), []

    def answered(ticket, data):
        if ticket.owner == owner:
            busy.set()
            assert go_on.wait(60)
        return play.JSONResponse({})

    monkeypatch.setattr(play, "answered", answered)
    route, mine, other = play.Play(), play_ticket(owner, "en"), play_ticket("other", "en")

    async def asked(ticket):
        async def receive():
            return {"type": "http.request", "body": b"{}", "more_body": False}

        async def send(message):
            if "status" in message:
                answers.append((ticket, message["status"]))

        headers = [(b"content-type", JSON.encode())]
        await route({"type": "http", "path_params": {"ticket": ticket}, "headers": headers}, receive, send)

    async def all_at_once():
        asks = [asyncio.create_task(asked(mine)) for _ in range(play.WAITING + 5)]
        await asyncio.to_thread(busy.wait, 60)
        await asyncio.wait_for(asked(other), 60)
        early = list(answers)
        go_on.set()
        await asyncio.gather(*asks)
        return early

    early = run_apart(all_at_once())
    assert sorted(early) == sorted([(mine, 429)] * 5 + [(other, 200)])
    assert answers.count((mine, 200)) == play.WAITING


def test_who_leaves_in_the_middle_of_a_body_leaves_no_trace(owner):
    ticket, told = play_ticket(owner, "en"), []

    async def left():
        messages = [{"type": "http.disconnect"}, {"type": "http.request", "body": b"{", "more_body": True}]

        async def receive():
            return messages.pop()

        async def send(message):
            told.append(message)

        headers = [(b"content-type", JSON.encode())]
        await play.Play()({"type": "http", "path_params": {"ticket": ticket}, "headers": headers}, receive, send)

    run_apart(left())
    assert told[0]["status"] == 408


def test_looking_makes_no_rows_that_a_run_would_change_to(app, engine, owner, monkeypatch):
    values = json.loads(playground(4).to_json())
    values["fit"]["changes"] = [
        {"epoch": place, "batch": 0, "name": "data", "value": 0.0, "source": {"kind": "playground", "seed": place}}
        for place in range(100)
    ]
    made = []
    monkeypatch.setattr(orders, "arrays_of", lambda *_: made.append(1) or {})
    assert sent(app, play_ticket(owner, "en"), {"do": "look", "experiment": values}, owner)[0] == 200
    assert made == []


def with_change(**change):
    values = json.loads(playground(4).to_json())
    values["fit"]["changes"] = [{"epoch": 1, "batch": 0, "name": "weight", "value": 1.0, "index": [0, 0]} | change]
    return json.dumps(values)


@pytest.mark.parametrize("array", ["kernel; import os #", "kernel\nimport os\n", "kernel\n", "a.b", "a()", "a b"])
def test_a_link_writes_nothing_into_an_exported_program_by_the_name_of_an_array(app, owner, array):
    with pytest.raises(ExperimentError):
        Experiment.from_json(with_change(layer="0", array=array))
    edit = {"layer": "0", "array": array, "index": [0, 0], "value": 1.0}
    body = {"do": "start", "experiment": json.loads(playground(4).to_json()), "edits": [edit]}
    assert sent(app, play_ticket(owner, "en"), body, owner)[0] == 400


@pytest.mark.parametrize("layer", ["data", "99", "", "0]; import os #"])
@pytest.mark.parametrize("name", ["weight", "dropout", "l2"])
def test_a_knob_of_a_layer_that_is_not_there_is_left_out_of_the_program(layer, name):
    experiment = Experiment.from_json(with_change(layer=layer, name=name, value=0.5, array="kernel"))
    assert keras_source(experiment, (2,)) == keras_source(experiment.with_fit(changes=()), (2,))


def test_a_ticket_keeps_no_files_of_an_owner_who_has_left(owner):
    desk = Desk()
    ticket, left = tickets().get(play_ticket(owner, "en", desk.table)), ref(desk)
    source = UploadSource(name="me.csv", sha256="0" * 64, columns=("a", "b"))
    with pytest.raises(LabError, match="own_file_missing"):
        ticket.tables(source, AS_FOUND)
    del desk
    gc.collect()
    assert left() is None
    with pytest.raises(LabError, match="own_file_missing"):
        ticket.tables(source, AS_FOUND)


def test_a_ticket_of_another_letter_or_of_a_server_before_opens_nothing(app, engine, owner, run):
    ticket = play_ticket(owner, "en")
    for place, letter in enumerate(ticket):
        other = ticket[:place] + ("A" if letter != "A" else "B") + ticket[place + 1 :]
        assert tickets().get(other) is None
    assert sent(app, ticket[:-1], pause(run), owner)[0] == 404
    assert Tickets().get(ticket) is None  # the next server knows none of this one's
    assert sent(app, ticket, pause(run), owner)[0] == 200


def test_however_many_tickets_are_made_those_that_are_used_hold():
    known = Tickets()
    used, idle = known.of("used", "en"), known.of("idle", "en")
    for number in range(2 * MOST):
        known.of(f"somebody {number}", "ko")
        assert known.get(used) is not None
    assert known.get(idle) is None
    assert len(known._by_key) == len(known._keys) == MOST
    assert known.of("idle", "en") != idle  # with their next page they get another


def test_a_thousand_threads_get_one_ticket_for_an_owner():
    known = Tickets()
    with ThreadPoolExecutor(20) as pages:
        given = list(pages.map(lambda number: known.of(f"owner {number % 10}", "en"), range(1_000)))
    assert len(set(given)) == 10
    assert all(known.get(key) is not None for key in given)
