"""What was drawn lately takes so many bytes and no more."""

from hypothesis import given
from hypothesis import strategies as st

from lab.charts import network as drawing
from lab.charts.cache import Kept
from lab.charts.network import DRAWINGS_BYTES, network_text
from lab.model.drawn import drawn_network
from tests.lab.charts.test_network import laid_out


@given(sizes=st.lists(st.integers(0, 150), max_size=40), entries=st.integers(1, 9))
def test_whatever_is_kept_stays_within_its_bounds_and_is_what_was_asked_for_last(sizes, entries):
    kept: Kept[int] = Kept(entries, 100)
    for key, size in enumerate(sizes):
        kept.put(key, size, size)
        there = [one for one in range(key + 1) if kept.get(one) is not None]
        assert kept.held_bytes == sum(sizes[one] for one in there) <= 100
        assert len(there) <= entries
        fitting = [one for one in range(key + 1) if sizes[one] <= 100]
        assert there == fitting[len(fitting) - len(there) :]
        assert size > 100 or key in there


def test_a_drawing_of_a_network_is_kept_packed(monkeypatch):
    kept: Kept[bytes] = Kept(10, DRAWINGS_BYTES)
    monkeypatch.setattr(drawing, "_kept", kept)  # nothing of other tests is there, which this one would push out
    experiment, dataset, rows = laid_out("iris")
    text = network_text(drawn_network(experiment, rows, dataset), "en", "phone")
    assert 0 < kept.held_bytes < len(text) / 4
