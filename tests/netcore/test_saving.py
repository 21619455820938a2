"""Models as files and as configs: what comes back is the same, and what is no such file is refused."""

import copy
import io
import json
import zipfile

import numpy as np
import pytest

from lab.texts import LANGUAGES, say_error
from netcore import (
    Input,
    Model,
    Sequential,
    callbacks,
    layers,
    losses,
    metrics,
    models,
    optimizers,
    regularizers,
    utils,
)
from netcore.errors import NetcoreValueError
from netcore.models import saving


def refusal(action):
    with pytest.raises(NetcoreValueError) as caught:
        action()
    for language in LANGUAGES:
        assert say_error(caught.value, language)
    return caught.value.code


def chain():
    model = Sequential(
        [
            Input((5, 3)),
            layers.Masking(),
            layers.Bidirectional(layers.LSTM(3, dropout=0.2, return_sequences=True)),
            layers.TimeDistributed(layers.Dense(4, activation="tanh")),
            layers.GRU(3),
            Sequential([layers.Dense(3, kernel_regularizer="l2"), layers.BatchNormalization(), layers.Dropout(0.3)]),
            layers.Dense(2),
        ]
    )
    model.compile(optimizers.Adam(0.01, amsgrad=True), losses.Huber(0.5), metrics=["mae", metrics.R2Score()])
    rng = np.random.default_rng(0)
    return model, rng.normal(size=(11, 5, 3)), rng.normal(size=(11, 2))


def branches():
    a, b = Input((3,), name="a"), Input((2,), name="b")
    shared = layers.Dense(4, name="shared", kernel_constraint="max_norm", activity_regularizer=regularizers.L2(0.1))
    inner_start = Input((4,))
    inner = Model(inner_start, layers.Dense(2, activation="relu")(inner_start), name="inner")
    joined = layers.Concatenate(name="joined")([inner(shared(a)), b])
    outputs = {
        "p": layers.Dense(1, name="p")(layers.Dropout(0.2)(joined)),
        "q": layers.Add(name="q")([shared(a), shared(a)]),
    }
    model = Model([a, b], outputs)
    schedule = optimizers.schedules.ExponentialDecay(0.1, 5, 0.5)
    options = {"loss_weights": {"p": 1.0, "q": 0.5}, "metrics": {"p": ["mae"], "q": []}}
    model.compile(optimizers.SGD(schedule, momentum=0.9), {"p": "mse", "q": losses.LogCosh()}, **options)
    rng = np.random.default_rng(0)
    y = {"p": rng.normal(size=(11, 1)), "q": rng.normal(size=(11, 4))}
    return model, [rng.normal(size=(11, 3)), rng.normal(size=(11, 2))], y


MAKES = [chain, branches]


