"""Models: layers put together, compiled, trained, evaluated. `Sequential` is a list, `Model` any graph."""

import warnings
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import numpy as np

from netcore import activations, losses, optimizers
from netcore.callbacks import Callback, History
from netcore.config import Array
from netcore.data import Rows, as_floats, rows_of
from netcore.errors import NetcoreTypeError, NetcoreValueError, NetcoreWarning
from netcore.fit import BATCH_SIZE, EPOCHS, FitRun, head_step
from netcore.graph import COPY, Graph, Input, Step, Tensor, masked_tensors
from netcore.heads import Head, Targets, Tracker, fuses, logs_of
from netcore.inference import Evaluation, predict
from netcore.layers.layer import Layer
from netcore.metrics import METRICS
from netcore.parameters import ParameterVector, Weight
from netcore.params import Float
from netcore.plan import Plan
from netcore.progress import Progress
from netcore.streams import Stream, next_stream
from netcore.summary import summary_text

PLANS_KEPT = 8  # batch sizes whose buffers are kept: full and last batch, validation pieces, a few predictions

SPLIT = Float(low=0.0, high=1.0, open_high=True, typical=(0.2, 0.3))


class Model(Layer):
    """A network from `inputs` to `outputs`, tensors that came out of `Input` and of layers called on them.

    Args:
        inputs, outputs: a tensor, a list or a dict of tensors.
        name: of the model.

    Raises:
        NetcoreValueError "graph.disconnected": an output needs an input that is not listed.
    """

    loss_key = "loss"

    def __init__(self, inputs: Any = None, outputs: Any = None, name: str | None = None, **keywords: Any) -> None:
        super().__init__(name=name, **keywords)
        self.optimizer: Any = None
        self.history: History | None = None
        self.stop_training = False
        self.heads: list[Head] = []
        self.combine_losses = "sum"
        self._compiled: dict[str, Any] | None = None
        self._plans: OrderedDict[tuple[Any, ...], Plan] = OrderedDict()
        self._steps: list[Step] = []
        self._masked: set[int] = set()  # ids of the tensors that come with a mask
        self._vector: ParameterVector | None = None
        self._trackers: list[Tracker] = []
        self.input_names: list[str] = []
        self.output_names: list[str] = []
        if inputs is not None and outputs is not None:
            self._input_structure, self._output_structure = inputs, outputs
            self._set_graph(Graph(_tensors(inputs), _tensors(outputs)))

    # --- graph

    def _set_graph(self, graph: Graph) -> None:
        self.graph = graph
        self._steps = graph.steps()
        names = [layer.name for layer in graph.layers]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise NetcoreValueError(
                "model.layer_names",
                "All layers of a model need names of their own, but {names} stand for several layers.",
                names=", ".join(sorted(twice)),
            )
        self.input_names = _names(self._input_structure, graph.inputs)
        self.output_names = _names(self._output_structure, graph.outputs)
        self._masked = masked_tensors(self._steps)
        _advise_on_masks(self._steps, self._masked)
        self._plans.clear()
        self.built = True
        self.order_stream: Stream = next_stream("order")
        if self._compiled is not None:
            self._make_heads()

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        return self._require_graph().inputs

    @property
    def outputs(self) -> tuple[Tensor, ...]:
        return self._require_graph().outputs

    @property
    def layers(self) -> list[Layer]:
        """The layers in Keras's order, inputs left out."""
        return list(self._require_graph().layers)

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
        if index is not None and index < len(self.layers):
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

    def _require_graph(self) -> Graph:
        if self.graph is None:
            raise NetcoreValueError(
                "model.not_built",
                "The model {name!r} has no fixed input shape yet. Start it with Input((features,)), "
                "or call build((None, features)), fit or predict first.",
                name=self.name,
            )
        return self.graph

    def compute_output_shape(self, input_shape: Any) -> Any:
        shapes = [tensor.shape for tensor in self.outputs]
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
        if self.graph is None or not self.trainable:
            return []
        return [weight for layer in self.graph.layers for weight in layer.trainable_weights]

    @property
    def non_trainable_weights(self) -> list[Weight]:
        learning = {id(weight) for weight in self.trainable_weights}
        return [weight for weight in self._weights if id(weight) not in learning]

    def ensure_built(self, input_shape: Any) -> None:
        """A model that is called as a layer has been built already, or builds itself for that shape."""
        if self.graph is None:
            self.build(input_shape)

    def summary(self, line_length: int | None = None, print_fn: Any = None) -> None:
        """Print the table of layers: name and class, output shape, number of parameters."""
        (print_fn or print)(summary_text(self, line_length))

    def nearest_name(self, name: str) -> str:
        """As for any layer; whoever asks a model for a class of models meant the class itself."""
        return f"{name}()" if name in ("Sequential", "Model") else super().nearest_name(name)

    # --- plans and parameters

    def plan(self, n: int, *, training: bool, fusable: Sequence[bool] = ()) -> Plan:
        """Buffers and steps for batches of `n` rows; a handful of them is kept."""
        graph = self._require_graph()
        fused = tuple(
            head_fusable and fuses(head.activation, head.loss)
            for head, head_fusable in zip(self.heads, fusable, strict=False)
        )
        key = (n, training, fused)
        if key not in self._plans:
            self._plans[key] = Plan(
                self._steps, graph.inputs, graph.outputs, n, training=training, dtype=self.dtype, fused=fused
            )
            if len(self._plans) > PLANS_KEPT:
                self._plans.popitem(last=False)
        self._plans.move_to_end(key)
        return self._plans[key]

    def rows(self, arrays: Sequence[Array]) -> list[Rows]:
        """Input arrays ready to be cut into batches."""
        wanted = {id(step.inputs[0]) for step in self._steps if step.operation.wants_ones}
        return [Rows(array, id(tensor) in wanted) for array, tensor in zip(arrays, self.inputs, strict=True)]

    def ready_to_train(self) -> None:
        """Gather the trainable weights in one vector, and let the optimizer know it. Cheap if nothing has changed."""
        weights = self.trainable_weights
        if self._vector is None or not self._vector.holds(weights):
            self._vector = ParameterVector(weights, self.dtype)
            for step in self._steps:
                if step.layer is not None:
                    step.layer.bind()
            self._plans.clear()  # their nodes point at where the gradients were
        if self.optimizer.vector is not self._vector:
            self.optimizer.build(self._vector)

    def training_state(self) -> dict[str, Array]:
        """Weights, optimizer and random streams, as plain arrays."""
        state = {f"weight.{index}": weight.numpy() for index, weight in enumerate(self.weights)}
        state |= {f"optimizer.{name}": value for name, value in self.optimizer.get_state().items()}
        return state | {f"stream.{name}": stream.get_state() for name, stream in self._streams().items()}

    def set_training_state(self, state: dict[str, Array]) -> None:
        for index, weight in enumerate(self.weights):
            weight.assign(state[f"weight.{index}"])
        optimizer = {name.removeprefix("optimizer."): v for name, v in state.items() if name.startswith("optimizer.")}
        self.optimizer.set_state(optimizer)
        for name, stream in self._streams().items():
            stream.set_state(state[f"stream.{name}"])

    def _streams(self) -> dict[str, Stream]:
        found = {"order": self.order_stream}
        layers = {id(step.operation): step.operation for step in self._steps}.values()
        for index, layer in enumerate(layers):  # by place: automatic names differ from process to process
            if isinstance(layer, Layer) and isinstance(layer.__dict__.get("stream"), Stream):
                found[f"layer.{index}"] = layer.__dict__["stream"]
        return found

    # --- compile

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: Any = "auto",
        auto_scale_loss: bool = True,
        *,
        combine_losses: str = "sum",
    ) -> None:
        """Choose optimizer, loss and metrics.

        Args:
            optimizer: name or object.
            loss: name or object; one for all outputs, a list by output, or a dict by output name.
            loss_weights: numbers that the losses of several outputs are multiplied with.
            metrics, weighted_metrics: names or objects; the latter count with sample weights.
            combine_losses: "sum" as in Keras, or "mean" of the outputs' losses as in the lecture note.
            run_eagerly, steps_per_execution, jit_compile, auto_scale_loss: accepted for Keras programs; without effect.

        Raises:
            NetcoreValueError "registry.unknown": an unknown name; says the nearest one.
        """
        self.optimizer = optimizers.get(optimizer)
        if combine_losses not in ("sum", "mean"):
            raise NetcoreValueError(
                "compile.combine_losses",
                "`combine_losses` must be 'sum' or 'mean', but got {value!r}.",
                value=combine_losses,
            )
        self.combine_losses = combine_losses
        self._compiled = {
            "loss": loss,
            "loss_weights": loss_weights,
            "metrics": metrics,
            "weighted_metrics": weighted_metrics,
        }
        _check_names(loss, metrics, weighted_metrics)
        if self.graph is not None:
            self._make_heads()

    @property
    def compiled(self) -> bool:
        return self._compiled is not None

    def _make_heads(self) -> None:
        given = self._compiled or {}
        names = self.output_names
        count = len(names)
        chosen = _per_output("loss", given["loss"], names, repeat=True)
        weights = _per_output("loss_weights", given["loss_weights"], names, repeat=False)
        plain = _metrics_per_output("metrics", given["metrics"], names)
        weighted = _metrics_per_output("weighted_metrics", given["weighted_metrics"], names)
        share = 1 / count if self.combine_losses == "mean" else 1.0
        self.heads = []
        for index, tensor in enumerate(self.outputs):
            last = _maker(self._steps, tensor)
            identifier = _fitting_crossentropy(chosen[index], tensor)
            head = Head(
                names[index],
                tensor.inner_shape,
                None if identifier is None else losses.get(identifier),
                share * (1.0 if weights[index] is None else float(weights[index])),
                plain[index],
                weighted[index],
                last.operation if last is not None and isinstance(last.operation, activations.Function) else None,
                id(tensor) in self._masked,
            )
            self.heads.append(head)
            layer = tensor.source.layer.name if tensor.source and tensor.source.layer else names[index]
            _advise(head, layer, _last_activation(self._steps, tensor))
        self._trackers = []
        self._plans.clear()

    def _require_compiled(self) -> None:
        if self._compiled is None:
            raise NetcoreValueError(
                "model.not_compiled",
                "You must call compile() before using the model. "
                "Try model.compile(optimizer='adam', loss='mse') first.",
            )

    # --- data

    def _inputs_of(self, x: Any) -> list[Array]:
        """Checked input arrays, one for each input of the model."""
        if self.graph is None:
            first = as_floats(x, "x", self.dtype)
            self.build((None, *(first.shape[1:] or (1,))))
        given = _per_input(x, self.input_names)
        arrays = [as_floats(one, name, self.dtype) for one, name in zip(given, self._data_names(), strict=True)]
        return [
            _fitted(array, tensor, self._steps, self.name) for array, tensor in zip(arrays, self.inputs, strict=True)
        ]

    def _data_names(self) -> list[str]:
        return ["x"] if len(self.input_names) == 1 else self.input_names

    def _targets_of(self, y: Any) -> list[Any]:
        if y is None:
            raise NetcoreValueError(
                "fit.no_targets",
                "The model has a loss, so `y` is needed: fit(x, y) with one row of y for each row of x.",
            )
        given = _per_output("y", y, self.output_names, repeat=False, data=True)
        return [
            np.zeros((1, *head.shape)) if one is None and head.loss is None else one
            for one, head in zip(given, self.heads, strict=True)
        ]

    def _weights_of(self, y: list[Any], sample_weight: Any, class_weight: Any) -> Any:
        if class_weight is None:
            return sample_weight
        if sample_weight is not None:
            raise NetcoreValueError(
                "fit.two_weights",
                "Give either `class_weight` or `sample_weight`, not both; they would multiply unseen.",
            )
        if len(y) > 1:
            raise NetcoreValueError("fit.class_weight_outputs", "`class_weight` works for models with one output only.")
        array = as_floats(y[0], "y", self.dtype)
        classes = (
            array.argmax(axis=-1) if array.ndim > 1 and array.shape[-1] > 1 else np.round(array.reshape(len(array)))
        )
        return np.array([class_weight.get(int(one), 1.0) for one in classes], self.dtype)

    # --- fit

    def iter_fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = 0,
        callbacks: Sequence[Callback] | None = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: dict[int, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        validation_batch_size: int | None = None,
        validation_freq: int = 1,
        *,
        batch_events: bool = False,
    ) -> FitRun:
        """Training as an iterator of events: EpochEnded, and with `batch_events` BatchEnded and ValidationStep too.

        Arguments as for `fit`. Nothing is computed before the first `next`.
        """
        self._require_compiled()
        batch_size = 32 if batch_size is None else BATCH_SIZE.check("fit", "batch_size", batch_size)
        epochs = EPOCHS.check("fit", "epochs", epochs)
        split = SPLIT.check("fit", "validation_split", validation_split)
        arrays = self._inputs_of(x)
        ys = self._targets_of(y)
        weight = self._weights_of(ys, sample_weight, class_weight)
        total = rows_of([*arrays, *_sized(ys, self.heads)])
        if validation_data is None and split > 0:
            kept = int(np.floor(total * (1 - split)))
            cut = [np.asarray(one) for one in ys]
            held = None if weight is None else np.asarray(weight)[kept:]
            validation_data = ([one[kept:] for one in arrays], [one[kept:] for one in cut], held)
            arrays, ys = [one[:kept] for one in arrays], [one[:kept] for one in cut]
            weight = None if weight is None else np.asarray(weight)[:kept]
            total = kept
        if total == 0:
            raise NetcoreValueError(
                "data.no_rows", "There are no rows to train on. Give at least one, or a smaller split."
            )
        validation = None
        if validation_data is not None:
            validation = self._evaluation(*_with_weight(validation_data), validation_batch_size or batch_size)
        targets = [Targets(head, one, weight, self.dtype) for head, one in zip(self.heads, ys, strict=True)]
        _advise_on_targets(self.heads, targets)
        extra = [Progress()] if verbose in (1, 2, "auto") else []
        return FitRun(
            self,
            arrays,
            targets,
            validation,
            batch_size=batch_size,
            epochs=epochs,
            initial_epoch=initial_epoch,
            shuffle=bool(shuffle),
            callbacks=[*extra, *(callbacks or [])],
            batch_events=batch_events,
            validation_freq=validation_freq,
            verbose=1 if verbose == "auto" else int(verbose),
        )

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        **options: Any,
    ) -> History:
        """Train for `epochs - initial_epoch` epochs and return the history.

        Args:
            x, y: rows of inputs (n, d) and targets (n, k); lists or dicts where there are several inputs or outputs.
            batch_size: rows per update, 32 if left out; the last batch may be smaller.
            epochs: index of the epoch before which training ends.
            verbose: 0 silent, 1 or 2 one line per epoch.
            callbacks, validation_split, validation_data, shuffle, class_weight, sample_weight, initial_epoch,
            validation_batch_size, validation_freq: as in Keras.

        Returns:
            History: `history` maps "loss", metric names and "val_…" to lists with one number per epoch.

        Raises:
            NetcoreValueError "model.not_compiled", "data.cardinality", "layer.features", "loss.width", …
        """
        run = self.iter_fit(x, y, batch_size, epochs, verbose, **options)
        for _ in run:
            pass
        return run.history

    def _evaluation(self, x: Any, y: Any, sample_weight: Any, batch_size: int) -> Evaluation:
        arrays, ys = self._inputs_of(x), self._targets_of(y)
        rows_of([*arrays, *_sized(ys, self.heads)])
        return Evaluation(self, arrays, ys, sample_weight, batch_size)

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        sample_weight: Any = None,
        return_dict: bool = False,
    ) -> Any:
        """Loss and metrics of the model as it is, in inference mode.

        Returns:
            The loss alone, a list [loss, metrics…], or a dict with `return_dict`.
        """
        self._require_compiled()
        size = 32 if batch_size is None else BATCH_SIZE.check("evaluate", "batch_size", batch_size)
        evaluation = self._evaluation(x, y, sample_weight, size)
        for _ in evaluation.steps():
            pass
        return self._answer(evaluation.trackers, return_dict)

    def _answer(self, trackers: list[Tracker], return_dict: bool) -> Any:
        logs = logs_of(trackers)
        if return_dict:
            return dict(sorted(logs.items()))
        values = list(logs.values())
        return values[0] if len(values) == 1 else values

    def predict(self, x: Any, batch_size: int | None = None, verbose: Any = "auto") -> Any:
        """Outputs for rows of inputs: an array (n, k), or a list or dict of them as the outputs were given."""
        arrays = self._inputs_of(x)
        rows_of(arrays)
        return self._structured(predict(self, arrays))

    def predict_on_batch(self, x: Any) -> Any:
        """The same as `predict`."""
        return self.predict(x)

    def _structured(self, results: list[Array]) -> Any:
        structure = self._output_structure
        if isinstance(structure, dict):
            return dict(zip(structure, results, strict=True))
        return results if isinstance(structure, list | tuple) else results[0]

    def train_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, class_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """One update on one batch. Returns loss (and metrics), running since `reset_metrics`."""
        return self._on_batch(x, y, sample_weight, class_weight, return_dict, training=True)

    def test_on_batch(self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False) -> Any:
        """Loss (and metrics) of one batch without an update, running since `reset_metrics`."""
        return self._on_batch(x, y, sample_weight, None, return_dict, training=False)

    def reset_metrics(self) -> None:
        """Start the running loss and metrics of train_on_batch and test_on_batch anew."""
        for tracker in self._trackers:
            tracker.reset()

    def _on_batch(
        self, x: Any, y: Any, sample_weight: Any, class_weight: Any, return_dict: bool, *, training: bool
    ) -> Any:
        self._require_compiled()
        arrays, ys = self._inputs_of(x), self._targets_of(y)
        n = rows_of([*arrays, *_sized(ys, self.heads)])
        weight = self._weights_of(ys, sample_weight, class_weight)
        targets = [Targets(head, one, weight, self.dtype) for head, one in zip(self.heads, ys, strict=True)]
        if training:
            self.ready_to_train()
        plan = self.plan(n, training=training, fusable=[one.fusable for one in targets] if training else ())
        plan.feed([rows.batch(0, n) for rows in self.rows(arrays)])
        if not self._trackers:
            self._trackers = [Tracker(head, own_metrics=False) for head in self.heads]
        with np.errstate(all="ignore"):
            plan.forward()
            columns = zip(self._trackers, targets, plan.outputs, plan.output_masks, strict=True)
            for tracker, one, output, mask in columns:
                tracker.update(one, output, 0, np.zeros(1, np.intp), mask)
            if training:
                for index, one in enumerate(targets):
                    head = head_step(self, plan, index, one, 0, n)
                    if head is not None:
                        head.weight.fill()
                        head.gradient(head.y_true, head.y_pred, head.weight.value, head.out)
                plan.backward()
                self.optimizer.apply()
        return self._answer(self._trackers, return_dict)


