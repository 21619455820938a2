"""What a reading process is asked and answers, as plain values and arrays."""

from dataclasses import asdict
from typing import Any

import numpy as np

from lab.aside.refusals import refusal_of, refusal_values
from lab.aside.wire import Arrays, Values
from lab.errors import LabError
from lab.reading.file import FileRead, Wish
from lab.reading.tables import packed, unpacked
from lab.spec.data import ReadingSpec
from lab.spec.experiment import Experiment
from lab.spec.limits import Limits


def question(content: bytes, wish: Wish, limits: Limits) -> tuple[Values, Arrays]:
    values = {**asdict(wish), "reading": wish.reading.model_dump_json(), "limits": asdict(limits)}
    return values, {"content": np.frombuffer(content, np.uint8)}


def asked(values: Values, arrays: Arrays) -> tuple[bytes, Wish, Limits]:
    """What `question` was given."""
    reading = ReadingSpec.model_validate_json(values["reading"])
    wish = Wish(values["name"], reading, values["strictly"], values["proposal"])
    return arrays["content"].tobytes(), wish, Limits(**values["limits"])


def answer(read: FileRead) -> tuple[Values, Arrays]:
    table, arrays = packed(read.table)
    proposal: dict[str, Any] | str | None
    if isinstance(read.proposal, LabError):
        proposal = refusal_values(read.proposal)
    else:
        proposal = None if read.proposal is None else read.proposal.to_json()
    return {"table": table, "reading": read.reading.model_dump_json(), "proposal": proposal}, arrays


def answered(values: Values, arrays: Arrays, content: bytes) -> FileRead:
    """What `answer` was given.

    Args:
        content: of the file.
    """
    proposal: Experiment | LabError | None = None
    if isinstance(values["proposal"], str):
        proposal = Experiment.from_json(values["proposal"])
    elif values["proposal"] is not None:
        proposal = refusal_of(values["proposal"])
    reading = ReadingSpec.model_validate_json(values["reading"])
    return FileRead(unpacked(values["table"], arrays, content), reading, proposal)
