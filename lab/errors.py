"""Refusals of the lab: a stable code and the values for its sentence, which stands in both languages in `lab/texts`."""

from typing import Any


class LabError(ValueError):
    """Something a person can mend; `lab.texts.say_error(error, language)` turns it into a sentence.

    Args:
        code: key of the sentence in the catalogue.
        values: what fills its blanks.
    """

    def __init__(self, code: str, **values: Any) -> None:
        self.code = code
        self.values = values
        super().__init__(f"{code} {values}" if values else code)


class TableError(LabError):
    """The bytes are not a table that can be read."""


class DataError(LabError):
    """The table is fine, but not what was asked of it (target, split, columns)."""


class ExperimentError(LabError):
    """A field of an Experiment has a value that is not allowed."""


class RunError(LabError):
    """A run that cannot be started or reached."""
