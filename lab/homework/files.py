"""Tasks and hand-ins as files and links: compressed JSON, read by one strict schema."""

import json
import re
from typing import Any, Final

from lab.export.link import packed, unpacked
from lab.homework.knobs import check_knobs
from lab.homework.refusal import HomeworkError
from lab.homework.schema import HandIn, Task, TeachersCopy
from lab.spec.limits import ALONE
from lab.spec.value import checked

FORM: Final = "H1"  # of a task in a link
HAND_IN_FORM: Final = "I1"
Content = Task | TeachersCopy | HandIn
KINDS: Final[dict[str, type[Content]]] = {
    "homework": Task,
    "homework_teacher": TeachersCopy,
    "homework_hand_in": HandIn,
}


def to_file(content: Content) -> bytes:
    """As JSON text in UTF-8."""
    return json.dumps(content.as_values(), ensure_ascii=False, indent=1).encode()


def to_link(content: Task | HandIn) -> str:
    """Text for the query of an address. Raises HomeworkError "homework.link_too_long": then the file is the way."""
    text = (FORM if isinstance(content, Task) else HAND_IN_FORM) + packed(_written(content.as_values()))
    if len(text) > ALONE.link_characters:
        raise HomeworkError("homework.link_too_long", size=len(text), high=ALONE.link_characters)
    return text


def _written(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def read(content: bytes) -> Content:
    """What `to_file` wrote.

    Raises:
        HomeworkError, ExperimentError, NetcoreError: it is none of ours, or what is wrong with it.
    """
    if len(content) > 4 * ALONE.homework_characters:
        raise HomeworkError("homework.too_long", size=len(content), high=4 * ALONE.homework_characters)
    try:
        values = json.loads(content)
        text = _written(values)
    except (ValueError, RecursionError):
        raise HomeworkError("homework.no_file") from None
    kind = values.get("kind") if isinstance(values, dict) else None
    if not isinstance(kind, str) or kind not in KINDS:
        raise HomeworkError("homework.no_file")
    found: Content = checked(KINDS[kind], text)
    if not isinstance(found, HandIn):
        check_knobs(found.task if isinstance(found, TeachersCopy) else found)
    return found


def read_link(text: str) -> Content:
    """What `to_link` wrote, alone or behind the address of a page. Raises as `read`."""
    letters = re.split(r"[?&](?:task|hand_in)=", text.strip())[-1].split("&")[0]
    if len(letters) > ALONE.link_characters or not letters.startswith((FORM, HAND_IN_FORM)):
        raise HomeworkError("homework.bad_link")
    try:
        content = unpacked(letters[len(FORM) :], 4 * ALONE.homework_characters)
    except ValueError:
        raise HomeworkError("homework.bad_link") from None
    return read(content)


def file_name(words: str, ending: str) -> str:
    """A name for a download: letters, digits, "-" and "_" of a person's words."""
    letters = re.sub(r"[^\w-]+", "-", words).strip("-")[:60]
    return f"{letters or 'homework'}.{ending}.json"
