"""What a verdict needs to know of a run beside its curves. Small and plain, so that it is kept with the run: the table
may be gone by the time somebody asks.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

from lab.model.outputs import history_of
from lab.verdict.evidence import BaselineKind, Curves, RowCurves
from lab.verdict.rows import RISE_ERROR, SPREAD, TRAIN_SPREAD
from lab.verdict.story import loudest
from lab.verdict.verdict import Kind, Verdict, judge

Columns = Mapping[str, Sequence[float]]  # name of a curve -> its value after each epoch


@dataclass(frozen=True)
class RunContext:
    """What is known of a run beside its curves.

    Args:
        train_rows, validation_rows: rows of the two parts.
        baseline_loss: loss on the validation rows of a forecast without a network, in the unit of the curves.
        baseline_kind: what that forecast is.
        parameters, inputs: size of the network: its parameters, and the features of a sample.
        causes: likely causes should it have diverged, from `lab.verdict.suspects.likely_causes`.
        baseline_metrics: what that forecast gets on the validation part beside the total loss, by history key: metrics,
            and the losses of several outputs.
        in_time_order: the validation rows are later than the training rows.
        test_rows: rows of the sealed test part, to know whether there is anything to open; None if not known.
        baseline_train_loss: loss of the same forecast on the training rows.
        high_rate: the learning rate where it is beyond what even well-scaled data bear.
        outputs: of several outputs the context of each by its name; empty for one, and for runs from before it was
            kept.
    """

    train_rows: int
    validation_rows: int
    baseline_loss: float | None = None
    baseline_kind: BaselineKind | None = None
    parameters: int | None = None
    inputs: int | None = None
    causes: dict[str, float] = field(default_factory=dict)
    baseline_metrics: dict[str, float] = field(default_factory=dict)
    in_time_order: bool = False
    test_rows: int | None = None
    baseline_train_loss: float | None = None
    high_rate: float | None = None
    outputs: dict[str, "RunContext"] = field(default_factory=dict)

    @property
    def baselines(self) -> dict[str, float]:
        """History key -> what a forecast without a network gets on the validation part."""
        loss = {} if self.baseline_loss is None else {"loss": self.baseline_loss}
        return {**loss, **self.baseline_metrics}

    def judge(self, history: Columns, state: str, extras: Columns | None = None) -> Verdict:
        """The verdict on curves of such a run.

        Args:
            history: of Keras's names; extras: beside it, as `RunRecord.extras`. With a weight penalty the losses
                without it are judged: how well the network fits is not a question of how large its weights are.
        """
        return judge(judged_curves(history, extras or {}), self, state)

    def word(self, history: dict[str, list[float]], state: str, extras: Columns | None = None) -> Kind:
        """The word on such a run wherever it stands in short: that of its story (`lab.verdict.story`)."""
        each = self.judge_outputs(history, state) if history.get("loss") else {}
        return loudest(self.judge(history, state, extras), each.values()).kind

    def judge_outputs(self, history: dict[str, list[float]], state: str) -> dict[str, Verdict]:
        """The verdict on each of several outputs, from its own curves and its own baseline."""
        return {
            name: one.judge(history_of(history, name, len(self.outputs)), state) for name, one in self.outputs.items()
        }

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        plain = {**vars(self), "causes": dict(self.causes), "baseline_metrics": dict(self.baseline_metrics)}
        outputs = {name: one.as_dict() for name, one in plain.pop("outputs").items()}
        return plain | ({"outputs": outputs} if outputs else {})

    @classmethod
    def from_dict(cls, values: Any) -> "RunContext":
        """What `as_dict` gave. Raises ValueError, TypeError or KeyError for anything else."""
        values = dict(values)
        each = dict(values.pop("outputs", {})).items()  # which have no outputs of their own
        outputs = {str(name): RunContext.from_dict(dict(one) | {"outputs": {}}) for name, one in each}
        context = cls(**values, outputs=outputs)
        numbers = [context.train_rows, context.validation_rows, context.parameters, context.inputs]
        numbers.append(context.test_rows)
        if not all(value is None or type(value) is int for value in numbers):
            raise ValueError("rows and parameters are whole numbers")
        if type(context.in_time_order) is not bool:
            raise ValueError("the order is known or not")
        for line in (context.baseline_loss, context.baseline_train_loss, context.high_rate):
            if line is not None and not (isinstance(line, float) and math.isfinite(line)):
                raise ValueError("the baseline is a number")
        if context.baseline_kind not in (None, *get_args(BaselineKind)):
            raise ValueError("unknown baseline")
        numbered = {
            name: {str(key): float(value) for key, value in getattr(context, name).items()}
            for name in ("causes", "baseline_metrics")
        }
        if not all(math.isfinite(value) for value in numbered["baseline_metrics"].values()):
            raise ValueError("the baseline is a number")
        return cls(**{**vars(context), **numbered})


def judged_curves(history: Columns, extras: Columns) -> Curves:
    """The curves of a run as they are judged; with a weight penalty all losses are without it."""
    if _is_penalised(history, extras):
        loss, val_loss, evaluated = (extras[name] for name in ("data_loss", "val_data_loss", "evaluated_data_loss"))
        return Curves(loss, val_loss, evaluated, _row_curves(extras, len(val_loss)), without_penalty=True)
    loss, val_loss = history.get("loss", ()), history.get("val_loss", ())
    return Curves(loss, val_loss, extras.get("evaluated_loss"), _row_curves(extras, len(val_loss)))


def _is_penalised(history: Columns, extras: Columns) -> bool:
    """Whether the losses without the weight penalty were kept, each for every epoch."""
    apart = [extras.get(name, ()) for name in ("data_loss", "val_data_loss", "evaluated_data_loss")]
    return bool(history.get("val_loss")) and all(len(curve) == len(history.get("loss", ())) for curve in apart)


def _row_curves(extras: Columns, epochs: int) -> RowCurves | None:
    """What was kept of the rows' losses; None for a run from before it was, or one that goes on from such a run."""
    curves = [extras.get(name, ()) for name in (SPREAD, RISE_ERROR, TRAIN_SPREAD)]
    if not epochs or any(len(curve) != epochs or not all(map(math.isfinite, curve)) for curve in curves):
        return None
    return RowCurves(*curves)
