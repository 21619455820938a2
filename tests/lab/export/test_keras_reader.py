"""Pasted Keras code: the lecture's snippet with its slips, what is left out and why, the way back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.export.pasted.reader import FINDINGS, read_keras
from lab.export.pasted.taking import Facts
from lab.export.pasted.text import CHARACTERS, RECOVERIES
from lab.starts import start
from lab.texts import LANGUAGES, say_error
from netcore.losses import LOSSES
from netcore.optimizers import OPTIMIZERS
from tests.lab.spec.test_experiment import iris
from tests.waiting import bounded_work

LECTURE = """\
from keras import models
from keras import layers
model = model.Sequential()
model.add(layers.Dense(32, input_shape=(784,)) activation = 'relu')
model.add(layers.Dense(10), activation='softmax')
from keras import optimizers
model.comopile(optimizer = optimizers.RMSprop(r=0.001), loss='mse' metrics=['accuracy'])
model.fit(X, Y, epochs=100, batch_size=10)
"""


def read(text, experiment=None, **more):
    return read_keras(text, experiment or iris(), **more)


def found(proposal, *severities):
    """(line, code) of the findings."""
    return [(f.line, f.code) for f in proposal.findings if not severities or f.severity in severities]


def layers_of(proposal):
    return [(layer.type, layer.params) for layer in proposal.experiment.model.layers]


# --- the lecture note


def test_the_lecture_notes_snippet_is_the_lectures_network_and_every_slip_is_named():
    proposal = read(LECTURE)
    lecture = start("lecture")
    assert layers_of(proposal) == [(layer.type, layer.params) for layer in lecture.model.layers]
    assert proposal.experiment.compile == lecture.compile
    assert (proposal.experiment.fit.epochs, proposal.experiment.fit.batch_size) == (100, 10)
    assert found(proposal, "warning", "error") == [
        (3, "paste.model_sequential"),
        (4, "paste.missing_comma"),
        (4, "paste.misplaced"),
        (5, "paste.misplaced"),
        (7, "paste.missing_comma"),
        (7, "paste.method"),
        (7, "paste.argument_name"),
    ]
    remedies = " ".join(say_error(finding, "en") for finding in proposal.findings)
    for remedy in (
        "models.Sequential()",
        "between `…Dense(32, input_shape=(784,))` and `activation`",
        "Dense(…, activation='relu')",
        "Dense(…, activation='softmax')",
        "`model.compile`",
        "loss='mse'` and `metrics`",
        "`learning_rate=`",
    ):
        assert remedy in remedies


def test_the_snippet_with_its_slips_mended_has_nothing_to_warn_of():
    mended = (
        LECTURE.replace("model.Sequential", "models.Sequential")
        .replace(") activation = 'relu')", ", activation='relu'))")
        .replace("10), activation='softmax')", "10, activation='softmax'))")
        .replace("comopile", "compile")
        .replace("(r=", "(learning_rate=")
        .replace("'mse' ", "'mse', ")
    )
    assert read(mended).experiment == read(LECTURE).experiment
    assert not found(read(mended), "warning", "error")


# --- one slip each


RELU = ("Dense", {"units": 3, "activation": "relu"})


@pytest.mark.parametrize(
    ("line", "code", "layer"),
    [
        ("model.add(layers.Desne(3))", "paste.part_name", ("Dense", {"units": 3})),
        ("model.add(layers.dense(3))", "paste.part_name", ("Dense", {"units": 3})),
        ("model.add(layers.Dense(unit=3))", "paste.argument_name", ("Dense", {"units": 3})),
        ("model.add(layers.Dense('3'))", "paste.quoted_number", ("Dense", {"units": 3})),
        ("model.add(layers.Dense(3, activation=relu))", "paste.quotes_missing", RELU),
        ("model.add(layers.Dense(3, activation='ReLU'))", "paste.choice", RELU),
        ("model.add(layers.Dense(3) activation='relu')", "paste.missing_comma", RELU),
        ("model.add(layers.Dense(3), activation='relu')", "paste.misplaced", RELU),
        ("model.add(layers.Dense(3, activation=‘relu’))", "paste.typography", RELU),
        ("  model.add(layers.Dense(3))", "paste.indent", ("Dense", {"units": 3})),
        ("model.add(layers.Flatten)", "paste.brackets_missing", ("Flatten", {})),
        ("model.ad(layers.Dense(3))", "paste.method", ("Dense", {"units": 3})),
    ],
)  # fmt: skip
def test_a_clear_slip_is_taken_as_meant_and_named(line, code, layer):
    proposal = read(f"model = Sequential()\n{line}\n")
    assert layers_of(proposal) == [layer]
    assert (2, code) in found(proposal, "warning")
    assert not found(proposal, "error")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("model.add(layers.Conv3D(3, 3))", "paste.unknown_layer"),
        ("model.add(layers.AlphaDropout(0.5))", "paste.unknown_layer"),
        ("model.add(layers.Whatever(3))", "paste.unknown_layer"),
        ("model.add(layers.Dense(0))", "param.int_below"),
        ("model.add(layers.Dense())", "experiment.missing_param"),
        ("model.add(layers.Dense(n_units))", "paste.unknown_value"),
        ("model.add(layers.Dense(x.shape[1]))", "paste.unknown_value"),
        ("model.add(3)", "paste.not_understood"),
        ("x = layers.Dense(3)(inputs)", "paste.not_understood"),
        ("for n in sizes:\n    model.add(layers.Dense(n))", "paste.block"),
        ("while True:\n    model.add(layers.Dense(3))", "paste.block"),
        ("model.add(layers.Dense(3)", "paste.bracket_open"),
        ("model.add(layers.Dense(3)))", "paste.syntax"),
        ("model add layers", "paste.syntax"),
    ],
)
def test_what_is_not_understood_is_listed_with_its_line_and_left_out(line, code):
    proposal = read(f"model = Sequential([Dense(7)])\n{line}\nmodel.add(Dense(8))\n")
    assert [finding for finding in found(proposal, "error") if finding[0] == 2] == [(2, code)]
    assert [params["units"] for _, params in layers_of(proposal)] == [7, 8]


@pytest.mark.parametrize(
    ("argument", "code"),
    [
        ("trainable=False", "paste.not_kept"),
        ("activation='nothing_like_it'", "param.choice"),
        ("kernel_regulariser_strength=3", "experiment.unknown_param"),
        ("kernel_initializer=my_function(3)", "paste.not_kept"),
    ],
)
def test_an_argument_that_cannot_be_taken_is_listed_and_the_layer_stays(argument, code):
    proposal = read(f"model = Sequential([Dense(7, {argument})])")
    assert found(proposal, "error") == [(1, code)]
    assert layers_of(proposal) == [("Dense", {"units": 7})]


# --- what Keras programs look like


def test_tf_keras_names_values_that_names_stand_for_and_arithmetic():
    proposal = read("""
