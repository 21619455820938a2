"""An update as one person looks at it: one sample of the batch, and in each layer one unit, along one path."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from lab.slow_motion.equation import Lit, LitWire, Number, Role
from lab.slow_motion.ops import Index, Op, comes_from, follows, ops_of
from lab.slow_motion.update import Update
from lab.slow_motion.windows import window_of
from netcore.trace import Quantity

Array = np.ndarray[Any, Any]
SUMMING = ("Dense", "Conv1D", "Conv2D")


@dataclass(eq=False)
class View:
    """Args:
    sample: place in the batch.
    chosen: quantity ("a1", "x") -> the number of it that the person looks at; of others one is found.
    """

    update: Update
    sample: int = 0
    chosen: Mapping[str, Index] = field(default_factory=dict)

    @cached_property
    def quantities(self) -> dict[str, Quantity]:
        return {quantity.name: quantity for quantity in self.update.trace}

    @cached_property
    def ops(self) -> list[Op]:
        return ops_of(self.update)

    @cached_property
    def sums(self) -> frozenset[str]:
        """What layers without an activation function give: their sums as they are, and not one a out of others."""
        return frozenset(op.out for op in self.ops if op.type in SUMMING and op.is_plain and op.function is None)

    def inside(self, op: Op, kind: str) -> list[Quantity]:
        """What a layer shows of its middle, of one kind: "mask", "statistic" and the like."""
        return [q for q in self.update.trace if q.layer == op.layer.name and q.kind == kind]

    # --- numbers

    def has(self, name: str) -> bool:
        return name in self.quantities

    def all(self, name: str) -> Array:
        """Of all samples."""
        return self.quantities[name].value

    def of(self, name: str) -> Array:
        """Of the sample."""
        return np.asarray(self.all(name)[self.sample])

    def at(self, name: str) -> float:
        """The number that is looked at."""
        return float(self.of(name)[self.focus[name]])

    def slope(self, name: str) -> Array | None:
        """Gradient of the loss with respect to a quantity, of all samples; None where nothing needs it."""
        return self.all(f"dL/d{name}") if self.has(f"dL/d{name}") else None

    def number(self, name: str, role: Role = "output", index: Index | None = None) -> Number:
        """A number of the sample as it stands in an equation, by default the one that is looked at."""
        place = self.focus[name] if index is None else index
        value = float(self.of(name)[place])
        return Number(value, role, self.sign(name, place), self.word(name, place))

    def slope_number(self, name: str, index: Index | None = None) -> Number:
        """The gradient with respect to a number of the sample."""
        place = self.focus[name] if index is None else index
        slope = self.slope(name)
        value = 0.0 if slope is None else float(slope[self.sample][place])
        return Number(value, "gradient", f"∂L/∂{self.sign(name, place)}")

    def sign(self, name: str, index: Index) -> str:
        """ "a_3": how an equation calls one number of a quantity."""
        letter = "x" if name.startswith("x") else "z" if name in self.sums else name[0]
        return f"{letter}_{places_text(index)}"

    def word(self, name: str, index: Index) -> str:
        """The column that an input is, as the person calls it."""
        columns = self.columns(name)
        return columns[index[-1]] if columns and len(index) == 1 else ""

    def columns(self, name: str) -> tuple[str, ...]:
        """Names of the numbers of an input; none where they have none."""
        if not self.is_input(name):
            return ()
        node = self.update.network.node(self.node_of(name))
        shape = self.of(name).shape
        names = self.update.dataset.feature_names
        group = self.update.dataset.groups.get(node.id)
        if group is not None and len(self.update.dataset.groups) > 1:
            names = tuple(names[int(place)] for place in group)
        return names if len(shape) == 1 and len(names) == shape[0] else ()

    # --- the path

    @cached_property
    def focus(self) -> dict[str, Index]:
        """Quantity -> the number of it that is looked at, found from the outputs back to the inputs."""
        chosen = dict(self.chosen)
        for op in self.ops:
            if op.ins[0] in chosen and op.out not in chosen:
                there = follows(op, chosen[op.ins[0]], self.of(op.ins[0]).shape, self.of(op.out).shape)
                if there is not None:
                    chosen[op.out] = there
        found: dict[str, Index] = {}
        for op in reversed(self.ops):
            if op.out not in found:
                found[op.out] = self._valid(op.out, chosen) or self._telling(op.out)
            for place, name in enumerate(op.ins):
                if name not in found:
                    found[name] = self._source(op, place, found[op.out], chosen)
        for name, quantity in self.quantities.items():
            if quantity.kind == "input" and name not in found:  # read inside a wrapper alone
                found[name] = self._valid(name, chosen) or self._telling(name)
        return found

    def _valid(self, name: str, chosen: Mapping[str, Index]) -> Index | None:
        index, shape = chosen.get(name), self.of(name).shape
        fits = index is not None and len(index) == len(shape)
        return index if fits and all(0 <= i < n for i, n in zip(index or (), shape, strict=True)) else None

    def _telling(self, name: str) -> Index:
        """The number of the sample that the loss depends on most; the largest where it depends on none."""
        slope = self.slope(name)
        size = np.abs(self.of(name) if slope is None or not slope[self.sample].any() else slope[self.sample])
        return tuple(map(int, np.unravel_index(int(np.nanargmax(np.nan_to_num(size))), size.shape)))

    def _source(self, op: Op, place: int, index: Index, chosen: Mapping[str, Index]) -> Index:
        """Of an input of an operation the number that is followed on."""
        name = op.ins[place]
        forced = comes_from(op, index, self.of(name).shape, self.of(op.out).shape) if len(op.ins) == 1 else None
        if forced is not None:
            return forced
        wanted = self._valid(name, chosen)
        if wanted is not None:
            return wanted
        if not op.is_plain:
            return self._telling(name)
        if op.type == "Concatenate":
            return self._side_by_side(op, place, index)
        if op.type == "Dense" and op.function is None:
            terms = np.abs(self.of(name)[index[:-1]] * op.layer.kernel[:, index[-1]])
            return (*index[:-1], int(np.argmax(np.nan_to_num(terms))))
        if op.layer.takes_indices:
            return index[:-1]
        window = window_of(op.layer, self.of(name), index)
        if window is not None:
            return window.largest(op.layer, index)
        if self.of(name).shape == self.of(op.out).shape:
            return index
        return self._telling(name)

    def _side_by_side(self, op: Op, place: int, index: Index) -> Index:
        """Of one of several inputs that lie side by side: the number followed, if it is there."""
        axis = int(op.layer.axis) % (len(index) + 1) - 1
        start = sum(self.of(name).shape[axis] for name in op.ins[:place])
        at = index[axis] - start
        inside = 0 <= at < self.of(op.ins[place]).shape[axis]
        return (*index[:axis], at, *index[axis + 1 :]) if inside else self._telling(op.ins[place])

    # --- the drawing

    def is_input(self, name: str) -> bool:
        return self.quantities[name].kind == "input"

    def node_of(self, name: str) -> str:
        """The drawn node that shows a quantity."""
        if self.is_input(name):
            place = [one for one in self.quantities.values() if one.kind == "input"].index(self.quantities[name])
            drawn = [node.id for node in self.update.network.nodes if not node.type and node.form != "end"]
            named = getattr(self.update.model, "input_names", [])[place : place + 1]
            return named[0] if named and named[0] in drawn else drawn[min(place, len(drawn) - 1)]
        return next((op.node for op in self.ops if op.out == name), "")

    def lit(self, name: str, role: Role, index: Index | None = None, value: float | None = None) -> Lit:
        """A unit of the drawing, with the number that stands beside it."""
        place = self.focus[name] if index is None else index
        number = float(self.of(name)[place]) if value is None else value
        return Lit(self.node_of(name), place[0] if len(place) == 1 else None, role, number)

    def wire(self, op: Op, i: int, j: int, role: Role) -> LitWire:
        return LitWire(self.node_of(op.ins[0]), op.node, i, j, role)


def places_text(index: Index) -> str:
    """Places counted from 1, as they stand below a letter."""
    return ",".join(str(place + 1) for place in index)
