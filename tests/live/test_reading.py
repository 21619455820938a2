"""Real reading processes: the same tables as in one's own process, whatever becomes of the process or of the file."""

import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace

import psutil
import pytest
from pandas.testing import assert_frame_equal

from benchmarks.reader.corpus import clean, combined
from lab.aside import pool as aside
from lab.aside.progress import Progress, silently
from lab.data.samples import SAMPLE_DATA
from lab.errors import TableError
from lab.reading.file import FileRead, Wish, read_file
from lab.reading.pool import ReadingPool
from lab.spec.data import ReadingSpec
from lab.spec.limits import ALONE
from lab.texts import LANGUAGES, say_error
from tests.live.leaving import Left, leave
from tests.waiting import LONGEST_S, wait_for

CORPUS = [clean(number, "process") for number in range(12)] + [combined(number, "process") for number in range(12)]
LARGE = b"a,b,y\n" + b"".join(b"%d,w%d,%d\n" % (row, row % 7, row % 3) for row in range(20_000))
ONE = replace(ALONE, readings=1)


@pytest.fixture(scope="module")
def pool() -> Iterator[ReadingPool]:
    pool = ReadingPool(ONE, small_bytes=0)
    yield pool
    pool.close()


@pytest.fixture
def warm(pool) -> ReadingPool:
    """With a process that waits for a file."""
    if not pool.pids:
        pool.read(LARGE, Wish(), silently)
    return pool


def read_both_ways(
    pool: ReadingPool, content: bytes, wish: Wish
) -> tuple[FileRead | TableError, FileRead | TableError]:
    found = []
    for read in (lambda: pool.read(content, wish, silently), lambda: read_file(content, wish, ONE, silently)):
        try:
            found.append(read())
        except TableError as refusal:
            found.append(refusal)
    return found[0], found[1]


def assert_same(there: FileRead | TableError, here: FileRead | TableError) -> None:
    if isinstance(here, TableError):
        assert (type(there), str(there), there.code) == (type(here), str(here), here.code)
        return
    assert there.table == here.table
    assert_frame_equal(there.table.frame, here.table.frame, check_exact=True, check_index_type="exact")
    for name in here.table.column_names:
        assert type(there.table.frame[name].array) is type(here.table.frame[name].array)
        assert there.table.original(0, name) == here.table.original(0, name)
    assert (there.table.source.lines == here.table.source.lines).all()
    assert there.reading == here.reading
    assert str(there.proposal) == str(here.proposal)
    assert type(there.proposal) is type(here.proposal)


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case.name)
def test_a_file_of_the_corpus_is_the_same_table_value_for_value(pool, case):
    assert_same(*read_both_ways(pool, case.data, Wish(case.name, proposal=True)))


@pytest.mark.parametrize("file", sorted(SAMPLE_DATA.glob("*.csv")), ids=lambda file: file.name)
def test_a_sample_is_the_same_table_value_for_value_and_gets_the_same_proposal(pool, file):
    assert_same(*read_both_ways(pool, file.read_bytes(), Wish(file.name, proposal=True)))


@pytest.mark.parametrize(
    "reading", [ReadingSpec(transpose=True), ReadingSpec(delimiter=";"), ReadingSpec(header_row=7)]
)
def test_what_a_person_decided_holds_there_too(pool, reading):
    content = b"x,1,2,3\n" + b"".join(b"v%d,%d,,%d\n" % (row, row, row + 1) for row in range(9))
    assert_same(*read_both_ways(pool, content, Wish("t.csv", reading, strictly=True)))
    assert_same(*read_both_ways(pool, content, Wish("t.csv", reading)))


def test_a_small_file_needs_no_process():
    pool = ReadingPool(ONE)
    assert pool.read(b"a,b\n1,2\n3,4\n", Wish(), silently).table.rows == 2
    assert not pool.pids


def test_the_next_file_finds_a_process_that_is_warm(pool):
    pool.read(LARGE, Wish(), silently)
    before = pool.pids
    pool.read(LARGE, Wish(), silently)
    assert pool.pids == before


