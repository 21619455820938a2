"""Mutated files: whatever happens to the bytes, a table or a refusal comes out, within the time bound.

    python -m benchmarks.reader.fuzz            10,000 files
    python -m benchmarks.reader.fuzz 500 7      500 files of seed 7

Prints outcomes, the slowest files, and the bytes of each file that crashed or hung; exits with 1 if there is one.
"""

import sys
import time
from collections import Counter
from pathlib import Path
from random import Random

from benchmarks.reader import corpus
from benchmarks.reader.judge import Crashed, Hung, Refused
from benchmarks.reader.own import read_or_reason

FILES = 10_000
MOST_BYTES = 20_000  # of a file to mutate
SIGNS = [b'"', b"'", b",", b";", b"\t", b"|", b"\n", b"\r", b"\r\n", b"=", b"#", b"-", b"%", b"(", b"\\", b'""', b"{"]
BYTES = [b"\0", b"\xff", b"\x80", b"\xea\xb0", b"\xef\xbb\xbf", b"\xff\xfe", b"\x1a", b"PK\x03\x04"]
WORDS = [b"\n\n", b",,,,", b"x" * 3000, b"9" * 400, b"sep=;\n", b"2021-13-45", b"24:00", b"<html>", b"1e999", b"NaN"]
PIECES = [*SIGNS, *BYTES, *WORDS, "\u202e".encode(), "합계".encode()]


def mutated(data: bytes, random: Random) -> bytes:
    """One to eight changes: bytes flipped, pieces put in, cut out, repeated, moved, lines shuffled, the end cut off."""
    content = bytearray(data)
    for _ in range(random.randint(1, 8)):
        place = random.randrange(len(content) + 1)
        length = min(len(content) - place, random.choice([1, 2, 7, 40, 400]))
        match random.randrange(7):
            case 0 if content:
                content[place % len(content)] = random.randrange(256)
            case 1:
                content[place:place] = random.choice(PIECES) * random.choice([1, 1, 1, 20])
            case 2:
                del content[place : place + length]
            case 3:
                content[place:place] = content[place : place + length] * random.choice([1, 2, 30])
            case 4:
                piece = content[place : place + length]
                del content[place : place + length]
                place = random.randrange(len(content) + 1)
                content[place:place] = piece
            case 5:
                lines = content.split(b"\n")
                random.shuffle(lines)
                content = bytearray(b"\n".join(lines))
            case _:
                del content[max(20, len(content) - length) :]
    return bytes(content)


def seeds(random: Random) -> list[bytes]:
    """Files of the corpus that are small enough to mutate many times."""
    files = [case.data for cases in corpus.fresh(random.randrange(1_000_000), 226).values() for case in cases]
    return [data if len(data) <= MOST_BYTES else data[:MOST_BYTES] for data in files]


def main() -> int:
    count, seed = [*map(int, sys.argv[1:]), *(FILES, 0)[len(sys.argv) - 1 :]]
    random = Random(seed)
    originals = seeds(random)
    outcomes: Counter[str] = Counter()
    slowest: list[tuple[float, int]] = []
    bad = 0
    for number in range(count):
        data = mutated(random.choice(originals), random)
        start = time.perf_counter()
        answer = read_or_reason(data)
        slowest = sorted([*slowest, (time.perf_counter() - start, number)])[-3:]
        outcomes[type(answer).__name__ if not isinstance(answer, Refused) else f"refused {answer.code}"] += 1
        if isinstance(answer, Crashed | Hung):
            bad += 1
            path = Path(f"fuzz_{seed}_{number}.csv")
            path.write_bytes(data)
            print(f"{path}: {answer}")
        if number % 1000 == 999:
            print(number + 1, dict(outcomes.most_common(4)), flush=True)
    print(dict(outcomes))
    print("slowest:", ", ".join(f"{seconds:.2f} s (file {number})" for seconds, number in reversed(slowest)))
    print(f"{count} files, {bad} crashes or hangs")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
