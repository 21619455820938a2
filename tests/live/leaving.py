"""Someone who leaves while a process works for them."""

from typing import NoReturn

from lab.aside.progress import Progress


class Left(BaseException):
    """As Streamlit's, where a person left the page or clicked something else."""


def leave(_progress: Progress) -> NoReturn:
    """Told how far it is, as `lab.aside.progress.Tell`."""
    raise Left
