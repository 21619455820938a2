"""How many updates are taken in one go, so that asking for the time costs little and nobody waits long."""

STRIDE_S = 0.0003  # between two looks at the clock
LONGEST_STRIDE = 64


class Stride:
    """As many updates in one go as pass unnoticed by whoever waits for a turn or for a command."""

    def __init__(self) -> None:
        self.updates = 1

    def measure(self, seconds: float, updates: int) -> None:
        """So many updates took so long."""
        if updates and seconds > 0:
            self.updates = max(1, min(LONGEST_STRIDE, int(STRIDE_S * updates / seconds)))
