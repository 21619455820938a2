"""The curve of a live run: frames relayed as they came, points put together without a gap or a double."""

import json

import pytest

from lab.runs.serve.pooled import curve as curve_module
from lab.runs.serve.pooled.curve import Curve
from lab.runs.wire.frame import Progress, encode
from lab.runs.wire.messages import Frame
from lab.runs.wire.points import Points
from lab.runs.wire.snapshot import TrainerSnapshot
from tests.lab.runs.jobs import frame
from tests.lab.runs.runs import iris, trained


def epochs(events: list[bytes]) -> list[int]:
    """Of all points in them, in the order in which a browser gets them."""
    return [epoch for event in events for epoch in json.loads(event[event.index(b"data:") + 5 :])["e"]]


@pytest.fixture
def curve() -> Curve:
    return Curve()


def test_frames_are_relayed_byte_for_byte(curve):
    frames = [frame(1, 3), frame(4, 4)]
    assert all(curve.take(one) for one in frames)
    assert curve.after(0) == [one.event for one in frames]
    assert curve.after(3) == [frames[1].event]
    assert curve.after(4) == curve.after(9) == []


def test_a_reader_in_the_middle_of_a_frame_gets_the_rest_of_it(curve):
    curve.take(frame(1, 5))
    assert epochs(curve.after(3)) == [4, 5]


def test_points_that_come_again_are_dropped_also_in_the_middle_of_a_frame(curve):
    curve.take(frame(1, 5))
    assert not curve.take(frame(3, 4))
    assert not curve.take(frame(5, 5))
    assert curve.take(frame(4, 8))
    assert epochs(curve.after(0)) == list(range(1, 9))
    assert curve.points().epochs == list(range(1, 9))
    assert curve.points().history["loss"] == pytest.approx([1 / epoch for epoch in range(1, 9)], rel=1e-5)


