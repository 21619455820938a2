"""How right the reader is, beside its peers, on the corpus made from the list of formats.

    python -m benchmarks.reader                       the fixed corpus
    python -m benchmarks.reader --fresh 7 226         226 new files of seed 7
    python -m benchmarks.reader --no-peers            the reader alone
    python -m benchmarks.reader --save DIR            failing files and a list of them, for whoever mends the reader

Prints a table and one line for each file that is not exactly right; writes benchmarks/results/reader.json.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.reader import corpus
from benchmarks.reader.compare import Read
from benchmarks.reader.judge import OUTCOMES, Answer, Verdict, judge, plain
from benchmarks.reader.own import ask
from benchmarks.reader.truth import Case

RESULTS = Path(__file__).resolve().parent.parent / "results"
OWN = "this reader"


@dataclass
class Row:
    """One reader's verdicts: group -> the cases with theirs; encodings: right ones among the tables."""

    verdicts: dict[str, list[tuple[Case, Verdict]]]
    encodings: tuple[int, int] | None = None

    def count(self, outcome: str, group: str | None = None) -> int:
        groups = corpus.GROUPS if group is None else (group,)
        return sum(verdict.outcome == outcome for name in groups for _, verdict in self.verdicts[name])


def encoding_is_right(answer: Answer, case: Case) -> bool:
    return isinstance(answer, Read) and plain(answer.encoding or "") in {plain(one) for one in case.encodings}


def measure(groups: dict[str, list[Case]], question: Callable[[Case], Answer], own: bool) -> Row:
    verdicts: dict[str, list[tuple[Case, Verdict]]] = {}
    right = total = 0
    for group, cases in groups.items():
        verdicts[group] = []
        for case in cases:
            answer = question(case)
            verdicts[group].append((case, judge(answer, case)))
            total += bool(case.readings)
            right += bool(case.readings) and encoding_is_right(answer, case)
    return Row(verdicts, (right, total) if own else None)


def detected(groups: dict[str, list[Case]]) -> tuple[int, int]:
    """How many encodings charset-normalizer names rightly."""
    from benchmarks.reader.peers import detected_encoding

    tables = [case for cases in groups.values() for case in cases if case.readings]
    return sum(plain(detected_encoding(case.data) or "") in map(plain, case.encodings) for case in tables), len(tables)


def table(rows: dict[str, Row], groups: dict[str, list[Case]]) -> str:
    """Markdown: exactly right of each group, then what went wrong over all files."""
    heads = [f"{group} ({len(cases)})" for group, cases in groups.items()]
    lines = [
        "| reader | " + " | ".join(heads) + " | exact | note | explained | silently wrong | crash or hang |",
        "| --- |" + " ---: |" * (len(heads) + 5),
    ]
    for name, row in rows.items():
        exact = [str(row.count("exact", group)) for group in groups]
        totals = [row.count("exact"), row.count("note"), row.count("explained"), row.count("silent")]
        totals.append(row.count("crash") + row.count("hang"))
        lines.append(f"| {name} | " + " | ".join([*exact, *map(str, totals)]) + " |")
    return "\n".join(lines)


def failures(row: Row) -> list[str]:
    return [
        f"{verdict.outcome:9} {case.name} :: {verdict.reason}"
        for cases in row.verdicts.values()
        for case, verdict in cases
        if verdict.outcome != "exact"
    ]


def save(row: Row, folder: Path) -> None:
    """The failing files themselves, and what was expected of each."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("case_*.csv"):
        old.unlink()
    wrong = [item for cases in row.verdicts.values() for item in cases if item[1].outcome != "exact" or item[1].inexact]
    lines = []
    for place, (case, verdict) in enumerate(wrong):
        path = folder / f"case_{place:03d}.csv"
        path.write_bytes(case.data)
        lines.append(f"## {path.name} · {verdict.outcome} · {case.name}")
        lines += [f"- got: {verdict.reason or 'the table is right'}"]
        lines += [f"- inexact (not scored): {text}" for text in verdict.inexact]
        if case.readings:
            truth = case.readings[0]
            asked = ["/".join(expected.codes) for expected in truth.notes]
            lines.append(
                f"- expected: {'/'.join(sorted(case.encodings))}, {sorted(case.delimiters)}, header_row "
                f"{sorted(truth.header_rows, key=str)}, notes {asked}, tolerated {sorted(truth.tolerated)}"
            )
            kinds = [f"{(one.names or ('*',))[0]}: {'/'.join(one.kinds)}" for one in truth.variables[:14]]
            lines.append(f"- columns: {'; '.join(kinds)}")
        lines.append(f"- starts: `{case.data[:300]!r}`\n")
    (folder / "FAILURES.md").write_text("\n".join(lines), encoding="utf-8")


def to_json(rows: dict[str, Row], encodings: dict[str, tuple[int, int]]) -> str:
    found = {
        name: {
            "outcomes": {
                group: dict(Counter(verdict.outcome for _, verdict in cases)) for group, cases in row.verdicts.items()
            },
            "totals": {outcome: row.count(outcome) for outcome in OUTCOMES},
            "failures": failures(row) if name == OWN else [],
        }
        for name, row in rows.items()
    }
    return json.dumps({"readers": found, "encodings": encodings}, ensure_ascii=False, indent=1)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reader", description=__doc__)
    parser.add_argument(
        "--fresh", nargs=2, type=int, metavar=("SEED", "N"), help="N new files instead of the fixed ones"
    )
    parser.add_argument("--no-peers", action="store_true", help="the reader alone")
    parser.add_argument("--save", type=Path, metavar="DIR", help="write failing files and FAILURES.md there")
    parser.add_argument("--json", type=Path, default=RESULTS / "reader.json", metavar="FILE")
    chosen = parser.parse_args()
    groups = corpus.fixed() if chosen.fresh is None else corpus.fresh(*chosen.fresh)
    rows = {OWN: measure(groups, lambda case: ask(case.data), own=True)}
    encodings = {OWN: rows[OWN].encodings or (0, 0)}
    if not chosen.no_peers:
        from benchmarks.reader import peers

        for name in peers.PEERS:
            rows[name] = measure(groups, lambda case, name=name: peers.ask(name, case), own=False)
        encodings["charset-normalizer"] = detected(groups)
    for line in failures(rows[OWN]):
        print(line)
    print()
    print(table(rows, groups))
    print()
    for name, (right, total) in encodings.items():
        print(f"encoding right: {name} {right} of {total} ({100 * right / max(1, total):.1f} %)")
    told = [text for cases in rows[OWN].verdicts.values() for _, verdict in cases for text in verdict.inexact]
    print(f"notes with another count or first line than the corpus': {len(told)}")
    if chosen.save:
        save(rows[OWN], chosen.save)
    chosen.json.parent.mkdir(parents=True, exist_ok=True)
    chosen.json.write_text(to_json(rows, encodings), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
