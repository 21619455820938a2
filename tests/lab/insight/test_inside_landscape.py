"""A slice of the loss: its middle is the loss that the run wrote down, its points are those of the network."""

from functools import cache

import numpy as np
import pytest

from lab.charts.inside_landscape import landscape_map
from lab.insight.evaluate import trained_model
from lab.insight.inside.landscape import (
    COARSEST,
    Landscape,
    epochs_that_fit,
    filter_normalised,
    flat,
    landscape,
    landscape_of,
    loss_of,
    set_flat,
)
from lab.insight.inside.rows import all_rows, rows_looked_at
from lab.runs.kept.replay import past_of
from lab.runs.orders.run import run_spec
from lab.spec.limits import CLASS
from tests.lab.insight.test_inside import trained


def every_row(record, dataset):
    return all_rows(run_spec(record.experiment, dataset)[1])


def model_of(record, dataset):
    return trained_model(record.experiment, record.weights, dataset)


@cache
def found(kind: str, name: str = "iris") -> Landscape:
    record, checkpoints, dataset = trained(name, 8)
    ticks = iter(range(10**6))
    past, places = past_of(record, checkpoints, dataset), rows_looked_at(record.experiment, dataset, CLASS).places
    clock = lambda: float(next(ticks))  # noqa: E731  # each evaluation takes a second
    steps = list(landscape_of(kind, past, 8, places, seconds=IN_SQUARES, numbers=10**6, clock=clock))
    shares, [shown] = steps[:-1], steps[-1:]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    return shown


IN_SQUARES = 17.0**2


@pytest.mark.parametrize("kind", ["path", "random"])
@pytest.mark.parametrize("name", ["iris", "two_in_two_out"])
def test_the_middle_is_the_loss_that_the_run_wrote_down(kind, name):
    record, _, _ = trained(name, 8)
    shown = found(kind, name)
    assert shown.middle_loss == pytest.approx(record.extras["evaluated_loss"][-1], rel=1e-5)
    assert shown.rows == shown.all_rows
    row, column = int(np.abs(shown.y).argmin()), int(np.abs(shown.x).argmin())
    assert (shown.x[column], shown.y[row]) == (0, 0)
    assert shown.z[row, column] == pytest.approx(shown.middle_loss, rel=1e-6)


def test_a_point_of_the_slice_is_the_loss_of_the_network_moved_there():
    record, _, dataset = trained("iris", 8)
    shown, model = found("random"), model_of(record, dataset)
    axes, middle = filter_normalised(model, record.experiment.seed), flat(model)
    set_flat(model, middle + shown.x[3] * axes[0] + shown.y[7] * axes[1])
    assert shown.z[7, 3] == pytest.approx(loss_of(model, every_row(record, dataset))[0], rel=1e-5)


def test_the_way_begins_at_the_start_ends_in_the_middle_and_lies_inside():
    shown = found("path")
    assert (shown.epochs[0], shown.epochs[-1]) == (0, 8)
    np.testing.assert_allclose(shown.way[-1], 0, atol=1e-6)
    assert shown.x[0] <= shown.way[:, 0].min() <= shown.way[:, 0].max() <= shown.x[-1]
    assert 0.5 < sum(shown.shares) <= 1
    assert shown.place_of(8) == pytest.approx((0, 0), abs=1e-6)
    between = (shown.way[shown.epochs.index(6)] + shown.way[shown.epochs.index(8)]) / 2
    assert shown.place_of(7) == pytest.approx(tuple(between))


def test_a_random_direction_is_filter_by_filter_as_long_as_the_weights_and_leaves_biases_alone():
    record, _, dataset = trained("iris", 8)
    model = model_of(record, dataset)
    one, other = filter_normalised(model, 3)
    kernel, bias = model.layers[0].get_weights()
    first = one[: kernel.size].reshape(kernel.shape)
    np.testing.assert_allclose(np.linalg.norm(first, axis=0), np.linalg.norm(kernel, axis=0), rtol=1e-5)
    assert not one[kernel.size : kernel.size + bias.size].any()
    assert not np.allclose(one, other)
    np.testing.assert_array_equal(filter_normalised(model, 3)[0], one)


def test_the_network_is_left_as_it_was_also_where_the_work_is_broken_off():
    record, _, dataset = trained("iris", 8)
    model, every = model_of(record, dataset), every_row(record, dataset)
    before = flat(model)
    steps = landscape("random", model, {8: before}, every, every, seconds=0.0)
    next(steps)
    steps.close()
    np.testing.assert_array_equal(flat(model), before)


def test_little_time_makes_a_coarse_slice_of_some_rows_and_more_a_finer_one_of_all():
    record, _, dataset = trained("lecture", 3)
    model, rows, every = (
        model_of(record, dataset),
        rows_looked_at(record.experiment, dataset, CLASS),
        every_row(record, dataset),
    )
    ticks = iter(range(10**6))

    def with_budget(seconds: float) -> Landscape:
        # a clock on which each evaluation takes a second
        *_, shown = landscape(
            "random", model, {3: flat(model)}, rows, every, seconds=seconds, clock=lambda: float(next(ticks))
        )
        return shown

    coarse, finer = with_budget(10.0), with_budget(float(17**2))
    assert (len(coarse.x), coarse.rows) == (COARSEST, len(rows))
    assert (len(finer.x), finer.rows) == (17, len(every))


def test_a_large_network_keeps_fewer_epochs_of_its_way():
    assert epochs_that_fit(list(range(20)), 1000, 5000) == [0, 5, 10, 14, 19]
    assert len(epochs_that_fit(list(range(20)), 10**6, 10)) == 3


@pytest.mark.parametrize("kind", ["path", "random"])
def test_the_map_has_the_losses_the_way_and_a_star_at_the_epoch(kind):
    shown = found(kind)
    chart = landscape_map(shown, 6, language="ko")
    assert chart.data[0].z.shape == shown.z.shape
    assert (chart.data[-1].x[0], chart.data[-1].y[0]) == pytest.approx(shown.place_of(6))
    assert len(chart.data) == (4 if kind == "path" else 2)
