"""What a person may choose to follow: a number of the inputs, a unit of each layer that mixes its inputs."""

from collections.abc import Mapping
from dataclasses import dataclass

from lab.slow_motion.ops import Index, comes_from
from lab.slow_motion.view import View
from lab.slow_motion.words import layer_name
from lab.studies.words import Words


@dataclass(frozen=True)
class Choice:
    """Args:
    name: of the quantity; shape: of one sample of it; at: the number that is followed now.
    names: of the numbers, where they have any.
    """

    name: str
    title: Words
    shape: Index
    at: Index
    names: tuple[str, ...] = ()


def choices(view: View) -> tuple[Choice, ...]:
    """Inputs first, then the layers in their order."""
    found = []
    for quantity in view.update.trace:
        if quantity.kind == "input":
            node = view.update.network.node(view.node_of(quantity.name))
            named = Words("slow_page.input", {"name": node.id})
            title = Words("network.input") if node.is_only_input else named
            found.append(
                Choice(
                    quantity.name,
                    title,
                    quantity.value.shape[1:],
                    view.focus[quantity.name],
                    view.columns(quantity.name),
                )
            )
    for op in view.ops:
        shape = view.of(op.out).shape
        if op.function is None and comes_from(op, view.focus[op.out], view.of(op.ins[0]).shape, shape) is None:
            found.append(Choice(op.out, layer_name(op), shape, view.focus[op.out]))
    return tuple(found)


def with_unit(view: View, node: str, unit: int) -> Mapping[str, Index]:
    """What is chosen after a unit of the drawing was clicked: that of the equation which makes it."""
    names = [op.out for op in view.ops if op.node == node]
    names += [q.name for q in view.update.trace if q.kind == "input" and view.node_of(q.name) == node]
    name = names[-1] if names else ""
    if not name or view.of(name).ndim != 1 or not 0 <= unit < view.of(name).shape[0]:
        return view.chosen
    index: Index = (unit,)
    made = {op.out: op for op in view.ops}
    while name in made and len(made[name].ins) == 1:
        before = made[name].ins[0]
        there = comes_from(made[name], index, view.of(before).shape, view.of(name).shape)
        if there is None:
            break
        name, index = before, there
    return {**view.chosen, name: index}
