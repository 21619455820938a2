"""The doctor: every finding is made where it belongs and not on a clean table; every remedy works and can be undone."""

import ast
import csv
import io
from pathlib import Path

import numpy as np
import pytest

from lab.data import doctor, read_table
from lab.data.doctor import SEVERITIES, examine
from lab.data.doctor.examine import HARM
from lab.data.doctor.finding import numbered
from lab.data.doctor.remedies import LeaveOut, ReadAsKind, remedies_in_force
from lab.data.prepare import prepare
from lab.data.propose import propose_data
from lab.data.samples import load_sample, sample_names
from lab.edits.refit import refit
from lab.errors import DataError
from lab.spec.data import InputGroup, SampleSource, SplitSpec, TargetSpec
from lab.spec.limits import ALONE
from lab.starts import propose_experiment, start
from lab.texts import LANGUAGES, catalogue, has_text, say

ROWS = 300
RNG = np.random.default_rng(7)
NOISE = RNG.normal(size=(ROWS, 6))
ANSWER = np.where(NOISE[:, 0] + NOISE[:, 1] + RNG.normal(size=ROWS) > 0, "yes!", "no!")


def numbers(column: int, scale: float = 1.0) -> list[object]:
    return [round(float(value), 3) for value in NOISE[:, column] * scale]


