"""Streamlit's page as it arrives: empty until its scripts have come and a first screen is drawn.

That takes a second or two, and longer when a class opens it at once. Here it says so, in the person's language, and
where the server is. Streamlit answers with it at any address, and says in a dialog of its own, in English alone, that
there is no such page: who comes with a wrong one is led to the first page, which says it.
"""

import gzip
from collections.abc import Collection
from html import escape
from typing import Final

from starlette.datastructures import Headers, QueryParams
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lab.texts import LANGUAGES, Language, say

ROOT: Final = '<div id="root"></div>'  # Streamlit draws into it, and what stood there is gone
ICON: Final = "favicon.png"  # as Streamlit's page names it
ICON_HEADERS: Final = {"content-type": "image/png", "cache-control": "public, max-age=86400"}
NOWHERE: Final = "nowhere"  # the query parameter of who came with an address of no page
UNLIKE: Final = (b"accept-encoding", b"if-none-match", b"if-modified-since", b"range")  # the page must come whole
# Below a page's own path, such as /lessons, Streamlit would look for its server there first: two requests answered by
# 404, and a pause. Pages stand beside one another, so that the server is where the scripts of the page are, too.
SCRIPT: Final = 'window.__streamlit = { BACKEND_BASE_URL: new URL(".", window.location.href).href };'
STYLE: Final = """
  #opening { font: 1.1rem/1.6 sans-serif; margin: 22vh auto 0; max-width: 40rem; padding: 0 1.5rem; }
  #opening p { margin: 0; word-break: keep-all; }
  #opening p + p { animation: opening 0s 4s forwards; visibility: hidden; }
  @keyframes opening { to { visibility: visible; } }
  @media (prefers-color-scheme: dark) { body:has(#opening) { background: #171614; color: #fafafa; } }
"""
# What Streamlit shows without words, or in English with its own name: the way past the head for who goes by keyboard,
# the skeleton of the first screen, a script that takes long, and a connection that is lost, of which a dialog of its
# own tells after some ten seconds. A style that hangs on anything within the body (`body:has(...) ...`) has the whole
# page styled anew at each number that moves.
LOST: Final = ":not([data-test-connection-state='CONNECTED'], [data-test-connection-state='DISCONNECTED_FOREVER'])"
WORDS: Final = """
  [data-testid="stSkipToContent"] { font-size: 0 !important; &::after { content: "%(skip)s"; font-size: 1rem; } }
  [data-testid="stAppSkeleton"]::before { content: "%(opening)s"; }
  body:not(:has(> [data-testid="stDialog"])) [data-testid="stApp"]:not(:has([data-testid="stAppSkeleton"])) {
    &::after {
      animation: said 0s 2s forwards; visibility: hidden; pointer-events: none; z-index: 1000000;
      position: fixed; left: 50%%; top: .5rem; transform: translateX(-50%%);
      width: max-content; max-width: min(44rem, calc(100vw - 1.6rem)); padding: .45rem .9rem; word-break: keep-all;
      background: #31333f; border-radius: .5rem; color: #fff; font-size: .95rem;
    }
    &:not([data-test-script-state="notRunning"])::after { content: "%(working)s"; }
    &LOST::after { content: "%(lost)s"; }
  }
  @keyframes said { to { visibility: visible; } }
  body:has([data-testid="stApp"]LOST) [data-testid="stDialog"] {
    & h2, & h2 + div, & h2 + div * { font-size: 0; }
    & h2::after { content: "%(lost_title)s"; font-size: 1.4rem; }
    & h2 + div::after { content: "%(lost_long)s"; font-size: 1rem; word-break: keep-all; }
  }
""".replace("LOST", LOST)


def words(language: Language) -> str:
    """Styles that put words in place of Streamlit's own, which no setting changes."""
    names = ("opening", "working", "lost", "lost_title", "lost_long", "skip")
    return WORDS % {name: say(f"server.{name}", language) for name in names}


