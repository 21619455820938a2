"""POST /play/{ticket}: what a playground asks for without a script run. One small JSON body, one small answer.

Whoever has the ticket is its owner's page and may do what that may do: the same limits, the same queue, the same
refusals, said in the page's language. See docs/adr/0031-a-control-route.md.
"""

import asyncio
import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any, Final, Literal, cast
from weakref import WeakValueDictionary

from pydantic import Field, TypeAdapter, ValidationError
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from lab.data.given import given_table
from lab.data.prepare import Dataset, prepare_cached
from lab.data.table import Table
from lab.errors import LabError, RunError
from lab.model.plain_layers import plain_layers
from lab.runs.orders.run import source_text
from lab.runs.serve import host
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.look import look
from lab.runs.serve.owner import owner_of
from lab.runs.serve.rates import AtOnce
from lab.runs.serve.tickets import Ticket, tickets
from lab.runs.wire.messages import (
    Command,
    InnerKnob,
    Pause,
    Resume,
    SetBatchSize,
    SetData,
    SetInside,
    SetLearningRate,
    Speed,
    Step,
    Stop,
)
from lab.spec.data import PlaygroundSource
from lab.spec.experiment import ArrayName, Change, Experiment, checked
from lab.spec.limits import ALONE, current_limits
from lab.spec.value import Checked, has_few_keys
from lab.texts import say_error
from netcore.errors import NetcoreError

MOST_BYTES: Final = 200_000
LONGEST_S: Final = 10.0  # for a body to come
BUSY: Final = 2  # asked for at once, of all tickets together, one of an owner: the rest waits its turn
WAITING: Final = 20  # of one owner, each with a body in memory; a page at work sends a few

RunId = Annotated[str, Field(min_length=1, max_length=100)]
Pace = Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1, le=ALONE.epochs)]
Number = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
Name = Annotated[str, Field(max_length=200)]
Place = Annotated[int, Field(ge=0, le=ALONE.parameters)]
Text = Annotated[str, Field(max_length=MOST_BYTES)]


class Asked(Checked):
    """Base of all bodies."""


class Looking(Asked):
    """What a network is, without a run: see `lab.runs.serve.look`."""

    do: Literal["look"]
    experiment: dict[str, Any]
    parameters: dict[str, dict[str, Text]] | None = None


class Edit(Asked):
    """One number of a weight, set by hand."""

    layer: Name
    array: ArrayName
    index: Annotated[tuple[Place, ...], Field(min_length=1, max_length=6)]
    value: Annotated[float, Field(ge=-1e9, le=1e9, allow_inf_nan=False)]


class Starting(Asked):
    """`edits`: weights set by hand before the first update."""

    do: Literal["start"]
    experiment: dict[str, Any]
    beside: RunId | None = None
    paused: bool = False
    epochs_per_s: Pace | None = None
    updates_per_s: Pace | None = None
    edits: Annotated[tuple[Edit, ...], Field(max_length=200)] = ()


class Going(Asked):
    """`stop` ends the run, and forgets it unless it was to be kept; `keep` pins it on the shelf."""

    do: Literal["pause", "resume", "stop", "keep"]
    run: RunId


class Stepping(Asked):
    do: Literal["step"]
    run: RunId
    epochs: Count | None = None
    updates: Count | None = None


class Pacing(Asked):
    do: Literal["speed"]
    run: RunId
    epochs_per_s: Pace | None = None
    updates_per_s: Pace | None = None


class Setting(Asked):
    """A knob that leaves the weights alone; `layer` is its place, "" all layers that have it."""

    do: Literal["set"]
    run: RunId
    name: Literal["learning_rate", "batch_size", "l1", "l2", "dropout", "momentum"]
    value: Number
    layer: Name = ""


class Weighing(Edit):
    """One weight of a run set by hand."""

    do: Literal["weight"]
    run: RunId


class Renewing(Asked):
    """Other rows of the same inputs; the weights stay."""

    do: Literal["data"]
    run: RunId
    source: dict[str, Any]


Body = Looking | Starting | Going | Stepping | Pacing | Setting | Weighing | Renewing
BODY: Final[TypeAdapter[Body]] = TypeAdapter(Annotated[Body, Field(discriminator="do")])


class TooLarge(Exception):
    """More came than a playground ever sends."""


class Play:
    """The route: a plain ASGI app, so that a body is counted while it comes."""

    def __init__(self) -> None:
        self._hands = ThreadPoolExecutor(BUSY, thread_name_prefix="lab-play")
        self._waiting = AtOnce()
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await self._answer(scope, receive)
        answer.headers["cache-control"] = "no-store"
        await answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Response:
        ticket = tickets().get(scope["path_params"]["ticket"])
        if ticket is None or owner_of(scope) not in (None, ticket.owner):
            return JSONResponse({"refusal": ""}, 404)
        if Headers(scope=scope).get("content-type", "").partition(";")[0].strip() != "application/json":
            return _refused(ticket, RunError("play.not_understood"), 415)
        if self._waiting.of(ticket.owner) >= WAITING:
            return JSONResponse({"refusal": ""}, 429, {"Retry-After": "1"})
        with self._waiting.one_more(ticket.owner):
            return await self._in_turn(ticket, Request(scope, receive))

    async def _in_turn(self, ticket: Ticket, request: Request) -> Response:
        try:
            async with asyncio.timeout(LONGEST_S):
                data = await _body(request)
        except TooLarge:
            return _refused(ticket, RunError("play.too_large", high=MOST_BYTES), 413)
        except (TimeoutError, ClientDisconnect):  # whoever has gone reads no answer
            return _refused(ticket, RunError("play.not_understood"), 408)
        async with self._turns.setdefault(ticket.owner, asyncio.Lock()):
            return await asyncio.get_running_loop().run_in_executor(self._hands, answered, ticket, data)


