"""Models that pasted code makes, and what it then does with them: add, pop, compile, fit."""

from typing import Any

from lab.export.pasted.draft import Draft, Port
from lab.export.pasted.fitting import read_fit
from lab.export.pasted.parts import Notes, misspelt, read_shape, shape_of
from lab.export.pasted.text import excerpt
from lab.export.pasted.values import Argument, Called, Names, Reference, Tensor, is_number
from netcore.layers import LAYERS
from netcore.models import Sequential

MODEL_WORDS = frozenset({"add", "compile", "fit", "pop"})
HARMLESS = frozenset(name for name in dir(Sequential) if not name.startswith("_")) - MODEL_WORDS
LAYER_NAMES = frozenset(LAYERS.names())
INPUT_NAMES = ("Input", "InputLayer")
ENDS = {"inputs": "inputs", "outputs": "outputs", "input": "inputs", "output": "outputs"}  # Keras 1 had no s


def makes_sequential(called: Called) -> bool:
    return misspelt(called.name, ["Sequential"], 0.8) is not None


def makes_graph(called: Called) -> bool:
    return called.name in ("Model", "Functional") and bool(called.arguments)


class Models:
    """The models by their names, and which of them the code spoke of last.

    Args:
        names: what names stand for; models are among them.
        imported: names that come from elsewhere.
    """

    def __init__(self, names: Names, imported: set[str], notes: Notes) -> None:
        self.notes = notes
        self._names, self._imported = names, imported
        self._drafts: list[Draft] = []
        self._last: Draft | None = None

    def chosen(self) -> Draft | None:
        """The model that the text ends up with."""
        for draft in self._drafts:
            if draft is not self._last and draft.has_layers and not draft.is_part:
                self.notes.add("warning", "paste.other_model", draft.line, name=excerpt(draft.name))
        return self._last

    @property
    def has_graph(self) -> bool:
        return any(draft.is_graph for draft in self._drafts)

    # --- made

    def new_sequential(self, name: str, called: Called) -> Draft:
        if called.name != "Sequential":
            self.notes.add("warning", "paste.part_name", called.line, given=excerpt(called.name), meant="Sequential")
        owner = called.path[0]
        if len(called.path) > 1 and owner == name and owner not in self._imported:
            self.notes.add("warning", "paste.model_sequential", called.line, name=excerpt(name))
        draft = self._keep(Draft(called.line, name))
        for argument in called.arguments:
            if argument.name in (None, "layers") and isinstance(argument.value, list | tuple):
                for entry in argument.value:
                    self._add_layer(draft, entry, argument)
            elif argument.name not in ("name", "trainable"):
                self.notes.add("error", "paste.not_understood", argument.line, text=argument.text)
        return draft

    def new_graph(self, name: str, called: Called) -> Draft:
        """`Model(inputs, outputs)`; without either of them it is a model that has no layers."""
        draft = self._keep(Draft(called.line, name))
        for place, argument in enumerate(called.arguments):
            given = argument.name or ("inputs", "outputs", "name")[min(place, 2)]
            if given not in ENDS:
                continue
            if given != ENDS[given]:
                values = {"part": called.name, "given": given, "meant": ENDS[given]}
                self.notes.add("warning", "paste.argument_name", argument.line, **values)
            setattr(draft, ENDS[given], self._ports(argument))
        return draft

    def _ports(self, argument: Argument) -> list[Port]:
        value = argument.value
        entries = value if isinstance(value, dict) else {}
        if isinstance(value, list | tuple):
            entries = dict(enumerate(value))
        elif not isinstance(value, dict):
            entries = {0: value}
        if not entries or not all(isinstance(tensor, Tensor) for tensor in entries.values()):
            self.notes.add("error", "paste.not_tensors", argument.line, text=argument.text)
            return []
        return [Port(key if isinstance(key, str) else None, tensor) for key, tensor in entries.items()]

    def _keep(self, draft: Draft) -> Draft:
        self._drafts.append(draft)
        self._names[draft.name] = self._last = draft
        return draft

    def named(self, name: str, line: int) -> Draft:
        """The model of that name, spoken of for the first time perhaps."""
        known = self._names.get(name)
        self._last = known if isinstance(known, Draft) else self._keep(Draft(line, name, has_layers=False))
        return self._last

    # --- used

    def method(self, called: Called) -> None:
        """`model.compile(…)` and so on."""
        name, word = called.path[0], called.name
        if word not in MODEL_WORDS and word not in HARMLESS:
            meant = misspelt(word, sorted(MODEL_WORDS | HARMLESS), 0.6)
            if meant is None:
                self.notes.add("error", "paste.not_understood", called.line, text=called.text)
                return
            values = {"given": excerpt(word), "meant": meant, "model": excerpt(name)}
            self.notes.add("warning", "paste.method", called.line, **values)
            word = meant
        if len(called.path) != 2 or word in HARMLESS:
            self.notes.add("note", "paste.ignored", called.line, text=called.text)
            return
        draft = self.named(name, called.line)
        if word == "add":
            self._add(draft, called)
        elif word == "pop":
            del draft.layers[-1:]
        elif word == "compile":
            draft.compiled = called
        else:
            read_fit(draft, called, self.notes)

    def set_rate(self, name: str, value: Any, argument: Argument) -> None:
        """`model.optimizer.learning_rate = 0.01` between two calls of fit."""
        draft = self.named(name, argument.line)
        if is_number(value):
            draft.rates.append((len(draft.fits), float(value), argument.line))
        else:
            self.notes.add("error", "paste.not_understood", argument.line, text=argument.text)

    def _add(self, draft: Draft, called: Called) -> None:
        if not draft.has_layers:
            draft.has_layers = True
            self.notes.add("warning", "paste.no_sequential", called.line, name=excerpt(called.path[0]))
        given = [one for one in called.arguments if one.name in (None, "layer")]
        misplaced = [one for one in called.arguments if one.name not in (None, "layer", "rebuild")]
        if not given or draft.is_graph:
            self.notes.add("error", "paste.not_understood", called.line, text=called.text)
            return
        first = given[0]
        layer = first.value
        if misplaced and isinstance(layer, Called):
            for one in misplaced:
                values = {"layer": excerpt(layer.name), "argument": excerpt(one.name or ""), "value": one.text}
                self.notes.add("warning", "paste.misplaced", one.line, **values)
            layer = layer.with_arguments(*misplaced)
        for one in given[1:]:
            self.notes.add("error", "paste.not_understood", one.line, text=one.text)
        self._add_layer(draft, layer, first)

    def _add_layer(self, draft: Draft, value: Any, argument: Argument) -> None:
        if isinstance(value, Reference) and value.name in LAYER_NAMES:
            self.notes.add("warning", "paste.brackets_missing", argument.line, name=value.name)
            value = Called(value.path, (), argument.node)  # Flatten without its brackets
        if isinstance(value, Tensor) and not value.reads:
            value = value.made_by
        if not isinstance(value, Called):
            self.notes.add("error", "paste.not_understood", argument.line, text=argument.text)
            return
        if misspelt(value.name, INPUT_NAMES, 0.9):
            draft.input_shape = input_shape(value, self.notes)
            return
        shape = shape_of(value, self.notes)
        if shape is not None and not draft.layers:
            draft.input_shape = shape
        draft.layers.append(value)


def input_shape(called: Called, notes: Notes) -> tuple[int | None, ...] | None:
    """The shape of a sample that Input(…) tells."""
    for argument in called.arguments:
        if argument.name in (None, "shape", "input_shape", "batch_shape"):
            return read_shape(argument, notes)
    return None
