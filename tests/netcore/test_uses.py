"""Uses that are less common, beside Keras: the same numbers, and sentences of one's own where something is wrong."""

import random

import numpy as np
import pytest

import netcore
from lab.texts import LANGUAGES, say_error
from netcore import Input, Sequential, activations, callbacks, layers, metrics, utils
from netcore.errors import NetcoreError
from netcore.metrics import METRICS
from tests.netcore.test_gradients import assert_gradients_agree

keras = pytest.importorskip("keras", reason="the oracle is a development requirement")

LIBRARIES = (netcore, keras)
RNG = np.random.default_rng(5)
X, Y = RNG.normal(size=(10, 3)).astype("float32"), RNG.normal(size=(10, 1)).astype("float32")
W0 = [RNG.normal(size=(3, 1)).astype("float32"), np.zeros(1, "float32")]


def batches():
    for start in (0, 4, 8):
        yield X[start : start + 4], Y[start : start + 4]


class Numbered(keras.utils.PyDataset):
    """The same batches by their numbers."""

    def __len__(self):
        return 3

    def __getitem__(self, index):
        return list(batches())[index]


def unbuilt(library):
    """A model that does not know the shape of its inputs; its start weights are the same in both libraries."""
    first = library.layers.Dense(1, kernel_initializer=lambda shape, dtype=None: W0[0])
    model = library.Sequential([first])
    model.compile(library.optimizers.SGD(0.1), "mse", metrics=["mae"])
    return model


UNBUILT = {
    "train_on_batch": lambda model: model.train_on_batch(X, Y),
    "test_on_batch": lambda model: model.test_on_batch(X, Y),
    "predict_on_batch": lambda model: model.predict_on_batch(X),
    "fit a generator": lambda model: model.fit(batches(), verbose=0).history["loss"],
    "fit numbered batches": lambda model: model.fit(Numbered(), shuffle=False, verbose=0).history["loss"],
    "validate on a generator": lambda model: model.fit(
        X, Y, shuffle=False, validation_data=batches(), verbose=0
    ).history["val_mae"],
    "evaluate a generator": lambda model: model.evaluate(batches(), verbose=0),
    "predict a generator": lambda model: model.predict(((x,) for x, _ in batches()), verbose=0),
    "evaluate in steps": lambda model: model.evaluate(X, Y, steps=2, batch_size=5, verbose=0),
    "call": lambda model: model(X),
}


@pytest.mark.parametrize("use", UNBUILT)
@pytest.mark.filterwarnings("ignore::UserWarning:keras")
def test_the_first_data_build_a_model_whatever_they_are_given_to(use):
    ours, theirs = (np.asarray(UNBUILT[use](unbuilt(library))) for library in LIBRARIES)
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)


def test_a_generator_without_a_batch_cannot_build_a_model():
    with pytest.raises(NetcoreError) as caught:
        unbuilt(netcore).fit(iter([]), verbose=0)
    assert caught.value.code == "model.not_built"


def test_a_seed_fixes_the_random_numbers_of_the_program_too():
    drawn = []
    for library in LIBRARIES:
        library.utils.set_random_seed(11)
        drawn.append((np.random.rand(), random.random()))  # noqa: NPY002  # what programs draw their data with
    assert drawn[0] == drawn[1]


def test_fitting_many_seeds_leaves_the_programs_own_random_numbers_alone():
    np.random.seed(3)  # noqa: NPY002
    random.seed(3)
    expected = np.random.rand(), random.random()  # noqa: NPY002
    np.random.seed(3)  # noqa: NPY002
    random.seed(3)
    netcore.fit_seeds(lambda: unbuilt(netcore), X, Y, seeds=(1, 2))
    assert (np.random.rand(), random.random()) == expected  # noqa: NPY002


@pytest.mark.parametrize("seed", [-1, 2**32, 0.5, "7"])
def test_a_seed_that_numpy_would_not_take_is_refused(seed):
    with pytest.raises(NetcoreError, match="set_random_seed"):
        utils.set_random_seed(seed)


STOPS = {
    "evaluate": (
        "stop_evaluating",
        "on_test_batch_end",
        lambda model, stop: model.evaluate(X, Y, 4, 0, callbacks=[stop]),
    ),
    "evaluate a generator": (
        "stop_evaluating",
        "on_test_batch_end",
        lambda model, stop: model.evaluate(batches(), verbose=0, callbacks=[stop]),
    ),
    "validate": (
        "stop_evaluating",
        "on_test_batch_end",
        lambda model, stop: model.fit(
            X, Y, 4, 2, 0, [stop], validation_data=(X, Y), validation_batch_size=4, shuffle=False
        ).history["val_loss"],
    ),
    "predict": (
        "stop_predicting",
        "on_predict_batch_end",
        lambda model, stop: model.predict(X, 4, 0, callbacks=[stop]),
    ),
    "before the first batch": (
        "stop_predicting",
        "on_predict_begin",
        lambda model, stop: model.predict(X, 4, 0, callbacks=[stop]),
    ),
    "before the first row": (
        "stop_evaluating",
        "on_test_begin",
        lambda model, stop: model.evaluate(X, Y, 4, 0, callbacks=[stop]),
    ),
}


