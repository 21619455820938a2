"""One use of one operation: its buffers. Operations hold equations and weights, nodes what changes with the batch."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from netcore.config import Array


class Node:
    """Buffers of one use of an operation, for one batch size. The batch axis (n samples) is the last one everywhere.

    Attributes:
        x, y: input and output, (d, n) and (units, n) or of higher rank.
        dx, dy: gradient of the loss with respect to x and y; dx is None where nobody needs it.
        xs, ys, dxs, dys: the same as lists, for operations with several inputs or outputs.
        gradient: for each weight view of the layer the array that its gradient goes to.
        mask: (t, n) of bool, False where a time step of x is missing; None where all are there.
        masks: the same for each of several inputs.
        y_mask: the same for y, if the operation makes the mask: its forward fills it.
        repeats: columns of the batch axis for each sample, more than 1 where time steps count as samples: they lie
            step by step, the n samples of a step together.
        scratch: whatever the operation's `prepare` put there.
    """

    __slots__ = (
        "dx",
        "dxs",
        "dy",
        "dys",
        "gradient",
        "mask",
        "masks",
        "repeats",
        "scratch",
        "x",
        "xs",
        "y",
        "y_mask",
        "ys",
    )

    def __init__(self, xs: list[Array], ys: list[Array], dxs: list[Array | None], dys: list[Array]) -> None:
        self.xs, self.ys, self.dxs, self.dys = xs, ys, dxs, dys
        self.x: Array = xs[0]
        self.y: Array = ys[0]
        self.dx: Any = dxs[0] if dxs else None
        self.dy: Any = dys[0] if dys else None
        self.gradient: dict[str, Array] = {}
        self.mask: Array | None = None
        self.masks: list[Array | None] = []
        self.y_mask: Array | None = None
        self.repeats = 1
        self.scratch: Any = None


def spread_mask(mask: Array, ndim: int) -> Array:
    """(t, n) -> (t, 1, …, n), a view with that many axes."""
    return mask.reshape(*mask.shape[:-1], *(1,) * (ndim - mask.ndim), mask.shape[-1])


class Buffers:
    """Base of what an operation puts into `node.scratch` where a tuple of arrays is not enough."""


class Operation:
    """Something with a forward and a backward equation: a layer, or an activation function.

    Attributes:
        in_place: y may lie where x lies, because the derivative does not need x.
        needs_y: the derivative is computed from y, so that nothing may overwrite y before the way back.
        wants_ones: x must end in a row of ones (for a kernel with its bias as last row).
        keeps_mask: the time steps of y are those of x, so that the mask of x is the mask of y as well.
        reads_mask: a mask of x is needed here, and may end here.
        joins_masks: several inputs may come with masks of their own, of which `join_masks` makes that of y.
        makes_mask: forward finds out which time steps are missing, and fills node.y_mask.
        stackable: right, as it is written, for several networks at once, with one more axis in front of everything:
            x (s, d, n), y (s, units, n), weights (s, …).
        identity: y = x, a seam or a mark in the graph: whoever explains the network looks through it.
        takes_largest: y holds the largest of several numbers of x, so that a relu may as well come after it.
        stateful: a batch starts from the state that the one before has left.
        taped: forward and backward ask the same functions of NumPy at every step, with the same arrays, whatever
            numbers they hold, so that the calls can be written down and played (see tape.py).
    """

    in_place: bool = False
    needs_y: bool = False
    wants_ones: bool = False
    keeps_mask: bool = False
    reads_mask: bool = False
    joins_masks: bool = False
    makes_mask: bool = False
    stackable: bool = False
    identity: bool = False
    takes_largest: bool = False
    stateful: bool = False
    taped: bool = False

    def masks_output(self, masked: list[bool]) -> bool:
        """Whether y comes with a mask, given which of the inputs do."""
        return self.makes_mask or (self.keeps_mask and all(masked))

    def join_masks(self, node: Node, out: Array) -> None:
        """Write the mask of y, with as many of its axes as the masks of the inputs have.

        Unless an operation says otherwise, a step is there if any of the inputs has it.
        """
        out.fill(False)
        for mask in node.masks:
            if mask is not None:
                np.logical_or(out, spread_mask(mask, out.ndim), out)

    def prepare(self, node: Node, *, training: bool) -> None:
        """Allocate `node.scratch`, once for each batch size."""

    def scratch_numbers(self, x: tuple[int, ...], y: tuple[int, ...], *, training: bool) -> int:
        """How many numbers `prepare` takes for one sample, about, where that may be far more than x and y hold.

        Args:
            x, y: shape of one sample of the (first) input and output.
        """
        return 0

    def multiplications(self, x: tuple[int, ...], y: tuple[int, ...]) -> int:
        """How many one sample costs on the way forward, about, where that may be far more than x and y hold.

        Args:
            x, y: as in `scratch_numbers`.
        """
        return 0

    def shape_before(self, shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Shape of the input, given that of the output: the same, but for functions that join features (glu)."""
        return shape

    def inside(self, node: Node) -> Iterator[tuple[str, str, Array]]:
        """After forward, for those who explain the network: (kind, sign, array) of what the equations name on the way.

        The kind is one of those of `trace.Quantity`, the sign that of the equation, the batch axis the array's last,
        with size 1 where all samples share a number.
        """
        return iter(())

    def inside_gradients(self, node: Node) -> Iterator[tuple[str, Array]]:
        """After backward: (sign, gradient of the loss with respect to that array of `inside`)."""
        return iter(())

    def forward(self, node: Node, *, training: bool) -> None:
        """Write node.y from node.x."""
        raise NotImplementedError

    def backward(self, node: Node) -> None:
        """Write node.dx and the weights' gradients from node.dy."""
        raise NotImplementedError
