"""A refusal as plain values, so that it crosses a pipe."""

from typing import Any

from lab import errors
from lab.errors import LabError


def refusal_values(refusal: LabError) -> dict[str, Any]:
    return {"kind": type(refusal).__name__, "key": refusal.message_key, "values": refusal.values}


def refusal_of(values: dict[str, Any]) -> LabError:
    """What `refusal_values` was given."""
    kind = getattr(errors, values["kind"])
    refusal: LabError = kind(values["key"], **values["values"])
    return refusal