def test_what_a_large_file_took_of_a_process_is_given_back_while_it_waits_for_the_next(warm):
    process = psutil.Process(warm.pids[0])
    before = process.memory_info().rss
    line = b"<a " * 6_000_000  # as much as a class may send, and no table
    for _ in range(3):  # the C library takes the first block from the system, and keeps the next ones for more
        with pytest.raises(TableError, match="line_too_long"):
            warm.read(line, Wish(), silently)
    assert warm.pids == [process.pid]
    wait_for(lambda: process.memory_info().rss < before + len(line) // 4, "as much memory as before")


def test_a_file_that_takes_too_long_is_refused_in_both_languages_and_its_process_ended():
    pool = ReadingPool(replace(ONE, reading_s=0.0), small_bytes=0)
    begun = []

    def tell(progress: Progress) -> None:
        begun.extend(pool.pids)

    with pytest.raises(TableError) as refused:
        pool.read(LARGE, Wish(), tell)
    assert refused.value.code == "too_slow"
    assert all("0" in say_error(refused.value, language) for language in LANGUAGES)
    assert len(pool.pids) == 1, "another process is ready"
    pool.close()
    assert not pool.pids or not any(map(psutil.pid_exists, pool.pids))


def test_a_file_that_takes_too_much_memory_is_refused_and_its_process_ended():
    pool = ReadingPool(replace(ONE, reading_memory_bytes=500_000_000), small_bytes=0)
    wide = b",".join(b"c%d" % place for place in range(4_000)) + b"\n" + (b"w," * 3_999 + b"1\n") * 1_000
    with pytest.raises(TableError) as refused:
        pool.read(wide, Wish(), silently)
    assert refused.value.code in ("too_much_memory", "not_read")
    assert len(pool.pids) == 1, "another process is ready"
    pool.close()


def test_a_process_that_dies_is_a_sentence_and_the_next_file_is_read(warm):
    def kill(progress: Progress) -> None:
        for pid in warm.pids:
            os.kill(pid, signal.SIGKILL)

    os.kill(warm.pids[0], signal.SIGSTOP)  # so that it is killed before it is done
    with pytest.raises(TableError, match="not_read"):
        warm.read(LARGE, Wish(), kill)
    assert warm.read(LARGE, Wish(), silently).table.rows == 20_000


def test_whoever_leaves_ends_the_process_that_read_for_them(warm):
    before = psutil.Process(warm.pids[0])
    before.suspend()

    with pytest.raises(Left):
        warm.read(LARGE, Wish(), leave)
    wait_for(lambda: not before.is_running(), "the end of the process")
    assert warm.read(LARGE, Wish(), silently).table.rows == 20_000


@pytest.fixture
def _nobody_looks_again(monkeypatch):
    monkeypatch.setattr(aside, "LOOK_EVERY_S", LONGEST_S)


@pytest.mark.usefixtures("_nobody_looks_again")
def test_whoever_waits_for_a_file_is_told_at_once_so_that_their_turn_is_somebody_else_s(warm):
    told: list[Progress] = []
    warm.read(LARGE, Wish(), told.append)
    assert told == [Progress()]


@pytest.mark.usefixtures("_nobody_looks_again")
def test_whoever_waits_in_line_is_told_at_once_too(warm):
    told: list[Progress] = []

    def note(progress: Progress) -> None:
        told.append(progress)
        leave(progress)

    def read_another(progress: Progress) -> None:
        with pytest.raises(Left):
            warm.read(LARGE, Wish(), note)

    warm.read(LARGE, Wish(), read_another)
    assert told == [Progress("waiting", before=1)]


def test_files_are_read_in_the_order_in_which_they_came_and_each_is_told_how_many_are_before_it(warm):
    holding, go_on, told, done = threading.Event(), threading.Event(), {}, []

    def hold(progress: Progress) -> None:
        holding.set()
        go_on.wait()

    def read(name: str, tell) -> None:
        warm.read(LARGE, Wish(name), tell)
        done.append(name)

    def note(name: str):
        return lambda progress: progress.before and told.setdefault(name, set()).add(progress.before)

    psutil.Process(warm.pids[0]).suspend()  # the first one is not done before it has told something
    threads = [threading.Thread(target=read, args=("first", hold))]
    threads[0].start()
    wait_for(holding.is_set, "the first file being read")
    for name in ("second", "third"):
        threads.append(threading.Thread(target=read, args=(name, note(name))))
        threads[-1].start()
        wait_for(lambda name=name: name in told, "the place in the line")
    assert told == {"second": {1}, "third": {2}}
    psutil.Process(warm.pids[0]).resume()
    go_on.set()
    for thread in threads:
        thread.join()
    assert done == ["first", "second", "third"]
    assert told["third"] <= {1, 2}


def test_someone_who_leaves_the_line_lets_the_others_pass(warm):
    holding, go_on = threading.Event(), threading.Event()

    def hold(progress: Progress) -> None:
        holding.set()
        go_on.wait()

    psutil.Process(warm.pids[0]).suspend()
    first = threading.Thread(target=warm.read, args=(LARGE, Wish(), hold))
    first.start()
    wait_for(holding.is_set, "the first file being read")
    with pytest.raises(Left):
        warm.read(LARGE, Wish(), leave)
    psutil.Process(warm.pids[0]).resume()
    go_on.set()
    first.join()
    assert warm.read(LARGE, Wish(), silently).table.rows == 20_000


def test_when_the_server_ends_so_do_its_reading_processes():
    pool = ReadingPool(ONE, small_bytes=0)
    pool.read(LARGE, Wish(), silently)
    process = psutil.Process(pool.pids[0])
    pool.close()
    wait_for(lambda: not process.is_running(), "the end of the process")
    with pytest.raises(TableError, match="not_read"):
        pool.read(LARGE, Wish(), silently)
