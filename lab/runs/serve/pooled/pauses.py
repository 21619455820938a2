"""How long to wait before what failed is tried again: a little at first, longer each time, never for ever."""

FIRST_S = 1.0
LONGEST_S = 60.0


class Pauses:
    """1, 2, 4, … 60 seconds."""

    def __init__(self) -> None:
        self._next_s = FIRST_S

    def next_s(self) -> float:
        """The pause after one more failure."""
        pause_s = self._next_s
        self._next_s = min(2 * pause_s, LONGEST_S)
        return pause_s

    def over(self) -> None:
        """It worked: the next failure is the first again."""
        self._next_s = FIRST_S
