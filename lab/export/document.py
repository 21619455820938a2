"""A page of HTML that stands alone, built as a tree (`lab.charts.markup`): a person's text is never markup."""

from xml.etree.ElementTree import Element

from lab.charts.markup import element, written
from lab.texts import Language
from lab.texts.letters import visible

# nothing may be fetched and no script may run, whatever the file holds
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def document(title: str, body: Element, style: str, language: Language) -> bytes:
    """The whole page, in UTF-8."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", title),
        element("style", style),
    )
    return written(element("html", head, element("body", body), lang=language)).encode()


def own(text: str) -> Element:
    """A person's own words; neither letters that run to the left nor signs turn round what stands beside them."""
    return element("bdi", visible(text))
