"""Python's own reader of Python text, where several threads read at once; NumPy reads the head of each array by it."""

from collections.abc import Callable
from typing import Final, TypeVar

T = TypeVar("T")

TRIES: Final = 20


def undisturbed(read: Callable[[], T]) -> T:
    """What `read` returns, which builds a syntax tree: `ast.parse`, `ast.literal_eval`, the head of an array.

    Before Python 3.11.9 and 3.12.3 a second thread that builds one in the middle of the first makes one of them raise
    SystemError ("AST constructor recursion depth mismatch", https://github.com/python/cpython/issues/106905). Then it
    is read again.

    Args:
        read: begins anew at each call.

    Raises:
        whatever `read` raises; SystemError after so many tries only.
    """
    for _ in range(TRIES - 1):
        try:
            return read()
        except SystemError:
            continue
    return read()
