"""Forms drawn from the `params` table of any registered part: a new layer or optimizer needs no line here.

No widget has a smallest or largest value: the browser would answer a wrong one in its own words, or not at all.
The widget takes what is typed, the Experiment refuses, and the reason stands below the widget.
"""

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import streamlit as st

from lab.edits.graph import graph_of
from lab.spec.experiment import Experiment, LayerSpec, PartSpec
from lab.spec.parts import checked_part
from lab.texts import Language, say
from netcore.layers import LAYERS
from netcore.layers.wrapper import LayerParam
from netcore.losses import LOSSES
from netcore.optimizers import OPTIMIZERS
from netcore.params import BoolParam, ChoiceParam, FloatParam, IntParam, Param, defaults
from netcore.registry import Registry
from pages.ui.state import AppState, Change, edit, set_widget_value, widget_value
from pages.ui.text import about, argument_help, argument_name, name_of, tell_error

T = TypeVar("T")


@dataclass(frozen=True)
class Place:
    """Where in the experiment a part stands: how to read it there, and how to put a changed one back."""

    kind: str  # "layer", "optimizer", "loss": first word of its texts
    registry: Registry[Any]
    get: Callable[[Experiment], PartSpec]
    put: Callable[[Experiment, Any], Experiment]
    name: str  # unique among the places; part of the widget keys

    def with_argument(self, experiment: Experiment, argument: str, value: Any) -> Experiment:
        """One argument changed."""
        part = self.get(experiment)
        return self.put(experiment, part.replace(params={**part.params, argument: value}))


OPTIMIZER = Place(
    "optimizer",
    OPTIMIZERS,
    lambda experiment: experiment.compile.optimizer,
    lambda experiment, part: experiment.with_compile(optimizer=part),
    "optimizer",
)
LOSS = Place(
    "loss",
    LOSSES,
    lambda experiment: experiment.compile.loss,
    lambda experiment, part: experiment.with_compile(loss=part),
    "loss",
)


def layer_place(layer: LayerSpec) -> Place:
    """The place of a layer, found by its id wherever it is moved to."""
    return Place(
        "layer",
        LAYERS,
        lambda experiment: next(other for other in experiment.model.layers if other.id == layer.id),
        lambda experiment, part: experiment.with_layer(part),
        f"layer-{layer.id}",
    )


def output_loss(name: str) -> Place:
    """The loss of one output of a functional model."""
    return Place(
        "loss",
        LOSSES,
        lambda experiment: graph_of(experiment).output(name).loss,
        lambda experiment, part: experiment.with_model(graph_of(experiment).with_output(name, loss=part)),
        f"loss-{name}",
    )


def params_of(place: Place, experiment: Experiment) -> dict[str, Param]:
    """The arguments of the part that stands there now."""
    params: dict[str, Param] = place.registry.get(place.get(experiment).type).params
    return params


def required_params(place: Place, experiment: Experiment) -> dict[str, Param]:
    """Arguments without a default: what a person must decide, such as the units of Dense."""
    known = defaults(place.registry.get(place.get(experiment).type))
    return {name: param for name, param in params_of(place, experiment).items() if name not in known}


def part_form(place: Place, state: AppState) -> None:
    """All arguments of a part; those that a first lesson does not need are folded away."""
    params = params_of(place, state.experiment)
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
    row: list[Any] = []
    for item in items:
        row = row or list(st.columns(2, gap="small"))
        with row.pop(0):
            yield item


def type_field(place: Place, state: AppState, label: str) -> None:
    """Which optimizer, which loss. A newly chosen part starts at its defaults."""

    def change(experiment: Experiment, chosen: str) -> Experiment:
        old = place.get(experiment)
        known = place.registry.get(chosen).params
        kept = {name: value for name, value in old.params.items() if name in known and name == "learning_rate"}
        return place.put(experiment, old.replace(type=chosen, params=kept))

    chosen = place.get(state.experiment).type
    choice_field(
        label,
        place.registry.names(),
        chosen,
        state.key(place.name, "type"),
        change,
        state,
        show=lambda name: name_of(place.kind, name, state.language),
        help=about(place.kind, chosen, state.language) or None,
    )


