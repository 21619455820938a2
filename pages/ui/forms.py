"""Forms drawn from the `params` table of any registered part: a new layer or optimizer needs no line here.

No widget has a smallest or largest value: the browser would answer a wrong one in its own words, or not at all.
The widget takes what is typed, the Experiment refuses, and the reason stands below the widget.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lab.edits.places import Place, as_other_layer, inner_place, layers_of_kind
from lab.edits.typed import read_value, step_of, tenfold
from lab.spec.experiment import Experiment
from lab.texts import Language, say
from netcore.layers.wrapper import LayerParam
from netcore.params import BoolParam, ChoiceParam, FloatParam, IntParam, Param
from pages.ui.problems import tell_at
from pages.ui.state import AppState, Change, edit, edit_part, set_widget_value, widget_value
from pages.ui.text import about, argument_help, argument_name, name_of, tell_error

T = TypeVar("T")


def part_form(place: Place, state: AppState) -> None:
    """All arguments of a part; those that a first lesson does not need are folded away."""
    params = place.params(state.experiment)
    plain = [(name, param) for name, param in params.items() if not param.advanced]
    for name, param in two_abreast((name, param) for name, param in plain if not isinstance(param, LayerParam)):
        argument_field(place, name, param, state)
    for name, param in plain:
        if isinstance(param, LayerParam):
            inner_layer_form(place, name, param, state)
    advanced = {name: param for name, param in params.items() if param.advanced}
    if advanced:
        with st.expander(say("form.advanced", state.language)):
            for name, param in advanced.items():
                argument_field(place, name, param, state)


def two_abreast(items: Iterable[T]) -> Iterator[T]:
    """Each item while the half of a row is open that belongs to it; on a phone they stand below each other in order."""
    row: list[DeltaGenerator] = []
    for item in items:
        row = row or list(st.columns(2, gap="small"))
        with row.pop(0):
            yield item


def type_field(place: Place, state: AppState, label: str) -> None:
    """Which optimizer, which loss. A newly chosen part starts at its defaults."""

    chosen = place.get(state.experiment).type
    choice_field(
        label,
        place.registry.names(),
        chosen,
        state.key(place.name, "type"),
        place.with_type,
        state,
        show=lambda name: name_of(place.kind, name, state.language),
        help=about(place.kind, chosen, state.language) or None,
        take=edit_part,
    )


def inner_layer_form(place: Place, argument: str, param: LayerParam, state: AppState) -> None:
    """A layer that is an argument of another: which one, and what a first lesson needs of its own arguments."""
    inner = inner_place(place, argument)
    layer = inner.get(state.experiment)
    with st.container(border=True, gap="small", key=f"inner-{inner.name}"):
        choice_field(
            argument_name(place.kind, place.get(state.experiment).type, argument, state.language),
            layers_of_kind(param.base),
            layer.type,
            state.key(inner.name, "type"),
            lambda experiment, chosen: inner.put(experiment, as_other_layer(inner.get(experiment), chosen)),
            state,
            show=lambda name: name_of("layer", name, state.language),
            take=edit_part,
        )
        simple = [
            (name, own)
            for name, own in inner.params(state.experiment).items()
            if not own.advanced and not isinstance(own, LayerParam)
        ]
        for name, own in two_abreast(simple):
            argument_field(inner, name, own, state)


def argument_field(place: Place, name: str, param: Param, state: AppState, *, before: str = "") -> None:
    """The widget that fits an argument's description. `before` goes before its label."""
    part = place.get(state.experiment)
    value = part.filled(place.registry).get(name)
    key = state.key(place.name, part.type, name)
    label = f"{before}{argument_name(place.kind, part.type, name, state.language)}"
    help = argument_help(place.kind, part.type, name, state.language)

    def change(experiment: Experiment, new: Any) -> Experiment:
        return place.with_argument(experiment, name, new)

    if isinstance(param, BoolParam):
        switch_field(label, bool(value), key, change, state, help=help)
    elif isinstance(param, ChoiceParam):
        options = [*([None] if param.optional else []), *param.names()]
        choice_field(label, options, value, key, change, state, show=_choice_name(state.language), help=help)
    elif isinstance(param, FloatParam) and param.log:
        tenfold_field(label, value, key, change, state, help=help)
    elif isinstance(param, FloatParam | IntParam):
        number_field(label, value, key, change, state, help=help, whole=isinstance(param, IntParam))
    else:
        written_field(label, value, key, change, state, help=help)


