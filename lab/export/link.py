"""An Experiment in a link: compressed JSON in letters that every address accepts.

The text begins with the number of its form, so that a later form can be told from this one.
"""

import base64
import zlib

from lab.errors import ExperimentError
from lab.spec.experiment import Experiment
from lab.spec.limits import ALONE

FORM = "1"


def to_link(experiment: Experiment) -> str:
    """Text for the query of an address (letters, digits, "-" and "_").

    Raises ExperimentError "link.too_long" when it would not fit: addresses have a limit, files do not.
    """
    text = FORM + packed(experiment.to_json())
    if len(text) > ALONE.link_characters:
        raise ExperimentError("link.too_long", size=len(text), high=ALONE.link_characters)
    return text


def from_link(text: str) -> Experiment:
    """Read what `to_link` wrote.

    Raises ExperimentError: "link.broken" for anything else, or what `Experiment.from_json` says about its content.
    """
    if len(text) > ALONE.link_characters:
        raise ExperimentError("link.too_long", size=len(text), high=ALONE.link_characters)
    if not text.startswith(FORM):
        raise ExperimentError("link.broken")
    try:
        content = unpacked(text[len(FORM) :], ALONE.experiment_characters)
    except ValueError:
        raise ExperimentError("link.broken") from None
    return Experiment.from_json(content)


def packed(text: str) -> str:
    """The text compressed, in letters that every address accepts."""
    return base64.urlsafe_b64encode(zlib.compress(text.encode(), level=9)).decode().rstrip("=")


def unpacked(letters: str, most: int) -> bytes:
    """What `packed` was given. Raises ValueError for anything else, and for more than `most` bytes."""
    try:
        content = base64.b64decode(letters + "=" * (-len(letters) % 4), altchars=b"-_", validate=True)
        # a few bytes can unpack to gigabytes: take out no more than there may be
        unpacker = zlib.decompressobj()
        text = unpacker.decompress(content, most)
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if not unpacker.eof or unpacker.unused_data:
        raise ValueError("cut off, too long, or followed by more")
    return text
