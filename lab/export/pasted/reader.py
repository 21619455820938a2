"""Pasted Keras code → changes of an Experiment, and a list of what was mended, left out or not understood.

The counterpart of `keras_source`: what that writes, this reads back. The code is parsed and never executed, so that a
text from anywhere can be pasted. Understood are Sequential (as a list and by .add), Input, every registered layer,
loss, optimizer and metric, compile, fit, set_random_seed, and names that stand for numbers. Of everything else a
finding says that it was left out.
"""

import ast
from dataclasses import dataclass
from typing import Any

from lab.experiment import Experiment
from lab.export.pasted.draft import Draft, FitCall, applied, tried
from lab.export.pasted.parts import Notes, misspelt, read_layer, read_metrics, read_part, read_shape, shape_of
from lab.export.pasted.text import Finding, excerpt, parse_program
from lab.export.pasted.values import (
    Argument,
    Called,
    Reference,
    Unknown,
    called_names,
    evaluate,
    leaves,
    source,
    unknown,
)
from netcore.layers import LAYERS
from netcore.losses import LOSSES
from netcore.models import Sequential
from netcore.optimizers import OPTIMIZERS

FINDINGS = 100  # told; of a text with more, the rest is only counted
LEAVES = 1000  # single values that a name may stand for
MODEL_WORDS = frozenset({"add", "compile", "fit", "pop"})
HARMLESS = frozenset(name for name in dir(Sequential) if not name.startswith("_")) - MODEL_WORDS
COMPILE = ("optimizer", "loss", "loss_weights", "metrics", "weighted_metrics")
FIT = ("x", "y", "batch_size", "epochs", "verbose", "callbacks", "validation_split", "validation_data", "shuffle")
# arguments of fit and compile that change no number here, or are the Data page's business
IGNORED = frozenset({"x", "y", "verbose", "validation_data", "run_eagerly", "jit_compile", "steps_per_execution"})
COUNTS = {"epochs": 1, "batch_size": 1, "initial_epoch": 0}  # arguments of fit that are whole numbers, from


@dataclass(frozen=True)
class Proposal:
    """What pasted code asks for.

    Attributes:
        experiment: the present one with everything that was understood; what the code does not speak of is unchanged.
        findings: in the order of the lines.
        understood: whether the code said anything about model, compile or fit at all.
        hidden: how many findings there are beyond those listed.
    """

    experiment: Experiment
    findings: tuple[Finding, ...]
    understood: bool
    hidden: int = 0


def read_keras(text: str, experiment: Experiment, input_shape: tuple[int, ...] | None = None) -> Proposal:
    """What the pasted code means for `experiment`. Never raises, whatever the text is.

    Args:
        input_shape: of one sample of the data at hand; the code's own is compared with it.
    """
    program = parse_program(text)
    reader = _Reader()
    reader.notes.extend(program.findings)
    for statement in program.statements:
        try:
            reader.read(statement)
        except RecursionError:
            reader.notes.add("error", "paste.syntax", statement.lineno, text="…")
    reader.say_imports()
    draft = reader.chosen()
    if draft is not None:
        experiment = applied(draft, experiment, reader.notes, input_shape)
    if reader.seed is not None:
        value, line = reader.seed
        experiment = tried(experiment, line, reader.notes, lambda one: one.replace(seed=value))
    weighty = sorted(reader.notes, key=lambda finding: ("error", "warning", "note").index(finding.severity))
    listed = sorted(weighty[:FINDINGS], key=lambda finding: finding.line)
    understood = draft is not None or reader.seed is not None
    return Proposal(experiment, tuple(listed), understood, hidden=len(weighty) - len(listed))


