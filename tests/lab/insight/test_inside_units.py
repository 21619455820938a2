"""Units from close by: what they respond to by brute force, first-layer weights as images, the plane of components."""

import re
from base64 import b64decode
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from lab.charts.inside_units import by_target, correlations, embedded, tiles, weights_of_inputs
from lab.charts.inside_warp import warp
from lab.insight.evaluate import trained_model
from lab.insight.inside.rows import rows_looked_at
from lab.insight.inside.units import (
    SURFACE,
    Responses,
    correlation,
    embedding,
    outputs_of,
    responses,
    row_images,
    surfaces,
    weight_images,
    weight_table,
)
from lab.insight.inside.views import rows_told, targets_of
from lab.insight.inside.warp import LINES, grid_lines, warped
from lab.insight.moment import grid_of
from lab.runs.orders.run import run_spec
from lab.runs.work.build import build_model
from lab.runs.work.trainer import Trainer
from lab.spec.limits import CLASS
from lab.spec.parts import LayerSpec
from lab.starts import start
from lab.texts import LANGUAGES
from tests.lab.insight.test_inside import data, trained


def scene(name: str):
    """(experiment, model, dataset, rows looked at)"""
    record, _, dataset = trained(name, 3)
    model = trained_model(record.experiment, record.weights, dataset)
    return record.experiment, model, dataset, rows_looked_at(record.experiment, dataset, CLASS)


def ids(experiment) -> list[str]:
    return [layer.id for layer in experiment.model.layers]


@pytest.mark.parametrize("name", ["iris", "two_in_two_out", "hourly"])
def test_what_the_last_layer_gives_is_what_the_network_answers(name):
    experiment, model, _, rows = scene(name)
    last = ids(experiment)[-1]
    given, answer = outputs_of(experiment, model, rows.x, [last])[last], model.predict(rows.x, verbose=0)
    answers = list(answer.values()) if isinstance(answer, dict) else [answer]
    assert any(given.shape == one.shape and np.array_equal(given, one) for one in answers)


def test_the_best_rows_are_those_of_a_search_through_all():
    experiment, model, dataset, rows = scene("iris")
    found = responses(experiment, model, rows, ids(experiment)[0])
    kernel, bias = model.layers[0].get_weights()
    by_hand = np.maximum(rows.x @ kernel + bias, 0)
    np.testing.assert_allclose(found.given, by_hand, atol=1e-5)
    unit = found.by_activity[0]
    assert by_hand[:, unit].std() == pytest.approx(by_hand.std(axis=0).max(), rel=1e-4)
    best = found.best_rows(unit)
    assert [found.given[place, unit] for place in best] == sorted(found.given[:, unit])[::-1][: len(best)]
    told = rows_told(dataset, rows, best)
    assert told.targets == [dataset.classes[dataset.train.target[rows.places[place]]] for place in best]
    assert told.rows[0] == dataset.train.rows[rows.places[best[0]]] + 1


def test_over_places_the_largest_counts():
    experiment, model, _, rows = scene("digits_conv")
    first = ids(experiment)[0]
    found, given = responses(experiment, model, rows, first), outputs_of(experiment, model, rows.x, [first])[first]
    assert found.over_places
    np.testing.assert_array_equal(found.given, given.max(axis=(1, 2)))


def test_a_unit_s_surface_is_what_it_gives_over_the_plane():
    experiment, model, dataset, _ = scene("spiral")
    seen = surfaces(experiment, model, dataset, ids(experiment)[0], [3, 1])
    kernel, bias = model.layers[0].get_weights()
    grid = grid_of(dataset, SURFACE)[0]
    assert seen.units == [3, 1]
    np.testing.assert_allclose(seen.pictures[1, 7, 20], np.tanh(grid[7 * SURFACE + 20] @ kernel + bias)[1], atol=1e-5)
    assert surfaces(*scene("iris")[:3], "l0", [0]) is None