@pytest.mark.parametrize("use", STOPS)
def test_a_callback_stops_evaluation_and_prediction(use):
    flag, moment, run = STOPS[use]
    answers = []
    for library in LIBRARIES:
        model = unbuilt(library)

        def stop(*arguments, model=model, **logs):
            setattr(model, flag, bool(arguments) and (not isinstance(arguments[0], int) or arguments[0] == 1))

        answers.append(np.asarray(run(model, library.callbacks.LambdaCallback(**{moment: stop}))))
    np.testing.assert_allclose(*answers, rtol=1e-5)


def test_an_evaluation_that_was_stopped_does_not_stop_the_next():
    model = unbuilt(netcore)
    whole = model.evaluate(X, Y, 4)
    stop = callbacks.LambdaCallback(on_test_batch_end=lambda batch, logs: setattr(model, "stop_evaluating", True))
    assert model.evaluate(X, Y, 4, callbacks=[stop]) != whole
    assert model.evaluate(X, Y, 4) == whole


# --- masks


def sequences(seed=0):
    """Three sequences (4, 5, 2), some of whose steps are all 0."""
    rng = np.random.default_rng(seed)
    made = [rng.normal(size=(4, 5, 2)).astype("float32") for _ in range(3)]
    for one in made:
        one[rng.random((4, 5)) < 0.4] = 0
    return made


def mask_of(y):
    mask = getattr(y, "_keras_mask", None)
    return None if mask is None else np.asarray(mask)


MERGES = ["Add", "Average", "Multiply", "Maximum", "Minimum", "Concatenate", "Concatenate-1"]


@pytest.mark.parametrize("masked", [(1, 0, 0), (0, 1, 1), (1, 1, 1), (0, 0, 0)], ids=str)
@pytest.mark.parametrize("name", MERGES)
def test_merges_take_masks_as_in_keras(name, masked):
    cls, _, axis = name.partition("-")
    answers = []
    for library in LIBRARIES:
        inputs = [library.layers.Masking()(x) if one else x for x, one in zip(sequences(), masked, strict=True)]
        answers.append(getattr(library.layers, cls)(**({"axis": int(axis)} if axis else {}))(inputs))
    np.testing.assert_allclose(*(np.asarray(one) for one in answers))
    ours, theirs = (mask_of(one) for one in answers)
    assert (ours is None) == (theirs is None)
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("cls", [layers.Multiply, layers.Maximum, layers.Minimum])
def test_gradients_pass_by_the_missing_steps_of_merged_sequences(cls, count, float64):
    starts = [Input((5, 2)) for _ in range(3)]
    seen = [layers.Masking()(start) if index < count else start for index, start in enumerate(starts)]
    output = layers.Dense(1)(cls()([layers.Dense(2)(one) for one in seen]))
    rows = [x.astype("float64") for x in sequences()]
    assert_gradients_agree(starts, [output], 4, np.random.default_rng(0), rows=rows)


def test_masking_takes_sequences_of_images():
    x = RNG.normal(size=(2, 3, 4, 5)).astype("float32")
    x[0, 1, 2] = 0
    ours, theirs = (library.layers.Masking()(x) for library in LIBRARIES)
    np.testing.assert_array_equal(ours, np.asarray(theirs))
    np.testing.assert_array_equal(mask_of(ours), mask_of(theirs))


@pytest.mark.parametrize("shape", [(3, 4), (1, 4), (3, 1)])
def test_a_softmax_layer_leaves_masked_numbers_out(shape):
    x = RNG.normal(size=(3, 4)).astype("float32")
    mask = np.random.default_rng(1).random(shape) > 0.4
    for given in (mask, mask.astype(int)):
        ours, theirs = (np.asarray(library.layers.Softmax()(x, given)) for library in LIBRARIES)
        np.testing.assert_allclose(ours, theirs, rtol=1e-5)
    with pytest.raises(NetcoreError, match="mask") as caught:
        layers.Softmax()(x, mask=np.ones((2, 4)))
    assert caught.value.code == "softmax.mask"


def test_a_mask_is_the_second_argument_of_a_mean_over_time():
    x, mask = sequences()[0], np.random.default_rng(1).random((4, 5)) > 0.3
    ours, theirs = (np.asarray(library.layers.GlobalAveragePooling1D()(x, mask)) for library in LIBRARIES)
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)


# --- layers and functions


