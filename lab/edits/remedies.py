"""A remedy of the doctor applied to an experiment, and undone."""

from lab.data.doctor import Finding, Remedy, TrainingRemedy
from lab.spec.experiment import Experiment

AnyRemedy = Remedy | TrainingRemedy


def with_remedy(experiment: Experiment, remedy: AnyRemedy) -> Experiment:
    """The experiment with the remedy in force. Raises ExperimentError where it contradicts the rest."""
    if isinstance(remedy, TrainingRemedy):
        return remedy.change(experiment)
    return experiment.replace(data=remedy.change(experiment.data))


def without_remedy(
    experiment: Experiment, remedy: AnyRemedy, before: Experiment | None, after: Experiment | None
) -> Experiment:
    """The very experiment of before if nothing else was changed since; otherwise only what the remedy touched.

    Args:
        before, after: the experiments around the remedy; None where they are not known any more.

    Raises:
        ExperimentError: the rest does not go without it.
    """
    if before is not None and after == experiment:
        return before
    if isinstance(remedy, TrainingRemedy):
        return remedy.undo(experiment, before)
    return experiment.replace(data=remedy.undo(experiment.data, None if before is None else before.data))


def possible(finding: Finding, experiment: Experiment) -> list[AnyRemedy]:
    """The remedies of a finding that the rest of the experiment allows, those of the data first."""
    of_data = [remedy for remedy in finding.remedies if remedy.is_possible(experiment.data)]
    of_training = [remedy for remedy in finding.training if remedy.is_possible(experiment)]
    return [*of_data, *of_training]