async def _body(request: Request) -> bytes:
    data = bytearray()
    async for piece in request.stream():
        data += piece
        if len(data) > MOST_BYTES:
            raise TooLarge
    return bytes(data)


def answered(ticket: Ticket, data: bytes) -> Response:
    """What is answered to a body: 200, or a refusal in the words of the ticket's page."""
    try:
        body = BODY.validate_json(data if has_few_keys(data) else b"")
    except ValidationError as error:
        return _refused(ticket, RunError("play.not_understood"), 400, _place(error.errors(include_url=False)))
    try:
        return JSONResponse(_obey(ticket, body))
    except (LabError, NetcoreError) as refusal:
        return _refused(ticket, refusal, 404 if refusal.code == "run.unknown" else 422)


def _place(errors: Iterable[Any]) -> str:
    """The field that the first error is about; its value is not told back."""
    first = next(iter(errors), {"loc": ()})
    return ".".join(str(step) for step in first["loc"][1:])[:100]


def _refused(ticket: Ticket, refusal: LabError | NetcoreError, status: int, field: str = "") -> Response:
    told = {"refusal": say_error(refusal, ticket.language), "code": refusal.code}
    field = field or str(refusal.values.get("field", ""))
    return JSONResponse(told | ({"field": field} if field else {}), status)


def _obey(ticket: Ticket, body: Body) -> dict[str, Any]:
    match body:
        case Looking():
            experiment, table, dataset = _laid_out(ticket, body.experiment)
            return look(experiment, table, dataset, current_limits(), body.parameters)
        case Starting():
            return _start(ticket, body)
        case Going(do="stop"):
            return _stop(ticket, body.run)
        case Going(do="keep"):
            host.engine().mark(body.run, ticket.owner, pinned=True)
        case _:
            host.engine().command(body.run, ticket.owner, command_of(body))
    return _where(ticket, body.run)


def command_of(body: Body) -> Command:
    """The command that a body stands for. Raises RunError "play.value"."""
    match body:
        case Going(do="pause"):
            return Pause()
        case Stepping():
            return Step(body.epochs or 1, body.updates)
        case Pacing():
            return Speed(body.epochs_per_s, body.updates_per_s)
        case Setting(name="learning_rate"):
            return SetLearningRate(body.value)
        case Setting(name="batch_size"):
            return SetBatchSize(_whole(body.value))
        case Setting():
            return SetInside(cast("InnerKnob", body.name), body.value, body.layer)
        case Weighing():
            return SetInside("weight", body.value, body.layer, body.array, body.index)
        case Renewing():
            return SetData(source_text(checked(PlaygroundSource, json.dumps(body.source))))
    return Resume()


def _whole(value: float) -> int:
    if not value.is_integer() or not 1 <= value <= ALONE.rows:
        raise RunError("play.value")
    return int(value)


def _start(ticket: Ticket, body: Starting) -> dict[str, Any]:
    experiment, _table, dataset = _laid_out(ticket, body.experiment)
    edits = [Change(epoch=0, batch=0, name="weight", **dict(edit)) for edit in body.edits]
    experiment = experiment.with_fit(changes=(*edits, *experiment.fit.changes))
    asked = RunRequest(
        experiment,
        dataset,
        epochs_per_s=body.epochs_per_s,
        paused=body.paused,
        updates_per_s=body.updates_per_s,
        beside=body.beside,
    )
    run = host.engine().start(asked, ticket.owner)
    return _where(ticket, run) | {"layers": plain_layers(experiment)}


def _stop(ticket: Ticket, run: str) -> dict[str, Any]:
    """A playground is begun anew at each other knob: what nobody wanted to keep does not fill the shelf."""
    engine = host.engine()
    pinned = any(one.id == run and one.marks.pinned for one in engine.runs_of(ticket.owner))
    if pinned:
        engine.command(run, ticket.owner, Stop())
        return _where(ticket, run)
    engine.delete(run, ticket.owner)
    return {"run": run, "state": "stopped"}


def _where(ticket: Ticket, run: str) -> dict[str, Any]:
    view = host.engine().view(run, ticket.owner)
    stream = f"live/{view.stream}" if view.stream else ""
    return {"run": run, "stream": stream, "state": view.state, "epoch": view.epoch, "updates": view.updates}


def _laid_out(ticket: Ticket, values: dict[str, Any]) -> tuple[Experiment, Table, Dataset]:
    """The experiment with its table and dataset. Raises LabError, NetcoreError: it is none, or cannot be prepared."""
    experiment = Experiment.from_values(values)
    data = experiment.data
    if data.source.kind != "upload":
        table = given_table(data.source, data.reading)
    elif ticket.tables is None:
        raise RunError("run.unknown")
    else:
        table = ticket.tables(data.source, data.reading)
    return experiment, table, prepare_cached(table, data, experiment.seed)
