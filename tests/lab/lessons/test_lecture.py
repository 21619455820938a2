"""A lecture is a place in a lesson that two windows move, and notes that die with it."""

import pytest

from lab.errors import ExperimentError, LabError
from lab.lessons.lecture import IDLE_S, LEFT_S, MOST, TRIES, At, Lectures, at_of, beats_of, code_shown, replica_in
from lab.lessons.prose import BEAT_NAMES, Cue, parse_prose
from lab.lessons.record import BEATS
from lab.lessons.refusal import LessonError
from lab.lessons.running import Running
from lab.lessons.shelf import lesson, lessons
from tests.lab.lessons.made import made_runs
from tests.lab.runs.clock import Clock

FALLS, TURNS = [3.0, 2.0, 1.0, 0.9], [3.0, 1.0, 2.0, 3.0]


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def lectures(clock):
    return Lectures(clock)


@pytest.fixture
def lecture(lectures):
    """Of the lesson about epochs; its runs have ended, the slow ones with a turn at the second epoch."""
    begun = begin(lectures, "teacher", "09")
    settings = made_runs(lesson("09"), {"slow": TURNS, "fast": FALLS})
    begun.running = Running(begun.opened, "study", [], settings, "finished")
    return begun


def begin(lectures, owner, name, at=None):
    opened = lesson(name)
    return lectures.begin(owner, opened, "en", at or At(lesson=opened.name))


def places(lecture, change):
    """Where it is after each change, until one changes nothing."""
    found = [lecture.at.to_text()]
    while change() or lecture.at.to_text() != found[-1]:
        found.append(lecture.at.to_text())
    return found


def test_it_goes_through_every_moment_and_the_same_way_back(lecture):
    there = places(lecture, lecture.on)
    assert there[:4] == [f"09-epochs.{place}" for place in ("predict.0", "run.0", "run.1", "run.2")]
    assert there[-1] == "09-epochs.further.1"
    assert [beat for beat in BEATS if f"09-epochs.{beat}.0" in there] == list(BEATS)
    assert places(lecture, lecture.back) == there[::-1]


def test_the_drawing_pauses_before_it_where_the_loss_turns_and_at_the_end(lecture):
    assert [(stop.epoch, stop.what) for stop in lecture.results.stops] == [(0, "begin"), (2, "turn"), (4, "end")]
    lecture.on()
    lecture.on()
    assert lecture.stop.setting == "slow"


def test_each_table_of_figures_is_a_moment_of_its_own(lectures, lecture):
    assert lecture.moments("compare") == 1
    begun = begin(lectures, "another", "06")  # four tables
    assert begun.moments("compare") == 1  # whose figures are not known yet
    runs = made_runs(begun.opened, dict.fromkeys(begun.opened.lesson.settings, FALLS))
    begun.running = Running(begun.opened, "study", [], runs, "finished")
    assert begun.moments("compare") == 4


def test_nothing_comes_after_the_curves_before_they_are_trained(lecture):
    lecture.running.state = "running"
    assert places(lecture, lecture.on) == ["09-epochs.predict.0", "09-epochs.run.0"]
    lecture.running.settings = {}
    lecture.running.lost()  # nobody waits for what will not come
    lecture.on()
    assert lecture.at.beat == "compare"


def test_every_change_is_seen_by_who_follows(lecture):
    for change in (lecture.on, lecture.back, lecture.toggle_timer, lecture.reset_timer):
        before = lecture.turns
        change()
        assert lecture.turns > before


def test_an_address_brings_back_the_place_and_a_mangled_one_none():
    at = At(lesson="수업.v2", beat="explain", moment=3)
    assert at_of(at.to_text()) == at
    for text in ("", "09-epochs", "09-epochs.nowhere.1", "09-epochs.run.x", f"{'x' * 200}.run.1", "09.run.-1"):
        with pytest.raises(LabError):
            at_of(text)
    with pytest.raises(ExperimentError):
        at_of("09.run.999")


def test_a_moment_that_these_runs_do_not_have_is_the_last_one(lectures):
    begun = begin(lectures, "teacher", "09", at_of("09-epochs.explain.99"))
    assert begun.moment == 0  # nothing is known yet
    begun.back()
    assert begun.at.beat == "compare"


# --- the script


def test_a_cue_belongs_to_its_beat_and_the_time_of_the_line_begins_with_it(lecture, clock):
    words = lecture.opened.words("en")
    assert words.script[lecture.cue_place(words)].time == "0:00"
    lecture.toggle_timer()
    clock.now = 50
    lecture.on()
    assert words.script[lecture.cue_place(words)].time == "1:00"
    clock.now = 80
    assert (lecture.timer.elapsed_s, lecture.cue_elapsed_s) == (80, 30)
    assert lecture.cue_planned_s(words, lecture.cue_place(words)) == 50
    lecture.reset_timer()
    assert (lecture.timer.elapsed_s, lecture.cue_elapsed_s, lecture.timer.going) == (0, 0, True)
    lecture.toggle_timer()
    clock.now = 500
    assert lecture.timer.elapsed_s == 0


