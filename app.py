"""The app: pages, the route of the live curves, and the engine that trains. `streamlit run app.py` starts it."""

import asyncio
import gc
import importlib
import os
import pkgutil
import signal
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

from lab.runs.serve import profile

profile.enter(__file__)  # before Streamlit reads its settings

import streamlit as st
from starlette.middleware import Middleware
from streamlit.file_util import get_static_dir
from streamlit.net_util import get_internal_ip
from streamlit.runtime.runtime_util import get_max_widget_state_size_bytes

from lab.insight.inside.looker import LookingPool, set_looker
from lab.reading.host import set_reader
from lab.reading.pool import ReadingPool
from lab.reading.stored import FileFolder, set_file_folder
from lab.runs.serve import owner, variables
from lab.runs.serve.front import SCRIPT, FrontPage
from lab.runs.serve.headers import inline_scripts, sites
from lab.runs.serve.host import set_engine
from lab.runs.serve.http_reading import bound_http_reading
from lab.runs.serve.packed_files import PackedFiles
from lab.runs.serve.pooled import PoolEngine
from lab.runs.serve.routes import middleware, routes
from lab.runs.serve.uploads import UploadGate
from lab.runs.serve.websocket_reading import bound_websocket_reading
from lab.spec.limits import current_limits
from lab.texts import LANGUAGES
from pages import FIRST, PAGES
from pages.ui.forged import hear_clicks, take_no_forged_values
from pages.ui.frame.style import ICON, language_script, styles
from pages.ui.messages import kind_of
from pages.ui.state import leave, refused
from pages.ui.thrift import (
    give_scripts_no_loop,
    know_drawings_by_their_keys,
    leave_gone_pages,
    look_up_settings_once,
    name_drawings_without_their_scripts,
    send_some_at_a_time,
    send_without_a_detour,
    tell_the_loop_together,
)
from pages.ui.ticks import let_looks_give_way
from pages.ui.turns import tell_when_scripts_end
from pages.ui.uploads import held_bytes


@asynccontextmanager
async def lifespan(app: object) -> AsyncIterator[dict[str, object]]:
    """The engine lives as long as the server."""
    keep_imports_out_of_garbage_collection()
    tell_the_loop_together()
    send_without_a_detour()
    send_some_at_a_time()
    look_up_settings_once()
    name_drawings_without_their_scripts()
    know_drawings_by_their_keys()
    give_scripts_no_loop()
    take_no_forged_values()
    hear_clicks(refused)
    leave_gone_pages(leave)
    let_looks_give_way()
    tell_when_scripts_end()
    bound_websocket_reading(get_max_widget_state_size_bytes())
    engine, reader, looker = PoolEngine(), ReadingPool(), LookingPool()
    set_reader(reader)
    set_file_folder(FileFolder(engine.sent))
    set_looker(looker)
    await asyncio.to_thread(engine.begin, asyncio.get_running_loop())
    set_engine(engine)
    close_when_asked_to_stop(engine)
    print(greeting(), flush=True)
    sweeper = asyncio.create_task(engine.caretaker.sweep_for_ever())
    try:
        yield {}
    finally:
        sweeper.cancel()
        set_engine(None)
        set_reader(None)
        set_file_folder(None)
        set_looker(None)
        await asyncio.to_thread(reader.close)
        await asyncio.to_thread(looker.close)
        await asyncio.to_thread(engine.close)


def close_when_asked_to_stop(engine: PoolEngine) -> None:
    """Keep what goes on at the first signal: before the end of the lifespan the server waits for every open page.

    A curve is open as long as its run goes on, and the page of a laptop that sleeps for a minute; systemd and Docker
    wait for some seconds only.
    """
    if threading.current_thread() is not threading.main_thread():
        return  # a test's client: signals come to the main thread alone
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        servers_own = signal.getsignal(number)

        def stop(number: int, frame: FrameType | None, servers_own: object = servers_own) -> None:
            loop.call_soon_threadsafe(loop.run_in_executor, None, engine.close)
            if callable(servers_own):
                servers_own(number, frame)

        signal.signal(number, stop)


def keep_imports_out_of_garbage_collection() -> None:
    """What is imported for good need not be looked at at each collection, and the first page must not wait for it."""
    import pages.ui

    for module in pkgutil.walk_packages(pages.ui.__path__, "pages.ui."):
        importlib.import_module(module.name)  # and with them everything that a page needs
    gc.collect()
    gc.freeze()


def greeting() -> str:
    """Which address people should open, and what is in force."""
    bound = st.get_option("server.address") or "0.0.0.0"  # noqa: S104
    everywhere = bound in ("0.0.0.0", "::")  # noqa: S104
    people = os.environ.get("STREAMLIT_BROWSER_SERVER_ADDRESS") or (get_internal_ip() if everywhere else bound)
    return profile.greeting(
        name=os.environ.get("LAB_PROFILE", "alone"),
        people=people or "localhost",
        port=st.get_option("server.port"),
        https=bool(st.get_option("server.sslCertFile")),
        bound=bound,
    )


def own_middleware() -> list[Middleware]:
    """What every request passes, as the settings of this server want it."""
    page = Path(get_static_dir(), "index.html").read_text(encoding="utf-8")
    named = [urlsplit(origin).hostname or "" for origin in st.get_option("server.corsAllowedOrigins")]
    gate = Middleware(UploadGate, limits=current_limits(), held_bytes=held_bytes)
    passed = middleware(
        scripts=[*inline_scripts(page), SCRIPT, *map(language_script, LANGUAGES)],
        allowed_hosts=st.get_option("server.allowedHosts") or (),
        origins=named if st.get_option("server.enableCORS") else None,
        embedding=sites(os.environ.get("LAB_EMBED", "")),
        limits=profile.visitors(),
        metrics=variables.metrics_wanted(),
        base=base_path(),
        kind_of=kind_of,
    )
    names, icon = [each.name for each in PAGES], ICON.read_bytes()
    front = Middleware(FrontPage, page=page, names=names, first=FIRST, base=base_path(), styles=styles(), icon=icon)
    return [*passed, gate, front]


def base_path() -> str:
    return (st.get_option("server.baseUrlPath") or "").strip("/")


def static_files() -> Middleware:
    """Streamlit's scripts, styles and letters, packed."""
    return Middleware(
        PackedFiles, folder=Path(get_static_dir()) / "static", at=f"/{base_path()}/static/".replace("//", "/")
    )


if profile.serving(__file__):
    for sentence in variables.look():
        print(sentence, flush=True)
    owner.ready()  # without a key no page could be served
    bound_http_reading(profile.connections())
app = st.App(
    "pages/main.py", routes=routes(base_path()), middleware=[*own_middleware(), static_files()], lifespan=lifespan
)
