"""The time slider: what a finished run had learned by any of its epochs, from its weights of then."""

from collections import OrderedDict

import streamlit as st
from plotly.graph_objects import Figure

from lab.charts.curves import curves
from lab.charts.evaluation import confusion, predicted_actual
from lab.charts.figure_cache import once_drawn
from lab.charts.surface import fit_line, surface
from lab.data.prepare import Dataset
from lab.errors import LabError
from lab.insight.evaluate import Evaluation
from lab.insight.moment import Moment, moment
from lab.model.quantities import quantity
from lab.runs.kept.record import RunRecord
from lab.runs.kept.replay import epoch_beside
from lab.studies.words import number
from lab.texts import say
from pages import page_named
from pages.ui.chart import show_chart
from pages.ui.compare.back import epoch_in_reach, trainer_back_at
from pages.ui.network_drawing import network_drawing
from pages.ui.slow_motion import MotionView
from pages.ui.state import AppState, keep_newest, set_widget_value, widget_value
from pages.ui.text import plain, tell, tell_error

KEPT_MOMENTS = 48


def slider_section(state: AppState, record: RunRecord, dataset: Dataset) -> None:
    """The slider, and what the network said at that epoch. Moving it draws nothing else of the page anew."""
    if not record.last_good_epoch:
        st.info(say("evaluate_page.nothing_learned", state.language))
        return
    st.fragment(look_back)(state, record, dataset)


def look_back(state: AppState, record: RunRecord, dataset: Dataset) -> None:
    epoch = epoch_slider(state, f"moment-{record.number}", record.last_good_epoch, "moment")
    st.caption(say("slider.about", state.language))
    slowly(state, record, epoch)
    try:
        epoch = epoch_in_reach(state, record, epoch)
        then = moment_at(state, record, dataset, epoch)
    except LabError as refusal:
        st.warning(tell_error(refusal, state.language))
        return
    left, right = st.columns([3, 2], gap="medium")
    with left:
        picture(state, then, dataset, epoch)
    with right:
        losses_then(state, record, epoch)
    network_drawing(then.network, state.language, "moment-network")


def slowly(state: AppState, record: RunRecord, epoch: int) -> None:
    """The way to one update of that epoch, taken apart."""
    motion = page_named("slow_motion")
    if st.button(say("slow_page.link", state.language), key="slider-slowly", icon=motion.icon, type="tertiary"):
        state.held(MotionView).ask(record.id, epoch)
        st.switch_page(motion.file)


def epoch_slider(state: AppState, key: str, last: int, name: str) -> int:
    """The slider with a button on either side; `name` tells its buttons from those of others."""
    _remember(key, last)
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", wrap=False):
        for way, sign, step in (("back", "◀", -1), ("on", "▶", 1)):
            st.button(
                sign,
                key=f"{name}-{way}",
                help=say(f"slider.{way}", state.language),
                on_click=_step,
                args=(key, step, last),
            )
        return int(st.slider(say("slider.epoch", state.language), 0, last, key=key))


def _remember(key: str, last: int) -> None:
    """The slider stands at the end when it is first drawn; its value is set here since buttons set it too."""
    try:
        widget_value(key)
    except KeyError:
        set_widget_value(key, last)


def _step(key: str, step: int, last: int) -> None:
    set_widget_value(key, epoch_beside(int(widget_value(key)), step, last))


# --- back to an epoch


def moment_at(state: AppState, record: RunRecord, dataset: Dataset, epoch: int) -> Moment:
    """What the network said after `epoch` epochs; the last ones that were looked at are at hand.

    Raises:
        LabError "run.damaged".
    """
    kept: OrderedDict[tuple[str, int, int], Moment] = state.memo.setdefault("moments", OrderedDict())
    key = (record.id, record.epochs_done, epoch)
    if key not in kept:
        kept[key] = moment(trainer_back_at(state, record, dataset, epoch).model, record, dataset)
        keep_newest(kept, KEPT_MOMENTS)
    kept.move_to_end(key)
    return kept[key]


# --- what it looked like


def picture(state: AppState, then: Moment, dataset: Dataset, epoch: int) -> None:
    """The border, the curve, or how each row fared."""
    language, target = state.language, dataset.target_name
    if then.plane is not None:
        chart = surface(then.plane, dataset.classes, target, dataset.target_unit, language=language)
        _draw(chart, say("slider.alt.plane", language, epoch=epoch), "moment")
        st.caption(say("slider.plane", language))
    elif then.line is not None:
        chart = fit_line(then.line, target, dataset.target_unit, language=language)
        _draw(chart, say("slider.alt.line", language, epoch=epoch), "moment")
    for name, evaluation in then.evaluations.items():
        if name:
            st.markdown(tell("graph.output_title", language, name=name, target=evaluation.target_name))
        judged(state, then, evaluation, f"moment{name}", epoch)


def judged(state: AppState, then: Moment, evaluation: Evaluation, key: str, epoch: int) -> None:
    """Confusion, or predicted against actual; of texts what was read."""
    language, part = state.language, then.part
    where = say(f"part.{part}", language)
    if part in evaluation.confusion:
        st.caption(say("evaluate_page.confusion", language, part=where))
        chart = once_drawn(confusion, evaluation.confusion[part], evaluation.classes, language=language)
        _draw(chart, say("slider.alt.confusion", language, epoch=epoch), key)
    elif part in evaluation.points:
        st.caption(say("evaluate_page.predicted_actual", language, part=where))
        points: dict[str, tuple[list[float], list[float]]] = {part: evaluation.points[part]}
        chart = once_drawn(predicted_actual, points, evaluation.target_name, evaluation.target_unit, language=language)
        _draw(chart, say("slider.alt.points", language, epoch=epoch), key)
    for sample in evaluation.decoded.get(part, ()):
        st.markdown(f"{plain(sample.actual)} → {plain(sample.predicted) or '–'}")


def _draw(chart: Figure, alt: str, key: str) -> None:
    show_chart(chart, key, alt=alt)


def losses_then(state: AppState, record: RunRecord, epoch: int) -> None:
    """The losses at that epoch, and where on the curves it lies."""
    title = quantity("loss", state.language, record.experiment)
    with st.container(horizontal=True, gap="medium"):
        for name, part in (("loss", "train"), ("val_loss", "validation")):
            values = record.history.get(name)
            if values:
                shown = number(values[epoch - 1]) if epoch else "–"
                st.metric(f"{title} · {say(f'part.{part}', state.language)}", shown)
    if not epoch:
        st.caption(say("slider.untrained", state.language))
    line = record.context.baseline_loss
    chart = curves(record.good_history, language=state.language, title=title, baseline=line, at_epoch=epoch)
    _draw(chart.update_layout(height=330), say("slider.alt.curves", state.language, epoch=epoch), "moment-curves")
