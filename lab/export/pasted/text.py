"""Pasted Keras code as Python statements, never executed: what is not valid Python is mended, or listed with its line.

Only slips whose meaning is certain are mended, each with a finding that names the remedy: a comma left out between two
arguments, the typographic quotes of a slide or PDF, a line that is indented for no reason. The rest of a text is read
even where one statement of it cannot be.
"""

import ast
import keyword
import re
import textwrap
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import thread_time
from typing import Any, Literal

from netcore.syntax import undisturbed

CHARACTERS = 20_000  # of pasted text: a lecture's program has one or two thousand
DEPTH = 40  # brackets within brackets
RECOVERIES = 20  # brackets never closed, after each of which the rest of the text is read anew
NESTED = 100  # expressions within expressions: reading one takes a few calls of Python, which has a thousand
LARGEST = 10**15  # of a whole number; Python itself does not write one of more than 4,300 digits
SECONDS = 0.2  # of processor time; a program of 2,000 characters takes some thousandths
LOOK_BACK = 200  # characters of a line before a slip

# No character is looked at more than a few times: what was begun and never closed is taken to its end, not tried again.
TOKEN = re.compile(
    r"""
    (?P<comment>\#[^\n]*)
    | (?P<string>[rRbBuUfF]{0,2}(?:'''[^'\\]*+(?:(?:\\.|'(?!''))[^'\\]*+)*+(?:'''|\\?\Z)
                                |\"\"\"[^"\\]*+(?:(?:\\.|"(?!""))[^"\\]*+)*+(?:\"\"\"|\\?\Z)
                                |'[^'\\\n]*+(?:\\.[^'\\\n]*+)*+'|"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"))
    | (?P<broken>['"][^\n]*)
    | (?P<name>[^\W\d]\w*)
    | (?P<number>\.?\d[\w.]*(?:(?<=[eE])[+-]\d+)?)
    | (?P<newline>\n)
    | (?P<space>(?:[^\S\n]|\\\n)+)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
OPERATORS = frozenset(keyword.kwlist) - {"None", "True", "False"}  # words that stand between values
OPENING, CLOSING = frozenset("([{"), frozenset(")]}")
VALUES = ("name", "number", "string")
WITH_BRACKETS = ("other", "broken")  # kinds of tokens whose brackets count
TYPOGRAPHY = str.maketrans(
    {
        **dict.fromkeys("‘’‛′＇", "'"),
        **dict.fromkeys("“”„″＂", '"'),
        **dict(zip("，（）［］＝：．\u00a0\u3000", ",()[]=:.  ", strict=True)),
    }
)
BLOCK = re.compile(r"(?:async|class|def|for|if|match|try|while|with)\b|@")
BLOCK_GOES_ON = re.compile(r"(?:elif|else|except|finally)\b")
NOTEBOOK = re.compile(r"[^\S\n]*[!%]")  # a shell command or a notebook's own
PROMPT = re.compile(r"(?:>>>|\.\.\.)(?: |$)")
# how a statement begins, in a text where a bracket before it was never closed
STATEMENT = re.compile(r"(?:import|from)\s|[^\W\d]\w*(?:\.\w+)+\s*\(|[^\W\d]\w*\s*=\s*[^\W\d]\w*(?:\.\w+)*\s*\(")

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Finding:
    """Something to say about a line of pasted code; `lab.texts.say_error(finding, language)` says it.

    "error": it counts and was not understood, so it is left out. "warning": a slip, taken as the sentence says.
    "note": left out, and nothing is lost. Lines are counted from 1.
    """

    code: str
    values: dict[str, Any]
    line: int
    severity: Severity


@dataclass
class Program:
    """What of a text is Python: statements that know their lines, and what was found on the way."""

    statements: list[ast.stmt] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def add(self, statements: list[ast.stmt]) -> None:
        """Take statements over; one that nests too deep, or holds a number too large, is a finding instead."""
        for statement in statements:
            finding = _beyond_bounds(statement)
            if finding is None:
                self.statements.append(statement)
            else:
                self.findings.append(finding)


def parse_program(text: str) -> Program:
    """The statements of pasted code. Never raises; of a text too long or too deep there is one finding."""
    if len(text) > CHARACTERS:
        return Program(findings=[Finding("paste.too_long", {"size": len(text), "high": CHARACTERS}, 1, "error")])
    program = Program()
    text = _cleaned(whole(text), program.findings)
    deep = next((line for line, depth in _depths(text) if depth > DEPTH), None)
    if deep is not None:
        return Program(findings=[Finding("paste.too_deep", {"high": DEPTH}, deep, "error")])
    statements = _parsed(text)
    if statements is not None:
        program.add(statements)
        return program
    lines = text.split("\n")
    _read_lines(lines, program, thread_time() + SECONDS)
    return program


def whole(text: str) -> str:
    """The text with "?" for each half of a character, which no page can show: a program writes one as "\\ud800"."""
    return text.encode(errors="replace").decode()


def _cleaned(text: str, findings: list[Finding]) -> str:
    """The text without what surrounds code: prompts of a console, commands of a notebook, common indentation."""
    lines = text.replace("\ufeff", "").replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").split("\n")
    if any(PROMPT.match(line) and line.startswith(">>>") for line in lines):
        findings.append(Finding("paste.prompt", {}, 1, "note"))
        lines = [line[4:] if PROMPT.match(line) else "" for line in lines]
    for place, line in enumerate(lines):
        if NOTEBOOK.match(line):
            findings.append(Finding("paste.notebook", {"text": excerpt(line)}, place + 1, "note"))
            lines[place] = ""
    return textwrap.dedent("\n".join(lines).expandtabs(4))


def _parsed(text: str) -> list[ast.stmt] | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about escapes in strings: nothing that a learner can use
        try:
            return undisturbed(lambda: ast.parse(text)).body
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            return None


def _beyond_bounds(statement: ast.stmt) -> Finding | None:
    """What makes a statement more than can be read; level by level, as nesting is the question."""
    level: list[ast.AST] = [statement]
    for _ in range(NESTED):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        values = [one.value for one in level if isinstance(one, ast.Constant)]
        if any(isinstance(value, int) and value > LARGEST for value in values):
            return Finding("paste.number_too_large", {"high": LARGEST}, statement.lineno, "error")
        if any(isinstance(value, str) and whole(value) != value for value in values):
            return Finding("paste.half_a_character", {}, statement.lineno, "error")
        if not level:
            return None
    return Finding("paste.too_deep", {"high": NESTED}, statement.lineno, "error")


# --- a text that is not Python as a whole: statement by statement


def _read_lines(lines: list[str], program: Program, until: float) -> None:
    """Read all lines, as far as one gets `until` then; mended lines are put back into `lines`."""
    start, stop, recoveries = 0, len(lines), RECOVERIES
    while start < stop:
        cut = stop
        for first, last in _chunks("\n".join(lines[start:stop])):
            place, end = start + first, start + last
            if thread_time() > until:
                program.findings.append(Finding("paste.too_tangled", {}, place + 1, "error"))
                return
            if _read_chunk(lines, place, end, program):
                continue
            cut = next((line for line in range(place + 1, end) if STATEMENT.match(lines[line])), end)
            cut = cut if recoveries else end
            if cut == end or not _read_chunk(lines, place, cut, program):
                _set_apart(lines, place, cut, program)
            if cut < end:  # a bracket was never closed: from the next line that begins a statement, read anew
                recoveries -= 1
                break
            cut = stop
        start = cut


def _read_chunk(lines: list[str], start: int, stop: int, program: Program) -> bool:
    """Add the statements of these lines; False if they are not Python, mended or not."""
    for mended, findings in _mends("\n".join(lines[start:stop]), start + 1):
        statements = _parsed(mended)
        if statements is not None:
            program.add([ast.increment_lineno(statement, start) for statement in statements])
            program.findings += findings
            lines[start:stop] = mended.split("\n")
            return True
    return False


def _set_apart(lines: list[str], start: int, stop: int, program: Program) -> None:
    """List lines that nobody can read, and put them into comments."""
    code = "paste.bracket_open" if _open_brackets("\n".join(lines[start:stop])) else "paste.syntax"
    place = next(place for place in range(start, stop) if lines[place].strip())
    program.findings.append(Finding(code, {"text": excerpt(lines[place])}, place + 1, "error"))
    lines[start:stop] = [f"# {line}" if line.strip() else line for line in lines[start:stop]]


def _mends(text: str, line: int) -> Iterator[tuple[str, list[Finding]]]:
    """The text as it is, then with more and more slips mended, each time with the findings so far."""
    findings: list[Finding] = []
    yield text, findings
    plain = text.translate(TYPOGRAPHY)
    if plain != text:
        at = next(n for n, one in enumerate(text.split("\n")) if one != one.translate(TYPOGRAPHY))
        findings = [Finding("paste.typography", {"text": excerpt(text.split("\n")[at])}, line + at, "warning")]
        text = plain
        yield text, findings
    straight = textwrap.dedent(text).lstrip(" ")
    if straight != text:
        findings = [*findings, Finding("paste.indent", {"text": excerpt(straight)}, line, "warning")]
        text = straight
        yield text, findings
    with_commas, commas = _with_commas(text, line)
    if commas:
        yield with_commas, [*findings, *commas]


def _with_commas(text: str, line: int) -> tuple[str, list[Finding]]:
    """A comma between any two values that stand side by side inside brackets: Python has no other use for them."""
    pieces: list[str] = []
    findings = []
    depth, before, end, done = 0, "", 0, 0  # kind of the last token that counts; where it ends; how far `pieces` reach
    for match in TOKEN.finditer(text):
        kind, token = match.lastgroup or "", match.group()
        if kind in ("space", "newline", "comment"):
            line += token.count("\n")
            continue
        if kind == "name" and token in OPERATORS:
            kind = "operator"
        if kind in WITH_BRACKETS:
            depth = _depth_after(token, depth)
            kind = "closed" if token in CLOSING else "operator"
        begins, ends = kind in VALUES, before in (*VALUES, "closed")
        if depth and begins and ends and not kind == before == "string":
            pieces += [text[done:end], ","]
            done = end
            gap = text.count("\n", end, match.start())
            line_start = text.rfind("\n", max(0, end - LOOK_BACK), end) + 1 or max(0, end - LOOK_BACK)
            values = {"before": _tail(text[line_start:end]), "after": excerpt(token)}
            findings.append(Finding("paste.missing_comma", values, line - gap, "warning"))
        line += token.count("\n")
        before, end = kind, match.end()
    return "".join([*pieces, text[done:]]), findings


def _chunks(text: str) -> Iterator[tuple[int, int]]:
    """(first line, line after the last) of each statement, 0-based: brackets closed, a block with what is in it."""
    lines = text.split("\n")
    starts: list[int] = []
    in_block = False
    for start in _logical_starts(text):
        line = lines[start]
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        indented = line.startswith(" ")
        if starts and ((indented and in_block) or (in_block and BLOCK_GOES_ON.match(line))):
            continue
        starts.append(start)
        in_block = not indented and bool(BLOCK.match(line))
    return zip(starts, [*starts[1:], len(lines)], strict=True)


def _logical_starts(text: str) -> list[int]:
    """Lines (0-based) that no open bracket or string of the line before reaches into."""
    starts, line, depth = [0], 0, 0
    for match in TOKEN.finditer(text):
        token = match.group()
        line += token.count("\n")
        if match.lastgroup in WITH_BRACKETS:
            depth = _depth_after(token, depth)
        if match.lastgroup == "newline" and not depth:
            starts.append(line)
    return starts


def _depths(text: str) -> Iterator[tuple[int, int]]:
    """(line, number of open brackets) after each bracket."""
    line, depth = 1, 0
    for match in TOKEN.finditer(text):
        line += match.group().count("\n")
        if match.lastgroup in WITH_BRACKETS:
            depth = _depth_after(match.group(), depth)
            yield line, depth


def _open_brackets(text: str) -> bool:
    return next(reversed([depth for _, depth in _depths(text)]), 0) > 0


def _depth_after(token: str, depth: int) -> int:
    """Open brackets after a single character, or after the rest of a line whose text was never closed."""
    for character in token:
        depth = depth + 1 if character in OPENING else max(depth - 1, 0) if character in CLOSING else depth
    return depth


def excerpt(text: str, longest: int = 60) -> str:
    """A line of code short enough for a sentence."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def _tail(text: str, longest: int = 30) -> str:
    """The end of a line of code."""
    line = " ".join(text.split())
    return line if len(line) <= longest else "…" + line[1 - longest :]
