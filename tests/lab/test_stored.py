"""Files that people have sent lie on the disk, and go with whoever holds them last."""

import errno
import gc

import pytest

from lab.errors import RunError
from lab.reading.stored import FileFolder
from lab.runs.kept import disk
from lab.runs.kept.disk import Lost
from tests.harm import HARM

CONTENT = b"a,b\n1,2\n"


def test_a_file_lies_on_the_disk_as_long_as_somebody_holds_it(tmp_path):
    folder = FileFolder(tmp_path)
    one, other = folder.keep(CONTENT), folder.keep(CONTENT)
    assert (one.read(), one.size) == (CONTENT, len(CONTENT))
    assert len([*tmp_path.iterdir()]) == 2
    also = one
    del one
    assert also.read() == CONTENT
    del also
    gc.collect()
    assert len([*tmp_path.iterdir()]) == 1
    assert other.read() == CONTENT


def test_without_a_folder_it_stays_in_memory():
    assert FileFolder().keep(CONTENT).read() == CONTENT


def test_what_the_disk_does_not_take_stays_in_memory(tmp_path, monkeypatch, caplog):
    def refuse(folder: str) -> None:
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr(disk, "_part_in", refuse)
    kept = FileFolder(tmp_path).keep(CONTENT)
    assert kept.read() == CONTENT
    assert not [*tmp_path.iterdir()]
    assert "stays in memory" in caplog.text


@pytest.mark.parametrize("harm", HARM)
def test_one_that_was_harmed_on_the_disk_is_lost_and_no_other_one(tmp_path, harm):
    folder = FileFolder(tmp_path)
    kept = folder.keep(CONTENT)
    [path] = tmp_path.iterdir()
    other = folder.keep(CONTENT)
    HARM[harm](path)
    with pytest.raises(Lost):
        kept.read()
    assert other.read() == CONTENT


def test_two_that_were_exchanged_are_lost(tmp_path):
    folder = FileFolder(tmp_path)
    one, other = folder.keep(CONTENT), folder.keep(CONTENT[::-1])
    first, second = tmp_path.iterdir()
    first.rename(tmp_path / "between")
    second.rename(first)
    (tmp_path / "between").rename(second)
    for file in (one, other):
        with pytest.raises(Lost):
            file.read()


def test_one_that_cannot_be_read_now_is_not_lost(tmp_path):
    kept = FileFolder(tmp_path).keep(CONTENT)
    [path] = tmp_path.iterdir()
    path.rename(tmp_path / "away")
    path.mkdir()  # as good as a disk that refuses
    with pytest.raises(RunError) as refused:
        kept.read()
    assert not isinstance(refused.value, Lost)
    path.rmdir()
    (tmp_path / "away").rename(path)
    assert kept.read() == CONTENT
