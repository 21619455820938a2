"""The drawing of a graph: every box once, none over another, edges past boxes, names as text and never as markup."""

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.charts.graph import graph_svg, text_width
from lab.model.layer_table import graph_table
from lab.starts import start

SHAPES = {"ground": (4,), "upper": (3,)}


def drawn(graph, name=lambda key: key):
    rows = graph_table(graph, SHAPES)
    keys = [*graph.inputs, *(row.id for row in rows), *(f"out:{output.name}" for output in graph.outputs)]
    text = graph_svg(graph, rows, {key: (name(key), "(None, 16)") for key in keys}, title=name("graph"))
    return ET.fromstring(text)  # noqa: S314  # our own text


def boxes(svg):
    """Name -> (left, top, right, bottom)."""
    found = {}
    for group in svg.iter("g"):
        if "data-box" in group.attrib:
            frame = group.find("rect")
            left, top, width, height = (float(frame.get(name)) for name in ("x", "y", "width", "height"))
            found[group.get("data-box")] = (left, top, left + width, top + height)
    return found


def test_every_input_node_and_output_is_a_box_within_the_picture():
    svg = drawn(start("two_in_two_out").model)
    _x, _y, width, height = map(float, svg.get("viewBox").split())
    found = boxes(svg)
    assert set(found) == {"ground", "upper", "l0", "l1", "l2", "l3", "l4", "l5", "out:tmax", "out:rain"}
    for left, top, right, bottom in found.values():
        assert 0 <= left < right <= width
        assert 0 <= top < bottom <= height
    assert found["ground"][3] < found["l0"][1] < found["l2"][1] < found["out:rain"][1]


@given(st.data())
def test_no_box_lies_over_another(data):
    graph = start("two_in_two_out").model
    for _ in range(data.draw(st.integers(0, 12))):
        sources = [*graph.inputs, *(node.id for node in graph.nodes)]
        graph = graph.with_added_node("Add", {}, data.draw(st.lists(st.sampled_from(sources), max_size=4)))
    found = list(boxes(drawn(graph)).values())
    for place, one in enumerate(found):
        for other in found[:place]:
            apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
            assert apart


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '"><b>', "a & b", "기온"])
def test_names_are_text_and_never_markup(name):
    svg = drawn(start("two_in_two_out").model, lambda key: name)
    assert {element.tag for element in svg.iter()} == {"svg", "title", "g", "path", "rect", "text"}
    assert name in [text.text for text in svg.iter("text")]
    assert svg.find("title").text == name


def test_a_hangul_syllable_takes_more_room_than_a_letter():
    assert text_width("기온") > 1.5 * text_width("ab")


def test_a_graph_with_nothing_but_an_input_is_drawn():
    graph = start("two_in_two_out").model.replace(nodes=(), outputs=())
    assert set(boxes(drawn(graph))) == {"ground", "upper"}
