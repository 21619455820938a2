"""Section 3 of the list of formats: dialect, header, names, index columns."""

from dataclasses import replace
from random import Random

from benchmarks.reader.draft import Col, Draft, Line
from benchmarks.reader.hazards.registry import BYTES, CELLS, HEAD, KOREAN, ROWS, Unfit, hazard, one_of, some_of
from benchmarks.reader.portals import number, words
from benchmarks.reader.truth import Variable

NUMERIC = ("flowers", "sensor", "kma_daily", "rentals")


@hazard(BYTES, "delimiter", variants=4)
def other_delimiter(draft: Draft, random: Random, variant: int) -> None:
    draft.delimiter = ";\t|;"[variant]
    if variant == 3:  # all commas lie in quoted cells
        draft.quote_all = True


@hazard(BYTES, "delimiter", "first name", variants=3)
def sep_line(draft: Draft, random: Random, variant: int) -> None:
    """Excel's first line tells the delimiter; it is no data."""
    draft.delimiter = ";,|"[variant]
    draft.above.insert(0, Line(text=f"sep={draft.delimiter}"))
    draft.tolerated |= {"preamble"}


@hazard(CELLS, "delimiter", variants=2, portals=("flowers", "sensor"), alone=True)
def aligned_by_blanks(draft: Draft, random: Random, variant: int) -> None:
    """Columns aligned by runs of blanks, no blank inside a cell."""
    for column in draft.columns:
        if column.kinds[0] == "datetime":
            column.raw = [text.replace(" ", "T") for text in column.raw]
        column.names = (column.name.replace(" ", "_"),)
    draft.lay_out()
    widths = [max(len(text) for text in [column.name, *column.raw]) + 2 for column in draft.columns]
    for line in [*(draft.header or []), *draft.body]:
        padded = [
            cell.rjust(width) if variant else cell.ljust(width) for cell, width in zip(line.cells, widths, strict=True)
        ]
        line.text, line.cells = "".join(padded).rstrip() if not variant else "".join(padded), None
    draft.delimiter = " "
    draft.delimiters = {r"\s+", "  ", " "}


def comma_decimals(draft: Draft, group: str = "") -> bool:
    """Numbers as in Europe; True if any thousands were separated."""
    grouped = False
    for column in draft.of_kind("numeric"):
        for row, text in enumerate(column.raw):
            if "," in text:
                raise Unfit  # a thousands separator of another hazard
            whole, point, rest = text.partition(".")
            if group and whole.lstrip("-").isdigit() and abs(int(whole)) >= 1000 and column.kinds == ("numeric",):
                whole = f"{int(whole):,}".replace(",", group)
                grouped = True
            column.raw[row] = whole + ("," if point else "") + rest
    return grouped


@hazard(CELLS, "delimiter", "decimal", "number marks", variants=3, portals=NUMERIC)
def decimal_comma(draft: Draft, random: Random, variant: int) -> None:
    """12,5 in a file of semicolons or tabs, or in quotes among commas."""
    comma_decimals(draft)
    draft.delimiter = ";\t,"[variant]
    draft.note("decimal_comma")


@hazard(CELLS, "delimiter", "decimal", "number marks", variants=3, portals=NUMERIC)
def european_thousands(draft: Draft, random: Random, variant: int) -> None:
    """1.234,56, and with a blank 1 234,56; Swiss 1'234.50."""
    values = [random.randint(100_000, 99_999_999) / 100 for _ in range(draft.rows)]
    column = Col(("매출",), ("numeric",), [f"{value:.2f}" for value in values], list(values))
    draft.columns.append(column)
    draft.delimiter = ";"
    if variant == 2:
        column.raw = [f"{value:,.2f}".replace(",", "'") for value in values]
    else:
        comma_decimals(draft, group=".\u00a0"[variant])
        draft.note("decimal_comma")
    draft.note("thousands")


# ── names and header rows ──


