"""What the tests of this folder wait for."""

from lab.runs.serve.pooled import PoolEngine
from lab.runs.wire.messages import ENDED
from tests.waiting import wait_for


def wait_for_state(engine: PoolEngine, run: str, owner: str, state: str) -> None:
    """Until the run is in this state; fails at once when it has ended otherwise."""

    def is_there() -> bool:
        now = engine.view(run, owner).state
        assert now == state or now not in ENDED, f"the run was to become {state}, but is {now}"
        return now == state

    wait_for(is_there, f"a run that is {state}")


def wait_for_epoch(engine: PoolEngine, run: str, owner: str, epoch: int) -> None:
    """Until the run has come so far."""
    wait_for(lambda: engine.view(run, owner).epoch >= epoch, f"epoch {epoch}")


def wait_for_study(engine: PoolEngine, study: str, owner: str, state: str) -> None:
    wait_for(lambda: engine.study(study, owner).state == state, f"a study that is {state}")
