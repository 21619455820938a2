"""Units of one layer: what each responds to, what the first layer looks at, how rows and units lie in the layer."""

from html import escape

import pandas as pd
import streamlit as st

from lab.charts.figure_cache import once_drawn
from lab.charts.inside_units import by_target, correlations, embedded, tiles, weights_of_inputs
from lab.insight.inside.look import LayerLook
from lab.insight.inside.units import (
    MOST_UNITS,
    Responses,
    correlation,
    embedding,
    responses,
    row_images,
    surfaces,
    weight_images,
    weight_table,
)
from lab.insight.inside.views import rows_told, targets_of
from lab.studies.words import number
from lab.texts import say
from pages.ui.chart import show_chart
from pages.ui.inside.layers import layer_choice
from pages.ui.inside.scene import Scene
from pages.ui.inside.state import InsideView
from pages.ui.state import AppState


def units_look(state: AppState, scene: Scene) -> None:
    """Pictures of the units, then one unit from close by."""
    layer = layer_choice(state, scene)
    found = responses(scene.experiment, scene.model, scene.rows, layer.id)
    order = found.by_activity
    first = layer.id == scene.look.layers[0].id
    seen = surfaces(scene.experiment, scene.model, scene.dataset, layer.id, order)
    if seen is not None:
        names = [unit_name(state, unit) for unit in seen.units]
        alt = say("inside.alt.surfaces", state.language, layer=scene.title(layer, state.language))
        pictures("inside-surfaces", tiles(seen, names), alt)
        st.caption(say("inside.surfaces", state.language))
    if first:
        first_weights(state, scene, order)
    one_unit(state, scene, layer, found, order)


def pictures(key: str, shown: str, alt: str) -> None:
    """Args: alt: what they show, for those who do not see them."""
    with st.container(key=key):
        st.html(f'<div role="group" aria-label="{escape(alt)}">{shown}</div>')


def unit_name(state: AppState, unit: int) -> str:
    return say("inside.unit", state.language, number=unit + 1)


def first_weights(state: AppState, scene: Scene, order: list[int]) -> None:
    """As images where the inputs are pixels, else by the names of the inputs."""
    language = state.language
    images = weight_images(scene.experiment, scene.model, scene.dataset, order)
    if images is not None:
        names = [unit_name(state, unit) for unit in images.units]
        pictures("inside-weights", tiles(images, names), say("inside.alt.weights", language))
        st.caption(say("inside.weight_images", language))
        return
    table = weight_table(scene.experiment, scene.model, scene.dataset, order)
    if table is not None:
        chart = once_drawn(weights_of_inputs, table, language=language)
        show_chart(chart, "inside-weights", alt=say("inside.alt.weights", language))
        st.caption(say("inside.weight_table", language))


def one_unit(state: AppState, scene: Scene, layer: LayerLook, found: Responses, order: list[int]) -> None:
    """The rows that make it most active, and what it gives for which target."""
    language, view = state.language, state.held(InsideView)
    shown = order[:MOST_UNITS]
    view.unit = st.selectbox(
        say("inside.which_unit", language),
        shown,
        index=shown.index(view.unit) if view.unit in shown else 0,
        format_func=lambda unit: unit_name(state, unit),
        key=f"inside-unit-{scene.record.number}-{layer.id}",
        width=480,
    )
    best, spread = st.columns(2, gap="medium")
    with best:
        best_rows(state, scene, found, view.unit)
    with spread:
        target, classes = targets_of(scene.dataset, scene.rows)
        titles = (scene.dataset.target_name, unit_name(state, view.unit))
        chart = once_drawn(by_target, found.given[:, view.unit], target, classes, titles, language=language)
        show_chart(chart, "inside-unit", alt=say("inside.alt.unit", language, unit=unit_name(state, view.unit)))
        st.caption(say("inside.by_target" if classes else "inside.by_number", language))


def best_rows(state: AppState, scene: Scene, found: Responses, unit: int) -> None:
    language, places = state.language, found.best_rows(unit)
    told = rows_told(scene.dataset, scene.rows, places)
    images = row_images(scene.dataset, told.places)
    if images is not None:
        names = [
            say(
                "inside.best_image",
                language,
                row=f"{row:,}",
                target=target,
            )
            for row, target in zip(told.rows, told.targets, strict=True)
        ]
        pictures("inside-best", tiles(images, names, signed=False), say("inside.alt.best", language))
    else:
        table = {
            say("evaluate_page.worst_row", language): told.rows,
            say("inside.response", language): [number(float(found.given[place, unit])) for place in places],
            scene.dataset.target_name: told.targets,
            **told.columns,
        }
        st.dataframe(pd.DataFrame(table), hide_index=True)
    st.caption(say("inside.best_places" if found.over_places else "inside.best", language))


def together_look(state: AppState, scene: Scene) -> None:
    """All units of one layer: the rows as they lie in it, and which units say the same."""
    language, layer = state.language, layer_choice(state, scene)
    found = responses(scene.experiment, scene.model, scene.rows, layer.id)
    target, classes = targets_of(scene.dataset, scene.rows)
    name = scene.title(layer, language)
    plane, alike = st.columns(2, gap="medium")
    with plane:
        st.markdown(f"**{say('inside.embedding', language)}**")
        chart = once_drawn(
            embedded, embedding(found.given), target, classes, scene.dataset.target_name, language=language
        )
        show_chart(chart, "inside-embedding", alt=say("inside.alt.embedding", language, layer=name))
        st.caption(say("inside.embedding.about", language))
    with alike:
        st.markdown(f"**{say('inside.correlation', language)}**")
        shown = found.by_activity[:MOST_UNITS]
        shown.sort()
        chart = once_drawn(correlations, correlation(found.given, shown), shown)
        show_chart(chart, "inside-correlation", alt=say("inside.alt.correlation", language, layer=name))
        st.caption(say("inside.correlation.about", language))
