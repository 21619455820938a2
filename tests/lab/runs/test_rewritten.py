"""A file that is written over in place holds something whole at any moment, however it is killed or damaged."""

import errno
import hashlib
import os

import pytest

from lab.errors import RunError
from lab.runs.kept.disk import write_whole
from lab.runs.kept.rewritten import PIECE, Rewritten, newest

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


def ends_at_piece(whole: int, error: BaseException, monkeypatch) -> None:
    """The next write puts so many pieces on the disk, and half of one."""
    written, left = os.write, iter(range(whole))

    def write(file: int, data: memoryview) -> int:
        if next(left, None) is not None:
            return written(file, data)
        written(file, data[: len(data) // 2])
        raise error

    monkeypatch.setattr("lab.runs.kept.disk.os.write", write)


def killed_in(file: Rewritten, data: bytes, ends, place: int, monkeypatch) -> None:
    """While that is written, by `ends_after` so many bytes or `ends_at_piece`."""
    with monkeypatch.context() as dying:
        ends(place, Killed(), dying)
        with pytest.raises(Killed):
            file.write(data)


def test_what_was_written_last_is_read_longer_or_shorter_than_before(file):
    for data in (ONE, TWO, THREE, b"", TWO, b"1 2\n" * 30, ONE):
        file.write(data)
        assert read(file) == data


def test_it_is_one_file_however_it_grows_and_shrinks(file, monkeypatch):
    made = []
    monkeypatch.setattr("lab.runs.kept.rewritten.write_whole", lambda *given: made.append(given) or write_whole(*given))
    for size in (*range(0, 3 * PIECE, PIECE // 7), *range(4 * PIECE, 40 * PIECE, 3 * PIECE), 5, 6 * PIECE):
        for data in (os.urandom(size), os.urandom(size + 9)):
            file.write(data)
            assert read(file) == data
    assert len(made) == 1


def test_what_is_large_from_the_first_is_in_the_same_pieces(file):
    for data in (os.urandom(10 * PIECE), os.urandom(20 * PIECE), os.urandom(9 * PIECE)):
        file.write(data)
        assert read(file) == data


@pytest.mark.parametrize("size", [0, 6_000, PIECE - 17, PIECE - 16, PIECE, 3 * PIECE, 3 * PIECE + 1, 50 * PIECE])
def test_a_reader_reads_little_more_than_what_it_holds_and_the_disk_holds_no_more(file, size):
    for _ in range(4):
        file.write(os.urandom(size))
    on_disk = file.path.stat()
    assert on_disk.st_size <= 3 * (size + 100) + 2 * PIECE
    assert on_disk.st_blocks * 512 <= 2 * (size + 100 + 4096 * 8)


def test_whoever_is_killed_after_any_byte_leaves_what_was_there_before_or_the_new(file, monkeypatch):
    file.write(ONE)
    file.write(TWO)
    for size in range(150):
        killed_in(file, THREE, ends_after, size, monkeypatch)
        assert read(file) == (THREE if size > 8 + len(" 41 2\n") + len(THREE) - 1 else TWO)


def test_one_of_many_pieces_that_is_cut_off_between_two_of_them_is_as_before(file, monkeypatch):
    old, new = os.urandom(8 * PIECE), os.urandom(12 * PIECE)
    file.write(ONE)
    file.write(old)
    for whole in range(4):
        killed_in(file, new, ends_at_piece, whole, monkeypatch)
        assert read(file) == old
    file.write(new)
    assert read(file) == new


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
    length = 8 + len(" 40 0\n") + len(ONE)
    for place in range(length):
        damaged = bytearray(whole)
        damaged[place] ^= 1
        assert newest(bytes(damaged)) == TWO
        if place < length - len(ONE) + len(TWO):
            damaged[PIECE + place] ^= 4
            with pytest.raises(ValueError, match="damaged"):
                newest(bytes(damaged))


def test_of_one_that_is_cut_off_what_is_whole_is_read(file):
    file.write(ONE)
    file.write(TWO)
    whole = file.path.read_bytes()
    assert newest(whole[:PIECE]) == ONE
    for size in (0, 8, 14, 53):
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


def test_what_another_server_left_there_is_no_longer_read_once_it_is_written_again(file):
    for _ in range(5):
        file.write(ONE)
    heirs = Rewritten(file.path)
    heirs.write(TWO)
    assert read(heirs) == TWO


def test_only_the_owner_of_the_process_may_read_it(file):
    file.write(ONE)
    assert file.path.stat().st_mode & 0o077 == 0


def test_a_file_of_before_is_read():
    assert newest(hashlib.sha256(ONE).hexdigest().encode() + b"\n" + ONE) == ONE


def test_a_file_of_before_in_two_halves_is_read():
    def half(turn: int, data: bytes) -> bytes:
        told = f"{len(data)} {turn}"
        return (hashlib.sha256(told.encode() + data).hexdigest() + f" {told}\n").encode() + data

    old, new = os.urandom(PIECE), os.urandom(PIECE + 9)
    room = 3 * PIECE
    assert newest(half(4, new).ljust(room, b"\0") + half(3, old).ljust(room, b"\0")) == new
    assert newest(half(4, old).ljust(room, b"\0") + half(5, new).ljust(room, b"\0")) == new
