"""Every user-visible sentence, Korean and English side by side, one catalogue file for each part of the product.

`say("train.start", "ko")` gives the sentence; `say_error(error, "ko")` that of a refusal or a warning.
"""

import string
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Language = Literal["ko", "en"]
LANGUAGES: tuple[Language, ...] = ("ko", "en")


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """All entries of all files: key -> language -> sentence. A key that stands twice is an error."""
    entries: dict[str, dict[str, str]] = {}
    for file in sorted(files(__package__).iterdir(), key=lambda path: path.name):
        if file.name.endswith(".toml"):
            for key, entry in tomllib.loads(file.read_text(encoding="utf-8")).items():
                if key in entries:
                    raise ValueError(f"text {key!r} stands in two catalogue files")
                entries[key] = entry
    return entries


def has_text(key: str) -> bool:
    return key in catalogue()


def say(key: str, language: Language, **values: Any) -> str:
    """The sentence for `key`; KeyError if the catalogue has none or a blank stays unfilled."""
    sentence = catalogue()[key][language]
    return sentence.format(**values) if values else sentence


def say_error(error: Any, language: Language) -> str:
    """The sentence of anything that carries `code` and `values`: a LabError, a NetcoreError, a NetcoreWarning."""
    values = dict(error.values)
    if "field" in values:
        key = f"field.{values['field']}"
        values["field"] = say(key, language) if has_text(key) else values["field"]
    return say(error.code, language, **values)


def blanks(sentence: str) -> set[str]:
    """Names of the {blanks} in a sentence; the test that both languages agree uses it."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}
