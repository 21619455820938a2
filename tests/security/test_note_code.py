"""Code of the lecture note changed into one that means harm: read, never executed, and told in sentences."""

import pytest

from lab.export.pasted.text import CHARACTERS
from lab.note.code import cells_of, understood
from lab.note.shelf import places
from lab.texts import LANGUAGES, say_error
from tests.waiting import bounded_work

CODES = {
    "a file of the server": "d = pd.read_csv('/etc/passwd')\nX = d.iloc[:, 0:2]",
    "a path upwards": "d = pd.read_csv('../../sample_data/../../../etc/shadow')",
    "an address": "d = pd.read_csv('http://example.org/iris.csv')\nX = d.values",
    "a table read without end": "d = pd.read_csv('iris.csv')\n" * (CHARACTERS // 28),
    "columns without end": "d = pd.read_csv('iris.csv')\nX = d.iloc[:, [" + "0, " * 6000 + "]]",
    "a step of nothing": "d = pd.read_csv('iris.csv')\nX = d.iloc[:, ::0]\nY = d.iloc[:, 10**9]",
    "lists in lists": "d = pd.read_csv('iris.csv')\nX = d.iloc[:, " + "[" * 38 + "]" * 38 + "]",
    "markup for a name": "d = pd.read_csv('<img src=x onerror=alert(1)>`**[x](http://example.org)')",
    "the target alone": "d = pd.read_csv('iris.csv')\nX = d['species']\nY = d['species']\nmodel.fit(X, Y)",
    "a share of nothing": "a, b = train_test_split(X, test_size=1e999)\nmodel.fit(a, b)",
    "a trap": "__import__('os').system('touch trap')\nX = pd.read_csv(open('trap', 'w'))\nmodel.fit(X, Y)",
}


@pytest.mark.parametrize("code", CODES)
def test_no_code_of_the_note_raises_or_opens_a_file(code, tmp_path, monkeypatch):
    place = next(one for one in places() if one.key == "csv-read_csv")
    understood(place, place.code)  # what is read once a process is not this text's doing
    monkeypatch.chdir(tmp_path)
    with bounded_work():
        found = understood(place, CODES[code])
        cells_of(place, found)
    assert found.table.name.startswith("iris")
    assert all(len(say_error(one, language)) < 2000 for one in found.findings for language in LANGUAGES)
    assert list(tmp_path.iterdir()) == []
