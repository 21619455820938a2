"""How much of a wide layer is drawn. Page and worker must agree: a worker imports this and nothing else of the room."""

from typing import Final

MOST_UNITS: Final = 16  # of one layer; before anything is learned, and while it learns, the first ones
