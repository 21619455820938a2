"""The drawing of a network: each unit in the picture, none over another, wires as their weights, names as text."""

import re
import xml.etree.ElementTree as ET
from base64 import b64decode
from dataclasses import replace
from functools import cache
from io import BytesIO
from xml.etree.ElementTree import tostring

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from lab.charts.network import FEW_UNITS, LARGEST_BIAS, network_svg, network_text
from lab.charts.network_words import key_of
from lab.charts.style import BLUE, VERMILION
from lab.data.prepare import prepare
from lab.data.samples import load_sample
from lab.edits.graph import as_graph, with_new_node
from lab.insight.learned_network import learned_network
from lab.model.drawn import MOST_UNITS, LayerWeights, drawn_network
from lab.model.layer_table import graph_table, layer_rows
from lab.runs.orders.run import run_spec
from lab.runs.work.build import build_model
from lab.starts import STARTS, start

NUMBER = re.compile(r"-?\d+\.?\d*")


def dataset_of(experiment):
    table = load_sample(experiment.data.source.name, experiment.data.reading)
    return prepare(table, experiment.data, experiment.seed)


@cache
def laid_out(name):
    experiment = start(name)
    dataset = dataset_of(experiment)
    return experiment, dataset, layer_rows(experiment, dataset)


def svg_of(network, language="en", room="wide"):
    return ET.fromstring(ET.tostring(network_svg(network, language, room)))  # noqa: S314  # our own text


def words_of(svg):
    return [text.text for text in svg.iter("text")]


def circles(svg):
    """Middle and radius of each unit."""
    units = [one for one in svg.iter("circle") if one.get("class") != "bias"]
    return [(float(one.get("cx")), float(one.get("cy")), float(one.get("r"))) for one in units]


def bias_marks(svg, id):
    """(radius, colour, whether it is full) of each unit of a node."""
    [node] = [one for one in svg.iter("g") if one.get("data-node") == id]
    marks = [one for one in node.iter("circle") if one.get("class") == "bias"]
    return [(float(one.get("r")), one.get("stroke"), one.get("fill-opacity") == "1") for one in marks]


def is_within(svg):
    """All units and cards lie in the picture, and no unit over another."""
    _x, _y, width, height = map(float, svg.get("viewBox").split())
    found = circles(svg)
    for x, y, radius in found:
        assert radius <= x <= width - radius
        assert radius <= y <= height - radius
    for place, (x, y, radius) in enumerate(found):
        assert all(np.hypot(x - a, y - b) >= radius + r for a, b, r in found[:place])
    for card in svg.iter("rect"):
        left, top, side = (float(card.get(name)) for name in ("x", "y", "width"))
        assert 0 <= left <= width - side
        assert 0 <= top <= height - side
    return True


@pytest.mark.parametrize("name", STARTS)
def test_every_ready_made_network_is_drawn_within_its_picture(name):
    experiment, dataset, rows = laid_out(name)
    network = drawn_network(experiment, rows, dataset)
    svg = svg_of(network)
    assert is_within(svg)
    drawn = [group.get("data-node") for group in svg.iter("g") if group.get("data-node")]
    assert drawn == [node.id for node in network.nodes]
    assert len(circles(svg)) == sum(len(node.shown) for node in network.nodes if node.tile is None)
    assert all(len(node.shown) <= MOST_UNITS for node in network.nodes)


@given(st.data())
def test_no_unit_of_any_graph_lies_over_another(data):
    experiment, dataset, _rows = laid_out("two_in_two_out")
    graph = experiment.model
    for _ in range(data.draw(st.integers(0, 8))):
        sources = [*graph.inputs, *(node.id for node in graph.nodes)]
        kind, params = data.draw(st.sampled_from([("Add", {}), ("Dense", {"units": 3}), ("Dropout", {"rate": 0.5})]))
        graph = graph.with_added_node(kind, params, data.draw(st.lists(st.sampled_from(sources), max_size=3)))
    rows = graph_table(graph, dataset.input_shapes)
    assert is_within(svg_of(drawn_network(experiment.replace(model=graph), rows, dataset)))


