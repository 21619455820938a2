"""Of a file with a mistake at each place one is told; what is not read is not looked at."""

import json

import pytest
from pydantic import ValidationError

from lab.errors import ExperimentError, LabError
from lab.export.package import SAVED_AT, experiment_of
from lab.homework.files import read
from lab.lessons.carried import from_text
from lab.lessons.moment import Moment
from lab.runs.serve import play
from lab.runs.serve.tickets import Ticket
from lab.spec.limits import CLASS
from lab.spec.value import MOST_KEYS
from lab.starts import start
from tests.security.run_files import put
from tests.waiting import bounded_work

VALUES = json.loads(start("iris").to_json())
KEYS = {f"key {place}": 1 for place in range(50_000)}
WRONG = {
    "changes": lambda: experiment_of(json.dumps(put(VALUES, ("fit", "changes"), [{}] * 300_000)).encode()),
    "plans": lambda: experiment_of(
        json.dumps(put(VALUES, ("data", "plans"), [{"column": "a", "lags": ["x"] * 50}] * 5_000)).encode()
    ),
    "unknown keys": lambda: experiment_of(json.dumps(VALUES | KEYS).encode()),
    "answers of a record": lambda: from_text(
        json.dumps({"schema_version": 1, "lessons": {"a": {"answers": [1] * 300_000}}}), Moment(1, 1)
    ),
    "lessons of a record": lambda: from_text(json.dumps({"schema_version": 1, "lessons": KEYS}), Moment(1, 1)),
    "replies": lambda: read(json.dumps({"kind": "homework_hand_in", "replies": [{}] * 190_000}).encode()),
}


@pytest.mark.parametrize("what", WRONG)
def test_one_mistake_of_thousands_is_reported(what):
    with pytest.raises(LabError) as refused:
        WRONG[what]()
    assert reported(refused.value) <= MOST_KEYS


def reported(error: BaseException | None) -> int:
    """How many mistakes pydantic has found behind a refusal."""
    while error is not None and not isinstance(error, ValidationError):
        error = error.__context__
    return 0 if error is None else error.error_count()


def test_one_mistake_of_thousands_in_what_a_playground_asks_is_reported(monkeypatch):
    found = []
    monkeypatch.setattr(play, "_place", lambda errors: str(found.append(len(errors))))
    keys = dict(list(KEYS.items())[:10_000])
    for body in ({"do": "start", "experiment": {}, "edits": [{}] * 40_000}, {"do": "stop", "run": "a"} | keys):
        data = json.dumps(body).encode()
        assert len(data) <= play.MOST_BYTES
        assert play.answered(Ticket("me", "en"), data).status_code == 400
    assert all(count <= 10 for count in found)


HTML = b"<!doctype html>"
PAGES = {"marks": b"<", "half a mark": b"<![", "tags": b"<a ", "words in tags": b"x<p>", "entities": b"&amp;"}


@pytest.mark.parametrize("what", PAGES)
def test_a_page_that_is_no_report_is_not_taken_apart(what):
    with bounded_work(), pytest.raises(ExperimentError):
        experiment_of(HTML + PAGES[what] * (CLASS.upload_bytes // len(PAGES[what])))
    with bounded_work(), pytest.raises(ExperimentError):
        experiment_of(HTML + SAVED_AT.encode() + PAGES[what] * (CLASS.upload_bytes // len(PAGES[what])))
