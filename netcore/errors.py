"""Errors and warnings that teach: a stable code, the values, and an English sentence built from both.

`code` and `values` travel with the error, so another language needs no parsing of the sentence.
The classes sit beside Python's own, because a Keras program catches ValueError, TypeError or AttributeError.
"""

from typing import Any, NamedTuple


class NetcoreError(Exception):
    """Base of every error of netcore; never raised itself.

    Args:
        code: stable name of the case, such as "param.int_below".
        template: English sentence with {blanks}.
        values: what fills the blanks.
    """

    def __init__(self, code: str, template: str, **values: Any) -> None:
        self.code = code
        self.values = values
        super().__init__(template.format(**values))


class NetcoreValueError(NetcoreError, ValueError):
    """A value that cannot be used."""


class NetcoreFileError(NetcoreValueError, FileNotFoundError):
    """A file that is not there. Keras raises ValueError for a model's and FileNotFoundError for that of weights."""


class NetcoreTypeError(NetcoreError, TypeError):
    """An argument of the wrong kind, or in the wrong place."""


class NetcoreAttributeError(NetcoreError, AttributeError):
    """A name that does not exist; says the nearest one that does."""


class NetcoreRuntimeError(NetcoreError, RuntimeError):
    """Something that happened while a program ran, and that it asked to be told as an error."""


class NetcoreWarning(UserWarning):
    """Something that runs but will surprise the learner; `code` and `values` as for the errors."""

    def __init__(self, code: str, template: str, **values: Any) -> None:
        self.code = code
        self.values = values
        super().__init__(template.format(**values))


class Advice(NamedTuple):
    """What a loss says about a model or targets that will surprise the learner: a NetcoreWarning to be.

    The frame fills the blanks {loss} and, about a model, {layer}, {activation} and {function}.
    """

    code: str
    sentence: str