class Sequential(Model):
    """Layers one behind the other.

    Args:
        layers: the layers, perhaps with an Input in front.
        name: of the model.

    The model is built at once if it starts with Input or its first layer has `input_shape`, else at first use.
    """

    def __init__(self, layers: Sequence[Any] | None = None, trainable: bool = True, name: str | None = None) -> None:
        super().__init__(name=name, trainable=trainable)
        self._stack: list[Layer] = []
        self._start: Tensor | None = None
        for layer in layers or []:
            self._append(layer)
        self._rebuild()

    @property
    def layers(self) -> list[Layer]:
        return list(self._stack)

    def add(self, layer: Any, **misplaced: Any) -> None:
        """Put a layer at the end.

        Raises:
            NetcoreTypeError "sequential.add_arguments": arguments that belong into the layer's own brackets.
        """
        misplaced.pop("rebuild", None)
        if misplaced:
            raise NetcoreTypeError(
                "sequential.add_arguments",
                "add() takes the layer only: {names} belongs inside the brackets of {layer}(…). "
                "Write model.add({layer}(…, {names}=…)).",
                names=", ".join(misplaced),
                layer=type(layer).__name__,
            )
        self._append(layer)
        self._rebuild()

    def pop(self, rebuild: bool = True) -> Layer:
        """Take the last layer off and return it."""
        if not self._stack:
            raise NetcoreValueError("sequential.empty", "There are no layers in the model.")
        layer = self._stack.pop()
        self.graph = None
        self.built = False
        self._rebuild()
        return layer

    def build(self, input_shape: Any = None) -> None:
        """Fix the input shape, (None, features), and make the weights."""
        if self._start is None and input_shape is not None:
            self._start = Input(tuple(input_shape)[1:], dtype=self.dtype)
        self._rebuild()

    def _append(self, layer: Any) -> None:
        if isinstance(layer, Tensor) and not self._stack and self._start is None:
            self._start = layer
            return
        if not isinstance(layer, Layer):
            raise NetcoreTypeError(
                "sequential.not_a_layer",
                "Only layers can be added to a Sequential model (an Input comes first), but got {value!r}. "
                "Try model.add(layers.Dense(10)).",
                value=layer,
            )
        if any(layer.name == known.name for known in self._stack):
            raise NetcoreValueError(
                "model.layer_names",
                "All layers of a model need names of their own, but {names} stand for several layers.",
                names=layer.name,
            )
        self._stack.append(layer)

    def _rebuild(self) -> None:
        if self._start is None and self._stack and self._stack[0].declared_shape is not None:
            self._start = Input(self._stack[0].declared_shape[1:], dtype=self.dtype)
        if self._start is None or not self._stack:
            return
        tensor = self._start
        for layer in self._stack:
            layer.calls = []
            tensor = layer(tensor)
        self._input_structure, self._output_structure = self._start, tensor
        self._set_graph(Graph((self._start,), (tensor,)))

    def _require_graph(self) -> Graph:
        if not self._stack:
            raise NetcoreValueError(
                "sequential.no_layers",
                "The model {name!r} has no layers yet. Add one: model.add(Dense(10)).",
                name=self.name,
            )
        return super()._require_graph()

    def _inputs_of(self, x: Any) -> list[Array]:
        if not self._stack:
            self._require_graph()
        return super()._inputs_of(x)


