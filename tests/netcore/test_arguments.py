"""What objects are made with: the signatures that programs rely on, and who sees them (Python, mypy; Keras decides)."""

import inspect
import re
from pathlib import Path
from typing import ClassVar, get_origin

import pytest
from mypy import api as mypy

from netcore import layers
from netcore.arguments import Arguments, Bool, Described, Float, Int, Made
from netcore.callbacks.callback import CALLBACKS
from netcore.constraints import CONSTRAINTS
from netcore.errors import NetcoreValueError
from netcore.initializers import INITIALIZERS
from netcore.layers import LAYERS
from netcore.losses import LOSSES
from netcore.metrics import METRICS
from netcore.optimizers import OPTIMIZERS
from netcore.optimizers.schedules import SCHEDULES
from netcore.params import FloatParam
from netcore.regularizers import REGULARIZERS

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = Path(__file__).parent / "golden" / "signatures.txt"
FAMILIES = {
    "layers": LAYERS,
    "losses": LOSSES,
    "metrics": METRICS,
    "optimizers": OPTIMIZERS,
    "optimizers.schedules": SCHEDULES,
    "regularizers": REGULARIZERS,
    "constraints": CONSTRAINTS,
    "initializers": INITIALIZERS,
    "callbacks": CALLBACKS,
}
CLASSES = [(family, cls) for family, registry in FAMILIES.items() for cls in registry]
POSITIONAL = inspect.Parameter.POSITIONAL_OR_KEYWORD


def written(parameter):
    return parameter.name if parameter.default is inspect.Parameter.empty else f"{parameter.name}={parameter.default!r}"


def signature_line(family, cls):
    """The signature as in the golden file: what is given by name only comes behind the star, sorted."""
    parameters = inspect.signature(cls).parameters.values()
    by_name = sorted(written(one) for one in parameters if one.kind is inspect.Parameter.KEYWORD_ONLY)
    shown = [written(one) for one in parameters if one.kind is POSITIONAL]
    return f"{family}.{cls.__name__}({', '.join([*shown, *(['*', *by_name] if by_name else [])])})"


def test_the_signatures_are_those_that_programs_were_written_for():
    found = {line.split("(")[0]: line for line in (signature_line(*one) for one in CLASSES)}
    expected = {line.split("(")[0]: line for line in GOLDEN.read_text(encoding="utf-8").splitlines()}
    assert {name: found.get(name) for name in expected} == expected  # a new part may stand beside them


DIFFERENT_DEFAULTS = {"name"}  # made from the class if left out: Keras writes some of these names, netcore none


def same_default(ours, theirs):
    """Keras writes (2, 2) where 2 says the same, 0 for 0.0, and some start values with a capital letter."""
    if isinstance(theirs, tuple) and not isinstance(ours, tuple):
        return set(theirs) == {ours}
    return ours == theirs or str(ours).lower() == str(theirs).lower()


@pytest.mark.parametrize(("family", "cls"), CLASSES, ids=lambda value: getattr(value, "__name__", value))
def test_what_is_given_by_position_stands_in_keras_at_that_position_with_that_default(family, cls):
    keras = pytest.importorskip("keras")
    home = keras
    for step in family.split("."):
        home = getattr(home, step)
    if not cls.in_keras:
        return
    theirs = [
        one for one in inspect.signature(getattr(home, cls.__name__)).parameters.values() if one.kind is POSITIONAL
    ]
    ours = [one for one in inspect.signature(cls).parameters.values() if one.kind is POSITIONAL]
    for mine, their in zip(ours, theirs, strict=False):
        assert mine.name == their.name
        assert mine.name in DIFFERENT_DEFAULTS or same_default(mine.default, their.default)
    assert len(ours) <= len(theirs)


# --- who makes an object wrongly is told so


class Example(Arguments):
    """An example."""

    size: int = Int(low=1, about="how large")
    factor: float = Described(FloatParam(low=0.0, about="how much"), default=0.5)
    loud: bool = Bool(default=False, kw_only=True)
    twice: float = Made()

    def after_arguments(self):
        self.twice = 2 * self.factor


class Larger(Example):
    factor: float = Float(default=0.25, low=0.0, high=1.0)
    more: int = Int(default=3)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Example(), "Example.__init__() missing 1 required positional argument: 'size'"),
        (lambda: Example(1, 0.5, True), "Example.__init__() takes from 2 to 3 positional arguments but 4 were given"),
        (lambda: Example(1, size=2), "Example.__init__() got multiple values for argument 'size'"),
        (lambda: Example(1, sise=2), "Example.__init__() got an unexpected keyword argument 'sise'"),
        (
            lambda: layers.Conv2D(),
            "Conv2D.__init__() missing 2 required positional arguments: 'filters' and 'kernel_size'",
        ),
    ],
)
def test_an_argument_missing_doubled_or_unknown_is_told_in_pythons_words(make, message):
    with pytest.raises(TypeError) as caught:
        make()
    assert str(caught.value) == message


def test_an_unknown_argument_of_a_layer_is_told_with_the_nearest_one():
    with pytest.raises(NetcoreValueError) as caught:
        layers.Dense(3, activasion="relu")
    assert caught.value.code == "layer.unknown_argument"
    assert caught.value.values["nearest"] == "activation"
    assert caught.value.values["unknown"] == {"activasion": "relu"}