def inner_layer_form(place: Place, argument: str, param: LayerParam, state: AppState) -> None:
    """A layer that is an argument of another: which one, and what a first lesson needs of its own arguments."""
    inner = inner_place(place, argument)
    layer = inner.get(state.experiment)
    with st.container(border=True, gap="small", key=f"inner-{inner.name}"):
        choice_field(
            argument_name(place.kind, place.get(state.experiment).type, argument, state.language),
            [name for name in LAYERS.names() if issubclass(LAYERS.get(name), param.base)],
            layer.type,
            state.key(inner.name, "type"),
            lambda experiment, chosen: inner.put(experiment, as_other_layer(inner.get(experiment), chosen)),
            state,
            show=lambda name: name_of("layer", name, state.language),
        )
        simple = [
            (name, own)
            for name, own in params_of(inner, state.experiment).items()
            if not own.advanced and not isinstance(own, LayerParam)
        ]
        for name, own in two_abreast(simple):
            argument_field(inner, name, own, state)


def inner_place(outer: Place, argument: str) -> Place:
    """The place of a layer within another, which keeps it as {"class_name", "config"}."""

    def get(experiment: Experiment) -> PartSpec:
        kept = outer.get(experiment).filled(outer.registry)[argument]
        known = LAYERS.get(kept["class_name"]).params
        config = {name: value for name, value in kept["config"].items() if name in known}
        return PartSpec(type=kept["class_name"], params=config)

    def put(experiment: Experiment, part: PartSpec) -> Experiment:
        config = checked_part(LAYERS, part, part.type).params
        return outer.with_argument(experiment, argument, {"class_name": part.type, "config": config})

    return Place("layer", LAYERS, get, put, f"{outer.name}-{argument}")


def as_other_layer(layer: PartSpec, chosen: str) -> PartSpec:
    """Another kind of layer that keeps the arguments both have; what it needs beside them gets an example."""
    params = LAYERS.get(chosen).params
    known = defaults(LAYERS.get(chosen))
    needed = {name: param.example() for name, param in params.items() if name not in known}
    kept = {name: value for name, value in layer.params.items() if name in params}
    return layer.replace(type=chosen, params=needed | kept)


def argument_field(place: Place, name: str, param: Param, state: AppState, *, before: str = "") -> None:
    """The widget that fits an argument's description. `before` goes before its label."""
    part = place.get(state.experiment)
    value = part.filled(place.registry).get(name)
    key = state.key(place.name, part.type, name)
    label = before + argument_name(place.kind, part.type, name, state.language)
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
            step=(float(value) / 10 if value else 0.001),
            format="%g",
            key=key,
            on_change=edit,
            args=(key, change),
            help=help,
            placeholder=say("form.none", state.language),
        )
        for name, sign, factor in (("down", "÷10", 0.1), ("up", "×10", 10.0)):
            st.button(sign, key=f"{key}.{name}", on_click=_multiply, args=(key, factor, change))
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


def read_value(text: str) -> Any:
    """Numbers, also several with commas between; anything else stays text, for the experiment to refuse."""
    try:
        return ast.literal_eval(text) if text.strip() else None
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text


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
    """Why the value above was not taken; the last valid one stays in force."""
    if key in state.refusals:
        st.error(tell_error(state.refusals[key], state.language))
        st.caption(say("form.kept", state.language))


def _multiply(key: str, factor: float, change: Change) -> None:
    value = widget_value(key)
    if value is not None:
        set_widget_value(key, float(f"{value * factor:.6g}"))  # 0.30000000000000004 would be shown otherwise
        edit(key, change)


def _choice_name(language: Language) -> Callable[[Any], str]:
    return lambda name: say("form.none", language) if name is None else str(name)
