"""Section 3 of the list of formats: lines above and below the table, line ends, a second table, pasted tables."""

from dataclasses import replace
from random import Random

from benchmarks.reader.draft import Col, Draft, Line
from benchmarks.reader.hazards.registry import CELLS, LINES, TEXT, Unfit, hazard
from benchmarks.reader.portals import number, picked, words
from benchmarks.reader.truth import Reading, Variable

TITLES = [
    ["2021년 서울 기상 관측 자료"],
    ["2021년 서울 기상 관측 자료", "출처: 기상자료개방포털", ""],
    ["[검색조건]", "자료구분 : 일", "기간 : 20210101~20211231", ""],
    ["# station: 108", "# unit: degree Celsius, mm", "# made by hand"],
    ["Report of measurements", "", "Created: 2021-11-22 13:05", ""],
]


@hazard(LINES, "above", variants=7)
def lines_above_the_header(draft: Draft, random: Random, variant: int) -> None:
    """Title, search condition, comments; padded with delimiters as Excel does (5); with delimiters of its own (6)."""
    if variant == 5:
        width = len(draft.columns)
        texts = [["성적 일람"], ["작성일", "2021-11-22"]]
        draft.above += [Line(cells=[*cells, *[""] * (width - len(cells))]) for cells in texts]
    elif variant == 6:
        draft.above += [
            Line(text="이 자료는 시험용이며, 공식 자료가 아니고, 값은 바뀔 수 있으며, 문의는 학교로"),
            Line(),
        ]
    else:
        draft.above += [Line(text=text) for text in TITLES[variant]]
    blank = sum(not (line.text or line.cells) for line in draft.above)
    heads = [line for line in draft.above if not line.text.startswith("sep=")]
    draft.note("preamble", count=range(len(heads) - blank, len(draft.above) + 1), line=heads[0])
    draft.tolerated |= {"blank_rows", "footer"}
    if variant == 3:
        return
    if any(any(text.startswith("#") for text in column.raw) for column in draft.columns):
        raise Unfit


@hazard(LINES, "above", variants=2)
def blank_lines_above(draft: Draft, random: Random, variant: int) -> None:
    draft.above += [Line() if variant == 0 else Line(cells=[""] * len(draft.columns)) for _ in range(2)]
    draft.tolerated |= {"preamble", "blank_rows"}


NOTES = [
    ["주석: 연말 기준"],
    ["출처: 통계청, 인구총조사", "자료: 행정안전부"],
    ["※ 2021년 값은 잠정치임"],
    ["* p는 잠정치", "* 단위: 명"],
    ["Source: World Bank, 2021"],
    ["자료갱신일: 2022-01-05"],
]


@hazard(LINES, "end", variants=len(NOTES))
def notes_below_the_table(draft: Draft, random: Random, variant: int) -> None:
    texts = NOTES[variant]
    blank = [Line()] if random.random() < 0.5 else []
    notes = [Line(text=text) for text in texts]
    draft.below = [*draft.below, *blank, *notes]
    draft.note("footer", count=range(len(notes), len(notes) + len(blank) + 1))
    draft.tolerated |= {"blank_rows", "ragged_short", "ragged_long", "totals"}


@hazard(TEXT, "line ends", variants=4)
def line_ends(draft: Draft, random: Random, variant: int) -> None:
    """CR only, LF and CRLF mixed, Windows' end of file, no end at all."""
    if variant == 0:
        draft.on_text.append(lambda text: text.replace("\r\n", "\n").replace("\n", "\r"))
    elif variant == 1:
        draft.end = "\n"
        ends = [random.choice(["\n", "\r\n"]) for _ in range(997)]

        def mix(text: str) -> str:
            pieces = text.split("\n")
            return "".join(piece + ends[row % 997] for row, piece in enumerate(pieces[:-1])) + pieces[-1]

        draft.on_text.append(mix)
    elif variant == 2:
        draft.on_text.append(lambda text: text + "\x1a")
    else:
        draft.final_end = False
    if variant < 2 and any("\n" in text for column in draft.columns for text in [column.name, *column.raw]):
        raise Unfit


