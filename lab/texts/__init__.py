"""Every user-visible sentence, Korean and English side by side, one catalogue file for each part of the product.

`say("train.start", "ko")` gives the sentence; `say_error(error, "ko")` that of a refusal or a warning.

The English of netcore's errors and warnings stands in netcore, where they are raised: the entry of such a code has `ko`
alone. Where the app says it otherwise on purpose, the entry has `en` as well, and `why`.
"""

import re
import string
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal, Protocol

from netcore.sentences import sentences

Language = Literal["ko", "en"]


class Told(Protocol):
    """What has a sentence: a refusal, a warning, a problem, a finding."""

    @property
    def code(self) -> str: ...

    @property
    def values(self) -> Mapping[str, Any]: ...


LANGUAGES: tuple[Language, ...] = ("ko", "en")
ONE = {"rows": "row", "columns": "column", "samples": "sample", "features": "feature", "values": "value"}
ONE |= {"classes": "class", "epochs": "epoch", "updates": "update", "cells": "cell", "lines": "line"}
ONE |= {"parameters": "parameter", "times": "time", "changes": "change"}
VERBS = {"were": "was", "have": "has", "are": "is"}
COUNTED = re.compile(  # an English noun that follows its number, and its verb
    r"(\{(\w+)(?::[^{}]*)?\} (?:input |training |validation )?)"
    rf"({'|'.join(ONE)})\b"
    rf"(?:((?:[^.;,{{]|\(\{{detail\}}\))*?) ({'|'.join(VERBS)})\b)?"
)
INTERVAL = re.compile(r"([\[(])([^,]+), ([^,]+)([\])])")


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """All entries of all files as they stand: key -> language (or "why") -> text. No key may stand twice."""
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


def template(key: str, language: Language) -> str:
    """The sentence for `key` with its {blanks}; KeyError if there is none."""
    entry = catalogue()[key]
    return sentences()[key] if language == "en" and "en" not in entry else entry[language]


@cache
def texts_of(start: str, language: Language) -> dict[str, str]:
    """All sentences whose keys begin so, with their {blanks}, for a script that fills them in; keys without `start`."""
    return {key.removeprefix(start): template(key, language) for key in catalogue() if key.startswith(start)}


def say(key: str, language: Language, **values: Any) -> str:
    """The sentence for `key`; KeyError if there is none or a blank stays unfilled."""
    sentence = template(key, language)
    if language == "en" and "1" in map(str, values.values()):
        sentence = COUNTED.sub(lambda found: _of_one(found, values), sentence)
    return sentence.format(**values) if values else sentence


def _of_one(found: re.Match[str], values: dict[str, Any]) -> str:
    """ "{rows} rows were" where there is one: "{rows} row was"."""
    blank, name, noun, between, verb = found.groups()
    if str(values.get(name)) != "1":
        return found[0]
    return blank + ONE[noun] + (f"{between} {VERBS[verb]}" if verb else "")


def say_error(error: Told, language: Language) -> str:
    """The sentence of anything that carries `code` and `values`: a LabError, a NetcoreError, a NetcoreWarning."""
    values = dict(error.values)
    if "field" in values:
        key = f"field.{values['field']}"
        values["field"] = say(key, language) if has_text(key) else values["field"]
    if "range" in values:
        values["range"] = say_range(values["range"], language)
    if error.code.startswith("model."):  # what does not fit in a model is said in the words of its menus
        named = {name: f"loss.{values.get(name)}" for name in ("loss", "proposal")}
        values |= {name: say(key, language) for name, key in named.items() if has_text(key)}
    return say(key_of(error), language, **values)


def key_of(error: Told) -> str:
    """Key of an error's sentence: its code, unless it says otherwise."""
    return str(getattr(error, "message_key", error.code))


def say_range(interval: str, language: Language) -> str:
    """An interval, as `netcore.params.FloatParam` writes it, in words: "[0, inf)" is a number of at least 0."""
    found = INTERVAL.fullmatch(interval)
    if found is None:
        return interval
    left, low, high, right = found.groups()
    ends = []
    if low != "-inf":
        ends.append(say("range.from" if left == "[" else "range.above", language, end=low))
    if high != "inf":
        ends.append(say("range.to" if right == "]" else "range.below", language, end=high))
    return say(f"range.ends_{len(ends)}", language, **dict(zip(("first", "second"), ends, strict=False)))


def blanks(sentence: str) -> set[str]:
    """Names of the {blanks} in a sentence; the test that both languages agree uses it."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}