import tensorflow as tf
from tensorflow.keras.layers import Dense as D
side = 28
units, rate = 16, 0.1
rate = 0.1
opt = tf.keras.optimizers.Adam(learning_rate=rate / 10)
model = tf.keras.models.Sequential([
    tf.keras.layers.Dense(2 * side, tf.nn.relu, input_shape=(side**2,),
                          kernel_initializer=tf.keras.initializers.HeNormal()),
    D(1, activation=tf.keras.activations.sigmoid),
])
model.compile(opt, "binary_crossentropy", metrics=["acc", tf.keras.metrics.Recall()])
model.summary()
history = model.fit(x, y, 20, epochs=3, validation_split=0.3, verbose=0, shuffle=False)
""")  # fmt: skip
    experiment = proposal.experiment
    assert layers_of(proposal) == [
        ("Dense", {"units": 56, "activation": "relu", "kernel_initializer": "he_normal"}),
        ("Dense", {"units": 1, "activation": "sigmoid"}),
    ]
    assert experiment.compile.optimizer.params["learning_rate"] == pytest.approx(0.01)
    assert experiment.compile.loss.type == "BinaryCrossentropy"
    assert experiment.compile.metrics == ("acc", "recall")
    assert (experiment.fit.epochs, experiment.fit.batch_size, experiment.fit.shuffle) == (3, 20, False)
    assert experiment.data.split.validation == 0.3
    assert not found(proposal, "warning", "error")


def test_what_the_code_leaves_out_is_keras_default_and_said():
    proposal = read("model.compile(loss='mae')\nmodel.fit(x, y)")
    assert proposal.experiment.compile.optimizer.type == "RMSprop"
    assert (proposal.experiment.fit.epochs, proposal.experiment.fit.batch_size) == (1, 32)
    told = [f.values["name"] for f in proposal.findings if f.code == "paste.default"]
    assert told == ["optimizer", "metrics", "epochs", "batch_size"]


def test_what_the_code_does_not_speak_of_stays():
    assert read("model.fit(x, y, epochs=3, batch_size=4)").experiment == iris().with_fit(epochs=3, batch_size=4)
    assert read("keras.utils.set_random_seed(7)").experiment == iris().replace(seed=7)
    only_model = read("model = Sequential([Dense(5)])").experiment
    assert (only_model.compile, only_model.fit, only_model.data) == (iris().compile, iris().fit, iris().data)
    nothing = read("import numpy as np\nprint(np.zeros(3))\n# model.compile()")
    assert nothing.experiment == iris()
    assert not nothing.understood


@pytest.mark.parametrize(("units", "loss"), [(1, "BinaryCrossentropy"), (3, "CategoricalCrossentropy")])
def test_crossentropy_alone_means_the_one_that_fits_the_output(units, loss):
    proposal = read(f"model = Sequential([Dense({units})])\nmodel.compile('adam', loss='crossentropy', metrics=[])")
    assert proposal.experiment.compile.loss.type == loss


def test_losses_and_optimizers_by_string_object_function_and_class():
    by_text = ("'mse'", "'MSE'", "'mean_squared_error'", "['mse']", "'mean_squred_error'")
    for loss in (*by_text, "keras.losses.MeanSquaredError()", "MeanSquaredError", "losses.mse"):
        assert read(f"m.compile('sgd', loss={loss})").experiment.compile.loss.type == "MeanSquaredError"
    for optimizer in ("'rmsprop'", "'RMSprop'", "RMSprop()", "optimizers.RMSprop", "RMSProp(lr=0.001)"):
        assert read(f"m.compile({optimizer}, 'mse')").experiment.compile.optimizer.type == "RMSprop"


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ("m.compile('adam', ['mse', 'mae'])", "paste.not_understood"),
        ("m.compile('adam', my_loss)", "paste.unknown_loss"),
        ("m.compile('adm1', 'mse')", "paste.unknown_optimizer"),
        ("m.compile('adam', 'mse', metrics=['no_such_thing'])", "paste.unknown_metric"),
        ("m.compile('adam', 'mse', metrics=[keras.metrics.Recall(thresholds=0.3)])", "paste.not_kept"),
        ("m.compile('adam', 'mse', loss_weights=[1, 2])", "paste.not_kept"),
        ("m.compile(Adam(ExponentialDecay(0.1, 10)), 'mse')", "experiment.missing_param"),
        ("m.compile(Adam(PiecewiseConstantDecay([1, 2], [0.1])), 'mse')", "schedule.lengths"),
        ("m.compile(Adam(-1), 'mse')", "param.float_range"),
        ("m.fit(x, y, epochs=0)", "paste.whole_number"),
        ("m.fit(x, y, batch_size=n)", "paste.whole_number"),
        ("m.fit(x, y, callbacks=[stop])", "paste.not_kept"),
        ("m.fit(x, y, epochs=10**9)", "experiment.range_whole"),
        ("m.fit(x, y, validation_split=0.99)", "experiment.range"),
        ("m.compile(**options)", "paste.not_kept"),
        ("set_random_seed(-1)", "experiment.range_whole"),
    ],
)
def test_what_compile_and_fit_cannot_take_is_listed(call, code):
    assert code in [code for _, code in found(read(call), "error")]


def test_of_several_models_the_one_used_last_is_taken():
    proposal = read("a = Sequential([Dense(1)])\nb = Sequential([Dense(2)])\na.compile('sgd', 'mse')")
    assert layers_of(proposal) == [("Dense", {"units": 1})]
    assert (2, "paste.other_model") in found(proposal, "warning")


def test_the_codes_input_shape_is_compared_with_the_data():
    code = "model = Sequential([Input((784,)), Dense(3)])"
    assert found(read(code, facts=Facts(input_shape=(4,)))) == [(1, "paste.input_shape")]
    assert found(read(code, facts=Facts(input_shape=(784,)))) == []


def test_a_console_and_a_notebook_can_be_copied_as_they_are():
    console = ">>> model = Sequential()\n>>> model.add(Dense(3))\n>>> model.predict(x)\narray([[1, 2]])\n"
    assert layers_of(read(console)) == [("Dense", {"units": 3})]
    notebook = "!pip install keras\n%matplotlib inline\n    model = Sequential([Dense(3)])"
    assert layers_of(read(notebook)) == [("Dense", {"units": 3})]


def test_a_bracket_that_is_never_closed_costs_its_own_statement_only():
    proposal = read(
        "model = Sequential()\nmodel.add(Dense(3)\nmodel.add(Dense(4))\nmodel.add(Dense(5)\nmodel.add(Dense(6))"
    )
    assert [params["units"] for _, params in layers_of(proposal)] == [4, 6]
    assert found(proposal, "error") == [(2, "paste.bracket_open"), (4, "paste.bracket_open")]


def test_texts_side_by_side_are_one_text_and_no_missing_comma():
    proposal = read("model = Sequential()\nmodel.add(Dense(3, name='a' 'b') activation='relu')")
    assert found(proposal, "warning") == [(2, "paste.missing_comma"), (2, "paste.misplaced")]
    assert layers_of(proposal) == [RELU]


def test_after_many_open_brackets_the_rest_is_listed_as_one():
    errors = found(read("model.add(Dense(3)\n" * (RECOVERIES + 10)), "error")
    assert len(errors) == RECOVERIES + 1


def test_a_module_that_is_really_called_model_is_no_slip():
    assert not found(read("from lecture import model\nmodel = model.Sequential([Dense(3)])"), "warning", "error")


def test_a_pasted_sequential_model_takes_the_place_of_a_functional_one():
    proposal = read("model = Sequential([Dense(5), Dense(1)])\n", start("two_in_two_out"))
    assert not found(proposal, "error")
    experiment = proposal.experiment
    assert experiment.model.kind == "sequential"
    assert layers_of(proposal) == [("Dense", {"units": 5}), ("Dense", {"units": 1})]
    assert (experiment.data.groups, experiment.data.more_targets) == ((), ())


# --- every part


@pytest.mark.parametrize("cls", [*LOSSES, *OPTIMIZERS], ids=lambda cls: cls.__name__)
def test_every_loss_and_optimizer_is_understood_by_its_name_with_every_argument(cls):
    values = {name: param.example() for name, param in cls.params.items() if "clip" not in name}
    written = ", ".join(f"{name}={value!r}" for name, value in values.items())
    part = "loss" if cls in set(LOSSES) else "optimizer"
    proposal = read(f"model.compile({part}=keras.{part}.{cls.__name__}({written}))")
    assert not found(proposal, "warning", "error")
    assert getattr(proposal.experiment.compile, part).type == cls.__name__
    assert set(getattr(proposal.experiment.compile, part).params) <= set(values)


# --- whatever is pasted


WORDS = "model|.add(|Dense(|3|,|)|(|[|]|=|\n|  |'relu'|‘|fit(|x|Sequential()|#|'''|lr|:|for |*|**|-|.|compile("
ALPHABET = st.sampled_from(WORDS.split("|"))


@given(st.one_of(st.text(max_size=300), st.lists(ALPHABET, max_size=60).map("".join)))
def test_no_text_raises_and_every_finding_can_be_said(text):
    proposal = read(text)
    lines = text.count("\n") + text.count("\r") + 1
    for finding in proposal.findings:
        assert 1 <= finding.line <= lines
        assert all(say_error(finding, language) for language in LANGUAGES)


@pytest.mark.parametrize(
    "text",
    [
        "a" * (CHARACTERS + 1),
        "(" * CHARACTERS,
        "-" * (CHARACTERS - 1) + "1",
        "x" + ".a" * 9000,
        "x = " + "+".join("1" for _ in range(9000)),
        "a.b(\n" * 4000,
        "f(" * 39 + "x " * 9000,
        "if x:\n" * 3000,
        "x = 9**9**9**9",
        "a = [1] * 10**9\n" + "b = (a, a)\n",
        "a = [1, 1, 1, 1]\n" + "".join(f"a{i + 1} = [a{i}] * 4\n" for i in range(50)),
        "a0 = [1]\n" + "".join(f"a{i + 1} = [a{i}, a{i}, a{i}]\n" for i in range(60)) + "model.add(Dense(a60))",
        "model = Sequential(" + "[" * 30 + "]" * 30 + ")",
        "a b\n" * 5000,
        "\ud800 = Sequential()",
        "model.add(Dense(3, activation='\ud800'))",
        "model.add(Dense(1e999))",
        "model.add(Dense(10**14))",
    ],
)
def test_a_hostile_text_is_answered_quickly_and_in_sentences(text):
    with bounded_work():  # a quarter of a second or less
        proposal = read(text)
    assert len(proposal.findings) <= FINDINGS
    assert all(len(say_error(finding, "en")) < 2000 for finding in proposal.findings)


def test_nothing_is_executed(tmp_path):
    trap = tmp_path / "trap"
    call = f"open({str(trap)!r}, 'w')"
    read(f"{call}\nmodel.add(Dense({call}))\nmodel = Sequential([{call}])\nx = {call}\nmodel.compile(loss={call})")
    assert not trap.exists()


@pytest.mark.parametrize(
    ("call", "share"),
    [("train_test_split(X, Y, test_size=0.33)", 0.33), ("train_test_split(X, Y)", 0.25)],
)
def test_rows_that_train_test_split_keeps_apart_are_the_validation_part(call, share):
    proposal = read(f"a, b, c, d = {call}\nmodel.fit(a, c, validation_data=(b, d))")
    assert proposal.experiment.data.split.validation == share
    assert (1, "paste.train_test_split") in found(proposal, "note")
    assert proposal.speaks_of == {"fit"}


@pytest.mark.parametrize("size", ["50", "n", "1.5"])
def test_a_size_of_train_test_split_that_is_no_share_is_listed_and_left_out(size):
    proposal = read(f"a, b = train_test_split(X, test_size={size})")
    assert found(proposal, "error") == [(1, "paste.not_kept")]
    assert proposal.experiment == iris()


def test_validation_split_of_fit_counts_where_both_are_given():
    proposal = read("a, b = train_test_split(X)\nmodel.fit(a, Y, validation_split=0.1)")
    assert proposal.experiment.data.split.validation == 0.1
