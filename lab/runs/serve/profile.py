"""What a profile makes of Streamlit's own settings; its limits stand in `lab/spec/limits.py`.

`LAB_PROFILE=class streamlit run app.py` says it all. A setting of Streamlit's that somebody gives, as an environment
variable or a flag, goes before what stands here; `.streamlit/config.toml` is that of a person alone.

Streamlit has bound its address and read its settings by the time it reads app.py. So a process that was started without
these settings puts them into its environment and begins again, in the same place and with the same arguments.
"""

import math
import os
import re
import stat
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from lab.spec.limits import CLASS, VisitorLimits, current_limits

CLASS_SETTINGS = {
    "server.address": "0.0.0.0",  # noqa: S104  # the network of the class; alone: 127.0.0.1
    "server.headless": "true",  # no question at the first start
    "server.showEmailPrompt": "false",
    "server.fileWatcherType": "none",  # a first page costs four times as much with it
    "server.maxUploadSize": str(math.ceil(CLASS.upload_bytes / 2**20)),  # MB of 2**20 bytes
    "server.maxMessageSize": "50",  # MB, of what a page is sent
    "server.maxWidgetStateSize": "5",  # MB, of what a page sends: a learner's record is the largest
    "server.enableWebsocketCompression": "false",  # it costs processor, and a room's network is fast
    "server.disconnectedSessionTTL": "120",  # s: a lid that was closed, a network that was gone
    "browser.gatherUsageStats": "false",
    "client.showErrorDetails": "none",
}
# Linux's C library gives threads heaps of their own, sixteen on two processors, and what one has freed no other takes.
# Arrow's own allocator gives none of it back: of nine tables of 19 MB, whose people had gone, it kept 45 MB.
CLASS_PROCESS = {"MALLOC_ARENA_MAX": "2", "ARROW_DEFAULT_MEMORY_POOL": "system"}
DESCRIPTORS = 16_384  # a page holds one while it is open, another while its run goes on, and six as it comes
LOOPBACK = ("127.0.0.1", "::1", "localhost")
EMBEDDED_SETTINGS = {"server.xsrfCookieSameSite": "none"}  # in a frame of LAB_EMBED an upload brings its token, too


def settings(environment: Mapping[str, str]) -> dict[str, str]:
    """Environment variable -> value of every setting that this environment asks for and does not give itself.

    Raises:
        SystemExit: there is no such profile.
    """
    of_class = current_limits() is CLASS
    wanted = dict(CLASS_SETTINGS) if of_class else {}
    if environment.get("LAB_EMBED", "").strip(" ,"):
        wanted |= EMBEDDED_SETTINGS
    named = {_variable(option): value for option, value in wanted.items()} | (CLASS_PROCESS if of_class else {})
    return {name: value for name, value in named.items() if name not in environment}


def enter(app: str) -> None:
    """Put the settings of the profile in force.

    Args:
        app: path of app.py, which Streamlit is about to serve.
    """
    missing = settings(os.environ)
    os.environ.update(missing)
    if current_limits() is CLASS:
        _allow_descriptors()
    if missing and serving(app):
        _begin_again(missing)


def greeting(name: str, people: str, port: int, https: bool, bound: str) -> str:
    """The line that a server begins with.

    Args:
        name: of the profile.
        people: the address that people open.
        bound: the address that is listened on.
    """
    host = f"[{people}]" if ":" in people else people
    address = f"{'https' if https else 'http'}://{host}:{port}"
    if name != "class":
        return f"Open {address}"
    if bound in LOOPBACK and people not in LOOPBACK:  # where a proxy listens is its own matter
        return (
            f"Class behind a proxy: it finds {bound} on port {port}, everybody opens {host}. Limits: lab/spec/limits.py"
        )
    mb = CLASS.upload_bytes // 1_000_000
    return f"Class on {bound}: everybody opens {address}. Files up to {mb} MB; limits: lab/spec/limits.py"


def _variable(option: str) -> str:
    """server.maxUploadSize -> STREAMLIT_SERVER_MAX_UPLOAD_SIZE"""
    return "STREAMLIT_" + re.sub(r"(?<=[a-z])(?=[A-Z])", "_", option.replace(".", "_")).upper()


def serving(app: str) -> bool:
    """Was this process started by `streamlit run app.py`?"""
    return "streamlit.web.bootstrap" in sys.modules and Path(sys.argv[0]).resolve() == Path(app).resolve()


def descriptors() -> int:
    """Files and connections that this process may have open at once."""
    try:
        import resource
    except ImportError:
        return DESCRIPTORS
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return DESCRIPTORS if soft == resource.RLIM_INFINITY else min(soft, DESCRIPTORS)


def connections() -> int:
    """Pages that may be open at once, and as many connections for all else that is asked; files and processes have the
    rest of the descriptors.
    """
    return descriptors() * 3 // 8


def visitors() -> VisitorLimits | None:
    """What one browser may ask, with no more pages than this process has descriptors for."""
    limits, share = current_limits().visitors, connections()
    return limits and replace(
        limits,
        pages_of_all=min(limits.pages_of_all, share),
        pages_of_address=min(limits.pages_of_address, share // 2),
    )


def _allow_descriptors() -> None:
    """Many systems give a process 1,024 unless it asks for more: 384 pages, half of them for one address."""
    try:
        import resource
    except ImportError:  # Windows has no such bound
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(DESCRIPTORS, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _begin_again(missing: Mapping[str, str]) -> NoReturn:
    if os.name == "nt":  # a new process there, while this one keeps the port
        given = "\n".join(f"set {name}={value}" for name, value in missing.items())
        raise SystemExit(f"On Windows a class is started with these settings given:\n{given}")
    sys.stdout.flush()
    for path in Path("/dev/fd").iterdir():
        descriptor = int(path.name)
        with suppress(OSError):  # that of the listing itself
            if descriptor > 2 and stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                os.set_inheritable(descriptor, False)  # the port is bound anew
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606