def written(columns: dict[str, list[object]]) -> bytes:
    """A CSV of these columns; None is an empty cell."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return out.getvalue().encode()


def clean(**others: list[object]) -> dict[str, list[object]]:
    return {"a": numbers(0), "b": numbers(1), "c": numbers(2), **others, "y": list(ANSWER)}


def look(columns: dict[str, list[object]], target: str = "y", **changes: object):
    """(table, data, report) of a table and what is proposed for it, with changes."""
    table = read_table(written(columns), "table.csv", ALONE)
    data = propose_data(table, target).replace(**changes)
    return table, data, examine(table, data, prepare(table, data, seed=0))


def found(report, code: str):
    return next((finding for finding in (*report.findings, *report.treated) if finding.code == code), None)


def with_gaps(column: list[object], every: int) -> list[object]:
    return [None if row % every == 0 else value for row, value in enumerate(column)]


DAYS = [f"2021-{1 + day // 28:02d}-{1 + day % 28:02d}" for day in range(ROWS)]
COUNTS = [int(value) for value in np.random.default_rng(3).integers(1, 5, ROWS)]
RARE = ["storm!" if row % 40 == 0 else "calm!" for row in range(ROWS)]

# code of a finding -> a table on which it must be made
CASES = {
    "leak": clean(
        after=[
            (2.0 if answer == "yes!" else 0.0) + value for answer, value in zip(ANSWER, NOISE[:, 3] / 4, strict=True)
        ]
    ),
    "leak_name": clean(내일기온=numbers(3)),
    "time_order": {"day": DAYS, **clean()},
    "duplicates": {name: [*column, *column[:30]] for name, column in clean().items()},
    "overlap": {name: [*column, *column[:100]] for name, column in clean().items()},
    "text": clean(memo=[f"memo {row} of the day" for row in range(ROWS)]),
    "few_per_class": {**clean(), "y": ["rare!" if row < 6 else answer for row, answer in enumerate(ANSWER)]},
    "sorted_by_class": {**clean(), "y": sorted(ANSWER)},
    "part_column": clean(part=["train" if row % 3 else "test" for row in range(ROWS)]),
    "groups": clean(station_id=[100 + row % 12 for row in range(ROWS)]),
    "few_rows": {name: column[:40] for name, column in clean().items()},
    "few_test": {name: column[:120] for name, column in clean().items()},
    "few_validation": {name: column[:120] for name, column in clean().items()},
    "rain_gaps": clean(**{"강수량(mm)": with_gaps([abs(value) for value in numbers(3)], 3)}),
    "gaps": clean(d=with_gaps(numbers(3), 10)),
    "mostly_empty": clean(d=[value if row % 10 == 0 else None for row, value in enumerate(numbers(3))]),
    "target_gaps": {**clean(), "y": with_gaps(list(ANSWER), 9)},
    "imbalance": {**clean(), "y": RARE},
    "identifier": {"번호": list(range(1, ROWS + 1)), **clean()},
    "constant": clean(same=[5] * ROWS),
    "many_categories": clean(place=[f"place {row % 60}" for row in range(ROWS)]),
    "sentinel_suspect": clean(
        d=[-9 if row % 50 == 0 else round(float(np.tanh(value)) * 3, 2) for row, value in enumerate(NOISE[:, 3])]
    ),
    "mixed_kinds": clean(d=[value if row % 3 else f"broken {row}" for row, value in enumerate(numbers(3))]),
    "mixed_units": clean(d=[f"{7 * row % 5} {'mm' if row % 3 else 'cm'}" for row in range(ROWS)]),
    "numeric_codes": clean(weather_type=COUNTS),
    "outliers": clean(d=[value + (80 if row % 60 == 0 else 0) for row, value in enumerate(numbers(3))]),
    "skew": clean(d=[round(float(np.exp(2 * value)), 3) for value in NOISE[:, 3]]),
    "near_copies": clean(d=[round(1.8 * value + 32, 2) for value in numbers(0)]),
}
OF_NUMBERS = {
    "target_outliers": {**clean(), "y": [value + (80 if row % 40 == 0 else 0) for row, value in enumerate(numbers(3))]},
    "target_skew": {**clean(), "y": [round(float(np.exp(2 * value)), 3) for value in NOISE[:, 3]]},
    "target_unscaled": {**clean(), "y": [round(1000 + 50 * value, 1) for value in numbers(3)]},
}


def report_on(code: str):
    if code in CASES:
        return look(CASES[code])
    if code in OF_NUMBERS:
        return look(OF_NUMBERS[code], target_scaling="none")
    return look({**clean(), "a": numbers(0, 5000)}, scaling="none")  # unscaled


CODES = [*CASES, *OF_NUMBERS, "unscaled"]


@pytest.mark.parametrize("code", CODES)
def test_the_finding_is_made_where_it_belongs(code):
    _table, _data, report = report_on(code)
    assert found(report, code) is not None, [finding.code for finding in report.findings]


def test_a_clean_table_has_no_findings():
    _table, _data, report = look(clean())
    assert not report.findings
    assert not report.in_force


@pytest.mark.parametrize("code", CODES)
def test_only_what_belongs_to_the_case_is_found(code):
    """A case may bring its relatives: rows that are twice there also stand in training and test."""
    relatives = {
        "overlap": {"duplicates"},
        "duplicates": {"overlap"},
        "few_rows": {"few_per_class"},
        "few_test": {"few_rows", "few_validation"},
        "few_validation": {"few_rows", "few_test"},
        "few_per_class": {"imbalance"},
        "imbalance": {"few_per_class"},
        "groups": {"identifier"},
        "mixed_kinds": {"text"},
        "target_skew": {"target_unscaled"},
        "rain_gaps": {"skew"},
        "mostly_empty": {"few_test", "few_validation"},
    }
    _table, _data, report = report_on(code)
    others = {finding.code for finding in (*report.findings, *report.treated)} - {code}
    assert others <= relatives.get(code, set())


@pytest.mark.parametrize("code", CODES)
def test_every_remedy_is_in_force_once_applied_and_undone_it_leaves_an_equal_experiment(code):
    table, data, report = report_on(code)
    before = propose_experiment(table, data.source, data)
    for remedy in found(report, code).remedies:
        if remedy.is_applied(data):  # the proposal has seen to it
            undone = remedy.undo(data)
            assert not remedy.is_applied(undone)
            assert remedy.change(undone) == data
            continue
        changed = before.replace(data=remedy.change(data))
        assert remedy.is_applied(changed.data)
        assert changed != before
        assert changed.replace(data=remedy.undo(changed.data, data)) == before
        assert changed.replace(data=remedy.undo(changed.data)) == before  # after a reload: from defaults


@pytest.mark.parametrize(
    "code", [code for code in CODES if code not in ("mixed_kinds", "numeric_codes", "sentinel_suspect")]
)
def test_a_treated_finding_is_open_no_more_and_its_remedy_can_be_undone(code):
    table, data, report = report_on(code)
    remedies = found(report, code).remedies
    if not remedies:
        return
    changed = remedies[0].change(data)
    after = examine(table, changed, prepare(table, changed, seed=0))
    assert code not in [finding.code for finding in after.findings]
    assert any(remedy.columns == remedies[0].columns for remedy in after.in_force)
    assert all(remedy.is_applied(changed) for remedy in after.in_force)


@pytest.mark.parametrize("name", sample_names())
def test_the_samples_show_what_their_cards_speak_of_and_nothing_graver(name):
    """None is serious; each warning is a pitfall that the card or the name of the sample itself names."""
    table = load_sample(name)
    data = propose_data(table, source=SampleSource(name=name))
    report = examine(table, data, prepare(table, data, seed=0))
    warnings = {finding.code for finding in report.findings if finding.severity != "info"}
    assert warnings == EXPECTED_WARNINGS.get(name, set())


EXPECTED_WARNINGS = {
    "breast_cancer": {"outliers"},  # heavy tails of the "error" columns
    "seattle_weather": {"imbalance"},  # snow on 23 of 1461 days
    "kr_station_daily_cp949": {"rain_gaps"},
    "imbalanced_heavy_rain": {"imbalance"},
    "outliers_1d": {"target_outliers"},
    "leaky_rain": {"leak"},
}


# what a sample is there to show -> the finding, and what its first remedy does to the experiment
PITFALLS = {
    "leaky_rain": ("leak", lambda one: "다음날_배수량(㎥)" not in one.data.inputs),
    "time_trap": ("time_order", lambda one: one.data.split.order == "time"),
    "imbalanced_heavy_rain": ("imbalance", lambda one: one.fit.class_weight == "balanced"),
    "outliers_1d": ("target_outliers", lambda one: one.compile.loss.type == "MeanAbsoluteError"),
    "seattle_weather": ("imbalance", lambda one: one.fit.class_weight == "balanced"),
    "kr_tmax_tomorrow": ("time_order", lambda one: one.data.split.time_column == "일시"),
}
# findings that only explain, on samples where they are true
TRUE_OF = {
    "iris": {"duplicates", "few_rows", "sorted_by_class"},
    "penguins": {"gaps"},
    "breast_cancer": {"outliers", "skew", "near_copies"},
    "seattle_weather": {"overlap", "skew", "time_order"},
    "co2_weekly": {"target_gaps", "target_unscaled", "time_order"},
    "sunspots_yearly": {"time_order"},
    "kr_station_daily": {"constant", "gaps", "time_order"},
    "rain_amount": {"target_skew"},
}


@pytest.mark.parametrize("name", PITFALLS)
def test_the_remedy_of_a_samples_pitfall_is_one_click_and_undone_by_one(name):
    code, is_mended = PITFALLS[name]
    table = load_sample(name)
    shuffled = propose_data(table, source=SampleSource(name=name)).replace(split=SplitSpec())
    before = propose_experiment(table, SampleSource(name=name), shuffled)

    def examined(experiment):
        return examine(table, experiment.data, prepare(table, experiment.data, seed=0), experiment)

    finding = found(examined(before), code)
    assert not is_mended(before)
    if finding.training:
        remedy = finding.training[0]
        after = remedy.change(before)
        undone = (remedy.undo(after, before), remedy.undo(after))
    else:
        remedy = finding.remedies[0]
        after = before.replace(data=remedy.change(before.data))
        undone = tuple(before.replace(data=data) for data in (remedy.undo(after.data, before.data),))
    assert is_mended(after)
    report = examined(after)
    assert code not in [other.code for other in report.findings]
    assert remedy.code in [other.code for other in report.in_force]
    assert all(one == before for one in undone)


@pytest.mark.parametrize("name", TRUE_OF)
def test_what_is_true_of_a_sample_is_found_on_it(name):
    table = load_sample(name)
    data = propose_data(table, source=SampleSource(name=name))
    report = examine(table, data, prepare(table, data, seed=0))
    assert TRUE_OF[name] <= {finding.code for finding in (*report.findings, *report.treated)}


def test_classes_of_several_targets_are_not_weighed():
    experiment = start("two_in_two_out")
    table = load_sample("two_in_two_out")
    report = examine(table, experiment.data, prepare(table, experiment.data, seed=0), experiment)
    training = [remedy for finding in report.findings for remedy in finding.training]
    assert not any(remedy.is_possible(experiment) for remedy in training)


# --- order, sentences


def test_every_finding_has_a_place_a_table_that_shows_it_and_words():
    """What a check can give by name is read off its source: a finding that no table here shows is found too."""
    given = {
        node.args[0].value
        for file in Path(doctor.__file__).parent.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Finding" and node.args
        if isinstance(node.args[0], ast.Constant)
    }
    worded = {key.split(".")[1] for key in catalogue() if key.startswith("finding.") and key.endswith(".title")}
    assert given - set(CODES) == set(), "a table that shows it belongs into CASES"
    assert {code for code in HARM if not code.startswith("note.")} == set(CODES), "its place belongs into HARM"
    assert worded == set(CODES), "its title and its sentence belong into lab/texts/doctor.toml"


def test_the_most_harmful_comes_first():
    columns = clean(same=[5] * ROWS, after=CASES["leak"]["after"], d=with_gaps(numbers(3), 5))
    _table, _data, report = look(columns, inputs=("a", "b", "c", "after", "d"))
    severities = [SEVERITIES.index(finding.severity) for finding in report.findings]
    assert severities == sorted(severities)
    assert report.findings[0].code == "leak"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", CODES)
def test_every_finding_and_every_remedy_has_its_words(code, language):
    _table, _data, report = report_on(code)
    finding = found(report, code)
    assert say(f"finding.{code}.title", language)
    assert "{" not in say(f"finding.{code}", language, **finding.blanks)
    for remedy in (*finding.remedies, *finding.training):
        assert say(f"remedy.{remedy.code}", language, word=remedy.word)
        assert has_text(f"remedy.{remedy.code}.done")
    for remedy in report.in_force:
        assert has_text(f"remedy.{remedy.code}.done")


def test_the_reader_is_heard_as_well():
    content = "온도;습도;종류\n" + "".join(
        f"{row % 30},5;{40 + row % 7};{'가' if row % 2 else '나'}\n" for row in range(200)
    )
    report = examine(read_table(content.encode("cp949"), "t.csv", ALONE))
    assert "note.decimal_comma" in [finding.code for finding in report.findings]


def test_words_that_were_read_as_gaps_and_a_second_table_come_back_by_one_click():
    words = "a,b,y\n" + "".join(f"{row},{row * 2 % 7 if row % 25 else 'none seen'},{row % 3}\n" for row in range(60))
    second = words.replace("none seen", "5") + "\nc,d\n" + "".join(f"{row * 3 % 11},{row % 2}\n" for row in range(60))
    for text, code, columns in ((words, "note.not_numbers", ("a", "b", "y")), (second, "note.two_tables", ("c", "d"))):
        table = read_table(text.encode(), "t.csv", ALONE)
        data = propose_data(table)
        remedy = found(examine(table, data), code).remedies[0]
        after = remedy.change(data)
        again = read_table(text.encode(), "t.csv", ALONE, after.reading)
        assert again.column_names == columns
        assert remedy.code in [one.code for one in remedies_in_force(after)]
        assert code not in [one.code for one in examine(again, refit(after, table, again).data).findings]
        assert remedy.undo(after) == data
    assert again.rows == 60


def test_notes_of_many_columns_are_told_at_once():
    columns = {f"x{name}": [f"{value}%" for value in numbers(place)] for place, name in enumerate("abc")}
    table = read_table(written({**columns, "y": list(ANSWER)}), "t.csv", ALONE)
    told = [finding for finding in examine(table).findings if finding.code == "note.percent"]
    assert len(told) == 1
    assert told[0].columns == ("xa", "xb", "xc")
    assert told[0].count == 3 * ROWS


# --- rows looked at


def test_statistics_do_not_see_the_test_part():
    """A table whose only outliers lie in its last fifth, split by time."""
    column = [value + (80 if row >= 260 and row % 5 == 0 else 0) for row, value in enumerate(numbers(3))]
    _table, _data, report = look({"day": DAYS, **clean(d=column)})
    assert found(report, "outliers") is None
    assert report.training == 180


def test_a_large_table_is_sampled_with_a_seed_and_says_so():
    rows = 50_000
    rng = np.random.default_rng(0)
    columns = {name: rng.normal(size=rows).round(4).tolist() for name in ("a", "b", "c")}
    columns["c"][::200] = [90.0] * len(columns["c"][::200])
    columns["y"] = rng.integers(0, 2, rows).tolist()
    table = read_table(written(columns), "t.csv", ALONE)
    data = propose_data(table)
    dataset = prepare(table, data, 0)
    report, again = examine(table, data, dataset), examine(table, data, dataset)
    assert report == again
    assert report.looked_at == 20_000
    assert report.training == 30_000
    assert found(report, "outliers").sampled


# --- single checks, from both sides


@pytest.mark.parametrize("order", ["time", "shuffled"])
def test_time_order_is_serious_only_where_rows_are_shuffled(order):
    split = SplitSpec(order=order, time_column="day" if order == "time" else None)
    _table, _data, report = look({"day": DAYS, **clean()}, split=split)
    assert found(report, "time_order").severity == ("serious" if order == "shuffled" else "info")
    assert (found(report, "time_order") in report.treated) == (order == "time")


def test_columns_that_all_tell_the_class_give_nothing_away():
    """Two heaps of points, as in the sample "gauss": each coordinate knows the answer, and may."""
    side = np.where(np.arange(ROWS) % 2 == 0, 4.0, -4.0)
    heap = {f"x{axis}": (side + NOISE[:, axis]).round(3).tolist() for axis in (1, 2)}
    _table, _data, report = look({**heap, "y": ["left!" if value < 0 else "right!" for value in side]})
    assert found(report, "leak") is None


def test_a_leak_is_found_in_texts_and_in_numbers_too():
    told = {"yes!": "wet", "no!": "dry"}
    _table, _data, report = look(clean(ground=[told[answer] for answer in ANSWER]))
    assert found(report, "leak").columns == ("ground",)
    fahrenheit = [
        round(1.8 * value + 32 + 0.01 * noise, 3) for value, noise in zip(numbers(4), NOISE[:, 5], strict=True)
    ]
    _table, _data, report = look({**clean(f=fahrenheit), "y": numbers(4)})
    assert found(report, "leak").columns == ("f",)


def test_a_spelling_is_no_gap_where_another_column_measures_that_number():
    cold = [-9 if row % 30 == 0 else value for row, value in enumerate(numbers(4, 8.0))]
    columns = dict(CASES["sentinel_suspect"], winter=cold)
    _table, _data, report = look(columns)
    assert found(report, "sentinel_suspect").remedies == ()


def test_pixels_are_no_columns_of_their_own():
    pixels = {f"px{place}": np.where(NOISE[:, place % 6] > 1, 16, 0).tolist() for place in range(30)}
    pixels["px0"] = [0] * ROWS
    _table, _data, report = look({**pixels, "y": list(ANSWER)})
    assert {finding.code for finding in report.findings} <= {"duplicates", "overlap"}


def test_without_shuffling_no_stratified_split_is_offered():
    split = SplitSpec(order="time", time_column="day")
    _table, _data, report = look({"day": DAYS, **CASES["imbalance"]}, split=split)
    assert found(report, "imbalance").remedies == ()


def test_each_of_several_targets_is_looked_at():
    table = load_sample("two_in_two_out")
    data = start("two_in_two_out").data
    data = data.with_targets([*data.targets, TargetSpec(column="y_pressure_Pa", task="regression")])
    report = examine(table, data, prepare(table, data, seed=0))
    unscaled = [finding for finding in report.findings if finding.code == "target_unscaled"]
    pressure = next(finding for finding in unscaled if finding.columns == ("y_pressure_Pa",))
    treated = pressure.remedies[0].change(data)
    assert next(target.scaling for target in treated.targets if target.column == "y_pressure_Pa") == "standard"
    assert pressure.remedies[0].undo(treated) == data


# --- remedies


def test_a_column_comes_back_to_its_place_and_to_its_group():
    table, data, _report = look(clean())
    remedy = LeaveOut("leave_out", ("b",), order=table.column_names)
    assert remedy.undo(remedy.change(data)).inputs == ("a", "b", "c")
    grouped = data.with_groups([InputGroup(name="left", columns=("a", "b")), InputGroup(name="right", columns=("c",))])
    without = remedy.change(grouped)
    assert without.groups[0].columns == ("a",)
    assert remedy.undo(without, grouped) == grouped


def test_a_remedy_that_leaves_nothing_to_learn_from_is_not_possible():
    table, data, _report = look(clean())
    assert not LeaveOut("leave_out", ("a", "b", "c"), order=table.column_names).is_possible(data)


def test_undoing_brings_back_what_the_person_had_chosen_before():
    _table, data, report = look(CASES["gaps"])
    data = data.with_plan(data.plan_of("d").replace(missing="mean"))
    remedy = found(report, "gaps").remedies[0]
    changed = remedy.change(data)
    assert changed.plan_of("d").missing == "median"
    assert remedy.undo(changed, data) == data
    assert remedy.undo(changed).plan_of("d").missing is None


def test_what_is_in_force_can_be_told_from_the_spec_alone():
    _table, data, report = look(CASES["gaps"])
    data = found(report, "gaps").remedies[0].change(data)
    data = ReadAsKind("read_as", ("a",), kind="text").change(data).replace(drop_duplicates=True)
    data = data.replace(reading=data.reading.replace(delimiter=";", transpose=True, missing_words=("-7",)))
    codes = ["transpose", "decided", "read_as", "read_as_missing", "drop_duplicates", "fill_median"]
    assert [remedy.code for remedy in remedies_in_force(data)] == codes
    for remedy in remedies_in_force(data):
        data = remedy.undo(data)
    assert remedies_in_force(data) == ()


def prepared(code: str, remedy_number: int = 0):
    """(dataset before, dataset after, data after) of a case's remedy."""
    table, data, report = report_on(code)
    remedy = found(report, code).remedies[remedy_number]
    if remedy.is_applied(data):
        after, data = data, remedy.undo(data)
    else:
        after = remedy.change(data)
    return prepare(table, data, seed=0), prepare(table, after, seed=0), after


