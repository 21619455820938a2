"""Charts stand on light and on dark pages: they bring no background, and their colours show on both."""

import re
from typing import Any

import numpy as np
import pytest

from lab.charts import curves, evaluation, losses, small, style, surface, table
from lab.charts.compare import LOOKS

LIGHT, DARK = (255, 255, 255), (23, 22, 20)  # what Streamlit's two themes lay behind a page
LINES = {style.BLUE, style.GREEN, style.VERMILION, style.PURPLE, style.BROWN, style.GREY}
PALE = {style.ORANGE, style.SKY}  # Okabe and Ito's: below 3 on white, and never without a symbol or a dash of its own
ENOUGH = 3.0  # contrast of graphics, WCAG 2.2, 1.4.11


def rgb(colour: str) -> tuple[float, ...]:
    return tuple(int(colour[place : place + 2], 16) for place in (1, 3, 5))


def luminance(colour: tuple[float, ...]) -> float:
    parts = [value / 255 for value in colour]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def laid_over(shade: str, page: tuple[float, ...]) -> tuple[float, ...]:
    """The colour that a shade "rgba(…)" makes on a page."""
    *colour, alpha = (float(part) for part in re.findall(r"[\d.]+", shade))
    return tuple(alpha * own + (1 - alpha) * behind for own, behind in zip(colour, page, strict=True))


@pytest.mark.parametrize("page", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("colour", sorted(LINES))
def test_a_line_can_be_seen_on_a_light_and_on_a_dark_page(colour, page):
    assert contrast(rgb(colour), page) >= ENOUGH


def test_every_colour_that_tells_series_apart_is_one_of_these():
    used = {
        *(colour for colour, _ in LOOKS),
        *small.COLOURS,
        *surface.CLASS_COLOURS,
        *(look["color"] for look in losses.LOOKS),
        *(look["color"] for look in style.PART_LOOKS.values()),
        *(colour for colour, _, _ in curves.HOW.values()),
    }
    assert used <= LINES | PALE


@pytest.mark.parametrize(("page", "letters"), [(LIGHT, (49, 51, 63)), (DARK, (250, 250, 250))], ids=["light", "dark"])
@pytest.mark.parametrize("shade", [shade for _, shade in (*style.SHADES, *style.TWO_WAYS)])
def test_figures_in_the_cells_of_a_heat_map_can_be_read_in_both_themes(shade, page, letters):
    assert contrast(laid_over(shade, page), letters) >= 4.5


def drawn() -> dict[str, Any]:
    """One of each frame that charts are made in."""
    return {
        "large": style.figure("x", "y"),
        "small": small.small("title", "line"),
        "confusion": evaluation.confusion([[1, 0], [0, 2]], ["a", "b"], language="ko"),
        "images": table.images_chart(table.Images(np.zeros((1, 4, 4)), ("a",))),
    }


@pytest.mark.parametrize("name", drawn())
def test_a_chart_brings_no_background_and_leaves_letters_and_grid_to_the_theme(name):
    layout = drawn()[name].to_plotly_json()["layout"]
    assert (layout["paper_bgcolor"], layout["plot_bgcolor"]) == (style.CLEAR, style.CLEAR)
    assert "color" not in layout["font"]
    assert "family" not in layout["font"]  # one font everywhere: the page's
    assert not {"gridcolor", "linecolor", "color"} & ({*layout["xaxis"]} | {*layout["yaxis"]})
    assert not layout["template"]["layout"].keys() - {"hovermode"}  # nor by a template
