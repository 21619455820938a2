"""Finds an nginx for the tests of the reverse proxy, and gets one where none is found."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OWN = ROOT / ".venvs" / "nginx"  # beside what the tests of other versions install
PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", str(OWN / "usr" / "sbin")])


def find_nginx() -> str | None:
    """Path of an nginx: $NGINX, one on the PATH or where Debian puts it, or our own; None if there is none."""
    return os.environ.get("NGINX") or shutil.which("nginx", path=PATH)


def fetch_nginx() -> str | None:
    """Unpack Debian's nginx into a folder of ours: installed, it would start and take port 80. None without apt."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        return None
    if os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "-qq"], check=False)
    OWN.mkdir(parents=True, exist_ok=True)  # dpkg-deb makes no more than the last folder
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["apt-get", "download", "-qq", "nginx"], cwd=folder, check=False, stdout=subprocess.DEVNULL)
        for package in Path(folder).glob("nginx_*.deb"):
            subprocess.run(["dpkg-deb", "--extract", str(package), str(OWN)], check=False)
    return find_nginx()