def language_of(scope: Scope) -> Language:
    """As of a page whose session has chosen none: that of its address, or the browser's."""
    asked = QueryParams(scope.get("query_string", b"")).get("lang")
    if asked in LANGUAGES:
        return asked
    return "ko" if Headers(scope=scope).get("accept-language", "ko").lower().startswith("ko") else "en"


class FrontPage:
    """ASGI middleware: where Streamlit answers with its page, that page with a sentence goes out.

    Args:
        page: HTML of Streamlit's page. What is not this very page, such as a report that is saved, goes out as it is.
        names: of the app's pages, which are their addresses.
        first: the page that has none; who asks for it by its name is led to it, too.
        base: what stands before all of them, where the server has a prefix.
        styles: hold on the page in each language. Said by a page's script, they were gone through at each of its runs.
        icon: a PNG for the browser's tab, where the page says that Streamlit's is.
    """

    def __init__(
        self,
        app: ASGIApp,
        page: str,
        names: Collection[str],
        first: str,
        base: str = "",
        styles: str = "",
        icon: bytes | None = None,
    ) -> None:
        self.app, self.page = app, page.encode()
        self.addresses, self.first, self.icon = {"", *names} - {first}, first, icon
        self.base = f"/{base}/".replace("//", "/")
        self.told = {language: _told(page, language, styles).encode() for language in LANGUAGES}
        self.packed = {language: gzip.compress(told, mtime=0) for language, told in self.told.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_read = scope["type"] == "http" and scope["method"] == "GET"
        if is_read and self.icon is not None and scope["path"] == f"{self.base}{ICON}":
            await Response(self.icon, headers=ICON_HEADERS)(scope, receive, send)
            return
        if not is_read or "text/html" not in Headers(scope=scope).get("accept", ""):
            await self.app(scope, receive, send)
            return
        held: list[Message] = []

        async def send_or_hold(message: Message) -> None:
            if held or self._may_be_the_page(message):
                held.append(message)
            else:
                await send(message)

        headers = [pair for pair in scope["headers"] if pair[0] not in UNLIKE]
        await self.app({**scope, "headers": headers}, receive, send_or_hold)
        if b"".join(message.get("body", b"") for message in held) == self.page:
            await self._answer(scope)(scope, receive, send)
            return
        for message in held:
            await send(message)

    def _may_be_the_page(self, message: Message) -> bool:
        if message["type"] != "http.response.start" or message["status"] != 200:
            return False
        return Headers(raw=message["headers"]).get("content-length") == str(len(self.page))

    def _answer(self, scope: Scope) -> Response:
        address = scope["path"].removeprefix(self.base)
        if address not in self.addresses:
            asked = scope["query_string"].decode("latin-1")
            return _to_the_first_page(address, [asked] * bool(asked) + [NOWHERE] * (address != self.first))
        language = language_of(scope)
        headers = {"cache-control": "no-cache", "vary": "Accept-Encoding, Accept-Language"}
        if "gzip" in Headers(scope=scope).get("accept-encoding", ""):
            return HTMLResponse(self.packed[language], headers={**headers, "content-encoding": "gzip"})
        return HTMLResponse(self.told[language], headers=headers)


def _to_the_first_page(address: str, query: list[str]) -> Response:
    """From an address beside or below its own."""
    up = "../" * address.count("/") or "./"
    return RedirectResponse(f"{up}{'?' if query else ''}{'&'.join(query)}", 303, {"cache-control": "no-cache"})


def _told(page: str, language: Language, styles: str) -> str:
    opening, long = (escape(say(f"server.{name}", language)) for name in ("opening", "opening_long"))
    there = f'<div id="root"><div id="opening"><p>{opening}</p><p>{long}</p></div></div><style>{styles}</style>'
    title = f"<title>{escape(say('app.title', language))}</title>"
    said = page.replace(ROOT, there).replace("<title>Streamlit</title>", title)
    head = f"<script>{SCRIPT}</script><style>{STYLE}{words(language)}</style>"
    return said.replace('<html lang="en">', f'<html lang="{language}">').replace("</head>", f"{head}</head>")
