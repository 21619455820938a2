"""A functional model of pasted code as a GraphSpec: inputs find groups of columns, outputs columns to predict."""

import itertools
import re
from collections.abc import Mapping, MutableSequence, Sequence
from typing import Any

from lab.edits.graph import name_for
from lab.export.pasted.draft import Draft, Port
from lab.export.pasted.models import input_shape
from lab.export.pasted.parts import Notes, read_layer
from lab.export.pasted.text import excerpt
from lab.export.pasted.values import Called, Tensor, behind
from lab.spec.data import ALL_INPUTS, DataSpec, InputGroup
from lab.spec.experiment import CompileSpec, Experiment, GraphNode, GraphSpec, OutputSpec, checked
from lab.spec.graph import is_name, reads_as_a_key
from netcore.names import snake_case

NODE_ID = re.compile("[a-z0-9]{1,16}")
Layer = tuple[str, dict[str, Any]]


def with_graph(
    experiment: Experiment,
    draft: Draft,
    notes: Notes,
    variables: Mapping[Tensor, str],
    spellings: MutableSequence[set[str]],
) -> Experiment:
    """The experiment with the draft's graph for its model.

    Args:
        variables: the name that the code gave to each tensor.
        spellings: gets, for each output, all names that compile may call it by.

    Raises:
        ExperimentError: an experiment cannot hold the graph.
    """
    reading = _Reading(draft, notes, variables)
    data, inputs = _with_inputs(experiment, draft, reading.inputs, variables, notes)
    places = dict(zip(reading.inputs, inputs[: len(reading.inputs)], strict=True))
    nodes, sources = reading.nodes(places)
    outputs = _outputs(experiment, draft, sources, variables, notes)
    spellings += [
        _spellings(port, output.name, variables, reading) for port, output in zip(draft.outputs, outputs, strict=True)
    ]
    graph = checked(GraphSpec, {"kind": "graph", "inputs": inputs, "nodes": tuple(nodes), "outputs": tuple(outputs)})
    plain = CompileSpec()
    compiled = experiment.compile.replace(loss=plain.loss, metrics=plain.metrics)
    return experiment.replace(data=data, model=graph, compile=compiled)


class _Reading:
    """The tensors behind the outputs, and what makes them."""

    def __init__(self, draft: Draft, notes: Notes, variables: Mapping[Tensor, str]) -> None:
        self._notes, self._variables = notes, variables
        self.tensors = behind([port.tensor for port in draft.outputs])
        self.inputs = [port.tensor for port in draft.inputs]
        for tensor in self.tensors:
            if not tensor.reads and tensor not in self.inputs:
                name = variables.get(tensor, tensor.made_by.text)
                notes.add("warning", "paste.input_missing", tensor.line, name=excerpt(name))
                self.inputs.append(tensor)
        self.layers: dict[Called, Layer | None] = {}
        self._class_counts: dict[str, int] = {}
        self.automatic: dict[Called, str] = {}  # the names that Keras would give: dense, dense_1, …
        for tensor in self.tensors:
            if tensor.reads and tensor.made_by not in self.layers:
                self.layers[tensor.made_by] = layer = read_layer(tensor.made_by, notes)
                self.automatic[tensor.made_by] = self._next_name(layer)

    def _next_name(self, layer: Layer | None) -> str:
        name = snake_case(layer[0]) if layer else ""
        number = self._class_counts.get(name, 0)
        self._class_counts[name] = number + 1
        return f"{name}_{number}" if number else name

    def nodes(self, places: Mapping[Tensor, str]) -> tuple[list[GraphNode], dict[Tensor, str]]:
        """The nodes, and for each tensor the name of the input or node that gives it.

        A layer that nobody could read is left out: whoever read it reads what it read.
        """
        sources = dict(places)
        owners: dict[Called, str] = {}
        ids = self._ids(set(places.values()))
        nodes = []
        for tensor in self.tensors:
            if tensor in sources:
                continue
            layer = self.layers[tensor.made_by]
            if layer is None:
                sources[tensor] = sources[tensor.reads[0]]
                continue
            self._say_further(tensor)
            id = sources[tensor] = ids[tensor]
            owner = owners.setdefault(tensor.made_by, id)
            own: dict[str, Any] = {"type": layer[0], "params": layer[1]} if owner == id else {"shares": owner}
            reads = tuple(sources[one] for one in tensor.reads)
            nodes.append(checked(GraphNode, {"id": id, "reads": reads, **own}))
        return nodes, sources

    def _ids(self, taken: set[str]) -> dict[Tensor, str]:
        """The variable's name where it names one tensor only and may be an id, else l0, l1, …"""
        called = [tensor for tensor in self.tensors if tensor.reads]
        names = [self._variables.get(tensor, "") for tensor in called]
        free = (f"l{number}" for number in itertools.count())
        ids = {}
        for tensor, name in zip(called, names, strict=True):
            own = NODE_ID.fullmatch(name) and names.count(name) == 1 and name not in taken
            ids[tensor] = name if own else next(one for one in free if one not in taken and one not in names)
        return ids

    def _say_further(self, tensor: Tensor) -> None:
        """Arguments beside the tensors, such as initial_state: nothing here holds them."""
        for one in tensor.further:
            if one.value not in (None, False):
                name = "" if one.name is None else f"{one.name}="
                self._notes.add("error", "paste.not_kept", one.line, text=excerpt(f"{name}{one.text}"))


