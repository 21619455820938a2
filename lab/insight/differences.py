"""In what several experiments differ: the legend of a comparison says only that, and whether it is a fair one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from lab.spec.experiment import CompileSpec, Experiment, GraphSpec, ModelSpec
from lab.spec.parts import PartSpec
from lab.texts import Language, has_text, say
from lab.texts.parts import argument_name
from netcore.losses import LOSSES
from netcore.optimizers import OPTIMIZERS
from netcore.registry import Registry

UNFAIR: Final = ("data.", "seed")  # knobs whose difference makes curves hard to compare: other rows, other luck
TABLE: Final = "data.source.name"
FORK: Final = "origin.epoch"
NONE: Final = "–"
GIVEN_TO_ALL: Final = ("name", "dtype", "trainable")  # what every layer takes, and nobody compares

PLACE = re.compile(
    r" \((?:data|model|compile|fit|origin)\.[a-z_.]+\)$"
)  # where it stands in a file, which is nothing to look at


@dataclass(frozen=True)
class Knob:
    """Something that an experiment sets.

    Args:
        path: where it stands, such as "fit.batch_size" or "model.layers.1.units".
        kind, part, argument: what it is called, of an argument of a part: ("layer", "Dense", "units").
        place: number of the layer, from 1; 0 for anything else.
    """

    path: str
    kind: str = ""
    part: str = ""
    argument: str = ""
    place: int = 0

    def label(self, language: Language) -> str:
        """Its name in a person's language."""
        if self.argument:
            name = argument_name(self.kind, self.part, self.argument, language)
            return say("differ.layer", language, place=self.place, name=name) if self.place else name
        key = f"field.{self.path}"
        return PLACE.sub("", say(key, language)) if has_text(key) else self.path


@dataclass(frozen=True)
class Difference:
    """One knob and what each of the experiments sets it to; None where it has no such knob."""

    knob: Knob
    values: tuple[Any, ...]

    @property
    def unfair(self) -> bool:
        """Whether it decides on which rows is learned and judged, or is luck."""
        return self.knob.path.startswith(UNFAIR)


def differences(experiments: Sequence[Experiment]) -> tuple[Difference, ...]:
    """The knobs that are not set alike, in the order of the pages."""
    alike = _same_layers(experiments)
    settings = [_settings(experiment, by_layer=alike) for experiment in experiments]
    knobs = dict.fromkeys(knob for one in settings for knob in one)
    found = [Difference(knob, tuple(one.get(knob) for one in settings)) for knob in knobs]
    return tuple(one for one in found if any(value != one.values[0] for value in one.values))


def brief(found: Sequence[Difference]) -> tuple[Difference, ...]:
    """Of another table that it is another: that its columns have other names goes without saying."""
    if not any(one.knob.path == TABLE for one in found):
        return tuple(found)
    return tuple(one for one in found if one.knob.path == TABLE or not one.knob.path.startswith("data."))


def legends(experiments: Sequence[Experiment], language: Language) -> tuple[str, ...]:
    """What sets each experiment apart from the others; "" for all of them if nothing does."""
    found = brief(differences(experiments))
    return tuple(
        ", ".join(
            f"{one.knob.label(language)} {say_value(one.values[place], language)}"
            for one in found
            if one.knob.path != FORK or one.values[place] is not None  # a run that forks from none needs no word on it
        )
        for place in range(len(experiments))
    )


def say_value(value: Any, language: Language) -> str:
    """A setting as a legend shows it."""
    if value is None or value == ():
        return NONE
    if isinstance(value, bool):
        return say("differ.on" if value else "differ.off", language)
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, dict):
        return _said_part(value, language) if "class_name" in value else _said_pairs(value, language)
    if isinstance(value, list | tuple):
        text = ", ".join(say_value(one, language) for one in value[:4])
        return f"{text}, … ({len(value)})" if len(value) > 4 else text
    return str(value)


def _said_part(part: dict[str, Any], language: Language) -> str:
    """A part inside another, such as a regularizer or a layer in a wrapper: L2(l2=0.05), LSTM(units=8)."""
    arguments = {name: one for name, one in (part.get("config") or {}).items() if name not in GIVEN_TO_ALL}
    return f"{part['class_name']}({_said_pairs(arguments, language)})"


def _said_pairs(pairs: dict[str, Any], language: Language) -> str:
    return ", ".join(f"{name}={say_value(one, language)}" for name, one in pairs.items() if one is not None)


# --- what an experiment sets


def _settings(experiment: Experiment, *, by_layer: bool) -> dict[Knob, Any]:
    found: dict[Knob, Any] = {}
    found |= _flat(experiment.data.model_dump(), "data")
    if by_layer and isinstance(experiment.model, ModelSpec):
        for place, layer in enumerate(experiment.model.layers, start=1):
            for name, value in layer.params.items():
                knob = Knob(f"model.layers.{place}.{name}", "layer", layer.type, name, place)
                found[knob] = value
    else:
        found[Knob("model")] = model_line(experiment)
    found |= _part(experiment.compile.optimizer, "optimizer", OPTIMIZERS)
    if not isinstance(experiment.model, GraphSpec):
        found |= _part(experiment.compile.loss, "loss", LOSSES)
        found[Knob("compile.metrics")] = experiment.compile.metrics
    elif experiment.compile.combine_losses != CompileSpec().combine_losses:
        found[Knob("compile.combine_losses")] = experiment.compile.combine_losses
    found |= _flat(experiment.fit.model_dump(exclude={"changes"}), "fit")
    found[Knob("fit.changes")] = tuple(
        f"{change.name} {change.value:g} @ {change.epoch}" for change in experiment.fit.changes
    )
    found[Knob("seed")] = experiment.seed
    if experiment.origin is not None:
        found[Knob(FORK)] = experiment.origin.epoch
    return found


def model_line(experiment: Experiment) -> str:
    """The layers in one line: "Dense 16 relu → Dropout 0.5 → Dense 3 softmax"."""
    model = experiment.model
    if isinstance(model, GraphSpec):
        return ", ".join(_layer_words(model.layer_of(node)) for node in model.nodes)
    return " → ".join(map(_layer_words, model.layers))


def _layer_words(layer: PartSpec) -> str:
    words = [value for value in layer.params.values() if isinstance(value, int | float | str)]
    return " ".join(map(str, (layer.type, *words)))


def _part(part: PartSpec, kind: str, registry: Registry[Any]) -> dict[Knob, Any]:
    """A part by its name, and its arguments as far as they are not the defaults; the learning rate always."""
    found: dict[Knob, Any] = {Knob(f"compile.{kind}"): part.type}
    filled = part.filled(registry)
    for name, value in filled.items():
        if name in part.params or name == "learning_rate":
            found[Knob(f"compile.{kind}.{name}", kind, "", name)] = value
    return found


def _flat(values: dict[str, Any], path: str) -> dict[Knob, Any]:
    found: dict[Knob, Any] = {}
    for name, value in values.items():
        below = f"{path}.{name}"
        found |= _flat(value, below) if isinstance(value, dict) else {Knob(below): value}
    return found


def _same_layers(experiments: Sequence[Experiment]) -> bool:
    kinds = {
        tuple(layer.type for layer in one.model.layers) if isinstance(one.model, ModelSpec) else None
        for one in experiments
    }
    return len(kinds) == 1 and None not in kinds