def feature(dataset, column: str):
    return next(prepared for prepared in dataset.columns if prepared.source == column)


@pytest.mark.parametrize("code", ["leak", "leak_name", "many_categories", "mostly_empty", "near_copies"])
def test_a_column_that_is_left_out_is_no_feature(code):
    before, after, data = prepared(code)
    assert len(after.feature_names) < len(before.feature_names)
    assert {prepared.source for prepared in after.columns} == set(data.inputs)


@pytest.mark.parametrize(("code", "column"), [("constant", "same"), ("identifier", "번호")])
def test_what_a_person_ticked_although_it_teaches_nothing_can_be_left_out(code, column):
    table, data, report = look(CASES[code], inputs=("a", "b", "c", column))
    assert found(report, code).severity == "warning"
    after = found(report, code).remedies[0].change(data)
    assert after.inputs == ("a", "b", "c")
    assert examine(table, after, prepare(table, after, seed=0)).findings == ()


def test_rain_that_did_not_fall_is_zero():
    _before, after, _data = prepared("rain_gaps")
    assert feature(after, "강수량(mm)").fill == 0.0
    assert after.dropped_rows == 0


def test_gaps_get_the_training_median_and_a_mark():
    table, data, report = look(CASES["gaps"], missing="drop")
    before = prepare(table, data, seed=0)
    after = prepare(table, found(report, "gaps").remedies[0].change(data), seed=0)
    assert before.dropped_rows == 30
    assert after.dropped_rows == 0
    assert len(after.feature_names) == len(before.feature_names) + 1
    training = table.frame["d"].to_numpy()[after.train.rows]
    assert feature(after, "d").fill == pytest.approx(np.nanmedian(training))


