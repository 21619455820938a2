"""Refusals of the lab: a stable code and the values for its sentence, which stands in both languages in `lab/texts`."""

from typing import Any, Final

# a file is too large in more ways than one
TOO_LARGE: Final = ("too_many_rows", "too_many_columns", "cell_too_long", "line_too_long")


class LabError(ValueError):
    """Something a person can mend; `lab.texts.say_error(error, language)` turns it into a sentence.

    Args:
        code: what is wrong; also the key of the sentence, where `message_key` says no other.
        values: what fills its blanks.
    """

    def __init__(self, code: str, **values: Any) -> None:
        self.code = code
        self.values = values
        super().__init__(f"{code} {values}" if values else code)

    @property
    def message_key(self) -> str:
        """Key of the sentence in the catalogue."""
        return self.code


class TableError(LabError):
    """The bytes are not a table that can be read.

    Args:
        key: of the sentence in the catalogue, "table.<name>". `code` is the name alone; files that exceed one limit
            or another have sentences of their own and share the code "too_large".
    """

    def __init__(self, key: str, **values: Any) -> None:
        super().__init__(key, **values)
        self._key = key
        name = key.removeprefix("table.")
        self.code = "too_large" if name in TOO_LARGE else name

    @property
    def message_key(self) -> str:
        return self._key


class DataError(LabError):
    """The table is fine, but not what was asked of it (target, split, columns)."""


class ExperimentError(LabError):
    """A field of an Experiment has a value that is not allowed."""


class RunError(LabError):
    """A run that cannot be started or reached."""


class LookError(LabError):
    """A look into a run took too long or too much memory, or its process died; the run itself is well."""