# --- inputs


def _with_inputs(
    experiment: Experiment, draft: Draft, tensors: Sequence[Tensor], variables: Mapping[Tensor, str], notes: Notes
) -> tuple[DataSpec, tuple[str, ...]]:
    """The data with a group of columns for each input, and the names of the inputs, first those of `tensors`."""
    data = experiment.data
    named = {port.tensor: port.name for port in draft.inputs}
    wanted = [_input_name(tensor, named.get(tensor), variables) for tensor in tensors]
    present = [group.name for group in data.input_groups]
    if set(wanted) <= set(present) and len(set(wanted)) == len(wanted):
        return data, (*wanted, *(name for name in present if name not in wanted))
    if len(wanted) == len(present):
        pairs = ", ".join(f"{new} → {old}" for new, old in zip(wanted, present, strict=True))
        if len(wanted) > 1:
            notes.add("note", "paste.inputs_by_order", draft.line, pairs=excerpt(pairs, 200))
        return data, tuple(present)
    if len(wanted) == 1:
        return data.replace(groups=()), (ALL_INPUTS,)
    names: list[str] = []
    for name in wanted:
        names.append(_valid(name, names))
    columns = _divided(data.inputs, [_width(tensor) for tensor in tensors])
    code = "paste.inputs_divided" if columns else "paste.inputs_all"
    notes.add("warning", code, draft.line, inputs=", ".join(names))
    groups = [
        InputGroup(name=name, columns=columns[place] if columns else data.inputs) for place, name in enumerate(names)
    ]
    return data.with_groups(groups), tuple(names)


def _input_name(tensor: Tensor, given: str | None, variables: Mapping[Tensor, str]) -> str:
    return given or _own_name(tensor.made_by) or variables.get(tensor) or ALL_INPUTS


def _own_name(called: Called) -> str | None:
    argument = called.argument("name")
    return argument.value if argument is not None and isinstance(argument.value, str) else None


def _width(tensor: Tensor) -> int | None:
    """How many columns an Input says that it takes."""
    shape = input_shape(tensor.made_by, Notes())
    return shape[-1] if shape else None


def _divided(columns: tuple[str, ...], widths: Sequence[int | None]) -> list[tuple[str, ...]] | None:
    """The columns in their order, cut where the inputs' widths say; None unless the widths add up."""
    known = [width for width in widths if width is not None]
    if len(known) < len(widths) or sum(known) != len(columns):
        return None
    ends = [sum(known[: place + 1]) for place in range(len(known))]
    return [columns[end - width : end] for end, width in zip(ends, known, strict=True)]


# --- outputs


def _outputs(
    experiment: Experiment, draft: Draft, sources: Mapping[Tensor, str], variables: Mapping[Tensor, str], notes: Notes
) -> list[OutputSpec]:
    """An output for each tensor of Model(…): the present one of its name, or the next one that no name asks for."""
    known = _present_outputs(experiment)
    by_name = {output.name: output for output in known}
    wanted = [port.name or _own_name(port.tensor.made_by) for port in draft.outputs]
    columns = [target.column for target in experiment.data.targets]
    rest = [output for output in known if output.name not in wanted and output.target in columns]
    outputs: list[OutputSpec] = []
    for port, name in zip(draft.outputs, wanted, strict=True):
        taken = [output.name for output in outputs]
        base = by_name.get(name or "") or (rest.pop(0) if rest else None)
        if base is None:
            base = OutputSpec(name="y", target=experiment.data.target)
            name = name or variables.get(port.tensor) or "y"
            values = {"output": excerpt(name), "target": experiment.data.target}
            notes.add("warning", "paste.no_target", draft.line, **values)
        name = _valid(name or base.name, taken)
        outputs.append(base.replace(name=name, reads=sources[port.tensor]))
    return outputs


def _present_outputs(experiment: Experiment) -> list[OutputSpec]:
    """The outputs that there are, and one for each column to predict that has none."""
    data, compiled = experiment.data, experiment.compile
    outputs = list(experiment.model.outputs) if isinstance(experiment.model, GraphSpec) else []
    first = {} if outputs else {"loss": compiled.loss, "metrics": compiled.metrics}
    for target in data.targets:
        if all(output.target != target.column for output in outputs):
            name = name_for(target.column, [output.name for output in outputs])
            outputs.append(checked(OutputSpec, {"name": name, "target": target.column, **first}))
            first = {}
    return outputs


def _valid(name: str, taken: Sequence[str]) -> str:
    """A name that an input or output may have."""
    usable = is_name(name) and not reads_as_a_key(name) and name not in taken
    return name if usable else name_for(name, taken)


def _spellings(port: Port, name: str, variables: Mapping[Tensor, str], reading: _Reading) -> set[str]:
    layer = port.tensor.made_by
    names = (name, port.name, _own_name(layer), variables.get(port.tensor), reading.automatic.get(layer))
    return {one for one in names if one}
