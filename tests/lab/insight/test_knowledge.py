"""What stands still in the picture of what a network knows: rows, axes, what is right; never a sealed row."""

from base64 import b64decode

import numpy as np
import pytest

from lab.data.prepare import prepare
from lab.data.samples import load_sample
from lab.data.sequences import BLANKS, read_label
from lab.insight.knowledge import knowledge, layers_for_browser
from lab.insight.known_at_rest import known_at_rest
from lab.model.probe import evenly
from lab.runs.orders.run import run_spec
from lab.runs.work.build import build_model
from lab.starts import STARTS, start


def laid_out(name):
    experiment = start(name)
    dataset = prepare(load_sample(experiment.data.source.name, experiment.data.reading), experiment.data, 0)
    return experiment, dataset


def floats(text):
    return np.frombuffer(b64decode(text), np.float32)


def test_a_row_is_told_with_what_is_right_for_it():
    experiment, dataset = laid_out("iris")
    known = knowledge(experiment, dataset)
    x = floats(known["x"]).reshape(4, -1).T
    np.testing.assert_array_equal(x, dataset.validation.x)
    assert known["outputs"][0]["targets"] == dataset.validation.target.tolist()
    assert known["rows"] == known["of"] == len(dataset.validation.x)


def test_the_test_part_is_told_only_where_it_was_opened():
    experiment, dataset = laid_out("spiral")
    assert set(knowledge(experiment, dataset)["points"]) == {"train", "validation"}
    assert set(knowledge(experiment, dataset, test_is_open=True)["points"]) == {"train", "validation", "test"}


def test_an_axis_leads_back_to_the_columns_own_unit():
    experiment, dataset = laid_out("iris")
    axes = knowledge(experiment, dataset)["axes"]
    assert [axis["name"] for axis in axes] == list(dataset.feature_names)
    own = dataset.inverse_inputs(dataset.train.x)
    for axis in axes:
        values = dataset.train.x[:, axis["place"]] * axis["scale"] + axis["mean"]
        np.testing.assert_allclose(values, own[axis["name"]], rtol=1e-5)


def test_images_are_told_as_pixels_and_have_no_axes():
    experiment, dataset = laid_out("digits_conv")
    known = knowledge(experiment, dataset)
    assert known["axes"] == []
    assert known["layers"] is None
    image = known["image"]
    assert len(b64decode(image["pixels"])) == image["count"] * 64
    assert image["first"] == [3, 3]


@pytest.mark.parametrize("name", STARTS)
def test_each_start_has_a_picture(name):
    experiment, dataset = laid_out(name)
    known = knowledge(experiment, dataset)
    assert all(len(output["targets"]) == known["rows"] for output in known["outputs"])


def test_of_a_network_that_reads_texts_a_few_rows_are_told_time_step_by_time_step():
    experiment, dataset = laid_out("ctc_morse")
    known = knowledge(experiment, dataset)
    [output] = known["outputs"]
    assert (output["task"], known["rows"], known["part"]) == ("text", 2, "validation")
    assert output["classes"][0] in BLANKS
    assert output["targets"][0] == read_label(dataset.validation.target[0], dataset.classes)
    model = build_model(run_spec(experiment, dataset)[0])
    said = floats(known_at_rest(experiment, dataset, model)["answers"][""]).reshape(2, 72, -1)
    second = evenly(len(dataset.validation.x))[1]
    assert output["numbers"][1] == dataset.validation.rows[second] + 1
    np.testing.assert_allclose(said[1], model.predict(dataset.validation.x[[second]], verbose=0)[0], atol=1e-6)


@pytest.mark.parametrize("name", ["iris", "digits_conv", "two_in_two_out"])
def test_a_network_at_rest_is_told_by_its_weights_where_a_browser_computes_it_and_by_its_answers_elsewhere(name):
    experiment, dataset = laid_out(name)
    model = build_model(run_spec(experiment, dataset)[0])
    told = known_at_rest(experiment, dataset, model)
    if layers_for_browser(experiment, dataset) is not None:
        first = told["parameters"]["0"]
        np.testing.assert_array_equal(floats(first["kernel"]), np.ravel(model.layers[0].get_weights()[0]))
        return
    known = knowledge(experiment, dataset)
    assert set(told["answers"]) == {output["name"] for output in known["outputs"]}
    assert all(len(floats(text)) % known["rows"] == 0 for text in told["answers"].values())
