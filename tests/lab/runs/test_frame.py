"""Frames: one ready event for the browser, and curves thinned without losing their newest point."""

import json
import math

from lab.runs.wire.frame import after, decimate, decode, encode, event, reset_event, with_epochs


def test_a_frame_is_an_event_whose_id_is_its_last_epoch():
    frame = encode({"e": [3, 4], "loss": [0.5, 0.25]}, {"updates": 8}).decode()
    head, data, end = frame.split("\n", 2)
    assert head == "id:4"
    assert end == "\n"
    assert json.loads(data.removeprefix("data:")) == {"e": [3, 4], "loss": [0.5, 0.25], "updates": 8}


def test_what_json_cannot_say_becomes_null_and_comes_back_as_nan():
    frame = encode({"e": [1, 2], "loss": [math.nan, math.inf]}, {"t": 0})
    assert b"[null,null]" in frame
    assert all(map(math.isnan, decode(frame)["loss"]))


def test_points_after_an_epoch():
    assert after({"e": [3, 4, 5], "loss": [1.0, 2.0, 3.0]}, 4) == {"e": [5], "loss": [3.0]}


def test_decimating_keeps_the_newest_point_and_the_bound():
    columns = {"e": list(range(1, 10_001)), "loss": [float(e) for e in range(1, 10_001)]}
    thinned = decimate(columns, 4000)
    assert len(thinned["e"]) <= 4000
    assert thinned["e"][-1] == 10_000
    assert thinned["loss"] == [float(e) for e in thinned["e"]]
    assert decimate({"e": [1, 2], "loss": [1.0, 2.0]}) == {"e": [1, 2], "loss": [1.0, 2.0]}


def test_named_events_carry_no_id_of_their_own_but_a_reset_does():
    assert event("end", {"state": "finished"}) == b'event:end\ndata:{"state":"finished"}\n\n'
    assert reset_event({"e": [7], "loss": [1.0]}).startswith(b"event:reset\nid:7\n")


def test_a_browser_gets_epochs_from_1_and_nothing_for_what_is_no_number():
    assert with_epochs({"loss": [0.5, math.nan, math.inf]}) == {"e": [1, 2, 3], "loss": [0.5, None, None]}
    assert with_epochs({}) == {"e": []}
