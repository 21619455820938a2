"""Network: a graph of layers as one layer, with its weights in one vector and its buffers in plans."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, ClassVar

from netcore.config import Array
from netcore.data import Rows
from netcore.errors import NetcoreAttributeError, NetcoreError, NetcoreValueError
from netcore.graph import Graph, GraphNode, Shape, Step, Tensor, masked_tensors
from netcore.heads import Head, fuses
from netcore.layers.input_layer import InputLayer
from netcore.layers.layer import Layer
from netcore.models.advice import advise_on_masks
from netcore.models.intake import check_shape
from netcore.models.structures import names_of, tensors_of
from netcore.parameters import ParameterVector, Weight
from netcore.penalties import penalised_layers
from netcore.plan import Plan
from netcore.reorder import pooled_before_relu
from netcore.streams import Stream, next_stream
from netcore.summary import summary_text

PLANS_KEPT = 8  # batch sizes whose buffers are kept: full and last batch, validation pieces, a few predictions


class Network(Layer):
    """Layers between `inputs` and `outputs`: shapes, weights, buffers. `Model` adds the training.

    Attributes:
        heads: what compile attaches to each output; the optimizer likewise.
    """

    sequential: ClassVar[bool] = False

    def __init__(self, inputs: Any = None, outputs: Any = None, name: str | None = None, **keywords: Any) -> None:
        super().__init__(name=name, **keywords)
        self.optimizer: Any = None
        self.heads: list[Head] = []
        self._plans: OrderedDict[tuple[Any, ...], Plan] = OrderedDict()
        self._steps: list[Step] = []
        self._masked: set[int] = set()  # ids of the tensors that come with a mask
        self._vector: ParameterVector | None = None
        self.input_names: list[str] = []  # by which data name the inputs: keys of a dict, else the inputs' own names
        self.output_keys: list[str] = []  # likewise of the outputs
        if inputs is not None and outputs is not None:
            self.input_structure, self.output_structure = inputs, outputs
            self._set_graph(Graph(tensors_of("inputs", inputs), tensors_of("outputs", outputs)))

    # --- graph

    def _set_graph(self, graph: Graph) -> None:
        self.graph = graph
        if any(layer.dtype == "float64" for layer in graph.layers):
            self.dtype = "float64"  # one float type for all: the widest
        self._steps = graph.steps()
        self._input_layers = {id(tensor): InputLayer(tensor=tensor) for tensor in graph.inputs}
        check_names(graph.layers)
        self.input_names = names_of(self.input_structure, graph.inputs)
        self.output_keys = names_of(self.output_structure, graph.outputs)
        self._masked = masked_tensors(self._steps)
        advise_on_masks(self._steps, self._masked)
        self._plans.clear()
        self.built = True
        self.order_stream: Stream = next_stream("order")
        self.graph_changed()

    def graph_changed(self) -> None:
        """Called when the graph is there, or another one: what depends on it can be made."""

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        """The tensors that enter."""
        return self._known_graph().inputs

    @property
    def outputs(self) -> tuple[Tensor, ...]:
        """The tensors that come out."""
        return self._known_graph().outputs

    @property
    def input(self) -> Any:
        """The tensor that enters, or lists and dicts of them as they were given. A Sequential model is asked for its
        `inputs`, as in Keras: it has an `input` once it stands in another model."""
        return super().input if self.sequential else self.input_structure

    @property
    def output(self) -> Any:
        """What comes out, as `input`."""
        return super().output if self.sequential else self.output_structure

    @property
    def output_names(self) -> list[str]:
        """Names of the layers that make the outputs."""
        return [] if self.graph is None else [tensor.name for tensor in self.graph.outputs]

    @property
    def layers(self) -> list[Layer]:
        """The layers in Keras's order, with an InputLayer for each input."""
        stations = self._require_graph().stations
        return [self._input_layers[id(one)] if isinstance(one, Tensor) else one for one in stations]

    def calls_of(self, layer: Layer) -> list[GraphNode]:
        """The calls of a layer that belong to this model: it may be part of others, too."""
        inside = {id(node) for node in self._require_graph().nodes}
        return [node for node in layer.calls if id(node) in inside]

    @property
    def input_shape(self) -> Any:
        shapes = [tensor.shape for tensor in self.inputs]
        return shapes[0] if len(shapes) == 1 else shapes

    @property
    def output_shape(self) -> Any:
        shapes = [tensor.shape for tensor in self.outputs]
        return shapes[0] if len(shapes) == 1 else shapes

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """The layer of that name or index. Raises NetcoreValueError "model.no_layer" listing the names."""
        if index is not None and -len(self.layers) <= index < len(self.layers):
            return self.layers[index]
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise NetcoreValueError(
            "model.no_layer",
            "No such layer: {name}. Existing layers are: {choices}.",
            name=index if name is None else name,
            choices=", ".join(layer.name for layer in self.layers),
        )

    def _known_graph(self) -> Graph:
        """The graph; a property that needs it is not there without it."""
        return self._require_graph(NetcoreAttributeError)

    def _require_graph(self, error: type[NetcoreError] = NetcoreValueError) -> Graph:
        if self.graph is None:
            raise error(
                "model.not_built",
                "The model {name!r} has no fixed input shape yet. Start it with Input((features,)), "
                "or call build((None, features)), fit or predict first.",
                name=self.name,
            )
        return self.graph

    def compute_output_shape(self, input_shape: Any) -> Any:
        given = input_shape if isinstance(input_shape, list) else [input_shape]
        shapes = [(given[0][0], *tensor.shape[1:]) for tensor in self.sized(given).outputs]
        return shapes[0] if len(shapes) == 1 else shapes

    @property
    def _weights(self) -> list[Weight]:
        return [] if self.graph is None else [weight for layer in self.graph.layers for weight in layer.weights]

    @_weights.setter
    def _weights(self, value: list[Weight]) -> None:
        """A model's weights are those of its layers; the base class's empty list is not needed."""

    @property
    def weights(self) -> list[Weight]:
        """All weights, layer by layer in order; in a layer the trainable ones first."""
        return list(self._weights)

    @property
    def trainable_weights(self) -> list[Weight]:
        """The weights that learn, layer by layer."""
        if self.graph is None or not self.trainable:
            return []
        return [weight for layer in self.graph.layers for weight in layer.trainable_weights]

    @property
    def non_trainable_weights(self) -> list[Weight]:
        """The weights that do not learn, layer by layer."""
        learning = {id(weight) for weight in self.trainable_weights}
        return [weight for weight in self._weights if id(weight) not in learning]

    @property
    def losses(self) -> list[float]:
        """As for any layer; what was added for outputs stands in the order of the layers."""
        inside = [loss for layer in self.penalised_layers() for loss in layer.activity_losses]
        return [*inside, *super().losses]

    def penalised_layers(self) -> list[Layer]:
        """The layers inside whose outputs are under a penalty, each once, those of nested models among them."""
        return list({id(one): one for one in penalised_layers(self._steps)}.values())

    def check_input(self, shapes: list[Shape]) -> None:
        """Refuse an input that is not of the shape that the model was made for."""
        for shape in shapes:
            super().check_input([shape])
        if self.graph is not None and len(shapes) == len(self.inputs):
            for shape, tensor in zip(shapes, self.inputs, strict=True):
                check_shape(shape, tensor, self._steps, self.name)

    def ensure_built(self, input_shape: Any) -> None:
        """A model that is called as a layer has been built already, or builds itself for that shape."""
        if self.graph is None:
            self.build(input_shape)

    def summary(
        self,
        line_length: int | None = None,
        positions: Sequence[float] | None = None,
        print_fn: Any = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: Sequence[str] | None = None,
    ) -> None:
        """Print the table of layers: name and class, output shape, number of parameters, and the totals.

        Args:
            line_length, positions: characters of a line, and where each column ends, as shares of it.
            print_fn: takes the whole text instead of print.
            expand_nested, show_trainable, layer_range: rows of nested models, which layers learn, first and last layer.
        """
        text = summary_text(
            self,
            line_length,
            positions,
            expand_nested=expand_nested,
            show_trainable=show_trainable,
            layer_range=layer_range,
        )
        if print_fn is None:
            print(text, end="")
        else:
            print_fn(text)

    def nearest_name(self, name: str) -> str:
        """As for any layer; whoever asks a model for a class of models meant the class itself."""
        return f"{name}()" if name in ("Sequential", "Model") else super().nearest_name(name)

    # --- plans and parameters

    def sized(self, shapes: Sequence[Shape]) -> Graph:
        """The graph for inputs of those shapes, where its own leave sizes open, such as the number of time steps."""
        return self._require_graph().sized(shapes)

    def output_shapes(self, shapes: Sequence[Shape]) -> list[tuple[int, ...]]:
        """Shapes of the outputs for inputs of those shapes, without the batch axis."""
        return [tensor.inner_shape for tensor in self.sized(shapes).outputs]

    @property
    def stateful(self) -> bool:  # type: ignore[override]  # told from the layers
        """Whether some layer goes on from the state that the batch before has left."""
        return any(step.operation.stateful for step in self._steps)

    def plan(self, n: int, *, training: bool, shapes: Sequence[Shape], fusable: Sequence[bool] = ()) -> Plan:
        """Buffers and steps for batches of `n` rows of those shapes; a handful of them is kept."""
        graph = self.sized(shapes)
        fused = tuple(
            head_fusable and fuses(head.activation, head.loss)
            for head, head_fusable in zip(self.heads, fusable, strict=False)
        )
        key = (n, training, fused, tuple(shapes))
        if key not in self._plans:
            steps = pooled_before_relu(graph.steps(), graph.outputs)
            self._plans[key] = Plan(
                steps, graph.inputs, graph.outputs, n, training=training, dtype=self.dtype, fused=fused
            )
            if len(self._plans) > PLANS_KEPT:
                self._plans.popitem(last=False)
        self._plans.move_to_end(key)
        return self._plans[key]

    def rows(self, arrays: Sequence[Array]) -> list[Rows]:
        """Input arrays ready to be cut into batches."""
        wanted = {id(step.inputs[0]) for step in self._steps if step.operation.wants_ones}
        return [Rows(array, id(tensor) in wanted) for array, tensor in zip(arrays, self.inputs, strict=True)]

    def forget_plans(self) -> None:
        """Something of a weight has changed that plans know: which one is under a penalty."""
        self._plans.clear()

    def ready_to_train(self) -> None:
        """Gather the trainable weights in one vector, and let the optimizer know it. Cheap if nothing has changed."""
        if self._vector is None or not self._vector.holds(self.trainable_weights):
            self.move_weights()
        if self.optimizer.vector is not self._vector:
            self.optimizer.build(self._vector)

    def move_weights(self, room: tuple[Array, Array] | None = None) -> ParameterVector:
        """Gather the trainable weights in one new vector, or in `room` (see ParameterVector)."""
        self._vector = ParameterVector(self.trainable_weights, self.dtype, room)
        for step in self._steps:
            if step.layer is not None:
                step.layer.bind()
        self._plans.clear()  # their nodes point at where the gradients were
        return self._vector

    def weight_state(self) -> dict[str, Array]:
        """The weights, as plain arrays by their numbers."""
        return {f"weight.{index}": weight.numpy() for index, weight in enumerate(self.weights)}

    def set_weight_state(self, state: dict[str, Array]) -> None:
        """Put back what `weight_state` gave."""
        for index, weight in enumerate(self.weights):
            weight.assign(state[f"weight.{index}"])

    def training_state(self) -> dict[str, Array]:
        """Weights, optimizer and random streams, as plain arrays."""
        state = self.weight_state()
        state |= {f"optimizer.{name}": value for name, value in self.optimizer.get_state().items()}
        for index, layer in enumerate(self._computing_layers()):
            state |= {f"carried.{index}.{slot}": array.copy() for slot, array in enumerate(layer.carried())}
        return state | {f"stream.{name}": stream.get_state() for name, stream in self._streams().items()}

    def set_training_state(self, state: dict[str, Array]) -> None:
        """Put back what `training_state` gave."""
        self.set_weight_state(state)
        optimizer = {name.removeprefix("optimizer."): v for name, v in state.items() if name.startswith("optimizer.")}
        self.optimizer.set_state(optimizer)
        for name, stream in self._streams().items():
            stream.set_state(state[f"stream.{name}"])
        for index, layer in enumerate(self._computing_layers()):
            carried = [name for name in state if name.startswith(f"carried.{index}.")]
            layer.set_carried([state[f"carried.{index}.{slot}"] for slot in range(len(carried))])

    def _streams(self) -> dict[str, Stream]:
        return {"order": self.order_stream, **self.layer_streams()}

    def random_layers(self) -> dict[str, Any]:
        """The layers with random numbers of their own, by place."""
        layers = enumerate(self._computing_layers())
        return {f"layer.{index}": layer for index, layer in layers if isinstance(layer.__dict__.get("stream"), Stream)}

    def layer_streams(self) -> dict[str, Stream]:
        """The random numbers of those layers."""
        return {name: layer.stream for name, layer in self.random_layers().items()}

    def _computing_layers(self) -> list[Layer]:
        """Each layer that computes something, by its place: automatic names differ from process to process."""
        operations = {id(step.operation): step.operation for step in self._steps}.values()
        return [operation for operation in operations if isinstance(operation, Layer)]


def check_names(layers: Sequence[Layer]) -> None:
    """Refuse layers of one model of which two have the same name."""
    names = [layer.name for layer in layers]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise NetcoreValueError(
            "model.layer_names",
            "All layers of a model need names of their own, but {names} stand for several layers.",
            names=", ".join(sorted(twice)),
        )
