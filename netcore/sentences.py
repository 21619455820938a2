"""What netcore says: the English sentence of every error and warning by its code, read from where it is raised.

Of an error that crosses a pipe or lies in a file, code and values are left. Whoever says it later, or in another
language, finds the sentence here; it stands in the source once and nowhere else.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path

from netcore.syntax import undisturbed

CODE = re.compile(r"[a-z_]+\.[a-z0-9_]+")
SPEAKERS = re.compile(r"Netcore\w*(Error|Warning)|Advice")


@cache
def sentences() -> dict[str, str]:
    """Code -> sentence with {blanks}.

    Raises:
        ValueError: a code stands in a second place, or a sentence is not written out where it is raised.
    """
    found: dict[str, str] = {}
    for place, code, sentence in _spoken():
        if code in found:
            raise ValueError(f"{place}: {code!r} stands in a second place")
        found[code] = sentence
    return found


def _spoken() -> Iterator[tuple[str, str, str]]:
    """(place, code, sentence) of each call that begins with these two."""
    package = Path(__file__).parent
    for path in sorted(package.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        if "netcore.errors import" not in source:
            continue
        for node in ast.walk(undisturbed(partial(ast.parse, source))):
            if not isinstance(node, ast.Call):
                continue
            match node.args:
                case [ast.Constant(str(code)), ast.Constant(str(sentence))] if CODE.fullmatch(code):
                    yield f"{path.relative_to(package)}:{node.lineno}", code, sentence
                case [ast.Starred()]:  # an Advice, whose sentence stands where it is made
                    pass
                case _ if isinstance(node.func, ast.Name) and SPEAKERS.fullmatch(node.func.id):
                    raise ValueError(f"{path}:{node.lineno}: code and sentence are not written out")
