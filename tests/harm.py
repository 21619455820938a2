"""What may become of a file that lies on a server's disk."""

from collections.abc import Callable
from pathlib import Path
from typing import Final


def _with_a_bit_flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _cut_off(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


HARM: Final[dict[str, Callable[[Path], object]]] = {
    "cut off": _cut_off,
    "a bit": _with_a_bit_flipped,
    "empty": lambda path: path.write_bytes(b""),
    "another one": lambda path: path.write_bytes(b"a,b\n3,4\n"),
    "gone": Path.unlink,
}