def test_a_class_takes_over_what_its_base_takes_and_may_say_it_anew():
    assert str(inspect.signature(Larger)) == "(size, factor=0.25, more=3, *, loud=False)"
    assert list(Larger.params) == ["size", "factor", "more", "loud"]
    made = Larger(4, more=5)
    assert (made.size, made.factor, made.more, made.loud, made.twice) == (4, 0.25, 5, False, 0.5)
    assert made.arguments() == {"size": 4, "factor": 0.25, "more": 5, "loud": False}
    with pytest.raises(NetcoreValueError, match=r"Larger: `factor` must be a number in \[0, 1\], but got 3"):
        Larger(1, 3)


def test_help_tells_what_each_argument_is_about():
    assert inspect.getdoc(Example) == "An example.\n\nArgs:\n    size: how large.\n    factor: how much."


def test_a_programs_own_constructor_is_what_its_signature_shows():
    class Mine(layers.Dense):
        def __init__(self, width, **keywords):
            super().__init__(width, "relu", **keywords)

    assert str(inspect.signature(Mine)) == "(width, **keywords)"
    assert Mine(3, name="mine").get_config()["activation"] == "relu"


# --- editors and mypy see the same


PROGRAM = """
from netcore import layers
from netcore.arguments import Int

layers.Dense()  # E: Missing positional argument "units" in call to "Dense"
layers.Dense("a")  # E: Argument 1 to "Dense" has incompatible type "str"; expected "int"
layers.Dense(3, None, True, "zeros", "zeros", 1)  # E: Too many positional arguments for "Dense"
layers.Dense(3, unitz=4)  # E: Unexpected keyword argument "unitz" for "Dense"; did you mean "units"?
layers.Dense(3, activation="relu", kernel_regularizer="l2", name="hidden", trainable=False)
layers.Conv2D(8, (3, 3), padding="same")
layers.Conv2D(8)  # E: Missing positional argument "kernel_size" in call to "Conv2D"
layers.LSTM(8, unroll=1)  # E: Argument "unroll" to "LSTM" has incompatible type "int"; expected "bool"
layers.LSTM(8, return_sequences=True)
layers.Embedding(100, 8, mask_zero=True)
layers.Bidirectional(layers.GRU(4), merge_mode="sum", weights=None)


class Own(layers.Dense):
    more: int = Int(default=2, low=1)


Own(3, more=4)
Own(3, more="x")  # E: Argument "more" to "Own" has incompatible type "str"; expected "int"
reveal_type(layers.Dense(3).activation)  # N: Revealed type is "netcore.activations.function.Function"
reveal_type(layers.Conv2D(8, 3).kernel_size)  # N: Revealed type is "tuple[int, ...]"
"""


def told_by_mypy(program, text):
    """What mypy says of a program: line -> sentence."""
    program.write_text(text, encoding="utf-8")
    cache = ROOT / ".mypy_cache"
    report, _, _ = mypy.run(["--strict", "--config-file=", f"--cache-dir={cache}", "--no-pretty", str(program)])
    told = re.findall(r"program\.py:(\d+): (error: |note: (?=Reveal))(.*?)(?:  \[[\w-]+\])?$", report, re.MULTILINE)
    return {int(line): f"{kind[0].upper()}: {message}" for line, kind, message in told}


def test_mypy_reports_each_wrong_call_and_no_right_one(tmp_path):
    lines = enumerate(PROGRAM.splitlines(), start=1)
    expected = {number: line.split("  # ")[1] for number, line in lines if "  # " in line}
    assert told_by_mypy(tmp_path / "program.py", PROGRAM) == expected


def test_mypy_sees_the_signature_of_every_class_as_python_does(tmp_path):
    generic = [(family, cls) for family, cls in CLASSES if cls.__init__ is Arguments.__init__]
    classes = [(family, cls) for family, cls in generic if inspect.signature(cls).parameters]
    assert len(classes) > 130
    asked = [f"reveal_type(netcore.{family}.{cls.__name__}.__init__)" for family, cls in classes]
    told = told_by_mypy(tmp_path / "program.py", "\n".join(["import netcore.optimizers.schedules", *asked]))
    for number, (_, cls) in enumerate(classes, start=2):
        places, _, by_name = told[number].split("def (self: ")[1].removesuffix(')"').partition(", *, ")
        seen = [re.findall(r"(?:^|, )(\w+): [^:]*?( =)?(?=, \w+: |$)", part) for part in (places, by_name)]
        shown = [[], []]
        for one in inspect.signature(cls).parameters.values():
            shown[one.kind is not POSITIONAL].append((one.name, " =" if one.default is not one.empty else ""))
        assert seen[0] == shown[0], told[number]
        assert sorted(seen[1]) == sorted(shown[1]), told[number]


def families_of(base):
    for cls in base.__subclasses__():
        yield cls
        yield from families_of(cls)


def test_what_type_checkers_take_for_an_argument_is_one():
    """A bare annotation in a class body would be one for them alone: `Made()` says that it is none."""
    bare = [
        f"{cls.__name__}.{name}"
        for cls in families_of(Arguments)
        if cls.__module__.startswith("netcore.") and cls.__init__ is Arguments.__init__
        for name, kind in vars(cls).get("__annotations__", {}).items()
        if name not in cls._attributes and get_origin(kind) is not ClassVar and kind is not ClassVar
    ]
    assert bare == []
