"""A piece of a study as a task of a cluster's worker, without a cluster."""

import io

import numpy as np
import pytest

from lab.runs.orders.study import outcomes_of, single_pieces, study_specs
from lab.runs.wire.messages import PROTOCOL, Order, Ping, Start, pack, unpack
from lab.runs.work import piece
from lab.runs.work.study_job import StudyJob
from tests.lab.runs.test_study import cells


class Way:
    """Takes what is told on the way; `patience` slices later nobody wants the result."""

    def __init__(self, patience: int = 10**6) -> None:
        self.patience, self.told = patience, 0

    @property
    def unwanted(self) -> bool:
        return self.told > self.patience

    def tell(self, run, job) -> None:
        self.told += 1


def asked(epochs: int = 4):
    """The first piece, and what goes to a worker of it."""
    first = single_pieces(cells(epochs), 1, predict=False)[0]
    places = {name: str(place) for place, name in enumerate(first.arrays)}
    return first, Start("run", first.spec, places, b"", None, ()), [npy(array) for array in first.arrays.values()]


def npy(array) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()


def train(monkeypatch, start, files, way, protocol=PROTOCOL):
    monkeypatch.setattr(piece, "_Telling", lambda: way)
    return [unpack(data) for data in piece.train(protocol, pack(start), *files)]


def test_a_piece_comes_back_with_the_numbers_of_its_cell(monkeypatch):
    first, start, files = asked()
    snapshot, status = train(monkeypatch, start, files, Way())
    assert (status.state, status.epoch) == ("finished", 12)
    job = StudyJob(first.spec, first.arrays)
    job.advance()
    assert [run.history for run in outcomes_of(first.pieces, snapshot.data)[first.pieces[0]]] == [
        run.history for run in outcomes_of(first.pieces, job.snapshot())[first.pieces[0]]
    ]


def test_single_pieces_are_the_pieces_of_the_piles():
    piles = study_specs(cells(4), 2, predict=False)
    single = single_pieces(cells(4), 2, predict=False)
    assert sorted(map(str, (one for pile in piles for one in pile.pieces))) == sorted(
        str(*one.pieces) for one in single
    )


def test_nothing_more_is_computed_for_nobody(monkeypatch):
    monkeypatch.setattr(piece, "TELL_S", 0.0)
    _, start, files = asked(5000)
    _, status = train(monkeypatch, start, files, Way(patience=3))
    assert status.state == "stopped"
    assert 0 < status.epoch < status.epochs


def test_a_piece_whose_array_is_damaged_fails_with_a_reason(monkeypatch):
    _, start, files = asked()
    _, status = train(monkeypatch, start, [data[:40] for data in files], Way())
    assert (status.state, status.reason.code) == ("failed", "run.internal")


@pytest.mark.parametrize(("protocol", "message"), [(PROTOCOL + 1, None), (PROTOCOL, Ping(1)), (PROTOCOL, Order)])
def test_what_is_no_piece_or_of_another_version_is_refused(monkeypatch, protocol, message):
    _, start, files = asked()
    data = Order("run", 1, "Pause", {}) if message is Order else message or start
    with pytest.raises(ValueError, match=r"protocol|no piece"):
        train(monkeypatch, data, files, Way(), protocol)
