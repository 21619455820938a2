"""Functional programs pasted: layers called on tensors, merges, shared layers, several inputs and outputs."""

import pytest

from lab.edits.graph import as_graph
from lab.spec.data import ALL_INPUTS
from lab.starts import start
from netcore.layers import LAYERS
from netcore.params import defaults
from tests.lab.export.pasting import found, read_onto


def two():
    return start("two_in_two_out")


def read(code, experiment=None, **facts):
    return read_onto(experiment or two(), code, **facts)


def nodes_of(proposal):
    """id -> (type, params, what it reads, whose layer it shares)."""
    return {node.id: (node.type, node.params, node.reads, node.shares) for node in proposal.experiment.model.nodes}


def outputs_of(proposal):
    return {output.name: output for output in proposal.experiment.model.outputs}


TWO = """\
import keras
from keras import layers
ground = keras.Input((4,), name="ground")
upper = keras.Input(shape=(3,), name="upper")
a = layers.Dense(8, activation="relu")(ground)
b = layers.Dense(8, activation="relu")(upper)
both = layers.concatenate([a, b])
h = layers.Dense(16, "relu")(both)
tmax = layers.Dense(1, name="tmax")(h)
rain = layers.Dense(1, activation="sigmoid", name="rain")(h)
model = keras.Model(inputs=[ground, upper], outputs=[tmax, rain])
"""


def test_two_inputs_and_two_outputs_with_a_loss_a_weight_and_metrics_each():
    proposal = read(
        TWO
        + """
model.compile(
    optimizer=keras.optimizers.Adam(1e-3),
    loss={"tmax": "mse", "rain": keras.losses.BinaryCrossentropy(label_smoothing=0.1)},
    loss_weights={"tmax": 1.0, "rain": 0.5},
    metrics={"tmax": ["mae", "mse"], "rain": "accuracy"},
)
model.fit([x1, x2], [y1, y2], epochs=5, batch_size=16)
"""
    )
    assert found(proposal) == []
    experiment = proposal.experiment
    assert experiment.data == two().data
    assert experiment.model.inputs == ("ground", "upper")
    assert nodes_of(proposal)["both"] == ("Concatenate", {}, ("a", "b"), None)
    outputs = outputs_of(proposal)
    assert [(name, one.target, one.reads, one.weight) for name, one in outputs.items()] == [
        ("tmax", "y_tmax_degC", "tmax", 1.0),
        ("rain", "y_rain", "rain", 0.5),
    ]
    assert (outputs["tmax"].metrics, outputs["rain"].metrics) == (("mae", "mse"), ("accuracy",))
    assert outputs["rain"].loss.params == {"label_smoothing": 0.1}
    assert (experiment.fit.epochs, experiment.fit.batch_size) == (5, 16)


@pytest.mark.parametrize(
    "arguments",
    [
        "loss=['mse', 'binary_crossentropy'], loss_weights=[1, 0.5], metrics=[['mae'], ['accuracy']]",
        "loss=['mse', 'binary_crossentropy'], loss_weights=(1, 0.5), metrics=['mae', 'accuracy']",
        "loss={'rain': 'bce', 'tmax': 'mse'}, loss_weights={'rain': 0.5}, metrics={'rain': 'accuracy', 'tmax': 'mae'}",
    ],
)
def test_losses_weights_and_metrics_by_place_or_by_name(arguments):
    proposal = read(f"{TWO}model.compile('adam', {arguments})")
    assert found(proposal) == []
    outputs = outputs_of(proposal)
    assert [(one.loss.type, one.weight, one.metrics) for one in outputs.values()] == [
        ("MeanSquaredError", 1.0, ("mae",)),
        ("BinaryCrossentropy", 0.5, ("accuracy",)),
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "severity"),
    [
        ("loss={'tmx': 'mse', 'rain': 'bce'}", "paste.part_name", "warning"),
        ("loss={'snow': 'mse', 'rain': 'bce'}", "paste.unknown_output", "error"),
        ("loss=['mse', 'mse', 'mse']", "paste.per_output", "error"),
        ("loss='mse', metrics=['mae']", "paste.metrics_for_all", "warning"),
        ("loss='mse', loss_weights=[w, 1]", "paste.unknown_value", "error"),
        ("loss={'tmax': my_loss}", "paste.unknown_loss", "error"),
    ],
)
def test_what_does_not_fit_the_outputs_is_named(arguments, code, severity):
    assert (12, code) in found(read(f"{TWO}model.compile('adam', {arguments})"), severity)


def test_one_loss_is_for_every_output_and_crossentropy_fits_its_units():
    same = outputs_of(read(f"{TWO}model.compile('adam', 'mae')"))
    assert {output.loss.type for output in same.values()} == {"MeanAbsoluteError"}
    both = outputs_of(read(f"{TWO}model.compile('adam', ['mse', 'crossentropy'])"))
    assert both["rain"].loss.type == "BinaryCrossentropy"


