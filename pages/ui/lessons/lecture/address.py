"""Where another device finds this app, and the replica of it that this page lives in."""

import re
from urllib.parse import urlsplit

import streamlit as st
from streamlit.net_util import get_internal_ip

from lab.runs.serve.cookies import REPLICA

HERE = ("localhost", "127.0.0.1", "::1")
EVERYWHERE = ("", "0.0.0.0", "::")  # noqa: S104  # what a server is told to listen on


def replica_here() -> str:
    """The number of this replica; "" where there is only one, or the browser keeps no cookies."""
    value = dict(st.context.cookies).get(REPLICA, "")
    return value if re.fullmatch(r"\d{1,5}", value) else ""


def address_for_others(page: str) -> tuple[str, bool]:
    """The address of a page, and whether another device can come there.

    Who looks from the server's own computer sees an address that leads nobody else there: it is named by the one in
    its network, and a server that listens to its own computer alone is reached by nobody.
    """
    there = urlsplit(st.context.url or "")
    root = there.path.rstrip("/").removesuffix(f"/{page}")
    host, port = there.hostname or HERE[0], "" if there.port is None else f":{there.port}"
    if host not in HERE:
        return f"{there.scheme}://{there.netloc}{root}/{page}", True
    reached = (st.get_option("server.address") or "") in EVERYWHERE
    named = (get_internal_ip() if reached else None) or host
    return f"{there.scheme or 'http'}://{named}{port}{root}/{page}", reached and named not in HERE
