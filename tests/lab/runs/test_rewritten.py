"""A file that is written over in place holds something whole at any moment, however it is killed or damaged."""

import errno
import hashlib
import os

import pytest

from lab.errors import RunError
from lab.runs.kept.rewritten import Rewritten, newest

ONE, TWO, THREE = b"1" * 40, b"2" * 37, b"3" * 41


@pytest.fixture
def file(tmp_path) -> Rewritten:
    return Rewritten(tmp_path / "it")


def read(file: Rewritten) -> bytes:
    return newest(file.path.read_bytes())


class Killed(BaseException):
    """The process ends in the middle of a write."""


def ends_after(size: int, error: BaseException, monkeypatch) -> None:
    """The next write puts so many bytes on the disk, and no more."""
    written = os.write

    def write(file: int, data: memoryview) -> int:
        written(file, data[:size])
        raise error

    monkeypatch.setattr("lab.runs.kept.disk.os.write", write)


def test_what_was_written_last_is_read_longer_or_shorter_than_before(file):
    for data in (ONE, TWO, THREE, b"", TWO, b"1 2\n" * 30, ONE):
        file.write(data)
        assert read(file) == data


def test_it_is_the_same_file_until_it_has_to_grow(file):
    file.write(ONE)
    first = file.path.stat().st_ino
    for data in (TWO, THREE, ONE):
        file.write(data)
    assert file.path.stat().st_ino == first
    file.write(1000 * ONE)
    assert file.path.stat().st_ino != first
    assert read(file) == 1000 * ONE


def test_whoever_is_killed_after_any_byte_leaves_what_was_there_before_or_the_new(file, monkeypatch):
    file.write(ONE)
    file.write(TWO)
    for size in range(150):
        with monkeypatch.context() as dying:
            ends_after(size, Killed(), dying)
            with pytest.raises(Killed):
                file.write(THREE)
        assert read(file) == (THREE if size > 64 + len(" 41 2\n") + len(THREE) - 1 else TWO)


def test_a_disk_that_takes_half_of_it_is_a_refusal_and_the_next_try_spares_what_is_whole(file, monkeypatch):
    file.write(ONE)
    file.write(TWO)
    for _ in range(3):
        with monkeypatch.context() as full:
            ends_after(20, OSError(errno.ENOSPC, "no room"), full)
            with pytest.raises(RunError) as refusal:
                file.write(THREE)
        assert refusal.value.code == "disk.full"
        assert read(file) == TWO
    file.write(THREE)
    assert read(file) == THREE


def test_a_flipped_bit_anywhere_costs_one_place_and_one_in_each_costs_both(file):
    file.write(ONE)
    file.write(TWO)
    whole = file.path.read_bytes()
    half, length = len(whole) // 2, 64 + len(" 40 0\n") + len(ONE)
    for place in range(length):
        damaged = bytearray(whole)
        damaged[place] ^= 1
        assert newest(bytes(damaged)) == TWO
        if place < length - len(ONE) + len(TWO):
            damaged[half + place] ^= 4
            with pytest.raises(ValueError, match="damaged"):
                newest(bytes(damaged))


def test_of_one_that_is_cut_off_what_is_whole_is_read(file):
    file.write(ONE)
    file.write(TWO)
    whole = file.path.read_bytes()
    assert newest(whole[: len(whole) // 2]) == ONE
    for size in (0, 10, 64, 100):
        with pytest.raises(ValueError, match="damaged"):
            newest(whole[:size])


@pytest.mark.parametrize("told", ["x", "1 x", "-1 1", "9 9 9", f"{'9' * 70} 1", "\u0663 1"])
def test_a_head_that_somebody_else_wrote_is_held_against_what_follows(told):
    with pytest.raises(ValueError, match="damaged"):
        newest(f"{hashlib.sha256(b'x').hexdigest()} {told}\nx".encode())


def test_one_that_was_taken_away_is_made_again(file):
    file.write(ONE)
    file.path.unlink()
    file.write(TWO)
    assert read(file) == TWO


def test_only_the_owner_of_the_process_may_read_it(file):
    file.write(ONE)
    assert file.path.stat().st_mode & 0o077 == 0


def test_a_file_of_before_is_read():
    assert newest(hashlib.sha256(ONE).hexdigest().encode() + b"\n" + ONE) == ONE
