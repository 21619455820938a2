"""Which warnings fail a test: all but what other packages say of each other (`filterwarnings` in pyproject.toml)."""

import warnings

import numpy as np
import pytest

OURS = ["app", "lab.data.read.parse", "netcore.losses.loss", "pages.ui.state", "tests.lab.data.test_read", "__main__"]
OLD = [DeprecationWarning, PendingDeprecationWarning, FutureWarning]


def warn(category, module):
    """Blames a module, as warnings.warn does by its stacklevel."""
    warnings.warn_explicit("goes away", category, f"{module.replace('.', '/')}.py", 1, module=module)


@pytest.mark.parametrize("category", OLD)
@pytest.mark.parametrize("module", [*OURS, "numpy._core.fromnumeric"])
def test_a_deprecation_that_blames_a_file_of_ours_is_an_error(module, category):
    with pytest.raises(category):
        warn(category, module)


@pytest.mark.parametrize("category", OLD)
@pytest.mark.parametrize("module", ["jax._src.core", "pandas.core.frame", "labels", "netcore_of_others", "testsuite"])
def test_a_deprecation_that_blames_another_package_is_a_note(module, category):
    with warnings.catch_warnings(record=True) as noted:
        warn(category, module)
    assert [one.category for one in noted] == [category]


@pytest.mark.parametrize("module", ["pandas.core.frame", "plotly.graph_objs", *OURS])
@pytest.mark.parametrize("category", [RuntimeWarning, UserWarning, ResourceWarning])
def test_any_other_warning_is_an_error_whoever_is_blamed(category, module):
    with pytest.raises(category):
        warn(category, module)


def test_what_numpy_says_of_our_numbers_is_an_error_though_its_own_file_stands_between():
    with pytest.raises(RuntimeWarning, match="Mean of empty slice"):
        np.mean(np.zeros(0))
