"""Callbacks of pasted code: what an Experiment can hold is taken; of the rest it is said what happens instead."""

from typing import Any, get_args

from lab.export.pasted.draft import FitCall
from lab.export.pasted.parts import Notes, misspelt, named
from lab.export.pasted.text import excerpt
from lab.export.pasted.values import Argument, Called, is_plain
from lab.spec.experiment import EarlyStoppingSpec
from lab.texts import has_text
from netcore.callbacks import CALLBACKS, EarlyStopping, LearningRateScheduler

MONITORS = get_args(EarlyStoppingSpec.model_fields["monitor"].annotation)  # the usual one first
TAKEN = ("monitor", "min_delta", "patience", "restore_best_weights")
USUAL = {"mode": ("auto", "min"), "baseline": (None,), "start_from_epoch": (0,)}  # what the experiment's rule does


def read_callbacks(fit: FitCall, argument: Argument, notes: Notes) -> None:
    """`callbacks=[EarlyStopping(patience=5), …]`."""
    value = argument.value
    for entry in value if isinstance(value, list | tuple) else [value]:
        if isinstance(entry, Called):
            _read_callback(fit, entry, notes)
        else:
            notes.add("error", "paste.not_kept", argument.line, text=excerpt(f"callbacks={argument.text}"))


def _read_callback(fit: FitCall, called: Called, notes: Notes) -> None:
    name = misspelt(called.name, CALLBACKS.names()) or called.name
    if name != called.name:
        notes.add("warning", "paste.part_name", called.line, given=excerpt(called.name), meant=name)
    if name == EarlyStopping.__name__:
        fit.early_stopping = _stopping_rule(called, notes)
    elif name == LearningRateScheduler.__name__:
        given = dict(named(LearningRateScheduler, called, notes))
        fit.schedule = given.get("schedule")
    elif has_text(f"paste.callback.{name}"):
        notes.add("error", f"paste.callback.{name}", called.line)
    elif has_text(f"paste.callback_needless.{name}"):
        notes.add("note", f"paste.callback_needless.{name}", called.line)
    else:
        notes.add("error", "paste.not_kept", called.line, text=called.text)


def _stopping_rule(called: Called, notes: Notes) -> dict[str, Any]:
    """The values of an EarlyStoppingSpec. Keras stops after `patience` epochs without a better one, 0 like 1."""
    rule: dict[str, Any] = {"patience": 1, "restore_best_weights": False}  # Keras's defaults
    for name, argument in named(EarlyStopping, called, notes):
        value = argument.value
        if name not in TAKEN:
            if name != "verbose" and value not in USUAL.get(name, ()):
                notes.add("error", "paste.not_kept", argument.line, text=excerpt(f"{name}={argument.text}"))
        elif not is_plain(value):
            notes.add("error", "paste.unknown_value", argument.line, argument=name, text=argument.text)
        elif name == "monitor" and value not in MONITORS:
            values = {"given": excerpt(str(value)), "meant": MONITORS[0]}
            notes.add("error", "paste.monitor", argument.line, **values)
        else:
            rule[name] = max(value, 1) if name == "patience" and type(value) is int else value
    return rule
