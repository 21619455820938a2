"""Small images as text that stands within a drawing: nothing is fetched."""

from base64 import b64encode
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image, ImageColor

from lab.charts.style import BLUE, VERMILION

Array = np.ndarray[Any, Any]

STEPS = 15  # each side of zero: more than so small an image shows, and few enough for a page with many of them
ABOVE, BELOW = ([*ImageColor.getrgb(colour)[:3]] for colour in (BLUE, VERMILION))
OPAQUE = bytes(round(255 * abs(step) / STEPS) for step in range(-STEPS, STEPS + 1))


def grey_image(values: Array) -> str:
    """(height, width) from 0 to 1, black to white, as an address of its own."""
    return _address(Image.fromarray(np.rint(255 * values).astype(np.uint8)))


def signed_image(values: Array) -> str:
    """(height, width) from -1 to 1: blue above zero, orange below, nothing at zero; as an address of its own."""
    image = Image.fromarray(np.rint(values * STEPS + STEPS).astype(np.uint8))
    image.putpalette(BELOW * STEPS + ABOVE * (STEPS + 1))
    return _address(image, transparency=OPAQUE)


def _address(image: Image.Image, **kept: Any) -> str:
    file = BytesIO()
    image.save(file, "PNG", optimize=True, **kept)
    return f"data:image/png;base64,{b64encode(file.getvalue()).decode()}"
