"""Section 3 of the list of formats: rows that are none, rows too short or too long, quotes gone wrong."""

from random import Random

from benchmarks.reader.draft import Col, Draft, Line, scattered
from benchmarks.reader.hazards.registry import CELLS, ROWS, Unfit, hazard, one_of
from benchmarks.reader.portals import words
from benchmarks.reader.truth import Either

TOTALS = ["합계", "총계", "평균", "Total", "계", "소계"]
COUNTED = ("public_data", "survey", "sensor", "rentals", "airkorea", "flowers")


def summary_row(draft: Draft, label: str, mean: bool, place: int = 0) -> list[str]:
    """Sums or means of the numeric columns, the label in the column `place`."""
    cells = []
    for column in draft.columns:
        values = [cell for cell in column.cells if isinstance(cell, float)]
        if column.kinds != ("numeric",) or not values:
            cells.append("")
        else:
            digits = len(column.raw[0].partition(".")[2]) if column.raw[0] else 1
            cells.append(f"{sum(values) / (len(values) if mean else 1):.{digits}f}")
    cells[place] = label
    return cells


@hazard(ROWS, "end", "totals", variants=6, portals=COUNTED)
def totals_at_the_end(draft: Draft, random: Random, variant: int) -> None:
    """합계, 총계, 평균, Total, or both a sum and a mean; in the first column or in the first text column."""
    if any(column.raw[0].count(",") for column in draft.of_kind("numeric")):
        raise Unfit  # decimal commas of another hazard: the sums would need them too
    place = 0
    if draft.columns[0].kinds[0] == "numeric":  # "합계" among numbers: the label needs a place of its own
        texts = [place for place, column in enumerate(draft.columns) if column.kinds[0] in {"category", "text"}]
        place = one_of(random, texts)
    labels = [TOTALS[variant]] if variant < 5 else ["합계", "평균"]
    lines = [Line(cells=summary_row(draft, label, label == "평균", place)) for label in labels]
    draft.body += lines
    draft.note("totals", "footer", count=len(lines), line=lines[0])
    draft.tolerated |= {"totals", "footer"}


@hazard(CELLS, "totals", "category", variants=2, portals=("public_data", "survey", "sensor"))
def a_category_called_total(draft: Draft, random: Random, variant: int) -> None:
    """합계 as a value in mid-table, where it sums nothing up."""
    word = ["합계", "평균"][variant]
    texts = [random.choice(["남", "여", "기타"]) for _ in range(draft.rows)]
    for row in scattered(random, 3, draft.rows - 3):
        texts[row] = word
    texts[-3:] = ["남", "여", "기타"]
    draft.columns.append(words("구분2", texts))


@hazard(ROWS, "ragged", variants=3)
def short_rows(draft: Draft, random: Random, variant: int) -> None:
    """The last cells of some rows were never written."""
    cut = 1 + (variant == 1)
    marked = scattered(random, 3 if variant < 2 else 1, draft.rows - 1)
    lines = {line.row: line for line in draft.body if line.row is not None}
    for row in marked:
        del lines[row].cells[len(draft.columns) - cut :]
        for column in draft.columns[-cut:]:
            column.cells[row] = None
    for column in draft.columns[-cut:]:
        if column.kinds[0] == "boolean":
            column.kinds = ("boolean", "category")
    draft.note("ragged_short", count=len(marked), line=lines[marked[0]])


@hazard(ROWS, "ragged", "trailing", variants=2)
def long_rows_without_content(draft: Draft, random: Random, variant: int) -> None:
    """Some rows have delimiters too many; nothing stands between them."""
    marked = scattered(random, 3, draft.rows)
    lines = {line.row: line for line in draft.body if line.row is not None}
    for row in marked:
        lines[row].cells += [""] * (1 + 2 * variant)
    draft.note("ragged_long", "trailing_delimiter", count=len(marked), line=lines[marked[0]])
    draft.tolerated |= {"trailing_delimiter", "ragged_long"}


@hazard(ROWS, "ragged", "trailing", variants=2)
def long_rows_with_content(draft: Draft, random: Random, variant: int) -> None:
    """A remark behind the last cell: the row stays, the remark goes, the line is told."""
    marked = scattered(random, 1 + 2 * variant, draft.rows)
    lines = {line.row: line for line in draft.body if line.row is not None}
    for row in marked:
        lines[row].cells.append(random.choice(["재측정함", "check", "남는칸"]))
    draft.note("ragged_long", count=len(marked), line=lines[marked[0]])


@hazard(ROWS, "end", "ragged", variants=2)
def last_line_cut(draft: Draft, random: Random, variant: int) -> None:
    """A download that stopped: the last row ends in the middle, at the end of a cell."""
    last = next(line for line in reversed(draft.body) if line.row is not None)
    keep = len(draft.columns) // 2 if variant else len(draft.columns) - 1
    del last.cells[keep:]
    for column in draft.columns[keep:]:
        column.cells[last.row] = None
    draft.final_end = False
    draft.note("ragged_short", count=1, line=last)