# --- structures: one thing, a list by position, or a dict by name


def _tensors(structure: Any) -> tuple[Tensor, ...]:
    if isinstance(structure, Tensor):
        return (structure,)
    return tuple(structure.values() if isinstance(structure, dict) else structure)


def _names(structure: Any, tensors: Sequence[Tensor]) -> list[str]:
    if isinstance(structure, dict):
        return list(structure)
    names: list[str] = []
    for tensor in tensors:
        same = names.count(tensor.name)
        names.append(f"{tensor.name}_{same}" if same else tensor.name)
    return names


def _per_input(x: Any, names: list[str]) -> list[Any]:
    if isinstance(x, dict):
        missing = [name for name in names if name not in x]
        if missing:
            raise NetcoreValueError(
                "fit.input_missing",
                "The data has no entry for the input {name!r}. Inputs: {choices}.",
                name=missing[0],
                choices=", ".join(names),
            )
        return [x[name] for name in names]
    if len(names) == 1:
        return [x[0]] if isinstance(x, list | tuple) and len(x) == 1 and np.ndim(x[0]) > 1 else [x]
    if not isinstance(x, list | tuple) or len(x) != len(names):
        raise NetcoreValueError(
            "fit.input_count",
            "The model has {expected} inputs ({choices}): give a list of {expected} arrays, or a dict by name.",
            expected=len(names),
            choices=", ".join(names),
        )
    return list(x)