def keep_frames(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """So many, and not one more."""
    monkeypatch.setattr(curve_module, "RING", count)
    monkeypatch.setattr(curve_module, "SPARE", 1)


def test_a_reader_further_behind_than_the_frames_starts_anew_with_the_whole_curve(curve, monkeypatch):
    keep_frames(monkeypatch, 10)
    for epoch in range(1, 31):
        curve.take(frame(epoch, epoch))
    assert curve.frames == 10
    (event,) = curve.after(5)
    assert event.startswith(b"event:reset\n")
    assert epochs([event]) == list(range(1, 31))
    assert len(curve.after(20)) == 10
    assert curve.points().extras["evaluated_loss"] == pytest.approx([2 / epoch for epoch in range(1, 31)], rel=1e-5)


def test_columns_of_weights_that_come_under_a_penalty_begin_with_the_first_epoch(curve):
    extras = {"penalty": [0.5], "val_data_loss": [0.25], "evaluated_data_loss": [0.125]}
    losses = {"loss": [4.0, 2.0], "val_loss": [5.0, 3.0]}
    before = Points([1, 2], losses, {"evaluated_loss": [3.5, 1.5]})
    after = Points([3], {"loss": [1.0], "val_loss": [0.75]}, {"evaluated_loss": [0.625]} | extras)
    for points in (before, after):
        progress = Progress(0, 0.0, 0.0)
        curve.take(Frame("r", points.epochs[0], points.epochs[-1], encode(points, progress)))
    whole = curve.points()
    assert whole.extras["penalty"] == [0.0, 0.0, 0.5]
    assert whole.extras["val_data_loss"] == [5.0, 3.0, 0.25]
    assert whole.extras["evaluated_data_loss"] == [3.5, 1.5, 0.125]
    later = Points([4], {"loss": [0.5], "val_loss": [0.5]}, {"evaluated_loss": [0.25]})  # as its log makes them again
    whole.extend(later)
    assert {len(column) for column in (*whole.history.values(), *whole.extras.values())} == {4}
    assert whole.extras["val_data_loss"][-1] == 0.5


@pytest.mark.parametrize(("seen", "anew"), [(3, True), (4, False), (5, False)])
def test_one_point_that_is_no_longer_there_is_enough_to_start_anew(curve, monkeypatch, seen, anew):
    keep_frames(monkeypatch, 2)
    for epoch in range(1, 7):
        curve.take(frame(epoch, epoch))  # 5 and 6 are still there as they came
    events = curve.after(seen)
    assert events[0].startswith(b"event:reset\n") is anew
    assert epochs(events) == list(range(1 if anew else seen + 1, 7))


def test_what_a_reader_has_to_begin_with_anew_is_thinned(curve, monkeypatch):
    keep_frames(monkeypatch, 1)
    monkeypatch.setattr(curve_module, "DISPLAY_POINTS", 10)
    for first in range(1, 100, 11):
        curve.take(frame(first, first + 10))
    (event,) = curve.after(0)
    assert epochs([event]) == list(range(9, 100, 10))


def test_frames_beyond_those_that_are_kept_go_some_together(curve, monkeypatch):
    monkeypatch.setattr(curve_module, "RING", 10)
    monkeypatch.setattr(curve_module, "SPARE", 5)
    kept = []
    for epoch in range(1, 21):
        curve.take(frame(epoch, epoch))
        kept.append(curve.frames)
    assert kept == [*range(1, 15), *range(10, 15), 10]
    assert curve.points().epochs == list(range(1, 21))


def test_a_thinned_curve_takes_less_and_has_lost_no_point(curve):
    for epoch in range(1, 31):
        curve.take(frame(epoch, epoch))
    full, points = curve.held_bytes, curve.points()
    curve.thin(2)
    assert (curve.frames, curve.points()) == (2, points)
    assert curve.held_bytes < full / 3
    assert len(curve.after(28)) == 2
    assert epochs(curve.after(27)) == list(range(1, 31))


def test_a_fork_begins_with_the_points_of_the_run_it_comes_from(curve):
    curve.begin({"loss": [3.0, 2.0]}, {"evaluated_loss": [4.0, 1.0]})
    assert not curve.take(frame(2, 2))
    curve.take(frame(3, 3))
    assert curve.points() == Points([1, 2, 3], {"loss": [3.0, 2.0, 0.333333]}, {"evaluated_loss": [4.0, 1.0, 0.666667]})
    assert epochs(curve.after(0)) == [1, 2, 3]
    assert epochs(curve.after(2)) == [3]


def test_the_newest_points_are_known_without_reading_the_others(curve):
    assert curve.newest() == Points()
    curve.take(frame(1, 3))
    curve.take(frame(4, 5))
    assert curve.newest().epochs == [4, 5]


def trained_curve(curve: Curve, epochs: int) -> bytes:
    """Fill the curve with what a run's frames tell; its snapshot."""
    trainer = trained(iris(epochs))
    points = trainer.take_points()
    curve.take(Frame("r", 1, epochs, encode(points, Progress(epochs, 0.5, 0.0))))
    return trainer.snapshot()


def points_of(snapshot: bytes) -> Points:
    state = TrainerSnapshot.unpack(snapshot)
    return Points(list(range(1, state.state.epochs_done + 1)), state.history, state.extras)


def test_points_that_a_snapshot_has_are_kept_there_alone_and_with_all_their_digits(curve):
    snapshot = trained_curve(curve, 20)
    curve.thin(0)
    full, shown = curve.held_bytes, curve.points()
    curve.rest(lambda: snapshot)
    assert curve.held_bytes == 0 < full
    assert curve.points() == points_of(snapshot)
    assert curve.points().history["loss"] == pytest.approx(shown.history["loss"], rel=1e-5)
    assert curve.points().extras.keys() == shown.extras.keys()
    assert epochs(curve.after(0)) == list(range(1, 21))
    assert curve.after(20) == []


def test_a_run_that_goes_on_takes_its_points_back(curve):
    snapshot = trained_curve(curve, 20)
    curve.rest(lambda: snapshot)
    names = points_of(snapshot)
    ahead = Points([21], {name: [0.5] for name in names.history}, {name: [0.25] for name in names.extras})
    assert curve.take(Frame("r", 21, 21, encode(ahead, Progress(21, 0.5, 0.0))))
    names.extend(ahead)
    assert curve.points() == names
    curve.thin(0)
    assert curve.points() == names


def test_frames_whose_points_a_snapshot_has_go_without_being_read(curve, monkeypatch):
    snapshot = trained_curve(curve, 20)
    names = points_of(snapshot)
    for epoch in (21, 22):
        ahead = Points([epoch], {name: [0.5] for name in names.history}, {name: [0.25] for name in names.extras})
        curve.take(Frame("r", epoch, epoch, encode(ahead, Progress(epoch, 0.5, 0.0))))
        names.extend(ahead)
    with monkeypatch.context() as no_frame:
        no_frame.setattr(curve_module, "decode", lambda event: pytest.fail("a frame was read"))
        curve.rest(lambda: snapshot)
        curve.thin(2)
    assert (curve.frames, curve.points()) == (2, names)
    curve.thin(0)
    assert curve.points() == names


def test_a_snapshot_that_is_older_than_the_curve_takes_nothing_of_it(curve):
    snapshot = trained_curve(curve, 20)
    curve.take(frame(21, 22))
    before = curve.points()
    curve.rest(lambda: snapshot)
    assert curve.points() == before
