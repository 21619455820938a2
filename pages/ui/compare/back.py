"""Back to an epoch of a run: its network as it was, from the nearest state that was kept."""

from typing import Any

import streamlit as st

from lab.data.prepare import Dataset
from lab.insight.inside.job import snapshot_in, way_back
from lab.insight.inside.looker import SMALL_S, looker
from lab.runs.kept.record import RunRecord
from lab.runs.kept.replay import bring_on, is_on_the_way, past_of, seconds_from, within_reach
from lab.runs.serve.host import engine
from lab.runs.wire.checkpoints import Checkpoints, nearest
from lab.runs.work.trainer import Trainer
from lab.spec.limits import current_limits
from lab.texts import say
from pages.ui.progress import while_looking
from pages.ui.state import AppState, app_state

STOPPED = "way_back_stopped"  # (run, epoch) that the person did not wait for


def checkpoints_of(state: AppState, record: RunRecord) -> Checkpoints:
    """The kept states of a run, read once while it stays where it is. Raises LabError "run.unknown"."""
    mark = (record.id, record.epochs_done)
    return state.once("checkpoints", mark, lambda: engine().checkpoints(record.id, state.owner))


def epoch_in_reach(state: AppState, record: RunRecord, epoch: int) -> int:
    """The epoch, or the kept state before it where the way from there is longer than a page may compute; that is said.

    Also where the person stopped it on the way.

    Raises:
        LabError "run.unknown".
    """
    checkpoints, limit = checkpoints_of(state, record), current_limits().replay_s
    if state.memo.get(STOPPED) == (record.id, epoch):
        reached = nearest(checkpoints, epoch)
        st.caption(say("slider.stopped", state.language, epoch=f"{reached:,}", wanted=f"{epoch:,}"))
        return reached
    state.memo.pop(STOPPED, None)
    reached = within_reach(record, checkpoints, epoch, limit)
    if reached != epoch:
        words = {"wanted": f"{epoch:,}", "epoch": f"{reached:,}", "seconds": f"{limit:g}"}
        st.caption(say("slider.snapped", state.language, **words))
    return reached


def trainer_back_at(state: AppState, record: RunRecord, dataset: Dataset, epoch: int) -> Trainer:
    """From the nearest checkpoint, or from where the slider stood before if that is nearer.

    A long way is gone aside (`lab.insight.inside.looker`), so that nobody else waits for it.

    Raises:
        LabError "run.damaged"; LookError.
    """
    checkpoints, mark = checkpoints_of(state, record), (record.id, record.epochs_done)
    known: tuple[Any, Trainer] | None = state.memo.get("moment_trainer")
    near = known[1] if known and known[0] == mark and is_on_the_way(known[1], checkpoints, epoch) else None
    seconds = seconds_from(record, checkpoints, epoch, near)
    if seconds < SMALL_S:
        trainer = near or past_of(record, checkpoints, dataset).trainer_from(epoch)
        bring_on(trainer, epoch)
    else:
        trainer = _brought_back_aside(state, record, dataset, epoch, seconds, near)
    state.memo["moment_trainer"] = mark, trainer
    return trainer


def _brought_back_aside(
    state: AppState, record: RunRecord, dataset: Dataset, epoch: int, seconds: float, near: Trainer | None
) -> Trainer:
    """With a bar that tells how far it is."""
    past = past_of(record, checkpoints_of(state, record), dataset)
    asked = way_back(past, epoch, seconds, b"" if near is None else near.snapshot())
    with while_looking(state, "stop-way-back", lambda: _stopped(record.id, epoch)) as tell:
        answer = looker().work_out(asked, tell)
    trainer = Trainer(past.spec, past.arrays)
    trainer.restore(snapshot_in(*answer))
    return trainer


def _stopped(run_id: str, epoch: int) -> None:
    """Callback: the nearest kept state is shown in its place."""
    app_state().memo[STOPPED] = run_id, epoch
