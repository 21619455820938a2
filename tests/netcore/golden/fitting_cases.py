"""Programs around fit that run on Keras and on netcore alike; `k` is the library. Each gives its numbers by name.

Weights and data are drawn from the program's name, so that the golden file has to hold results only.
"""

import csv
import inspect
import itertools
import tempfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

N, D = 22, 3
Numbers = dict[str, Any]
PROGRAMS: dict[str, Callable[[Any], Numbers]] = {}


def program(function: Callable[[Any], Numbers]) -> Callable[[Any], Numbers]:
    PROGRAMS[function.__name__] = function
    return function


def rng_of(name: str) -> np.random.Generator:
    return np.random.default_rng(zlib.crc32(name.encode()))


def started(model: Any, name: str) -> Any:
    """The model with weights of that name, the same in both libraries."""
    rng = rng_of("weights of " + name)
    model.set_weights(
        [np.abs(rng.normal(size=w.shape)) * 0.5 + 0.1 * rng.normal(size=w.shape) for w in model.get_weights()]
    )
    return model


def net(k: Any, *, hidden: Numbers | None = None, last: str | None = None, width: int = 1) -> Any:
    """3-4-width, tanh inside."""
    layers = k.layers
    inner = layers.Dense(4, activation="tanh", **(hidden or {}))
    model = k.Sequential([layers.Input((D,)), inner, layers.Dense(width, activation=last)])
    return started(model, inspect.stack()[1].function)


def data(width: int = 1, n: int = N) -> tuple[np.ndarray, np.ndarray]:
    rng = rng_of(f"data {width} {n}")
    return rng.normal(size=(n, D)), rng.normal(size=(n, width))


def fitted(k: Any, model: Any, *, rate: float = 0.1, loss: Any = "mse", metrics: Any = ("mae",), **fit: Any) -> Numbers:
    """History of three epochs in batches of 5, then weights and evaluation."""
    model.compile(k.optimizers.SGD(rate, momentum=0.5), loss, metrics=list(metrics))
    x, y = fit.pop("x", None), fit.pop("y", None)
    x, y = (*data(model.output_shape[-1]),) if x is None else (x, y)
    options = {"batch_size": 5, "epochs": 3, "shuffle": False, "verbose": 0, **fit}
    return {**numbers_of(model.fit(x, y, **options), model), "evaluate": model.evaluate(*data(), verbose=0)}


def numbers_of(history: Any, model: Any) -> Numbers:
    found = {f"history/{name}": values for name, values in history.history.items()}
    return found | {f"weights/{index}": weight for index, weight in enumerate(model.get_weights())}


# --- penalties and bounds


@program
def l2_on_the_kernel(k: Any) -> Numbers:
    return fitted(k, net(k, hidden={"kernel_regularizer": "l2"}), validation_split=0.3)


@program
def l1_on_kernel_and_bias(k: Any) -> Numbers:
    one = k.regularizers.L1(0.02)
    return fitted(k, net(k, hidden={"kernel_regularizer": one, "bias_regularizer": one}))


@program
def l1l2_on_kernel_and_outputs(k: Any) -> Numbers:
    hidden = {"kernel_regularizer": k.regularizers.L1L2(0.01, 0.03), "activity_regularizer": k.regularizers.L2(0.05)}
    return fitted(k, net(k, hidden=hidden), validation_data=data(n=9))


@program
def l1_on_outputs(k: Any) -> Numbers:
    return fitted(k, net(k, hidden={"activity_regularizer": "l1"}))


@program
def a_frozen_weight_has_no_penalty(k: Any) -> Numbers:
    model = net(k, hidden={"kernel_regularizer": "l2", "trainable": False})
    return fitted(k, model)


@program
def penalties_of_other_layers(k: Any) -> Numbers:
    layers, l2 = k.layers, k.regularizers.L2(0.1)
    words = layers.Embedding(6, 3, embeddings_regularizer=l2, embeddings_constraint="max_norm")
    rnn = layers.LSTM(3, kernel_regularizer=l2, recurrent_regularizer="l1", bias_regularizer=l2, return_sequences=True)
    conv = layers.Conv1D(3, 2, kernel_regularizer=l2, kernel_constraint=k.constraints.MaxNorm(0.7, axis=[0, 1]))
    norm = layers.LayerNormalization(gamma_regularizer=l2, beta_constraint="non_neg")
    gru = layers.GRU(2, recurrent_constraint="unit_norm", activity_regularizer=l2)
    model = k.Sequential([layers.Input((5,)), words, rnn, conv, norm, gru, layers.PReLU(alpha_regularizer=l2)])
    started(model, "others")
    model.compile("sgd", "mse")
    rng = rng_of("others")
    x, y = rng.integers(0, 6, (9, 5)).astype(float), rng.normal(size=(9, 2))
    return numbers_of(model.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0), model)


def _bounded(make: Callable[[Any], Any]) -> Callable[[Any], Numbers]:
    return lambda k: fitted(k, net(k, hidden={"kernel_constraint": make(k), "bias_constraint": "non_neg"}), rate=0.5)


