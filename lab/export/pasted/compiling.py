"""What pasted code tells compile: optimizer, and a loss, a weight and metrics for each output."""

import ast
import functools
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from lab.export.pasted.fitting import named_arguments, say_default
from lab.export.pasted.parts import Notes, misspelt, read_metrics, read_part
from lab.export.pasted.text import excerpt
from lab.export.pasted.values import Argument, Called, is_number
from lab.spec.experiment import Experiment, GraphSpec, OutputSpec, PartSpec
from netcore.losses import LOSSES
from netcore.optimizers import OPTIMIZERS
from netcore.optimizers.schedules import LearningRateSchedule

COMPILE = ("optimizer", "loss", "loss_weights", "metrics", "weighted_metrics")
MORE = ("combine_losses",)  # netcore's own
BY_OUTPUTS = ("crossentropy", "ce")  # Keras picks the variant that fits the output

Tried = Callable[[Experiment, int, Notes, Callable[[Experiment], Experiment]], Experiment]


def with_compile(
    experiment: Experiment, called: Called, spellings: Sequence[set[str]], notes: Notes, tried: Tried
) -> tuple[Experiment, LearningRateSchedule | None]:
    """The experiment compiled so, and the schedule of the learning rate should there be one.

    Args:
        spellings: of each output of the functional model that the code made, all names that it may go by.
    """
    given = {one.name: one for one in named_arguments(called, COMPILE, MORE, notes)}
    for name in ("weighted_metrics",):
        if name in given and given[name].value is not None:
            notes.add("error", "paste.not_kept", given[name].line, text=excerpt(f"{name}={given[name].text}"))
    experiment, schedule = _with_optimizer(experiment, called, given.get("optimizer"), notes, tried)
    if "metrics" not in given:
        say_default(called, "metrics", [], notes)
    graph = experiment.model
    if isinstance(graph, GraphSpec):
        names = spellings or [{output.name} for output in graph.outputs]
        return tried(
            experiment, called.line, notes, lambda one: _with_outputs(one, graph, given, names, notes)
        ), schedule
    changes = _of_one_output(experiment, given, notes)
    for name, value in changes.items():
        take = functools.partial(Experiment.with_compile, **{name: value})
        experiment = tried(experiment, called.line, notes, take)
    return experiment, schedule


def _with_optimizer(
    experiment: Experiment, called: Called, argument: Argument | None, notes: Notes, tried: Tried
) -> tuple[Experiment, LearningRateSchedule | None]:
    if argument is None:
        say_default(called, "optimizer", "rmsprop", notes)
        return experiment.with_compile(optimizer=PartSpec(type="RMSprop")), None
    found = read_part(OPTIMIZERS, argument, notes)
    if found is None:
        return experiment, None
    name, params = found
    rate = params.get("learning_rate")
    schedule = rate if isinstance(rate, LearningRateSchedule) else None
    if schedule is not None:
        params = {**params, "learning_rate": schedule(0)}
    optimizer = PartSpec(type=name, params=params)
    return tried(experiment, argument.line, notes, lambda one: one.with_compile(optimizer=optimizer)), schedule


# --- one output


def _of_one_output(experiment: Experiment, given: dict[str | None, Argument], notes: Notes) -> dict[str, Any]:
    """Loss and metrics of a sequential model."""
    changes: dict[str, Any] = {"metrics": ()}
    if "loss" in given:
        loss = _loss(_alone(given["loss"]), _last_units(experiment), notes)
        changes |= {} if loss is None else {"loss": loss}
    if "metrics" in given:
        changes["metrics"] = read_metrics(_alone(given["metrics"]), notes)
    weight = _alone(given["loss_weights"]).value if "loss_weights" in given else None
    if weight not in (None, 1, [1], (1,)):
        text = excerpt(f"loss_weights={given['loss_weights'].text}")
        notes.add("error", "paste.not_kept", given["loss_weights"].line, text=text)
    return changes


def _alone(argument: Argument) -> Argument:
    """The value of the one output, where the code names it."""
    value = argument.value
    return (
        replace(argument, value=next(iter(value.values()))) if isinstance(value, dict) and len(value) == 1 else argument
    )


def _loss(argument: Argument, units: Any, notes: Notes) -> PartSpec | None:
    if isinstance(argument.value, str) and argument.value in BY_OUTPUTS:
        return PartSpec(type="BinaryCrossentropy" if units == 1 else "CategoricalCrossentropy")
    found = read_part(LOSSES, argument, notes)
    return None if found is None else PartSpec(type=found[0], params=found[1])


def _last_units(experiment: Experiment) -> Any:
    layers = getattr(experiment.model, "layers", ())
    return layers[-1].params.get("units") if layers else None


# --- several outputs


