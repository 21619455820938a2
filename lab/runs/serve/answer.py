"""Waiting a moment for what a command brings about, so that a screen drawn after a click shows it already."""

import time
from typing import Final

from lab.runs.serve.engine import Engine
from lab.runs.wire.messages import ENDED, Command, Extend, Pause, Resume, Stop

PATIENCE_S: Final = 0.3
LOOK_S: Final = 0.005
ANSWERS: Final = {
    Pause: ("paused", *ENDED),
    Stop: ENDED,
    Resume: ("running", *ENDED),
    Extend: ("running", "queued", *ENDED),
}


def wait_for_answer(engine: Engine, run_id: str, owner: str, command: Command) -> None:
    """Until the run is in a state that answers the command: a worker needs some milliseconds, on a busy machine more.

    Raises RunError "run.unknown".
    """
    wanted = ANSWERS.get(type(command))
    until = time.monotonic() + PATIENCE_S
    while wanted and engine.view(run_id, owner).state not in wanted and time.monotonic() < until:
        time.sleep(LOOK_S)
