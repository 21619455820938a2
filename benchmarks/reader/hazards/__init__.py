"""What happens to files on their way to the reader, a function a hazard; each changes the file and the truth alike."""

from benchmarks.reader.hazards import cells, dates, encodings, layout, lines, rows
from benchmarks.reader.hazards.registry import HAZARDS, Hazard, Unfit

__all__ = ["HAZARDS", "Hazard", "Unfit", "cells", "dates", "encodings", "layout", "lines", "rows"]