def test_first_weights_are_images_of_pixels_filters_or_a_table_of_columns():
    experiment, model, dataset, _ = scene("lecture")
    images = weight_images(experiment, model, dataset, [4, 2])
    kernel = model.layers[0].get_weights()[0]
    assert images.pictures.shape == (2, 28, 28)
    np.testing.assert_array_equal(images.pictures[0].ravel(), kernel[:, 4])
    experiment, model, dataset, _ = scene("digits_conv")
    filters = weight_images(experiment, model, dataset, range(16))
    np.testing.assert_array_equal(filters.pictures[5], model.layers[0].get_weights()[0][:, :, 0, 5])
    np.testing.assert_array_equal(row_images(dataset, [7]).pictures[0], dataset.train.x[7, :, :, 0])
    experiment, model, dataset, _ = scene("iris")
    assert weight_images(experiment, model, dataset, [0]) is None
    assert row_images(dataset, [0]) is None
    table = weight_table(experiment, model, dataset, [5, 0])
    np.testing.assert_array_equal(table.weights, model.layers[0].get_weights()[0][:, [5, 0]])
    assert table.inputs == dataset.feature_names


def test_the_embedding_keeps_the_most_of_the_spread_and_stays_put():
    rng = np.random.default_rng(5)
    values = rng.normal(size=(60, 2)) @ np.array([[3, 0, 1.0], [0, 1, -1]])
    shown = embedding(values)
    distances = np.linalg.norm(shown.points[:, None] - shown.points, axis=-1)
    np.testing.assert_allclose(distances, np.linalg.norm(values[:, None] - values, axis=-1), atol=1e-9)
    assert sum(shown.shares) == pytest.approx(1)
    assert shown.shares[0] > shown.shares[1]
    np.testing.assert_allclose(embedding(values[::-1]).points[::-1], shown.points, atol=1e-9)
    assert embedding(np.ones((4, 3))).shares == (0, 0)
    assert embedding(values[:, :1]).points.shape == (60, 2)


def test_correlation_is_numpy_s_and_empty_for_a_unit_that_never_changes():
    values = np.random.default_rng(6).normal(size=(50, 4))
    values[:, 2] = 1.5
    found = correlation(values, [0, 3, 2])
    np.testing.assert_allclose(found[:2, :2], np.corrcoef(values[:, [0, 3]].T), atol=1e-12)
    assert np.isnan(found[2]).all()
    assert np.isnan(found[:, 2]).all()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["iris", "tmax", "ctc_morse"])
def test_every_task_is_drawn(name, language):
    record, _, dataset = trained(name, 1 if name == "ctc_morse" else 3)
    rows = rows_looked_at(record.experiment, dataset, CLASS)
    target, classes = targets_of(dataset, rows)
    given = Responses(np.random.default_rng(0).normal(size=(len(rows), 5))).given
    box = by_target(given[:, 0], target, classes, ("t", "u"), language=language)
    points = embedded(embedding(given), target, classes, "t", language=language)
    assert sum(len(one.y) for one in box.data) == len(rows)
    assert sum(len(one.x) for one in points.data) == len(rows)
    assert correlations(correlation(given, range(5)), range(5)).data[0].z.shape == (5, 5)


def drawn(html: str) -> list[np.ndarray]:
    """Of each tile (height, width): how strong its pixels are, below zero where they are orange."""
    addresses = re.findall(r'src="data:image/png;base64,([^"]+)"', html)
    found = [np.asarray(Image.open(BytesIO(b64decode(address))).convert("RGBA")).astype(int) for address in addresses]
    return [np.where(one[..., 0] > one[..., 2], -1, 1) * one[..., 3] / 255 for one in found]


def test_tiles_share_one_scale_and_an_image_has_its_first_row_on_top():
    experiment, model, dataset, _ = scene("lecture")
    shown = weight_images(experiment, model, dataset, range(9))
    html = tiles(shown, [f"<{unit}>" for unit in shown.units])
    pictures = drawn(html)
    largest = np.abs(shown.pictures).max()
    np.testing.assert_allclose(np.stack(pictures), shown.pictures / largest, atol=0.5 / 15 + 0.01)
    assert html.count("<figure>") == 9
    assert "&lt;3&gt;" in html
    experiment, model, dataset, _ = scene("spiral")
    seen = surfaces(experiment, model, dataset, ids(experiment)[0], [0])
    [picture] = drawn(tiles(seen, ["1"]))
    assert np.abs(picture[::-1] - seen.pictures[0] / np.abs(seen.pictures).max()).max() < 0.05


