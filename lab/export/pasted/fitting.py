"""What pasted code tells fit: how long, in what batches, with which callbacks."""

from typing import Any

from lab.export.fit_lines import ORDERED
from lab.export.pasted.callbacks import read_callbacks
from lab.export.pasted.draft import Draft, FitCall
from lab.export.pasted.parts import Notes, misspelt
from lab.export.pasted.text import excerpt
from lab.export.pasted.values import Argument, Called, is_number

FIT = ("x", "y", "batch_size", "epochs", "verbose", "callbacks", "validation_split", "validation_data", "shuffle")
MORE = ("class_weight", "sample_weight", "initial_epoch", "steps_per_epoch", "validation_steps")
# arguments of fit and compile that change no number here, or are the Data page's business
IGNORED = frozenset({"x", "y", "verbose", "validation_data", "run_eagerly", "jit_compile", "steps_per_execution"})
IGNORED |= {"auto_scale_loss", "validation_batch_size"}
COUNTS = {"epochs": 1, "batch_size": 1, "initial_epoch": 0}  # arguments that are whole numbers, from


def read_fit(draft: Draft, called: Called, notes: Notes) -> None:
    fit = FitCall(called.line)
    given = _put_in_order(named_arguments(called, FIT, MORE, notes))
    for one in given:
        name = one.name or ""
        if name not in IGNORED and one.value is not None:
            _read(draft, fit, name, one, notes)
    names = {one.name for one in given}
    for name in ("epochs", "batch_size"):
        if name not in names:
            say_default(called, name, getattr(fit, name), notes)
    draft.fits.append(fit)


def _put_in_order(given: list[Argument]) -> list[Argument]:
    """What fit is told by a program of ours whose rows come in the order that a run drew them in: shuffled ones."""
    rows = next((one.value for one in given if one.name == "x"), None)
    if not isinstance(rows, Called) or rows.name != ORDERED:
        return given
    sizes = [one for one in rows.arguments if one.name == "batch_size"]
    return [*(one for one in given if one.name not in ("x", "shuffle", "steps_per_epoch")), *sizes]


def _read(draft: Draft, fit: FitCall, name: str, one: Argument, notes: Notes) -> None:
    value = one.value
    if name in COUNTS:
        whole = type(value) is int and value >= COUNTS[name]
        setattr(fit, name, value if whole else None)
        if not whole:
            notes.add("error", "paste.whole_number", one.line, argument=name, text=one.text, low=COUNTS[name])
    elif name == "shuffle" and isinstance(value, bool):
        fit.shuffle = value
    elif name == "validation_split" and is_number(value):
        draft.validation_split = float(value)
        notes.add("note", "paste.validation_split", one.line, percent=f"{100 * value:g}")
    elif name == "callbacks":
        read_callbacks(fit, one, notes)
    elif name in ("class_weight", "sample_weight"):
        _read_class_weight(fit, one, notes)
    else:
        notes.add("error", "paste.not_kept", one.line, text=excerpt(f"{name}={one.text}"))


def _read_class_weight(fit: FitCall, one: Argument, notes: Notes) -> None:
    """Weights that balance the classes can be kept (scikit-learn's word for them is "balanced"), others cannot."""
    if "balanced" in f"{one.text} {getattr(one.value, 'text', '')}":
        fit.class_weight = "balanced"
    elif not isinstance(one.value, dict) or any(weight != 1 for weight in one.value.values()):
        notes.add("error", "paste.class_weight", one.line, text=one.text)


def named_arguments(
    called: Called, positions: tuple[str, ...], further: tuple[str, ...], notes: Notes
) -> list[Argument]:
    """The arguments of compile or fit, all with their names."""
    named = []
    for place, one in enumerate(called.arguments):
        name = one.name or (positions[place] if place < len(positions) else "**")
        if name not in positions and name not in further and name not in IGNORED:
            meant = misspelt(name, [*positions, *further])
            if meant is None:
                notes.add("error", "paste.not_kept", one.line, text=excerpt(f"{name}={one.text}"))
                continue
            notes.add("warning", "paste.argument_name", one.line, part=called.name, given=excerpt(name), meant=meant)
            name = meant
        named.append(Argument(name, one.value, one.node))
    return named


def say_default(called: Called, name: str, value: Any, notes: Notes) -> None:
    """Keras has a value of its own for what the code leaves out: a reader should know it."""
    notes.add("note", "paste.default", called.line, part=called.name, name=name, value=str(value))