def test_gaps_of_texts_are_a_category():
    words = with_gaps(["left" if row % 2 else "right" for row in range(ROWS)], 10)
    table, data, report = look(clean(side=words, d=with_gaps(numbers(3), 10)))
    remedy = found(report, "gaps").remedies[0]
    after = prepare(table, remedy.change(data), seed=0)
    assert remedy.columns == ("side", "d")
    assert after.dropped_rows == 0
    assert len(feature(after, "side").categories) == 3
    assert remedy.undo(remedy.change(data)) == data


def test_values_far_out_are_set_to_the_fence_or_scaled_without_them():
    before, clipped, _data = prepared("outliers", 0)
    _before, robust, _data = prepared("outliers", 1)
    place = before.feature_names.index("d")
    assert clipped.train.x[:, place].max() < 5
    typical = [np.median(np.abs(dataset.train.x[:, place])) for dataset in (before, robust)]
    assert typical[1] > 4 * typical[0]


def test_a_long_tail_becomes_short():
    before, after, _data = prepared("skew")
    place = before.feature_names.index("d")
    assert after.train.x[:, place].max() < before.train.x[:, place].max() / 2


def test_rows_that_are_alike_are_used_once():
    for code, twice in (("duplicates", 30), ("overlap", 100)):
        before, after, _data = prepared(code)
        used = [
            sum(len(dataset.part(part).rows) for part in ("train", "validation", "test")) for dataset in (before, after)
        ]
        assert used[0] - used[1] == twice


