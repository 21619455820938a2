"""Settings for all tests: quiet and repeatable property tests, Keras on its lightest backend."""

import gc
import os
import sys

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
# each model is compiled for a few steps of its own: a thorough compiler costs more than it can gain
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true")

import pytest
from hypothesis import HealthCheck, settings  # the backend must be named before anything imports Keras

settings.register_profile(
    "shared-machine", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("shared-machine")


@pytest.fixture(autouse=True, scope="module")
def what_other_files_left_is_looked_through_once():
    """Streamlit collects garbage after each screen: with what Keras and a thousand tests leave that takes a second."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def threads_that_take_turns_everywhere():
    """What is not one step is interrupted: two threads that change the same thing meet soon."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)
