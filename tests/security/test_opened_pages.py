"""Every page of an owner in whose store somebody has tampered: some of these numbers once broke one."""

import random

import pytest

from lab.texts import LANGUAGES
from tests.security.opened_pages import ALL, OF_RUNS, open_pages, tampered_store
from tests.security.run_files import OWNER
from tests.security.test_run_files import a_run

ONCE_BROKEN = (3, 1253, 1357, 1506, 1527, 3179)
OTHERS = (0, 1, 5, 8)


@pytest.mark.parametrize("number", [*ONCE_BROKEN, *OTHERS[:1]])
def test_no_kept_run_breaks_a_page_and_what_is_damaged_can_be_deleted(tmp_path, number):
    store = tampered_store(tmp_path, a_run(), random.Random(number))
    open_pages(store, OF_RUNS if number in ONCE_BROKEN else ALL, LANGUAGES[number % 2])


def test_among_them_are_runs_that_are_shown_and_files_that_are_set_aside(tmp_path):
    stores = [tampered_store(tmp_path / str(number), a_run(), random.Random(number)) for number in OTHERS]
    kept = [len(store.summaries(OWNER)) for store in stores]
    assert 1 in kept
    assert 2 in kept