def test_rare_classes_are_in_every_part():
    _before, after, _data = prepared("few_per_class")
    assert all(
        (after.part(part).target == after.classes.index("rare!")).any() for part in ("train", "validation", "test")
    )


def test_the_future_is_not_trained_on():
    before, after, _data = prepared("time_order")
    assert before.train.rows.max() > before.test.rows.min()
    assert after.train.rows.max() < after.validation.rows.min() < after.test.rows.min()


def test_a_group_stays_together_and_parts_are_as_the_column_says():
    _before, after, _data = prepared("groups")
    stations = [set(after.part(part).rows % 12) for part in ("train", "validation", "test")]
    assert sum(map(len, stations)) == 12
    _before, after, _data = prepared("part_column")
    assert set(after.test.rows % 3) == {0}
    assert 0 not in set(after.train.rows % 3)


def test_scaling_brings_columns_to_one_size():
    before, after, _data = prepared("unscaled")
    assert before.train.x.std(axis=0).max() > 1000
    assert after.train.x.std(axis=0) == pytest.approx(1, abs=1e-4)
    before, after, _data = prepared("target_unscaled")
    assert (before.target_mean, before.target_scale) == (0.0, 1.0)
    assert after.target_mean == pytest.approx(1000, abs=20)


# --- another reading


