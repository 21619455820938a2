"""What the inside page remembers of a session."""

from dataclasses import dataclass


@dataclass
class InsideView:
    """Args:
    look: what is shown.
    layer: id of the layer that is shown; "" for the first.
    quantity: whose distribution is shown.
    unit: that is looked at closely; None for the one that tells most apart.
    """

    look: str = "layers"
    layer: str = ""
    quantity: str = "weights"
    unit: int | None = None
