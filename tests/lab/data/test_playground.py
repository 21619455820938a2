"""Generated tables hold to the formulas that they say they are made by."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.data.given import given_table
from lab.data.playground import BUMPS, DATASETS, FEATURES, generated, kind_of
from lab.data.prepare import prepare
from lab.errors import ExperimentError
from lab.export.link import from_link, to_link
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.inline import InlineEngine
from lab.spec.data import AS_FOUND, DataSpec, Formula, PlaygroundSource, SplitSpec
from lab.spec.experiment import CompileSpec, Experiment, FitSpec, ModelSpec, PartSpec
from lab.spec.value import checked

MANY = 5_000
NOISES = (0.0, 25.0, 50.0)


def points(dataset, noise=0.0, count=MANY, seed=3):
    """Coordinates (n, d) and what is to be predicted (n,)."""
    source = PlaygroundSource(dataset=dataset, noise=noise, points=count, seed=seed)
    table, kind = generated(source), kind_of(source)
    return table.frame[["x1", "x2"][: kind.dimension]].to_numpy(), table.frame[kind.target].to_numpy()


def experiment(source, **split):
    kind = kind_of(source)
    data = DataSpec(
        source=source,
        inputs=kind.features,
        target=kind.target,
        task="binary" if kind.classes == 2 else "multiclass" if kind.classes else "regression",
        scaling="none",
        split=SplitSpec(**{"validation": 0.5, "test": 0.0, **split}),
    )
    loss = "BinaryCrossentropy" if kind.classes == 2 else "MeanSquaredError"
    made = Experiment(
        data=data,
        model=ModelSpec(),
        compile=CompileSpec(loss=PartSpec(type=loss), optimizer=PartSpec(type="SGD")),
        fit=FitSpec(epochs=3),
    )
    made = made.with_added_layer("Dense", {"units": 4, "activation": "tanh"})
    return made.with_added_layer("Dense", {"units": 1, "activation": "sigmoid" if kind.classes else None})


# --- the formulas


@pytest.mark.parametrize("noise", NOISES)
def test_the_circle_has_a_gap_and_noise_changes_labels_near_it_alone(noise):
    x, label = points("circle", noise)
    radius = np.hypot(*x.T)
    assert ((radius < 2.5) | ((radius >= 3.5) & (radius <= 5))).all()
    assert np.mean(radius < 2.5) == 0.5
    wrong = (label == 1) != (radius < 2.5)
    assert np.mean(label) == pytest.approx({0: 0.0, 25: -0.14, 50: -0.30}[noise], abs=0.03)
    assert np.abs(radius[wrong] - 2.5).max(initial=0) <= 5 * np.sqrt(2) * noise / 100
    assert np.mean(radius[:2500]) == pytest.approx(1.25, abs=0.05)  # uniform in radius: denser at the centre


@pytest.mark.parametrize("noise", NOISES)
def test_xor_keeps_its_distance_from_both_axes_and_noise_changes_labels_near_them(noise):
    x, label = points("xor", noise)
    assert (np.abs(x) >= 0.3).all()
    assert (np.abs(x) <= 5.3).all()
    wrong = (label == 1) != (x.prod(axis=1) >= 0)
    assert wrong.any() == (noise > 0)
    assert np.abs(x[wrong]).min(axis=1).max(initial=0) <= 5 * noise / 100


@pytest.mark.parametrize("noise", NOISES)
def test_the_two_clouds_get_wider_with_noise(noise):
    x, label = points("gauss", noise)
    for side in (-1, 1):
        cloud = x[label == side]
        assert len(cloud) == MANY / 2
        assert cloud.mean(axis=0) == pytest.approx(2 * side, abs=0.15)
        assert cloud.var(axis=0) == pytest.approx(0.5 + 7 * noise / 100, rel=0.08)


@pytest.mark.parametrize("noise", NOISES)
def test_a_point_of_the_spiral_lies_on_its_arm_but_for_the_noise(noise):
    x, label = points("spiral", noise)
    n = MANY // 2
    share = np.arange(n) / n
    for arm, turned in ((x[:n], 0), (x[n:], np.pi)):
        angle = 1.75 * 2 * np.pi * share + turned
        line = 5 * share[:, np.newaxis] * np.stack([np.sin(angle), np.cos(angle)], axis=1)
        assert np.abs(arm - line).max() <= noise / 100 + 1e-12
    assert (label == np.repeat([1, -1], n)).all()


@pytest.mark.parametrize("noise", NOISES)
def test_the_plane_and_the_bumps_have_the_height_of_a_point_nearby(noise):
    x, y = points("reg-plane", noise)
    assert np.abs(10 * y - x.sum(axis=1)).max() <= 2 * 6 * noise / 100 + 1e-12
    x, y = points("reg-gauss", noise)
    heights = [sign * np.clip(1 - np.hypot(x[:, 0] - a, x[:, 1] - b) / 2, 0, 1) for a, b, sign in BUMPS]
    exact = np.array(heights)[np.abs(heights).argmax(axis=0), np.arange(MANY)]
    assert np.abs(y - exact).max() <= np.sqrt(2) * 6 * noise / 100 / 2 * 2 + 1e-12
    assert (np.abs(y) <= 1).all()
    if not noise:
        assert y == pytest.approx(exact, abs=1e-12)


@pytest.mark.parametrize("dataset", [name for name, kind in DATASETS.items() if kind.classes > 2])
def test_several_classes_are_numbered_and_about_as_large(dataset):
    _x, label = points(dataset)
    counts = np.bincount(label)
    assert len(counts) == DATASETS[dataset].classes
    assert counts.max() - counts.min() <= 2


@given(
    dataset=st.sampled_from(sorted(DATASETS)),
    noise=st.sampled_from([5.0, 20.0, 50.0]),
    count=st.integers(10, 300),
    seed=st.integers(0, 2**32 - 1),
)
def test_noise_moves_the_points_that_there_are_and_makes_no_others(dataset, noise, count, seed):
    x, _y = points(dataset, 0.0, count, seed)
    moved, other = points(dataset, noise, count, seed)
    assert len(x) == len(moved) == count
    assert np.isfinite(moved).all()
    assert np.isfinite(other).all()
    if dataset not in ("gauss", "four-clouds"):  # there noise is the width
        assert np.abs(moved - x).max() <= 2 * noise / 100 + 1e-9
    again = points(dataset, noise, count, seed)
    assert (again[0] == moved).all()
    assert (again[1] == other).all()
    assert DATASETS[dataset].kind == "number" or set(other) <= {-1, 0, 1, 2, 3}


def test_every_formula_has_a_name_in_the_experiment_and_the_other_way_round():
    assert set(DATASETS) | {"drawn"} == set(Formula.__args__)


# --- columns, and the life of an experiment


def test_columns_to_learn_from_are_made_of_the_coordinates():
    frame = generated(PlaygroundSource(dataset="moons", points=50)).frame
    x1, x2 = frame["x1"], frame["x2"]
    expected = [x1, x2, x1**2, x2**2, x1 * x2, np.sin(x1), np.sin(x2)]
    for name, values in zip(FEATURES, expected, strict=True):
        assert (frame[name] == values).all()
    line = generated(PlaygroundSource(dataset="sine", points=50))
    assert line.column_names == ("x1", "x1_squared", "sin_x1", "y")


def test_drawn_points_are_the_rows_in_their_order_with_as_many_classes_as_were_drawn():
    drawn = ((0.0, 1.5, 2), (-3.0, 0.25, 0), (2.0, 2.0, 5))
    source = PlaygroundSource(dataset="drawn", drawn=drawn)
    frame = generated(source).frame
    assert frame[["x1", "x2", "label"]].to_numpy().tolist() == [list(map(float, point)) for point in drawn]
    assert kind_of(source).classes == 3


@pytest.mark.parametrize(
    "odd",
    [
        {"noise": 51},
        {"noise": float("nan")},
        {"points": 5_001},
        {"points": 9},
        {"points": True},
        {"dataset": "../etc"},
        {"seed": 2**32},
        {"dataset": "drawn", "drawn": ((0.0, 101.0, 0),)},
        {"dataset": "drawn", "drawn": ((0.0, 0.0, 10),)},
        {"dataset": "drawn", "drawn": ((0.0, 0.0, 1),) * 1_001},
        {"dataset": "circle", "drawn": ((0.0, 0.0, 1),)},
        {"features": ("x1",)},
    ],
)
def test_what_is_out_of_bounds_is_refused(odd):
    with pytest.raises(ExperimentError):
        checked(PlaygroundSource, {"dataset": "circle", **odd})


@pytest.mark.parametrize("dataset", sorted(DATASETS))
def test_a_run_on_a_generated_table_is_the_same_run_out_of_a_link_and_a_file(dataset):
    made = experiment(PlaygroundSource(dataset=dataset, noise=10, points=60, seed=5), validation=0.4)
    if DATASETS[dataset].classes > 2:
        made = made.with_layers(made.model.layers[:1]).with_added_layer("Dense", {"units": DATASETS[dataset].classes})
    curves = []
    for one in (made, from_link(to_link(made)), Experiment.from_json(made.to_json())):
        assert one == made
        dataset_ = prepare(given_table(one.data.source, AS_FOUND), one.data, one.seed)
        assert (len(dataset_.train.x), len(dataset_.validation.x)) == (36, 24)
        engine = InlineEngine()
        run = engine.start(RunRequest(one, dataset_), "me")
        engine.advance()
        curves.append(engine.record(run, "me").history)
    assert len(curves[0]["loss"]) == 3
    assert curves[0] == curves[1] == curves[2]


def test_nothing_is_scaled_where_nothing_is_asked_for():
    source = PlaygroundSource(dataset="circle", points=40)
    dataset = prepare(generated(source), experiment(source).data, 0)
    frame = generated(source).frame
    assert dataset.train.x == pytest.approx(frame[list(FEATURES)].to_numpy()[dataset.train.rows], rel=1e-6)
