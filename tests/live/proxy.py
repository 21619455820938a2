"""deploy/nginx.conf at work: two replicas with one store behind an nginx of the tests, on free ports."""

import os
import pwd
import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from benchmarks.live.server import running_app
from tests.browser.relay import Relay
from tests.nginx import find_nginx
from tests.waiting import LONGEST_S, wait_for

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
CERTIFICATE = (
    "openssl",
    "req",
    "-x509",
    "-nodes",
    "-days",
    "2",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:prime256v1",
)
NAMED = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", "key.pem", "-out", "chain.pem")


@dataclass
class Proxied:
    """Two replicas behind nginx.

    Args:
        host: speaks plainly to the tests and by TLS to nginx, as a browser would.
        http, https: where nginx itself listens.
        replicas: the servers, by the name that the cookie says.
        home: LAB_HOME of both.
        logs: what nginx writes.
    """

    host: str
    http: str
    https: str
    replicas: dict[str, psutil.Process]
    home: Path
    logs: Path
    tls: ssl.SSLContext

    def logged(self) -> str:
        """Everything that nginx has written about requests and about itself."""
        return "".join(file.read_text(encoding="utf-8") for file in sorted(self.logs.glob("*.log")))


@contextmanager
def running_proxy(folder: Path) -> Iterator[Proxied]:
    """Everything started, each answering. Skips the test where there is no nginx or no openssl."""
    nginx = find_nginx()
    if nginx is None or not shutil.which("openssl"):
        pytest.skip("no nginx or no openssl here, and `python -m tests` could get none")
    home = folder / "home"
    with ExitStack() as stack:
        with ThreadPoolExecutor(2) as both:  # they start side by side
            started = list(both.map(lambda _: stack.enter_context(running_app(**replica(home))), range(2)))
        ports = {address.rpartition(":")[2]: process for address, process in started}
        http, https = free_ports(2)
        subprocess.run([*CERTIFICATE, *NAMED], cwd=folder, check=True, capture_output=True)
        (folder / "nginx.conf").write_text(adapted(folder, list(ports), http, https), encoding="utf-8")
        stack.enter_context(running_nginx(nginx, folder, https))
        tls = ssl.create_default_context(cafile=folder / "chain.pem")
        relay = Relay(f"localhost:{https}", tls)
        stack.callback(relay.close)
        named = [f"localhost:{port}" for port in (relay.port, http, https)]
        yield Proxied(*named, ports, home, folder / "logs", tls)


def replica(home: Path) -> dict[str, str]:
    settings = {"LAB_HOME": str(home), "LAB_PROFILE": "class", "LAB_WORKERS": "1"}
    return {**settings, "STREAMLIT_SERVER_ADDRESS": "127.0.0.1"}  # as in deploy/lab@.service


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def adapted(folder: Path, replicas: list[str], http: int, https: int) -> str:
    """The file as an administrator would change it, with ports and folders of the test."""
    (folder / "logs").mkdir()
    person = pwd.getpwuid(os.geteuid()).pw_name
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    changes = {
        "user www-data;": f"user {person};" if os.geteuid() == 0 else "",
        "worker_processes auto;": "worker_processes 1; daemon off;",
        "worker_rlimit_nofile 20000;": "",
        "http {\n": "http {\n" + "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in KINDS_OF_TEMPORARY_FILES),
        "/run/nginx.pid": f"{folder}/nginx.pid",
        "/var/log/nginx": f"{folder}/logs",
        "/var/lib/nginx/lab": f"{folder}/cache",
        "/etc/letsencrypt/live/lab.example.org/fullchain.pem": f"{folder}/chain.pem",
        "/etc/letsencrypt/live/lab.example.org/privkey.pem": f"{folder}/key.pem",
        "/opt/lab/deploy": str(DEPLOY),
        "lab.example.org": "localhost",
        "listen [::]:80 default_server;": "",
        "listen [::]:443 ssl default_server;": "",
        "listen [::]:80;": "",
        "listen [::]:443 ssl;": "",
        "listen 80": f"listen 127.0.0.1:{http}",
        "listen 443": f"listen 127.0.0.1:{https}",
        "8501": replicas[0],
        "8502": replicas[1],
    }
    for old in changes:
        assert old in text, f"{old} does not stand in deploy/nginx.conf any more"
    # in one pass: a port that was put in may hold the digits of one to be replaced, as 58501 does
    return re.sub("|".join(map(re.escape, changes)), lambda found: changes[found[0]], text)


KINDS_OF_TEMPORARY_FILES = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


@contextmanager
def running_nginx(nginx: str, folder: Path, port: int) -> Iterator[None]:
    command = [nginx, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "logs" / "error.log")]
    with subprocess.Popen(command) as process:
        try:
            wait_for(lambda: listens(port) or process.poll() is not None, "nginx")
            assert process.poll() is None, "nginx does not take deploy/nginx.conf"
            yield
        finally:
            process.terminate()
            process.wait(LONGEST_S)


def listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0