@hazard(CELLS, "names", variants=3)
def duplicate_names(draft: Draft, random: Random, variant: int) -> None:
    column = one_of(random, draft.measured())
    place = draft.columns.index(column)
    for extra in range(1 + (variant == 1)):
        twin = number(random, column.name, draft.rows, 1, 50)
        twin.names, twin.written = (f"{column.name}_{extra + 2}",), column.name
        draft.columns.insert(len(draft.columns) if variant == 2 else place + 1 + extra, twin)
    draft.note("duplicate_names", count=(1, 1 + (variant == 1), 2 + (variant == 1)))


@hazard(CELLS, "names", variants=2)
def blank_names(draft: Draft, random: Random, variant: int) -> None:
    for column in some_of(random, draft.measured(), 1 + variant):
        column.names, column.written = (), ""
    draft.note("blank_names", count=1 + variant)


@hazard(CELLS, "names", variants=2)
def strange_names(draft: Draft, random: Random, variant: int) -> None:
    """Markup, formulas, commas, a line break, emoji, right-to-left: names are text."""
    names = [
        ["<b>기온</b>", "=1+1", "a, b", '말 "안"', "😀 기분", "robert'); DROP TABLE--"],
        ["첫 줄\n둘째 줄", "درجة", "x" * 300, "{기온}", "@합", "-차"],
    ][variant]
    random.shuffle(names)
    renamed = [column for column in draft.columns[1:] if column.kinds[0] != "id"]  # a code is known by its name
    for column, name in zip(renamed, names, strict=False):
        column.names, column.written = (name, name.replace("\n", " ")), name
    draft.encoding = "utf-8"


@hazard(HEAD, "header", "names", variants=3, portals=(*KOREAN, "flowers"))
def units_row(draft: Draft, random: Random, variant: int) -> None:
    """A row of units under the header."""
    unit_of = {
        "기온": "°C",
        "강수량": "mm",
        "풍속": "m/s",
        "습도": "%",
        "기압": "hPa",
        "일조": "hr",
        "키": "cm",
        "몸무게": "kg",
        "위도": "도",
        "경도": "도",
        "length": "cm",
        "width": "cm",
        "온도": "°C",
        "조도": "lx",
        "CO2": "ppm",
        "SO2": "ppm",
        "CO": "ppm",
        "O3": "ppm",
        "NO2": "ppm",
        "PM10": "㎍/㎥",
        "PM25": "㎍/㎥",
        "시정": "10m",
    }
    names, units = [], []
    for column in draft.columns:
        bare = column.name.split("(")[0]
        unit = next((unit for word, unit in unit_of.items() if word in bare), "")
        if unit and column.kinds[0] == "numeric":
            column.names = tuple(dict.fromkeys([bare, f"{bare} ({unit})", f"{bare} {unit}", f"{bare}({unit})"]))
        names.append(bare if unit and column.kinds[0] == "numeric" else column.name)
        units.append(unit if column.kinds[0] == "numeric" else "")
    if sum(map(bool, units)) < 3:
        raise Unfit
    if variant == 1:
        units = [f"({unit})" if unit else "" for unit in units]
    elif variant == 2:
        units = [f"[{unit}]" if unit else "-" for unit in units]
    draft.header = [Line(cells=names), Line(cells=units)]
    draft.header_pick = (0, 1)
    draft.note("units_row")
    draft.tolerated |= {"multi_header"}


@hazard(HEAD, "header", "names", variants=4, portals=("flowers", "sensor", "kma_daily"))
def header_of_several_rows(draft: Draft, random: Random, variant: int) -> None:
    """Groups over items: written once and left blank (0), repeated (1), three rows (2), years over items (3)."""
    first, *rest = draft.columns
    groups = [["관측", "보정"], ["관측", "보정"], ["오전", "오후"], ["2021", "2022"]][variant]
    half = (len(rest) + 1) // 2
    top, middle = [""], [""]
    low = [first.name]
    for place, column in enumerate(rest):
        group, fresh = groups[place >= half], place in {0, half}
        top.append(group if fresh or variant in {1, 3} else "")
        middle.append("지상" if fresh or variant == 1 else "")
        low.append(column.name)
        joined = [group, "지상", column.name] if variant == 2 else [group, column.name]
        column.names, column.written = (
            (" ".join(joined), "_".join(joined), "/".join(joined), " / ".join(joined)),
            column.name,
        )
    if variant == 1:
        top[0] = first.name
        low[0] = first.name
    rows = [top, middle, low] if variant == 2 else [top, low]
    draft.header = [Line(cells=cells) for cells in rows]
    draft.note("multi_header")


