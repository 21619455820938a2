"""Inputs and outputs in lists, tuples and dicts, also in one another, beside Keras."""

from collections import OrderedDict

import numpy as np
import pytest

import netcore
from lab.texts import LANGUAGES, say_error
from netcore import Input, Model, layers, models
from netcore.errors import NetcoreError

keras = pytest.importorskip("keras", reason="the oracle is a development requirement")

LIBRARIES = (netcore, keras)
RNG = np.random.default_rng(3)
A, B, U, V, W = (RNG.normal(size=(8, width)).astype("float32") for width in (3, 2, 1, 2, 1))
EACH = RNG.uniform(0.5, 2, 8).astype("float32")

INPUTS = {
    "a list": lambda a, b: [a, b],
    "a tuple in a dict": lambda a, b: {"q": (b,), "p": {"a": a}},
}
OUTPUTS = {
    "a tuple": lambda u, v, w: (u, v, w),
    "a dict, not by the alphabet": lambda u, v, w: {"w": w, "u": u, "v": v},
    "an OrderedDict": lambda u, v, w: OrderedDict(z=u, y=v, x=w),
    "a list in a list": lambda u, v, w: [u, [v, w]],
    "lists and dicts in a dict": lambda u, v, w: {"q": [v], "p": {"z": u, "y": w}},
}
ALONE = {
    "a list of one": lambda u: [u],
    "a tuple of one": lambda u: (u,),
    "a dict of one": lambda u: {"u": u},
    "a list in a list": lambda u: [[u]],
}


def network(library, inputs, outputs, alone=False):
    """Two inputs, three outputs (or one) in the forms given; the weights are the same in both libraries."""
    a, b = library.Input((3,), name="a"), library.Input((2,), name="b")
    joined = library.layers.Concatenate()([a, b])
    made = [library.layers.Dense(k, name=name)(joined) for k, name in ((1, "u"), (2, "v"), (1, "w"))]
    model = library.Model(inputs(a, b), outputs(*(made[:1] if alone else made)))
    stream = np.random.default_rng(0)
    model.set_weights([stream.normal(size=one.shape) for one in model.get_weights()])
    return model