def test_the_mean_of_the_losses_is_recognised_by_how_it_is_written():
    mean = read(f"{TWO}model.compile('adam', 'mse', loss_weights=[1.0 / 2, 3.0 / 2])").experiment
    assert mean.compile.combine_losses == "mean"
    assert [output.weight for output in mean.model.outputs] == [1.0, 3.0]
    netcore = read(f"{TWO}model.compile('adam', 'mse', combine_losses='mean')").experiment
    assert netcore.compile.combine_losses == "mean"
    plain = read(f"{TWO}model.compile('adam', 'mse', loss_weights=[0.5, 1.5])").experiment
    assert plain.compile.combine_losses == "sum"


MERGES = [cls for cls in LAYERS if cls.several_inputs]


@pytest.mark.parametrize("cls", MERGES, ids=lambda cls: cls.__name__)
def test_every_merge_is_understood_as_a_class_and_as_a_function(cls):
    needed = {name: cls.params[name].example() for name in cls.params if name not in defaults(cls)}
    arguments = ", ".join(f"{name}={value!r}" for name, value in needed.items())
    function = ", ".join(["[a, b]", *([arguments] if arguments else [])])
    for merged in (f"layers.{cls.__name__}({arguments})([a, b])", f"layers.{cls.__name__.lower()}({function})"):
        code = (
            f"a = keras.Input((4,))\nb = keras.Input((4,))\nc = {merged}\n"
            "y = layers.Dense(1)(c)\nmodel = keras.Model([a, b], y)"
        )
        proposal = read(code)
        assert found(proposal) == []
        assert nodes_of(proposal)["c"] == (cls.__name__, needed, ("ground", "upper"), None)


def test_tensors_are_added_subtracted_and_multiplied_by_signs_and_by_functions():
    code = """\
x = keras.Input((4,))
a = layers.Dense(4)(x)
s = a + x
s -= a
m = keras.ops.multiply(s, x)
r = keras.activations.relu(m)
y = layers.Dense(1)(r)
model = keras.Model(x, y)
"""
    proposal = read(code, start("iris"))
    assert found(proposal) == []
    assert [(type, reads) for type, _, reads, _ in nodes_of(proposal).values()] == [
        ("Dense", ("inputs",)),
        ("Add", ("a", "inputs")),
        ("Subtract", ("l0", "a")),
        ("Multiply", ("l1", "inputs")),
        ("Activation", ("m",)),
        ("Dense", ("r",)),
    ]
    assert nodes_of(proposal)["r"][1] == {"activation": "relu"}


def test_a_layer_called_twice_is_one_shared_layer():
    code = """\
a = keras.Input((4,), name="ground")
b = keras.Input((4,), name="upper")
shared = layers.Dense(8, activation="tanh")
h = layers.subtract([shared(a), shared(b)])
model = keras.Model([a, b], layers.Dense(1)(h))
"""
    nodes = nodes_of(read(code))
    assert nodes["l0"] == ("Dense", {"units": 8, "activation": "tanh"}, ("ground",), None)
    assert nodes["l1"] == ("", {}, ("upper",), "l0")
    assert nodes["h"][2] == ("l0", "l1")


@pytest.mark.parametrize(
    "base",
    [
        "base = keras.Sequential([layers.Dense(8), layers.Dense(4)])",
        "i = keras.Input((4,))\nbase = keras.Model(i, layers.Dense(4)(layers.Dense(8)(i)))",
    ],
)
def test_a_model_called_like_a_layer_brings_its_layers_shared_if_it_is_called_twice(base):
    code = (
        f"{base}\na = keras.Input((4,))\nb = keras.Input((4,))\n"
        "d = layers.Subtract()([base(a), base(b)])\nmodel = keras.Model([a, b], layers.Dense(1)(d))"
    )
    proposal = read(code)
    assert found(proposal) == []
    assert [(type, reads, shares) for type, _, reads, shares in nodes_of(proposal).values()] == [
        ("Dense", ("ground",), None),
        ("Dense", ("l0",), None),
        ("", ("upper",), "l0"),
        ("", ("l2",), "l1"),
        ("Subtract", ("l1", "l3"), None),
        ("Dense", ("d",), None),
    ]


def test_the_ends_of_a_model_can_be_taken_up_again():
    code = (
        "x = keras.Input((4,))\nbase = keras.Model(x, layers.Dense(8)(x))\n"
        "y = layers.Dense(1)(base.output)\nmodel = keras.Model(base.input, y)"
    )
    assert [type for type, *_ in nodes_of(read(code, start("iris"))).values()] == ["Dense", "Dense"]


# --- inputs and columns, outputs and targets


def test_one_input_takes_all_columns_and_one_output_the_target():
    code = "x = keras.Input((4,))\nmodel = keras.Model(x, layers.Dense(3, 'softmax')(x))\n"
    proposal = read(f"{code}model.compile('sgd', 'crossentropy', metrics=['accuracy'])", start("iris"))
    assert found(proposal) == []
    experiment = proposal.experiment
    assert (experiment.model.inputs, experiment.data) == ((ALL_INPUTS,), start("iris").data)
    (output,) = experiment.model.outputs
    assert (output.name, output.target, output.metrics) == ("species", "species", ("accuracy",))
    assert experiment.compile.loss == as_graph(experiment).compile.loss


