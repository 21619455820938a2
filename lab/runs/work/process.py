"""A worker process: its surroundings, and the pipe to the web process.

`python -m lab.runs.work.process` reads messages from its standard input and writes messages to its standard output.
It needs the standard library, NumPy and netcore, listens on nothing, and ends as soon as its input closes.
"""

import gc
import io
import json
import os
import queue
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from lab.runs.wire.messages import PROTOCOL, Hello, Message, read_messages, write_messages
from lab.runs.work.suspect import Suspect
from lab.runs.work.worker import Worker

FIRST_TO_GO = "500"  # as if it took half of the machine more; the web process has 0
SWITCH_S = 0.0005  # that a command which has come in waits for the thread that computes; Python's own are 5 ms


def be_modest(memory_bytes: int) -> None:
    """Leave the machine to the web process: lower priority, a bound on memory where the system has one, and where there
    is no memory left the system ends this process first.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the terminal is for the web process, which then closes us
    if hasattr(os, "nice"):
        os.nice(5)
    with suppress(OSError):  # Linux
        Path("/proc/self/oom_score_adj").write_text(FIRST_TO_GO, encoding="ascii")
    try:
        import resource
    except ImportError:  # Windows has none
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    bound = memory_bytes if hard == resource.RLIM_INFINITY else min(memory_bytes, hard)
    resource.setrlimit(resource.RLIMIT_AS, (bound, hard))


def private_output() -> BinaryIO:
    """Standard output for messages alone: whatever else is printed goes to standard error."""
    stream = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return stream


def main() -> None:
    source = io.BufferedReader(io.FileIO(sys.stdin.fileno(), closefd=False))
    target = private_output()
    settings = json.loads(source.readline())
    be_modest(settings["memory_bytes"])
    inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()

    def listen() -> None:
        for message in read_messages(source):
            inbox.put(message)
        os._exit(0)  # nobody is left to work for, even if a batch is being computed

    sys.setswitchinterval(SWITCH_S)
    threading.Thread(target=listen, daemon=True).start()
    gc.freeze()  # what is imported by now stays
    write_messages(target, [Hello(settings["index"], os.getpid(), PROTOCOL)])
    suspect = Suspect(Path(settings["suspect"]) if settings["suspect"] else None)
    with suppress(BrokenPipeError):
        Worker(inbox, lambda messages: write_messages(target, messages), suspect).run()


if __name__ == "__main__":
    main()