def assert_same(ours, theirs):
    assert form_of(ours) == form_of(theirs)
    for one, other in zip(numbers(ours), numbers(theirs), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


def form_of(structure):
    """Which kinds of lists and dicts it is made of, with the keys in their order."""
    if isinstance(structure, dict):
        return type(structure), [(key, form_of(one)) for key, one in structure.items()]
    return (type(structure), [form_of(one) for one in structure]) if isinstance(structure, list | tuple) else "one"


def numbers(structure):
    if isinstance(structure, dict):
        structure = list(structure.values())
    if isinstance(structure, list | tuple):
        return [leaf for one in structure for leaf in numbers(one)]
    return [np.asarray(structure)]


def compiled(library, outputs, **changes):
    model = network(library, INPUTS["a tuple in a dict"], outputs)
    arguments = {
        "loss": outputs("mse", "mae", "mse"),
        "loss_weights": outputs(0.5, 2.0, 1.0),
        "metrics": outputs(["mae"], ["mse"], ["mae", "mse"]),
    }
    model.compile(library.optimizers.SGD(0.05), **{**arguments, **changes})
    return model


def trained(library, outputs, weight=None, y=None, **changes):
    """History, evaluation and names of a short training."""
    model = compiled(library, outputs, **changes)
    x, y = INPUTS["a tuple in a dict"](A, B), outputs(U, V, W) if y is None else y
    history = model.fit(x, y, sample_weight=weight, batch_size=4, epochs=2, shuffle=False, verbose=0).history
    return [dict(sorted(history.items())), model.evaluate(x, y, verbose=0), model.metrics_names]


# --- beside Keras


@pytest.mark.parametrize("outputs", OUTPUTS.values(), ids=list(OUTPUTS))
def test_calls_and_predictions_come_in_the_form_of_the_outputs(outputs):
    ours, theirs = (network(library, INPUTS["a tuple in a dict"], outputs) for library in LIBRARIES)
    x = INPUTS["a tuple in a dict"](A, B)
    assert_same(ours(x), theirs(x))
    assert_same(ours.predict(x, verbose=0), theirs.predict(x, verbose=0))
    assert (ours.input_shape, ours.output_shape) == (theirs.input_shape, theirs.output_shape)
    assert form_of(ours.input) == form_of(theirs.input)
    assert form_of(ours.output) == form_of(theirs.output)


@pytest.mark.parametrize("outputs", ALONE.values(), ids=list(ALONE))
def test_a_list_of_one_output_is_that_output(outputs):
    ours, theirs = (network(library, INPUTS["a list"], outputs, alone=True) for library in LIBRARIES)
    assert_same(ours([A, B]), theirs([A, B]))
    assert form_of(ours.predict([A, B], verbose=0)) == form_of(theirs([A, B]))  # Keras's predict has the same form


@pytest.mark.parametrize("name", ["a dict, not by the alphabet", "a list in a list", "lists and dicts in a dict"])
def test_training_on_structures_gives_the_same_history(name):
    outputs = OUTPUTS[name]
    weight = outputs(EACH, EACH[::-1], EACH)
    (history, evaluated, names), (their_history, their_evaluated, their_names) = (
        trained(library, outputs, weight) for library in LIBRARIES
    )
    assert list(history) == list(their_history)
    np.testing.assert_allclose(list(history.values()), list(their_history.values()), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(evaluated, their_evaluated, rtol=1e-4, atol=1e-5)
    assert names == their_names


# --- the same, given in another way

NESTED = OUTPUTS["lists and dicts in a dict"]
GIVEN = {
    "losses by position, in the order of the alphabet": {
        "loss": ["mse", "mse", "mae"],
        "loss_weights": [1.0, 0.5, 2.0],
    },
    "losses by the names of the layers": {"loss": {"u": "mse", "v": "mae", "w": "mse"}},
    "metrics by the names of the layers": {"metrics": {"u": ["mae"], "v": "mse", "w": ["mae", "mse"]}},
    "targets by position, in the order of the alphabet": {"y": [W, U, V]},
    "targets by the names of the layers": {"y": {"u": U, "v": V, "w": W}},
    "tuples for lists": {"y": {"q": (V,), "p": {"z": U, "y": W}}},
}


@pytest.mark.parametrize("given", GIVEN.values(), ids=list(GIVEN))
def test_other_ways_of_giving_mean_the_same(given):
    ours, meant = trained(netcore, NESTED, **given), trained(netcore, NESTED)
    assert ours[0] == meant[0]
    assert sorted(ours[1]) == sorted(meant[1])


def test_an_output_left_out_of_the_losses_is_not_trained():
    model = compiled(netcore, NESTED, loss={"p": {"z": "mse"}}, loss_weights=None, metrics=None)
    before = model.get_layer("v").get_weights()[0]
    model.fit(INPUTS["a tuple in a dict"](A, B), {"p": {"z": U}}, verbose=0)
    assert model.metrics_names == ["loss"]
    np.testing.assert_array_equal(model.get_layer("v").get_weights()[0], before)


def test_targets_in_a_list_in_a_list_are_not_taken_for_those_of_the_trained_outputs():
    outputs = OUTPUTS["a list in a list"]
    model = compiled(netcore, outputs, loss=["mse", ["mae", None]], metrics=None)
    x = INPUTS["a tuple in a dict"](A, B)
    assert model.evaluate(x, [U, [V, None]], verbose=0) == pytest.approx(model.evaluate(x, [U, [V, W]], verbose=0))


def test_generators_and_single_batches_take_structures():
    model = compiled(netcore, NESTED)
    x, y = INPUTS["a tuple in a dict"](A, B), NESTED(U, V, W)
    whole = model.evaluate(x, y, batch_size=8, verbose=0)
    assert model.evaluate(((x, y) for _ in range(1)), verbose=0) == pytest.approx(whole)
    assert model.test_on_batch(x, y) == pytest.approx(whole)
    assert_same(model.predict_on_batch(x), model.predict(((x,) for _ in range(1)), verbose=0))
    history = model.fit(x, y, batch_size=8, validation_data=(x, y), verbose=0).history
    assert history["loss"][0] == pytest.approx(whole[0])
    assert history["val_p/z_loss"][0] < history["p/z_loss"][0]
    again = compiled(netcore, NESTED)
    assert again.train_on_batch(x, y) == pytest.approx(whole)
    assert again.evaluate(x, y, verbose=0, return_dict=True)["p/z_loss"] == pytest.approx(history["val_p/z_loss"][0])


def test_a_model_with_structures_is_a_layer_as_well():
    inner = network(netcore, INPUTS["a tuple in a dict"], NESTED)
    p, q = Input((3,)), Input((2,))
    made = inner({"p": {"a": p}, "q": [q]})
    outer = Model([q, p], layers.Concatenate()([made["p"]["z"], made["q"][0]]))
    known = inner.predict(INPUTS["a tuple in a dict"](A, B), verbose=0)
    copy = Model.from_config(outer.get_config())
    copy.set_weights(outer.get_weights())
    for model in (outer, copy):
        expected = np.concatenate([known["p"]["z"], known["q"][0]], axis=1)
        np.testing.assert_allclose(model.predict([B, A], verbose=0), expected, rtol=1e-5)


def test_masks_of_structures_find_their_inputs():
    steps, flags = RNG.normal(size=(2, 4, 3)), np.array([[True, True, False, False], [True, False, True, True]])
    z, a = Input((4, 3), name="z"), Input((4, 3), name="a")
    means = {"a": layers.GlobalAveragePooling1D()(z), "b": [layers.GlobalAveragePooling1D()(a)]}
    made = Model({"z": z, "a": [a]}, means)({"z": steps, "a": [steps]}, mask={"z": flags, "a": [None]})
    np.testing.assert_allclose(made["a"], [steps[i, one].mean(axis=0) for i, one in enumerate(flags)], rtol=1e-5)
    np.testing.assert_allclose(made["b"][0], steps.mean(axis=1), rtol=1e-5)


# --- files and descriptions


@pytest.mark.parametrize("outputs", OUTPUTS.values(), ids=list(OUTPUTS))
def test_a_copy_has_the_same_form(outputs):
    model = network(netcore, INPUTS["a tuple in a dict"], outputs)
    for copy in (Model.from_config(model.get_config()), models.clone_model(model)):
        copy.set_weights(model.get_weights())
        x = INPUTS["a tuple in a dict"](A, B)
        assert_same(copy(x), model(x))


def test_a_saved_model_goes_on_where_it_was(tmp_path):
    model = compiled(netcore, NESTED)
    x, y = INPUTS["a tuple in a dict"](A, B), NESTED(U, V, W)
    model.fit(x, y, shuffle=False, verbose=0)
    model.save(tmp_path / "nested.keras")
    copy = models.load_model(tmp_path / "nested.keras")
    assert_same(copy.predict(x, verbose=0), model.predict(x, verbose=0))
    assert copy.fit(x, y, shuffle=False, verbose=0).history == model.fit(x, y, shuffle=False, verbose=0).history


# --- refusals

REFUSED = {
    "an array for a tensor": ("structure.tensors", lambda model: Model(A, A)),
    "a key that is no text": ("structure.tensors", lambda model: Model({1: Input((3,))}, Input((3,)))),
    "other keys": ("structure.form", lambda model: model.predict({"p": {"b": A}, "q": [B]}, verbose=0)),
    "too few": ("structure.form", lambda model: model([A])),
    "an input left out": ("fit.input_missing", lambda model: model({"p": {"a": A}})),
    "one array": ("fit.input_count", lambda model: model(A)),
    "too few losses": ("structure.form", lambda model: model.compile("sgd", ["mse", "mse"])),
    "metrics for all": ("structure.form", lambda model: model.compile("sgd", "mse", metrics=["mae"])),
    "a target left out": (
        "fit.target_missing",
        lambda model: model.evaluate(INPUTS["a tuple in a dict"](A, B), {"q": [V]}, verbose=0),
    ),
}


@pytest.mark.parametrize(("code", "use"), REFUSED.values(), ids=list(REFUSED))
def test_another_form_is_refused_in_both_languages(code, use):
    with pytest.raises(NetcoreError) as caught:
        use(compiled(netcore, NESTED))
    assert caught.value.code == code
    assert all(say_error(caught.value, language) for language in LANGUAGES)
