"""How each kind of verdict looks, on every page: an icon, a box, the colour of a badge. The word stands beside it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

import streamlit as st


@dataclass(frozen=True)
class Look:
    icon: str
    box: Callable[..., Any]
    color: Literal["green", "orange", "red", "gray"]


def _look(icon: str, tone: Literal["good", "care", "wrong", "open"]) -> Look:
    tones: dict[str, tuple[Callable[..., Any], Literal["green", "orange", "red", "gray"]]] = {
        "good": (st.success, "green"),
        "care": (st.warning, "orange"),
        "wrong": (st.error, "red"),
        "open": (st.info, "gray"),
    }
    return Look(f":material/{icon}:", *tones[tone])


LOOKS: Final[dict[str, Look]] = {
    "good_fit": _look("check_circle", "good"),
    "overfit": _look("call_split", "care"),
    "underfit": _look("trending_flat", "care"),
    "no_signal": _look("signal_disconnected", "care"),
    "drift": _look("moving", "care"),
    "too_large": _look("speed", "wrong"),
    "diverged": _look("error", "wrong"),
    "not_finished": _look("hourglass_bottom", "open"),
    "not_enough_data": _look("help", "open"),
}
