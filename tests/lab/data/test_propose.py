"""Proposals: a sensible start for any table, and no column that gives the target away."""

import math

import pytest

from lab.data.prepare import prepare
from lab.data.propose import guess_task, propose, propose_data, task_choices
from lab.data.propose.targets import POINTS, Ranking
from lab.data.samples import load_sample
from lab.edits.proposals import for_own_table, with_target
from lab.errors import DataError
from lab.spec.data import SampleSource
from lab.texts import LANGUAGES, say
from tests.lab.data.tables import table_of
from tests.waiting import bounded_work

N = 40
LEFT_OUT = (
    *("empty", "constant", "date", "text", "row_numbers", "identifier", "near_empty", "many_categories"),
    *("same", "function", "tells", "part_of_sum", "copy", "length", "by_hand"),
)
NOISE = [(i * 37) % 101 / 7 for i in range(N)]
OTHER = [(i * 53) % 97 / 3 for i in range(N)]
GOLD = [(i * 7) % 13 for i in range(N)]
SILVER = [(i * 5) % 11 for i in range(N)]
YEARS = [2000 + i % 10 for i in range(N)]
DAYS = [f"2021-{1 + i // 28:02d}-{1 + i % 28:02d}" for i in range(N)]


@pytest.mark.parametrize(
    ("name", "values", "task"),
    [
        ("rain", [0, 1] * 20, "binary"),
        ("sex", ["male", "female"] * 20, "binary"),
        ("answer", ["예", "아니오"] * 20, "binary"),
        ("size", [1, 2] * 20, "binary"),
        ("weather", ["a", "b", "c", "d"] * 10, "multiclass"),
        ("digit", [0, 1, 2, 3] * 10, "multiclass"),
        ("등급", [1, 2, 3, 4] * 10, "multiclass"),
        ("rooms", [1, 2, 3, 4] * 10, "regression"),
        ("y", NOISE, "regression"),
    ],
)
def test_the_task_follows_from_the_target(name, values, task):
    column = table_of(x=NOISE, **{name: values}).column(name)
    assert guess_task(column) == task
    assert task_choices(column)[0] == task


def test_a_column_of_dates_or_of_one_value_is_no_target():
    table = table_of(day=DAYS, one=[1] * N, x=NOISE)
    assert task_choices(table.column("day")) == ()
    assert task_choices(table.column("one")) == ()


def test_of_columns_that_say_nothing_else_the_last_that_can_be_one_is_the_target():
    table = table_of(x=NOISE, w=NOISE[::-1], day=DAYS, one=[3] * N)
    assert propose_data(table).target == "w"


@pytest.mark.parametrize(
    ("columns", "target", "task"),
    [
        ({"price": OTHER, "rooms": [1, 2, 3, 4] * 10, "year": YEARS}, "price", "regression"),
        (
            {"Ozone": OTHER, "Wind": NOISE, "Month": [5, 6, 7, 8] * 10, "Day": [1, 2, 3, 4, 5] * 8},
            "Wind",
            "regression",
        ),
        ({"label": [0, 1, 2, 1] * 10, "x1": NOISE, "x2": OTHER}, "label", "multiclass"),
        ({"px0": NOISE, "px1": OTHER, "target": [i % 10 for i in range(40)]}, "target", "multiclass"),
        ({"x1": NOISE, "x2": OTHER, "code": [0, 1, 2, 1] * 10, "kind": ["a", "b"] * 20}, "kind", "binary"),
        ({"len": OTHER, "supp": ["VC", "OJ"] * 20, "dose": [1, 1, 2, 2] * 10}, "len", "regression"),
        ({"time": OTHER, "status": [0, 1, 1, 1] * 10, "age": NOISE, "sex": [1, 2] * 20}, "status", "binary"),
        ({"날짜": DAYS, "기온": NOISE, "강수량": OTHER, "판매량": OTHER[::-1]}, "판매량", "regression"),
        (
            {"survived": ["yes", "no"] * 20, "fare": OTHER, "cabin": ["" for _ in range(38)] + ["A", "B"]},
            "survived",
            "binary",
        ),
    ],
)
def test_the_target_is_the_column_for_which_most_speaks(columns, target, task):
    data = propose_data(table_of(**columns))
    assert (data.target, data.task) == (target, task)


def test_every_candidate_comes_with_its_reasons_and_the_chosen_one_first():
    proposal = propose(table_of(age=NOISE, place=["a", "b"] * 20, price=OTHER))
    assert proposal.candidates[0] is proposal.chosen
    assert proposal.chosen.reasons[0].code == "result"
    assert {one.column for one in proposal.next_best} == {"age", "place"}
    assert all(one.reasons for one in proposal.candidates)


