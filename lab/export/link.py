"""An Experiment in a link: compressed JSON in letters that every address accepts.

The text begins with the number of its form, so that a later form can be told from this one.
"""

import base64
import binascii
import zlib

from lab.errors import ExperimentError
from lab.spec.experiment import Experiment
from lab.spec.limits import ALONE

FORM = "1"


def to_link(experiment: Experiment) -> str:
    """Text for the query of an address (letters, digits, "-" and "_").

    Raises ExperimentError "link.too_long" when it would not fit: addresses have a limit, files do not.
    """
    packed = zlib.compress(experiment.to_json().encode(), level=9)
    text = FORM + base64.urlsafe_b64encode(packed).decode().rstrip("=")
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
    body = text[len(FORM) :]
    try:
        packed = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
        # a few bytes can unpack to gigabytes: take out no more than an experiment may have
        unpacker = zlib.decompressobj()
        content = unpacker.decompress(packed, ALONE.experiment_characters)
    except (binascii.Error, zlib.error, ValueError):  # ValueError: letters outside ASCII
        raise ExperimentError("link.broken") from None
    if not unpacker.eof or unpacker.unused_data:
        raise ExperimentError("link.broken")
    return Experiment.from_json(content)
