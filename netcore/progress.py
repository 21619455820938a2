"""What fit prints: one line per epoch."""

import time
from typing import Any

import numpy as np

from netcore.callbacks import Callback


class Progress(Callback):
    """`Epoch 1/5 - 0s - loss: 0.4321 - val_loss: 0.4567`, after each epoch."""

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._since_s = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        elapsed_s = time.perf_counter() - self._since_s
        # a metric with a number for each class is shown by their mean
        numbers = " - ".join(f"{name}: {np.mean(value):.4g}" for name, value in (logs or {}).items())
        print(f"Epoch {epoch + 1}/{self.params['epochs']} - {elapsed_s:.2f}s - {numbers}")
