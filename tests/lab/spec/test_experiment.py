"""The Experiment is a value: equal by content, the same after a round trip; refusals name field, value and range."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.errors import ExperimentError
from lab.spec import experiment as module
from lab.spec.data import DataSpec, SampleSource, SplitSpec, UploadSource
from lab.spec.experiment import (
    Change,
    CompileSpec,
    Experiment,
    FitSpec,
    LayerSpec,
    ModelSpec,
    PartSpec,
    check_limits,
    checked,
)
from lab.spec.limits import CLASS
from lab.texts import LANGUAGES, say_error
from netcore.errors import NetcoreValueError
from netcore.layers import LAYERS
from netcore.losses import LOSSES
from netcore.optimizers import OPTIMIZERS
from netcore.params import BoolParam, ChoiceParam, FloatParam, IntParam, defaults


def iris(**changes):
    values = {
        "name": "iris",
        "data": DataSpec(source=SampleSource(name="iris"), inputs=("a", "b"), target="c", task="multiclass"),
        "model": ModelSpec(
            layers=(
                LayerSpec(id="l0", type="Dense", params={"units": 16, "activation": "relu"}),
                LayerSpec(id="l1", type="Dense", params={"units": 3, "activation": "softmax"}),
            )
        ),
        "compile": CompileSpec(loss=PartSpec(type="CategoricalCrossentropy"), metrics=("accuracy",)),
        "fit": FitSpec(),
        **changes,
    }
    return Experiment(**values)


# --- drawn experiments: whatever a form, a link or a file can hold

names = st.text(max_size=20)


def arguments(param):
    """Values that a Param allows."""
    if isinstance(param, IntParam):
        return st.integers(param.low, param.high if param.high is not None else param.low + 100)
    if isinstance(param, FloatParam):
        low, high = max(param.low, -1e6), min(param.high, 1e6)
        return st.floats(low, high, exclude_min=param.open_low, exclude_max=param.open_high)
    if isinstance(param, BoolParam):
        return st.booleans()
    if isinstance(param, ChoiceParam):
        return st.sampled_from(sorted(param.names()))
    return st.just(param.example())


@st.composite
def parts(draw, registry, kind=PartSpec, **more):
    cls = draw(st.sampled_from(list(registry)))
    known = defaults(cls)
    params = {}
    for name, param in cls.params.items():
        strategy = arguments(param)
        if not strategy.is_empty and (name not in known or draw(st.booleans())):
            params[name] = draw(strategy)
    return kind(type=cls.__name__, params=params, **more)


sources = st.one_of(
    st.builds(SampleSource, name=names),
    st.builds(UploadSource, name=names, sha256=st.just("0" * 64), columns=st.tuples(names, names)),
)
splits = st.builds(
    SplitSpec,
    order=st.sampled_from(["shuffled", "time"]),
    validation=st.floats(0, 0.4),
    test=st.floats(0, 0.5),
    time_column=st.one_of(st.none(), names),
)
data = st.builds(
    DataSpec,
    source=sources,
    inputs=st.lists(names, max_size=4).map(tuple),
    target=names,
    task=st.sampled_from(["binary", "multiclass", "regression"]),
    scaling=st.sampled_from(["standard", "constant", "none"]),
    scale_constant=st.floats(1e-6, 1e6),
    missing=st.sampled_from(["drop", "fill"]),
    persistence_column=st.one_of(st.none(), names),
    split=splits,
)
changes = st.one_of(
    st.builds(
        Change,
        epoch=st.integers(0, 50),
        batch=st.integers(0, 50),
        name=st.just("learning_rate"),
        value=st.floats(0, 1e9),
    ),
    st.builds(
        Change,
        epoch=st.integers(0, 50),
        batch=st.integers(0, 50),
        name=st.sampled_from(["batch_size", "epochs"]),
        value=st.integers(1, 500).map(float),
    ),
)


@st.composite
def experiments(draw):
    count = draw(st.integers(0, 4))
    layers = tuple(draw(parts(LAYERS, LayerSpec, id=f"l{place}")) for place in range(count))
    return Experiment(
        name=draw(names),
        data=draw(data),
        model=ModelSpec(layers=layers),
        compile=CompileSpec(
            optimizer=draw(parts(OPTIMIZERS)),
            loss=draw(parts(LOSSES)),
            metrics=tuple(draw(st.lists(st.sampled_from(["accuracy", "mae", "mse"]), unique=True))),
        ),
        fit=FitSpec(
            epochs=draw(st.integers(1, 20_000)),
            batch_size=draw(st.integers(1, 1000)),
            shuffle=draw(st.booleans()),
            changes=tuple(draw(st.lists(changes, max_size=4))),
        ),
        seed=draw(st.integers(0, 2**32 - 1)),
    )


@given(experiments())
def test_json_gives_the_same_experiment_back(experiment):
    again = Experiment.from_json(experiment.to_json())
    assert again == experiment
    assert hash(again) == hash(experiment)
    assert again.content_hash() == experiment.content_hash()
    assert again.to_json() == experiment.to_json()


@given(experiments(), st.text(max_size=10))
def test_a_name_changes_no_number_so_it_does_not_change_the_content_hash(experiment, name):
    assert experiment.replace(name=name).content_hash() == experiment.content_hash()


@given(experiments())
def test_layers_can_be_moved_copied_and_removed_and_ids_stay_unique(experiment):
    grown = experiment.with_added_layer("Dense", {"units": 7})
    new = grown.model.layers[-1].id
    assert new not in {layer.id for layer in experiment.model.layers}
    assert grown.without_layer(new) == experiment
    assert grown.with_moved_layer(new, -100).model.layers[0].id == new
    assert grown.with_moved_layer(new, +1) == grown
    copied = grown.with_duplicated_layer(new).model.layers
    assert copied[-1].params == copied[-2].params
    assert len({layer.id for layer in copied}) == len(copied)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
FIELDS = [
    "name",
    "seed",
    "schema_version",
    "data",
    "data.source",
    "data.source.name",
    "data.inputs",
    "data.split",
    "data.split.test",
    "data.scale_constant",
    "model",
    "model.layers",
    "compile",
    "compile.loss",
    "compile.loss.params",
    "compile.metrics",
    "compile.optimizer.type",
    "fit",
    "fit.epochs",
    "fit.changes",
    "extra",
    "data.extra",
]


@given(field=st.sampled_from(FIELDS), value=json_values)
def test_any_value_in_any_field_is_accepted_or_refused_with_a_sentence(field, value):
    values = json.loads(iris().to_json())
    place = values
    *path, last = field.split(".")
    for step in path:
        place = place.setdefault(step, {})
    place[last] = value
    refusal = None
    try:
        Experiment.from_json(json.dumps(values))
    except (ExperimentError, NetcoreValueError) as error:
        refusal = error
    if refusal is not None:
        assert all(say_error(refusal, language) for language in LANGUAGES)


@given(st.text(max_size=50) | st.binary(max_size=50))
def test_any_text_is_no_experiment_and_says_so(text):
    with pytest.raises(ExperimentError):
        Experiment.from_json(text)


# --- refusals name the field in the reader's language, the value and the range


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"epochs": 0}, ("에포크 수 (epochs)", "0", "1", "20000")),
        ({"epochs": 20_001}, ("에포크 수 (epochs)", "20001", "20000")),
        ({"epochs": 2.5}, ("에포크 수 (epochs)", "2.5")),
        ({"epochs": True}, ("에포크 수 (epochs)", "True")),
        ({"epochs": "10"}, ("에포크 수 (epochs)", "10")),
        ({"batch_size": 0}, ("배치 크기 (batch_size)", "0", "1")),
        ({"batch_size": -3}, ("배치 크기 (batch_size)", "-3", "1")),
        ({"shuffle": "yes"}, ("행 섞기 (shuffle)", "yes")),
        ({"changes": (1,)}, ("fit.changes", "1")),
    ],
)
def test_a_fit_setting_out_of_range_names_itself(change, words):
    with pytest.raises(ExperimentError) as caught:
        iris().with_fit(**change)
    sentence = say_error(caught.value, "ko")
    assert all(word in sentence for word in words), sentence
    assert say_error(caught.value, "en")


def changed(name, value):
    return checked(Change, {"epoch": 0, "batch": 0, "name": name, "value": value})


def uploaded(sha256):
    return checked(UploadSource, {"name": "a", "sha256": sha256, "columns": ()})


@pytest.mark.parametrize(
    ("build", "code", "field"),
    [
        (lambda: iris().replace(seed=-1), "experiment.range_whole", "seed"),
        (lambda: iris().replace(seed=2**32), "experiment.range_whole", "seed"),
        (lambda: iris().replace(name="x" * 201), "experiment.string_too_long", "name"),
        (lambda: iris().replace(name=7), "experiment.not_text", "name"),
        (lambda: iris().with_data(scale_constant=0.0), "experiment.above", "data.scale_constant"),
        (lambda: iris().with_data(task="clustering"), "experiment.choice", "data.task"),
        (lambda: iris().with_data(inputs="ab"), "experiment.not_list", "data.inputs"),
        (lambda: iris().data.split.replace(test=1.5), "experiment.range", "data.split.test"),
        (lambda: iris().data.split.replace(test=float("nan")), "experiment.range", "data.split.test"),
        (lambda: iris().data.split.replace(time_column=3), "experiment.not_text", "data.split.time_column"),
        (lambda: iris().with_compile(metrics=("accuracy",) * 11), "experiment.too_long", "compile.metrics"),
        (lambda: iris().with_fit(epochs=10).fit.replace(speed=3), "experiment.unknown_field", "fit"),
        (lambda: changed("learning_rate", -1.0), "experiment.at_least", "fit.changes.value"),
        (lambda: changed("batch_size", 0.0), "experiment.range_whole", "fit.batch_size"),
        (lambda: changed("epochs", 2.5), "experiment.range_whole", "fit.epochs"),
        (lambda: changed("momentum", 1.0), "experiment.range", "fit.changes.value"),
        (lambda: changed("units", 1.0), "experiment.choice", "fit.changes.name"),
        (lambda: uploaded("0"), "experiment.field", "data.source.sha256"),
        (lambda: checked(SampleSource, {}), "experiment.missing_field", "data.source.name"),
    ],
)
def test_each_refusal_names_its_field(build, code, field):
    with pytest.raises(ExperimentError) as caught:
        build()
    assert (caught.value.code, caught.value.values["field"]) == (code, field)
    assert all(say_error(caught.value, language) for language in LANGUAGES)


def test_an_unknown_entry_at_the_top_has_no_place_to_name():
    with pytest.raises(ExperimentError) as caught:
        Experiment.from_json(iris().to_json().replace("{", '{"foo": 1, ', 1))
    assert caught.value.code == "experiment.unknown_field_at_top"
    assert say_error(caught.value, "en").startswith("An experiment has no entry named foo. ")


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        (("fit", "epochs"), 0, "fit.epochs"),
        (("data", "source"), {"kind": "upload", "name": "x", "sha256": "no", "columns": []}, "data.source.sha256"),
        (("data", "source"), {"kind": "ftp"}, "data.source"),
        (("model", "layers"), [{"type": "Dense", "params": {"units": 1}, "id": "Not an id"}], "model.layers.id"),
        (("fit", "changes"), [{"epoch": -1, "batch": 0, "name": "epochs", "value": 1}], "fit.changes.epoch"),
    ],
)
def test_a_field_deep_in_a_file_is_named_by_its_path(path, value, field):
    values = json.loads(iris().to_json())
    values.setdefault(path[0], {})[path[1]] = value
    with pytest.raises(ExperimentError) as caught:
        Experiment.from_json(json.dumps(values))
    assert caught.value.values["field"] == field


@pytest.mark.parametrize(
    ("params", "type", "words"),
    [
        ({"units": 0}, "Dense", ("Dense #3", "units", "0")),
        ({"units": 2.0}, "Dense", ("Dense #3", "units", "2.0")),
        ({}, "Dense", ("Dense #3", "units")),
        ({"units": 2, "colour": 1}, "Dense", ("Dense #3", "colour")),
        ({"rate": 1.5}, "Dropout", ("Dropout #3", "rate", "1.5")),
        ({"units": 3}, "Dens", ("Dens", "Dense")),
    ],
)
def test_a_bad_layer_is_refused_by_place_argument_and_value(params, type, words):
    with pytest.raises((ExperimentError, NetcoreValueError)) as caught:
        iris().with_added_layer(type, params)
    assert all(word in say_error(caught.value, "ko") for word in words), say_error(caught.value, "ko")


def test_a_negative_learning_rate_is_refused_but_zero_and_huge_ones_are_allowed():
    for rate in (0.0, 1e9):
        iris().with_compile(optimizer=PartSpec(type="SGD", params={"learning_rate": rate}))
    with pytest.raises(NetcoreValueError, match="learning_rate"):
        iris().with_compile(optimizer=PartSpec(type="SGD", params={"learning_rate": -0.1}))


def test_almost_no_training_rows_are_refused():
    with pytest.raises(ExperimentError, match="no_training_part"):
        SplitSpec().replace(validation=0.5, test=0.5)


def test_an_unknown_layer_id_is_refused():
    with pytest.raises(ExperimentError, match="no_such_layer"):
        iris().with_moved_layer("gone", 1)


def test_two_layers_of_one_id_are_refused():
    with pytest.raises(ExperimentError, match="layer_ids"):
        iris().with_layers([*iris().model.layers, iris().model.layers[0]])


def test_the_class_profile_refuses_more_than_it_allows():
    limits = CLASS.__class__(**{**vars(CLASS), "epochs": 50, "layers": 1})
    with pytest.raises(ExperimentError) as caught:
        check_limits(iris(), limits)
    assert caught.value.values["high"] == 1
    with pytest.raises(ExperimentError) as caught:
        check_limits(iris().with_layers(iris().model.layers[:1]), limits)
    assert caught.value.values["field"] == "fit.epochs"


# --- equal by content


def test_arguments_equal_to_a_default_are_the_same_as_none():
    plain = iris().with_layers([LayerSpec(id="l0", type="Dense", params={"units": 3})])
    spelled = iris().with_layers(
        [LayerSpec(id="l0", type="Dense", params={"units": 3, "activation": None, "use_bias": True})]
    )
    assert plain == spelled
    assert plain.to_json() == spelled.to_json()


def test_a_whole_number_for_a_float_is_the_same_experiment():
    one = iris().with_compile(optimizer=PartSpec(type="SGD", params={"learning_rate": 1}))
    other = iris().with_compile(optimizer=PartSpec(type="SGD", params={"learning_rate": 1.0}))
    assert one.to_json() == other.to_json()


def test_changing_the_given_arguments_afterwards_does_not_change_the_experiment():
    params = {"units": 3}
    experiment = iris().with_layers([LayerSpec(id="l0", type="Dense", params=params)])
    params["units"] = 99
    assert experiment.model.layers[0].params == {"units": 3}


def test_ids_of_layers_do_not_change_the_content_hash_but_units_do():
    renamed = iris().with_layers([layer.replace(id=f"x{place}") for place, layer in enumerate(iris().model.layers)])
    assert renamed.content_hash() == iris().content_hash()
    first = iris().model.layers[0]
    wider = iris().with_layer(first.replace(params={**first.params, "units": 17}))
    assert wider.content_hash() != iris().content_hash()


def test_a_new_layer_does_not_take_the_id_of_one_removed_in_the_middle():
    three = iris().with_added_layer("Dense", {"units": 1})
    assert three.without_layer("l1").with_added_layer("Dense", {"units": 1}).model.layers[-1].id == "l3"


# --- versions


def test_an_earlier_version_is_brought_to_the_present_one(monkeypatch):
    def rename(values):
        values = {**values, "schema_version": 1}
        values["fit"] = {"epochs": values.pop("epoch_count", 1)}
        return values

    monkeypatch.setitem(module.MIGRATIONS, 0, rename)
    old = json.loads(iris().to_json()) | {"schema_version": 0, "epoch_count": 12}
    assert Experiment.from_json(json.dumps(old)).fit.epochs == 12


@pytest.mark.parametrize("version", [2, "1", True, None, [1], 1.0])
def test_a_version_from_elsewhere_is_refused_and_named(version):
    values = json.loads(iris().to_json()) | {"schema_version": version}
    with pytest.raises(ExperimentError, match=r"experiment\.version"):
        Experiment.from_json(json.dumps(values))


def test_a_huge_text_is_refused_before_it_is_read():
    with pytest.raises(ExperimentError, match="too_large"):
        Experiment.from_json(" " * 3_000_000)


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a": ' * 100_000, '{"name": "\\ud800"}', "1" * 10_000, "NaN", b"\xff"]
)
def test_hostile_json_is_refused(text):
    with pytest.raises(ExperimentError):
        Experiment.from_json(text)