@pytest.mark.parametrize("make", MAKES)
def test_training_goes_on_exactly_where_it_was_saved(make, tmp_path):
    model, x, y = make()
    model.fit(x, y, batch_size=4, epochs=2, verbose=0)
    model.save(tmp_path / "m.keras")
    utils.set_random_seed(99)
    again = models.load_model(tmp_path / "m.keras")
    expected = model.fit(x, y, batch_size=4, epochs=3, verbose=0).history
    assert again.fit(x, y, batch_size=4, epochs=3, verbose=0).history == expected
    for one, other in zip(again.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert again.optimizer.iterations == model.optimizer.iterations


@pytest.mark.parametrize("make", MAKES)
def test_a_config_gives_the_same_architecture_with_weights_of_its_own(make):
    model, x, _ = make()
    for clone in (
        type(model).from_config(json.loads(json.dumps(model.get_config()))),
        models.model_from_json(model.to_json()),
        models.clone_model(model),
    ):
        assert json.dumps(clone.get_config()) == json.dumps(model.get_config())
        assert any(np.any(one != other) for one, other in zip(clone.get_weights(), model.get_weights(), strict=True))
        clone.set_weights(model.get_weights())
        for one, other in zip(flat(clone.predict(x)), flat(model.predict(x)), strict=True):
            np.testing.assert_array_equal(one, other)


def flat(outputs):
    return list(outputs.values()) if isinstance(outputs, dict) else [outputs]


@pytest.mark.parametrize("make", MAKES)
def test_weights_go_through_a_file_of_their_own(make, tmp_path):
    model, _, _ = make()
    clone = models.clone_model(model)
    model.save_weights(tmp_path / "w.weights.h5")
    clone.load_weights(tmp_path / "w.weights.h5")
    for one, other in zip(clone.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    model.save(tmp_path / "m.keras")
    clone.set_weights([np.zeros_like(weight) for weight in clone.get_weights()])
    clone.load_weights(tmp_path / "m.keras")
    np.testing.assert_array_equal(clone.get_weights()[0], model.get_weights()[0])


def test_places_in_a_weight_file_are_those_of_keras(tmp_path):
    model = Sequential([Input((4,)), layers.Dense(3, name="first"), layers.Dense(2, name="second")])
    model.save_weights(tmp_path / "w.weights.h5")
    names = zipfile.ZipFile(tmp_path / "w.weights.h5").namelist()
    places = ["layers/dense/vars/0", "layers/dense/vars/1", "layers/dense_1/vars/0", "layers/dense_1/vars/1"]
    assert names == ["metadata.json", *(f"{place}.npy" for place in places)]


def test_a_config_looks_as_in_keras():
    model = Sequential([Input((4,)), layers.Dense(3, activation="relu", name="one")], name="small")
    config = model.get_config()
    assert (config["name"], config["trainable"], config["dtype"]) == ("small", True, "float32")
    assert [entry["class_name"] for entry in config["layers"]] == ["InputLayer", "Dense"]
    assert config["layers"][0]["config"]["batch_shape"] == (None, 4)
    assert config["layers"][1]["config"]["units"] == 3
    functional, _, _ = branches()
    config = functional.get_config()
    assert [entry["name"] for entry in config["layers"]] == [layer.name for layer in functional.layers]
    calls = next(entry["inbound_nodes"] for entry in config["layers"] if entry["name"] == "q")
    histories = [one["config"]["keras_history"] for one in calls[0]["args"][0]]
    assert histories == [["shared", 1, 0], ["shared", 2, 0]]
    assert config["input_layers"] == [["a", 0, 0], ["b", 0, 0]]
    assert config["output_layers"] == {"p": ["p", 0, 0], "q": ["q", 0, 0]}


def test_a_model_without_a_known_shape_is_saved_and_cloned_too(tmp_path):
    model = Sequential([layers.Dense(3), layers.Dense(1)])
    model.compile("adam", "mse")
    assert models.clone_model(model).get_config() == model.get_config()
    model.save(tmp_path / "m.keras")
    again = models.load_model(tmp_path / "m.keras")
    assert not again.built
    assert again.fit(np.ones((4, 2)), np.ones(4), verbose=0).history["loss"]


def test_without_compile_only_the_network_comes_back(tmp_path):
    model, x, y = branches()
    model.save(tmp_path / "m.keras")
    again = models.load_model(tmp_path / "m.keras", compile=False)
    assert not again.compiled
    np.testing.assert_array_equal(again.predict(x)["p"], model.predict(x)["p"])
    assert refusal(lambda: again.fit(x, y)) == "model.not_compiled"


def test_a_clone_function_may_change_layers():
    model = Sequential([Input((4,)), layers.Dense(3), layers.Dense(2)])
    wide = models.clone_model(model, clone_function=lambda layer: layers.Dense(layer.units * 2, name=layer.name))
    assert wide.output_shape == (None, 4)
    short = models.clone_model(model, input_tensors=[Input((4,), name="mine")])
    assert short.inputs[0].name == "mine"


def test_layers_of_ones_own_come_back_by_their_class(tmp_path):
    class Doubled(layers.Layer):
        def forward(self, node, *, training):
            np.multiply(node.x, 2, out=node.y)

        def backward(self, node):
            np.multiply(node.dy, 2, out=node.dx)

    model = Sequential([Input((2,)), Doubled(), layers.Dense(1)])
    model.save(tmp_path / "m.keras")
    assert refusal(lambda: models.load_model(tmp_path / "m.keras")) == "registry.unknown"
    again = models.load_model(tmp_path / "m.keras", custom_objects={"Doubled": Doubled})
    np.testing.assert_array_equal(again.predict(np.ones((1, 2))), model.predict(np.ones((1, 2))))


def test_checkpoints_keep_the_best_and_can_be_loaded(tmp_path):
    model, x, y = chain()
    best = callbacks.ModelCheckpoint(tmp_path / "best.keras", monitor="loss", save_best_only=True)
    each = callbacks.ModelCheckpoint(tmp_path / "w-{epoch:02d}-{loss:.1f}.weights.h5", save_weights_only=True)
    few = callbacks.ModelCheckpoint(tmp_path / "b-{batch}.weights.h5", save_weights_only=True, save_freq=2)
    history = model.fit(x, y, batch_size=4, epochs=3, verbose=0, callbacks=[best, each, few]).history
    assert sorted(path.name[:4] for path in tmp_path.glob("w-*")) == ["w-01", "w-02", "w-03"]
    assert {path.name for path in tmp_path.glob("b-*")} == {"b-1.weights.h5", "b-2.weights.h5", "b-3.weights.h5"}
    assert best.best == min(history["loss"])
    assert models.load_model(tmp_path / "best.keras").optimizer.iterations == 3 * (1 + int(np.argmin(history["loss"])))


# --- refusals


def written(path, members, *, compression=zipfile.ZIP_STORED):
    """A zip file of those members, by default a proper one."""
    about = {"metadata.json": json.dumps({"library": "netcore", "format": saving.FORMAT})}
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in {**about, **members}.items():
            archive.writestr(name, content)
    return path


def npy(array, **options):
    file = io.BytesIO()
    np.lib.format.write_array(file, np.asarray(array), **options)
    return file.getvalue()


def header(shape, kind, payload):
    """An array file with a header of one's own."""
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"shape": shape, "fortran_order": False, "descr": kind})
    return file.getvalue() + b"\0" * payload


