"""How much of a network is drawn. Page and worker must agree: a worker imports this and nothing else of the room."""

from typing import Final

MOST_UNITS: Final = 32  # of one layer; before anything is learned, and while it learns, the first ones
MOST_PIXELS: Final = 1_024  # of an image that is drawn as one; units that look at it are images, too
MOST_PARAMETERS: Final = 5_000  # of a network whose weights a page is told exactly, all of them
