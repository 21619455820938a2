"""The table of docs/effects.md. A figure that was not measured anew stays as it stands there."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.lessons.effects import FIVE, Line, line_of, measured_settings, noted, plus_minus
from benchmarks.lessons.kept import kept, of_seeds
from lab.lessons.reader import Opened
from lab.lessons.schema import Scene, Setting
from lab.lessons.shelf import lessons

PAGE = Path(__file__).resolve().parents[2] / "docs" / "effects.md"
BEGIN, END = "<!-- written by `python -m benchmarks.lessons --page` -->", "<!-- end -->"
LESSONS_OWN = range(FIVE)
FRESH = range(100, 150)  # no sentence and no bound was chosen with a look at these
HEADER = (
    "| lesson | setting, figure | reference | seeds 0 to 4 | fresh seeds | of them | |",
    "| --- | --- | ---: | ---: | ---: | ---: | --- |",
)


Standing = Mapping[tuple[str, str], Sequence[str]]  # lesson and name of a figure -> the cells of its row


def write_page() -> None:
    """Write the table anew, between its two marks, from all that was kept and all that stands there."""
    text = PAGE.read_text(encoding="utf-8")
    table = "\n".join((BEGIN, *HEADER, *rows(lessons(), standing_in(text)), END))
    PAGE.write_text(re.sub(f"{BEGIN}.*{END}", lambda _: table, text, flags=re.DOTALL), encoding="utf-8")
    print(f"written: {PAGE}")


def standing_in(text: str) -> Standing:
    """The rows of the table as it is."""
    table = text.partition(BEGIN)[2].partition(END)[0].splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table if line.startswith("|")]
    return {(row[0], row[1]): row for row in cells[len(HEADER) :]}


def rows(chosen: Sequence[Opened], standing: Standing) -> Iterator[str]:
    """A line of the table for each figure that has a reference."""
    for opened in chosen:
        for scene, setting in measured_settings(opened):
            for figure in setting.measured:
                name = f"`{setting.key}` {figure}"
                before = standing.get((opened.name[:2], name), ["–"] * 6)
                own, fresh = (
                    _measured(opened, scene, setting, figure, seeds) or _again(opened, scene, setting, figure, *cells)
                    for seeds, cells in ((LESSONS_OWN, (before[3], str(FIVE))), (FRESH, (before[4], before[5])))
                )
                yield _row(opened, name, plus_minus(*noted(setting, figure)), own, fresh)


def _measured(opened: Opened, scene: Scene, setting: Setting, figure: str, seeds: range) -> Line | None:
    values = of_seeds(kept(opened.name).get(f"{setting.key}.{figure}", {}), seeds)
    return line_of(opened, scene, setting, figure, values) if len(values) else None


def _again(opened: Opened, scene: Scene, setting: Setting, figure: str, found: str, seeds: str) -> Line | None:
    """The line that a cell was written from, to as many digits as it has."""
    if found == "–":
        return None
    mean, _, sd = found.partition(" ± ")
    numbers = (float(mean), float(sd))
    return Line(opened.name, scene.key, setting.key, figure, *numbers, noted(setting, figure), int(seeds))


def _row(opened: Opened, name: str, reference: str, own: Line | None, fresh: Line | None) -> str:
    cells = [opened.name[:2], name, reference]
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
