"""Remedies that change how a network is trained, not its data: they act on the whole Experiment."""

from dataclasses import dataclass

from lab.spec.experiment import Experiment, ModelSpec, PartSpec

SQUARED, ABSOLUTE = PartSpec(type="MeanSquaredError"), PartSpec(type="MeanAbsoluteError")


@dataclass(frozen=True)
class TrainingRemedy:
    """One click; its label stands at "remedy.<code>". Like a `Remedy`, it is in force if it would change nothing more.

    Args:
        columns: of the target it is about.
    """

    code: str
    columns: tuple[str, ...] = ()
    word: str = ""

    def change(self, experiment: Experiment) -> Experiment:
        """The experiment with the remedy in force."""
        raise NotImplementedError

    def undo(self, experiment: Experiment, before: Experiment | None = None) -> Experiment:
        """The experiment without it, as it was in `before` where that is known."""
        raise NotImplementedError

    def is_possible(self, experiment: Experiment) -> bool:
        return True

    def is_applied(self, experiment: Experiment) -> bool:
        return self.is_possible(experiment) and self.change(experiment) == experiment


@dataclass(frozen=True)
class WeighClasses(TrainingRemedy):
    """Rows of a rare class count for more, so that each class weighs the same in the loss."""

    def change(self, experiment: Experiment) -> Experiment:
        return experiment.with_fit(class_weight="balanced")

    def undo(self, experiment: Experiment, before: Experiment | None = None) -> Experiment:
        return experiment.with_fit(class_weight=None if before is None else before.fit.class_weight)

    def is_possible(self, experiment: Experiment) -> bool:
        """With several targets there is no one class to weigh by."""
        return len(experiment.data.targets) == 1 and experiment.data.task in ("binary", "multiclass")


@dataclass(frozen=True)
class AbsoluteLoss(TrainingRemedy):
    """The absolute error: a target far out pulls no harder than any other that is missed."""

    def change(self, experiment: Experiment) -> Experiment:
        return experiment.with_compile(loss=ABSOLUTE)

    def undo(self, experiment: Experiment, before: Experiment | None = None) -> Experiment:
        return experiment.with_compile(loss=SQUARED if before is None else before.compile.loss)

    def is_possible(self, experiment: Experiment) -> bool:
        """A functional model has a loss of its own for each output."""
        return experiment.data.task == "regression" and isinstance(experiment.model, ModelSpec)
