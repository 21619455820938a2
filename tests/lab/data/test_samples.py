"""Samples: each card says the truth about its file, in both languages, and its proposal can be trained on."""

import gc
import re
import weakref

import pytest

from lab.data import samples
from lab.data.prepare import prepare
from lab.data.propose import propose_data
from lab.data.read import read_table
from lab.data.samples import CARD_GROUPS, SAMPLE_DATA, card, load_sample, sample_names
from lab.errors import DataError
from lab.spec.data import ReadingSpec, SampleSource
from lab.spec.limits import ALONE
from lab.texts import LANGUAGES, say_error

NAMES = sample_names()


@pytest.mark.parametrize("name", NAMES)
def test_a_card_says_what_is_in_the_file(name):
    about, table = card(name), load_sample(name)
    assert table.frame.shape == (about.rows, about.columns)
    assert {about.target, *about.inputs, *about.leave_out} == set(table.column_names)
    assert set(about.empty_means_zero) <= set(about.inputs)
    assert about.time_column is None or table.frame[about.time_column].is_monotonic_increasing
    assert about.source
    assert about.licence


@pytest.mark.parametrize("name", NAMES)
def test_a_card_speaks_both_languages_and_owns_up_to_synthetic_data(name):
    about = card(name)
    for entry in (about.titles, about.about, about.units, about.pitfalls):
        assert set(entry) == set(LANGUAGES)
        assert all(entry.values())
        assert not re.search("[가-힣]", entry["en"])
    assert all(sentence.endswith((".", "다.")) for sentence in about.pitfalls.values())
    for language, word in (("ko", "합성 자료"), ("en", "synthetic")):
        assert (word in about.titles[language]) == about.synthetic


@pytest.mark.parametrize("name", NAMES)
def test_the_proposal_for_a_sample_is_its_card_and_can_be_prepared(name):
    about, table = card(name), load_sample(name)
    data = propose_data(table, source=SampleSource(name=name))
    assert (data.target, data.task, data.inputs) == (about.target, about.task, about.inputs)
    assert data.split.order == ("time" if about.time_column else "shuffled")
    dataset = prepare(table, data, seed=0)
    assert len(dataset.train.x) > 50
    assert (dataset.persistence is not None) == (about.persistence_column is not None)


def test_digits_are_divided_by_the_cards_constant():
    dataset = prepare(
        load_sample("digits_28x28"),
        propose_data(load_sample("digits_28x28"), source=SampleSource(name="digits_28x28")),
        0,
    )
    assert dataset.input_shape == (784,)
    assert dataset.train.x.max() == 1.0
    assert dataset.train.x.min() == 0.0
    assert dataset.classes == tuple("0123456789")


def test_blank_rain_is_zero_because_the_card_says_so_and_only_in_the_sample():
    name, rain = "kr_station_daily", "일강수량(mm)"
    sample = load_sample(name)
    upload = read_table(SAMPLE_DATA / card(name).file, "upload.csv", ALONE)
    gaps = upload.frame[rain].isna()
    assert gaps.sum() == 1289
    assert sample.column(rain).missing == 0
    assert (sample.frame[rain][gaps] == 0).all()
    assert [note.count for note in sample.notes if note.code == "empty_is_zero" and note.column == rain] == [1289]
    assert sample.column("평균 풍속(m/s)").missing == upload.column("평균 풍속(m/s)").missing == 9


def test_the_cp949_file_holds_the_same_table():
    korean = read_table(SAMPLE_DATA / "kr_station_daily_cp949.csv", "a.csv", ALONE)
    unicode = read_table(SAMPLE_DATA / "kr_station_daily.csv", "a.csv", ALONE)
    assert korean.encoding == "cp949"
    assert korean.columns == unicode.columns
    assert korean.frame.equals(unicode.frame)


def test_a_sample_stays_as_it_is_meant_and_of_other_readings_the_last_few():
    readings = [ReadingSpec(missing_words=(f"none {number}",)) for number in range(10)]
    first = weakref.ref(load_sample("iris", readings[0]))
    assert first() is load_sample("iris", readings[0])
    for reading in readings[1:]:
        load_sample("iris", reading)
    gc.collect()
    assert first() is None
    assert load_sample("iris") is load_sample("iris")


def test_every_file_has_a_card_and_every_card_a_file():
    assert {path.name for path in SAMPLE_DATA.iterdir() if ".csv" in path.name} == {card(name).file for name in NAMES}


def test_a_sample_whose_picture_is_not_drawn_yet_is_shown_without(monkeypatch, tmp_path):
    monkeypatch.setattr(samples, "PICTURES", tmp_path)
    samples.picture.cache_clear()
    assert samples.picture("iris") == samples.EMPTY
    samples.picture.cache_clear()


def test_an_unknown_sample_is_a_refusal():
    with pytest.raises(DataError) as caught:
        card("mnist")
    assert all("mnist" in say_error(caught.value, language) for language in LANGUAGES)


def test_every_sample_stands_in_one_group_of_the_gallery_beside_all():
    for one in map(card, sample_names()):
        assert next(group for group in CARD_GROUPS if one.belongs_to(group)) == "all"
        assert len([group for group in CARD_GROUPS if one.belongs_to(group)]) == 2
    assert card("kr_hourly").belongs_to("series")
    assert not card("kr_hourly").belongs_to("regression")