def dense(units):
    """Config of a network of two inputs and one layer."""
    start = {"class_name": "InputLayer", "config": {"batch_shape": [None, 2], "dtype": "float32", "name": "x"}}
    layer = {"class_name": "Dense", "config": {"units": units, "name": "one"}}
    return json.dumps({"class_name": "Sequential", "config": {"name": "m", "layers": [start, layer]}})


WEIGHTS = {"state/weight.0.npy": npy(np.ones((2, 3), "f4")), "state/weight.1.npy": npy(np.zeros(3, "f4"))}


def test_a_proper_archive_is_read(tmp_path):
    model = models.load_model(written(tmp_path / "m.keras", {"config.json": dense(3), **WEIGHTS}))
    np.testing.assert_array_equal(model.predict(np.ones((1, 2))), [[2, 2, 2]])


@pytest.mark.parametrize(
    ("members", "options", "code"),
    [
        ({"config.json": dense(3), **WEIGHTS}, {"compression": zipfile.ZIP_DEFLATED}, "file.not_netcore"),
        ({"config.json": dense(3), "run.py": "print(1)"}, {}, "file.not_netcore"),
        ({"config.json": dense(3), "../out.npy": b""}, {}, "file.not_netcore"),
        ({"config.json": dense(3), "/etc/out.npy": b""}, {}, "file.not_netcore"),
        ({"config.json": dense(3), "metadata.json": "{}"}, {}, "file.not_netcore"),
        ({"config.json": "{"}, {}, "file.damaged"),
        ({"config.json": "[" * 100_000}, {}, "file.damaged"),
        ({}, {}, "file.damaged"),
        ({"config.json": json.dumps({"class_name": "Dense", "config": {"units": 2}})}, {}, "file.damaged"),
        ({"config.json": json.dumps({"class_name": "Dens", "config": {}})}, {}, "registry.unknown"),
        ({"config.json": json.dumps([1])}, {}, "config.layer"),
        ({"config.json": dense(10**9), **WEIGHTS}, {}, "weights.limit"),
        ({"config.json": dense(4), **WEIGHTS}, {}, "weights.limit"),
        ({"config.json": dense(2), **WEIGHTS}, {}, "file.damaged"),
        ({"config.json": dense(3), **WEIGHTS, "state/weight.0.npy": header((10**12,), "<f4", 64)}, {}, "file.damaged"),
        ({"config.json": dense(3), **WEIGHTS, "state/weight.0.npy": header((2, 3), "|O", 48)}, {}, "file.damaged"),
        ({"config.json": dense(3), **WEIGHTS, "state/weight.0.npy": b"no array"}, {}, "file.damaged"),
        (
            {"config.json": dense(3), **WEIGHTS, "state/weight.0.npy": npy(np.array([{}]), allow_pickle=True)},
            {},
            "file.damaged",
        ),
    ],
)
def test_what_is_no_file_of_ours_is_refused(members, options, code, tmp_path):
    path = written(tmp_path / "m.keras", members, **options)
    assert refusal(lambda: models.load_model(path)) == code


