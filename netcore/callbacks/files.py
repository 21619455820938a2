"""Callbacks that write files: the curves as a table, the model at its best."""

import csv
import warnings
from pathlib import Path
from typing import Any

from netcore.arguments import Bool, Described, Float, Given, Into, Made
from netcore.callbacks.callback import CALLBACKS, Callback
from netcore.callbacks.monitors import MODE, MONITOR, VERBOSE, Monitor
from netcore.errors import NetcoreValueError, NetcoreWarning


@CALLBACKS.add
class CSVLogger(Callback):
    """Writes the numbers of each epoch into a CSV file: epoch, then the names in order.

    Source: as keras.callbacks.CSVLogger.
    """

    filename: Into[str] = Given(about="path of the file")
    sep: str = Given(default=",", alias="separator", about="between the columns")
    append: bool = Bool(default=False, about="go on in a file that is there, instead of starting it anew")

    def after_arguments(self) -> None:
        self.filename = str(self.filename)
        self._keys: list[str] = []

    def on_train_begin(self, logs: Any = None) -> None:
        path = Path(self.filename)
        self._needs_header = not (self.append and path.exists() and path.stat().st_size)
        if not self.append:
            path.write_text("", encoding="utf-8")
        self._keys = []

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        logs = logs or {}
        if not self._keys:
            names = sorted(logs)
            validated = any(name.startswith("val_") for name in names)  # perhaps in a later epoch
            self._keys = names if validated else [*names, *(f"val_{name}" for name in names)]
        with Path(self.filename).open("a", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, ["epoch", *self._keys], delimiter=self.sep)
            if self._needs_header:
                table.writeheader()
                self._needs_header = False
            table.writerow({"epoch": epoch, **{name: logs.get(name, "NA") for name in self._keys}})


@CALLBACKS.add
class ModelCheckpoint(Monitor):
    """Saves the model, or its weights, after each epoch, every few updates, or when it is at its best.

    {epoch} (from 1) and the names of the logs may stand in braces in the path, as "{epoch:02d}-{val_loss:.2f}".

    Raises:
        NetcoreValueError "callback.filepath", "callback.save_freq"; "callback.filepath_name" when it saves, of a name
            in braces that the logs do not have.

    Source: as keras.callbacks.ModelCheckpoint.
    """

    filepath: Into[str] = Given(about="path, which ends in .keras, or in .weights.h5 with save_weights_only")
    monitor: str = Described(MONITOR, default="val_loss", about="name in the logs; it counts with save_best_only")
    verbose: int = Described(VERBOSE, default=0, about="1 says when it saves")
    save_best_only: bool = Bool(default=False, about="only where `monitor` has improved")
    save_weights_only: bool = Bool(default=False, about="the weights without the model")
    mode: str = Described(MODE, default="auto")
    save_freq: Any = Given(default="epoch", about='"epoch", or a number of updates')
    initial_value_threshold: float | None = Float(
        default=None, optional=True, advanced=True, about="what must be beaten for the first time"
    )

    min_delta: float = Made(default=0.0)

    def after_arguments(self) -> None:
        self.filepath = str(self.filepath)
        self.best = self.initial_value_threshold
        self._check()
        self._updates = 0
        self._epoch = 0
        if self.save_freq != "epoch":  # only then: code for batches makes every update slower
            vars(self)["on_train_batch_end"] = self._count_update

    def _check(self) -> None:
        endings = (".weights.h5",) if self.save_weights_only else (".keras", ".h5")
        if not self.filepath.endswith(endings):
            raise NetcoreValueError(
                "callback.filepath",
                "ModelCheckpoint: `filepath` must end in {ending} here, but got {value!r}.",
                ending=endings[0],
                value=self.filepath,
            )
        if self.save_freq != "epoch" and (not isinstance(self.save_freq, int) or self.save_freq < 1):
            raise NetcoreValueError(
                "callback.save_freq",
                "ModelCheckpoint: `save_freq` must be 'epoch' or a number of updates of at least 1, but got {value!r}.",
                value=self.save_freq,
            )

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._epoch = epoch

    def _count_update(self, batch: int, logs: Any = None) -> None:
        self._updates += 1
        if self._updates >= self.save_freq:
            self._updates = 0
            self._save(self._epoch, {"batch": batch + 1, **(logs or {})})

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if self.save_freq == "epoch":
            self._save(epoch, dict(logs or {}))

    def _save(self, epoch: int, logs: dict[str, Any]) -> None:
        try:
            path = Path(self.filepath.format(epoch=epoch + 1, **logs))
        except KeyError as missing:
            raise NetcoreValueError(
                "callback.filepath_name",
                "ModelCheckpoint: `filepath` names {name}, but the logs hold only: epoch, {choices}.",
                name=str(missing),
                choices=", ".join(logs),
            ) from None
        if self.save_best_only and not self._improved(epoch, logs, path):
            return
        if self.verbose and not self.save_best_only:
            print(f"\nEpoch {epoch + 1}: saving model to {path}")
        path.parent.mkdir(parents=True, exist_ok=True)
        if self.save_weights_only:
            self.model.save_weights(path, overwrite=True)
        else:
            self.model.save(path, overwrite=True)
        if self.verbose:
            print(f"\nEpoch {epoch + 1}: finished saving model to {path}")

    def _improved(self, epoch: int, logs: dict[str, Any], path: Path) -> bool:
        current = self.current(logs)
        if current is None:
            warnings.warn(
                NetcoreWarning(
                    "callback.save_anyway",
                    "ModelCheckpoint cannot tell the best without {monitor!r}, so it saves every time.",
                    monitor=self.monitor,
                ),
                stacklevel=3,
            )
            return True
        improved = self.better(current, self.best)
        if self.verbose:
            was = "None" if self.best is None else f"{self.best:.5f}"
            told = f"improved from {was} to {current:.5f}, saving model to {path}"
            print(f"\nEpoch {epoch + 1}: {self.monitor} {told if improved else f'did not improve from {was}'}")
        if improved:
            self.best = current
        return improved
