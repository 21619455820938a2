"""What is wrong with a lesson, and in which of its files."""

from lab.errors import LabError
from lab.texts import Language, say, say_error
from netcore.errors import NetcoreError


class LessonError(LabError):
    """A lesson that cannot be opened as it stands."""


class LessonRefusal(LessonError):
    """What speaks against one file of a lesson.

    Args:
        file: "lesson.toml", "ko.md", …
        cause: what is wrong there.
        place: the setting or the item that it is about, where the cause does not say.
    """

    def __init__(self, file: str, cause: LabError | NetcoreError, place: str = "") -> None:
        super().__init__("lesson.refused", file=file)
        self.file = file
        self.cause = cause
        self.place = place

    def said_in(self, language: Language) -> str:
        """What is wrong, without the name of the file."""
        sentence = say_error(self.cause, language)
        return f"`{self.place}`: {sentence}" if self.place else sentence

    def say(self, language: Language) -> str:
        """One sentence with the name of the file in front."""
        return say("lesson.refused", language, file=self.file, sentence=self.said_in(language))


def say_refusal(error: LabError | NetcoreError, language: Language) -> str:
    """The sentence of a refusal, of whichever kind it is."""
    return error.say(language) if isinstance(error, LessonRefusal) else say_error(error, language)
