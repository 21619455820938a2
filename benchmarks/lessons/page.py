"""The table of docs/effects.md."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.lessons.effects import FIVE, Line, line_of, measured_settings, plus_minus
from benchmarks.lessons.kept import kept, of_seeds
from lab.lessons.reader import Opened

PAGE = Path(__file__).resolve().parents[2] / "docs" / "effects.md"
BEGIN, END = "<!-- written by `python -m benchmarks.lessons --page` -->", "<!-- end -->"
LESSONS_OWN = range(FIVE)
FRESH = range(100, 150)  # no sentence and no bound was chosen with a look at these
HEADER = (
    "| lesson | setting, figure | reference | seeds 0 to 4 | fresh seeds | of them | |",
    "| --- | --- | ---: | ---: | ---: | ---: | --- |",
)


def write_page(chosen: Sequence[Opened]) -> None:
    """Write the table anew, between its two marks, from all that was kept."""
    table = "\n".join((BEGIN, *HEADER, *rows(chosen), END))
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(re.sub(f"{BEGIN}.*{END}", lambda _: table, text, flags=re.DOTALL), encoding="utf-8")
    print(f"written: {PAGE}")


def rows(chosen: Sequence[Opened]) -> Iterator[str]:
    """A line of the table for each figure that has a reference."""
    for opened in chosen:
        found = kept(opened.name)
        for scene, setting in measured_settings(opened):
            for figure in setting.measured:
                numbers = found.get(f"{setting.key}.{figure}", {})
                own, fresh = (
                    line_of(opened, scene, setting, figure, values) if len(values) else None
                    for values in (of_seeds(numbers, LESSONS_OWN), of_seeds(numbers, FRESH))
                )
                yield _row(opened, f"`{setting.key}` {figure}", setting.measured[figure], own, fresh)


def _row(opened: Opened, name: str, noted: Sequence[float], own: Line | None, fresh: Line | None) -> str:
    cells = [opened.name[:2], name, plus_minus(noted[0], noted[1] if len(noted) > 1 else None)]
    cells += ["–" if line is None else plus_minus(line.mean, line.sd) for line in (own, fresh)]
    cells += ["–" if fresh is None else str(fresh.seeds), _word(own, fresh)]
    return "| " + " | ".join(cells) + " |"


def _word(own: Line | None, fresh: Line | None) -> str:
    """What the two rules say: nothing where every mean is met by the narrow one."""
    words = {"seeds 0 to 4": own, "fresh": fresh}
    apart = [
        f"{name} {'apart' if line.met else '**missed**'}" for name, line in words.items() if line and not line.close
    ]
    return ", ".join(apart)
