"""The knobs turned during a run, in words."""

from collections.abc import Sequence

from lab.spec.experiment import Change
from lab.texts import Language, say


def say_turns(changes: Sequence[Change], language: Language) -> list[str]:
    """One sentence for each, in their order; what was turned in several layers at once is said once."""
    told: dict[tuple[int, int, str, float], list[str]] = {}
    for change in changes:
        told.setdefault((change.epoch, change.batch, change.name, change.value), []).append(change.layer)
    return [
        _said(epoch, batch, name, value, [layer for layer in layers if layer], language)
        for (epoch, batch, name, value), layers in told.items()
    ]


def _said(epoch: int, batch: int, name: str, value: float, layers: Sequence[str], language: Language) -> str:
    knob = say(f"change.{name}", language)
    if layers:
        places = ", ".join(str(int(layer) + 1) if layer.isdigit() else layer for layer in layers)
        knob = say("change.of_layers", language, name=knob, layers=places)
    return say(
        "train_page.change_batch" if batch else "train_page.change",
        language,
        epoch=epoch + 1,
        batch=batch,
        name=knob,
        value=f"{value:g}",
    )
