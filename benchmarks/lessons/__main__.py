"""Does netcore repeat the effects that the lessons speak of? Each was measured over five seeds with another engine.

    python -m benchmarks.lessons                every figure beside its reference, over seeds 0 to 4
    python -m benchmarks.lessons 09 13          of these lessons alone
    python -m benchmarks.lessons --seeds 50     which sentences are said of each five of them, and whether they are true
    python -m benchmarks.lessons 10 --seeds 5 --first 100 --alone patient careful
                                                the same from seed 100 on, of these settings alone
    python -m benchmarks.lessons --page         write what `--seeds` has found here into docs/effects.md
    python -m benchmarks.lessons --goals        whether each challenge can be won with the knobs that are open

The experiments, their figures and references stand in `lessons/*/lesson.toml` and nowhere else; the two rules by which
a figure counts as met, in `effects.py`.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import sys

from benchmarks.lessons.effects import table
from benchmarks.lessons.goals import goals
from benchmarks.lessons.page import write_page
from benchmarks.lessons.sentences import sentences
from lab.lessons.shelf import lesson, lessons


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lessons")
    parser.add_argument("lessons", nargs="*", help="01 … 16; all if none is named")
    parser.add_argument("--seeds", type=int, help="check the sentences on so many seeds")
    parser.add_argument("--first", type=int, default=0, help="the first of these seeds")
    parser.add_argument("--alone", nargs="+", default=[], metavar="SETTING", help="train these settings alone")
    parser.add_argument("--long", action="store_true", help="with the scenes that take long")
    parser.add_argument("--page", action="store_true", help="write the table of docs/effects.md")
    parser.add_argument("--goals", action="store_true", help="look for knobs that win each challenge")
    options = parser.parse_args()
    chosen = [lesson(name) for name in options.lessons] or list(lessons())
    if options.page:
        write_page()
        return 0
    if options.goals:
        return min(1, goals(chosen))
    if options.seeds:
        seeds = range(options.first, options.first + options.seeds)
        return min(1, sentences(chosen, seeds, long=options.long, alone=options.alone))
    return min(1, table(chosen))


if __name__ == "__main__":
    sys.exit(main())
