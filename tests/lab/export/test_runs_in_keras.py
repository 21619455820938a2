"""The exported program with the files beside it, executed under Keras 3, makes the run again: the same history."""

import re

import numpy as np
import pytest

from lab.export.npz import npz
from lab.export.program import DATA_FILE, WEIGHTS_FILE
from lab.spec.experiment import Change, PartSpec
from netcore.losses import LOSSES
from netcore.optimizers import OPTIMIZERS
from tests.lab.export.experiments import experiments
from tests.lab.export.runs import Made
from tests.lab.runs.play import playground

# Keras 3.15 with NumPy 2.4 warns about its own __array__

CASES = experiments()


def executed(program, folder, monkeypatch):
    """What the names of the program stand for after it has run where its files lie."""
    (folder / DATA_FILE).write_bytes(npz(program.data))
    (folder / WEIGHTS_FILE).write_bytes(npz(program.start_weights))
    monkeypatch.chdir(folder)
    space = {}
    exec(program.text("ko"), space)  # noqa: S102  # our own text
    for file in (one for one in space.values() if isinstance(one, np.lib.npyio.NpzFile)):
        file.close()  # as the end of a program does: Python 3.13 complains of what is left open
    return space


@pytest.mark.parametrize("name", CASES)
def test_keras_gives_the_same_history(name, tmp_path, monkeypatch):
    run = Made(CASES[name])
    program = run.program("ko")
    assert program.differs == ()
    space = executed(program, tmp_path, monkeypatch)
    history = {**run.record.extras, **run.record.history}  # early stopping may look at val_data_loss, an extra here
    assert set(run.record.history) <= set(space["curves"])
    for key, values in space["curves"].items():
        assert values == pytest.approx(history[key], rel=1e-4, abs=1e-6), key


def test_knobs_inside_the_network_and_weights_set_by_hand_are_turned_in_the_program_too(tmp_path, monkeypatch):
    turned = [("l2", 0.2, {}), ("l1", 0.05, {"layer": "0"}), ("momentum", 0.8, {}), ("dropout", 0.0, {"layer": "1"})]
    changes = [Change(epoch=1, batch=0, name=name, value=value, **more) for name, value, more in turned]
    for epoch, (layer, array, index) in enumerate([("0", "kernel", (1, 2)), ("3", "bias", (0,))]):
        edit = {"layer": layer, "array": array, "index": index}
        changes.append(Change(epoch=2 * epoch, batch=0, name="weight", value=1.5, **edit))
    experiment = playground(4, epochs=4, hidden={"kernel_regularizer": "L1"}, noise=20.0)
    experiment = experiment.with_added_layer("Dropout", {"rate": 0.0}, 1)
    experiment = experiment.with_added_layer("Dense", {"units": 3, "kernel_regularizer": "L2"}, 2)
    experiment = experiment.with_compile(optimizer=PartSpec(type="SGD"))  # made without momentum
    changes.append(Change(epoch=2, batch=0, name="l2", value=0.1, layer="3"))  # and this kernel without a penalty
    changes.append(Change(epoch=3, batch=0, name="l1", value=0.05, layer="3"))
    run = Made(experiment.with_fit(changes=tuple(changes)))
    space = executed(run.program("ko"), tmp_path, monkeypatch)
    for key, values in space["curves"].items():
        assert values == pytest.approx(run.record.history[key], rel=1e-4, abs=1e-6), key
    plain = Made(experiment)
    assert plain.record.history["loss"][1:] != pytest.approx(run.record.history["loss"][1:], rel=1e-2)


def test_every_loss_and_every_optimizer_is_among_them():
    graphs = [out.loss.type for one in CASES.values() for out in getattr(one.model, "outputs", ())]
    losses = {one.compile.loss.type for one in CASES.values()} | set(graphs)
    assert losses == {cls.__name__ for cls in LOSSES}
    assert {one.compile.optimizer.type for one in CASES.values()} == {cls.__name__ for cls in OPTIMIZERS}


def test_a_run_whose_certain_mistakes_keras_cuts_off_says_how_many_and_how_to_make_it_the_same(tmp_path, monkeypatch):
    far = PartSpec(type="SGD", params={"learning_rate": 10.0})
    sure = CASES["CategoricalCrossentropy"].with_compile(optimizer=far)
    run = Made(sure)
    program = run.program("en")
    assert program.differs == ("export.differs.cut_off",)
    text = program.text("en")
    told = re.search(r"In the app (\d+) of 45 training rows were there after epoch (\d+)", text)
    assert told
    assert int(told[1]) > 0
    cut = executed(program, tmp_path, monkeypatch)
    assert cut["curves"]["loss"] != pytest.approx(run.record.history["loss"], rel=1e-2)
    space = {}
    exec(text.replace(", activation='softmax'", "").replace("opy()", "opy(from_logits=True)"), space)  # noqa: S102
    assert furthest(run.record.weights, space["model"]) < 0.03  # float32 at a rate at which rounding grows
    assert furthest(run.record.weights, cut["model"]) > 0.1


def furthest(weights, model):
    """How far the weights of a model are from others, as a share of the largest."""
    pairs = zip(weights, model.get_weights(), strict=True)
    return max(np.abs(one - other).max() for one, other in pairs) / max(np.abs(one).max() for one in weights)
