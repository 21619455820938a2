"""The calls of fit in a Keras 3 program: knobs turned in between, early stopping, weights of classes."""

from dataclasses import dataclass
from itertools import count

from lab.model.inner_knobs import has_knob, holds, named_layers
from lab.model.outputs import way_to
from lab.spec.experiment import Change, Experiment, GraphSpec
from lab.texts import Language, say
from netcore.losses import LOSSES
from netcore.optimizers import OPTIMIZERS

DATA_LOSS = """\
class DataLoss(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        logs["val_data_loss"] = logs["val_loss"] - float(sum(self.model.losses))
""".splitlines()

ORDERED = "RowsInOrder"  # the reader of pasted code knows it by this name
ORDERED_ROWS = """\
class {name}(keras.utils.PyDataset):
    def __init__(self, batch_size, epoch=0):
        super().__init__()
        self.order, self.batch_size = order[epoch:], batch_size
        self.steps = -(-order.shape[1] // batch_size)

    def __len__(self):
        return len(self.order) * self.steps

    def __getitem__(self, place):
        epoch, batch = divmod(place, self.steps)
        rows = self.order[epoch, batch * self.batch_size :][: self.batch_size]
        return keras.tree.map_structure(lambda array: array[rows], ({arrays}))
"""


@dataclass(frozen=True)
class FitStyle:
    """How the calls of fit are written.

    Args:
        validated: whether there are `x_val` and `y_val`; None: whether the experiment asks for a validation part.
        ordered: so many rows come in the order of `order`, one line of it an epoch; 0: Keras draws them.
        kept: what fit returns is kept, as `history`, `history_2`, …
    """

    validated: bool | None = None
    ordered: int = 0
    kept: bool = False


ON_A_PAGE = FitStyle()
MADE_ANEW = ("model.make_train_function(force=True)", "model.make_test_function(force=True)")


def fit_lines(experiment: Experiment, language: Language, style: FitStyle = ON_A_PAGE) -> list[str]:
    """One call of fit, or several with the knobs turned in between."""
    batch_size, start, end = experiment.fit.batch_size, first_epoch(experiment), last_epoch(experiment)
    calls: list[str] = []
    for place, changes in _by_boundary(experiment, end).items():
        sizes = [int(change.value) for change in changes if change.name == "batch_size"]
        others = [change for change in changes if change.name != "batch_size"]
        if not others and sizes[-1] == batch_size:
            continue
        if place > start:
            calls.append(_fit_call(experiment, start, place, batch_size, style))
            start = place
        batch_size = (sizes or [batch_size])[-1]
        calls += [line for change in changes for line in _changed(experiment, change, language)]
    if end > start:
        calls.append(_fit_call(experiment, start, end, batch_size, style))
    stopping = stopping_lines(experiment, style)
    if stopping and len(fit_calls(calls)) > 1:
        stopping.append(f"# {say('export.stopping_anew', language)}")
    return [*stopping, *(_kept(calls) if style.kept else calls)]


def fit_calls(lines: list[str]) -> list[str]:
    """Those of the lines that call fit."""
    return [line for line in lines if "model.fit(" in line]


def _kept(lines: list[str]) -> list[str]:
    names = ("history" if number == 1 else f"history_{number}" for number in count(1))
    return [f"{next(names)} = {line}" if line in fit_calls(lines) else line for line in lines]


def ordered_lines(experiment: Experiment) -> list[str]:
    """The class whose batches come in the order of `order`; weights of a functional model come with the rows."""
    weighted = experiment.fit.class_weight is not None and isinstance(experiment.model, GraphSpec)
    arrays = "x_train, y_train, balanced" if weighted else "x_train, y_train"
    return ["", *ORDERED_ROWS.format(name=ORDERED, arrays=arrays).splitlines(), "", ""]


def _by_boundary(experiment: Experiment, end: int) -> dict[int, list[Change]]:
    """The knobs turned before each epoch. Where training ends in the end is all that fit needs to know of epochs."""
    found: dict[int, list[Change]] = {}
    for change in sorted(experiment.fit.changes, key=lambda one: (one.epoch, one.batch)):
        if change.name != "epochs" and _is_there(experiment, change):
            found.setdefault(min(epoch_boundary(change), end), []).append(change)
    return found