def test_every_column_left_out_has_its_reason_and_says_whether_it_can_return():
    table = table_of(
        번호=range(1, N + 1),
        day=DAYS,
        one=[7] * N,
        name=[f"station {i}" for i in range(N)],
        nearly=["" for _ in range(N - 3)] + [1, 2, 3],
        gold=GOLD,
        silver=SILVER,
        x=OTHER,
        x_again=OTHER,
        total=[g + s for g, s in zip(GOLD, SILVER, strict=True)],
        log=[round(math.log(v + 1), 9) for v in OTHER],
    )
    proposal = propose(table, "total")
    assert {one.column: one.reason.code for one in proposal.left_out} == {
        "번호": "row_numbers",
        "day": "date",
        "one": "constant",
        "name": "text",
        "nearly": "near_empty",
        "gold": "part_of_sum",
        "silver": "part_of_sum",
        "x_again": "copy",
    }
    assert {one.column for one in proposal.left_out if not one.can_return} == {"day", "name"}
    told = propose(table, "x").left_out
    assert {one.column: one.reason.code for one in told}["log"] == "function"


def test_no_column_vanishes_without_a_reason():
    table = table_of(a=NOISE, b=range(100, 100 + N), c=[i * i for i in range(N)], y=OTHER)
    proposal = propose(table)
    used = {proposal.data.target, *proposal.data.inputs, *(one.column for one in proposal.left_out)}
    assert used == set(table.column_names)


def test_two_columns_whose_values_all_differ_are_no_copies_of_each_other():
    height, sleep = [150 + (i * 7) % 41 for i in range(N)], [300 + (i * 11) % 43 for i in range(N)]
    weight = [50 + (i * 13) % 47 for i in range(N)]
    data = propose_data(table_of(height=height, sleep=sleep, weight=weight))
    assert data.inputs == ("height", "sleep")


