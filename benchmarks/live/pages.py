"""What a script run of each page costs, beside a page of five widgets: `python -m benchmarks.live.pages`.

Processor time of the server alone, without a browser: the first script run of a new tab, a rerun in which nothing
has changed, a knob that is turned while a run trains; and what each sends over the websocket.
"""

import argparse
import asyncio
import json
from dataclasses import asdict, dataclass

import psutil

from benchmarks.live.experiments import long_run, query_of
from benchmarks.live.server import running_app
from benchmarks.live.session import Session, first_cookie
from lab.starts import start
from pages import FIRST, PAGES

BESIDE = "benchmarks/live/five_widgets.py"
AS_STREAMLIT_COMES = {"STREAMLIT_RUNNER_POST_SCRIPT_GC": "true"}
AGAIN = 4  # reruns in each tab
TRAINED = ("train", "evaluate", "compare", "golf")  # pages that show more once there is a run


@dataclass
class Cost:
    """Milliseconds of the processor for one script run, and bytes over the websocket."""

    page: str
    first_ms: float
    rerun_ms: float
    first_kb: float
    rerun_kb: float


class Meter:
    """Processor time of one process since it was looked at last."""

    def __init__(self, server: psutil.Process) -> None:
        self.server = server
        self.last = self._now()

    def ms(self) -> float:
        before, self.last = self.last, self._now()
        return 1000 * (self.last - before)

    def _now(self) -> float:
        return sum(self.server.cpu_times()[:2])


async def cost_of(
    host: str, server: psutil.Process, name: str, tabs: int, query: str = "", page: str = "", cookie: str | None = None
) -> Cost:
    """Of one page: `tabs` new tabs, then some reruns in each of them."""
    async with Session.open(host, query, page=page, cookie=cookie):
        pass  # what the server works out once for everybody
    await asyncio.sleep(1.0)
    meter = Meter(server)
    opened = []
    for _ in range(tabs):
        one = Session.open(host, query, page=page, cookie=cookie or await asyncio.to_thread(first_cookie, host))
        opened.append((one, await one.__aenter__()))
    first, first_kb = meter.ms(), opened[-1][1].received / 1000
    for _ in range(AGAIN):
        for _one, session in opened:
            await session.rerun()
    rerun = meter.ms()
    problems = {problem for _one, session in opened for problem in session.problems}
    assert not problems, problems
    rerun_kb = (opened[-1][1].received / 1000 - first_kb) / AGAIN
    for one, _session in opened:
        await one.__aexit__(None, None, None)
    return Cost(name, first / tabs, rerun / (AGAIN * tabs), first_kb, rerun_kb)


async def pages_of(host: str, server: psutil.Process, tabs: int, only: list[str]) -> list[Cost]:
    costs = []
    cookie = await asyncio.to_thread(first_cookie, host)
    await train_to_the_end(host, cookie)
    of_everybody = [(page.name, page.name, None) for page in PAGES]
    for title, name, person in (*of_everybody, *((f"{name}, trained", name, cookie) for name in TRAINED)):
        if not only or name in only:
            address = "" if name == FIRST else name
            costs.append(await cost_of(host, server, title, tabs, page=address, cookie=person))
    return costs


async def train_to_the_end(host: str, cookie: str) -> None:
    """One short run of this person, finished."""
    async with Session.open(host, query_of(start("spiral").with_fit(epochs=20)), cookie=cookie) as session:
        await session.rerun(click="train")
        while True:
            await asyncio.sleep(0.5)
            await session.rerun()
            if session.stream is None:
                return


async def turned(host: str, server: psutil.Process, turns: int) -> float:
    """Milliseconds for a knob that is turned while its run trains."""
    async with Session.open(host, query_of(long_run())) as session:
        await session.rerun(click="train")
        meter = Meter(server)
        for turn in range(turns):
            await session.rerun(values={"0.fit.batch_size": 10 + turn % 2})
        return meter.ms() / turns


def table(costs: list[Cost], beside: Cost) -> str:
    head = f"{'page':22}{'first ms':>9}{'x':>6}{'rerun ms':>10}{'x':>6}{'first kB':>10}{'rerun kB':>10}"
    lines = (
        f"{cost.page:22}{cost.first_ms:9.1f}{cost.first_ms / beside.first_ms:6.2f}{cost.rerun_ms:10.1f}"
        f"{cost.rerun_ms / beside.rerun_ms:6.2f}{cost.first_kb:10.1f}{cost.rerun_kb:10.1f}"
        for cost in costs
    )
    return "\n".join((head, *lines))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tabs", type=int, default=10, help="new tabs of each page")
    parser.add_argument("--only", nargs="*", default=[], help="these pages alone")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    costs = []
    for name, settings in (("five widgets", AS_STREAMLIT_COMES), ("… with our settings", {})):
        with running_app(BESIDE, **settings) as (host, server):
            costs.append(asyncio.run(cost_of(host, server, name, arguments.tabs, cookie="nobody=1")))
    with running_app(LAB_PROFILE="class") as (host, server):
        costs += asyncio.run(pages_of(host, server, arguments.tabs, arguments.only))
        knob_ms = asyncio.run(turned(host, server, 20))
    if arguments.json:
        print(json.dumps({"pages": [asdict(cost) for cost in costs], "knob_turned_ms": knob_ms}))
    else:
        print(table(costs, costs[0]))
        print(f"a knob turned while the run trains: {knob_ms:.1f} ms")


if __name__ == "__main__":
    main()
