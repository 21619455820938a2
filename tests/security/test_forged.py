"""What no widget of a page sends is as if nothing had been sent: the screen stays, and so does the next one."""

import ast
import json
import math
import re

import pytest
from streamlit.components.v2.bidi_component.serialization import BidiComponentSerde
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.state.common import WidgetMetadata
from streamlit.runtime.state.session_state import WStates

from benchmarks.live.server import ROOT
from lab.errors import RunError
from lab.export.link import to_link
from lab.starts import STARTS, start
from lab.texts import say_error
from pages.ui.forged import take_no_forged_values
from tests.lab.runs.asgi import run_apart
from tests.security.visitor import Page, Visitor

ID = re.compile(r'id: "(\$\$ID-[^"]+)"')
ODD = {
    "double_value": (math.nan, math.inf, -1e308),
    "int_value": (-1, 2**62),
    "bool_value": (True,),
    "string_value": ("", "x" * 100_000, "{", "null", '{"selection": {"rows": [99999]}}'),
    "json_value": ("{", "null", "[]", "1e999"),
    "json_trigger_value": ("{", "[1]"),
    "bytes_value": (b"\xff",),
    "arrow_value": ({"data": b"\xff"},),
    "string_array_value": ([], ["x"]),
    "double_array_value": ([], [math.nan], [0.0] * 1_000),
    "int_array_value": ([2**62],),
    "file_uploader_state_value": ([{"file_id": "none", "name": "x", "size": 9}],),
}


def states(names: list[str], kind: str, value) -> list[WidgetState]:
    """Of all these widgets that value."""
    if kind.endswith("_array_value"):
        value = {"data": value}
    elif kind.startswith("file"):
        value = {"uploaded_file_info": value}
    return [WidgetState(id=name, **{kind: value}) for name in names]


async def shown(page: Page, sent: list[WidgetState], name: str = "layers") -> str:
    message = BackMsg()
    message.rerun_script.query_string = "lang=en"
    message.rerun_script.page_name = name
    message.rerun_script.widget_states.widgets.extend(sent)
    await page.say(message)
    return page.text


@pytest.mark.parametrize("kind", ODD)
def test_nothing_that_is_sent_for_a_widget_breaks_its_screen_or_the_next(class_server, kind):
    async def forge() -> None:
        async with Visitor.new(class_server).session() as page:
            names = ID.findall(await shown(page, []))
            assert len(set(names)) > 20
            for value in ODD[kind]:
                for sent in (states(names, kind, value), []):
                    text = await shown(page, sent)
                    assert "exception {" not in text
                    assert len(set(ID.findall(text))) > 20

    run_apart(forge())


def test_a_whole_number_typed_into_a_field_is_taken(class_server):
    """A browser sends it as an integer, though Streamlit registers the field with another kind."""

    async def type_in() -> None:
        async with Visitor.new(class_server).session() as page:
            text = await shown(page, [], "train")
            assert "에포크 37" not in text
            (field,) = {name for name in ID.findall(text) if name.endswith(".fit.epochs")}
            assert "에포크 37" in await shown(page, states([field], "int_value", 37), "train")

    run_apart(type_in())


def test_a_click_whose_screen_has_gone_is_none(class_server):
    """Each button alone, without what the widgets beside it show: as of a browser that knows of none of them."""

    async def click() -> None:
        async with Visitor.new(class_server).session() as page:
            names = ID.findall(await shown(page, [], "compile"))
            buttons = {name for name in names if name.endswith((".up", ".down"))}
            assert buttons
            for button in buttons:
                text = await shown(page, states([button], "trigger_value", True), "compile")
                assert "exception {" not in text
                assert "learning_rate" in text

    run_apart(click())


