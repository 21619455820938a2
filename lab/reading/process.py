"""A reading process: `python -m lab.reading.process` reads files and writes what came of them."""

from lab.aside.process import serve
from lab.aside.progress import Tell
from lab.aside.wire import Arrays, Values
from lab.errors import TableError
from lab.reading.file import read_file
from lab.reading.replies import answer, asked


def read(values: Values, arrays: Arrays, tell: Tell) -> tuple[Values, Arrays]:
    """Raises TableError."""
    content, wish, limits = asked(values, arrays)
    return answer(read_file(content, wish, limits, tell))


if __name__ == "__main__":
    serve(read, TableError("table.too_much_memory"))