def reread(columns: dict[str, list[object]], others: dict[str, list[object]], **changes: object):
    """What becomes of the proposal for one table when the file turns out to hold the other."""
    before, data, _report = look(columns, **changes)
    after = read_table(written(others), "table.csv", ALONE)
    return data, refit(data, before, after)


def test_the_same_columns_keep_every_setting():
    data, fit = reread(clean(), clean(), scaling="min_max", inputs=("c", "a"))
    assert fit.data == data
    assert not fit.lost
    assert not fit.gained


def test_a_column_that_is_no_more_takes_its_plan_along_and_is_named():
    columns = clean(d=with_gaps(numbers(3), 10))
    table, data, report = look(columns)
    data = found(report, "gaps").remedies[0].change(data)
    after = read_table(written(clean(e=numbers(4))), "table.csv", ALONE)
    fit = refit(data.replace(persistence_column="d"), table, after)
    assert fit.lost == ("d",)
    assert fit.gained == ("e",)
    assert fit.data.plans == ()
    assert fit.data.persistence_column is None
    assert fit.data.inputs == ("a", "b", "c", "e")
    assert fit.data.source.columns == after.column_names


def test_a_column_that_was_left_out_by_the_person_stays_out():
    _data, fit = reread(clean(), clean(), inputs=("a", "c"))
    assert fit.data.inputs == ("a", "c")


