"""What the page of the note remembers of a session: where it is open, edited code, and what was trained last."""

from dataclasses import dataclass, field

from lab.export.pasted.text import CHARACTERS
from lab.note.asked import NoteRun
from lab.note.code import Understood, understood
from lab.note.shelf import Place


@dataclass
class NoteView:
    """Args:
    step: the section that is open. snippets: of each section the one that is open.
    texts: edited code, by the key of its place. turns: how often it was set back.
    shown: what was asked to be built or trained last at each place.
    runs: what was trained at each place.
    """

    step: str = ""
    snippets: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    turns: dict[str, int] = field(default_factory=dict)
    shown: dict[str, Understood] = field(default_factory=dict)
    runs: dict[str, NoteRun] = field(default_factory=dict)

    def text(self, place: Place) -> str:
        """The code as the person has it."""
        return self.texts.get(place.key, place.code)

    def edit(self, place: Place, text: str) -> None:
        """Keep an edit; of what is far too long as much as is needed to say so."""
        if text == place.code:
            self.texts.pop(place.key, None)
        else:
            self.texts[place.key] = text[: CHARACTERS + 1]

    def read(self, place: Place) -> Understood:
        """Read the code as it is now, and keep what it says."""
        code = self.shown[place.key] = understood(place, self.text(place))
        self.runs.pop(place.key, None)
        return code

    def reset(self, place: Place) -> None:
        """Back to the note's own; the field is made anew."""
        self.texts.pop(place.key, None)
        self.shown.pop(place.key, None)
        self.runs.pop(place.key, None)
        self.turns[place.key] = self.turns.get(place.key, 0) + 1

    def field_key(self, place: Place) -> str:
        """Name of the field with the code."""
        return f"note-code-{place.key}-{self.turns.get(place.key, 0)}"
