"""The main of a process that works things out: it takes questions from its standard input and writes the answers.

It has a bound on its memory and a lower priority, works on one question at a time, listens on nothing, and ends as soon
as its input closes. How long a question may take is watched by whoever asked.
"""

import gc
import io
import json
import os
import queue
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO

from lab.aside.progress import Progress, Tell
from lab.aside.refusals import refusal_values
from lab.aside.wire import Arrays, Values, receive, send
from lab.errors import LabError
from lab.memory import give_back, have_one_heap, peak_bytes
from lab.runs.work.process import be_modest, private_output

TELL_EVERY_S = 0.1

Answering = Callable[[Values, Arrays, Tell], tuple[Values, Arrays]]  # raises LabError


def serve(answering: Answering, too_much: LabError) -> None:
    """Answer until nobody asks any more.

    Args:
        too_much: the refusal of what takes more memory than there is.
    """
    have_one_heap()
    source = io.BufferedReader(io.FileIO(sys.stdin.fileno(), closefd=False))
    target = private_output()
    be_modest(json.loads(source.readline())["memory_bytes"])
    inbox: queue.SimpleQueue[tuple[Values, Arrays]] = queue.SimpleQueue()

    def listen() -> None:
        try:
            while (question := receive(source)) is not None:
                inbox.put(question)
                question = None  # it may be the last one for hours, and it is a file
        finally:
            os._exit(0)  # nobody is left to work for, even in the middle; or there is no memory for the next

    threading.Thread(target=listen, daemon=True).start()
    gc.freeze()  # what is imported by now stays
    with suppress(BrokenPipeError):
        while True:
            _answer(answering, inbox.get(), too_much, target)
            gc.collect()
            give_back()  # it may be the last question for hours


def _answer(answering: Answering, question: tuple[Values, Arrays], too_much: LabError, target: BinaryIO) -> None:
    values, arrays = _reply(answering, question, too_much, target)
    send(target, {**values, "peak_bytes": peak_bytes()}, arrays)


def _reply(
    answering: Answering, question: tuple[Values, Arrays], too_much: LabError, target: BinaryIO
) -> tuple[Values, Arrays]:
    told_at = 0.0

    def tell(progress: Progress) -> None:
        nonlocal told_at
        if time.monotonic() - told_at > TELL_EVERY_S:
            told_at = time.monotonic()
            send(target, {"progress": [progress.stage, progress.share]})

    try:
        return answering(*question, tell)
    except LabError as refusal:
        return {"refused": refusal_values(refusal)}, {}
    except MemoryError:
        return {"refused": refusal_values(too_much)}, {}
