"""Programs with recurrent layers and masks that run on Keras and on netcore alike; `k` is the library.

Each case gives a compiled model with one or several inputs. Weights and data are drawn from the case's name, so that
the golden file has to hold results only.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

N, T, D = 4, 5, 3  # samples, time steps, features
CASES: dict[str, "Case"] = {}
TRAINED = (  # cases whose history over several batches is looked at as well
    "LSTM-plain",
    "Bidirectional-concat-sequences-gaps",
    "TimeDistributed-Dense-gaps",
    "merged-branches-gaps",
    "tagging",
    "loss-sum_over_batch_size-weighted",
    "loss-sum",
    "loss-mean_with_sample_weight-weighted",
)


@dataclass
class Case:
    """`build(k)` makes the model; `data(rng)` gives x, y and, if wanted, sample weights."""

    build: Callable[[Any], Any]
    data: Callable[[np.random.Generator], tuple[Any, Any, Any]]


def rng_of(name: str) -> np.random.Generator:
    return np.random.default_rng(zlib.crc32(name.encode()))


def start_weights(name: str, model: Any) -> list[np.ndarray]:
    """Weights for the model, the same in both libraries."""
    rng = rng_of("weights of " + name)
    return [rng.normal(size=weight.shape) * 0.6 for weight in model.get_weights()]


def trained(name: str, model: Any) -> dict[str, list[float]]:
    """History of two epochs from the start weights on."""
    model.set_weights(start_weights(name, model))
    model.optimizer.learning_rate = 0.1
    x, y, weight = CASES[name].data(rng_of(name))
    history = model.fit(
        x, y, sample_weight=weight, batch_size=3, epochs=2, shuffle=False, validation_data=(x, y), verbose=0
    )
    values: dict[str, list[float]] = history.history
    return values


def numbers(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.normal(size=shape)


def with_gaps(rng: np.random.Generator, n: int = N, t: int = T, d: int = D) -> np.ndarray:
    """Sequences with missing steps: at the beginning, in between, at the end; one sample has none, one nothing else."""
    x = numbers(rng, n, t, d)
    x[0, -2:] = 0
    x[1, :2] = 0
    x[1, 3] = 0
    x[-1] = 0
    return x


def words(rng: np.random.Generator) -> np.ndarray:
    x = rng.integers(1, 7, (N, T))
    x[0, 3:] = 0
    x[1, 0] = 0
    return x.astype(float)


def compiled(model: Any, loss: Any = "mse", metric: str = "mae") -> Any:
    model.compile("sgd", loss, metrics=None if isinstance(loss, list) and len(loss) > 1 else [metric])
    return model


def stack(
    name: str, *make: Callable[[Any], Any], gaps: bool = False, sequence: bool = False, shape: Any = (T, D)
) -> None:
    """A case: the layers one behind the other, Dense(2) and mean squared error at the end."""

    def build(k: Any) -> Any:
        layers = [k.layers.Input(shape)] + ([k.layers.Masking()] if gaps else [])
        return compiled(k.Sequential([*layers, *(one(k.layers) for one in make), k.layers.Dense(2)]))

    def data(rng: np.random.Generator) -> tuple[Any, Any, Any]:
        x = with_gaps(rng) if gaps else numbers(rng, N, *shape)
        return x, numbers(rng, N, T, 2) if sequence else numbers(rng, N, 2), None

    CASES[name] = Case(build, data)


def cell_cases() -> None:
    variants: dict[str, dict[str, Any]] = {
        "plain": {},
        "sequences": {"return_sequences": True},
        "backwards": {"return_sequences": True, "go_backwards": True},
        "no-bias": {"use_bias": False},
        "relu": {"activation": "relu"},
        "unroll": {"unroll": True, "return_sequences": True},
    }
    gated = {
        "hard-gates": {"recurrent_activation": "hard_sigmoid", "activation": "softsign"},
        "silu": {"recurrent_activation": "silu", "activation": "elu", "return_sequences": True},
    }
    own = {
        "SimpleRNN": {},
        "LSTM": {**gated, "no-forget": {"unit_forget_bias": False}},
        "GRU": {
            **gated,
            "before": {"reset_after": False},
            "before-sequences": {"reset_after": False, "return_sequences": True, "go_backwards": True},
            "before-no-bias": {"reset_after": False, "use_bias": False},
        },
    }
    for cell, more in own.items():
        for variant, arguments in {**variants, **more}.items():
            sequence = arguments.get("return_sequences", False)
            for gaps in (False, True):
                stack(
                    f"{cell}-{variant}{'-gaps' if gaps else ''}",
                    lambda layers, cell=cell, arguments=arguments: getattr(layers, cell)(3, **arguments),
                    gaps=gaps,
                    sequence=sequence,
                )
        stack(
            f"{cell}-twice-gaps",
            lambda layers, cell=cell: getattr(layers, cell)(3, return_sequences=True),
            lambda layers, cell=cell: getattr(layers, cell)(2),
            gaps=True,
        )


def bidirectional_cases() -> None:
    for mode in ("concat", "sum", "mul", "ave"):
        for sequence in (False, True):
            for gaps in (False, True):
                stack(
                    f"Bidirectional-{mode}{'-sequences' if sequence else ''}{'-gaps' if gaps else ''}",
                    lambda layers, mode=mode, sequence=sequence: layers.Bidirectional(
                        layers.LSTM(2, return_sequences=sequence), merge_mode=mode
                    ),
                    gaps=gaps,
                    sequence=sequence,
                )
    stack(
        "Bidirectional-two-layers",
        lambda layers: layers.Bidirectional(
            layers.GRU(2, return_sequences=True),
            backward_layer=layers.SimpleRNN(2, return_sequences=True, go_backwards=True),
        ),
        gaps=True,
        sequence=True,
    )


def time_distributed_cases() -> None:
    stack(
        "TimeDistributed-Dense-gaps",
        lambda layers: layers.LSTM(3, return_sequences=True),
        lambda layers: layers.TimeDistributed(layers.Dense(4, activation="sigmoid")),
        gaps=True,
        sequence=True,
    )
    stack(
        "TimeDistributed-LSTM",
        lambda layers: layers.TimeDistributed(layers.LSTM(3)),
        shape=(T, 2, D),
        sequence=True,
    )
    stack(
        "TimeDistributed-Conv2D",
        lambda layers: layers.TimeDistributed(layers.Conv2D(2, 2)),
        lambda layers: layers.TimeDistributed(layers.Flatten()),
        lambda layers: layers.GRU(3),
        shape=(T, 3, 3, 2),
    )


def several_outputs(
    name: str, draw: Callable[[Any, Any], list[Any]], widths: list[tuple[int, ...]], gaps: bool
) -> None:
    """A functional case: every output has a mean squared error of its own."""

    def build(k: Any) -> Any:
        start = k.layers.Input((T, D), name="x")
        outputs = draw(k.layers, k.layers.Masking()(start) if gaps else start)
        return compiled(k.Model(start, outputs), ["mse"] * len(outputs))

    def data(rng: np.random.Generator) -> tuple[Any, Any, Any]:
        x = with_gaps(rng) if gaps else numbers(rng, N, T, D)
        return x, [numbers(rng, N, *width) for width in widths], None

    CASES[name] = Case(build, data)


def functional_cases() -> None:
    def states(cell: str, **arguments: Any) -> Callable[[Any, Any], list[Any]]:
        return lambda layers, x: list(getattr(layers, cell)(3, return_state=True, **arguments)(x))

    for gaps in (False, True):
        mark = "-gaps" if gaps else ""
        several_outputs(f"LSTM-states{mark}", states("LSTM"), [(3,)] * 3, gaps)
        several_outputs(
            f"GRU-states{mark}", states("GRU", return_sequences=True, go_backwards=True), [(T, 3), (3,)], gaps
        )
        several_outputs(
            f"Bidirectional-states{mark}",
            lambda layers, x: list(layers.Bidirectional(layers.LSTM(2, return_state=True))(x)),
            [(4,), (2,), (2,), (2,), (2,)],
            gaps,
        )
        several_outputs(
            f"Bidirectional-None{mark}",
            lambda layers, x: list(layers.Bidirectional(layers.LSTM(2, return_sequences=True), merge_mode=None)(x)),
            [(T, 2), (T, 2)],
            gaps,
        )

    def two_branches(layers: Any, x: Any) -> list[Any]:
        ahead = layers.LSTM(2, return_sequences=True)(x)
        both = layers.Add()([ahead, layers.Dense(2)(x)])
        return [layers.Concatenate()([both, layers.GRU(2, return_sequences=True)(both)])]

    several_outputs("merged-branches-gaps", two_branches, [(T, 4)], True)

    def encoder_decoder(k: Any) -> Any:
        start, target = k.layers.Input((T, D), name="a"), k.layers.Input((4, 2), name="b")
        _, h, c = k.layers.LSTM(3, return_state=True)(k.layers.Masking()(start))
        answers = k.layers.LSTM(3, return_sequences=True)(target, initial_state=[h, c])
        first = k.layers.Bidirectional(k.layers.GRU(3))(target, initial_state=[h, c])
        return compiled(k.Model([start, target], [k.layers.Dense(2)(answers), first]), ["mse", "mse"])

    CASES["encoder-decoder"] = Case(
        encoder_decoder,
        lambda rng: ([with_gaps(rng), numbers(rng, N, 4, 2)], [numbers(rng, N, 4, 2), numbers(rng, N, 6)], None),
    )

    def two_masks(k: Any) -> Any:
        a, b = k.layers.Input((T, D), name="a"), k.layers.Input((T, D), name="b")
        masked = [k.layers.Masking()(a), k.layers.Masking()(b)]
        return compiled(k.Model([a, b], k.layers.LSTM(2, return_sequences=True)(k.layers.Add()(masked))))

    def two_gaps(rng: np.random.Generator) -> tuple[Any, Any, Any]:
        b = numbers(rng, N, T, D)
        b[:, 1] = 0
        b[0, 3] = 0
        return [with_gaps(rng), b], numbers(rng, N, T, 2), None

    CASES["two-masks"] = Case(two_masks, two_gaps)


def embedding_cases() -> None:
    def classify(mask_zero: bool, *make: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def build(k: Any) -> Any:
            start = [k.layers.Input((T,)), k.layers.Embedding(7, 3, mask_zero=mask_zero)]
            model = k.Sequential([*start, *(one(k.layers) for one in make), k.layers.Dense(1, activation="sigmoid")])
            return compiled(model, "binary_crossentropy")

        return build

    def data(rng: np.random.Generator) -> tuple[Any, Any, Any]:
        return words(rng), rng.integers(0, 2, (N, 1)).astype(float), rng.uniform(0.5, 2, N)

    for mask_zero in (False, True):
        mark = "-mask" if mask_zero else ""
        CASES[f"Embedding-LSTM{mark}"] = Case(classify(mask_zero, lambda layers: layers.LSTM(3)), data)
        CASES[f"Embedding-mean{mark}"] = Case(classify(mask_zero, lambda layers: layers.GlobalAveragePooling1D()), data)

    def tag(k: Any) -> Any:
        layers = k.layers
        model = k.Sequential(
            [
                layers.Input((T,)),
                layers.Embedding(7, 3, mask_zero=True),
                layers.Bidirectional(layers.LSTM(2, return_sequences=True)),
                layers.Dense(3, activation="softmax"),
            ]
        )
        return compiled(model, "sparse_categorical_crossentropy", "accuracy")

    CASES["tagging"] = Case(tag, lambda rng: (words(rng), rng.integers(0, 3, (N, T)).astype(float), None))


def loss_cases() -> None:
    """Losses over steps of which some are missing."""
    for reduction in ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight"):
        for weighted in (False, True):

            def build(k: Any, reduction: str = reduction) -> Any:
                layers = k.layers
                model = k.Sequential([layers.Input((T, D)), layers.Masking(), layers.GRU(2, return_sequences=True)])
                return compiled(model, k.losses.MeanAbsoluteError(reduction=reduction))

            def data(rng: np.random.Generator, weighted: bool = weighted) -> tuple[Any, Any, Any]:
                return with_gaps(rng), numbers(rng, N, T, 2), rng.uniform(0.5, 2, (N, T)) if weighted else None

            CASES[f"loss-{reduction}{'-weighted' if weighted else ''}"] = Case(build, data)


for _add in (cell_cases, bidirectional_cases, time_distributed_cases, functional_cases, embedding_cases, loss_cases):
    _add()