def test_images_of_rows_are_drawn_as_ink():
    dataset = trained("lecture")[2]
    html = tiles(row_images(dataset, [0]), ["row"], signed=False)
    [address] = re.findall(r'src="data:image/png;base64,([^"]+)"', html)
    ink = 255 - np.asarray(Image.open(BytesIO(b64decode(address)))).astype(float)
    image = dataset.train.x[0].reshape(28, 28)
    np.testing.assert_allclose(ink, 255 * (image - image.min()) / (image.max() - image.min()), atol=1)


def test_weights_of_columns_are_drawn_by_input_and_unit():
    experiment, model, dataset, _ = scene("iris")
    table = weight_table(experiment, model, dataset, [0])
    assert weights_of_inputs(table, language="en").data[0].z.shape == (4, 1)


def test_gates_of_a_recurrent_layer_are_not_shown_as_its_units():
    experiment = start("hourly")
    first = LayerSpec(id="l0", type="LSTM", params={"units": 3})
    experiment = experiment.with_layers((first, experiment.model.layers[-1].replace(id="last")))
    dataset = data("hourly")
    model = build_model(run_spec(experiment, dataset)[0])
    assert weight_table(experiment, model, dataset, range(3)) is None


# --- the plane bent by each layer


def test_the_warped_plane_begins_with_the_inputs_and_ends_with_what_the_network_predicts():
    experiment, model, dataset, rows = scene("spiral")
    stages = warped(experiment, model, dataset, rows)
    assert [stage.view for stage in stages] == ["plane", "components", "components", "line"]
    np.testing.assert_array_equal(stages[0].points, rows.x)
    np.testing.assert_array_equal(stages[-1].points[:, 0], model.predict(rows.x, verbose=0)[:, 0])
    grid = grid_of(dataset, LINES)[0]
    np.testing.assert_array_equal(stages[-1].grid[..., 0].ravel(), model.predict(grid, verbose=0)[:, 0])
    given = outputs_of(experiment, model, rows.x, ids(experiment))[ids(experiment)[0]]
    assert 0 < stages[1].share < 1
    np.testing.assert_allclose(stages[1].points, embedding(given).points, atol=1e-5)
    assert warped(*scene("iris")) == []


def test_a_layer_of_two_units_is_shown_as_it_is_and_one_that_changes_nothing_is_left_out():
    record, _, dataset = trained("circle", 3)
    experiment = record.experiment.with_layer(record.experiment.model.layers[0].with_params(units=2))
    experiment = experiment.with_added_layer("Dropout", {"rate": 0.5}, position=1)
    model = Trainer(*run_spec(experiment, dataset)).model
    rows = rows_looked_at(experiment, dataset, CLASS)
    stages = warped(experiment, model, dataset, rows)
    assert [stage.view for stage in stages] == ["plane", "plane", "line"]
    kernel, bias = model.layers[0].get_weights()
    np.testing.assert_allclose(stages[1].points, np.maximum(rows.x @ kernel + bias, 0), atol=1e-5)


def test_the_animation_has_a_frame_for_each_stage_and_every_line_of_the_grid():
    experiment, model, dataset, rows = scene("spiral")
    stages = warped(experiment, model, dataset, rows)
    target, classes = targets_of(dataset, rows)
    chart = warp(stages, ["in", "1", "2", "3"], ["i", "1", "2", "3"], target, classes, language="en")
    assert len(chart.frames) == len(stages)
    assert {len(frame.data) for frame in chart.frames} == {1 + len(classes)}
    assert all(np.abs(np.array(trace.y)).max() <= 1 for frame in chart.frames for trace in frame.data[1:])
    x, y = grid_lines(stages[1].grid)
    assert x.count(None) == y.count(None) == 2 * LINES
