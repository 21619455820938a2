"""Make spatial.npz, the golden numbers of the spatial layers, with Keras 3 on jax in float64.

    python -m tests.netcore.golden.make_spatial

For each layer: outputs, the gradients of sum(factors * outputs) with respect to inputs and weights while training, and
what training does to moving statistics. For each model: its weights after five steps.
"""

import os

os.environ["KERAS_BACKEND"] = "jax"

from pathlib import Path  # the backend must be named before Keras is imported

import jax
import keras
import numpy as np
from keras.src.backend.common import dtypes

from tests.netcore.golden import spatial_cases as cases

FILE = Path(__file__).with_name("spatial.npz")


def layer_numbers(name: str) -> dict[str, np.ndarray]:
    """Numbers of one layer, by their keys in the file."""
    kind, arguments, _ = cases.LAYER_CASES[name]
    layer = getattr(keras.layers, kind)(**arguments)
    inputs = [jax.numpy.array(x) for x in cases.case_inputs(name)]
    fed = inputs if len(inputs) > 1 else inputs[0]
    layer(fed)
    layer.set_weights(cases.new_weights(name, layer.get_weights()))
    found = {"predicted": np.asarray(layer(fed, training=False) if _takes_training(layer) else layer(fed))}
    factors = jax.numpy.array(cases.numbers(name + "factors").normal(size=found["predicted"].shape))
    fixed = [jax.numpy.array(v) for v in layer.non_trainable_variables]

    def total(weights, fed):
        keywords = {"training": True} if _takes_training(layer) else {}
        output, after = layer.stateless_call(weights, fixed, fed, **keywords)
        return jax.numpy.sum(factors * output), (output, after)

    weights = [jax.numpy.array(v) for v in layer.trainable_variables]
    (gradients, of_inputs), (output, after) = jax.grad(total, argnums=(0, 1), has_aux=True)(weights, fed)
    found["trained"] = np.asarray(output)
    found |= {f"gradient.{index}": np.asarray(gradient) for index, gradient in enumerate(gradients)}
    of_inputs = of_inputs if len(inputs) > 1 else [of_inputs]
    found |= {f"dx.{index}": np.asarray(gradient) for index, gradient in enumerate(of_inputs)}
    found |= {f"after.{index}": np.asarray(value) for index, value in enumerate(after)}
    return {f"{name}/{key}": value for key, value in found.items()}


def _takes_training(layer: keras.layers.Layer) -> bool:
    return isinstance(layer, keras.layers.BatchNormalization)


def model_numbers(name: str) -> dict[str, np.ndarray]:
    """Weights of one model before and after five steps of SGD with momentum."""
    keras.utils.set_random_seed(3)
    model = cases.MODEL_CASES[name](keras)
    model.set_weights(cases.new_weights(name, model.get_weights()))
    x, y = cases.model_data(name)
    optimizer = keras.optimizers.SGD(cases.RATE, momentum=0.9)
    model.compile(optimizer, "categorical_crossentropy" if name == "images" else "mse")
    model.fit(x, y, batch_size=cases.SAMPLES, epochs=1, shuffle=False, verbose=0)
    found = {f"{name}/weight.{index}": np.asarray(value) for index, value in enumerate(model.get_weights())}
    return found | {f"{name}/predicted": np.asarray(model.predict(x, verbose=0))}


def main() -> None:
    jax.config.update("jax_enable_x64", True)
    # on jax Keras computes means and the like of float64 arrays in float32, unless its table of types is told otherwise
    dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    found: dict[str, np.ndarray] = {}
    for name in cases.LAYER_CASES:
        found |= layer_numbers(name)
    for name in cases.MODEL_CASES:
        found |= model_numbers(name)
    np.savez_compressed(FILE, **found)
    print(f"{FILE.name}: {len(found)} arrays, {FILE.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