def _per_output(what: str, given: Any, names: list[str], *, repeat: bool, data: bool = False) -> list[Any]:
    """One entry for each output. `repeat`: a single value counts for all outputs."""
    if isinstance(given, dict):
        unknown = [name for name in given if name not in names]
        if unknown:
            raise NetcoreValueError(
                "compile.unknown_output",
                "`{what}` names an output {name!r}, but the model's outputs are: {choices}.",
                what=what,
                name=unknown[0],
                choices=", ".join(names),
            )
        return [given.get(name) for name in names]
    if len(names) == 1:
        single = isinstance(given, list | tuple) and len(given) == 1 and (not data or np.ndim(given[0]) > 0)
        return [given[0]] if single else [given]
    if isinstance(given, list | tuple):
        if len(given) != len(names):
            raise NetcoreValueError(
                "compile.output_count",
                "`{what}` has {given} entries, but the model has {expected} outputs: {choices}.",
                what=what,
                given=len(given),
                expected=len(names),
                choices=", ".join(names),
            )
        return list(given)
    return [given if repeat else None] * len(names)


def _metrics_per_output(what: str, given: Any, names: list[str]) -> list[list[Any]]:
    if given is None:
        return [[] for _ in names]
    if len(names) == 1 and not isinstance(given, dict):
        flat = given if isinstance(given, list | tuple) else [given]
        return [list(flat[0]) if len(flat) == 1 and isinstance(flat[0], list | tuple) else list(flat)]
    entries = _per_output(what, given, names, repeat=False)
    return [[] if one is None else list(one) if isinstance(one, list | tuple) else [one] for one in entries]