@hazard(HEAD, "header", "names", "first name", variants=3, portals=("flowers", "sensor", "kma_daily", "rentals"))
def no_header(draft: Draft, random: Random, variant: int) -> None:
    """All rows alike: the first is data."""
    if variant == 1:
        if draft.notes:
            raise Unfit  # what is to be told may be about a column that goes
        draft.columns = [column for column in draft.columns if column.kinds[0] == "numeric"]
    for place, column in enumerate(draft.columns, 1):
        column.names, column.written = (f"열{place}", f"col{place}", f"열 {place}"), ""
        # a code is known by its name; without it a constant whole number is just a number
        if column.kinds[0] == "id":
            column.kinds, column.cells = ("numeric", "id", "category"), [float(text) for text in column.raw]
    draft.body = []
    draft.lay_out()
    draft.header = None
    draft.note("no_header")


@hazard(CELLS, "header", "names", variants=3, portals=("flowers",), alone=True)
def years_as_names(draft: Draft, random: Random, variant: int) -> None:
    """2019, 2020, 2021 over numbers are a header if a text corner or a text first column says so."""
    rows = min(draft.rows, 12)
    places = ["서울", "부산", "대구", "인천", "광주", "대전", "울산", "세종", "수원", "청주", "전주", "제주"][:rows]
    corner = words(["지역", "", "구분"][variant], places, ("text", "category", "id"))
    if variant == 1:
        corner.names, corner.written = (), ""
    years = range(2019, 2019 + random.randint(3, 5))
    draft.columns = [corner, *(number(random, str(year), rows, 900, 2400, 0 if variant else 1) for year in years)]
    draft.tolerated |= {"transposed", "blank_names", "index_column"}


@hazard(ROWS, "trailing", variants=3, portals=(*KOREAN, "flowers"))
def trailing_delimiter(draft: Draft, random: Random, variant: int) -> None:
    """Every line ends in a delimiter (0), only the rows (1), or the blank last column has a name (2)."""
    for line in draft.body:
        if line.cells is not None:
            line.cells.append("")
    for line in (draft.header or []) if variant != 1 else []:
        line.cells.append("Unnamed: 12" if variant == 2 and line is draft.header[-1] else "")
    if variant < 2:
        draft.note("trailing_delimiter", "ragged_long", "empty_columns")
        draft.tolerated |= {"ragged_long", "blank_names", "trailing_delimiter"}
        return
    draft.note("trailing_delimiter", "empty_columns")
    blank = Variable(("Unnamed: 12",), ("empty",), (None,) * draft.rows, ("",) * draft.rows)
    draft.also.append(lambda _, base: replace(base, variables=(*base.variables, blank)))
    draft.tolerated |= {"trailing_delimiter", "blank_names"}


@hazard(
    CELLS,
    "index",
    "names",
    "header",
    "dates",
    "codes",
    variants=4,
    portals=("flowers", "sensor", "rentals", "kma_daily"),
)
def index_column(draft: Draft, random: Random, variant: int) -> None:
    """Row numbers under a blank name (0), "Unnamed: 0" (1), a header one shorter (2), row names of R (3)."""
    start = random.choice([0, 1])
    texts = [str(row + start) for row in range(draft.rows)]
    names: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ("id",)
    written = ["", "Unnamed: 0", "", ""][variant]
    if variant == 3:
        texts = [f"Model {row:03d}" for row in range(draft.rows)]
        kinds = ("id", "text")
    draft.columns.insert(0, Col(names, kinds, texts, list(texts), written, headed=variant < 2))
    draft.note("index_column")
    draft.tolerated |= {"blank_names"}
    if variant >= 2:
        draft.tolerated |= {"ragged_long"}