def test_members_that_share_their_bytes_are_refused(tmp_path):
    path = tmp_path / "m.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"library": "netcore", "format": saving.FORMAT}))
        archive.writestr("state/weight.0.npy", npy(np.zeros(10_000)))
        for number in range(1, 1000):  # 80 MB that would be read out of 80 kB
            again = copy.copy(archive.getinfo("state/weight.0.npy"))
            again.filename = f"state/weight.{number}.npy"
            archive.filelist.append(again)
    assert refusal(lambda: models.load_model(path)) == "file.not_netcore"


def test_paths_are_checked(tmp_path):
    model, _, _ = chain()
    assert refusal(lambda: models.load_model(tmp_path / "none.keras")) == "file.missing"
    assert refusal(lambda: model.save(tmp_path / "m.zip")) == "file.ending"
    assert refusal(lambda: model.save_weights(tmp_path / "m.keras")) == "file.ending"
    model.save(tmp_path / "m.keras")
    assert refusal(lambda: model.save(tmp_path / "m.keras", overwrite=False)) == "file.exists"
    (tmp_path / "text.keras").write_text("no archive")
    assert refusal(lambda: models.load_model(tmp_path / "text.keras")) == "file.not_netcore"
    (tmp_path / "h.weights.h5").write_bytes(b"\x89HDF\r\n\x1a\n")
    assert refusal(lambda: model.load_weights(tmp_path / "h.weights.h5")) == "file.hdf5"


def test_a_file_that_is_too_large_is_not_opened(tmp_path, monkeypatch):
    path = written(tmp_path / "m.keras", {"config.json": dense(3), **WEIGHTS})
    monkeypatch.setattr(saving, "LARGEST", 100)
    assert refusal(lambda: models.load_model(path)) == "file.too_large"


def test_weights_of_another_network_are_refused_or_skipped(tmp_path):
    one = Sequential([Input((4,)), layers.Dense(3), layers.Dense(2)])
    other = Sequential([Input((4,)), layers.Dense(3), layers.Dense(5)])
    one.save_weights(tmp_path / "w.weights.h5")
    before = other.get_weights()
    assert refusal(lambda: other.load_weights(tmp_path / "w.weights.h5")) == "file.weights"
    np.testing.assert_array_equal(other.get_weights()[0], before[0])
    other.load_weights(tmp_path / "w.weights.h5", skip_mismatch=True)
    np.testing.assert_array_equal(other.get_weights()[0], one.get_weights()[0])
    np.testing.assert_array_equal(other.get_weights()[2], before[2])


@pytest.mark.parametrize("text", ["", "[]", "{}", "[" * 100_000, '{"class_name": "Dense", "config": {"units": 3}}'])
def test_a_text_without_a_model_is_refused(text):
    assert refusal(lambda: models.model_from_json(text)) in ("config.json", "config.layer")


def test_calls_that_can_never_be_made_are_named():
    model, _, _ = branches()
    config = model.get_config()
    next(one for one in config["layers"] if one["name"] == "joined")["inbound_nodes"][0]["args"][0][1]["config"][
        "keras_history"
    ] = ["nobody", 0, 0]
    assert refusal(lambda: Model.from_config(config)) == "config.nodes"
