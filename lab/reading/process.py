"""A reading process: `python -m lab.reading.process` reads files from its standard input and writes what came of them.

It has a bound on its memory and a lower priority, reads one file at a time, listens on nothing, and ends as soon as its
input closes. How long a file may take is watched by whoever asked.
"""

import gc
import io
import json
import os
import queue
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from lab.errors import LabError, TableError
from lab.reading.file import Progress, read_file
from lab.reading.replies import answer, asked, refusal_values
from lab.reading.wire import Arrays, Values, receive, send
from lab.runs.work.process import be_modest, private_output

TELL_EVERY_S = 0.1


def main() -> None:
    source = io.BufferedReader(io.FileIO(sys.stdin.fileno(), closefd=False))
    target = private_output()
    be_modest(json.loads(source.readline())["memory_bytes"])
    inbox: queue.SimpleQueue[tuple[Values, Arrays]] = queue.SimpleQueue()

    def listen() -> None:
        try:
            while (request := receive(source)) is not None:
                inbox.put(request)
        finally:
            os._exit(0)  # nobody is left to read for, even if a file is being read; or there is no memory for the next

    threading.Thread(target=listen, daemon=True).start()
    gc.freeze()  # what is imported by now stays
    with suppress(BrokenPipeError):
        while True:
            values, arrays = _reply(inbox.get(), target)
            send(target, {**values, "peak_bytes": _peak_bytes()}, arrays)


def _reply(request: tuple[Values, Arrays], target: BinaryIO) -> tuple[Values, Arrays]:
    """What came of the file: of one that takes more memory than there is, a refusal."""
    told_at = 0.0

    def tell(progress: Progress) -> None:
        nonlocal told_at
        if time.monotonic() - told_at > TELL_EVERY_S:
            told_at = time.monotonic()
            send(target, {"progress": [progress.stage, progress.share]})

    try:
        content, wish, limits = asked(*request)
        return answer(read_file(content, wish, limits, tell))
    except LabError as refusal:
        return {"refused": refusal_values(refusal)}, {}
    except MemoryError:
        return {"refused": refusal_values(TableError("table.too_much_memory"))}, {}


def _peak_bytes() -> int:
    """The most memory that this process has had; 0 where the system does not tell.

    Linux's `ru_maxrss` would tell that of the web process, too, which this one was forked from.
    """
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return 1024 * int(line.split()[1])
    return 0


if __name__ == "__main__":
    main()
