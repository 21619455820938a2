"""What is no body of a request is bounded before any of our own doors is reached."""

import socket
from collections.abc import Iterator
from itertools import repeat

import pytest

from benchmarks.live.server import LONGEST_S
from lab.runs.serve.http_reading import MOST_BYTES, MOST_WAITING

PIECE = 10_000
PIECES = 1_000  # 10 MB: far more than what the system holds between the two
ASKED = b"GET / HTTP/1.1\r\nHost: localhost\r\n"


def endless(first: bytes, piece: bytes) -> Iterator[bytes]:
    yield first
    yield from repeat(piece * (PIECE // len(piece)), PIECES)


ATTACKS = {
    "address": endless(b"GET /", b"a"),
    "one line": endless(ASKED + b"X: ", b"a"),
    "lines": endless(ASKED, b"X: a\r\n"),
    "size of a chunk": endless(ASKED.replace(b"GET", b"POST") + b"Transfer-Encoding: chunked\r\n\r\n", b"1;a=b"),
    "after the body": endless(ASKED.replace(b"GET", b"POST") + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: a\r\n"),
    "requests that wait for no answer": endless(b"", ASKED + b"\r\n"),
}


def taken(host: str, pieces: Iterator[bytes]) -> int:
    """Bytes until the server cuts them off."""
    name, _, port = host.partition(":")
    sent = 0
    with socket.create_connection((name, int(port)), timeout=LONGEST_S) as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
                sent += len(piece)
        except ConnectionError:
            return sent
    return sent


@pytest.mark.parametrize("pieces", ATTACKS.values(), ids=ATTACKS.keys())
def test_what_goes_on_without_end_before_or_behind_a_body_is_cut_off(class_server, pieces):
    assert taken(class_server, pieces) < PIECE * PIECES


def answered(host: str, request: bytes, answers: int) -> bytes:
    """All that comes until there have been so many answers, or the end."""
    name, _, port = host.partition(":")
    come = b""
    with socket.create_connection((name, int(port)), timeout=LONGEST_S) as connection:
        connection.sendall(request)
        while come.count(b"HTTP/1.1 ") < answers and (more := connection.recv(1 << 16)):
            come += more
    return come


def test_long_heads_and_some_requests_at_once_are_answered(class_server):
    head = ASKED.replace(b" / ", b" /_stcore/health ")
    long = head + b"X: " + b"a" * (MOST_BYTES - 1_000) + b"\r\n\r\n"
    assert answered(class_server, long, 1).startswith(b"HTTP/1.1 200")
    assert answered(class_server, (head + b"\r\n") * MOST_WAITING, MOST_WAITING).count(b"HTTP/1.1 200") == MOST_WAITING