def test_a_column_that_becomes_text_is_no_input_any_more():
    _data, fit = reread(clean(d=numbers(3)), clean(d=[f"text {row}" for row in range(ROWS)]))
    assert fit.lost == ("d",)
    assert "d" not in fit.data.inputs


def test_without_its_target_the_table_gets_a_new_proposal_and_keeps_the_shares():
    split = SplitSpec(validation=0.3, test=0.1)
    data, fit = reread(clean(), {name: column for name, column in clean().items() if name != "y"}, split=split)
    assert fit.new_target
    assert fit.data.target == "c"
    assert (fit.data.split.validation, fit.data.split.test) == (0.3, 0.1)
    assert "y" in fit.lost
    assert data.target not in fit.data.inputs


def test_groups_of_columns_lose_what_is_no_more_and_take_in_what_is_new():
    before, data, _report = look(clean())
    grouped = data.with_groups([InputGroup(name="left", columns=("a", "b")), InputGroup(name="right", columns=("c",))])
    columns = {"a": numbers(0), "c": numbers(2), "e": numbers(4), "y": list(ANSWER)}
    fit = refit(grouped, before, read_table(written(columns), "table.csv", ALONE))
    assert [group.columns for group in fit.data.groups] == [("a", "e"), ("c",)]


# --- whatever the experiment says


