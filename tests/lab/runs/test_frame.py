"""Frames: one ready event for the browser, and curves thinned without losing their newest point."""

import json
import math

from lab.runs.wire.frame import Progress, cut, decode, encode, event, reset_event, split_extras, with_epochs
from lab.runs.wire.points import Points, decimate

PROGRESS = Progress(updates=8, compute_s=0.12345678, t=1_700_000_000.25)


def curve(epochs: int) -> Points:
    values = [float(epoch) for epoch in range(1, epochs + 1)]
    return Points(list(range(1, epochs + 1)), {"loss": values}, {"evaluated_loss": values})


def test_a_frame_is_an_event_whose_id_is_its_last_epoch():
    points = Points([3, 4], {"loss": [0.5, 0.25]}, {"evaluated_loss": [0.4, 0.2]})
    head, data, end = encode(points, PROGRESS).decode().split("\n", 2)
    assert head == "id:4"
    assert end == "\n"
    assert json.loads(data.removeprefix("data:")) == {
        "e": [3, 4],
        "loss": [0.5, 0.25],
        "+evaluated_loss": [0.4, 0.2],
        "updates": 8,
        "compute_s": 0.1235,
        "t": 1_700_000_000.25,
    }
    assert decode(encode(points, PROGRESS)) == points


def test_what_json_cannot_say_becomes_null_and_comes_back_as_nan():
    frame = encode(Points([1, 2], {"loss": [math.nan, math.inf]}), PROGRESS)
    assert b"[null,null]" in frame
    assert all(map(math.isnan, decode(frame).history["loss"]))


def test_points_after_an_epoch():
    assert curve(5).after(4) == Points([5], {"loss": [5.0]}, {"evaluated_loss": [5.0]})
    assert curve(5).after(0) == curve(5)
    assert len(curve(5).after(5)) == 0


def test_points_are_put_behind_each_other():
    points = Points()
    for epoch in range(1, 4):
        points.add({"loss": float(epoch)}, {"evaluated_loss": float(epoch)})
    points.extend(curve(6).after(3))
    assert points == curve(6)


def test_a_frame_is_cut_down_to_what_its_reader_has_not_had():
    frame = encode(curve(5), PROGRESS)
    assert decode(cut(frame, 3)) == curve(5).after(3)
    assert cut(frame, 3).startswith(b"id:5\n")


def test_thinning_keeps_the_newest_point_and_the_bound():
    thinned = curve(10_000).thinned(4000)
    assert len(thinned) <= 4000
    assert thinned.epochs[-1] == 10_000
    assert thinned.history["loss"] == thinned.extras["evaluated_loss"] == [float(e) for e in thinned.epochs]
    assert curve(2).thinned(4000) == curve(2)
    assert Points().thinned(10) == Points()
    assert decimate({"e": [1, 2, 3], "loss": [None, 2.0, 3.0]}, 2) == {"e": [1, 3], "loss": [None, 3.0]}


def test_extras_go_by_their_mark():
    assert split_extras({"loss": [1.0], "+loss": [2.0]}) == ({"loss": [1.0]}, {"loss": [2.0]})


def test_named_events_carry_no_id_of_their_own_but_a_reset_does():
    assert event("end", {"state": "finished"}) == b'event:end\ndata:{"state":"finished"}\n\n'
    assert reset_event(Points([7], {"loss": [1.0]})).startswith(b"event:reset\nid:7\n")


def test_a_browser_gets_epochs_from_1_and_nothing_for_what_is_no_number():
    assert with_epochs({"loss": [0.5, math.nan, math.inf]}) == {"e": [1, 2, 3], "loss": [0.5, None, None]}
    assert with_epochs({}) == {"e": []}
