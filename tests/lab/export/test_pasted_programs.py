"""Pasted programs as people write them: loops, functions, names for numbers, callbacks, schedules, other lines."""

import pytest

from lab.export.pasted.reader import FINDINGS
from lab.spec.experiment import EarlyStoppingSpec
from lab.texts import say_error
from netcore.callbacks import CALLBACKS
from tests.lab.export.pasting import found, read_onto
from tests.lab.spec.test_experiment import iris
from tests.waiting import bounded_work


def read(code, experiment=None, **facts):
    return read_onto(experiment or iris(), code, **facts)


def units_of(proposal):
    return [layer.params["units"] for layer in proposal.experiment.model.layers]


# --- loops, functions, names


@pytest.mark.parametrize(
    "code",
    [
        "model = Sequential()\nfor n in [8, 4, 2]:\n    model.add(Dense(n))",
        "sizes = (8, 4, 2)\nmodel = Sequential()\nfor n in sizes:\n    model.add(Dense(n))",
        "model = Sequential()\nfor i in range(3):\n    model.add(Dense(8 // 2**i))",
        "model = Sequential()\nfor i, n in enumerate([8, 4, 2]):\n    model.add(Dense(n, name=f'h{i}'))",
        "model = Sequential()\nfor n, a in zip([8, 4, 2], 'abc'):\n    model.add(Dense(n, name=a))",
        "model = Sequential([Dense(n) for n in (8, 4, 2)])",
        "model = Sequential([*[Dense(8 // 2**i) for i in range(2)], Dense(2)])",
        "def build(a, b=4, *, c=2):\n    m = Sequential([Dense(a), Dense(b)])\n    m.add(Dense(c))\n    return m\n"
        "model = build(8)",
        "def dense(n):\n    '''A layer.'''\n    return Dense(n)\nmodel = Sequential([dense(8), dense(4), dense(2)])",
        "def build():\n    return Sequential([Dense(8), Dense(4), Dense(2)])\nmodel = build()",
        "if __name__ == '__main__':\n    model = Sequential([Dense(8), Dense(4), Dense(2)])",
        "deep = 3\nmodel = Sequential([Dense(8), Dense(4)])\nif deep > 2:\n    model.add(Dense(2))\nelse:\n    pass",
        "with strategy.scope():\n    model = Sequential([Dense(8), Dense(4), Dense(2)])",
        "a, (b, c) = 8, (4, 2)\nb += 0\nmodel = Sequential([Dense(a), Dense(b), Dense(c)])",
        "n = {'a': [8, 4]}\nmodel = Sequential([Dense(n['a'][0]), Dense(n['a'][-1]), Dense(2 if 1 < 3 else 3)])",
    ],
)  # fmt: skip
def test_what_is_known_without_running_it_is_read(code):
    proposal = read(code)
    assert found(proposal) == []
    assert units_of(proposal) == [8, 4, 2]


def test_a_function_called_on_tensors_makes_blocks_of_layers():
    code = """\
def block(x, units, drop=0.1):
    x = layers.Dense(units, activation="relu")(x)
    return layers.Dropout(drop)(x)

inputs = keras.Input((4,))
x = inputs
for units in (16, 8):
    x = block(x, units)
outputs = layers.Dense(3, activation="softmax")(x)
model = keras.Model(inputs, outputs)
"""
    proposal = read(code)
    assert found(proposal) == []
    types = [node.type for node in proposal.experiment.model.nodes]
    assert types == ["Dense", "Dropout", "Dense", "Dropout", "Dense"]


def test_a_function_that_makes_compiles_and_returns_a_model_is_the_model():
    code = """\
def build(rate=0.01):
    model = keras.Sequential([layers.Dense(5)])
    model.compile(keras.optimizers.SGD(rate), "mse")
    return model

net = build(rate=0.5)
net.fit(x, y, epochs=3, batch_size=4)
"""
    experiment = read(code).experiment
    assert experiment.compile.optimizer.params == {"learning_rate": 0.5}
    assert experiment.fit.epochs == 3


@pytest.mark.parametrize(
    "code",
    [
        "def build(n):\n    model = Sequential([Dense(n)])\n    return model",  # never called
        "def build(*n):\n    return Sequential([Dense(3)])\nmodel = build(3)",
        "def build():\n    return build()\nmodel = build()\nmodel.fit(x, y)",
        "for n in f():\n    model.add(Dense(n))",
        "if n > 3:\n    model.add(Dense(n))",
        "class Net(keras.Model):\n    def call(self, x):\n        return Dense(3)(x)",
    ],
)
def test_what_only_running_it_would_tell_is_listed_and_nothing_is_invented(code):
    proposal = read(code)
    assert proposal.experiment.model == iris().model
    assert found(proposal, "error") or "build()" in code


def test_lines_about_other_things_are_told_as_one():
    code = """\
import numpy as np
scaler = StandardScaler()
scaler.fit(x)
x = scaler.transform(x)
print(x.shape)
model = Sequential([Dense(3)])
plt.plot(history)
"""
    proposal = read(code)
    assert found(proposal) == []
    assert found(proposal, "note") == [(1, "paste.imports"), (2, "paste.ignored_lines"), (7, "paste.ignored")]
    assert proposal.findings[1].values == {"count": 4, "last": 5}