def test_a_wire_is_as_thick_as_its_weight_is_large_and_tells_the_sign_twice():
    experiment, dataset, rows = laid_out("spiral")
    first = experiment.model.layers[0]
    kernel = np.zeros((2, first.params["units"]), np.float32)
    kernel[0, 0], kernel[1, 0] = 2.0, -1.0
    weights = {first.id: LayerWeights(kernel, np.zeros(len(kernel[0]), np.float32))}
    svg = svg_of(drawn_network(experiment, rows, dataset, weights))
    [group] = [one for one in svg.iter("g") if one.get("data-wires") == f"input>{first.id}"]
    above, *rest = group.findall("path")
    below = rest[kernel.shape[1] - 1]
    assert (above.get("stroke"), above.get("stroke-dasharray")) == (BLUE, None)
    assert (below.get("stroke"), below.get("stroke-dasharray")) == (VERMILION, "7 4")
    widths = [float(path.get("stroke-width")) for path in group.findall("path")]
    assert widths[0] == max(widths) > float(below.get("stroke-width")) > widths[1]


def test_the_bias_of_a_unit_is_a_mark_as_large_as_it_and_tells_the_sign_twice():
    experiment, dataset, rows = laid_out("spiral")
    first = experiment.model.layers[0]
    kernel = np.full((2, first.params["units"]), 2, np.float32)
    bias = np.zeros(len(kernel[0]), np.float32)
    bias[:4] = 0.5, -2.0, np.nan, 9.0
    untrained = svg_of(drawn_network(experiment, rows, dataset))
    assert {radius for radius, *_ in bias_marks(untrained, first.id)} == {0}
    learned = svg_of(drawn_network(experiment, rows, dataset, {first.id: LayerWeights(kernel, bias)}))
    small, below, nothing, above, *_ = bias_marks(learned, first.id)
    assert small == (pytest.approx(LARGEST_BIAS / 2, abs=0.01), BLUE, True)
    assert below == (LARGEST_BIAS, VERMILION, False)
    assert nothing[0] == 0
    assert above == (LARGEST_BIAS, BLUE, True)


def test_of_a_wide_layer_those_units_are_drawn_that_the_next_one_listens_to_most():
    experiment, dataset, rows = laid_out("lecture")
    first = experiment.model.layers[0]
    kernel = np.zeros((784, first.params["units"]), np.float32)
    loud = [3, 99, 350, 783]
    kernel[loud, 0] = 1.0, -5.0, 2.0, 3.0
    network = drawn_network(experiment, rows, dataset, {first.id: LayerWeights(kernel, None)}, images=False)
    shown = network.node("input").shown
    assert shown[:4] == (99, 783, 350, 3)
    assert len(shown) == MOST_UNITS
    assert "the loudest first" in key_of(network, "en")
    wide, phone = (words_of(svg_of(network, room=room)) for room in ("wide", "phone"))
    assert "32 of 784" in wide
    assert "16 of 784" in phone


@pytest.mark.parametrize("units", [17, 32, 40])
@pytest.mark.parametrize("room", ["wide", "narrow", "phone", "large"])
def test_a_wide_layer_stands_in_two_columns_and_where_there_is_less_room_is_drawn_with_fewer_units(units, room):
    experiment, dataset, _rows = laid_out("spiral")
    last = experiment.model.layers[-1]
    first = experiment.model.layers[0].with_params(units=units)
    made = experiment.with_layers([first, last])
    kernel = np.random.default_rng(0).normal(size=(units, 1)).astype(np.float32)
    weights = {
        first.id: LayerWeights(np.ones((2, units), np.float32), np.zeros(units, np.float32)),
        last.id: LayerWeights(kernel, None),
    }
    svg = svg_of(drawn_network(made, layer_rows(made, dataset), dataset, weights), room=room)
    assert is_within(svg)
    [into] = [one for one in svg.iter("g") if one.get("data-wires") == f"input>{first.id}"]
    [on] = [one for one in svg.iter("g") if one.get("data-wires") == f"{first.id}>{last.id}"]
    most = MOST_UNITS if room in ("wide", "narrow") else FEW_UNITS
    drawn = [int(unit) for unit in into.get("data-to").split()]
    assert drawn == [int(unit) for unit in on.get("data-from").split()]
    loudest = np.argsort(-np.abs(kernel[:, 0]))[:most].tolist()
    assert drawn == (loudest if units > most else list(range(units)))
    assert len(list(into)) == 2 * len(drawn)
    [node] = [one for one in svg.iter("g") if one.get("data-node") == first.id]
    columns = {one.get("cx") for one in node.iter("circle") if one.get("class") != "bias"}
    assert len(columns) == (2 if len(drawn) > 16 else 1)
    widths = [float(path.get("stroke-width")) for path in on]
    assert (np.diff(np.array(widths)[np.argsort(np.abs(kernel[drawn, 0]))]) >= 0).all()


