"""A process that looks into runs: `python -m lab.insight.inside.process`."""

from lab.aside.process import serve
from lab.aside.progress import Tell
from lab.aside.wire import Arrays, Values
from lab.errors import LookError
from lab.insight.inside.job import unpacked, worked_out


def look(values: Values, arrays: Arrays, tell: Tell) -> tuple[Values, Arrays]:
    """Raises RunError."""
    return worked_out(unpacked(values, arrays), tell)


if __name__ == "__main__":
    serve(look, LookError("inside.too_much_memory"))
