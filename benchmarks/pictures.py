"""What the plots of the benchmarks share: colours that differ in brightness, a marker each, and where files go."""

import importlib.util
from collections.abc import Callable
from typing import Any

from benchmarks.output import FOLDER

# Okabe & Ito (2008): told apart with any kind of colour vision; the marker says the same again
STYLES = {
    "netcore": ("#000000", "o"),
    "textbook": ("#999999", "x"),
    "keras-torch": ("#D55E00", "s"),
    "keras-jax": ("#E69F00", "D"),
    "torch": ("#0072B2", "^"),
    "sklearn": ("#009E73", "v"),
    "jax-scan": ("#CC79A7", "P"),
}


def draw(name: str, size: tuple[float, float], paint: Callable[[Any], None]) -> None:
    """Make a figure of `size` inches, let `paint` fill it, and write it; without matplotlib say so."""
    if importlib.util.find_spec("matplotlib") is None:
        print("no picture: pip install matplotlib")
        return
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    mpl.rcParams.update({"font.size": 11, "svg.hashsalt": name, "axes.spines.top": False, "axes.spines.right": False})
    picture = pyplot.figure(figsize=size, layout="constrained")
    paint(picture)
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name}.svg"
    picture.savefig(path, metadata={"Date": None})
    pyplot.close(picture)
    print(f"written: {path}")
