"""Clocks that go on only when told, so that no test has to sleep."""


class Clock:
    """Seconds, as the code under test asks for them.

    Args:
        step: how far each look at the clock puts it forward.
    """

    def __init__(self, step: float = 0.0) -> None:
        self.now, self.step = 0.0, step

    def __call__(self) -> float:
        self.now += self.step
        return self.now
