"""docs/reference.md: every registered part with its arguments, written from the registries (`python -m lab docs`).

No part is named here: a new one appears by itself, with its ranges from `params`, its defaults from the constructor,
its equation from the docstring, and its help from the catalogue.
"""

import importlib
import inspect
import pkgutil
import re
from pathlib import Path
from typing import Any

import netcore
from lab.texts import LANGUAGES, has_text, say
from lab.texts.parts import about, argument_help, argument_name, name_of
from netcore.params import ChoiceParam, FloatParam, IntParam, Param, defaults
from netcore.registry import Registry

FILE = Path(__file__).resolve().parents[2] / "docs" / "reference.md"
# the order of the page; a registry of another kind follows at the end
KINDS = ("layer", "activation function", "loss", "optimizer", "learning rate schedule", "metric", "initializer")
TEXT_KINDS = {"activation function": "activation", "learning rate schedule": "schedule"}  # first word of the text keys
INTRODUCTION = """\
# Reference

Every part that netcore registers, with Keras 3's names and defaults. In "allowed" and "worth trying" a bracket
includes the number beside it, a parenthesis leaves it out: [0, 1) holds 0 but not 1.

This page is written by `python -m lab docs`; change the class or its texts, not the page.
"""


def reference() -> str:
    """The whole page as Markdown."""
    found = registries()
    contents = [f"* [{title(kind)}](#{anchor(kind)}): {len(registry)}" for kind, registry in found.items()]
    sections = [section(kind, registry, found) for kind, registry in found.items()]
    return "\n".join([INTRODUCTION, *contents, "", *sections]).rstrip() + "\n"


def registries() -> dict[str, Registry[Any]]:
    """All registries of netcore by kind, found where they are defined."""
    found: dict[str, Registry[Any]] = {}
    for module in pkgutil.walk_packages(netcore.__path__, "netcore."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, Registry):
                found[value.kind] = value
    ordered = [*KINDS, *sorted(set(found) - set(KINDS))]
    return {kind: found[kind] for kind in ordered if kind in found}


def section(kind: str, registry: Registry[Any], found: dict[str, Registry[Any]]) -> str:
    parts = sorted(registry, key=lambda part: part.__name__.lower())
    return "\n".join([f"## {title(kind)}", "", *(entry(kind, part, found) for part in parts)])


def entry(kind: str, part: Any, found: dict[str, Registry[Any]]) -> str:
    """One part: heading, equation, help in both languages, table of arguments."""
    words = TEXT_KINDS.get(kind, kind)
    name = part.__name__
    titles = dict.fromkeys(name_of(words, name, language).removesuffix(f" ({name})") for language in LANGUAGES)
    lines = [f"### {name}", ""]
    spoken = [one for one in titles if one != name]
    if spoken:
        lines += [escaped(" · ".join(spoken)), ""]
    equation = first_paragraph(part)
    if equation:
        lines += [f"> {escaped(equation)}", ""]
    lines += [f"* {escaped(text)}" for text in (about(words, name, language) for language in LANGUAGES) if text]
    if lines[-1]:
        lines.append("")
    spellings = [alias for alias in getattr(part, "aliases", ()) if alias != name]
    if spellings:
        lines += ["Also: " + ", ".join(f"`{one}`" for one in spellings), ""]
    params: dict[str, Param] = getattr(part, "params", {})
    if params:
        lines += ["| argument | default | allowed | worth trying | 한국어 | English |", "|---|---|---|---|---|---|"]
        known = defaults(part)
        for argument, param in params.items():
            default = f"`{known[argument]!r}`" if argument in known else "required"
            help = [argument_text(words, name, argument, language) for language in LANGUAGES]
            cells = [f"`{argument}`", default, allowed(param, found), typical(param), *(escaped(one) for one in help)]
            lines.append("| " + " | ".join(cells) + " |")
        lines.append("")
    return "\n".join(lines)


def argument_text(words: str, part: str, argument: str, language: Any) -> str:
    """Label and help of an argument, as a form shows them."""
    label = argument_name(words, part, argument, language).removesuffix(f" ({argument})")
    help = argument_help(words, part, argument, language) or ""
    return ": ".join(one for one in (label if label != argument else "", help) if one)


def allowed(param: Param, found: dict[str, Registry[Any]]) -> str:
    """What an argument may be, in a few words."""
    text = _allowed(param, found)
    return f"{text}, or `None`" if param.optional else text


def _allowed(param: Param, found: dict[str, Registry[Any]]) -> str:
    if isinstance(param, IntParam):
        return f"whole number ≥ {param.low}" if param.high is None else f"whole number, {param.low} … {param.high}"
    if isinstance(param, FloatParam):
        number = "number" if param.range_text() == "(-inf, inf)" else f"number in {param.range_text()}"
        return number if type(param) is FloatParam else f"{number}, or {kind_words(param)}"
    if isinstance(param, ChoiceParam):
        names = tuple(param.names())
        for kind, registry in found.items():
            if len(names) == len(registry) and all(name in registry for name in names):
                return f"one of the [{say_kind(kind, 'en').lower()}](#{anchor(kind)})"
        return ", ".join(f"`'{one}'`" for one in names)
    return kind_words(param)


def kind_words(param: Param) -> str:
    """What a description of another kind says about itself: the first sentence of its class, with its values put in."""
    sentence = (inspect.getdoc(type(param)) or type(param).__name__).split("\n\n")[0].rstrip(".")
    filled = re.sub(r"`(\w+)`", lambda match: str(getattr(param, match[1], match[1])), sentence)
    return escaped(filled[0].lower() + filled[1:])


def typical(param: Param) -> str:
    if isinstance(param, IntParam | FloatParam):
        low, high = param.typical
        return f"{low:g} … {high:g}" if low != high else f"{low:g}"
    return "" if isinstance(param, ChoiceParam) or not hasattr(param, "typical") else f"`{param.typical}`"


def first_paragraph(part: Any) -> str:
    """The equation, or what the part does: the docstring up to its first empty line."""
    cls = part if isinstance(part, type) else type(part)
    return " ".join((cls.__doc__ or "").split("\n\n")[0].split())


def title(kind: str) -> str:
    return " · ".join(say_kind(kind, language) for language in LANGUAGES)


def say_kind(kind: str, language: Any) -> str:
    key = f"reference.kind.{kind}"
    return say(key, language) if has_text(key) else f"{kind}s"


def anchor(kind: str) -> str:
    """The link that Markdown viewers make of a heading."""
    return re.sub(r"[^\w가-힣 -]", "", title(kind).lower()).replace(" ", "-")


def escaped(text: str) -> str:
    """Text without Markdown, since equations are full of asterisks and bars; `code` stays code."""
    pieces = " ".join(text.split()).split("`")
    plain = [re.sub(r"([\\*_<>|\[\]])", r"\\\1", piece) for piece in pieces[::2]]
    code = [piece.replace("|", "\\|") for piece in pieces[1::2]]
    pieces[::2], pieces[1::2] = plain, code
    return "`".join(pieces)