def number_field(
    label: str,
    value: float | None,
    key: str,
    change: Change,
    state: AppState,
    *,
    whole: bool = False,
    step: float | None = None,
    help: str | None = None,
    disabled: bool = False,
) -> None:
    """A number, whole or real, of any size."""
    kind: type = int if whole else float
    st.number_input(
        label,
        value=None if value is None else kind(value),
        step=kind(step or (1 if whole else 0.1)),
        format="%d" if whole else "%g",
        key=key,
        on_change=edit,
        args=(key, change),
        help=help,
        placeholder=say("form.none", state.language),
        disabled=disabled,
    )
    show_refusal(key, state)


def tenfold_field(
    label: str, value: float | None, key: str, change: Change, state: AppState, *, help: str | None = None
) -> None:
    """A number that is tried in steps of ten, with a button for one step down and one up."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", wrap=False):
        st.number_input(
            label,
            value=None if value is None else float(value),
            step=step_of(value),
            format="%g",
            key=key,
            on_change=edit,
            args=(key, change),
            help=help,
            placeholder=say("form.none", state.language),
        )
        for name, sign in (("down", "÷10"), ("up", "×10")):
            st.button(sign, key=f"{key}.{name}", on_click=_tenfold, args=(key, name == "up", change))
    show_refusal(key, state)


def text_field(label: str, value: str, key: str, change: Change, state: AppState, *, help: str | None = None) -> None:
    """One line of text."""
    st.text_input(label, value=value, key=key, on_change=edit, args=(key, change), help=help)
    show_refusal(key, state)


def written_field(
    label: str, value: Any, key: str, change: Change, state: AppState, *, help: str | None = None
) -> None:
    """A value as Python writes it, such as (3, 3): for arguments that are neither one number nor one of a few."""
    st.text_input(
        label,
        value="" if value is None else repr(value),
        key=key,
        on_change=edit,
        args=(key, lambda experiment, text: change(experiment, read_value(text))),
        help=help,
        placeholder=say("form.none", state.language),
    )
    show_refusal(key, state)


def choice_field(
    label: str,
    options: Sequence[Any],
    value: Any,
    key: str,
    change: Change,
    state: AppState,
    *,
    show: Callable[[Any], str] = str,
    help: str | None = None,
    disabled: bool = False,
    take: Callable[[str, Change], None] = edit,
) -> None:
    """One of a few. `take` is the callback: `edit_anew` where other widgets show what changes too."""
    st.selectbox(
        label,
        options,
        index=list(options).index(value) if value in options else None,
        format_func=show,
        key=key,
        on_change=take,
        args=(key, change),
        help=help,
        placeholder=say("form.choose", state.language),
        disabled=disabled,
    )
    show_refusal(key, state)


def switch_field(
    label: str, value: bool, key: str, change: Change, state: AppState, *, help: str | None = None
) -> None:
    """Yes or no."""
    st.toggle(label, value=value, key=key, on_change=edit, args=(key, change), help=help)
    show_refusal(key, state)


def show_refusal(key: str, state: AppState) -> None:
    """Why the value above was not taken (the last valid one stays in force), and what speaks against the one it has."""
    tell_at(key.split(".", 1)[1], state)
    if key in state.refusals:
        st.error(tell_error(state.refusals[key], state.language))
        st.caption(say("form.kept", state.language))


def _tenfold(key: str, up: bool, change: Change) -> None:
    value = widget_value(key)
    if value is not None:
        set_widget_value(key, tenfold(value, up=up))
        edit(key, change)


def _choice_name(language: Language) -> Callable[[Any], str]:
    return lambda name: say("form.none", language) if name is None else str(name)