PROGRAMS["max_norm"] = _bounded(lambda k: k.constraints.MaxNorm(0.6))
PROGRAMS["max_norm_of_rows"] = _bounded(lambda k: k.constraints.MaxNorm(0.6, axis=1))
PROGRAMS["non_neg"] = _bounded(lambda k: k.constraints.NonNeg())
PROGRAMS["unit_norm"] = _bounded(lambda k: "unit_norm")
PROGRAMS["min_max_norm"] = _bounded(lambda k: k.constraints.MinMaxNorm(0.5, 0.7, rate=0.4))


# --- weights of samples


def two_outputs(k: Any) -> Any:
    layers = k.layers
    start = layers.Input((D,), name="x")
    hidden = layers.Dense(4, activation="tanh", name="hidden", kernel_regularizer="l2")(start)
    outputs = [layers.Dense(1, name="p")(hidden), layers.Dense(2, name="q")(hidden)]
    model = started(k.Model(start, outputs), "two outputs")
    model.compile(
        "sgd", ["mse", "mae"], loss_weights=[1.0, 0.5], metrics=[["mae"], ["mse"]], weighted_metrics=[["mse"], []]
    )
    return model


def weights_for(n: int = N) -> np.ndarray:
    return rng_of("weights").uniform(0.2, 2, n)


@program
def one_weight_for_all_outputs(k: Any) -> Numbers:
    model, (x, y), (_, z) = two_outputs(k), data(), data(2)
    options = {"batch_size": 5, "epochs": 2, "shuffle": False, "verbose": 0}
    return numbers_of(model.fit(x, [y, z], sample_weight=weights_for(), validation_split=0.2, **options), model)


@program
def a_list_of_weights_by_output(k: Any) -> Numbers:
    model, (x, y), (_, z) = two_outputs(k), data(), data(2)
    weights = [weights_for(), weights_for()[::-1].copy()]
    history = model.fit(
        x, [y, z], 5, 2, verbose=0, shuffle=False, sample_weight=weights, validation_data=(x, [y, z], weights)
    )
    answers = model.evaluate(x, [y, z], sample_weight=weights, verbose=0, return_dict=True)
    return {**numbers_of(history, model), **{f"evaluate/{name}": value for name, value in answers.items()}}


@program
def weights_of_time_steps(k: Any) -> Numbers:
    layers = k.layers
    model = started(k.Sequential([layers.Input((4, D)), layers.Dense(2)]), "steps")
    model.compile("sgd", "mse", weighted_metrics=["mae"])
    rng = rng_of("steps")
    x, y, weight = rng.normal(size=(9, 4, D)), rng.normal(size=(9, 4, 2)), rng.uniform(0.1, 2, (9, 4))
    return numbers_of(model.fit(x, y, 4, 2, verbose=0, shuffle=False, sample_weight=weight), model)


@program
def weights_by_class(k: Any) -> Numbers:
    rng = rng_of("classes")
    y = np.eye(3)[rng.integers(0, 3, N)]
    model = net(k, last="softmax", width=3)
    model.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])
    return numbers_of(model.fit(data()[0], y, 5, 2, verbose=0, shuffle=False, class_weight={0: 2.0, 2: 0.5}), model)


@program
def an_output_without_a_loss(k: Any) -> Numbers:
    layers = k.layers
    start = layers.Input((D,))
    hidden = layers.Dense(4, activation="tanh")(start)
    model = started(k.Model(start, [layers.Dense(1, name="p")(hidden), layers.Dense(2, name="q")(hidden)]), "none")
    model.compile("sgd", ["mse", None])
    x, y = data()
    return numbers_of(model.fit(x, [y], 5, 2, verbose=0, shuffle=False), model)


# --- batches one by one


def batches(*, weighted: bool = False) -> Iterator[Any]:
    x, y = data()
    weight = weights_for()
    for start in itertools.cycle(range(0, N, 4)):
        rows = slice(start, start + 4)
        yield (x[rows], y[rows], weight[rows]) if weighted else (x[rows], y[rows])


@program
def a_generator(k: Any) -> Numbers:
    return fitted(k, net(k), x=batches(), steps_per_epoch=4, batch_size=None)


@program
def a_generator_with_weights_and_one_for_validation(k: Any) -> Numbers:
    more = {"validation_data": batches(), "validation_steps": 3, "batch_size": None}
    return fitted(k, net(k), x=batches(weighted=True), steps_per_epoch=3, **more)


@program
def steps_per_epoch_of_arrays(k: Any) -> Numbers:
    x, y = data()
    return fitted(k, net(k), x=x, y=y, steps_per_epoch=2, validation_data=data(n=9), validation_steps=1, epochs=2)


@program
def validation_now_and_then(k: Any) -> Numbers:
    more = {"validation_data": data(n=9), "validation_batch_size": 2, "epochs": 5}
    return {
        **{f"every second/{name}": value for name, value in fitted(k, net(k), validation_freq=2, **more).items()},
        **{f"listed/{name}": value for name, value in fitted(k, net(k), validation_freq=[1, 4], **more).items()},
    }


