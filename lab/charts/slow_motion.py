"""The steps of slow motion as HTML: numbers in the equation that they fill, each on the colour of what it is.

Everything is made of elements, so that a person's own text (columns, classes) comes out as text. Colours are those of
`slow_motion.css`, the same for equation and drawing, by the role's name.
"""

import math
import re
from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, tostring

from lab.charts.markup import Child, element
from lab.charts.network import in_room, network_text
from lab.model.drawn import DrawnNetwork
from lab.slow_motion.equation import Cell, Equation, Grid, Lit, Number, Piece, Step, Term
from lab.studies.words import Words
from lab.texts import Language, say
from lab.texts.letters import isolated, shortened, visible

MOST_LETTERS = 16  # of a column's name below a number
MARKUP = re.compile(r"(\^\{|\})")  # in a string of mathematics: what stands higher begins, ends
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def digits(value: float) -> str:
    """Four digits that count, as one writes them by hand: 0.6523, −12, 1.2·10⁻⁵."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    text = f"{value:.4g}"
    if "e" in text:
        mantissa, power = text.split("e")
        text = f"{mantissa}·10{str(int(power)).translate(SUPERSCRIPTS)}"
    return text.replace("-", "−") if value else "0"


def motion_data(steps: tuple[Step, ...], network: DrawnNetwork, language: Language) -> dict[str, Any]:
    """What the browser shows: the drawing, and each step with its words and with what of the drawing it lights."""
    drawn = in_room(network, "phone")  # half of the page is for the equation
    shown = {node.id: {unit: place for place, unit in enumerate(node.shown)} for node in drawn.nodes}
    return {
        "svg": network_text(network, language, "phone"),
        "shown": {node.id: list(node.shown) for node in drawn.nodes if node.shown},
        "steps": [_step(step, shown, language) for step in steps],
    }


def _step(step: Step, shown: Mapping[str, Mapping[int, int]], language: Language) -> dict[str, Any]:
    """Args: shown: node -> its units that are drawn, and the place of each in the drawing."""
    wires = [
        [wire.source, wire.target, shown[wire.source][wire.i], shown[wire.target][wire.j], wire.role]
        for wire in step.wires
        if wire.i in shown.get(wire.source, {}) and wire.j in shown.get(wire.target, {})
    ]
    lit = [_lit(one, shown.get(one.node, {})) for one in step.lit]
    return {
        "key": step.key,
        "phase": step.phase,
        "title": _words(step.title, language),
        "html": step_html(step, language),
        "lit": [one for one in lit if one is not None],
        "wires": wires,
    }


def _lit(one: Lit, shown: Mapping[int, int]) -> list[Any] | None:
    """Node, place in its drawing (-1 for all of it), role and number; None for a unit that is not drawn."""
    text = "" if one.value is None else digits(one.value)
    if one.unit is None or not shown:
        return [one.node, -1, one.role, text]
    return [one.node, shown[one.unit], one.role, text] if one.unit in shown else None


def _words(words: Words, language: Language) -> str:
    return subscripted(words.say(language, lambda text: isolated(visible(text))))


def subscripted(text: str) -> str:
    """ "w_2,1" in a sentence, with its places set lower."""
    lower = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
    return re.sub(r"_(\d+(?:,\d+)*)", lambda found: found[1].translate(lower), text)


def step_html(step: Step, language: Language) -> str:
    """What is told of a step, below its title."""
    body = [element("p", _words(one, language)) for one in step.says]
    body += [_equation(one, language) for one in step.equations]
    if step.causes:
        body.append(
            element(
                "div",
                element("strong", say("slow.why_zero", language)),
                *(element("p", _words(one, language)) for one in step.causes),
                class_="sm-why",
            )
        )
    body += [_grid(one, language) for one in step.grids]
    return tostring(element("div", *body), encoding="unicode", method="html")


# --- equations


def _equation(equation: Equation, language: Language) -> Element:
    parts: list[Child] = [_chip(equation.result, name_only=True), _sign("=")]
    if equation.of == "max":
        parts.append(_sign("max("))
    for place, term in enumerate(equation.terms):
        if place:
            parts.append(_sign("," if equation.of == "max" else "−" if _is_taken(term) else "+"))
        parts.append(_term(term, first=place == 0))
    if equation.more:
        more = say("slow.more_terms", language, count=equation.more)
        parts += [_sign("+"), element("span", f"… {more}", class_="sm-more"), _chip(Number(equation.rest))]
    if equation.of == "max":
        parts.append(_sign(")"))
    if len(equation.terms) > 1 or equation.more or len(equation.terms[0].pieces) > 1:
        parts += [_sign("="), _chip(equation.result, strong=True)]
    return element("div", *parts, class_="sm-equation", role="math")


def _is_taken(term: Term) -> bool:
    return term.pieces[0] == "−"


def _term(term: Term, *, first: bool) -> Element:
    """One term, which stays on one line where it fits; its sign stands before it unless it is the first."""
    pieces = term.pieces if first or not _is_taken(term) else term.pieces[1:]
    root = element("span", class_="sm-term")
    stack = [root]
    for place, piece in enumerate(pieces):
        if isinstance(piece, Number):
            bare = first and place == 0
            stack[-1].append(_chip(piece, bracket=not bare and _needs_brackets(pieces, place)))
            continue
        for part in MARKUP.split(piece):
            if part == "^{":
                higher = element("sup")
                stack[-1].append(higher)
                stack.append(higher)
            elif part == "}":
                stack.pop()
            elif part:
                stack[-1].append(_sign(part))
    return root


def _needs_brackets(pieces: tuple[Piece, ...], place: int) -> bool:
    """A negative number behind another sign, unless something stands around it already."""
    number = pieces[place]
    before, after = pieces[place - 1 : place], pieces[place + 1 : place + 2]
    opens = all(isinstance(one, str) and one.endswith(("(", "|", "{")) for one in before) and bool(before)
    closes = all(isinstance(one, str) and one.startswith((")", "|", "}")) for one in after) and bool(after)
    return isinstance(number, Number) and number.value < 0 and not (opens and closes)


def _sign(text: str) -> Element:
    return element("span", text, class_="sm-sign")


def _chip(number: Number, *, bracket: bool = False, strong: bool = False, name_only: bool = False) -> Element:
    """A number on its colour, with its name below; the left side of an equation is the name alone."""
    if name_only:
        return element("span", *_name(number.name), class_=f"sm-number sm-left sm-{number.role}")
    text = digits(number.value)
    parts: list[Child] = [element("span", f"({text})" if bracket else text, class_="sm-value")]
    if number.name:
        parts.append(element("span", *_name(number.name), class_="sm-name"))
    if number.label:
        label = isolated(shortened(visible(number.label), MOST_LETTERS))
        parts.append(element("span", label, class_="sm-label", title=visible(number.label)))
    strength = " sm-strong" if strong else ""
    return element("span", *parts, class_=f"sm-number sm-{number.role}{strength}")


def _name(name: str) -> list[Child]:
    """ "∂L/∂w_2,1" with its places set lower, and "z_i_1" with gate and place."""
    before, _, places = name.partition("_")
    return [before, element("sub", places.replace("_", ","))] if places else [before]


# --- grids


def _grid(grid: Grid, language: Language) -> Element:
    rows = [element("tr", *([_head("")] if grid.sides else []), *map(_head, grid.heads))] if grid.heads else []
    for place, row in enumerate(grid.rows):
        side = [_head(grid.sides[place])] if grid.sides else []
        rows.append(element("tr", *side, *map(_cell, row)))
    more = [element("p", say("slow.more_numbers", language, count=grid.more))] if grid.more else []
    table = element("table", *rows)
    return element("figure", element("figcaption", _words(grid.caption, language)), table, *more, class_="sm-grid")


def _head(text: str) -> Element:
    return element("th", isolated(shortened(visible(text), MOST_LETTERS)), title=visible(text))


def _cell(cell: Cell) -> Element:
    text = cell.text or ("" if cell.value is None else digits(cell.value))
    return element("td", text, class_=f"sm-{cell.role} sm-{cell.mark or 'plain-cell'}")
