"""Evaluate page, try it yourself: a sample entered by hand or picked, and what the network says to it at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from lab.charts.answer import class_bars, value_on_range
from lab.charts.figure_cache import once_drawn
from lab.charts.pictures import one_image, time_course
from lab.data.prepare import UNKNOWN, Dataset
from lab.data.table import Table
from lab.insight.drawn_image import can_draw, drawn_sample, read_drawing
from lab.insight.evaluate import trained_model
from lab.insight.try_it import (
    Answer,
    Array,
    Knob,
    Picked,
    Value,
    answers,
    by_value,
    knobs,
    part_to_pick_from,
    picked,
    sample_of,
    shiftable,
)
from lab.runs.kept.record import RunRecord
from lab.texts import say
from pages.ui.chart import show_chart
from pages.ui.grid import in_rows
from pages.ui.run.drawing_pad import drawing_pad
from pages.ui.state import AppState, app_state
from pages.ui.text import heading, plain, tell

ABREAST = 2  # knobs beside one another
FEW_KNOBS = 8  # more scroll in a box, so that the answer stays in sight
BOX = 470  # pixels
HOW = ("pick", "draw")


@dataclass
class Tries:
    """How often the knobs were put back: a part of their keys."""

    round: int = 0


def try_section(state: AppState, record: RunRecord, dataset: Dataset, table: Table) -> None:
    """Turning a knob draws this section anew and nothing else of the page."""
    heading(say("try_it.title", state.language))
    with st.container(key="try-it"):
        st.fragment(try_out)(state, record, dataset, table)


def try_out(state: AppState, record: RunRecord, dataset: Dataset, table: Table) -> None:
    said, turned = st.columns([2, 3], gap="large")  # on a phone the answer stands above the knobs
    with turned:
        sample, x = sample_and_input(state, record, dataset, table)
    with said:
        if x is None:
            st.caption(say("try_it.draw_first", state.language))
            return
        model = state.once(
            "tried_model",
            (record.id, record.epochs_done),
            lambda: trained_model(record.experiment, record.weights, dataset),
        )
        found = answers(model, record.experiment, dataset, x)
        for name, answer in found.items():
            show_answer(state, name, answer, sample)


# --- the sample


def sample_and_input(
    state: AppState, record: RunRecord, dataset: Dataset, table: Table
) -> tuple[Picked | None, Array | None]:
    """A sample that is drawn or picked as a whole, None where its values are entered; and what the network gets."""
    if can_draw(record.experiment, dataset) and chosen_to_draw(state, record):
        sample = draw(state, record, dataset)
        return sample, None if sample is None else sample.x
    if by_value(dataset):
        return None, entered(state, record, dataset, table)
    sample = pick(state, record, dataset, table)
    return sample, sample.x


def chosen_to_draw(state: AppState, record: RunRecord) -> bool:
    """Of images a person may draw one."""
    how = st.segmented_control(
        say("try_it.how", state.language),
        HOW,
        default=HOW[0],
        required=True,
        format_func=lambda name: say(f"try_it.how.{name}", state.language),
        key=f"try-how-{record.number}",
        label_visibility="collapsed",
    )
    return how == "draw"


def draw(state: AppState, record: RunRecord, dataset: Dataset) -> Picked | None:
    """A digit drawn by hand, as the images of the data are; None before the first stroke."""
    drawing = read_drawing(drawing_pad(state.language, key=f"try-pad-{record.number}"))
    st.caption(say("try_it.draw_about", state.language))
    if drawing is None:
        return None
    sample = drawn_sample(dataset, drawing)
    show_chart(once_drawn(one_image, sample.images[0]), "try-drawn", alt=say("drawing_pad.about", state.language))
    return sample


def entered(state: AppState, record: RunRecord, dataset: Dataset, table: Table) -> Any:
    """A knob for each value; the sample as the network gets it."""
    turnable = state.once("knobs", dataset.content_hash, lambda: knobs(dataset, table))
    st.caption(say("try_it.about", state.language))
    prefix = f"try-{record.number}-{state.held(Tries).round}"
    values: dict[int, Value] = {}
    with st.container(height=BOX if len(turnable) > FEW_KNOBS else "content", border=False):
        for row in in_rows(turnable, ABREAST):
            for column, knob in zip(st.columns(ABREAST, gap="medium"), row, strict=False):
                with column:
                    values[knob.place] = knob.value(turn(state, knob, f"{prefix}-{knob.place}"))
    st.button(say("try_it.reset", state.language), key="try-reset", icon=":material/undo:", on_click=put_back)
    return sample_of(dataset, values)


def put_back() -> None:
    app_state().held(Tries).round += 1


def turn(state: AppState, knob: Knob, key: str) -> Value:
    name = titled(state, knob)
    if knob.kind == "gap":
        return st.toggle(tell("try_it.gap", state.language, name=knob.name), bool(knob.start), key=key)
    if knob.choices:
        unknown = say("try_it.unknown", state.language)
        return st.selectbox(
            name,
            knob.choices,
            index=knob.choices.index(str(knob.start)),
            format_func=lambda choice: unknown if choice == UNKNOWN else str(choice),
            key=key,
        )
    if knob.whole:
        ends = (int(knob.low), int(knob.high), int(knob.start))
        return float(st.slider(name, *ends, step=int(knob.step), key=key))
    return float(
        st.slider(name, knob.low, knob.high, float(knob.start), step=knob.step, format=f"%.{knob.places}f", key=key)
    )


def titled(state: AppState, knob: Knob) -> str:
    """The column, which part of a date it is, and its unit where the name does not show it."""
    part = f" · {say(f'try_it.part.{knob.part}', state.language)}" if knob.part else ""
    unit = f" [{plain(knob.unit)}]" if knob.unit and knob.unit not in knob.name else ""
    return f"{plain(knob.name)}{part}{unit}"


def pick(state: AppState, record: RunRecord, dataset: Dataset, table: Table) -> Picked:
    """A sample by its number, and for windows a column that is shifted."""
    part = part_to_pick_from(dataset)
    word, count = say(f"part.{part}", state.language), len(dataset.part(part).x)
    st.caption(say("try_it.pick_about", state.language, part=word))
    place = 1
    if count > 1:
        place = st.slider(say("try_it.pick", state.language, part=word), 1, count, key=f"try-pick-{record.number}")
    shifts = shift(state, record, shiftable(dataset))
    sample = picked(record.experiment, dataset, place - 1, shifts)
    st.caption(say("try_it.row", state.language, row=f"{sample.row:,}"))
    alt = {name: say(f"try_it.alt.{name}", state.language, row=sample.row) for name in ("image", "course")}
    for number, pixels in enumerate(sample.images):
        show_chart(once_drawn(one_image, pixels), f"try-image-{number}", alt=alt["image"])
    if sample.course:
        chosen = {name: sample.course[name] for name in shifts or sample.course if name in sample.course}
        units = {name: table.column(name).unit for name in chosen if name in table.column_names}
        chart = once_drawn(time_course, chosen, units, language=state.language)
        show_chart(chart, "try-course", alt=alt["course"])
    return sample


def shift(state: AppState, record: RunRecord, reach: Mapping[str, tuple[float, float]]) -> dict[str, float]:
    """Which column of a window is shifted, and by how much; it is the one that is drawn."""
    if not reach:
        return {}
    column, by = (say(f"try_it.{name}", state.language) for name in ("column", "shift"))
    name = st.selectbox(column, list(reach), key=f"try-column-{record.number}")
    key = f"try-shift-{record.number}-{name}"
    return {name: st.slider(by, *reach[name], 0.0, format="%.3g", key=key)}


# --- the answer


def show_answer(state: AppState, name: str, answer: Answer, sample: Picked | None) -> None:
    """In words, then as a picture."""
    unit = f" {plain(answer.unit)}" if answer.unit else ""
    if name:
        st.markdown(tell("graph.output_title", state.language, name=name, target=answer.target))
    if answer.read is not None:
        said = say("try_it.read", state.language, text=plain(answer.read) or "–")
    elif answer.value is not None:
        number = f"{answer.number}{unit}"
        said = say("try_it.value", state.language, target=plain(answer.target), value=number)
    else:
        said = tell("try_it.class", state.language, name=answer.likeliest)
    st.markdown(f"#### {said}")
    if sample is not None and name in sample.actual:  # of what was drawn nobody knows
        actual = sample.actual[name]
        words = plain(actual) if isinstance(actual, str) else f"{actual:.4g}{unit}"
        st.caption(say("try_it.actual", state.language, actual=words))
    if answer.shares:
        show_chart(once_drawn(class_bars, answer, language=state.language), f"try-answer-{name}", alt=said)
    elif answer.value is not None:
        show_chart(once_drawn(value_on_range, answer, language=state.language), f"try-answer-{name}", alt=said)
