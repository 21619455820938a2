"""Keras on jax in float64 throughout. Import this before anything else that imports Keras."""

import os

os.environ["KERAS_BACKEND"] = "jax"

import jax  # the backend must be named before Keras is imported
import keras
from keras.src.backend.common import dtypes

jax.config.update("jax_enable_x64", True)
keras.config.set_floatx("float64")
keras.config.set_dtype_policy("float64")
dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"  # on jax its rules for mixed types make float32 of that
