"""Callbacks that write files: the curves as a table, the model at its best."""

import csv
import warnings
from pathlib import Path
from typing import Any, ClassVar

from netcore.arguments import Bool, Float
from netcore.callbacks.callback import CALLBACKS, Callback
from netcore.callbacks.monitors import MODE, VERBOSE, Monitor
from netcore.errors import NetcoreValueError, NetcoreWarning


@CALLBACKS.add
class CSVLogger(Callback):
    """Writes the numbers of each epoch into a CSV file: epoch, then the names in order.

    Args:
        filename: path of the file.
        separator: between the columns.
        append: go on in a file that is there, instead of starting it anew.

    Source: as keras.callbacks.CSVLogger.
    """

    params: ClassVar[Any] = {"append": Bool()}
    append: bool

    def __init__(self, filename: Any, separator: str = ",", append: bool = False) -> None:
        self.filename, self.sep = str(filename), separator
        self.set_arguments(append=append)
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

    Args:
        filepath: path; {epoch} (from 1) and the names of the logs may stand in braces, as "{epoch:02d}-{val_loss:.2f}".
            It ends in .keras, or in .weights.h5 with save_weights_only.
        monitor, mode: as Monitor says; they count with save_best_only.
        verbose: 1 says when it saves.
        save_best_only: only where `monitor` has improved.
        save_weights_only: the weights without the model.
        save_freq: "epoch", or a number of updates.
        initial_value_threshold: what must be beaten for the first time.

    Raises:
        NetcoreValueError "callback.filepath", "callback.save_freq".

    Source: as keras.callbacks.ModelCheckpoint.
    """

    params: ClassVar[Any] = {
        "verbose": VERBOSE,
        "save_best_only": Bool(),
        "save_weights_only": Bool(),
        "mode": MODE,
        "initial_value_threshold": Float(optional=True, advanced=True),
    }
    verbose: int
    save_best_only: bool
    save_weights_only: bool
    initial_value_threshold: float | None

    def __init__(
        self,
        filepath: Any,
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: Any = "epoch",
        initial_value_threshold: float | None = None,
    ) -> None:
        super().__init__(monitor, mode, 0.0)
        self.set_arguments(
            verbose=verbose,
            save_best_only=save_best_only,
            save_weights_only=save_weights_only,
            initial_value_threshold=initial_value_threshold,
        )
        self.filepath, self.save_freq = str(filepath), save_freq
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