def _flat(structure: Any) -> list[Any]:
    if isinstance(structure, dict):
        return [leaf for entry in structure.values() for leaf in _flat(entry)]
    if isinstance(structure, list | tuple):
        return [leaf for entry in structure for leaf in _flat(entry)]
    return [] if structure is None else [structure]


def _check_names(loss: Any, metrics: Any, weighted_metrics: Any) -> None:
    """Unknown names are refused at compile, not at the first fit."""
    for name in _flat(loss):
        if name not in ("crossentropy", "ce"):
            losses.get(name)
    for name in _flat([metrics, weighted_metrics]):
        if isinstance(name, str):
            METRICS.get(name)


def _fitting_crossentropy(identifier: Any, tensor: Tensor) -> Any:
    if identifier in ("crossentropy", "ce"):
        return "binary_crossentropy" if tensor.inner_shape[-1] == 1 else "categorical_crossentropy"
    return identifier


def _sized(ys: list[Any], heads: list[Head]) -> list[Array]:
    return [np.asarray(one) for one, head in zip(ys, heads, strict=True) if head.loss is not None]


def _with_weight(validation_data: Any) -> tuple[Any, Any, Any]:
    if not isinstance(validation_data, list | tuple) or len(validation_data) not in (2, 3):
        raise NetcoreValueError("fit.validation_data", "`validation_data` must be (x, y) or (x, y, sample_weight).")
    x, y = validation_data[:2]
    return x, y, validation_data[2] if len(validation_data) == 3 else None


