"""The loss bench: what every loss of netcore says about a prediction, and in which direction it pushes.

All numbers are netcore's own: losses and activation functions are run on arrays, nothing is written down again. The
scores are what the last layer computes before its activation; the gradient is the loss's slope along them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, product
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from lab.insight.ctc import BLANK
from netcore import Input, Model, layers
from netcore.activations import ACTIVATIONS
from netcore.losses import CTC, LOSSES, Loss
from netcore.node import Node

Array = npt.NDArray[Any]
Problem = Literal["regression", "binary", "categorical", "outputs", "ctc"]
Combine = Literal["sum", "mean"]

PROBLEMS: Final[tuple[Problem, ...]] = ("regression", "binary", "categorical", "outputs", "ctc")
ACTIVATION: Final = {"regression": "linear", "binary": "sigmoid", "categorical": "softmax"}
REACH: Final = {"regression": 4.0, "binary": 6.0, "categorical": 6.0}  # scores go from -REACH to REACH
# by a loss's targets: on which problem it is shown
SHOWN_ON: Final[dict[str, Problem]] = {
    "numbers": "regression",
    "yes_no": "binary",
    "classes": "categorical",
    "vectors": "categorical",  # of a single number only its sign would count
    "labels": "ctc",
}
# shown for what goes wrong
GUESTS: Final[dict[Problem, tuple[str, ...]]] = {"binary": ("MeanSquaredError",), "categorical": ("MeanSquaredError",)}
POINTS: Final = 121
POLE: Final = 0.01  # share of the points that a picture may leave out at either end
SPREAD: Final = 6.0  # a curve this many times higher than the usual one hides the others


@dataclass(frozen=True)
class Read:
    """What one loss says about n predictions.

    Args:
        values: (n,) loss of each.
        outputs: (n, k) what comes out of the activation.
        gradient: (n, k) slope of each loss along the scores.
    """

    values: Array
    outputs: Array
    gradient: Array


@dataclass(frozen=True)
class Scene:
    """One prediction, and what all losses of a problem make of it.

    Args:
        scores: (k,) of the prediction; `moved` is the one that the curves go along.
        grid: (POINTS,) the values that it takes on the curves, the others stay.
        shares: (k,) what comes out of the problem's activation.
        here: loss -> what it says about the prediction (n = 1).
        along: loss -> what it says over the grid.
    """

    scores: Array
    moved: int
    grid: Array
    shares: Array
    here: dict[str, Read]
    along: dict[str, Read]

    @property
    def at(self) -> float:
        """Where the prediction stands on the grid."""
        return float(self.scores[self.moved])

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.along)

    def push(self, name: str) -> list[float]:
        """Slope of a loss along each of the scores."""
        return [float(value) for value in self.here[name].gradient[0]]

    def numbers(self, name: str) -> tuple[float | None, float | None]:
        """Loss, and its slope along the moved score; None where the loss is not defined."""
        found = float(self.here[name].values[0]), float(self.here[name].gradient[0, self.moved])
        loss, slope = (value if np.isfinite(value) else None for value in found)
        return loss, slope

    @property
    def legible(self) -> tuple[str, ...]:
        """Names of those whose curves can share one axis: none is SPREAD times as high as is usual among them."""
        heights = {name: float(np.nanmax(np.abs(one.values), initial=0.0)) for name, one in self.along.items()}
        usual = float(np.median(list(heights.values())))
        return tuple(name for name, height in heights.items() if height <= SPREAD * usual)

    def span(self, names: Sequence[str], quantity: Literal["loss", "gradient"]) -> tuple[float, float]:
        """Lowest and highest value that a picture of these losses needs; a pole is cut off."""
        found = [self.along[name] for name in names]
        values = np.concatenate([one.values if quantity == "loss" else one.gradient[:, self.moved] for one in found])
        low, high = np.nanquantile(values, POLE), np.nanquantile(values, 1 - POLE)
        room = max(high - low, 1e-6) * 0.08
        return float(low - room), float(high + room)


def problem_of(name: str) -> Problem:
    """The problem on which a registered loss is shown."""
    return SHOWN_ON[LOSSES.get(name).targets]


def losses_for(problem: Problem) -> tuple[str, ...]:
    """Names of the losses shown on a problem, guests last."""
    own = tuple(cls.__name__ for cls in LOSSES if problem_of(cls.__name__) == problem)
    return own + GUESTS.get(problem, ())


def scene(problem: Problem, y_true: Sequence[float], scores: Sequence[float], moved: int = 0) -> Scene:
    """Everything that a screen shows of a prediction.

    Args:
        y_true: (k,) the target; one-hot for classes.
        scores: (k,) of the prediction.
    """
    target, here = np.array(y_true, np.float64), np.array([scores], np.float64)
    grid = np.linspace(-REACH[problem], REACH[problem], POINTS)
    many = np.repeat(here, POINTS, axis=0)
    many[:, moved] = grid
    names = losses_for(problem)
    return Scene(
        here[0],
        moved,
        grid,
        _after(ACTIVATION[problem], np.ascontiguousarray(here.T)).y[:, 0],
        {name: read(name, problem, target, here) for name in names},
        {name: read(name, problem, target, many) for name in names},
    )


def read(name: str, problem: Problem, y_true: Array, scores: Array) -> Read:
    """One loss on scores (n, k); `y_true` (k,) is one target for all of them."""
    loss: Loss = LOSSES.get(name)()
    target = np.array([y_true.argmax()], np.float64) if loss.sparse else y_true
    columns = np.ascontiguousarray(scores.T)  # (k, n), as inside netcore
    takes_scores = loss.targets in ("yes_no", "classes") and loss.probabilities is None
    activation = "linear" if takes_scores else ACTIVATION[problem]
    node = _after(activation, columns)
    encoded = loss.encode(np.repeat(target[:, np.newaxis], columns.shape[1], axis=1), len(columns))
    values = np.empty(columns.shape[1])
    with np.errstate(all="ignore"):  # a loss that is not defined for a prediction says NaN there
        loss.values(encoded, node.y, values)
        loss.gradient(encoded, node.y, np.asarray(loss.gradient_factor(len(columns))), node.dy)
        ACTIVATIONS.get(activation).backward(node)
    return Read(values, node.y.T, np.where(np.isnan(values), np.nan, node.dx).T)


def _after(activation: str, scores: Array) -> Node:
    """A use of an activation function on scores (k, n), run forwards."""
    node = Node([scores], [np.empty_like(scores)], [np.empty_like(scores)], [np.empty_like(scores)])
    function = ACTIVATIONS.get(activation)
    function.prepare(node, training=True)
    function.forward(node, training=True)
    return node


# --- several outputs


@dataclass(frozen=True)
class Outputs:
    """Two outputs, each with its own loss and weight, as one training step sees them; dicts go by the output's name.

    Args:
        losses: of each output by itself.
        parts: what each adds to the total.
        total: what is minimised.
        gradient: slope of the total along the score of each output.
    """

    losses: dict[str, float]
    parts: dict[str, float]
    total: float
    gradient: dict[str, float]


OUTPUTS: Final = {"temperature": ("linear", "mse"), "rain": ("sigmoid", "binary_crossentropy")}


def outputs(scores: Sequence[float], targets: Sequence[float], weights: Sequence[float], combine: Combine) -> Outputs:
    """A netcore model whose two layers hand the scores through, asked what one update would see."""
    inputs = [Input((1,), name=f"x_{name}") for name in OUTPUTS]
    made = [
        layers.Dense(1, activation, use_bias=False, kernel_initializer="ones", name=name)(one)
        for (name, (activation, _loss)), one in zip(OUTPUTS.items(), inputs, strict=True)
    ]
    model = Model(inputs, made)
    losses = [loss for _activation, loss in OUTPUTS.values()]
    model.compile("sgd", losses, loss_weights=list(weights), combine_losses=combine)
    x, y = ([np.array([[value]], np.float32) for value in values] for values in (scores, targets))
    trace = model.trace(x, y)
    each = [float(trace[f"L{place}"]) for place in (1, 2)]
    shared = len(each) if combine == "mean" else 1
    parts = [weight * loss / shared for weight, loss in zip(weights, each, strict=True)]
    # of the score where the activation bends, of the output where it is linear and both are the same
    slopes = {one.layer: one.value.item() for one in trace if one.name.startswith(("dL/da", "dL/dz"))}
    return Outputs(
        dict(zip(OUTPUTS, each, strict=True)), dict(zip(OUTPUTS, parts, strict=True)), float(trace["L"]), slopes
    )


# --- CTC

LETTERS: Final = ("–", "A", "B")  # the blank first
WORDS: Final[dict[str, tuple[int, ...]]] = {"A": (1,), "AB": (1, 2), "AA": (1, 1), "BA": (2, 1)}
FIRST_SCORES: Final = ((0.0, 2.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 2.0), (1.0, 0.0, 0.0))  # reads A A B –


@dataclass(frozen=True)
class Path:
    """One alignment: its letters, its probability, and its share of all that read as the word."""

    text: str
    probability: float
    share: float


@dataclass(frozen=True)
class Alignments:
    """Everything that CTC sums up.

    Args:
        probabilities: (t, k) of each class at each time step.
        gradient: (t, k) slope of the loss along the scores.
        loss: -log of `total`.
        total: sum of the probabilities of all paths.
        paths: those that read as the word, the likeliest first.
        said: what the likeliest class of each step reads as.
    """

    probabilities: Array
    gradient: Array
    loss: float
    total: float
    paths: tuple[Path, ...]
    said: str


def collapse(path: Sequence[int]) -> tuple[int, ...]:
    """What a path reads as: repeats merged, then blanks dropped."""
    return tuple(letter for letter, _ in groupby(path) if letter != BLANK)


def alignments(scores: Sequence[Sequence[float]], word: str) -> Alignments:
    """CTC on scores (t, k) of one short sequence."""
    loss, columns = CTC(), np.array(scores, np.float64)[..., np.newaxis]  # (t, k, 1)
    label = WORDS[word]
    target = np.array(label, np.float64)[:, np.newaxis, np.newaxis]  # (l, 1, 1)
    value, gradient = np.empty(1), np.empty_like(columns)
    loss.values(target, columns, value)
    loss.gradient(target, columns, np.ones(1), gradient)
    shares = np.asarray(ACTIVATIONS.get("softmax")(columns[..., 0]))
    steps, classes = shares.shape
    found = {
        path: float(shares[range(steps), path].prod())
        for path in product(range(classes), repeat=steps)
        if collapse(path) == label
    }
    total = sum(found.values())
    best = sorted(found, key=lambda path: -found[path])
    return Alignments(
        shares,
        gradient[..., 0],
        float(value[0]),
        total,
        tuple(Path(_letters(path), found[path], found[path] / total) for path in best),
        _letters(collapse([int(letter) for letter in shares.argmax(axis=1)])),
    )


def _letters(path: Sequence[int]) -> str:
    return "".join(LETTERS[letter] for letter in path)
