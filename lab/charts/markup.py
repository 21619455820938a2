"""HTML and SVG as a tree of elements: whatever a person's text holds, it comes out as text."""

from unicodedata import category
from xml.etree.ElementTree import Element, tostring

SAVED = "experiment"  # id of the element that holds the experiment of a page, so that the page opens again in the app

Child = Element | str


def element(tag: str, *children: Child, **attributes: object) -> Element:
    """An element with texts and elements in it; a trailing underscore and inner ones of attribute names give way."""
    made = Element(tag, {name.rstrip("_").replace("_", "-"): _clean(str(value)) for name, value in attributes.items()})
    for child in children:
        if isinstance(child, Element):
            made.append(child)
        elif len(made):
            made[-1].tail = (made[-1].tail or "") + _clean(child)
        else:
            made.text = (made.text or "") + _clean(child)
    return made


def written(root: Element) -> str:
    """The tree as a page of HTML."""
    return "<!DOCTYPE html>\n" + fragment(root)


def fragment(root: Element) -> str:
    """The tree as HTML within a page."""
    return tostring(root, encoding="unicode", method="html")


def _clean(text: str) -> str:
    """Without control characters and halves of letters, which no document may hold; line breaks stay."""
    return "".join(letter for letter in text if letter in "\n\t" or category(letter) not in ("Cc", "Cs"))
