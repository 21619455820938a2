"""The table of pages: every page has what navigation and head need, and opens in both languages."""

import re
from pathlib import Path

import pytest
from streamlit.string_util import validate_material_icon

import pages
from lab.texts import LANGUAGES, has_text
from pages import FIRST, PAGES, Page, page_named
from pages.ui.bench import bench_of
from pages.ui.frame.summary import step_summaries
from tests.pages.conftest import Person

HANGUL = re.compile("[가-힣]")
FOLDER = Path(pages.__file__).parent
STEPS = [page for page in PAGES if page.kind == "step"]
TOOLS = [page for page in PAGES if page.kind == "tool"]
by_name = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def test_every_file_is_a_page_and_every_page_a_file():
    files = {path.name for path in FOLDER.glob("*.py")} - {"__init__.py", "main.py"}
    assert files == {page.file for page in PAGES}
    assert len({page.name for page in PAGES}) == len(PAGES)
    assert page_named(FIRST).kind == "step"


@by_name
def test_every_page_has_a_title_and_every_tool_an_icon_and_a_sentence(page):
    assert has_text(f"page.{page.name}")
    if page.kind == "tool":
        assert has_text(f"page.{page.name}.about")
        assert page.icon is not None
        assert validate_material_icon(page.icon) == page.icon


@by_name
def test_every_page_opens_with_the_head_around_it_and_speaks_the_language(person_in, language, page):
    person = person_in.go_to(page.name)
    for name in ("starts", "tools"):  # one screen with both
        person.at.session_state[person.key(name, page.name)] = True
    person.look()
    assert person.state().page == page.name
    words = " ".join(label for label in heads(person))
    assert all(other.title(language) in words for other in PAGES)
    assert all(tool.about(language) in words for tool in TOOLS)
    labels = [widget.label for kind in ("button", "number_input", "selectbox") for widget in person.at.get(kind)]
    titles = [heading.value for kind in ("header", "subheader") for heading in person.at.get(kind)]
    assert bool(HANGUL.search(" ".join([*titles, *labels]))) == (language == "ko")


def test_every_step_says_in_a_line_how_the_experiment_stands(person):
    summaries = step_summaries(person.state(), bench_of(person.state()))
    links = [element.proto.label for element in person.at.get("page_link")]
    for number, (step, link) in enumerate(zip(STEPS, links, strict=True), start=1):
        assert summaries[step.name]
        assert link.endswith(f":small[{summaries[step.name]}]")
        title = f"{number} {step.title(person.state().language)}"
        assert link.startswith(f"**{title}** " if step.name == person.state().page else f"{title} ")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_without_a_text_is_called_by_its_name(language):
    nameless = Page("no_such_text", "tool")
    assert (nameless.title(language), nameless.about(language)) == ("no_such_text", "")


def heads(person: Person) -> list[str]:
    """What stands on links and in captions."""
    links = [element.proto.label for element in person.at.get("page_link")]
    return [*links, *(caption.value for caption in person.at.caption)]
