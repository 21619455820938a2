"""Model: a network that is compiled, trained, evaluated and asked for predictions."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from netcore import activations, losses, optimizers
from netcore.callbacks import Callback, History
from netcore.config import Array
from netcore.data import as_floats, rows_of
from netcore.errors import NetcoreValueError
from netcore.fit import BATCH_SIZE, EPOCHS, FitRun, head_step
from netcore.graph import Shape, Tensor
from netcore.heads import Head, Targets, Tracker, logs_of
from netcore.inference import Evaluation, predict
from netcore.metrics import METRICS
from netcore.models.advice import advise, advise_on_targets, last_activation, maker
from netcore.models.intake import fitted, sized, with_weight
from netcore.models.network import Network
from netcore.models.structures import flat, metrics_per_output, per_input, per_output
from netcore.params import Float
from netcore.penalties import PenaltyMean
from netcore.progress import Progress
from netcore.trace import Trace, trace

SPLIT = Float(low=0.0, high=1.0, open_high=True, typical=(0.2, 0.3))


class Model(Network):
    """A network from `inputs` to `outputs`, tensors that came out of `Input` and of layers called on them.

    Args:
        inputs, outputs: a tensor, a list or a dict of tensors.
        name: of the model.

    Raises:
        NetcoreValueError "graph.disconnected": an output needs an input that is not listed.
    """

    def __init__(self, inputs: Any = None, outputs: Any = None, name: str | None = None, **keywords: Any) -> None:
        self.history: History | None = None
        self.stop_training = False
        self.combine_losses = "sum"
        self._compiled: dict[str, Any] | None = None
        self._trackers: list[Tracker] = []
        self._penalty = PenaltyMean()  # of train_on_batch and test_on_batch, as the trackers
        super().__init__(inputs, outputs, name, **keywords)

    def graph_changed(self) -> None:
        if self._compiled is not None:
            self._make_heads()

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
        check_names(loss, metrics, weighted_metrics)
        if self.graph is not None:
            self._make_heads()

    @property
    def compiled(self) -> bool:
        return self._compiled is not None

    def _make_heads(self) -> None:
        given = self._compiled or {}
        names = self.output_names
        count = len(names)
        chosen = per_output("loss", given["loss"], names, repeat=True)
        weights = per_output("loss_weights", given["loss_weights"], names, repeat=False)
        plain = metrics_per_output("metrics", given["metrics"], names)
        weighted = metrics_per_output("weighted_metrics", given["weighted_metrics"], names)
        share = 1 / count if self.combine_losses == "mean" else 1.0
        self.heads = []
        for index, tensor in enumerate(self.outputs):
            last = maker(self._steps, tensor)
            identifier = fitting_crossentropy(chosen[index], tensor)
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
            advise(head, layer, last_activation(self._steps, tensor))
        self._trackers, self._penalty = [], PenaltyMean()
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
        given = per_input(x, self.input_names)
        arrays = [as_floats(one, name, self.dtype) for one, name in zip(given, self._data_names(), strict=True)]
        return [
            fitted(array, tensor, self._steps, self.name) for array, tensor in zip(arrays, self.inputs, strict=True)
        ]

    def _data_names(self) -> list[str]:
        return ["x"] if len(self.input_names) == 1 else self.input_names

    def _targets_of(self, y: Any) -> list[Any]:
        if y is None:
            raise NetcoreValueError(
                "fit.no_targets",
                "The model has a loss, so `y` is needed: fit(x, y) with one row of y for each row of x.",
            )
        given = per_output("y", y, self.output_names, repeat=False, data=True)
        return [
            np.zeros((1, *head.shape)) if one is None and head.loss is None else one
            for one, head in zip(given, self.heads, strict=True)
        ]

    def _encoded(self, ys: list[Any], weight: Any, shapes: Sequence[Shape]) -> list[Targets]:
        """Targets as each loss wants them, for inputs of those shapes."""
        return [
            Targets(head, one, weight, self.dtype, shape)
            for head, one, shape in zip(self.heads, ys, self.output_shapes(shapes), strict=True)
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
        total = rows_of([*arrays, *sized(ys, self.heads)])
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
            validation = self._evaluation(*with_weight(validation_data), validation_batch_size or batch_size)
        targets = self._encoded(ys, weight, [(None, *array.shape[1:]) for array in arrays])
        advise_on_targets(self.heads, targets)
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
        rows_of([*arrays, *sized(ys, self.heads)])
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
        return _answer(evaluation.logs(), return_dict)

    def predict(self, x: Any, batch_size: int | None = None, verbose: Any = "auto") -> Any:
        """Outputs for rows of inputs: an array (n, k), or a list or dict of them as the outputs were given."""
        arrays = self._inputs_of(x)
        rows_of(arrays)
        size = 32 if batch_size is None else BATCH_SIZE.check("predict", "batch_size", batch_size)
        return self._structured(predict(self, arrays, size))

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
        self._penalty.reset()

    def trace(self, x: Any, y: Any, sample_weight: Any = None) -> Trace:
        """Every number of the next update with these rows as its batch, in order; the model stays as it is.

        Inputs, pre-activations, activations, loss per sample, loss, the gradient of each tensor and weight, and each
        weight before, its change, and after: `print(model.trace(x, y))`, or `model.trace(x, y)["dL/dW1"]`.
        """
        self._require_compiled()
        arrays, ys = self._inputs_of(x), self._targets_of(y)
        rows_of([*arrays, *sized(ys, self.heads)])
        targets = self._encoded(ys, sample_weight, [(None, *array.shape[1:]) for array in arrays])
        return trace(self, arrays, targets)

    def _on_batch(
        self, x: Any, y: Any, sample_weight: Any, class_weight: Any, return_dict: bool, *, training: bool
    ) -> Any:
        self._require_compiled()
        arrays, ys = self._inputs_of(x), self._targets_of(y)
        n = rows_of([*arrays, *sized(ys, self.heads)])
        weight = self._weights_of(ys, sample_weight, class_weight)
        rows = self.rows(arrays)
        shapes = [one.shape for one in rows]
        targets = self._encoded(ys, weight, shapes)
        if training:
            self.ready_to_train()
        fusable = [one.fusable for one in targets] if training else ()
        plan = self.plan(n, training=training, shapes=shapes, fusable=fusable)
        plan.feed([one.batch(0, n) for one in rows])
        if not self._trackers:
            self._trackers = [Tracker(head, own_metrics=False) for head in self.heads]
        with np.errstate(all="ignore"):
            plan.forward()
            penalty = plan.penalty()
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
            if plan.penalised:
                self._penalty.count(penalty, n)
        return _answer(logs_of(self._trackers, self._penalty.result()), return_dict)


def _answer(logs: dict[str, float], return_dict: bool) -> Any:
    """Loss and metrics as programs get them: a dict by sorted names, a list, or the loss alone."""
    if return_dict:
        return dict(sorted(logs.items()))
    values = list(logs.values())
    return values[0] if len(values) == 1 else values


def check_names(loss: Any, metrics: Any, weighted_metrics: Any) -> None:
    """Unknown names are refused at compile, not at the first fit."""
    for name in flat(loss):
        if name not in ("crossentropy", "ce"):
            losses.get(name)
    for name in flat([metrics, weighted_metrics]):
        if isinstance(name, str):
            METRICS.get(name)


def fitting_crossentropy(identifier: Any, tensor: Tensor) -> Any:
    if identifier in ("crossentropy", "ce"):
        return losses.fitting_crossentropy(tensor.inner_shape[-1])
    return identifier