class _Reader:
    """Goes through the statements in order and remembers names and models."""

    def __init__(self) -> None:
        self.notes = Notes()
        self.names: dict[str, Any] = {}
        self.models: dict[str, Draft] = {}
        self.imported: set[str] = set()
        self.seed: tuple[int, int] | None = None
        self._last: str | None = None  # the model spoken of last
        self._imports: list[int] = []

    def chosen(self) -> Draft | None:
        """The model that the text ends up with."""
        for name, draft in self.models.items():
            if name != self._last and draft.has_layers:
                self.notes.add("warning", "paste.other_model", draft.line, name=excerpt(name))
        return None if self._last is None else self.models[self._last]

    def say_imports(self) -> None:
        if self._imports:
            self.notes.add("note", "paste.imports", self._imports[0], count=len(self._imports))

    # --- statements

    def read(self, statement: ast.stmt) -> None:
        match statement:
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                self._imports.append(statement.lineno)
                self.imported.update(one.asname or one.name.split(".")[0] for one in aliases)
                self.names.update({one.asname: Reference(tuple(one.name.split("."))) for one in aliases if one.asname})
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self._assign(name, value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                self._assign(name, value)
            case ast.Assign(targets=[ast.Attribute() as target], value=value):
                self._set(target, value)
            case ast.Expr(value=ast.Constant()):
                pass  # a text that stands alone is a comment
            case ast.Expr(value=ast.Call() as call):
                self._call(call)
            case _:
                self._leave_out(statement)

    def _assign(self, name: str, node: ast.expr) -> None:
        value = evaluate(node, self._values())
        if isinstance(value, Called) and misspelt(value.name, ["Sequential"], 0.8):
            self._new_model(name, value)
        elif isinstance(value, Called) and value.path[0] in self.models:
            self._method(value)  # history = model.fit(…)
            self.names[name] = Unknown(value.text)
        elif isinstance(value, Unknown):
            self.names[name] = value
            self._leave_out_unknown(value, node.lineno)
        elif leaves(value) <= LEAVES:
            self.names[name] = value
            if isinstance(value, Called) and misspelt(value.name, PARTS) is None:
                self._leave_out_unknown(unknown(node), node.lineno)
        else:
            self.names[name] = unknown(node)

    def _values(self) -> dict[str, Any]:
        """What names stand for; a model stands for itself."""
        return {name: value for name, value in self.names.items() if name not in self.models}

    def _set(self, target: ast.Attribute, node: ast.expr) -> None:
        """`model.optimizer.learning_rate = 0.01` between two calls of fit."""
        where = evaluate(target, self._values())
        path = where.path if isinstance(where, Reference) else ()
        if len(path) != 3 or path[1] != "optimizer" or path[2] not in ("learning_rate", "lr"):
            self.notes.add("note", "paste.ignored", target.lineno, text=source(target))
            return
        if path[2] == "lr":
            values = {"part": "optimizer", "given": "lr", "meant": "learning_rate"}
            self.notes.add("warning", "paste.argument_name", target.lineno, **values)
        value = evaluate(node, self._values())
        if isinstance(value, int | float) and not isinstance(value, bool):
            draft = self._model(path[0], target.lineno)
            draft.rates.append((len(draft.fits), float(value), target.lineno))
        else:
            self.notes.add("error", "paste.not_understood", target.lineno, text=source(node))

    def _call(self, node: ast.Call) -> None:
        called = evaluate(node, self._values())
        if not isinstance(called, Called):
            self._leave_out(node)
        elif called.name == "set_random_seed" and called.arguments:
            self._seed(called.arguments[0])
        elif len(called.path) == 2 and (called.path[0] in self.models or called.name in MODEL_WORDS):
            self._method(called)
        elif misspelt(called.name, ["Sequential"], 0.8):
            self._new_model("model", called)  # not kept under a name: taken as the model all the same
        else:
            self._leave_out(node)

    def _seed(self, argument: Argument) -> None:
        if type(argument.value) is int:
            self.seed = (argument.value, argument.line)
        else:
            self.notes.add("error", "paste.unknown_value", argument.line, argument="seed", text=argument.text)

    def _leave_out(self, node: ast.stmt | ast.expr) -> None:
        inner = any(isinstance(one, ast.stmt) for one in ast.iter_child_nodes(node))
        what = Unknown(excerpt(source(node).split(":")[0] if inner else source(node)), called_names(node))
        self._leave_out_unknown(what, node.lineno, block=inner)

    def _leave_out_unknown(self, what: Unknown, line: int, *, block: bool = False) -> None:
        """A note; an error where the code left out would have built or trained a model."""
        counts = any(
            name in MODEL_WORDS or name in ("Sequential", "Model") or name in LAYER_NAMES for name in what.calls
        )
        if not counts:
            self.notes.add("note", "paste.ignored", line, text=what.text)
        else:
            self.notes.add("error", "paste.block" if block else "paste.not_understood", line, text=what.text)

    # --- models

    def _new_model(self, name: str, called: Called) -> None:
        if called.name != "Sequential":
            self.notes.add("warning", "paste.part_name", called.line, given=excerpt(called.name), meant="Sequential")
        owner = called.path[0]
        if len(called.path) > 1 and owner == name and owner not in self.imported:
            self.notes.add("warning", "paste.model_sequential", called.line, name=excerpt(name))
        self.models[name] = draft = Draft(called.line)
        self._last = name
        for argument in called.arguments:
            if argument.name in (None, "layers") and isinstance(argument.value, list | tuple):
                for entry in argument.value:
                    self._add_layer(draft, entry, argument)
            elif argument.name not in ("name", "trainable"):
                self.notes.add("error", "paste.not_understood", argument.line, text=argument.text)

    def _model(self, name: str, line: int) -> Draft:
        if name not in self.models:
            self.models[name] = Draft(line, has_layers=False)
        self._last = name
        return self.models[name]

    def _method(self, called: Called) -> None:
        name, word = called.path[0], called.name
        if word not in MODEL_WORDS and word not in HARMLESS:
            meant = misspelt(word, sorted(MODEL_WORDS | HARMLESS), 0.6)
            if meant is None:
                self.notes.add("error", "paste.not_understood", called.line, text=called.text)
                return
            self.notes.add(
                "warning", "paste.method", called.line, given=excerpt(word), meant=meant, model=excerpt(name)
            )
            word = meant
        if len(called.path) != 2 or word in HARMLESS:
            self.notes.add("note", "paste.ignored", called.line, text=called.text)
            return
        draft = self._model(name, called.line)
        {"add": self._add, "pop": self._pop, "compile": self._compile, "fit": self._fit}[word](draft, called)

    def _add(self, draft: Draft, called: Called) -> None:
        if not draft.has_layers:
            draft.has_layers = True
            self.notes.add("warning", "paste.no_sequential", called.line, name=excerpt(called.path[0]))
        given = [one for one in called.arguments if one.name in (None, "layer")]
        misplaced = [one for one in called.arguments if one.name not in (None, "layer", "rebuild")]
        if not given:
            self.notes.add("error", "paste.not_understood", called.line, text=called.text)
            return
        first = given[0]
        layer = first.value
        if misplaced and isinstance(layer, Called):
            for one in misplaced:
                values = {
                    "layer": excerpt(layer.name),
                    "argument": excerpt(one.name or ""),
                    "value": one.text,
                }
                self.notes.add("warning", "paste.misplaced", one.line, **values)
            layer = layer.with_arguments(*misplaced)
        for one in given[1:]:
            self.notes.add("error", "paste.not_understood", one.line, text=one.text)
        self._add_layer(draft, layer, first)

    def _pop(self, draft: Draft, called: Called) -> None:
        if draft.layers:
            draft.layers.pop()

    def _add_layer(self, draft: Draft, value: Any, argument: Argument) -> None:
        if isinstance(value, Reference) and value.name in LAYER_NAMES:
            value = Called(value.path, (), argument.line, value.name)  # Flatten without its brackets
            self.notes.add("warning", "paste.brackets_missing", argument.line, name=value.name)
        if not isinstance(value, Called):
            self.notes.add("error", "paste.not_understood", argument.line, text=argument.text)
            return
        if misspelt(value.name, ["Input", "InputLayer"], 0.9):
            self._take_shape(draft, value)
            return
        shape = shape_of(value, self.notes)
        if shape is not None and not draft.layers:
            draft.input_shape = shape
        layer = read_layer(value, self.notes)
        if layer is not None:
            draft.layers.append(layer)

    def _take_shape(self, draft: Draft, called: Called) -> None:
        for argument in called.arguments:
            if argument.name in (None, "shape", "input_shape"):
                draft.input_shape = read_shape(argument.value, argument, self.notes)
            elif argument.name == "batch_shape" and isinstance(argument.value, tuple | list):
                draft.input_shape = read_shape(argument.value[1:], argument, self.notes)

    # --- compile and fit

    def _named(self, called: Called, positions: tuple[str, ...], further: tuple[str, ...]) -> list[Argument]:
        """The arguments of compile or fit, all with their names."""
        named = []
        for place, one in enumerate(called.arguments):
            name = one.name or (positions[place] if place < len(positions) else "**")
            if name not in positions and name not in further and name not in IGNORED:
                meant = misspelt(name, [*positions, *further])
                if meant is None:
                    self.notes.add("error", "paste.not_kept", one.line, text=excerpt(f"{name}={one.text}"))
                    continue
                values = {"part": called.name, "given": excerpt(name), "meant": meant}
                self.notes.add("warning", "paste.argument_name", one.line, **values)
                name = meant
            named.append(Argument(name, one.value, one.line, one.text))
        return named

    def _say_default(self, called: Called, name: str, value: Any) -> None:
        """Keras has a value of its own for what the code leaves out: a reader should know it."""
        self.notes.add("note", "paste.default", called.line, part=called.name, name=name, value=str(value))

    def _compile(self, draft: Draft, called: Called) -> None:
        draft.compile_line = called.line
        given = self._named(called, COMPILE, ())
        for one in given:
            value = one.value
            if one.name == "optimizer":
                draft.optimizer = read_part(OPTIMIZERS, one, self.notes)
            elif one.name == "loss":
                draft.loss_by_outputs = isinstance(value, str) and value in ("crossentropy", "ce")
                draft.loss = None if draft.loss_by_outputs else read_part(LOSSES, one, self.notes)
            elif one.name == "metrics":
                draft.metrics = read_metrics(one, self.notes)
            elif one.name not in IGNORED and value is not None:
                self.notes.add("error", "paste.not_kept", one.line, text=excerpt(f"{one.name}={one.text}"))
        names = {one.name for one in given}
        if "optimizer" not in names:
            draft.optimizer = ("RMSprop", {})
            self._say_default(called, "optimizer", "rmsprop")
        if "metrics" not in names:
            draft.metrics = ()
            self._say_default(called, "metrics", [])

    def _fit(self, draft: Draft, called: Called) -> None:
        fit = FitCall(called.line)
        given = self._named(called, FIT, ("initial_epoch",))
        for one in given:
            name, value = one.name or "", one.value
            if name in IGNORED or value is None:
                continue
            if name in COUNTS:
                whole = type(value) is int and value >= COUNTS[name]
                setattr(fit, name, value if whole else None)
                if not whole:
                    values = {"argument": name, "text": one.text, "low": COUNTS[name]}
                    self.notes.add("error", "paste.whole_number", one.line, **values)
            elif name == "shuffle" and isinstance(value, bool):
                fit.shuffle = value
            elif name == "validation_split" and isinstance(value, int | float):
                draft.validation_split = float(value)
                self.notes.add("note", "paste.validation_split", one.line, percent=f"{100 * value:g}")
            else:
                self.notes.add("error", "paste.not_kept", one.line, text=excerpt(f"{name}={one.text}"))
        names = {one.name for one in given}
        for name in ("epochs", "batch_size"):
            if name not in names:
                self._say_default(called, name, getattr(fit, name))
        draft.fits.append(fit)


LAYER_NAMES = frozenset(LAYERS.names())
PARTS = (*LAYERS.names(), *OPTIMIZERS.names(), *LOSSES.names(), "Input")
