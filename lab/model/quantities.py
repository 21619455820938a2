"""What the curves of a run measure: history keys in words, and when the curves of two experiments measure the same."""

from lab.model.outputs import split_key
from lab.spec.experiment import Experiment, GraphSpec
from lab.texts import Language, say
from lab.texts.parts import name_of

History = dict[str, list[float]]


def quantity(name: str, language: Language, experiment: Experiment | None = None) -> str:
    """A history key without "val_" in words; of several outputs it begins with the output's name."""
    output, name = (None, name) if experiment is None else split_key(name, experiment)
    if output is not None:
        return f"{output} · {quantity(name, language)}"
    if name == "loss" and experiment is not None and has_outputs(experiment):
        return say(f"graph.total.{experiment.compile.combine_losses}", language)
    return say("evaluate_page.loss", language) if name == "loss" else name_of("metric", name, language)


def has_outputs(experiment: Experiment) -> bool:
    """Whether there is a loss for each output beside the total."""
    return isinstance(experiment.model, GraphSpec) and len(experiment.model.outputs) > 1


def in_own_units(experiment: Experiment) -> bool:
    """Whether losses and errors in the curves have the units of the targets; not of one that is standardised."""
    return all(target.scaling == "none" for target in experiment.data.targets)


def losses(experiment: Experiment) -> tuple[object, ...]:
    """What the loss curves measure; equal where they can be held against each other."""
    if not isinstance(experiment.model, GraphSpec):
        return (experiment.compile.loss,)
    outputs = [(output.name, output.target, output.loss, output.weight) for output in experiment.model.outputs]
    return (*outputs, experiment.compile.combine_losses)


def comparable(history: History, ran: Experiment, shown: Experiment) -> History | None:
    """Those curves of a run that mean the same for another experiment; None if none do.

    Curves of other data mean something else, also of the same table prepared otherwise; so do the losses of another
    loss function.
    """
    if ran.data != shown.data:
        return None
    if losses(ran) == losses(shown):
        return history
    return {name: values for name, values in history.items() if name not in ("loss", "val_loss")}
