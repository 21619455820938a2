"""Starts the real app for a benchmark, on a free port, with a store of its own, and ends it afterwards."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psutil

ROOT = Path(__file__).resolve().parents[2]
LONGEST_S = 150.0  # that starting or ending may take on a crowded machine; a few seconds on another


@contextmanager
def running_app(app: str = "app.py", **environment: str) -> Iterator[tuple[str, psutil.Process]]:
    """("localhost:port", process of the server) once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as home:
        options = {
            "server.port": str(port),
            "server.headless": "true",
            "server.fileWatcherType": "none",  # as in a class
            "browser.serverAddress": "localhost",  # else Streamlit asks a server outside for its own address
        }
        flags = [text for name, value in options.items() for text in (f"--{name}", value)]
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", app, *flags],
            cwd=ROOT,
            env={**os.environ, "LAB_HOME": home, **environment},
        )
        host = f"127.0.0.1:{port}"
        try:
            _wait_until_it_answers(host, process)
            yield host, psutil.Process(process.pid)
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=LONGEST_S)
            except subprocess.TimeoutExpired:
                process.kill()


def workers_of(server: psutil.Process) -> list[psutil.Process]:
    """The worker processes of a server, oldest first."""
    return [child for child in server.children() if "lab.runs.work.process" in " ".join(child.cmdline())]


def readers_of(server: psutil.Process) -> list[psutil.Process]:
    """The processes of a server that read files."""
    return [child for child in server.children() if "lab.reading.process" in " ".join(child.cmdline())]


def _wait_until_it_answers(host: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + LONGEST_S
    while time.monotonic() < end:
        if process.poll() is not None:
            raise SystemExit(f"the server ended with status {process.returncode}")
        try:
            with urlopen(f"http://{host}/_stcore/health", timeout=LONGEST_S):  # a server of our own
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise SystemExit("the server does not answer")
