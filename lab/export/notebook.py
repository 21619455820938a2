"""The exported program as a Jupyter notebook: its sections as cells, its files within, its curves as a picture."""

import base64
import html
import json
import re
from typing import Any

from lab.errors import LabError
from lab.export.npz import npz, size_of
from lab.export.pasted.text import CHARACTERS, whole
from lab.export.program import DATA_FILE, WEIGHTS_FILE, Program
from lab.texts import Language, say
from lab.texts.letters import unlinked, visible

EMBEDDED_BYTES = 10_000_000  # numbers that take more, before they are packed, lie beside the notebook
LINE = 100  # letters of packed data
DATA_TAG = "files"  # of the cell that holds them: whoever reads the code need not read it
LONGEST = 10 * CHARACTERS  # of what is put where a person may cut it down
MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+.!|~$-])")

PICTURE = """\
import matplotlib.pyplot as plt

for key, values in curves.items():
    if key.endswith("loss"):
        style = "--" if key.startswith("val_") else "-"
        plt.plot(range(1, len(values) + 1), values, style, label=key)
plt.xlabel("epoch")
plt.ylabel("loss")
plt.legend()
plt.show()
"""
UNPACK = """\
import base64
from pathlib import Path

FILES = {{
{entries}}}
for name, packed in FILES.items():
    Path(name).write_bytes(base64.b64decode("".join(packed)))
"""

Cell = dict[str, Any]


def notebook(program: Program, language: Language) -> str:
    """A notebook of format 4.5."""
    cells = [_markdown(_title(program, language))]
    if size_of(program.data) + size_of(program.start_weights) <= EMBEDDED_BYTES:
        cells.append(_files({DATA_FILE: npz(program.data), WEIGHTS_FILE: npz(program.start_weights)}))
    for section in program.sections:
        cells += [_markdown(f"## {say(section.key, language)}"), _code("\n".join(section.lines).strip())]
    cells.append(_code(PICTURE.strip()))
    numbered = [{"id": f"cell-{place}", **cell} for place, cell in enumerate(cells)]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": spec, "language_info": {"name": "python"}}
    whole = {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": numbered}
    return json.dumps(whole, ensure_ascii=False, indent=1)


def markdown_plain(text: str) -> str:
    """A person's own text in a Markdown cell: letters, never markup nor link."""
    return MARKDOWN.sub(r"\\\1", html.escape(unlinked(visible(text)), quote=False))


def _title(program: Program, language: Language) -> str:
    title = markdown_plain(program.name) or say("export.notebook", language)
    about = say("export.run_here", language, files=f"{DATA_FILE}, {WEIGHTS_FILE}")
    return f"# {title}\n\n{about}"


def _files(files: dict[str, bytes]) -> Cell:
    """A cell that puts the files beside the notebook; closed until somebody wants to see it."""
    entries = ""
    for name, content in files.items():
        text = base64.b64encode(content).decode()
        lines = "".join(f'        "{text[at : at + LINE]}",\n' for at in range(0, len(text), LINE))
        entries += f'    "{name}": [\n{lines}    ],\n'
    cell = _code(UNPACK.format(entries=entries).strip())
    return {**cell, "metadata": {"tags": [DATA_TAG], "jupyter": {"source_hidden": True}}}


def _markdown(text: str) -> Cell:
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def _code(text: str) -> Cell:
    return {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": text}


# --- read again


def code_of(content: bytes) -> str:
    """The code of a notebook, cell after cell, or a program as it is; of our own notebooks without the packed files.

    Raises:
        LabError "paste.too_long"; UnicodeDecodeError: it is no text.
    """
    code = whole(_code_of(content))
    if len(code) > LONGEST:
        raise LabError("paste.too_long", size=len(code), high=CHARACTERS)
    return code


def _code_of(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp949")  # an older Korean Windows
    try:
        cells = json.loads(text)["cells"]
        code = [_source(cell) for cell in cells if cell["cell_type"] == "code" and not _is_files(cell)]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return text
    return "\n\n".join(code)


def _source(cell: Cell) -> str:
    source = cell["source"]
    return "".join(map(str, source)) if isinstance(source, list) else str(source)


def _is_files(cell: Cell) -> bool:
    return DATA_TAG in (cell.get("metadata", {}).get("tags") or ())
