"""Every page: the five steps in the order of the lecture, and the tools beside them.

A new page is its file, its line here, and its texts "page.<name>" and, of a tool, "page.<name>.about".
"""

from dataclasses import dataclass
from typing import Final, Literal

from lab.texts import Language, has_text, say


@dataclass(frozen=True)
class Page:
    """One page.

    Args:
        name: of its file, its address and its texts.
        kind: a step stands in the row below the title, by its number; a tool in the list of tools, by its icon.
        icon: a Material symbol, which Streamlit brings with it.
    """

    name: str
    kind: Literal["step", "tool"]
    icon: str | None = None

    @property
    def file(self) -> str:
        """As `st.Page` and `st.switch_page` call it."""
        return f"{self.name}.py"

    def title(self, language: Language) -> str:
        """Its name; a page without a text stays usable, and a test fails."""
        return say(f"page.{self.name}", language) if has_text(f"page.{self.name}") else self.name

    def about(self, language: Language) -> str:
        """What it is for, in a sentence."""
        return say(f"page.{self.name}.about", language) if has_text(f"page.{self.name}.about") else ""


PAGES: Final = (
    Page("data", "step"),
    Page("layers", "step"),
    Page("compile", "step"),
    Page("train", "step"),
    Page("evaluate", "step"),
    Page("compare", "tool", ":material/stacked_line_chart:"),
    Page("experiments", "tool", ":material/labs:"),
    Page("loss_bench", "tool", ":material/balance:"),
    Page("golf", "tool", ":material/golf_course:"),
    Page("gallery", "tool", ":material/photo_library:"),
)
FIRST: Final = "train"  # what the app opens on: one click, and curves move


def page_named(name: str) -> Page:
    return next(page for page in PAGES if page.name == name)
