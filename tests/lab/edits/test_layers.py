"""The front of a network follows its samples, and what is asked of a layer is asked of the part, not of its name."""

import pytest

from lab.data.samples import load_sample
from lab.edits.forks import KNOBS
from lab.edits.layers import dropping_layers, with_fitting_front
from lab.edits.plans import with_image_shape
from lab.edits.proposals import with_windows
from lab.starts import start
from netcore.layers import LAYERS, Dropout

DROPOUT = next(knob for knob in KNOBS if knob.code == "dropout")


def types(experiment):
    return [layer.type for layer in experiment.model.layers]


@pytest.fixture
def own_dropout(monkeypatch):
    """A layer of another name that drops units too."""
    for names in ("_by_name", "_aliases"):
        monkeypatch.setattr(LAYERS, names, dict(getattr(LAYERS, names)))
    LAYERS.add(type("HalfOff", (Dropout,), {}))


def test_layers_that_take_no_images_get_a_flatten_in_front_for_as_long_as_there_are_images():
    plain = start("digits_conv").with_data(image_shape=None)
    plain = plain.with_layers(plain.model.layers[-1:])
    images = with_image_shape(plain, (8, 8))
    assert types(images) == ["Flatten", "Dense"]
    assert with_image_shape(images, (4, 16)).model == images.model
    assert types(with_image_shape(images, None)) == ["Dense"]
    assert types(with_image_shape(start("digits_conv"), (4, 16))) == types(start("digits_conv"))


def test_windows_of_images_keep_the_one_flatten_that_they_need():
    table, experiment = load_sample("kr_hourly"), start("hourly")
    dense = experiment.with_data(windows=None).with_layers(experiment.model.layers[-1:])
    windows = with_windows(dense, table, on=True)
    assert types(windows) == ["Flatten", "Dense"]
    both = with_image_shape(windows, (1, len(windows.data.inputs)))
    assert types(both) == ["Flatten", "Dense"]
    assert types(with_image_shape(both, None)) == types(with_windows(both, table, on=False)) == ["Flatten", "Dense"]
    assert types(with_windows(windows, table, on=False)) == ["Dense"]


def test_a_functional_model_is_left_as_it_is():
    assert with_fitting_front(start("two_in_two_out")) == start("two_in_two_out")


@pytest.mark.usefixtures("own_dropout")
def test_the_knob_for_dropout_turns_whatever_layer_drops():
    experiment = start("iris").with_added_layer("HalfOff", {"rate": 0.25}, 1)
    assert [layer.type for layer in dropping_layers(experiment)] == ["HalfOff"]
    assert DROPOUT.read(experiment) == 0.25
    assert DROPOUT.turn(experiment, 0.5).model.layers[1].params["rate"] == 0.5