def pixels_of(image):
    """(height, width, 4) of an image that stands in a drawing."""
    kind, text = image.get("href").split(",")
    assert kind == "data:image/png;base64"
    return np.asarray(Image.open(BytesIO(b64decode(text))).convert("RGBA")).astype(int)


def test_images_are_drawn_as_images_and_their_weights_at_the_units_that_look_at_them():
    experiment, dataset, rows = laid_out("lecture")
    first = experiment.model.layers[0]
    kernel = np.zeros((784, first.params["units"]), np.float32)
    kernel[0, 2], kernel[27, 2], kernel[28, 2] = 1.2, -2.0, np.nan
    network = drawn_network(experiment, rows, dataset, {first.id: LayerWeights(kernel, kernel[0])})
    svg = svg_of(network)
    [sample, *units] = list(svg.iter("image"))
    assert len(units) == MOST_UNITS
    own = dataset.train.x[0].reshape(28, 28)
    grey = pixels_of(sample)[..., 0]
    assert np.unravel_index(grey.argmax(), grey.shape) == np.unravel_index(own.argmax(), own.shape)
    weights = pixels_of(units[2])
    assert weights[0, 0].tolist() == [0, 114, 178, 153]  # 9 of 15 steps; blue
    assert weights[0, 27].tolist() == [213, 94, 0, 255]
    assert weights[1, 0, 3] == weights[5, 5, 3] == 0
    said = [one.get("aria-label") for one in svg.iter("g") if one.get("data-unit")]
    assert said[0] == "input image 28×28: one sample of the training part"
    assert "weights of its pixels as an image of 28×28" in said[1]
    assert "small image" in key_of(network, "en")


def test_filters_over_an_image_are_drawn_as_what_they_look_for():
    experiment, dataset, rows = laid_out("digits_conv")
    untrained = svg_of(drawn_network(experiment, rows, dataset))
    assert [bool(one.get("href")) for one in untrained.iter("image")] == [True] + [False] * 16
    model = build_model(run_spec(experiment, dataset)[0])
    [_, *filters] = svg_of(learned_network(experiment, model, dataset)).iter("image")
    kernel = model.get_weights()[0][:, :, 0, 5]
    drawn = pixels_of(filters[5])
    assert np.array_equal(drawn[..., 3] == 255, np.abs(kernel) == np.abs(kernel).max())
    assert drawn.shape == (3, 3, 4)


@pytest.mark.parametrize("name", ["iris", "two_in_two_out", "digits_conv"])
def test_the_weights_that_are_drawn_are_those_of_the_network(name):
    experiment, dataset, _rows = laid_out(name)
    model = build_model(run_spec(experiment, dataset)[0])
    network = learned_network(experiment, model, dataset)
    kernels = [weight for weight in model.get_weights() if weight.ndim == 2]
    drawn = [wires.weights for wires in network.wires if wires.weights is not None]
    assert drawn
    for weights in drawn:
        assert any(np.isin(weights, kernel).all() for kernel in kernels)
    assert network.largest == max(np.abs(weights).max() for weights in drawn)


