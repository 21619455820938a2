"""Section 4 of the list of formats: missing values, sentinels, marks in and around numbers, codes, booleans."""

from random import Random

from benchmarks.reader.draft import Col, Draft, scattered
from benchmarks.reader.hazards.registry import CELLS, PLAIN, Unfit, hazard, one_of, some_of
from benchmarks.reader.portals import codes, counted, number, picked, words, yes_no
from benchmarks.reader.truth import Either

MISSING = [
    "NA",
    "N/A",
    "n/a",
    "NaN",
    "nan",
    "NULL",
    "null",
    "None",
    "#N/A",
    ".",
    "-",
    "--",
    "*",
    "?",
    "…",
    "결측",
    "없음",
    "자료없음",
    "미측정",
    "  ",
]
BARE = ("kma_daily", "flowers", "survey", "sensor", "rentals", "public_data")


def put(column: Col, rows: list[int], text: str) -> None:
    """These cells are written as `text` and are missing in truth."""
    for row in rows:
        column.raw[row], column.cells[row] = text, None


@hazard(CELLS, "missing", variants=len(MISSING) // 2)
def spelling_of_missing(draft: Draft, random: Random, variant: int) -> None:
    """One spelling in one or two numeric columns."""
    for column, text in zip(some_of(random, draft.measured(), 2), MISSING[variant * 2 :], strict=False):
        put(column, scattered(random, random.randint(1, 5), draft.rows), text)
    draft.tolerated |= {"sentinels"}


@hazard(CELLS, "missing", "category")
def many_spellings_of_missing(draft: Draft, random: Random, variant: int) -> None:
    """Several people filled the sheet in."""
    column = one_of(random, draft.measured())
    for row, text in zip(scattered(random, 5, draft.rows), random.sample(MISSING, 5), strict=False):
        put(column, [row], text)
    draft.tolerated |= {"sentinels"}


@hazard(CELLS, "category", variants=3)
def a_word_for_missing_that_is_a_value(draft: Draft, random: Random, variant: int) -> None:
    name, choices = [
        ("특이사항", ["없음", "지각", "조퇴"]),
        ("국가코드", ["KR", "NA", "JP", "US"]),
        ("allergy", ["None", "nuts", "milk"]),
    ][variant]
    column = picked(random, name, draft.rows, choices)
    column.kinds = ("category", "text")
    if variant == 2:  # the contract speaks of 없음 and NA only
        column.cells = [Either((None, "None")) if text == "None" else text for text in column.raw]
    draft.columns.append(column)


SENTINELS = ["-9", "-9.0", "-99", "-99.9", "-999", "-999.0", "-9999", "9999", "999.9"]


@hazard(CELLS, "sentinels", variants=len(SENTINELS))
def sentinel(draft: Draft, random: Random, variant: int) -> None:
    """A number that stands for missing, far from all others."""
    text = SENTINELS[variant]
    value = float(text)
    column = (
        number(random, "강수량(mm)", draft.rows, 0.2, 60)
        if value < 0
        else number(random, "풍속(m/s)", draft.rows, 0.2, 9)
    )
    if text in {"-999", "-9999"} and random.random() < 0.5:
        column = counted(random, "PM10(㎍/㎥)", draft.rows, 4, 180)
    marked = scattered(random, random.randint(2, 5), draft.rows)
    put(column, marked, text)
    draft.columns.append(column)
    draft.note("sentinels", count=len(marked))


@hazard(CELLS, "sentinels", variants=4)
def a_sentinel_that_is_a_value(draft: Draft, random: Random, variant: int) -> None:
    """-9.0 on a winter's night, 9999 among prices, -99 among differences, 999.9 among pressures."""
    name, low, high, text = [
        ("새벽기온(°C)", -12.3, 8.1, "-9.0"),
        ("가격(원)", 8200.0, 12400.0, "9999"),
        ("손익", -240.0, 260.0, "-99"),
        ("해면기압(hPa)", 985.0, 1024.0, "999.9"),
    ][variant]
    rows = draft.rows
    values = [low + (high - low) * row / (rows - 1) for row in range(rows)]
    random.shuffle(values)
    digits = 0 if variant in {1, 2} else 1
    raw = [f"{value:.{digits}f}" for value in values]
    for row in scattered(random, 2, rows):
        raw[row] = text
    draft.columns.append(Col((name,), ("numeric",), raw, [float(cell) for cell in raw]))


@hazard(CELLS, "number text", variants=3, portals=BARE)
def a_few_words_among_numbers(draft: Draft, random: Random, variant: int) -> None:
    """Up to a tenth: numeric with the rest missing. Which code the note has the contract does not say."""
    column = one_of(random, draft.measured())
    spellings = [["측정불가", "점검중"], ["<0.01", "trace"], ["12(추정)", "3.4 (보정)"]][variant]
    room = max(1, sum(bool(text) for text in column.raw) // 12)
    marked = scattered(random, min(room, 3), draft.rows)
    for row in marked:
        put(column, [row], random.choice(spellings))
        if variant == 2:  # a number with a remark: the number or missing
            column.cells[row] = Either((None, float(column.raw[row].split("(")[0])))
    draft.note("*", count=())


@hazard(CELLS, "number text", "category", portals=BARE)
def many_words_among_numbers(draft: Draft, random: Random, variant: int) -> None:
    """A third is text: the column stays text, as written."""
    column = number(random, "측정값", draft.rows, 1, 90)
    for row in range(draft.rows):
        if row % 3 == 1:
            column.raw[row] = random.choice(["정비중", "교체 필요", "한도 초과"])
    column.cells = list(column.raw)
    column.kinds = ("category", "text")
    draft.columns.append(column)


@hazard(CELLS, "number marks", variants=3, portals=BARE)
def percent_in_cells(draft: Draft, random: Random, variant: int) -> None:
    column = number(random, "비율", draft.rows, 1, 99, 1 if variant else 0)
    gap = " " if variant == 2 else ""
    column.raw = [f"{text}{gap}%" for text in column.raw]
    draft.columns.append(column)
    draft.note("percent", "units")
    draft.tolerated |= {"percent"}


@hazard(CELLS, "number marks", variants=8, portals=BARE)
def unit_in_cells(draft: Draft, random: Random, variant: int) -> None:
    before, after = [("", "°C"), ("", " mm"), ("", "m/s"), ("₩", ""), ("", "원"), ("$", ""), ("", "cm"), ("", " kg")][
        variant
    ]
    column = number(random, "값", draft.rows, 2, 90, 0 if variant in {3, 4} else 1)
    if variant in {3, 4, 5}:
        value = [random.randint(2_000, 90_000) for _ in range(draft.rows)]
        column.raw, column.cells = [f"{whole:,}" for whole in value], [float(whole) for whole in value]
        draft.note("thousands")
    column.raw = [before + text + after for text in column.raw]
    if variant < 3:
        put(column, scattered(random, 2, draft.rows), "")
    draft.columns.append(column)
    draft.note("units")


@hazard(CELLS, "number marks", variants=2, portals=BARE)
def thousands_separators(draft: Draft, random: Random, variant: int) -> None:
    """1,234,567 in quotes; with variant 1 some cells are below a thousand and some negative."""
    column = counted(random, "판매액", draft.rows, 200 if variant else 12_000, 3_000_000)
    if variant:
        column.raw = [f"-{text}" if random.random() < 0.2 else text for text in column.raw]
    column.cells = [float(text) for text in column.raw]
    column.raw = [f"{int(text):,}" for text in column.raw]
    draft.columns.insert(1, column)
    draft.note("thousands")


@hazard(CELLS, "number marks", portals=BARE)
def bookkeepers_negatives(draft: Draft, random: Random, variant: int) -> None:
    """(1,200) is -1200."""
    values = [random.choice([1, 1, -1]) * random.randint(1_000, 60_000) for _ in range(draft.rows)]
    values[1] = -1200
    raw = [f"({-value:,})" if value < 0 else f"{value:,}" for value in values]
    draft.columns.append(Col(("이익",), ("numeric",), raw, [float(value) for value in values]))
    draft.note("thousands")


@hazard(CELLS, "number marks", variants=5, portals=BARE)
def uncommon_numbers(draft: Draft, random: Random, variant: int) -> None:
    """Minus sign U+2212, full-width digits, a sign or a bare point before or after, an exponent."""
    column = number(random, "편차", draft.rows, -20, 20)
    if variant == 0:
        column.raw = [text.replace("-", "−") for text in column.raw]
    elif variant == 1:
        column.raw = [
            text.translate({ord(a): ord(b) for a, b in zip("0123456789.-", "０１２３４５６７８９．－", strict=True)})
            for text in column.raw
        ]
    elif variant == 2:
        column.raw = [text if text.startswith("-") else f"+{text}" for text in column.raw]
    elif variant == 3:
        column = number(random, "비", draft.rows, 0.05, 0.95, 2)
        column.raw = [text.removeprefix("0") for text in column.raw]
        column.raw[3], column.cells[3] = "5.", 5.0
    else:
        values = [random.uniform(1e-7, 9e-3) for _ in range(draft.rows)]
        column.raw = [f"{value:.3e}" if row % 2 else f"{value:.2E}" for row, value in enumerate(values)]
        column.cells = [float(text) for text in column.raw]
    draft.columns.append(column)


@hazard(CELLS, "missing", portals=BARE)
def infinite_numbers(draft: Draft, random: Random, variant: int) -> None:
    column = one_of(random, draft.measured())
    for row, text in zip(scattered(random, 3, draft.rows), ["inf", "-inf", "1e999"], strict=False):
        put(column, [row], text)
    draft.tolerated |= {"sentinels"}
    draft.note("*")


@hazard(CELLS, "codes", variants=5)
def codes_that_look_like_numbers(draft: Draft, random: Random, variant: int) -> None:
    """Leading zeros, Excel's ="00123", more than 15 digits, telephone numbers, post codes."""
    rows = draft.rows
    made = [
        lambda: f"{random.randint(1, 9999):05d}",
        lambda: f'="{random.randint(1, 9999):05d}"',
        lambda: f"{random.randint(10**17, 10**18 - 1)}",
        lambda: f"010-{random.randint(1000, 9999)}-{random.randint(1000, 9999)}",
        lambda: f"{random.choice(['03', '06', '13'])}{random.randint(100, 999)}",
    ][variant]
    texts = [made() for _ in range(rows)]
    if variant in {0, 4}:
        texts[2] = "00" + texts[2][2:] if variant == 0 else "03" + texts[2][2:]
    column = codes(["회원코드", "상품코드", "일련번호", "연락처", "우편번호"][variant], texts, ("id", "text"))
    if variant == 1:
        column.cells = [text[2:-1] for text in texts]
        draft.tolerated |= {"formula"}
    draft.columns.insert(random.randint(0, 2), column)


PAIRS = [
    ("true", "false"),
    ("True", "False"),
    ("TRUE", "FALSE"),
    ("t", "f"),
    ("y", "n"),
    ("Y", "N"),
    ("yes", "no"),
    ("예", "아니오"),
    ("예", "아니요"),
    ("네", "아니오"),
    ("O", "X"),
    ("참", "거짓"),
    ("유", "무"),
    ("있음", "없음"),
    ("on", "off"),
]


@hazard(CELLS, "boolean", variants=len(PAIRS))
def pair_of_words(draft: Draft, random: Random, variant: int) -> None:
    column = yes_no(random, "확인", draft.rows, PAIRS[variant])
    if random.random() < 0.3:
        put(column, scattered(random, 2, draft.rows), "")
    draft.columns.append(column)


@hazard(CELLS, "boolean", variants=4)
def two_values_that_are_no_pair(draft: Draft, random: Random, variant: int) -> None:
    pair = [("맑음", "비"), ("male", "female"), ("합격", "불합격"), ("A", "B")][variant]
    draft.columns.append(picked(random, "구분", draft.rows, list(pair)))


@hazard(CELLS, "boolean")
def zeros_and_ones(draft: Draft, random: Random, variant: int) -> None:
    column = counted(random, "비(0/1)", draft.rows, 0, 1)
    column.raw[:3], column.cells[:3] = ["0", "1", "0"], [0.0, 1.0, 0.0]
    column.kinds = ("numeric", "boolean", "category")
    draft.columns.append(column)


@hazard(CELLS, "formula", "category")
def formulas(draft: Draft, random: Random, variant: int) -> None:
    """Cells that a spreadsheet would run: plain text on the way in."""
    texts = [random.choice(["확인", "보류", "재측정"]) for _ in range(draft.rows)]
    marked = scattered(random, 4, draft.rows)
    for row, text in zip(marked, ["=cmd|' /C calc'!A0", "=1+2", "@SUM(A1:A3)", "+1+2"], strict=False):
        texts[row] = text
    draft.columns.append(words("비고", texts, ("category", "text")))
    draft.note("formula")


@hazard(CELLS, "number marks", portals=BARE, alone=True)
def durations(draft: Draft, random: Random, variant: int) -> None:
    """1:30 is no 1.5: kept as written, or a time."""
    raw = [f"{random.randint(0, 3)}:{random.randint(0, 59):02d}" for _ in range(draft.rows)]
    draft.columns.append(Col(("소요시간",), ("text", "category"), raw, list(raw)))


@hazard(CELLS, "constant", variants=2)
def constant_column(draft: Draft, random: Random, variant: int) -> None:
    text = ["7.5", "서울"][variant]
    kinds = ("numeric",) if variant == 0 else ("category", "text")
    value = 7.5 if variant == 0 else text
    draft.columns.append(Col((["보정계수", "관할"][variant],), kinds, [text] * draft.rows, [value] * draft.rows))
    draft.note("constant_columns")


@hazard(CELLS, "empty column", variants=2, portals=(*PLAIN,))
def empty_column(draft: Draft, random: Random, variant: int) -> None:
    """A station without the instrument: the column is named and blank."""
    place = random.randint(1, len(draft.columns) - 1)
    text = ["", "-"][variant]
    draft.columns.insert(place, Col(("지면온도",), ("empty",), [text] * draft.rows, [None] * draft.rows))
    draft.note("empty_columns")


@hazard(CELLS, "long cell", alone=True)
def a_long_cell(draft: Draft, random: Random, variant: int) -> None:
    texts = [f"메모 {row}" for row in range(draft.rows)]
    texts[3] = "가나다라 " * 12_000 + "끝"
    draft.columns.append(words("비고", texts, ("text",)))


@hazard(CELLS, "years")
def bare_years(draft: Draft, random: Random, variant: int) -> None:
    years = [str(random.randint(1990, 2023)) for _ in range(draft.rows)]
    column = Col(("설립연도",), ("numeric", "datetime", "category"), years, [float(year) for year in years])
    draft.columns.append(column)


@hazard(CELLS, "number text", portals=BARE)
def eight_digits_that_are_no_date(draft: Draft, random: Random, variant: int) -> None:
    """Amounts of eight digits, of which some could be days."""
    values = [random.randint(10_000_000, 99_999_999) for _ in range(draft.rows)]
    values[2], values[4] = 20211122, 20200131
    raw = [str(value) for value in values]
    draft.columns.append(Col(("매출액",), ("numeric",), raw, [float(value) for value in values]))
    if len(set(raw)) < 2:
        raise Unfit
