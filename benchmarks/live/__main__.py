"""All live figures of the real app, one after another: `python -m benchmarks.live [--sessions 50]`."""

import sys

from benchmarks.live import browser, crash, sessions, throughput

if __name__ == "__main__":
    print("one browser: click to first point, painted updates")
    sys.argv, rest = sys.argv[:1], sys.argv
    browser.main()
    print("one run as fast as possible")
    throughput.main()
    print("a worker killed in mid run")
    crash.main()
    print("many sessions")
    sys.argv = rest
    sessions.main()
