"""GraphSpec: a functional model — named inputs, nodes that read one another, named outputs with a loss each.

A node is one call of a layer. It reads inputs or other nodes by name or id. A node that `shares` the layer of another
node has no arguments of its own: both calls use one set of weights.

The spec always holds together (known ids, no cycle); what is merely unfinished (a node that reads nothing yet, an
output that nothing leads to) is allowed here and reported by `lab.model.problems` before a run.
"""

import keyword
import re
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from lab.errors import ExperimentError
from lab.spec.limits import ALONE
from lab.spec.parts import (
    KnownLoss,
    KnownMetrics,
    LayerSpec,
    PartSpec,
    check_ids,
    checked_part,
    new_id,
    place_of,
    with_replaced,
)
from lab.spec.value import ColumnName, Value, checked, first_twice
from netcore.layers import LAYERS

# names become variables of the Keras program and beginnings of history keys: letters of any script, digits and _
NAME = re.compile(r"[^\W\d_]\w{0,29}")


class GraphNode(LayerSpec):
    """One call of a layer.

    Args:
        reads: names of inputs and ids of nodes, in the order in which a merging layer takes them.
        shares: id of the node whose layer is called here once more; `type` and `params` then stay empty.
    """

    path: ClassVar[str] = "model.nodes"
    type: Annotated[str, Field(max_length=100)] = ""
    reads: Annotated[tuple[str, ...], Field(max_length=ALONE.graph_reads)] = ()
    shares: str | None = None


class OutputSpec(Value):
    """A result of the network, and how it is judged.

    Args:
        name: first part of its history keys, such as "rain" in "rain_loss".
        target: the column that it predicts.
        reads: id of the node that gives it; None while it has none.
        weight: what its loss counts in the total.
    """

    path: ClassVar[str] = "model.outputs"
    name: str
    target: ColumnName
    reads: str | None = None
    loss: KnownLoss = PartSpec(type="MeanSquaredError")
    weight: Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)] = 1.0
    metrics: KnownMetrics = ()


