"""Back to an epoch of a run: its network as it was, from the nearest state that was kept."""

from typing import Any

import streamlit as st

from lab.data.prepare import Dataset
from lab.runs.kept.record import RunRecord
from lab.runs.kept.replay import bring_on, brought_on, is_on_the_way, seconds_to, trainer_from, within_reach
from lab.runs.serve.host import engine
from lab.runs.wire.checkpoints import Checkpoints
from lab.runs.work.trainer import Trainer
from lab.spec.limits import current_limits
from lab.texts import say
from pages.ui.state import AppState

SLOW_S = 0.5  # a way back that takes longer shows how far it is


def checkpoints_of(state: AppState, record: RunRecord) -> Checkpoints:
    """The kept states of a run, read once while it stays where it is. Raises LabError "run.unknown"."""
    mark = (record.id, record.epochs_done)
    return state.once("checkpoints", mark, lambda: engine().checkpoints(record.id, state.owner))


def epoch_in_reach(state: AppState, record: RunRecord, epoch: int) -> int:
    """The epoch, or the kept state before it where the way from there is longer than a page may compute; that is said.

    Raises:
        LabError "run.unknown".
    """
    limit = current_limits().replay_s
    reached = within_reach(record, checkpoints_of(state, record), epoch, limit)
    if reached != epoch:
        words = {"wanted": f"{epoch:,}", "epoch": f"{reached:,}", "seconds": f"{limit:g}"}
        st.caption(say("slider.snapped", state.language, **words))
    return reached


def trainer_back_at(state: AppState, record: RunRecord, dataset: Dataset, epoch: int) -> Trainer:
    """From the nearest checkpoint, or from where the slider stood before if that is nearer.

    Raises:
        LabError "run.damaged".
    """
    checkpoints, mark = checkpoints_of(state, record), (record.id, record.epochs_done)
    known: tuple[Any, Trainer] | None = state.memo.get("moment_trainer")
    if known is None or known[0] != mark or not is_on_the_way(known[1], checkpoints, epoch):
        known = mark, trainer_from(record, checkpoints, dataset, epoch)
    state.memo["moment_trainer"] = known
    _bring_on(state, known[1], epoch, seconds_to(record, checkpoints, epoch))
    return known[1]


def _bring_on(state: AppState, trainer: Trainer, epoch: int, seconds: float) -> None:
    """Train the missing epochs again, with a bar where that takes a while."""
    if seconds < SLOW_S:
        bring_on(trainer, epoch)
        return
    bar = st.progress(0.0)
    for share in brought_on(trainer, epoch, seconds):
        about = say("slider.recomputing", state.language, epoch=f"{trainer.epochs_done:,}", wanted=f"{epoch:,}")
        bar.progress(share, text=about)
    bar.empty()