def _with_outputs(
    experiment: Experiment,
    graph: GraphSpec,
    given: dict[str | None, Argument],
    names: Sequence[set[str]],
    notes: Notes,
) -> Experiment:
    outputs = list(graph.outputs)
    mean = "combine_losses" in given and given["combine_losses"].value == "mean"
    if "loss" in given:
        for place, argument in enumerate(_for_each(given["loss"], names, notes)):
            units = _units_of(graph, outputs[place])
            loss = None if argument is None else _loss(argument, units, notes)
            outputs[place] = outputs[place] if loss is None else outputs[place].replace(loss=loss)
    if "loss_weights" in given:
        undivided = _undivided(given["loss_weights"], len(outputs))
        mean = mean or undivided is not None
        for place, argument in enumerate(_for_each(undivided or given["loss_weights"], names, notes)):
            outputs[place] = _weighted(outputs[place], argument, notes)
    metrics = _metrics_for_each(given["metrics"], names, notes) if "metrics" in given else [None] * len(outputs)
    for place, argument in enumerate(metrics):
        found = () if argument is None else read_metrics(argument, notes)
        outputs[place] = outputs[place].replace(metrics=found)
    return experiment.replace(
        model=graph.replace(outputs=tuple(outputs)),
        compile=experiment.compile.replace(combine_losses="mean" if mean else "sum"),
    )


def _units_of(graph: GraphSpec, output: OutputSpec) -> Any:
    node = next((node for node in graph.nodes if node.id == output.reads), None)
    return None if node is None else graph.layer_of(node).params.get("units")


def _for_each(argument: Argument, names: Sequence[set[str]], notes: Notes) -> list[Argument | None]:
    """What an argument of compile says for each output: by name, by place, or one for all."""
    value = argument.value
    if isinstance(value, dict):
        return _by_name(argument, names, notes)
    if not isinstance(value, list | tuple):
        return [argument] * len(names)
    if len(value) != len(names):
        values = {"text": argument.text, "given": len(value), "outputs": len(names)}
        notes.add("error", "paste.per_output", argument.line, **values)
    entries: list[Argument | None] = [replace(argument, value=entry) for entry in value[: len(names)]]
    return entries + [None] * (len(names) - len(entries))


def _by_name(argument: Argument, names: Sequence[set[str]], notes: Notes) -> list[Argument | None]:
    found: list[Argument | None] = [None] * len(names)
    known = {name: place for place, several in enumerate(names) for name in several}
    for key, value in argument.value.items():
        name = key if key in known else misspelt(str(key), known)
        if name is None:
            values = {"name": excerpt(str(key)), "choices": ", ".join(min(several) for several in names)}
            notes.add("error", "paste.unknown_output", argument.line, **values)
            continue
        if name != key:
            notes.add("warning", "paste.part_name", argument.line, given=excerpt(str(key)), meant=name)
        found[known[name]] = replace(argument, value=value)
    return found


def _metrics_for_each(argument: Argument, names: Sequence[set[str]], notes: Notes) -> list[Argument | None]:
    """A plain list is taken as Keras does: its first entry for the first output, and so on."""
    value = argument.value
    if not isinstance(value, list | tuple) or any(isinstance(entry, list | tuple) for entry in value):
        return _for_each(argument, names, notes)
    if len(names) == 1 or not value:
        return [argument] * len(names)
    if len(value) == len(names):
        return _for_each(argument, names, notes)
    notes.add("warning", "paste.metrics_for_all", argument.line, outputs=len(names), text=argument.text)
    return [argument] * len(names)


def _weighted(output: OutputSpec, argument: Argument | None, notes: Notes) -> OutputSpec:
    if argument is None or argument.value is None:
        return output
    if not is_number(argument.value):
        notes.add("error", "paste.unknown_value", argument.line, argument="loss_weights", text=argument.text)
        return output
    return output.replace(weight=float(argument.value))


def _undivided(argument: Argument, outputs: int) -> Argument | None:
    """The weights without "/ 2", if each is written so: that is how the mean of two losses is told to Keras."""
    node = argument.node
    entries = node.values if isinstance(node, ast.Dict) else node.elts if isinstance(node, ast.List | ast.Tuple) else []
    numbers = [_dividend(entry, outputs) for entry in entries]
    if not numbers or None in numbers or len(numbers) != len(argument.value):
        return None
    if isinstance(argument.value, dict):
        return replace(argument, value=dict(zip(argument.value, numbers, strict=True)))
    return replace(argument, value=numbers)


def _dividend(entry: ast.expr, outputs: int) -> float | None:
    match entry:
        case ast.BinOp(
            left=ast.Constant(value=int() | float() as number), op=ast.Div(), right=ast.Constant(value=parts)
        ):
            return float(number) if parts == outputs else None
    return None