def test_a_network_that_has_learned_is_drawn_with_a_node_that_leads_nowhere():
    experiment = with_new_node(as_graph(start("iris")), "Dense", ("inputs",))
    dataset = prepare(load_sample("iris"), experiment.data, experiment.seed)
    model = build_model(run_spec(experiment, dataset)[0])
    assert learned_network(experiment, model, dataset).largest > 0


def test_every_unit_says_what_it_is_and_can_be_reached_by_key():
    experiment, dataset, _rows = laid_out("iris")
    model = build_model(run_spec(experiment, dataset)[0])
    network = learned_network(experiment, model, dataset)
    units = [group for group in svg_of(network).iter("g") if group.get("data-unit")]
    assert all(unit.get("tabindex") == "0" and unit.get("role") == "img" for unit in units)
    said = [unit.get("aria-label") for unit in units]
    assert said[0] == "Input 1: sepal_length_cm"
    kernel, bias = model.get_weights()[:2]
    strongest = float(kernel[np.abs(kernel[:, 0]).argmax(), 0])
    numbers = NUMBER.findall(said[len(kernel)])
    assert f"{strongest:.3g}" in numbers
    assert f"{bias[0]:.3g}" in numbers


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '"><b>', "a & b", "기온"])
def test_names_are_text_and_never_markup(name):
    experiment, dataset, rows = laid_out("iris")
    names = (name, *dataset.feature_names[1:])
    svg = svg_of(drawn_network(experiment, rows, replace(dataset, feature_names=names)))
    assert {one.tag for one in svg.iter()} == {"svg", "title", "g", "path", "circle", "rect", "text"}
    assert any((text.text or "").startswith(name[:13]) for text in svg.iter("text"))


def test_below_a_layer_stands_what_is_counted_and_a_target_is_no_unit():
    experiment, dataset, rows = laid_out("digits_conv")
    network = drawn_network(experiment, rows, dataset)
    svg = svg_of(network, room="narrow")
    words = words_of(svg)
    assert {"16 filters", "16 channels", "10 units", "target", "≈"} <= set(words)
    [end] = [group for group in svg.iter("g") if group.get("data-kind") == "end"]
    assert not list(end.iter("circle"))
    assert "no weight" in key_of(network, "en")
    assert "가중치가 아닙니다" in key_of(network, "ko")


def test_a_network_without_data_is_still_drawn():
    experiment = start("iris")
    svg = svg_of(drawn_network(experiment, (), None))
    assert [group.get("data-node") for group in svg.iter("g") if group.get("data-node")] == ["input", "out"]


@pytest.mark.parametrize("name", ["spiral", "digits_conv", "two_in_two_out"])
def test_people_who_open_the_same_network_share_its_drawing_and_any_other_has_its_own(name, monkeypatch):
    experiment, dataset, rows = laid_out(name)
    model = build_model(run_spec(experiment, dataset)[0])
    one, twin = (learned_network(experiment, model, dataset) for _ in range(2))
    assert one is not twin
    text = network_text(one, "en")
    assert text == tostring(network_svg(one, "en"), encoding="unicode")
    with monkeypatch.context() as without:
        without.delattr("lab.charts.network.network_svg")
        assert network_text(twin, "en") == text
    others = [drawn_network(experiment, rows, dataset)]
    for place, wires in enumerate(one.wires):
        if wires.weights is not None:
            turned = replace(wires, weights=wires.weights + np.float32(1e-3))
            others.append(replace(one, wires=(*one.wires[:place], turned, *one.wires[place + 1 :])))
    for place, node in enumerate(one.nodes):
        changes = [{"detail": "another"}]
        if node.bias is not None:
            changes.append({"bias": node.bias + np.float32(1e-3)})
        if node.tiles is not None:
            changes.append({"tiles": node.tiles[..., ::-1] + np.float32(1e-3)})
        others += [
            replace(one, nodes=(*one.nodes[:place], replace(node, **change), *one.nodes[place + 1 :]))
            for change in changes
        ]
    assert one not in others
    assert len({one, *others}) == len(others) + 1