class GraphSpec(Value):
    """Inputs (named groups of columns), nodes and outputs; the order of the nodes is that of the start weights."""

    path: ClassVar[str] = "model"
    kind: Literal["graph"]  # no default: it always stands in the file, and a reader chooses the class by it
    inputs: Annotated[tuple[str, ...], Field(max_length=ALONE.graph_inputs)]
    nodes: Annotated[tuple[GraphNode, ...], Field(max_length=ALONE.layers)] = ()
    outputs: Annotated[tuple[OutputSpec, ...], Field(max_length=ALONE.graph_outputs)] = ()

    @model_validator(mode="after")
    def _holds_together(self) -> "GraphSpec":
        check_names("model.inputs", self.inputs)
        check_names("model.outputs", [output.name for output in self.outputs])
        for output in self.outputs:
            if reads_as_a_key(output.name):
                raise ExperimentError("experiment.graph_output_name", name=output.name)
        check_ids(self.nodes)
        both = {node.id for node in self.nodes}.intersection(self.inputs)
        if both:
            raise ExperimentError("experiment.graph_name_twice", field="model.inputs", name=min(both))
        for node in self.nodes:
            self._check_shared(node)
            self._check_known(f"model.nodes.{node.id}.reads", node.reads)
        for output in self.outputs:
            self._check_known(f"model.outputs.{output.name}.reads", () if output.reads is None else (output.reads,))
        self.order()  # refuses a cycle
        return self

    @field_validator("nodes")
    @classmethod
    def _layers_are_known(cls, nodes: tuple[GraphNode, ...]) -> tuple[GraphNode, ...]:
        return tuple(
            node if node.shares is not None else checked_part(LAYERS, node, f"{node.type} ({node.id})")
            for node in nodes
        )

    def _check_shared(self, node: GraphNode) -> None:
        if node.shares is None:
            return
        if node.type or node.params:
            raise ExperimentError("experiment.graph_shared_params", node=node.id)
        if not any(other.id == node.shares and other.shares is None for other in self.nodes):
            choices = ", ".join(layer.id for layer in self.layers)
            raise ExperimentError("experiment.graph_unknown_layer", node=node.id, name=node.shares, choices=choices)

    def _check_known(self, field: str, reads: Iterable[str]) -> None:
        known = [*self.inputs, *(node.id for node in self.nodes)]
        for name in reads:
            if name not in known:
                choices = ", ".join(known)
                raise ExperimentError("experiment.graph_unknown_read", field=field, name=name, choices=choices)

    # --- asking

    @property
    def layers(self) -> tuple[GraphNode, ...]:
        """The nodes with a layer of their own: each set of weights once."""
        return tuple(node for node in self.nodes if node.shares is None)

    def node(self, id: str) -> GraphNode:
        """Raises ExperimentError "experiment.no_such_layer"."""
        return self.nodes[place_of(self.nodes, id)]

    def layer_of(self, node: GraphNode) -> GraphNode:
        """The node that says what layer is called here: itself, or the one whose layer it shares."""
        return node if node.shares is None else self.node(node.shares)

    def output(self, name: str) -> OutputSpec:
        """Raises ExperimentError "experiment.no_such_output"."""
        for output in self.outputs:
            if output.name == name:
                return output
        raise ExperimentError("experiment.no_such_output", name=name)

    def order(self) -> tuple[GraphNode, ...]:
        """The nodes so that each stands after what it reads; otherwise in their own order.

        Raises:
            ExperimentError "experiment.graph_cycle": some nodes read one another in a ring.
        """
        placed: list[GraphNode] = []
        known = set(self.inputs)
        waiting = list(self.nodes)
        while waiting:
            ready = next((node for node in waiting if known.issuperset(node.reads)), None)
            if ready is None:
                raise ExperimentError("experiment.graph_cycle", nodes=", ".join(node.id for node in waiting))
            waiting.remove(ready)
            placed.append(ready)
            known.add(ready.id)
        return tuple(placed)

    def may_read(self, id: str) -> tuple[str, ...]:
        """What a node can read without closing a ring: inputs, and nodes that do not depend on it."""
        later = {id}
        for node in self.order():
            if later.intersection(node.reads):
                later.add(node.id)
        return (*self.inputs, *(node.id for node in self.order() if node.id not in later))

    def leading_to(self, outputs: Iterable[OutputSpec]) -> set[str]:
        """Names of the inputs and ids of the nodes that these outputs depend on."""
        wanted = {output.reads for output in outputs if output.reads is not None}
        for node in reversed(self.order()):
            if node.id in wanted:
                wanted.update(node.reads)
        return wanted

    # --- changed copies

    def with_layer(self, layer: LayerSpec) -> "GraphSpec":
        """The node with the same id replaced."""
        return self.replace(nodes=with_replaced(self.nodes, layer))

    def with_added_node(self, type: str, params: dict[str, Any], reads: Sequence[str]) -> "GraphSpec":
        """A new node at the end, with an id that no node of this graph has."""
        values = {"id": new_id(self.nodes), "type": type, "params": params, "reads": tuple(reads)}
        return self.replace(nodes=(*self.nodes, checked(GraphNode, values)))

    def with_shared_node(self, id: str, reads: Sequence[str] = ()) -> "GraphSpec":
        """The layer of a node called once more, on something else."""
        owner = self.layer_of(self.node(id)).id
        values = {"id": new_id(self.nodes), "shares": owner, "reads": tuple(reads)}
        return self.replace(nodes=(*self.nodes, checked(GraphNode, values)))

    def without_node(self, id: str) -> "GraphSpec":
        """The node taken out; whoever read it reads what it read. A shared layer stays with the next node using it."""
        gone = self.node(id)
        heir = next((node.id for node in self.nodes if node.shares == id), None)
        nodes = []
        for node in self.nodes:
            if node.id == id:
                continue
            changes: dict[str, Any] = {"reads": _bypassed(node.reads, gone)}
            if node.id == heir:
                changes |= {"shares": None, "type": gone.type, "params": gone.params}
            elif node.shares == id:
                changes |= {"shares": heir}
            nodes.append(node.replace(**changes))
        kept = {*self.inputs, *(node.id for node in nodes)}
        source = next((name for name in gone.reads if name in kept), None)
        outputs = tuple(output.replace(reads=source) if output.reads == id else output for output in self.outputs)
        return self.replace(nodes=tuple(nodes), outputs=outputs)

    def with_output(self, name: str, /, **changes: Any) -> "GraphSpec":
        """One output with some fields changed."""
        changed = self.output(name).replace(**changes)
        return self.replace(outputs=tuple(changed if old.name == name else old for old in self.outputs))

    def with_added_output(self, output: OutputSpec) -> "GraphSpec":
        return self.replace(outputs=(*self.outputs, output))

    def without_output(self, name: str) -> "GraphSpec":
        return self.replace(outputs=tuple(output for output in self.outputs if output.name != name))

    def with_input_renamed(self, old: str, new: str) -> "GraphSpec":
        def renamed(names: Iterable[str]) -> tuple[str, ...]:
            return tuple(new if name == old else name for name in names)

        return self.replace(
            inputs=renamed(self.inputs),
            nodes=tuple(node.replace(reads=renamed(node.reads)) for node in self.nodes),
            outputs=tuple(out.replace(reads=new) if out.reads == old else out for out in self.outputs),
        )

    def without_input(self, name: str) -> "GraphSpec":
        """The input taken away, also from the nodes that read it."""
        return self.replace(
            inputs=tuple(other for other in self.inputs if other != name),
            nodes=tuple(node.replace(reads=tuple(n for n in node.reads if n != name)) for node in self.nodes),
            outputs=tuple(out.replace(reads=None) if out.reads == name else out for out in self.outputs),
        )

    def numbered(self) -> "GraphSpec":
        """The same graph with ids by place: two graphs that train alike become equal."""
        ids = {node.id: f"l{place}" for place, node in enumerate(self.nodes)}
        # an input may be called l0: other names first, so that nothing is called alike on the way
        names = {name: f"input{place}x" for place, name in enumerate(self.inputs)}
        known = ids | names
        nodes = [
            node.model_copy(
                update={
                    "id": ids[node.id],
                    "reads": tuple(known[name] for name in node.reads),
                    "shares": None if node.shares is None else ids[node.shares],
                }
            )
            for node in self.nodes
        ]
        outputs = [
            output.model_copy(update={"reads": None if output.reads is None else known[output.reads]})
            for output in self.outputs
        ]
        return self.model_copy(
            update={"inputs": tuple(names.values()), "nodes": tuple(nodes), "outputs": tuple(outputs)}
        )


def check_names(field: str, names: Sequence[str]) -> None:
    """Refuse names that cannot stand in a program, and names given twice. Raises ExperimentError."""
    for name in names:
        if not is_name(name):
            raise ExperimentError("experiment.graph_name", field=field, name=name[:60])
    twice = first_twice(names)
    if twice is not None:
        raise ExperimentError("experiment.graph_name_twice", field=field, name=twice)


def is_name(text: str) -> bool:
    """Whether it can be a variable of a program."""
    return NAME.fullmatch(text) is not None and not keyword.iskeyword(text)


def reads_as_a_key(name: str) -> bool:
    """Whether the history keys of an output of that name would read as other ones do."""
    return name == "loss" or name.startswith("val_")


def _bypassed(reads: tuple[str, ...], gone: GraphNode) -> tuple[str, ...]:
    """What a node reads once `gone` is not there: what `gone` read in its place, nothing twice by it."""
    found: list[str] = []
    for name in reads:
        found += [source for source in gone.reads if source not in found] if name == gone.id else [name]
    return tuple(found)
