"""scikit-learn's MLPRegressor and MLPClassifier: plain rows of Dense layers, SGD or Adam.

The last layer of a regressor is linear there, so that a workload with a tanh output is timed but not compared.
"""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor

from benchmarks.peers.problem import Problem

REGRESSOR_SHARE = 0.5  # its squared error is halved: with SGD, twice the learning rate makes the same steps


class Adapter:
    def __init__(self, problem: Problem) -> None:
        self.problem, workload = problem, problem.workload
        regression = workload.losses[0][1] == "mse"
        self._share = REGRESSOR_SHARE if regression else 1.0
        stretch = 1 / self._share if workload.optimizer == "SGD" else 1.0
        self.x, (y,) = problem.x[0], problem.y
        self.y = np.argmax(y, axis=1) if y.shape[1] > 1 else y[:, 0] if regression else y[:, 0].astype(int)
        self.model = (MLPRegressor if regression else MLPClassifier)(
            hidden_layer_sizes=[layer.arguments["units"] for layer in workload.layers[:-1]],
            activation=workload.layers[0].arguments["activation"],
            solver=workload.optimizer.lower(),
            alpha=0.0,
            batch_size=workload.batch_size,
            learning_rate_init=stretch * workload.optimizer_arguments["learning_rate"],
            shuffle=False,
            momentum=0.0,
            epsilon=workload.optimizer_arguments.get("epsilon", 1e-8),
            tol=0.0,
            n_iter_no_change=10**9,
            max_iter=1,
            warm_start=True,
        )
        self._fit(1)
        self.reset()

    def reset(self) -> None:
        """Start weights; the optimizer is made anew by every `fit`."""
        weights = list(self.problem.weights.values())
        self.model.coefs_ = [kernel.copy() for kernel, _ in weights]
        self.model.intercepts_ = [bias.copy() for _, bias in weights]
        self.model.loss_curve_ = []

    def fit(self, epochs: int) -> list[float]:
        self._fit(epochs)
        return [float(loss) / self._share for loss in self.model.loss_curve_[-epochs:]]

    def _fit(self, epochs: int) -> None:
        self.model.max_iter = epochs
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            self.model.fit(self.x, self.y)
