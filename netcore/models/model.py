"""Model: a network that is compiled, trained, evaluated and asked for predictions."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from netcore.callbacks import Callbacks, History
from netcore.config import Array
from netcore.data import as_floats, rows_of
from netcore.errors import NetcoreValueError
from netcore.fit import BATCH_SIZE, EPOCHS, FitRun
from netcore.graph import Tensor
from netcore.inference import Evaluation, predict
from netcore.memory import Memory, memory
from netcore.metrics import Metric
from netcore.models.advice import advise_on_penalty, advise_on_targets
from netcore.models.compiled import Compiled
from netcore.models.compiling import compile_arguments, restored
from netcore.models.describing import MODELS, entry, functional_config, functional_parts, maker
from netcore.models.intake import Intake, fitted, take, with_weight
from netcore.models.saving import load_weights, save_model, save_weights
from netcore.models.structures import per_input
from netcore.nested import leaves, order_in, packed
from netcore.params import FloatParam, IntParam
from netcore.progress import Progress
from netcore.run import Run, Validation
from netcore.stream import (
    Batches,
    StreamEvaluation,
    StreamRun,
    counts_of,
    is_stream,
    learn_from,
    look_at,
    outputs_in_batches,
    triple,
)
from netcore.trace import Trace, trace

SPLIT = FloatParam(low=0.0, high=1.0, open_high=True, typical=(0.2, 0.3))
STEPS = IntParam(low=1, typical=(1, 100), optional=True)


class Model(Compiled):
    """A network from `inputs` to `outputs`, tensors that came out of `Input` and of layers called on them.

    Args:
        inputs, outputs: a tensor, or lists and dicts of tensors, also in one another.
        name: of the model.

    Raises:
        NetcoreValueError "graph.disconnected": an output needs an input that is not listed.
        NetcoreValueError "structure.tensors": something else than tensors stands among them.
    """

    def __init__(self, inputs: Any = None, outputs: Any = None, name: str | None = None, **keywords: Any) -> None:
        self.history: History | None = None
        self.stop_training = self.stop_evaluating = self.stop_predicting = False  # set by callbacks
        super().__init__(inputs, outputs, name, **keywords)

    @classmethod
    def class_name(cls) -> str:
        return "Functional" if cls is Model else cls.__name__

    # --- data

    def inputs_of(self, x: Any, batch_size: int | None = None) -> list[Array]:
        """Checked input arrays, one for each input of the model, which is built for them if it is not yet."""
        if self.graph is None:
            (only,) = per_input(x, ["x"], None)
            first = as_floats(only, "x", self.dtype)
            self.build((min(batch_size or len(first), len(first)), *(first.shape[1:] or (1,))))
        for layer in self.penalised_layers():
            layer.activity_losses = ()  # those of the last call on arrays
        given = per_input(x, self.input_names, self.input_structure)
        names = ["x"] if len(self.input_names) == 1 else self.input_names
        arrays = [as_floats(one, name, self.dtype) for one, name in zip(given, names, strict=True)]
        return [
            fitted(array, tensor, self._steps, self.name) for array, tensor in zip(arrays, self.inputs, strict=True)
        ]

    def take(
        self, x: Any, y: Any, sample_weight: Any = None, class_weight: Any = None, batch_size: int | None = None
    ) -> Intake:
        """Checked rows with their targets and weights."""
        return take(self, self.inputs_of(x, batch_size), y, sample_weight, class_weight)

    def structured(self, results: Sequence[Any], *, as_written: bool = False) -> Any:
        """Outputs in the form of the model's: one of them, or lists and dicts; a list of one is that one, as in Keras.

        Args:
            as_written: dicts in the order in which they were written, as Keras's calls have them, not by the alphabet.
        """
        structure = self.output_structure
        alone = isinstance(structure, list | tuple) and len(structure) == 1
        return packed(structure[0] if alone else structure, iter(results), as_written=as_written)

    def __call__(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """As for any layer; inputs come in the form of the model's inputs, and go out in that of its outputs."""
        if self.graph is None:
            return super().__call__(inputs, training, mask)
        given = per_input(inputs, self.input_names, self.input_structure)
        masks = [one for _, one in leaves(mask)] if len(given) > 1 and mask is not None else mask
        result = super().__call__(given[0] if len(given) == 1 else given, training, masks)
        if not isinstance(given[0], Tensor):
            return result  # made by a call on tensors
        return self.structured(result if isinstance(result, list) else [result], as_written=True)

    @property
    def metrics(self) -> list[Metric]:
        """The metrics of all outputs; they are there once a fit or evaluate has seen targets."""
        return [metric for head in self.heads for metric in (*(head.metrics or []), *head.weighted)]

    @property
    def metrics_names(self) -> list[str]:
        """What Keras calls so: "loss", "compile_metrics" for all metrics together, the losses of several outputs."""
        losses = {head.name for head in self.heads if head.loss is not None}
        trained = [name for name in self._keys_in_order() if name in losses]
        given = self.compile_given
        several = [f"{name}_loss" for name in trained] if len(trained) > 1 else []
        measured = given.get("metrics") is not None or given.get("weighted_metrics") is not None
        return ["loss", *(["compile_metrics"] if measured else []), *several]

    # --- description and files

    def get_config(self) -> dict[str, Any]:
        """Layers, their calls, inputs and outputs, as JSON can hold them."""
        return functional_config(self)

    @classmethod
    def from_config(cls, config: Any, custom_objects: Any = None, make: Any = None) -> Any:
        """A model of the same architecture; its weights start afresh.

        Args:
            custom_objects: layers of one's own, by class name.
            make: makes a layer from its description, for those who want another one there.
        """
        inputs, outputs = functional_parts(config, make or maker(custom_objects))
        return cls(inputs, outputs, config.get("name"), trainable=config.get("trainable", True))

    def to_json(self, **options: Any) -> str:
        """The architecture, and what compile chose, as text; `models.model_from_json` reads it.

        Args:
            options: those of json.dumps.
        """
        described = entry(self)
        if self.graph is not None:
            described["build_config"] = {"input_shape": self.input_shape}
        if self.compiled:
            described["compile_config"] = self.get_compile_config()
        return json.dumps(described, **options)

    def get_compile_config(self) -> dict[str, Any]:
        """What compile chose, as JSON can hold it."""
        self.require_compiled()
        return compile_arguments(self)

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compile as `get_compile_config` says."""
        self.compile(**restored(config))

    def save(self, filepath: Any, overwrite: bool = True, **ignored: Any) -> None:
        """Write the model into a .keras file; `models.load_model` brings it back, ready to go on training."""
        save_model(self, filepath, overwrite)

    def save_weights(self, filepath: Any, overwrite: bool = True) -> None:
        """Write the weights into a .weights.h5 file."""
        save_weights(self, filepath, overwrite)

    def load_weights(self, filepath: Any, skip_mismatch: bool = False) -> None:
        """Read the weights of a file that `save_weights` (or `save`) wrote."""
        load_weights(self, filepath, skip_mismatch)

    # --- fit

    def iter_fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = 0,
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: dict[int, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: Any = 1,
        *,
        batch_events: bool = False,
        evaluate_training: bool = False,
        row_losses: bool = False,
    ) -> Any:
        """Training as an iterator of events: EpochEnded, and with `batch_events` BatchEnded and ValidationStep too.

        Arguments as for `fit`. Nothing is computed before the first `next`.

        Args:
            evaluate_training: evaluate the training rows after each epoch, as validation rows are (without sample and
                class weights): EpochEnded.extras then holds "evaluated_loss" and so on. Arrays only.
            row_losses: tell the loss of each row looked at after an epoch: EpochEnded.row_losses. Arrays only.

        Returns:
            FitRun, whose knobs may be turned and whose state may be taken; a StreamRun for generators and
            `steps_per_epoch`.
        """
        self.require_loss()
        size = None if batch_size is None else BATCH_SIZE.check("fit", "batch_size", batch_size)
        split = SPLIT.check("fit", "validation_split", validation_split)
        steps = STEPS.check("fit", "steps_per_epoch", steps_per_epoch)
        STEPS.check("fit", "validation_steps", validation_steps)
        options: dict[str, Any] = {
            "epochs": EPOCHS.check("fit", "epochs", epochs),
            "initial_epoch": initial_epoch,
            "callbacks": callbacks,
            "batch_events": batch_events,
            "validation_freq": validation_freq,
            "verbose": 1 if verbose == "auto" else int(verbose),
        }
        if is_stream(x):
            batches = self._batches(x, steps)
            validation = self._validation(validation_data, validation_batch_size or size, validation_steps)
            return StreamRun(self, batches, validation, class_weight=class_weight, **options)
        intake = self.take(x, y, sample_weight, class_weight, size or 32)
        if validation_data is None and split > 0:
            kept = int(np.floor(intake.rows * (1 - split)))
            held, intake = intake.cut(kept, intake.rows), intake.cut(0, kept)
            validation_data = held if class_weight is None else held.unweighted()  # class weights are for learning only
        if intake.rows == 0:
            raise NetcoreValueError(
                "data.no_rows", "There are no rows to train on. Give at least one, or a smaller validation split."
            )
        validation = self._validation(
            validation_data, validation_batch_size or size, validation_steps, row_losses=row_losses
        )
        advise_on_targets(self.heads, intake.targets())
        if validation is not None:
            advise_on_penalty(self.trainable_weights)
        if steps is not None:
            batches = Batches(intake, steps, batch_size=size, order=self.order_stream if shuffle else None)
            return StreamRun(self, batches, validation, class_weight=None, **options)
        again = intake.unweighted() if evaluate_training else None
        return FitRun(
            self,
            intake.arrays,
            intake.targets(),
            validation,
            hindsight=None if again is None else Evaluation(self, again, size or 32, row_losses=row_losses),
            batch_size=size or 32,
            shuffle=bool(shuffle),
            **options,
        )

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: dict[int, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: Any = 1,
    ) -> History:
        """Train for `epochs - initial_epoch` epochs and return the history.

        Args:
            x, y: rows of inputs (n, d) and targets (n, k); lists or dicts where there are several inputs or outputs.
                Or x is a generator of (x, y) or (x, y, sample_weight), one batch after the other.
            batch_size: rows per update, 32 if left out; the last batch may be smaller.
            epochs: index of the epoch before which training ends.
            verbose: 0 silent, 1 a bar that grows, 2 one line per epoch; "auto" is 1.
            callbacks: objects of netcore.callbacks, called at fixed moments.
            validation_split: share of the rows, taken from the end before any shuffling, that is kept for validation.
            validation_data: (x, y) or (x, y, sample_weight), or a generator of them; wins over validation_split.
            shuffle: put the rows into a new order in each epoch.
            class_weight: weight of each class, 1 for those left out.
            sample_weight: weight of each row, or of each time step (n, t); a list or dict for several outputs.
            initial_epoch: index of the first epoch.
            steps_per_epoch, validation_steps: batches per epoch, per validation; all of them if left out.
            validation_batch_size: as batch_size, for validation.
            validation_freq: validate after every so many epochs, or after the epochs listed (from 1).

        Returns:
            History: `history` maps "loss", metric names and "val_…" to lists with one number per epoch.

        Raises:
            NetcoreValueError "model.not_compiled", "data.cardinality", "data.no_rows", "layer.features", …
        """
        run: Run = self.iter_fit(
            x,
            y,
            batch_size,
            epochs,
            verbose,
            callbacks,
            validation_split,
            validation_data,
            shuffle,
            class_weight,
            sample_weight,
            initial_epoch,
            steps_per_epoch,
            validation_steps,
            validation_batch_size,
            validation_freq,
        )
        for _ in run:
            pass
        return run.history

    def _batches(self, source: Any, steps: int | None) -> Batches:
        """The batches of a generator; a model without a known shape is built for the first of them."""
        batches = Batches(source, steps)
        first = batches.first() if self.graph is None else None
        if first is not None:
            self.inputs_of(triple(first)[0])
        self._require_graph()
        return batches

    def _validation(
        self, data: Any, batch_size: int | None, steps: int | None, *, row_losses: bool = False
    ) -> Validation | None:
        """What evaluates (x, y), (x, y, sample_weight), rows that were split off, or a generator; None for None."""
        if data is None:
            return None
        if is_stream(data):
            return StreamEvaluation(self, self._batches(data, steps))
        intake = data if isinstance(data, Intake) else self.take(*with_weight(data))
        if steps is not None:
            return StreamEvaluation(self, Batches(intake, steps, batch_size=batch_size))
        return Evaluation(self, intake, batch_size or 32, row_losses=row_losses)

    # --- evaluate and predict

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
        return_dict: bool = False,
    ) -> Any:
        """Loss and metrics of the model as it is, in inference mode.

        Args:
            x, y, batch_size, sample_weight, callbacks: as for fit.
            steps: batches to look at; all of them if left out.
            verbose: 1 or 2 print the result; "auto" does not.

        Returns:
            The loss alone, a list [loss, metrics…], or a dict with `return_dict`.
        """
        self.require_compiled()
        size = None if batch_size is None else BATCH_SIZE.check("evaluate", "batch_size", batch_size)
        data = x if is_stream(x) else self.take(x, y, sample_weight, batch_size=size or 32)
        validation = self._validation(data, size, STEPS.check("evaluate", "steps", steps))
        assert validation is not None  # noqa: S101  # there are data
        hooks = Callbacks([callbacks], self, {"verbose": verbose, "epochs": 1, "steps": steps})
        progress = _started(verbose, steps)
        self.stop_evaluating = False
        hooks.call("on_test_begin")
        for _ in validation.steps(0, hooks):
            pass
        logs = validation.logs()
        hooks.call("on_test_end", logs=logs)
        if progress is not None:
            progress.end(validation.batches, logs)
        return self._answer(logs, return_dict)

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: Any = "auto",
        steps: int | None = None,
        callbacks: Any = None,
    ) -> Any:
        """Outputs for rows of inputs: an array (n, k), or lists and dicts of them as the outputs were given.

        Args:
            x: rows, or a generator of batches of them.
            batch_size: rows per batch for callbacks and stateful layers; others are looked at in larger pieces.
            verbose: 1 or 2 print how long it took; "auto" does not.
            steps: batches to look at; all of them if left out.
            callbacks: objects of netcore.callbacks.
        """
        size = None if batch_size is None else BATCH_SIZE.check("predict", "batch_size", batch_size)
        steps = STEPS.check("predict", "steps", steps)
        hooks = Callbacks([callbacks], self, {"verbose": verbose, "epochs": 1, "steps": steps})
        hooked = hooks.wants_batches("predict")
        progress = _started(verbose, steps)
        self.stop_predicting = False
        hooks.call("on_predict_begin")
        if is_stream(x) or steps is not None or hooked or self.stop_predicting:
            source = x if is_stream(x) else Intake(self, self.inputs_of(x, size or 32), [], [])
            batches = Batches(source, steps, batch_size=size).epoch()
            parts = list(outputs_in_batches(self, batches, hooks if hooked else None))
            results = [np.concatenate(output) for output in zip(*parts, strict=True)]
        else:
            results = self.outputs_for(x, size or 32)
        hooks.call("on_predict_end")
        if progress is not None:
            progress.end(1, {})
        return self.structured(results)

    def outputs_for(self, x: Any, batch_size: int = 32) -> list[Array]:
        """Outputs for rows of inputs, one array for each output."""
        arrays = self.inputs_of(x, batch_size)
        rows_of(arrays)
        return predict(self, arrays, batch_size)

    def _answer(self, logs: dict[str, float], return_dict: bool) -> Any:
        """Loss and metrics as programs get them: a dict by sorted names, a list, or the loss alone.

        The list of a model with one output goes by the names of its metrics, as Keras's: of two with one name, such as
        one in `metrics` and one in `weighted_metrics`, the first stands in both places, and the second comes last.
        """
        if return_dict:
            return dict(sorted(logs.items()))
        if len(self.heads) == 1:
            names = ["loss", *(metric.name for metric in self.metrics)]
        else:
            names = ["loss", *(f"{key}_loss" for key in self._keys_in_order())]
        values = [logs[name] for name in names if name in logs]
        values += [logs[name] for name in sorted(set(logs) - set(names))]
        return values[0] if len(values) == 1 else values

    def _keys_in_order(self) -> list[str]:
        """The outputs in the order of their losses in lists: as the program wrote them in dicts of losses."""
        if self.graph is None:
            return []
        return [self.output_keys[index] for index in order_in(self.loss, self.output_structure)]

    # --- batch by batch

    def predict_on_batch(self, x: Any) -> Any:
        """Outputs for one batch."""
        return self.structured(self.outputs_for(x))

    def train_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, class_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """One update on one batch. Returns the loss (and metrics) of this batch alone.

        As measured on Keras 3.15.1, where each call counts from the beginning: jax, torch and TensorFlow alike reset
        the metrics first, although older texts say that they accumulate until `reset_metrics`.
        """
        self.require_compiled()
        batch = self.take(x, y, sample_weight, class_weight)
        counts = counts_of(self)
        learn_from(self, batch, counts)
        return self._answer(counts.logs(), return_dict)

    def test_on_batch(self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False) -> Any:
        """Loss (and metrics) of one batch alone, without an update; as for `train_on_batch`."""
        self.require_compiled()
        batch = self.take(x, y, sample_weight)
        counts = counts_of(self)
        look_at(self, batch, counts)
        return self._answer(counts.logs(), return_dict)

    def reset_metrics(self) -> None:
        """Accepted for Keras programs: every fit, evaluate and batch counts from the beginning anyway."""

    def trace(self, x: Any, y: Any, sample_weight: Any = None, class_weight: Any = None) -> Trace:
        """Every number of the next update with these rows as its batch, in order; the model stays as it is.

        Inputs, pre-activations, activations, sums, gates and states of recurrent layers at every step, loss per sample,
        loss, the gradient of each tensor and weight, and each weight before, its change, and after:
        `print(model.trace(x, y))`, or `model.trace(x, y)["dL/dW1"]`.
        """
        self.require_compiled()
        intake = self.take(x, y, sample_weight, class_weight)
        return trace(self, intake.arrays, intake.targets())

    def memory(self, batch_size: int = 32, input_shapes: Sequence[Sequence[int]] | None = None) -> Memory:
        """Bytes that training takes with batches of that many rows: `memory(10).peak`, `.model`, `.activations`, ….

        The model must be compiled. Nothing is trained, and the model stays as it is.

        Args:
            batch_size: rows per update.
            input_shapes: of one row for each input, such as [(24, 4)], where the model leaves sizes open.

        Raises:
            NetcoreValueError "param.int_below": `batch_size` is not a whole number of at least 1.
        """
        self.require_compiled()
        shapes = None if input_shapes is None else [(None, *shape) for shape in input_shapes]
        return memory(self, batch_size, shapes)


MODELS |= {"Model": Model, "Functional": Model}


def _started(verbose: Any, steps: int | None) -> Progress | None:
    """The printer of evaluate and predict, its clock running."""
    if verbose in (0, "auto"):
        return None
    progress = Progress()
    progress.set_params({"verbose": verbose, "epochs": 1, "steps": steps})
    progress.begin()
    return progress