@hazard(LINES, "end", "two tables", variants=3, portals=("flowers", "sensor", "survey", "kma_daily"), alone=True)
def second_table(draft: Draft, random: Random, variant: int) -> None:
    """Another table below a blank line: the first or the largest is taken, and told."""
    rows = [6, 9, draft.rows * 2][variant]
    other = [
        words("과목", [random.choice(["국어", "수학"]) + f"{row}" for row in range(rows)], ("text", "category", "id")),
        number(random, "평점", rows, 1, 5, 2),
    ]
    if variant == 2:
        other.append(picked(random, "담당", rows, ["가", "나"]))
    title = [Line(text="둘째 표")] if variant == 1 else []
    header = Line(cells=[column.name for column in other])
    body = [Line(cells=[column.raw[row] for column in other]) for row in range(rows)]
    draft.below = [*draft.below, Line(), *title, header, *body]
    draft.note("two_tables")
    draft.tolerated |= {"blank_rows", "preamble", "footer", "ragged_short"}

    def second(_: Draft, base: Reading) -> Reading:
        variables = tuple(
            Variable(column.names, column.kinds, tuple(column.cells), tuple(column.raw)) for column in other
        )
        return replace(base, variables=variables, header_rows=frozenset({header.number - 1}))

    if variant == 2:
        draft.also.append(second)


@hazard(CELLS, "transposed", variants=2, portals=("flowers",), alone=True)
def variables_in_rows(draft: Draft, random: Random, variant: int) -> None:
    """One row a variable, one column an observation: loaded as it is, turning it is offered."""
    items = ["기온(°C)", "습도(%)", "풍속(m/s)", "기압(hPa)", "강수량(mm)"]
    bounds = [(-5, 9), (30, 90), (0.4, 8), (1001, 1029), (0, 30)]
    labels = [f"2021-01-{day:02d}" for day in range(1, 25)] if variant == 0 else [f"관측{day}" for day in range(1, 25)]
    series = [number(random, item, len(labels), *bound) for item, bound in zip(items, bounds, strict=True)]
    first = words("일시" if variant == 0 else "항목", items, ("text", "category", "id"))
    draft.columns = [
        first,
        *(
            Col((label,), ("numeric",), [one.raw[place] for one in series], [one.cells[place] for one in series])
            for place, label in enumerate(labels)
        ),
    ]
    draft.note("transposed")


@hazard(CELLS, "size", "names", variants=3, portals=("flowers",), alone=True)
def unusual_size(draft: Draft, random: Random, variant: int) -> None:
    """One column, 600 columns, two rows."""
    if variant == 0:
        draft.columns = [number(random, "측정값", draft.rows, 1, 90, 2)]
        draft.delimiters = {",", ";", "\t", "|", "", " "}
    elif variant == 1:
        draft.columns = [number(random, f"x{place}", 30, 0, 1, 3) for place in range(600)]
    else:
        draft.columns = [number(random, name, 2, 1, 9) for name in ("가", "나", "다")]


@hazard(CELLS, "size", "delimiter", portals=("flowers", "survey"), alone=True)
def markdown_table(draft: Draft, random: Random, variant: int) -> None:
    """A table pasted from a wiki, with its rule line."""
    draft.lay_out()
    width = len(draft.columns)

    def piped(cells: list[str]) -> Line:
        return Line(text="| " + " | ".join(cells) + " |")

    draft.header = [piped(line.cells or []) for line in draft.header or []]
    draft.body = [
        Line(text="|" + "---|" * width),
        *(replace(piped(line.cells or []), row=line.row) for line in draft.body),
    ]
    draft.delimiter = "|"
    draft.tolerated |= {
        "trailing_delimiter",
        "preamble",
        "blank_rows",
        "footer",
        "units_row",
        "multi_header",
        "empty_columns",
        "ragged_long",
    }
