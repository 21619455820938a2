"""A digit drawn by hand reaches the network as the images of the data are."""

from base64 import b64encode

import numpy as np
import pytest

from lab.data.prepare import prepare
from lab.data.samples import load_sample
from lab.insight.drawn_image import INK, SIDE, can_draw, drawn_sample, fitted, read_drawing
from lab.insight.evaluate import said_to
from lab.model.pixels import images_of
from lab.runs.orders.run import run_spec
from lab.runs.work.trainer import Trainer
from lab.starts import start


@pytest.fixture(scope="module")
def digits():
    experiment = start("digits_conv").with_fit(epochs=8)
    return experiment, prepare(load_sample(experiment.data.source.name), experiment.data, experiment.seed)


def enlarged(image, size=40, down=3, right=18):
    """An image as somebody may have drawn it: larger, and not in the middle of the paper."""
    drawing = np.zeros((SIDE, SIDE))
    places = np.arange(size) * image.shape[0] // size
    drawing[down : down + size, right : right + size] = image[np.ix_(places, places)]
    return drawing


def test_a_drawing_of_an_image_of_the_data_is_read_as_that_image(digits):
    experiment, dataset = digits
    trainer = Trainer(*run_spec(experiment, dataset))
    trainer.advance()
    x, target = dataset.validation.x[:60], dataset.validation.target[:60]
    samples = [drawn_sample(dataset, enlarged(image)) for image in images_of(dataset, x)[0]]
    drawn = np.concatenate([sample.x for sample in samples])
    assert drawn.shape == x.shape
    answers = said_to(trainer.model, experiment, dataset, drawn)[""].argmax(axis=1)
    assert (answers == target).mean() > 0.8


def test_it_is_scaled_to_the_size_and_moved_to_the_middle_that_is_asked_for():
    drawing = np.zeros((SIDE, SIDE))
    drawing[5:45, 8:18] = 1.0
    image = fitted(drawing, (28, 28), 20, (14.0, 14.0))
    rows, columns = np.nonzero(image > INK)
    assert rows.max() - rows.min() + 1 == 20
    assert columns.max() - columns.min() + 1 in (5, 6)
    mass = image.sum()
    assert image.sum(axis=1) @ (np.arange(28) + 0.5) / mass == pytest.approx(14.0)
    assert image.sum(axis=0) @ (np.arange(28) + 0.5) / mass == pytest.approx(14.0)
    assert image.max() == 1.0


@pytest.mark.parametrize("text", [None, 3, "", "####", b64encode(b"short").decode(), "A" * 100_000])
def test_what_is_no_drawing_is_none(text):
    assert read_drawing(text) is None


def test_an_empty_paper_is_none_and_a_drawing_is_pixels_from_0_to_1():
    assert read_drawing(b64encode(bytes(SIDE * SIDE)).decode()) is None
    drawing = read_drawing(b64encode(bytes([255] * SIDE * SIDE)).decode())
    assert (drawing.shape, drawing.max()) == ((SIDE, SIDE), 1.0)


def test_only_where_a_sample_is_one_image_there_is_something_to_draw(digits):
    assert can_draw(*digits)
    experiment = start("iris")
    assert not can_draw(experiment, prepare(load_sample("iris"), experiment.data, 0))