@hazard(ROWS, "blank rows", variants=4)
def blank_rows(draft: Draft, random: Random, variant: int) -> None:
    """Blank lines, lines of blanks, rows of delimiters only, several at once."""
    made = [lambda: Line(), lambda: Line(text="   "), lambda: Line(cells=[""] * len(draft.columns)), lambda: Line()][
        variant
    ]
    marked = scattered(random, 3, draft.rows - 2)
    for row in reversed(marked):
        place = next(place for place, line in enumerate(draft.body) if line.row == row)
        draft.body[place:place] = [made() for _ in range(3 if variant == 3 else 1)]
    first = next(line for line in draft.body if line.row is None)
    draft.note("blank_rows", count=len(marked) * (3 if variant == 3 else 1), line=first)


@hazard(ROWS, "end", "blank rows", variants=3)
def blank_end(draft: Draft, random: Random, variant: int) -> None:
    """Newlines, delimiters or Excel's hundred empty rows after the table."""
    rest = [
        [Line(), Line()],
        [Line(cells=[""] * len(draft.columns))] * 1,
        [Line(cells=[""] * len(draft.columns)) for _ in range(100)],
    ]
    draft.body += rest[variant]
    if variant == 2:
        draft.note("blank_rows", count=100)
    draft.tolerated |= {"blank_rows"}


@hazard(CELLS, "quotes", "category", variants=3)
def quotes_in_the_middle(draft: Draft, random: Random, variant: int) -> None:
    """12" pizza: a quote inside an unquoted cell is a sign like any other."""
    choices = [['12" 피자', '9" 피자', "파스타"], ['5"', '10"', '21"'], ['the "best" one', "plain", 'a "b" c']][variant]
    texts = [random.choice(choices) for _ in range(draft.rows)]
    texts[:3] = choices
    column = Col(("주문",), ("category", "text"), ["\0" + text for text in texts], list(texts))
    if variant == 1:  # 5" may be read as five inches
        column.kinds = ("category", "text", "numeric")
        column.cells = [Either((text, float(text[:-1]))) for text in texts]
        draft.tolerated |= {"units"}
    draft.columns.insert(1, column)
    draft.tolerated |= {"bad_quotes"}


@hazard(ROWS, "quotes", variants=3)
def quote_that_never_closes(draft: Draft, random: Random, variant: int) -> None:
    """A cell opens with a quote and no other quote follows: it is a literal, not the start of a cell of 500 lines."""
    column = one_of(random, [column for column in draft.columns if column.kinds[0] in {"category", "text"}])
    place = draft.columns.index(column)
    row = [draft.rows // 3, draft.rows // 2, 4][variant]
    if draft.quote_all or any(draft.delimiter in text or '"' in text or "\n" in text for text in column.raw):
        raise Unfit
    if any(draft.delimiter in text or '"' in text for other in draft.columns for text in other.raw):
        raise Unfit
    line = next(line for line in draft.body if line.row == row)
    line.cells[place] = '\0"' + line.cells[place]
    bare = column.raw[row]
    column.cells[row] = Either((f'"{bare}', bare or None))
    column.kinds = tuple(dict.fromkeys([*column.kinds, "category", "text"]))
    draft.note("bad_quotes", count=1, line=line)


@hazard(CELLS, "quotes", "category", variants=3)
def quoted_line_breaks(draft: Draft, random: Random, variant: int) -> None:
    """Cells of several lines, doubled quotes, delimiters inside quotes."""
    texts = [
        [random.choice(["첫 줄\n둘째 줄", "한 줄", "a\n\nb"]) + f" {row}" for row in range(draft.rows)],
        [f'그는 "{row}번"이라 했다' for row in range(draft.rows)],
        [f"서울, 부산; {row}|번\t끝" for row in range(draft.rows)],
    ][variant]
    draft.columns.insert(random.randint(1, 2), words("의견", texts, ("text",)))


@hazard(CELLS, "quotes", "delimiter", "category", portals=("flowers", "sensor", "survey"))
def single_quotes(draft: Draft, random: Random, variant: int) -> None:
    """'a, b' in single quotes, with delimiters inside."""
    texts = [
        f"{random.choice(['서울', '부산'])}, {random.choice(['동구', '서구', '중구'])} {row}"
        for row in range(draft.rows)
    ]
    draft.columns.insert(1, words("주소", texts, ("text",)))
    draft.quote, draft.quote_all = "'", random.random() < 0.5
    draft.tolerated |= {"bad_quotes"}


@hazard(ROWS, "pad", variants=2, portals=("flowers", "sensor", "passengers", "survey"))
def blanks_after_delimiters(draft: Draft, random: Random, variant: int) -> None:
    """1, "a, b", 2: blanks around unquoted cells go, quotes after a blank are quotes."""
    draft.pad = " "
    if variant:
        draft.quote_all = True
