"""What fit prints: a bar that grows with the updates (verbose=1), or one line per epoch (verbose=2)."""

import sys
import time
from typing import Any

import numpy as np

from netcore.callbacks.callback import Callback

WIDTH = 20
INTERVAL_S = 0.05  # between two looks at the clock


class Progress(Callback):
    """`3/3 ━━━━━━━━━━━━━━━━━━━━ 0s 12ms/step - loss: 0.4321 - val_loss: 0.4567`, after each epoch.

    On a terminal the bar also moves within the epoch. It sets the pace itself: `pace` updates are made before it is
    asked again, as many as fit into a twentieth of a second, so that a watched training is as fast as a silent one.
    """

    def __init__(self) -> None:
        self.pace = 1
        self._moves = hasattr(sys.stdout, "isatty") and sys.stdout.isatty()
        self._printed = 0

    @property
    def watches(self) -> bool:
        """Whether it wants to be called within an epoch."""
        return bool(self._moves and self.params["verbose"] == 1)

    def on_train_begin(self, logs: Any = None) -> None:
        self.begin()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.begin()
        if self.params["epochs"] > 1:
            print(f"Epoch {epoch + 1}/{self.params['epochs']}")

    def begin(self) -> None:
        """Start the clock."""
        self._since_s = self._asked_s = time.perf_counter()
        self._printed = 0

    def moved(self, steps: int, logs: dict[str, float]) -> None:
        """So many updates of the epoch have been made."""
        now_s = time.perf_counter()
        fast = now_s - self._asked_s < INTERVAL_S / 2
        self.pace = self.pace * 2 if fast else max(1, self.pace // 2)
        self._asked_s = now_s
        if not fast:
            self._write(f"\r{self._line(steps, logs)}")

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.end(self.params["steps"] or 0, logs or {})

    def end(self, steps: int, logs: dict[str, float]) -> None:
        """All steps are done."""
        self._write(f"\r{self._line(steps, logs)}\n" if self.watches else f"{self._line(steps, logs)}\n")

    def _write(self, text: str) -> None:
        padding = " " * max(0, self._printed - len(text.strip()))  # covers the rest of a longer line
        self._printed = len(text.strip())
        ending = "\n" if text.endswith("\n") else ""
        print(text.rstrip("\n") + padding, end=ending, flush=True)

    def _line(self, steps: int, logs: dict[str, float]) -> str:
        total = self.params["steps"] or steps
        elapsed_s = time.perf_counter() - self._since_s
        numbers = "".join(f" - {name}: {number(value)}" for name, value in logs.items())
        count = f"{steps:{len(str(total))}d}/{total}"
        took = f"{elapsed_s:.0f}s{' -' if self.params['verbose'] == 2 else ''} {per_step(elapsed_s / max(1, steps))}"
        if self.params["verbose"] == 2:
            return f"{count} - {took}{numbers}"
        full = WIDTH * steps // max(1, total)
        return f"{count} {'━' * full}{'╌' * (WIDTH - full)} {took}{numbers}"


def number(value: Any) -> str:
    """Four digits; the mean where a metric has a number for each class."""
    value = float(np.mean(value))
    return f"{value:.4f}" if abs(value) > 1e-3 else f"{value:.4e}"


def per_step(seconds: float) -> str:
    """Time of one step in the unit that suits it."""
    if seconds >= 1:
        return f"{seconds:.0f}s/step"
    return f"{seconds * 1e3:.0f}ms/step" if seconds >= 1e-3 else f"{seconds * 1e6:.0f}us/step"
