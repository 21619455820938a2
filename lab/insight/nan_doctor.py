"""Where a run's numbers first stopped being numbers: which update, which layer, and what can be done about it."""

from dataclasses import dataclass

from lab.aside.progress import Tell, silently
from lab.data.prepare import Dataset
from lab.edits.advice import REMEDIES, Known, Remedy
from lab.insight.bad_update import BadUpdate
from lab.insight.inside.job import bad_update, bad_update_in
from lab.insight.inside.looker import answer_to
from lab.runs.kept.record import RunRecord
from lab.runs.kept.replay import past_of, seconds_an_epoch, seconds_to
from lab.runs.wire.checkpoints import Checkpoints
from lab.spec.experiment import Experiment
from lab.verdict.judging import causes_of
from lab.verdict.verdict import REMEDIES as ADVISED

LOOKED_AT = 3.0  # epochs of training in whose time the updates of one are looked at, about


@dataclass(frozen=True)
class Breakdown(BadUpdate):
    """The first update that went wrong, and why.

    Args:
        causes: likely ones, see `lab.verdict.suspects`; the likeliest first.
    """

    causes: dict[str, float]


def break_down(
    record: RunRecord, checkpoints: Checkpoints, dataset: Dataset, tell: Tell = silently
) -> Breakdown | None:
    """Find it; None if every number of the run's last epoch is finite after all. What takes long is done aside.

    Args:
        tell: is told how far it is.

    Raises:
        RunError "run.damaged": the run cannot be brought back; LookError; and whatever `tell` raises.
    """
    after = max(0, record.epochs_done - 1)
    way_s = seconds_to(record, checkpoints, after)
    past = past_of(record, checkpoints, dataset)
    answer = answer_to(bad_update(past, after, way_s), way_s + LOOKED_AT * seconds_an_epoch(record), tell)
    found = bad_update_in(*answer)
    return None if found is None else Breakdown(**vars(found), causes=causes_of(past.experiment, dataset))


# --- what can be done


FINITE = ("lower_learning_rate", "standardise_inputs", "standardise_target", "clip_gradients", "larger_batch")


def remedies(experiment: Experiment, causes: dict[str, float]) -> tuple[Remedy, ...]:
    """What changes this experiment and may keep its numbers finite, the likeliest help first."""
    codes = dict.fromkeys([*(ADVISED[cause] for cause in causes if ADVISED.get(cause) in FINITE), *FINITE])
    found = (REMEDIES[code] for code in codes)
    return tuple(one for one in found if one.applied_to(experiment, Known()) is not None)