def test_every_line_of_every_script_says_its_beat_in_the_order_of_the_beats():
    for one in lessons():
        orders = [[BEATS.index(cue.beat) for cue in prose.script] for prose in one.prose.values()]
        assert orders[0] == orders[1] == sorted(orders[0]), one.name


def test_a_script_without_marks_is_spread_and_a_line_without_one_follows_its_neighbour():
    lines = tuple(Cue(60 * place, "") for place in range(5))
    assert beats_of(lines) == list(BEATS[:5])
    assert beats_of((Cue(0, ""), Cue(9, "", "run"), Cue(20, ""))) == ["predict", "run", "run"]
    assert tuple(BEAT_NAMES) == BEATS


def test_a_beat_that_does_not_exist_is_told_with_its_line():
    text = lesson("09").source["en.md"].replace("1:00 [run]", "1:00 [runs]")
    with pytest.raises(LessonError) as info:
        parse_prose(text, "en")
    assert info.value.code == "lesson.unknown_beat"
    assert info.value.values["beat"] == "runs"


# --- whose it is


def test_an_owner_gives_one_lecture_and_its_notes_stay_with_the_next_lesson(lectures, lecture):
    lecture.on()
    again = begin(lectures, "teacher", "13")
    assert again is lecture
    assert lectures.with_code(lecture.code, "phone").at.to_text() == "13-overfitting.predict.0"


def test_a_code_is_found_as_it_is_read_aloud_and_no_two_are_alike(lectures, lecture):
    assert lectures.with_code(code_shown(lecture.code).upper(), "phone") is lecture
    codes = {begin(lectures, f"owner {place}", "09").code for place in range(50)}
    assert len(codes) == 50
    assert {len(code) for code in codes} == {12}


def test_notes_die_with_their_lecture_and_with_one_that_nobody_looks_at(lectures, lecture, clock):
    other = begin(lectures, "colleague", "13")
    lectures.end(lecture)
    assert lecture.ended
    clock.now = IDLE_S - 1
    lectures.seen(other)
    clock.now = 2 * IDLE_S - 2
    assert lectures.with_code(other.code, "phone") is other
    clock.now = 4 * IDLE_S
    for code in (lecture.code, other.code):
        with pytest.raises(LabError) as info:
            lectures.with_code(code, "phone")
        assert info.value.code == "lecture.unknown"
    assert lectures.of("teacher") is None


def test_who_names_wrong_codes_is_heard_no_more_until_a_minute_has_passed(lectures, lecture, clock):
    for _ in range(int(TRIES)):
        with pytest.raises(LabError) as info:
            lectures.with_code("aaaabbbbcccc", "guesser")
        assert info.value.code == "lecture.unknown"
    with pytest.raises(LabError) as info:
        lectures.with_code(lecture.code, "guesser")
    assert info.value.code == "lecture.too_many_tries"
    assert lectures.with_code(lecture.code, "phone") is lecture
    clock.now = 60
    assert lectures.with_code(lecture.code, "guesser") is lecture


@pytest.mark.parametrize(
    ("end", "here", "told"),
    [
        ("8502", "8501", "lecture.elsewhere"),
        ("8502", "8502", "lecture.unknown"),  # it has ended
        ("8502", "", "lecture.unknown"),  # only one replica, or none that is known
        ("", "8501", "lecture.unknown"),
        ("850212", "8501", "lecture.unknown"),
    ],
)
def test_a_code_of_another_replica_is_told_from_a_wrong_one(lectures, end, here, told):
    with pytest.raises(LabError) as info:
        lectures.with_code(f"AAAA BBBB CCCC {end}", "phone", here)
    assert info.value.code == told


def test_a_code_ends_with_the_replica_and_opens_the_notes_there(lectures):
    opened = lesson("09")
    begun = lectures.begin("teacher", opened, "en", At(lesson=opened.name), "8502")
    assert replica_in(begun.code) == "8502"
    assert lectures.with_code(code_shown(begun.code), "phone", "8502") is begun


def test_a_server_has_room_for_so_many_and_says_so(lectures):
    for place in range(MOST):
        begin(lectures, f"owner {place}", "09")
    with pytest.raises(LabError) as info:
        begin(lectures, "one more", "09")
    assert info.value.code == "lecture.no_room"
    lectures.end(lectures.of("owner 3"))
    assert begin(lectures, "one more", "09").owner == "one more"


def test_where_there_is_no_room_lectures_that_nobody_looks_at_give_way(lectures, clock):
    for place in range(MOST):
        begin(lectures, f"owner {place}", "09")
    clock.now += LEFT_S + 1
    seen = lectures.of("owner 3")
    assert begin(lectures, "one more", "09").owner == "one more"
    assert lectures.of("owner 3") is seen
    assert lectures.of("owner 4") is None
