"""Pages written from what is defined elsewhere: `python -m lab docs` writes them anew, a test says which are old."""

from pathlib import Path

from lab.charts.thumbnail import draw_sample
from lab.data.samples import picture_file, sample_names
from lab.reference.away_page import FILE as AWAY
from lab.reference.away_page import away_page
from lab.reference.parts import FILE, reference
from lab.reference.samples import LICENCES, TABLES, with_table


def pages() -> dict[Path, str]:
    """File -> what should stand in it: parts, tables of samples and their pictures, a proxy's page."""
    return {
        FILE: reference(),
        AWAY: away_page(),
        **{file: with_table(file) for file in (TABLES, LICENCES)},
        **{picture_file(name): draw_sample(name) for name in sample_names()},
    }