def _fitted(array: Array, tensor: Tensor, steps: list[Step], model: str) -> Array:
    """The array, refused unless its shape is the input's; (n,) serves an input of one feature."""
    if array.ndim == 1 and tensor.ndim == 2:
        array = array[:, np.newaxis]
    fits = array.ndim == tensor.ndim and all(
        want in (None, have) for want, have in zip(tensor.shape[1:], array.shape[1:], strict=True)
    )
    if fits:
        return array
    reader = next((step.layer.name for step in steps if step.layer is not None and step.inputs[0] is tensor), model)
    swapped = array.ndim == 2 and tensor.ndim == 2 and array.shape[0] == tensor.shape[1]
    code = "layer.transposed" if swapped else "layer.features"
    sentence = (
        "Input 0 of layer {name!r} is incompatible with the layer: expected axis -1 of input shape to have value "
        "{expected}, but received input with shape {shape}."
    )
    if swapped:
        sentence += " Rows and columns look swapped: rows are samples, columns are features. Try x.T."
    raise NetcoreValueError(code, sentence, name=reader, expected=tensor.shape[-1], shape=array.shape)


def _maker(steps: list[Step], tensor: Tensor) -> Step | None:
    return next((step for step in steps if any(tensor is made for made in step.outputs)), None)


def _last_activation(steps: list[Step], tensor: Tensor) -> str:
    """Name of the function that shapes an output; what changes nothing behind it is looked through."""
    step = _maker(steps, tensor)
    while step is not None and (step.operation is activations.linear or step.operation is COPY):
        step = _maker(steps, step.inputs[0])
    function = None if step is None else step.operation
    return function.name if isinstance(function, activations.Function) else "linear"