@program
def batch_by_batch(k: Any) -> Numbers:
    model = net(k, hidden={"kernel_regularizer": "l2"})
    x, y = data()
    model.compile("sgd", "mse", metrics=["mae"])
    trained = [model.train_on_batch(x[i : i + 5], y[i : i + 5]) for i in (0, 5, 10)]
    tested = [model.test_on_batch(x[:7], y[:7], sample_weight=weights_for()[:7])]
    model.reset_metrics()
    tested.append(model.test_on_batch(x[:7], y[:7]))
    model.fit(x, y, 5, 1, verbose=0, shuffle=False)
    after_fit = model.train_on_batch(x[:3], y[:3])
    named = model.train_on_batch(x, y, return_dict=True)
    return {
        "trained": trained,
        "tested": tested,
        "after_fit": after_fit,
        "named": [named[name] for name in sorted(named)],
        "predicted": model.predict_on_batch(x[:2]),
    }


@program
def steps_of_evaluate_and_predict(k: Any) -> Numbers:
    model = net(k)
    model.compile("sgd", "mse", metrics=["mae"])
    x, y = data()
    return {
        "evaluate": model.evaluate(x, y, batch_size=4, steps=2, verbose=0),
        "generator": model.evaluate(batches(), steps=3, verbose=0),
        "predict": model.predict(x, batch_size=4, steps=2, verbose=0),
        "predict generator": model.predict(batches(), steps=3, verbose=0),
    }


@program
def a_layer_frozen_between_two_fits(k: Any) -> Numbers:
    model = net(k)
    first = fitted(k, model)
    model.layers[0].trainable = False
    model.compile("sgd", "mse", metrics=["mae"])
    x, y = data()
    return {
        **first,
        **{f"frozen/{n}": v for n, v in numbers_of(model.fit(x, y, 5, 2, verbose=0, shuffle=False), model).items()},
    }


# --- callbacks


@program
def a_rate_that_falls_on_a_plateau(k: Any) -> Numbers:
    fall = k.callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=0.02, cooldown=1, min_lr=0.01)
    return fitted(k, net(k), rate=0.4, epochs=12, callbacks=[fall])


@program
def a_rate_by_epoch(k: Any) -> Numbers:
    by_epoch = k.callbacks.LearningRateScheduler(lambda epoch: 0.2 / (epoch + 1))
    by_rate = k.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.5)
    return {
        **{f"epoch/{name}": value for name, value in fitted(k, net(k), callbacks=[by_epoch]).items()},
        **{f"rate/{name}": value for name, value in fitted(k, net(k), callbacks=[by_rate]).items()},
    }


def _stopped(**arguments: Any) -> Callable[[Any], Numbers]:
    def run(k: Any) -> Numbers:
        stopping = k.callbacks.EarlyStopping(**arguments)
        found = fitted(k, net(k), rate=0.15, epochs=15, validation_split=0.3, callbacks=[stopping])
        places = [stopping.best_epoch, stopping.stopped_epoch, stopping.wait]
        return {**found, "stopping": places, "best": stopping.best}

    return run


PROGRAMS["stop_at_once"] = _stopped()
PROGRAMS["stop_and_restore"] = _stopped(monitor="loss", patience=2, restore_best_weights=True)
PROGRAMS["stop_with_delta"] = _stopped(patience=1, min_delta=0.1, restore_best_weights=True)
PROGRAMS["stop_with_baseline"] = _stopped(monitor="val_mae", mode="min", patience=3, baseline=0.2)
PROGRAMS["stop_late"] = _stopped(monitor="mae", mode="max", patience=1, start_from_epoch=4)
PROGRAMS["never_stopped"] = _stopped(monitor="loss", mode="min", patience=99, restore_best_weights=True)


@program
def means_that_batch_hooks_see(k: Any) -> Numbers:
    seen: dict[str, list[float]] = {"train": [], "test": [], "begun": []}

    class Watch(k.callbacks.Callback):  # type: ignore[misc, name-defined]
        def on_train_batch_begin(self, batch, logs=None):  # type: ignore[no-untyped-def]
            seen["begun"].append(batch)

        def on_train_batch_end(self, batch, logs=None):  # type: ignore[no-untyped-def]
            seen["train"] += [logs["loss"], logs["mae"]]

        def on_test_batch_end(self, batch, logs=None):  # type: ignore[no-untyped-def]
            seen["test"] += [logs["loss"], logs["mae"]]

    found = fitted(k, net(k, hidden={"kernel_regularizer": "l2"}), validation_data=data(n=9), callbacks=[Watch()])
    return {**found, **seen}


@program
def the_table_of_a_logger(k: Any) -> Numbers:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "curves.csv"
        for append in (False, True):
            logger = k.callbacks.CSVLogger(str(path), separator=";", append=append)
            fitted(k, net(k), validation_split=0.3, callbacks=[logger])
        rows = list(csv.reader(path.read_text().splitlines(), delimiter=";"))
    return {"rows": [[float(number) for number in row] for row in rows[1:]]}