def test_what_a_click_asks_for_and_cannot_have_is_a_sentence(class_server):
    """The list of earlier runs still has one that another window has deleted."""

    def named(page: Page, key: str) -> str:
        return next(name for name in ID.findall(page.text) if name.split("-", 2)[-1] == key)

    async def click(page: Page, key: str, name: str) -> None:
        await shown(page, states([named(page, key)], "trigger_value", True), name)

    async def until_there_is(page: Page, key: str) -> None:
        while f'-{key}"' not in await shown(page, [], "train"):
            assert "exception {" not in page.text

    async def open_what_has_gone() -> None:
        visitor = Visitor.new(class_server)
        short = start(next(iter(STARTS))).with_fit(epochs=1)
        async with visitor.session() as page, visitor.session() as other:
            message = BackMsg()
            message.rerun_script.query_string = f"lang=en&e={to_link(short)}"
            await page.say(message)
            await click(page, "train", "train")
            await until_there_is(page, "verdict-1")
            await click(page, "start_over", "train")
            gone = next(name for name in ID.findall(page.text) if "-open-" in name)
            await shown(other, [], "compare")
            await click(other, "delete-yes-1", "compare")
            text = await shown(page, states([gone], "trigger_value", True), "train")
            assert "exception {" not in text
            assert say_error(RunError("run.unknown"), "ko") in text
            assert "exception {" not in await shown(page, [], "train")

    run_apart(open_what_has_gone())


DRAWINGS = {  # of our own: page, name, what it tells, and what no such drawing does
    "slow_motion": (
        "slow-motion",
        "pick",
        ([1], {}, {"node": "x"}, {"node": [], "unit": 0}, {"node": "", "unit": "0"}),
    ),
    "layers": (
        "network-editor",
        "edit",
        ({"do": "width", "layer": []}, {"do": [], "layer": "l0"}, {"do": "add"}, {"do": "\ud800", "layer": "l0"}),
    ),
    "glossary": ("words", "place", ([1], {"lesson": []}, {"lesson": {}}, {"tour": 0})),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_nothing_that_is_told_for_a_drawing_of_ours_breaks_its_screen(class_server, name):
    async def tell() -> None:
        key, event, odd = DRAWINGS[name]
        async with Visitor.new(class_server).session() as page:
            (drawing,) = {found for found in ID.findall(await shown(page, [], name)) if found.endswith(f"-{key}")}
            for told in odd:
                events = json.dumps([{"event": event, "value": told}])
                sent = WidgetState(id=f"$$STREAMLIT_INTERNAL_KEY_{drawing}__events", json_trigger_value=events)
                for known in ([], [WidgetState(id=drawing, json_value="{}")]):  # a browser may know of it, or not
                    for what in ([*known, sent], []):
                        assert "exception {" not in await shown(page, what, name)

    run_apart(tell())


def test_what_a_list_does_not_offer_is_not_chosen(class_server):
    async def choose() -> None:
        async with Visitor.new(class_server).session() as page:
            names = set(ID.findall(await shown(page, [], "slow_motion")))
            lists = [name for name in names if "-slow-unit-" in name or name.endswith("-slow-layer")]
            assert len(lists) == 2
            for name in lists:
                assert "exception {" not in await shown(page, states([name], "string_value", "=1+1"), "slow_motion")
            names = set(ID.findall(await shown(page, [], "compile")))
            (metrics,) = {name for name in names if name.endswith(".compile.metrics")}
            twice = states([metrics], "string_array_value", ["Accuracy", "Accuracy"])
            assert "exception {" not in await shown(page, twice, "compile")

    run_apart(choose())


@pytest.mark.parametrize("text", ["{", "[]", "null", "[" * 100_000, "9" * 5_000])
def test_a_drawing_s_state_that_cannot_be_read_is_none_and_leaves_no_word_in_the_log(text, caplog):
    take_no_forged_values()
    sent = WStates()
    reader = BidiComponentSerde().deserialize
    sent.set_widget_metadata(WidgetMetadata("pad", reader, lambda value: value, "json_value"))
    sent.set_widget_from_proto(WidgetState(id="pad", json_value='{"curve": 1}'))
    assert sent["pad"] == {"curve": 1}
    sent.set_widget_from_proto(WidgetState(id="pad", json_value=text))
    with pytest.raises(KeyError):
        sent["pad"]
    assert not caplog.records


def test_one_choice_of_several_is_always_made_on_our_pages():
    calls = [
        node
        for path in (ROOT / "pages").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("segmented_control", "pills")
    ]
    given = [{keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords} for call in calls]
    assert len(given) > 20
    assert all(one.get("required") == "True" or one.get("selection_mode") == "'multi'" for one in given)
    assert all("default" in one for one in given)