def test_row_numbers_with_gaps_and_shuffled_ones_are_no_inputs():
    gaps = [i + 3 * (i // 7) for i in range(N)]
    shuffled = [(i * 17) % N + 1 for i in range(N)]
    for numbers, name in ((gaps, ""), (shuffled, "id"), (gaps, "case")):
        table = table_of(**{name: numbers}, x=NOISE, z=OTHER, y=OTHER[::-1])
        assert propose_data(table, "y").inputs == ("x", "z"), name


def test_a_date_with_one_column_of_values_becomes_time_windows():
    data = propose_data(table_of(day=DAYS, temp=NOISE))
    assert (data.target, data.inputs, data.task) == ("temp", ("temp",), "regression")
    assert data.windows is not None
    assert (data.split.order, data.split.time_column) == ("time", "day")
    assert prepare(table_of(day=DAYS, temp=NOISE), data, seed=0).train.target.size > 0


def test_a_class_in_other_codes_is_no_input_but_a_strong_one_is():
    codes, kinds = [1, 2, 3, 4] * 10, ["a", "b", "c", "d"] * 10
    strong = [k if i % 5 else 9 for i, k in enumerate(codes)]
    proposal = propose(table_of(x=NOISE, code=codes, strong=strong, weather=kinds), "weather")
    assert proposal.data.inputs == ("x", "strong")


def test_a_table_without_any_target_is_refused():
    table = table_of(one=[1] * N, day=DAYS)
    with pytest.raises(DataError) as caught:
        propose_data(table)
    assert caught.value.code == "data.no_target"


def test_useless_columns_and_copies_of_the_target_are_no_inputs():
    celsius = NOISE
    table = table_of(
        번호=range(1, N + 1),
        day=DAYS,
        one=[1] * N,
        name=[f"station {i}" for i in range(N)],
        x=NOISE[::-1],
        fahrenheit=[round(c * 1.8 + 32, 6) for c in celsius],
        celsius=celsius,
    )
    assert propose_data(table, "celsius").inputs == ("x",)


def test_a_class_under_another_name_is_no_input():
    table = table_of(x=NOISE, code=[1, 2, 3, 4] * 10, weather=["a", "b", "c", "d"] * 10)
    assert propose_data(table, "weather").inputs == ("x",)


def test_rows_in_time_order_are_split_by_time():
    split = propose_data(table_of(day=DAYS, x=NOISE, y=NOISE[::-1])).split
    assert (split.order, split.time_column) == ("time", "day")
    shuffled = propose_data(table_of(day=DAYS[5:] + DAYS[:5], x=NOISE, y=NOISE[::-1])).split
    assert shuffled.order == "shuffled"


def test_gaps_are_filled_where_dropping_would_cost_many_rows():
    few = ["" if i == 3 else v for i, v in enumerate(NOISE)]
    many = ["" if i % 5 == 3 else v for i, v in enumerate(NOISE)]
    assert propose_data(table_of(x=few, y=NOISE[::-1])).missing == "drop"
    assert propose_data(table_of(x=many, y=NOISE[::-1])).missing == "fill"


def test_the_second_target_of_a_sample_never_becomes_an_input_of_the_first():
    table, source = load_sample("seattle_tomorrow"), SampleSource(name="seattle_tomorrow")
    assert "temp_max_tomorrow" not in propose_data(table, source=source).inputs
    other = propose_data(table, "temp_max_tomorrow", source)
    assert "rain_tomorrow" not in other.inputs
    assert other.task == "regression"


def test_an_upload_is_recognised_again_by_what_was_in_it():
    table = table_of(x=NOISE, y=NOISE[::-1])
    source = propose_data(table).source
    assert source.kind == "upload"
    assert (source.sha256, source.columns) == (table.sha256, ("x", "y"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_its_words(language):
    reasons = {*POINTS, "course", *LEFT_OUT}
    for code in reasons:
        assert "{" not in say(f"reason.{code}", language, target="y", other="x", percent="5", distinct=3)


def test_every_reason_that_is_given_for_leaving_out_is_known():
    table = table_of(번호=range(1, N + 1), day=DAYS, one=[7] * N, x=OTHER, again=OTHER, y=NOISE)
    assert {one.reason.code for one in propose(table, "y").left_out} <= set(LEFT_OUT)


def test_choosing_a_column_that_only_its_own_past_tells_of_brings_time_windows():
    table = table_of(day=DAYS, temp=NOISE, place=["a", "b"] * 20)
    chosen = with_target(for_own_table(table), table, "place")
    assert chosen.data.windows is None
    lone = table_of(day=DAYS, temp=NOISE)
    assert with_target(for_own_table(lone), lone, "temp").data.windows is not None


def test_a_first_column_that_rows_are_sorted_by_is_an_input_if_it_counts_something():
    visits = sorted(i % 30 for i in range(N))
    table = table_of(visits=visits, counted=[v + 1 for v in visits], x=NOISE, y=OTHER)
    assert "visits" not in {one.column for one in propose(table, "y").left_out}


@pytest.mark.parametrize(("start", "kept"), [(33, True), (0, False), (1, False)])
def test_whole_numbers_in_order_are_row_numbers_if_they_begin_where_counting_does(start, kept):
    table = table_of(chest=range(start, start + N), x=NOISE, count=OTHER)
    assert ("chest" in propose_data(table, "count").inputs) == kept


@pytest.mark.parametrize(
    ("columns", "target"),
    [
        (
            {
                "carat": OTHER,
                "price": [v * 3 + n for v, n in zip(OTHER, NOISE, strict=True)],
                "x": NOISE,
                "y": OTHER[::-1],
                "z": NOISE[::-1],
            },
            "price",
        ),
        ({"cases_town": [int(v) + i for i, v in enumerate(NOISE)], "rain": OTHER, "sun": NOISE[::-1]}, "cases_town"),
        ({"lwage": NOISE, "school": OTHER, "total": OTHER[::-1]}, "lwage"),
        ({"time": OTHER, "status": [1, 2, 2, 2] * 10, "sex": [1, 2] * 20, "wt.loss": NOISE}, "status"),
        (
            {
                "plate": [chr(97 + i % 4) for i in range(N)],
                "size": [18 + i % 9 for i in range(N)],
                "sample": ["A", "B"] * 20,
            },
            "size",
        ),
        ({"y74": [0, 1, 0, 0] * 10, "price": NOISE, "y76": [1, 0, 0, 0] * 10}, "price"),
        ({"Year": range(1960, 1960 + N), "C": NOISE, "P": OTHER, "T": OTHER[::-1]}, "P"),
        *(({"Masse": NOISE, "Größe": OTHER, name: YEARS}, "Größe") for name in ("Jahr", "année", "año", "年")),
    ],
)
def test_what_a_name_says_is_weighed_by_what_stands_beside_it(columns, target):
    assert propose_data(table_of(**columns)).target == target


def test_a_column_that_only_one_class_has_values_in_tells_the_class():
    died = [0, 1, 1, 0, 1] * 8
    cause = [("heart", "lung")[i % 2] if dead else "" for i, dead in enumerate(died)]
    table = table_of(x=NOISE, z=OTHER, cause=cause, death=died)
    assert {one.column: one.reason.code for one in propose(table, "death").left_out} == {"cause": "tells"}


def test_a_value_that_stands_for_one_class_alone_tells_the_class_however_well_others_do():
    work = ["yes", "no"] * 20
    hours = [0 if word == "no" else 100 + i for i, word in enumerate(work)]
    close = [int(word == "yes") if i % 9 else 2 for i, word in enumerate(work)]
    table = table_of(hours=hours, close=close, x=NOISE, work=work)
    assert propose_data(table, "work").inputs == ("close", "x")


def test_many_columns_are_ranked_in_time_that_grows_with_them_and_not_with_their_pairs():
    table = table_of(**{f"part {place}": [(row * (place % 7 + 2)) % 19 for row in range(20)] for place in range(4_000)})
    with bounded_work():
        for _ in range(3):
            assert Ranking(table).candidates()