def test_a_loop_says_once_what_it_finds_in_each_turn():
    assert found(read("model = Sequential()\nfor i in range(9):\n    model.add(Dense(n))")) == [
        (1, "paste.no_layers"),
        (3, "paste.unknown_value"),
    ]


def test_layers_that_are_not_to_learn_cannot_be_kept():
    assert found(read("model = Sequential([Dense(3)])\nmodel.layers[0].trainable = False")) == [(2, "paste.not_kept")]


# --- callbacks and weights


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        ("", EarlyStoppingSpec(patience=1, restore_best_weights=False)),
        ("patience=5", EarlyStoppingSpec(patience=5, restore_best_weights=False)),
        (
            "'loss', 0.01, 7, mode='min'",
            EarlyStoppingSpec(monitor="loss", min_delta=0.01, patience=7, restore_best_weights=False),
        ),
        ("patience=3, verbose=1, restore_best_weights=True", EarlyStoppingSpec(patience=3)),
    ],
)  # fmt: skip
def test_early_stopping_is_taken_with_keras_defaults(arguments, rule):
    stop = f"keras.callbacks.EarlyStopping({arguments})"
    for code in (f"m.fit(x, y, callbacks=[{stop}])", f"stop = {stop}\nm.fit(x, y, callbacks=stop)"):
        proposal = read(code)
        assert found(proposal) == []
        assert proposal.experiment.fit.early_stopping == rule


@pytest.mark.parametrize(
    ("callback", "code"),
    [
        ("EarlyStopping(monitor='val_accuracy')", "paste.monitor"),
        ("EarlyStopping(baseline=0.3)", "paste.not_kept"),
        ("EarlyStopping(patience=n)", "paste.unknown_value"),
        ("EarlyStopping(patience='3')", "experiment.range_whole"),
        ("ReduceLROnPlateau(factor=0.5)", "paste.callback.ReduceLROnPlateau"),
        ("LambdaCallback(on_epoch_end=f)", "paste.callback.LambdaCallback"),
        ("LearningRateScheduler(f)", "paste.unknown_value"),
        ("Own()", "paste.not_kept"),
        ("own", "paste.not_kept"),
    ],
)
def test_what_of_a_callback_cannot_be_kept_is_named(callback, code):
    assert code in [code for _, code in found(read(f"m.fit(x, y, callbacks=[{callback}])"), "error")]


@pytest.mark.parametrize("cls", CALLBACKS, ids=lambda cls: cls.__name__)
def test_of_every_callback_it_is_said_what_becomes_of_it(cls):
    proposal = read(f"m.fit(x, y, epochs=2, batch_size=4, callbacks=[keras.callbacks.{cls.__name__}('a')])")
    taken = proposal.experiment.fit.early_stopping is not None
    assert taken or proposal.findings


@pytest.mark.parametrize(
    "weights", ["compute_class_weight('balanced', classes=c, y=y)", "dict(enumerate(f(class_weight='balanced')))"]
)
def test_balanced_class_weights_are_taken(weights):
    for code in (f"m.fit(x, y, class_weight={weights})", f"w = {weights}\nm.fit(x, y, class_weight=w)"):
        assert read(code).experiment.fit.class_weight == "balanced"


def test_other_class_weights_are_named():
    assert (1, "paste.class_weight") in found(read("m.fit(x, y, class_weight={0: 1, 1: 5})"), "error")
    assert not found(read("m.fit(x, y, class_weight={0: 1.0, 1: 1.0})"))


# --- learning rates that change


def rates(experiment):
    assert {change.name for change in experiment.fit.changes} <= {"learning_rate"}
    assert {change.batch for change in experiment.fit.changes} <= {0}
    first = experiment.compile.optimizer.params["learning_rate"]
    return [(0, first), *((change.epoch, pytest.approx(change.value)) for change in experiment.fit.changes)]


def test_a_schedule_becomes_the_rate_at_the_beginning_of_each_epoch():
    code = """\
schedule = keras.optimizers.schedules.ExponentialDecay(0.8, decay_steps=9, decay_rate=0.5)
model.compile(keras.optimizers.SGD(schedule), "mse")
model.fit(x, y, epochs=4, batch_size=10)
"""
    proposal = read(code, rows=90)
    assert rates(proposal.experiment) == [(0, 0.8), (1, 0.4), (2, 0.2), (3, 0.1)]
    assert (2, "paste.schedule") in found(proposal, "note")
    assert not found(proposal)


def test_without_data_a_schedule_gives_its_first_rate_and_that_is_said():
    proposal = read("m.compile(SGD(learning_rate=CosineDecay(0.5, 100)), 'mse')\nm.fit(x, y, epochs=4)")
    assert rates(proposal.experiment) == [(0, 0.5)]
    assert found(proposal) == [(1, "paste.schedule_start")]