def _is_there(experiment: Experiment, change: Change) -> bool:
    """A link may name any layer; a knob that the network does not have turned nothing."""
    return change.name in ("learning_rate", "batch_size", "data") or has_knob(experiment, change.name, change.layer)


def _changed(experiment: Experiment, change: Change, language: Language) -> list[str]:
    comment = f"  # {say('export.change', language, epoch=change.epoch + 1, batch=change.batch + 1)}"
    if change.batch:
        comment += f" {say('export.change_late', language)}"
    if change.name == "batch_size":
        return [f"# batch_size = {int(change.value)}{comment}"]
    if change.name == "learning_rate":
        return [f"model.optimizer.learning_rate = {change.value!r}{comment}"]
    if change.source is not None:
        return [f"# {say('export.other_data', language, source=change.source.model_dump_json())}{comment}"]
    if change.name == "weight":
        weight = f"{_layer(experiment, change.layer)}.{change.array}"
        at = ", ".join(map(str, change.index))
        return [
            f"edited = keras.ops.convert_to_numpy({weight}).copy(){comment}",
            f"edited[{at}] = {change.value!r}",
            f"{weight}.assign(edited)",
        ]
    return [*_turned(experiment, change, comment), *MADE_ANEW]


def _turned(experiment: Experiment, change: Change, comment: str) -> list[str]:
    """A knob inside the network: Keras has compiled it in, so that its program is made anew afterwards."""
    if change.name == "momentum":
        return [
            f"model.optimizer.momentum = {change.value!r}{comment}",
            *([] if _has_momentum(experiment) else _remembering(experiment)),
        ]
    layers = f"[{_layer(experiment, change.layer)}]" if change.layer else "model.layers"
    if change.name == "dropout":
        return [
            f"for layer in {layers}:{comment}",
            '    if hasattr(layer, "rate"):',
            f"        layer.rate = {change.value!r}",
        ]
    if change.layer and not any(
        holds(layer, change.name) for name, layer in named_layers(experiment) if name == change.layer
    ):
        return _put_under_penalty(experiment, change, comment)
    return [
        f"for layer in {layers}:{comment}",
        "    for weight in layer.trainable_variables:",
        f'        if hasattr(weight.regularizer, "{change.name}"):',
        f"            weight.regularizer.{change.name} = {change.value!r}",
    ]


def _put_under_penalty(experiment: Experiment, change: Change, comment: str) -> list[str]:
    """A kernel that was made without the penalty that is turned, or has come under it before."""
    other = "l2" if change.name == "l1" else "l1"
    return [
        f"kernel = {_layer(experiment, change.layer)}.kernel{comment}",
        f"others = float(getattr(kernel.regularizer, {other!r}, 0.0))",
        f"kernel.regularizer = keras.regularizers.L1L2({change.name}={change.value!r}, {other}=others)",
    ]


def _has_momentum(experiment: Experiment) -> bool:
    return bool(experiment.compile.optimizer.filled(OPTIMIZERS).get("momentum"))


def _remembering(experiment: Experiment) -> list[str]:
    """An optimizer made without momentum that has made updates already begins to remember them."""
    steps = "momentums" if experiment.compile.optimizer.type == "SGD" else "_momentums"
    return [
        f"if model.optimizer.built and not model.optimizer.{steps}:",
        "    steps = model.optimizer.add_optimizer_variables(model.trainable_variables, 'momentum')",
        f"    model.optimizer.{steps} = steps",
    ]


def _layer(experiment: Experiment, name: str) -> str:
    return f"model.get_layer({name!r})" if isinstance(experiment.model, GraphSpec) else f"model.layers[{int(name)}]"


def _weights(experiment: Experiment) -> str:
    return "sample_weight" if isinstance(experiment.model, GraphSpec) else "class_weight"


def first_epoch(experiment: Experiment) -> int:
    """Where it begins: epochs before a fork have been made already."""
    return 0 if experiment.origin is None else experiment.origin.epoch


def last_epoch(experiment: Experiment) -> int:
    """Where training ends in the end."""
    changes = sorted(experiment.fit.changes, key=lambda one: (one.epoch, one.batch))
    return next((int(one.value) for one in reversed(changes) if one.name == "epochs"), experiment.fit.epochs)


