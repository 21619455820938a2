"""What every picture of the inside page is drawn from."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lab.data.prepare import Dataset
from lab.insight.evaluate import trained_model
from lab.insight.inside.course import Course
from lab.insight.inside.look import EpochLook, LayerLook
from lab.insight.inside.rows import Rows
from lab.runs.kept.record import RunRecord
from lab.spec.experiment import Experiment
from lab.texts import Language
from lab.texts.parts import name_of
from pages.ui.text import plain


@dataclass(frozen=True)
class Scene:
    """Args:
    rows: that the network is looked into with.
    course: over the epochs, the one shown among them; look: at the one shown; weights: of then, in Keras order.
    """

    record: RunRecord
    dataset: Dataset
    rows: Rows
    course: Course
    look: EpochLook
    weights: Sequence[Any]

    @property
    def experiment(self) -> Experiment:
        return self.record.experiment

    @cached_property
    def model(self) -> Any:
        """The network with the weights of the epoch."""
        return trained_model(self.experiment, self.weights, self.dataset)

    @property
    def epoch(self) -> int:
        return self.look.epoch

    def name(self, layer: LayerLook, language: Language) -> str:
        """What a layer is called in a chart: its number or id, and its kind."""
        return f"{layer.label} {name_of('layer', layer.type, language)}"

    def title(self, layer: LayerLook, language: Language) -> str:
        """The same in a sentence or on a label."""
        return plain(self.name(layer, language))