@pytest.mark.parametrize(
    "schedule",
    [
        "lambda epoch: 0.4 * 0.5**epoch",
        "lambda epoch, lr: lr * 0.5 if epoch > 0 else 0.4",
        "half",
        "steps",
    ],
)
def test_a_function_of_the_epoch_is_worked_out_epoch_by_epoch(schedule):
    code = f"""\
def half(epoch, lr):
    if epoch < 1:
        return lr
    else:
        return lr * math.exp(math.log(0.5))

def steps(epoch):
    rate = 0.4
    rate = rate * math.pow(0.5, math.floor(epoch / 1))
    return rate

m.compile(SGD(0.4), "mse")
m.fit(x, y, epochs=3, batch_size=10, callbacks=[LearningRateScheduler({schedule})])
"""
    proposal = read(code)
    assert rates(proposal.experiment) == [(0, 0.4), (1, 0.2), (2, 0.1)]
    assert not found(proposal)


def test_several_calls_of_fit_are_one_run_with_changes():
    code = """\
m.compile(SGD(0.4), "mse")
m.fit(x, y, epochs=2, batch_size=10)
m.optimizer.learning_rate = 0.1
m.fit(x, y, epochs=5, initial_epoch=2, batch_size=20)
"""
    fit = read(code).experiment.fit
    assert (fit.epochs, fit.batch_size) == (5, 10)
    assert [(one.epoch, one.name, one.value) for one in fit.changes] == [
        (2, "learning_rate", 0.1),
        (2, "batch_size", 20.0),
    ]


# --- whatever is pasted


DOUBLED = "x = keras.Input((2,))\n" + "y = x\n" + "y = y + y\n" * 300 + "m = keras.Model(x, y)\n"
NESTED_MODELS = "i = keras.Input((2,))\nm = keras.Model(i, Dense(2)(i))\n" + "".join(
    f"i{n} = keras.Input((2,))\nm{n} = keras.Model(i{n}, m{n - 1 if n else ''}(m{n - 1 if n else ''}(i{n})))\n"
    for n in range(30)
)


@pytest.mark.parametrize(
    "text",
    [
        DOUBLED,
        NESTED_MODELS,
        "for a in range(1000):\n for b in range(1000):\n  for c in range(1000):\n   model.add(Dense(3))",
        "x = " + "[" * 20 + "f(0)" + " for a in range(1000)]" * 20,
        "x = " + "[B(" * 12 + "0" + ") for a in range(900)]" * 12,
        "def f(n):\n    return f(n)\nf(3)\n" * 100,
        "def f(n):\n    f(n)\n    f(n)\n    return 3\nf(3)",
        "f = lambda e: f(e)\nm.fit(x, y, epochs=20000, callbacks=[LearningRateScheduler(f)])",
        "m.fit(x, y, epochs=20000, callbacks=[LearningRateScheduler(lambda e: 9**9**e)])",
        "m.compile(SGD(ExponentialDecay(1, 1, 0.5)), 'mse')\nm.fit(x, y, epochs=20000, batch_size=1)",
        "x = range(10**9)\nfor a in x:\n    pass",
        "x = 'a'\n" + "x = f'{x}{x}{x}{x}'\n" * 60,
        "x = [0] * 3\nx[0] = x\ny = x['a']\nz = {}[[]]",
        "a = {}\nb = a[a]\nc = [1][True]\nd = [1][10**9]",
        "x = keras.Input((2,))\nm = keras.Model(x, x)\nm2 = keras.Model(m(m(x)), m(x))",
        "x = keras.Input()\nm = keras.Model({'': x, 'a b': x}, {'loss': x, 'val_x': x, '': x})",
        "m = keras.Model(*a, **b)\nm.compile(*a, **b)\nm.fit(*a, **b)",
        "x = keras.Input((2,))\nm = keras.Model(inputs=x)\nm.fit(x, y)\nm(x)\nm.add(Dense(3))",
        "m = Sequential([Dense(3, batch_input_shape=3), Dense(2, input_shape=None)])",
        "a = b = c = keras.Input((3,))\na.b.c = 3\nm = keras.Model([a, b], [c, c, c])",
    ],
)
def test_a_hostile_program_is_answered_quickly_and_in_sentences(text):
    with bounded_work():  # a quarter of a second or less
        proposal = read(text, rows=100)
    assert len(proposal.findings) <= FINDINGS
    assert all(len(say_error(finding, "en")) < 2000 for finding in proposal.findings)


def test_nothing_is_executed(tmp_path):
    trap = tmp_path / "trap"
    call = f"open({str(trap)!r}, 'w')"
    read(
        f"def f(n={call}):\n    {call}\n    return {call}\nf()\nfor a in {call}:\n    {call}\n"
        f"g = lambda e: {call}\nm.fit(x, y, callbacks=[LearningRateScheduler(g)])\nx = [{call} for a in range(3)]\n"
        f"with {call}:\n    x = f'{{{call}}}'\nx = keras.Input((3,))\nm = keras.Model(x, Dense(3)({call}))"
    )
    assert not trap.exists()
