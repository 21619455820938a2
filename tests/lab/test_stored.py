"""Files that people have sent lie on the disk, and go with whoever holds them last."""

import errno
import gc

import pytest

from lab.reading.stored import FileFolder
from lab.runs.kept import disk

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


def test_one_that_was_taken_away_cannot_be_read(tmp_path):
    kept = FileFolder(tmp_path).keep(CONTENT)
    for path in tmp_path.iterdir():
        path.unlink()
    with pytest.raises(OSError, match="No such file"):
        kept.read()
