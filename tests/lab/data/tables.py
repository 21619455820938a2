"""Small tables, specs on them, and refusals that are sentences in both languages; shared by the tests of preparing."""

import pytest

from lab.data.prepare import prepare
from lab.data.read import read_table
from lab.errors import DataError
from lab.spec.data import DataSpec, UploadSource
from lab.spec.limits import ALONE
from lab.texts import LANGUAGES, say_error


def table_of(**columns):
    rows = zip(*columns.values(), strict=True)
    text = ",".join(columns) + "\n" + "".join(",".join(map(str, row)) + "\n" for row in rows)
    return read_table(text.encode(), "t.csv", ALONE)


def spec(table, target, *inputs, task="regression", **changes):
    source = UploadSource(name=table.name, sha256=table.sha256, columns=table.column_names)
    return DataSpec(source=source, inputs=inputs, target=target, task=task, **changes)


def refusal(table, data, seed=0, **options):
    """The code that preparing is refused with."""
    with pytest.raises(DataError) as caught:
        prepare(table, data, seed, **options)
    assert_sentences(caught.value)
    return caught.value.code


def assert_sentences(error):
    """A sentence in each language, which names the column."""
    for language in LANGUAGES:
        sentence = say_error(error, language)
        assert len(sentence) > 15
        if "column" in error.values:
            assert error.values["column"] in sentence


def gaps_at(values, *positions):
    return ["" if i in positions else value for i, value in enumerate(values)]
