"""What the inside page remembers of a session."""

from dataclasses import dataclass

from lab.insight.inside.landscape import Kind


@dataclass
class InsideView:
    """Args:
    look: what is shown.
    layer: id of the layer that is shown; "" for the first.
    quantity: whose distribution is shown.
    directions: of the slice of the loss.
    unit: that is looked at closely; None for the one that tells most apart.
    """

    look: str = "layers"
    layer: str = ""
    quantity: str = "weights"
    unit: int | None = None
    directions: Kind = "path"