def epoch_boundary(change: Change) -> int:
    """Keras can change a knob between epochs: one turned in the middle of an epoch waits for its end."""
    return change.epoch if change.batch == 0 else change.epoch + 1


def validates(experiment: Experiment) -> bool:
    """Whether the program has a validation part; a column that names the parts may name one too."""
    return experiment.data.split.validates or experiment.data.split.order == "column"


def stopping_lines(experiment: Experiment, style: FitStyle = ON_A_PAGE) -> list[str]:
    """The callbacks of early stopping, made before the first call of fit."""
    stopping = experiment.fit.early_stopping
    if stopping is None:
        return []
    monitor = stopping.monitor if _validates(experiment, style) else "loss"
    own = monitor == "val_data_loss"  # Keras knows the sum of data loss and penalty only
    arguments = [
        f"monitor={monitor!r}",
        "mode='min'" if own else None,
        f"patience={stopping.patience}",
        f"min_delta={stopping.min_delta!r}" if stopping.min_delta else None,
        f"restore_best_weights={stopping.restore_best_weights}",
    ]
    rule = f"keras.callbacks.EarlyStopping({', '.join(one for one in arguments if one is not None)})"
    return [*(DATA_LOSS if own else []), f"stop_early = [{'DataLoss(), ' if own else ''}{rule}]"]


def weight_lines(experiment: Experiment, classes: int | None = None) -> list[str]:
    """`balanced`: rows / (classes * rows of the class), and 1 for a class without rows.

    Args:
        classes: how many there are; None: as many as the training rows have.
    """
    if experiment.fit.class_weight is None:
        return []
    count = "labels.max() + 1" if classes is None else str(classes)
    lines = [
        f"labels = {_labels(experiment)}",
        f"rows = np.bincount(labels, minlength={count})",
        "balanced = {k: len(labels) / (len(rows) * n) if n else 1.0 for k, n in enumerate(rows)}",
    ]
    if isinstance(experiment.model, GraphSpec):  # Keras takes class weights for a single, nameless output only
        name = experiment.model.outputs[0].name
        lines.append(f"balanced = {{{name!r}: np.array([balanced[k] for k in labels])}}")
    return lines


def _labels(experiment: Experiment) -> str:
    """The classes of the training rows as whole numbers."""
    graph = experiment.model
    if isinstance(graph, GraphSpec):
        output = graph.outputs[0]
        y, loss, layers = f"y_train[{output.name!r}]", output.loss, way_to(graph, output)
    else:
        y, loss, layers = "y_train", experiment.compile.loss, graph.layers
    units = layers[-1].params.get("units") if layers else None
    if loss.built(LOSSES).sparse:
        return f"{y}.reshape(-1)"
    return f"{y}.reshape(-1).astype(int)" if units == 1 else f"{y}.argmax(axis=1)"


def _validates(experiment: Experiment, style: FitStyle) -> bool:
    return validates(experiment) if style.validated is None else style.validated


def _fit_call(experiment: Experiment, start: int, end: int, batch_size: int, style: FitStyle) -> str:
    fit, rows = experiment.fit, start - first_epoch(experiment)
    weighted = fit.class_weight is not None
    if style.ordered:
        arguments = [f"{ORDERED}(batch_size={batch_size}{f', epoch={rows}' if rows else ''})"]
        weighted &= not isinstance(experiment.model, GraphSpec)
    else:
        arguments = ["x_train", "y_train"]
    more = [
        "validation_data=(x_val, y_val)" if _validates(experiment, style) else None,
        f"initial_epoch={start}" if start else None,
        f"epochs={end}",
        f"steps_per_epoch={-(-style.ordered // batch_size)}" if style.ordered else None,
        None if style.ordered else f"batch_size={batch_size}",
        None if fit.shuffle and not style.ordered else "shuffle=False",
        f"{_weights(experiment)}=balanced" if weighted else None,
        None if fit.early_stopping is None else "callbacks=stop_early",
    ]
    return f"model.fit({', '.join([*arguments, *(one for one in more if one is not None)])})"
