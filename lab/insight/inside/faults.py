"""What is wrong inside a network, named, each with what can be done about it.

The bounds are rules of thumb of the field and no laws. A unit counts as stuck by what its own activation function says
(`slopes`). A layer that is told a thousandth of what another is told hardly learns (vanishing gradients: Glorot and
Bengio 2010, section 4). Updates of about a thousandth of the weights are usual (Karpathy, cs231n, "Ratio of
weights:updates").
"""

from dataclasses import dataclass
from typing import Final, Literal

from lab.edits.advice import REMEDIES, Known, Remedy
from lab.insight.inside.look import EpochLook, LayerLook
from lab.spec.experiment import Experiment

NAMED: Final = 8  # units by their number
Kind = Literal["dead", "saturated", "vanishing", "exploding", "racing", "no_numbers"]

VANISHING: Final = 1e-3  # of the strongest gradient per weight of any layer
EXPLODING: Final = 100.0  # length of all gradients together
RACING: Final = 0.1  # of the weights, changed by one update

OFFERED: Final = 3  # remedies at once

# kind -> advice (`lab.edits.advice`) that may help, the likeliest first
ADVISED: Final[dict[Kind, tuple[str, ...]]] = {
    "dead": ("leaky_units", "lower_learning_rate", "standardise_inputs"),
    "saturated": ("standardise_inputs", "unbounded_units", "lower_learning_rate"),
    "vanishing": ("unbounded_units", "standardise_inputs"),
    "exploding": ("clip_gradients", "lower_learning_rate", "standardise_inputs", "standardise_target"),
    "racing": ("lower_learning_rate",),
    "no_numbers": ("lower_learning_rate", "clip_gradients"),
}


@dataclass(frozen=True)
class Fault:
    """Args:
    layer: that it is about; None of the whole network.
    units: that are stuck, from 0.
    value: the number that makes it one.
    knob: argument of the layer that decides it; "" for none.
    """

    kind: Kind
    layer: LayerLook | None = None
    units: tuple[int, ...] = ()
    value: float = 0.0
    knob: str = ""


def faults_of(look: EpochLook) -> tuple[Fault, ...]:
    """At one epoch, layer by layer, then those of the whole network."""
    found = [fault for layer in look.layers for fault in _of_layer(layer)]
    found += _vanishing(look)
    norms = [layer.gradient_norm for layer in look.layers if layer.gradient_norm is not None]
    length = sum(norm**2 for norm in norms) ** 0.5
    if length > EXPLODING:
        found.append(Fault("exploding", value=length))
    return tuple(found)


def _of_layer(layer: LayerLook) -> list[Fault]:
    knob = "activation" if layer.function and layer.learns else ""
    found = []
    if layer.dead:
        found.append(Fault("dead", layer, layer.dead, len(layer.dead) / layer.units, knob))
    if layer.saturated:
        found.append(Fault("saturated", layer, layer.saturated, len(layer.saturated) / layer.units, knob))
    if layer.update_ratio is not None and layer.update_ratio > RACING:
        found.append(Fault("racing", layer, value=layer.update_ratio))
    if layer.activations is not None and layer.activations.lost:
        found.append(Fault("no_numbers", layer, value=float(layer.activations.lost)))
    return found


def _vanishing(look: EpochLook) -> list[Fault]:
    """Layers that are told much less per weight than the one that is told most."""
    strength = {
        layer.id: layer.gradient_norm / layer.gradients.total**0.5
        for layer in look.layers
        if layer.gradient_norm is not None and layer.gradients is not None and layer.gradients.total
    }
    most = max(strength.values(), default=0.0)
    weak = [id for id, one in strength.items() if most and one < VANISHING * most]
    return [Fault("vanishing", look.layer(id), value=strength[id] / most) for id in weak]


def remedies(experiment: Experiment, faults: tuple[Fault, ...]) -> list[Remedy]:
    """What changes this experiment and may help, at most OFFERED: those that are advised most often and first."""
    votes: dict[str, float] = {}
    for kind in dict.fromkeys(fault.kind for fault in faults):
        for place, code in enumerate(ADVISED[kind], start=1):
            votes[code] = votes.get(code, 0.0) + 1 / place
    ordered = sorted(votes, key=lambda code: -votes[code])
    fitting = (REMEDIES[code] for code in ordered)
    return [one for one in fitting if one.applied_to(experiment, Known()) is not None][:OFFERED]


def unit_numbers(fault: Fault) -> tuple[list[int], int]:
    """(numbers of the first stuck units, from 1; how many more there are)"""
    return [unit + 1 for unit in fault.units[:NAMED]], max(0, len(fault.units) - NAMED)
