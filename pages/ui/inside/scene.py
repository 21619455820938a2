"""What every picture of the inside page is drawn from."""

from dataclasses import dataclass

from lab.data.prepare import Dataset
from lab.insight.inside.course import Course
from lab.insight.inside.look import EpochLook, LayerLook
from lab.insight.inside.rows import Rows
from lab.runs.kept.record import RunRecord
from lab.texts import Language
from lab.texts.parts import name_of
from pages.ui.text import plain


@dataclass(frozen=True)
class Scene:
    """Args:
    rows: that the network is looked into with.
    course: over the epochs, the one shown among them; look: at the one shown.
    """

    record: RunRecord
    dataset: Dataset
    rows: Rows
    course: Course
    look: EpochLook

    @property
    def epoch(self) -> int:
        return self.look.epoch

    def name(self, layer: LayerLook, language: Language) -> str:
        """What a layer is called in a chart: its number or id, and its kind."""
        return f"{layer.label} {name_of('layer', layer.type, language)}"

    def title(self, layer: LayerLook, language: Language) -> str:
        """The same in a sentence or on a label."""
        return plain(self.name(layer, language))