def test_inputs_of_other_names_take_the_groups_in_their_order():
    proposal = read(TWO.replace('"ground"', '"left"').replace('"upper"', '"right"'))
    assert found(proposal, "note")[-1][1] == "paste.inputs_by_order"
    assert proposal.experiment.model.inputs == ("ground", "upper")
    assert proposal.experiment.data == two().data


def test_further_inputs_get_groups_of_columns_by_their_widths_or_all_columns():
    def code(first, second):
        return (
            f"a = keras.Input(({first},), name='left')\nb = keras.Input(({second},), name='right')\n"
            "model = keras.Model([a, b], layers.Dense(1)(layers.add([layers.Dense(2)(a), layers.Dense(2)(b)])))"
        )

    iris = start("iris")
    divided = read(code(1, 3), iris)
    assert found(divided) == [(3, "paste.inputs_divided")]
    assert [(group.name, len(group.columns)) for group in divided.experiment.data.groups] == [("left", 1), ("right", 3)]
    everything = read(code(5, 5), iris)
    assert found(everything) == [(3, "paste.inputs_all")]
    assert {group.columns for group in everything.experiment.data.groups} == {iris.data.inputs}


def test_an_output_more_than_there_are_targets_is_named():
    code = "x = keras.Input((4,))\na = layers.Dense(3)(x)\nb = layers.Dense(1)(x)\nmodel = keras.Model(x, [a, b])"
    proposal = read(code, start("iris"))
    assert found(proposal) == [(4, "paste.no_target")]
    assert {output.target for output in proposal.experiment.model.outputs} == {"species"}


def test_the_codes_input_shapes_are_compared_with_the_data():
    shapes = {"ground": (4,), "upper": (5,)}
    assert found(read(TWO, input_shapes=shapes), "note")[-1] == (4, "paste.input_shape")


# --- slips and limits


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("m = keras.Model(x, 3)", "paste.not_tensors"),
        ("h = layers.Conv9D(3)(x)\nm = keras.Model(x, layers.Dense(1)(h))", "paste.unknown_layer"),
        ("h = tf.reshape(x, (2, 2))\nm = keras.Model(x, layers.Dense(1)(h))", "paste.unknown_layer"),
        ("m = keras.Model(x, layers.LSTM(3)(x, initial_state=s))", "paste.not_kept"),
        ("m = keras.Model(x, layers.Dense(0)(x))", "param.int_below"),
        ("y = layers.Dense(1)(x)", "paste.no_model"),
        ("m = keras.Model(x, " + "layers.Dense(1)(" * 31 + "x" + ")" * 32, "experiment.too_long"),
    ],
)
def test_what_cannot_be_taken_is_listed_and_the_rest_stays(line, code):
    proposal = read(f"x = keras.Input((4,))\n{line}", start("iris"))
    assert (2, code) in found(proposal, "error")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("model = keras.Model(input=x, output=layers.Dense(1)(x))", "paste.argument_name"),
        ("y = layers.Desne(1)(x)\nmodel = keras.Model(x, y)", "paste.part_name"),
        ("b = keras.Input((2,))\nmodel = keras.Model(x, layers.concatenate([x, b]))", "paste.input_missing"),
    ],
)
def test_a_clear_slip_is_taken_as_meant_and_named(line, code):
    proposal = read(f"x = keras.Input((4,))\n{line}", start("iris"))
    assert code in [code for _, code in found(proposal, "warning")]
    assert not found(proposal, "error")
    assert proposal.experiment.model.kind == "graph"


def test_a_layer_that_nobody_knows_is_left_out_and_its_reader_reads_what_it_read():
    code = "x = keras.Input((4,))\nh = layers.Attention9()(x)\ny = layers.Dense(1)(h)\nmodel = keras.Model(x, y)"
    proposal = read(code, start("iris"))
    assert found(proposal, "error") == [(2, "paste.unknown_layer")]
    assert nodes_of(proposal) == {"y": ("Dense", {"units": 1}, ("inputs",), None)}


def test_only_compile_pasted_onto_a_functional_model_goes_to_its_outputs_by_name():
    proposal = read("model.compile('sgd', loss={'rain': 'hinge'}, metrics={'tmax': ['mse']})")
    outputs = outputs_of(proposal)
    assert (outputs["rain"].loss.type, outputs["rain"].metrics) == ("Hinge", ())
    assert (outputs["tmax"].loss, outputs["tmax"].metrics) == (two().model.outputs[0].loss, ("mse",))
    assert proposal.experiment.model.nodes == two().model.nodes


def test_a_sequential_model_pasted_onto_a_functional_one_keeps_the_first_outputs_loss():
    rain = two().replace(model=two().model.without_output("tmax"))
    proposal = read("model = Sequential([Dense(1, 'sigmoid')])", rain)
    experiment = proposal.experiment
    assert (experiment.compile.loss.type, experiment.data.target) == ("BinaryCrossentropy", "y_rain")
