"""How long reading takes beside pandas' C parser, how much memory it needs, and files at the limits.

    python -m benchmarks.reader.speed

Times are those of the processor. A ratio is the median over interleaved pairs of readings in one process; memory is the
peak of a process of its own, over that of one that reads nothing.
"""

import gc
import io
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from lab.data.read import read_table
from lab.spec.limits import ALONE

ROWS, COLUMNS = 1_000_000, 10
PAIRS = 5
NAMES = [
    "순간풍속(m/s)",
    "기온(°C)",
    "최저기온(°C)",
    "최고기온(°C)",
    "강수량(mm)",
    "풍속(m/s)",
    "습도(%)",
    "기압(hPa)",
    "일조(hr)",
    "시정(10m)",
]


def table_text(rows: int = ROWS) -> str:
    random = np.random.default_rng(0)
    numbers = random.normal(20, 9, (rows, COLUMNS)).round(2)
    stream = io.StringIO()
    pd.DataFrame(numbers, columns=NAMES).to_csv(stream, index=False)
    return stream.getvalue()


def files() -> dict[str, bytes]:
    """Large and irregular files, by what is odd about them."""
    text = table_text()
    fewer = text[: text.rindex("\n", 0, 50_000_000) + 1]
    small = text[:5_000_000]
    small = small[: small.rindex("\n") + 1]
    wide = ",".join(f"x{i}" for i in range(5_000)) + "\n" + (",".join(["1.5"] * 5_000) + "\n") * 20
    return {
        "1e6 x 10, UTF-8": text.encode(),
        "1e6 x 10, CP949": text.encode("cp949"),
        "1e6 x 10, UTF-16": text.replace(",", "\t").encode("utf-16"),
        "50 MB, a footer": fewer.encode() + "출처: 기상청\n".encode(),
        "50 MB, a short row": fewer.encode() + b"1,2,3\n" + text[-10_000:].partition("\n")[2].encode(),
        "5 MB, quoted, a line break": small.encode() + b'1,"a\nb",3,4,5,6,7,8,9,10\n' * 20,
        "5,000 columns": wide.encode(),
        "a line of 2 MB": ("a,b\n1,2\n" + "3," * 500_000 + "4" * 1_000_000 + "\n5,6\n").encode(),
        "a cell of 1,000,000 characters": ("a,b\n1,2\n" + "x" * 1_000_000 + ",3\n5,6\n").encode(),
        "1,000,000 quotes": b'a,b\n"' + b'""' * 500_000 + b"\n1,2\n",
    }


def seconds(action: Callable[[], object]) -> float:
    gc.collect()
    start = time.process_time()  # of the processor: others may be at work on the machine
    action()
    return time.process_time() - start


def ours(data: bytes) -> None:
    try:
        read_table(data, "x", ALONE)
    except ValueError as refusal:
        print(f"    refused: {getattr(refusal, 'code', refusal)}")


def peak_megabytes(data: bytes) -> float:
    """Of a process that only reads this file, over that of one that reads nothing."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.csv"
        path.write_bytes(data)
        command = [sys.executable, "-m", "benchmarks.reader.speed", "--peak"]
        start, end = (
            int(subprocess.run(one, capture_output=True, text=True, check=True).stdout.split()[-1])
            for one in (command, [*command, str(path)])
        )
    return (end - start) / 1024


def main() -> None:
    if "--peak" in sys.argv:
        if len(sys.argv) > 2:
            ours(Path(sys.argv[2]).read_bytes())
        status = Path("/proc/self/status").read_text(encoding="ascii")
        print(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
        return
    made = files()
    for name, encoding in (("1e6 x 10, UTF-8", "utf-8"), ("1e6 x 10, CP949", "cp949")):
        compare(name, made[name], encoding)
    for name, data in made.items():
        spent, peak = seconds(lambda data=data: ours(data)), peak_megabytes(data)
        print(
            f"{name}: {len(data) / 1e6:.1f} MB, {spent:.2f} s, peak {peak:.0f} MB of {64 + len(data) / 1e5:.0f} allowed"
        )


def compare(name: str, data: bytes, encoding: str) -> None:
    def theirs() -> None:
        pd.read_csv(io.BytesIO(data), encoding=encoding, engine="c")

    pairs = [(seconds(theirs), seconds(lambda: ours(data))) for _ in range(PAIRS)]
    ratio = statistics.median(own / peer for peer, own in pairs)
    peer, own = (min(pair[place] for pair in pairs) for place in (0, 1))
    print(f"{name}: pandas {peer:.2f} s, here {own:.2f} s, ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