def _advise(head: Head, layer: str, activation: str) -> None:
    """Warn about outputs that do not suit the loss."""
    if head.loss is None:
        return
    if activation == "softmax" and head.width == 1:
        found: tuple[str, str] | None = (
            "advice.one_unit_softmax",
            "The last layer {layer!r} has one unit with softmax, which is always 1. Use activation='sigmoid'.",
        )
    else:
        found = head.loss.advice(activation, head.width)
    if found is not None:
        code, sentence = found
        function = getattr(head.loss, "function", "")
        warnings.warn(
            NetcoreWarning(
                code, sentence, loss=type(head.loss).__name__, layer=layer, activation=activation, function=function
            ),
            stacklevel=4,
        )


def _advise_on_targets(heads: list[Head], targets: list[Targets]) -> None:
    """Warn about targets that do not suit the loss."""
    for head, one in zip(heads, targets, strict=True):
        found = None if head.loss is None else head.loss.target_advice(one.raw.ordered)
        if found is not None:
            code, sentence = found
            warnings.warn(NetcoreWarning(code, sentence, loss=type(head.loss).__name__), stacklevel=4)


def _advise_on_masks(steps: list[Step], masked: set[int]) -> None:
    """Warn where a mask ends although nobody has read it: what comes after would take the missing steps for data."""
    for step in steps:
        operation = step.operation
        if any(step.masked_inputs(masked)) and not (
            operation.keeps_mask or operation.reads_mask or operation.makes_mask
        ):
            name = step.layer.name if step.layer is not None else type(operation).__name__
            warnings.warn(
                NetcoreWarning(
                    "advice.mask_destroyed",
                    "The layer {layer!r} gets a mask of missing time steps, but does not support masks: "
                    "the layers behind it take every step for data.",
                    layer=name,
                ),
                stacklevel=4,
            )
