"""Loss bench: a prediction is moved by sliders or arrow keys, and every loss says what it makes of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import pandas as pd
import streamlit as st
from plotly.graph_objects import Figure
from streamlit.delta_generator import DeltaGenerator

from lab.charts import losses as charts
from lab.charts.figure_cache import once_drawn
from lab.insight.loss_bench import (
    FIRST_SCORES,
    LETTERS,
    OUTPUTS,
    PROBLEMS,
    REACH,
    WORDS,
    Alignments,
    Combine,
    Problem,
    Scene,
    alignments,
    outputs,
    scene,
)
from lab.texts import Language, say
from pages.ui.chart import show_chart
from pages.ui.state import app_state
from pages.ui.text import about, heading, name_of

CLASSES = ("A", "B", "C")
SHOWN_PATHS = 12
T = TypeVar("T")


@dataclass
class Scores:
    """What the sliders of each time step were set to."""

    of_steps: list[tuple[float, ...]] = field(default_factory=lambda: list(FIRST_SCORES))


def page() -> None:
    language = app_state().language
    heading(say("page.loss_bench", language))
    problem: Problem = choice("problem", language, PROBLEMS, lambda name: say(f"loss_bench.{name}", language))
    st.caption(say(f"loss_bench.{problem}.try", language))
    BENCHES[problem](language)


@st.fragment
def regression(language: Language) -> None:
    settings, pictures = st.columns([1, 3], gap="medium")
    with settings:
        target = slider("regression.target", language, 3.0, 1.0)
        prediction = slider("regression.prediction", language, REACH["regression"], -1.0)
        now = scene("regression", [target], [prediction])
    with pictures:
        pair("regression", now, say("loss_bench.regression.x", language), language)
    table(now, language)


@st.fragment
def binary(language: Language) -> None:
    settings, pictures = st.columns([1, 3], gap="medium")
    with settings:
        target: int = choice("binary.target", language, (1, 0), str)
        score = slider("binary.score", language, REACH["binary"], -2.0)
        now = scene("binary", [target], [score])
        st.markdown(say("loss_bench.binary.sigmoid", language, score=score, share=now.shares[0]))
    with pictures:
        pair("binary", now, say("loss_bench.binary.x", language), language)
    table(now, language)


@st.fragment
def categorical(language: Language) -> None:
    settings, pictures = st.columns([1, 3], gap="medium")
    with settings:
        right: str = choice("categorical.target", language, CLASSES, str)
        scores = [
            slider("categorical.score", language, REACH["categorical"], start, name=name)
            for name, start in zip(CLASSES, (-1.0, 2.0, 0.0), strict=True)
        ]
        now = scene("categorical", [name == right for name in CLASSES], scores, CLASSES.index(right))
        shares = " · ".join(f"{name} {share:.0%}" for name, share in zip(CLASSES, now.shares, strict=True))
        st.markdown(say("loss_bench.categorical.softmax", language, shares=shares))
    with pictures:
        pair("categorical", now, say("loss_bench.categorical.x", language, name=right), language)
    table(now, language)


@st.fragment
def several_outputs(language: Language) -> None:
    settings, pictures = st.columns([1, 3], gap="medium")
    names = {name: say(f"loss_bench.outputs.{name}", language) for name in OUTPUTS}
    with settings:
        scores = [
            slider(f"outputs.{name}_score", language, reach, start)
            for name, reach, start in (("temperature", 4.0, 1.5), ("rain", 6.0, -1.0))
        ]
        weights = [
            slider("outputs.weight", language, 5.0, 1.0, low=0.0, step=0.5, name=title) for title in names.values()
        ]
    ways: tuple[Combine, ...] = ("sum", "mean")
    found = {say(f"loss_bench.outputs.{way}", language): outputs(scores, (0, 1), weights, way) for way in ways}
    with pictures:
        left, right = st.columns(2)
        parts = {title: {names[name]: part for name, part in one.parts.items()} for title, one in found.items()}
        left.markdown(f"**{say('loss_bench.outputs.total', language)}**")
        picture(left, once_drawn(charts.stacked, parts), "total")
        pushed = {title: [one.gradient[name] for name in OUTPUTS] for title, one in found.items()}
        right.markdown(f"**{say('loss_bench.push', language)}**")
        picture(right, once_drawn(charts.pushes, list(names.values()), pushed, list(found)), "push")
        for way, one in zip(ways, found.values(), strict=True):
            terms = dict(zip(("first", "second"), one.losses.values(), strict=True))
            weighted = dict(zip(("v", "w"), weights, strict=True))
            st.markdown(say(f"loss_bench.outputs.{way}_line", language, **terms, **weighted, total=one.total))


@st.fragment
def ctc(language: Language) -> None:
    settings, pictures = st.columns([1, 3], gap="medium")
    with settings:
        word: str = choice("ctc.word", language, tuple(WORDS), str, start="AB")
        step: int = choice("ctc.step", language, tuple(range(len(FIRST_SCORES))), lambda place: str(place + 1))
        scores = app_state().held(Scores).of_steps
        # the sliders of other time steps are not on the screen, and so not kept by the page
        scores[step] = tuple(
            slider("ctc.score", language, 4.0, start, name=letter, key=f"ctc-{step}-{letter}")
            for letter, start in zip(LETTERS, scores[step], strict=True)
        )
    found = alignments(scores, word)
    with pictures:
        left, right = st.columns(2)
        left.markdown(f"**{say('loss_bench.ctc.probabilities', language)}**")
        picture(
            left, once_drawn(charts.steps, found.probabilities, LETTERS, step, signed=False, language=language), "steps"
        )
        right.markdown(f"**{say('loss_bench.ctc.gradient', language)}**")
        picture(
            right, once_drawn(charts.steps, found.gradient, LETTERS, step, signed=True, language=language), "slopes"
        )
        paths(found, word, language)


def paths(found: Alignments, word: str, language: Language) -> None:
    """The alignments that CTC adds up, and that their sum is the loss."""
    said = found.said or say("loss_bench.ctc.nothing", language)
    count = len(found.paths)
    st.markdown(
        say("loss_bench.ctc.sum", language, word=word, count=count, total=found.total, loss=found.loss, said=said)
    )
    path, chance, share = (say(f"loss_bench.ctc.{name}", language) for name in ("path", "chance", "share"))
    rows = [
        {path: " ".join(one.text), chance: f"{one.probability:.4f}", share: one.share}
        for one in found.paths[:SHOWN_PATHS]
    ]
    bar = st.column_config.ProgressColumn(format="percent", min_value=0.0, max_value=1.0)
    st.dataframe(pd.DataFrame(rows), hide_index=True, column_config={share: bar}, height="content")
    if count > SHOWN_PATHS:
        st.caption(say("loss_bench.ctc.shown", language, shown=SHOWN_PATHS, count=count))


# --- what the benches share


def slider(
    text: str,
    language: Language,
    high: float,
    start: float,
    *,
    low: float | None = None,
    step: float = 0.1,
    name: str = "",
    key: str = "",
) -> float:
    """A slider from `low` (-high) to `high`, which the arrow keys move by one step."""
    label = say(f"loss_bench.{text}", language, name=name)
    return st.slider(
        label,
        -high if low is None else low,
        high,
        start,
        step,
        format="%.1f",
        key=f"loss-bench-{key or f'{text}-{name}'}",
        persist_state=None if key else "session",
    )


def choice(
    text: str, language: Language, options: tuple[T, ...], shown: Callable[[T], str], start: T | None = None
) -> T:
    chosen: T = st.segmented_control(
        say(f"loss_bench.{text}", language),
        options,
        default=options[0] if start is None else start,
        required=True,
        format_func=shown,
        key=f"loss-bench-{text}",
        persist_state="session",
        wrap=True,
    )
    return chosen


def losses_drawn(problem: Problem, now: Scene, language: Language) -> list[str]:
    """The losses to be drawn; at first those whose curves can share an axis."""
    drawn: list[str] = st.pills(
        say("loss_bench.drawn", language),
        now.names,
        selection_mode="multi",
        default=now.legible,
        format_func=lambda name: short(name, language),
        key=f"loss-bench-drawn-{problem}",
        persist_state="session",
        wrap=True,
    )
    return [name for name in now.names if name in drawn]


def pair(problem: Problem, now: Scene, x: str, language: Language) -> None:
    """Loss and slope side by side, below each other on a phone; of classes the slope along each score."""
    left, right = st.columns(2)
    drawn = losses_drawn(problem, now, language)  # below the pictures: on a phone they stand next to the sliders
    names = {name: short(name, language) for name in now.names}
    left.markdown(f"**{say('loss_bench.loss', language)}**")
    picture(left, once_drawn(charts.curves, now, drawn, "loss", names, x), "loss")
    if problem == "categorical":
        pushed = {names[name]: now.push(name) for name in drawn}
        right.markdown(f"**{say('loss_bench.push', language)}**")
        picture(right, once_drawn(charts.pushes, CLASSES, pushed, list(names.values())), "gradient")
    else:
        right.markdown(f"**{say('loss_bench.gradient', language)}**")
        picture(right, once_drawn(charts.curves, now, drawn, "gradient", names, x), "gradient")


def short(name: str, language: Language) -> str:
    """A name that a legend has room for; the class's own where the catalogue has none."""
    return name_of("loss_bench.short", name, language)


def picture(place: DeltaGenerator, chart: Figure, key: str) -> None:
    show_chart(chart, f"loss-bench-{key}", place=place)


def table(now: Scene, language: Language) -> None:
    """Every loss of the problem at the present prediction, in words and numbers."""
    titles = [say(f"loss_bench.{name}", language) for name in ("name", "loss", "gradient", "about")]
    rows = []
    for name in now.names:
        loss, slope = ("–" if value is None else f"{value:z.4f}" for value in now.numbers(name))
        row = (name_of("loss", name, language), loss, slope, about("loss", name, language))
        rows.append(dict(zip(titles, row, strict=True)))
    st.dataframe(pd.DataFrame(rows), hide_index=True, height="content")


BENCHES: dict[Problem, Callable[[Language], None]] = {
    "regression": regression,
    "binary": binary,
    "categorical": categorical,
    "outputs": several_outputs,
    "ctc": ctc,
}

page()
