"""A button that prints: of a page with a certificate on it the sheet alone."""

from lab.texts import Language, say
from pages.ui.component import component

_component = component(__file__, shared=("elements", "mount"))


def print_button(language: Language) -> None:
    """The browser's own dialog opens; from there it becomes a PDF as well."""
    _component(data={"label": say("certificate.print", language)}, key="certificate-print", width="content")