NASTY_NUMBERS = {**clean(big=[1e308 if row % 9 == 0 else row * 1e300 for row in range(ROWS)]), "gone": [None] * ROWS}


@pytest.mark.parametrize("code", [*CODES, "nasty"])
def test_an_experiment_that_does_not_fit_its_table_is_no_trouble(code):
    """Any target, task, split and inputs, also such as preparation refuses."""
    table = read_table(written(NASTY_NUMBERS), "t.csv", ALONE) if code == "nasty" else report_on(code)[0]
    rng = np.random.default_rng(len(code))
    names = [*table.column_names, "no such column"]
    for _ in range(6):
        some = propose_data(read_table(written(clean()), "t.csv", ALONE))
        data = some.replace(
            target=str(rng.choice(names)),
            task=str(rng.choice(["binary", "multiclass", "regression"])),
            inputs=tuple(map(str, rng.choice(names, 3))),
            scaling=str(rng.choice(["standard", "none", "robust"])),
            split=SplitSpec(order=str(rng.choice(["shuffled", "stratified", "time"]))),
        )
        try:
            dataset = prepare(table, data, seed=0)
        except DataError:
            dataset = None
        report = examine(table, data, dataset)
        for finding in (*report.findings, *report.treated):
            key = finding.code if finding.code.startswith("note.") else f"finding.{finding.code}"
            assert say(key, "en", **finding.blanks)
            for remedy in finding.remedies:
                if remedy.is_possible(data):
                    remedy.undo(remedy.change(data), data)


def test_the_report_counts_its_findings_and_numbers_those_of_one_code():
    _table, _data, report = look(clean(leak=list(ANSWER), z=with_gaps(numbers(3), 5)))
    assert report.counts == {"serious": 0, "warning": 0, "info": 1}
    ranks = list(numbered(report.findings))
    assert [finding for finding, _ in ranks] == list(report.findings)
    assert len({(finding.code, number) for finding, number in ranks}) == len(ranks)
