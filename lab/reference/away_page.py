"""The page that a reverse proxy shows while no server answers: whole in itself, since nobody can be asked for more."""

from html import escape
from typing import Final

from lab.data.samples import SAMPLE_DATA
from lab.texts import LANGUAGES, Language, say

FILE: Final = SAMPLE_DATA.parent / "deploy" / "away.html"
AGAIN_S: Final = 7  # until the browser asks again; a server that is started again takes some seconds


def away_page() -> str:
    """Both languages: which one a person reads only the app would know."""
    return f"""<!doctype html>
<!-- written by `python -m lab docs`; change lab/texts/proxy.toml instead -->
<html lang="ko">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="{AGAIN_S}">
<title>{" · ".join(escape(say("app.title", language)) for language in LANGUAGES)}</title>
<style>body {{ font: 1.1rem/1.6 sans-serif; max-width: 34rem; margin: 15vh auto; padding: 0 1rem }}</style>
{"".join(_section(language) for language in LANGUAGES)}</html>
"""


def _section(language: Language) -> str:
    head, why = escape(say("proxy.away", language)), escape(say("proxy.away_why", language))
    return f'<section lang="{language}"><h1>{head}</h1><p>{why}</p></section>\n'
