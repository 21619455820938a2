"""What a verdict needs to know of a run beside its curves. Small and plain, so that it is kept with the run: the table
may be gone by the time somebody asks.
"""

import math
from dataclasses import dataclass, field
from typing import Any, Self, get_args

from lab.insight.verdict import BaselineKind, Verdict, judge


@dataclass(frozen=True)
class RunContext:
    """Args: as for `lab.insight.verdict.judge`.

    baseline_metrics: what that forecast gets on the validation part beside the total loss, by history key: metrics,
        and the losses of several outputs.
    """

    train_rows: int
    validation_rows: int
    baseline_loss: float | None = None
    baseline_kind: BaselineKind | None = None
    parameters: int | None = None
    inputs: int | None = None
    causes: dict[str, float] = field(default_factory=dict)
    baseline_metrics: dict[str, float] = field(default_factory=dict)

    @property
    def baselines(self) -> dict[str, float]:
        """History key -> what a forecast without a network gets on the validation part."""
        loss = {} if self.baseline_loss is None else {"loss": self.baseline_loss}
        return {**loss, **self.baseline_metrics}

    def judge(self, history: dict[str, list[float]], state: str) -> Verdict:
        """The verdict on curves of such a run."""
        return judge(
            history.get("loss", []),
            history.get("val_loss", []),
            train_rows=self.train_rows,
            validation_rows=self.validation_rows,
            baseline_loss=self.baseline_loss,
            baseline_kind=self.baseline_kind,
            parameters=self.parameters,
            inputs=self.inputs,
            state=state,
            causes=self.causes,
        )

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {**vars(self), "causes": dict(self.causes), "baseline_metrics": dict(self.baseline_metrics)}

    @classmethod
    def from_dict(cls, values: Any) -> Self:
        """What `as_dict` gave. Raises ValueError, TypeError or KeyError for anything else."""
        context = cls(**values)
        numbers = [context.train_rows, context.validation_rows, context.parameters, context.inputs]
        if not all(value is None or type(value) is int for value in numbers):
            raise ValueError("rows and parameters are whole numbers")
        line = context.baseline_loss
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
