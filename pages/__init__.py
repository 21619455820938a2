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


PAGES: Final = (  # name, step or tool, icon; and what it teaches
    Page("data", "step"),  # rows are samples, columns features; the training part alone is learned from, one is sealed
    Page("layers", "step"),  # shapes follow from layer to layer; where parameters come from
    Page("compile", "step"),  # the loss is brought down, the optimizer does it, a metric is only looked at
    Page("train", "step"),  # epochs, batches, updates; one knob changed beside the last curve; what two curves say
    Page("evaluate", "step"),  # how the network does on rows it has never seen, beside a forecast without one
    Page("lessons", "tool", ":material/school:"),  # the lecture, lived through: predict, run, compare, explain, check
    Page("lecture", "tool", ":material/present_to_all:"),  # the same on a projector, with a lecturer's notes beside it
    Page("note", "tool", ":material/menu_book:"),  # the note itself, in its order: each piece of code runs in place
    Page("homework", "tool", ":material/assignment:"),  # a goal reached with the knobs that are open, shown by runs
    Page("playground", "tool", ":material/bubble_chart:"),  # weights, biases and hidden units, seen and touched
    Page("compare", "tool", ":material/stacked_line_chart:"),  # one thing changed at a time; more than chance?
    Page("inside", "tool", ":material/query_stats:"),  # what layers hold, give and are told; units that are stuck
    Page("experiments", "tool", ":material/labs:"),  # predict, then see what one changed value does; what is luck
    Page("loss_bench", "tool", ":material/balance:"),  # what a loss makes of a prediction, and where it pushes it
    Page("slow_motion", "tool", ":material/slow_motion_video:"),  # what one update does, number by number
    Page("golf", "tool", ":material/golf_course:"),  # how little a network needs; choosing by the validation part
    Page("glossary", "tool", ":material/dictionary:"),  # what the words mean, and where each is learned
    Page("gallery", "tool", ":material/photo_library:"),  # what kinds of data and tasks there are, and their pitfalls
)
FIRST: Final = "train"  # what the app opens on: one click, and curves move


def page_named(name: str) -> Page:
    return next(page for page in PAGES if page.name == name)