@pytest.mark.parametrize("axis", [(1, 2), (0, 2), 1], ids=str)
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_a_softmax_over_several_axes(name, axis):
    x = RNG.normal(size=(2, 3, 4)).astype("float32")
    expected = np.asarray(getattr(keras.activations, name)(keras.ops.convert_to_tensor(x), axis=axis))
    np.testing.assert_allclose(getattr(activations, name)(x, axis=axis), expected, rtol=1e-5)


BARE = {
    "Dense": ({"units": 2, "use_bias": False}, (None, 3), ["bias"]),
    "Conv1D": ({"filters": 2, "kernel_size": 2, "use_bias": False}, (None, 5, 3), ["bias"]),
    "Conv2D": ({"filters": 2, "kernel_size": 2, "use_bias": False}, (None, 5, 5, 3), ["bias"]),
    "BatchNormalization": ({"center": False, "scale": False}, (None, 3), ["gamma", "beta"]),
    "LayerNormalization": ({"center": False, "scale": False}, (None, 3), ["gamma", "beta"]),
}


@pytest.mark.parametrize("name", BARE)
def test_a_weight_that_a_layer_is_to_do_without_is_none(name):
    options, shape, weights = BARE[name]
    for library in LIBRARIES:
        layer = getattr(library.layers, name)(**options)
        layer.build(shape)
        assert [getattr(layer, weight) for weight in weights] == [None] * len(weights)


@pytest.mark.parametrize("cls", [layers.SimpleRNN, layers.LSTM, layers.GRU])
def test_a_recurrent_layer_without_bias_says_so(cls):
    layer = cls(2, use_bias=False)
    layer.build((None, 4, 3))
    assert layer.bias is None


WRONG = RNG.normal(size=(6, 5)).astype("float32")
TAKES_ROWS = {
    "fit": lambda model: model.fit(WRONG, Y[:6], verbose=0),
    "fit a generator": lambda model: model.fit(iter([(WRONG, Y[:6])]), verbose=0),
    "validate": lambda model: model.fit(X, Y, validation_data=(WRONG, Y[:6]), verbose=0),
    "evaluate": lambda model: model.evaluate(WRONG, Y[:6]),
    "predict": lambda model: model.predict(WRONG),
    "predict in steps": lambda model: model.predict(WRONG, steps=2),
    "train_on_batch": lambda model: model.train_on_batch(WRONG, Y[:6]),
    "test_on_batch": lambda model: model.test_on_batch(WRONG, Y[:6]),
    "predict_on_batch": lambda model: model.predict_on_batch(WRONG),
    "trace": lambda model: model.trace(WRONG, Y[:6]),
    "call": lambda model: model(WRONG),
    "call the layer": lambda model: model.layers[0](WRONG),
    "call inside another": lambda model: model(Input((5,))),
}


@pytest.mark.parametrize("use", TAKES_ROWS)
def test_a_wrong_number_of_columns_is_said_in_one_sentence_wherever_rows_are_taken(use):
    model = Sequential([Input((3,)), layers.Dense(1, name="first")])
    model.compile("sgd", "mse")
    with pytest.raises(NetcoreError, match="'first': its last axis must have size 3") as caught:
        TAKES_ROWS[use](model)
    assert caught.value.code == "layer.features"
    assert all(say_error(caught.value, language) for language in LANGUAGES)


# --- metrics

FEWER = {"IoU": {"num_classes": 2, "target_class_ids": [0]}, "MeanIoU": {"num_classes": 2}}
OF_VALUES = {"Mean", "Sum"}


@pytest.mark.filterwarnings("ignore")
def test_every_metric_weighs_flat_answers_as_in_keras_or_says_what_does_not_fit():
    wrong = []
    for name in (cls.__name__ for cls in METRICS if not cls.__name__.startswith("Sparse")):
        ours, theirs = (weighed(library, name) for library in LIBRARIES)
        if theirs is not None and (ours is None or not np.allclose(ours, theirs, rtol=1e-4)):
            wrong.append((name, ours, theirs))
    assert wrong == []


def weighed(library, name):
    """The metric of six flat answers with weights; None if it refuses them (Keras: or fails)."""
    y_true, y_pred = np.float32([0, 1, 1, 0, 1, 0]), np.float32([0.2, 0.9, 0.4, 0.6, 0.7, 0.1])
    weight = np.float32([1, 2, 0.5, 1.5, 0.3, 1])
    metric = getattr(library.metrics, name)(**FEWER.get(name, {}))
    try:
        metric.update_state(*((y_pred, weight) if name in OF_VALUES else (y_true, y_pred, weight)))
    except NetcoreError:
        return None
    except Exception:
        if library is netcore:
            raise
        return None
    return np.asarray(metric.result(), float)


def test_weights_that_do_not_fit_flat_arrays_are_refused_in_a_sentence():
    with pytest.raises(NetcoreError, match=r"\(n, 1\)") as caught:
        metrics.MeanSquaredError()([1, 2, 3], [1, 2, 4], [1, 1, 2])
    assert caught.value.code == "metric.sample_weight"
