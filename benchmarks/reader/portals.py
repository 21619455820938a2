"""Tables as the Korean portals, forms and course sites write them: one function a form, random contents.

Values are drawn so that the truth is not a matter of taste: no measured value equals a sentinel, texts are either
clearly many or clearly few.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import Random

from benchmarks.reader.draft import Col, Draft, Line
from benchmarks.reader.truth import Either

STATIONS = [(108, "서울"), (159, "부산"), (143, "대구"), (112, "인천"), (184, "제주"), (105, "강릉"), (133, "대전")]
DEGREES = ["°C", "℃", "C"]
PORTALS: dict[str, Callable[[Random, int], Draft]] = {}


def portal(function: Callable[[Random, int], Draft]) -> Callable[[Random, int], Draft]:
    PORTALS[function.__name__] = function
    return function


# ── columns ──


def number(random: Random, name: str, rows: int, low: float, high: float, digits: int = 1, gaps: float = 0.0) -> Col:
    """A measured variable that wanders between its bounds, with gaps in a share of the rows."""
    value = random.uniform(low, high)
    raw = []
    for _ in range(rows):
        value += random.gauss(0, (high - low) / 8)
        value = min(high, max(low, value))
        jitter = min(high, max(low, value + random.uniform(-1, 1) * (high - low) / 20))
        raw.append(f"{jitter:.{digits}f}")
    for row in range(1, rows - 1):
        if random.random() < gaps:
            raw[row] = ""
    return Col((name,), ("numeric",), raw, [float(text) if text else None for text in raw])


def words(name: str, chosen: Sequence[str], kinds: tuple[str, ...] = ("category",)) -> Col:
    return Col((name,), kinds, list(chosen), [word or None for word in chosen])


def picked(random: Random, name: str, rows: int, choices: Sequence[str]) -> Col:
    """A category. With few rows many choices would be as good as a text, so both are right there."""
    chosen = [*choices, *random.choices(choices, k=rows)][:rows]
    random.shuffle(chosen)
    return words(name, chosen, ("category",) if rows >= 5 * len(choices) else ("category", "text"))


def times(name: str, moments: Sequence[datetime], form: str) -> Col:
    return Col((name,), ("datetime",), [moment.strftime(form) for moment in moments], list(moments))


def days(random: Random, rows: int) -> list[datetime]:
    first = datetime(random.randint(1998, 2023), random.randint(1, 12), random.randint(1, 28))
    return [first + timedelta(days=row) for row in range(rows)]


def hours(random: Random, rows: int, step_s: int = 3600) -> list[datetime]:
    first = datetime(random.randint(2005, 2023), random.randint(1, 12), random.randint(1, 28), random.randint(0, 20))
    return [first + timedelta(seconds=step_s * row) for row in range(rows)]


def yes_no(random: Random, name: str, rows: int, pair: tuple[str, str]) -> Col:
    answers = [True, False] * 2 + [random.random() < 0.5 for _ in range(rows)]
    answers = answers[:rows]
    return Col((name,), ("boolean",), [pair[0] if answer else pair[1] for answer in answers], list(answers))


def counted(random: Random, name: str, rows: int, low: int, high: int) -> Col:
    """Whole numbers that are measured or counted."""
    raw = [str(random.randint(low, high)) for _ in range(rows)]
    return Col((name,), ("numeric",), raw, [float(text) for text in raw])


def codes(name: str, texts: Sequence[str], kinds: tuple[str, ...] = ("id",)) -> Col:
    return Col((name,), kinds, list(texts), list(texts))


# ── portals ──


@portal
def kma_daily(random: Random, rows: int) -> Draft:
    """ASOS, daily: blank rain is kept missing."""
    degree = random.choice(DEGREES)
    code, station = random.choice(STATIONS)
    rain = number(random, "일강수량(mm)", rows, 0, 40)
    for row in range(rows):
        if random.random() < 0.6 and 0 < row < rows - 1:
            rain.raw[row], rain.cells[row] = "", None
    columns = [
        codes("지점", [str(code)] * rows),
        words("지점명", [station] * rows, ("category", "text")),
        times("일시", days(random, rows), "%Y-%m-%d"),
        number(random, f"평균기온({degree})", rows, -6, 28),
        number(random, f"최저기온({degree})", rows, -12, 22),
        number(random, f"최고기온({degree})", rows, -2, 35),
        rain,
        number(random, "평균 풍속(m/s)", rows, 0.3, 6),
        number(random, "평균 상대습도(%)", rows, 30, 95),
        number(random, "평균 현지기압(hPa)", rows, 1000, 1030),
        number(random, "합계 일조시간(hr)", rows, 0, 12),
    ]
    return Draft(columns[: random.choice([7, 9, 11])])


@portal
def kma_hourly(random: Random, rows: int) -> Draft:
    """ASOS, hourly, with or without quality flags, one or two stations."""
    degree = random.choice(DEGREES)
    moments = hours(random, rows)
    stations = random.sample(STATIONS, 2) if random.random() < 0.4 else [random.choice(STATIONS)] * 2
    half = rows // 2
    wind = counted(random, "풍향(16방위)", rows, 1, 36)
    wind.raw = [text + "0" for text in wind.raw]
    wind.cells = [float(text) for text in wind.raw]
    columns = [
        codes("지점", [str(stations[row >= half][0]) for row in range(rows)]),
        words("지점명", [stations[row >= half][1] for row in range(rows)], ("category", "text")),
        times("일시", moments, "%Y-%m-%d %H:%M"),
        number(random, f"기온({degree})", rows, -8, 33, gaps=0.03),
        number(random, "강수량(mm)", rows, 0, 8, gaps=0.7),
        number(random, "풍속(m/s)", rows, 0, 9),
        wind,
        counted(random, "습도(%)", rows, 20, 98),
        counted(random, "시정(10m)", rows, 100, 2000),
    ]
    if random.random() < 0.4:
        flags = [random.choice(["", "", "", "0", "1"]) for _ in range(rows)]
        flags[1], flags[2] = "0", "1"
        cells = [None if not flag else float(flag) for flag in flags]
        columns.insert(4, Col(("기온 QC플래그",), ("category", "numeric", "boolean", "id"), flags, list(cells)))
    return Draft(columns)


@portal
def kma_analysis(random: Random, rows: int) -> Draft:
    """기온분석: a search condition above the table, a tab before each date."""
    moments = days(random, rows)
    date = times("날짜", moments, "%Y-%m-%d")
    if random.random() < 0.6:
        date.raw = ["\t" + text for text in date.raw]
    code, station = random.choice(STATIONS)
    draft = Draft(
        [
            date,
            codes("지점", [str(code)] * rows),
            number(random, "평균기온(℃)", rows, -6, 28),
            number(random, "최저기온(℃)", rows, -12, 22),
            number(random, "최고기온(℃)", rows, -2, 35),
        ]
    )
    condition = [
        "기온분석",
        "[검색조건]",
        "자료구분 : 일",
        "자료형태 : 기본",
        f"지역/지점 : {station}",
        f"기간 : {moments[0]:%Y%m%d}~{moments[-1]:%Y%m%d}",
        "",
    ]
    draft.above = [Line(text=text) for text in condition]
    draft.note("preamble", count=(6, 7), line=draft.above[0])
    draft.tolerated |= {"blank_rows"}
    return draft


@portal
def kma_api_hub(random: Random, rows: int) -> Draft:
    """API hub: header inside # comments, aligned by blanks, -9 for missing, #7777END at the end."""
    rows = min(rows, 400)
    moments = hours(random, rows)
    columns = [
        Col(("YYMMDDHHMI",), ("datetime",), [f"{moment:%Y%m%d%H%M}" for moment in moments], list(moments)),
        codes("STN", [str(random.choice(STATIONS)[0])] * rows),
        number(random, "WS", rows, 0.2, 9),
        number(random, "TA", rows, 12, 31),
        number(random, "HM", rows, 30, 98),
        number(random, "RN", rows, 0, 12),
    ]
    units = ["KST", "ID", "m/s", "C", "%", "mm"]
    lost = 0
    for column, spelling in ((columns[2], "-9.0"), (columns[5], "-9.0"), (columns[4], "-99.0")):
        for row in range(2, rows - 1):
            if random.random() < 0.15:
                column.raw[row], column.cells[row] = spelling, None
                lost += 1
    for column, unit in zip(columns, units, strict=True):
        column.names = (column.name, f"{column.name} {unit}", f"{column.name}({unit})", f"{column.name} ({unit})")
    widths = [13, 4, 7, 7, 7, 7]

    def aligned(cells: Sequence[str], first: str) -> str:
        text = "".join(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))
        return first + text[len(first) :] if first else text.strip()

    draft = Draft(columns, delimiter=" ", delimiters={r"\s+", " ", "  "})
    comments = ["#START7777", "#" + "-" * 60, "#  기상청 지상관측 시간자료", "#  1. TM : 관측시각 (KST)"]
    draft.above = [Line(text=text) for text in comments[: random.choice([1, 3, 4])]]
    draft.header = [
        Line(text=aligned([column.name for column in columns], "#")),
        Line(text=aligned(units, "#")),
    ]
    draft.header_pick = (0, 1)
    draft.body = [Line(text=aligned([column.raw[row] for column in columns], ""), row=row) for row in range(rows)]
    draft.below = [Line(text="#7777END")]
    draft.note("preamble")
    if lost:
        draft.note("sentinels")
    draft.tolerated |= {"units_row", "multi_header", "footer"}
    return draft


@portal
def airkorea(random: Random, rows: int) -> Draft:
    """확정자료: hours run from 01 to 24, several stations."""
    places = [
        ("서울 중구", "111121", "중구", "서울 중구 덕수궁길 15"),
        ("부산 사하구", "221141", "장림동", "부산 사하구 장림로 161"),
        ("제주 제주시", "339111", "이도동", "제주 제주시 이도2동 1176"),
    ]
    places = places[: random.choice([1, 2, 3])]
    first = datetime(random.randint(2015, 2023), random.randint(1, 12), random.randint(1, 20))
    form = random.choice(["%Y%m%d{:02d}", "%Y%m%d{:02d}", "%Y-%m-%d {:02d}", "%Y-%m-%d {:02d}:00"])
    where, stamps, moments = [], [], []
    for row in range(rows):
        where.append(places[row * len(places) // rows])
        moment = first + timedelta(hours=1 + row % max(25, rows // len(places)))
        day, hour = (moment - timedelta(days=1), 24) if moment.hour == 0 else (moment, moment.hour)
        stamps.append(day.strftime(form).format(hour))
        moments.append(moment)
    draft = Draft(
        [
            words("지역", [place[0] for place in where], ("category", "text")),
            words("망", ["도시대기"] * rows, ("category", "text")),
            codes("측정소코드", [place[1] for place in where]),
            words("측정소명", [place[2] for place in where], ("category", "text")),
            Col(("측정일시",), ("datetime",), stamps, list(moments)),
            number(random, "SO2", rows, 0.001, 0.009, 4),
            number(random, "CO", rows, 0.2, 1.1, 2),
            number(random, "O3", rows, 0.002, 0.09, 4, gaps=0.04),
            number(random, "NO2", rows, 0.004, 0.06, 4),
            counted(random, "PM10", rows, 5, 150),
            counted(random, "PM25", rows, 2, 80),
            words("주소", [place[3] for place in where], ("category", "text")),
        ]
    )
    midnight = [row for row in range(rows) if moments[row].hour == 0]
    if midnight:
        draft.note("hour24", count=len(midnight))
    return draft


REGIONS = [
    "서울특별시",
    "부산광역시",
    "대구광역시",
    "인천광역시",
    "광주광역시",
    "대전광역시",
    "울산광역시",
    "세종특별자치시",
    "경기도",
    "강원도",
    "충청북도",
    "충청남도",
    "전라북도",
    "전라남도",
    "경상북도",
    "경상남도",
    "제주특별자치도",
]

ROADS = ["중앙로", "한강대로", "세종로"]


@portal
def kosis(random: Random, rows: int) -> Draft:
    """A statistics table: everything quoted, periods over items, thousands separators, notes below."""
    rows = 17
    years = random.sample(range(2012, 2023), 2)
    items = random.sample(["총인구수 (명)", "남자인구수 (명)", "여자인구수 (명)", "세대수 (세대)"], 2)
    label = "행정구역(시군구)별"
    columns = [words(label, REGIONS, ("text", "category", "id"))]
    top, below = [label], [label]
    separated = 0
    for year in sorted(years):
        for item in items:
            values = [random.randint(1200, 9_800_000) for _ in range(rows)]
            raw = [f"{value:,}" for value in values]
            cells: list = [float(value) for value in values]
            if random.random() < 0.5:
                row = random.randint(1, rows - 2)
                raw[row], cells[row] = random.choice(["-", "X", "…"]), None
            columns.append(Col((f"{year} {item}", f"{year}_{item}", f"{year} / {item}"), ("numeric",), raw, cells))
            separated += sum("," in text for text in raw)
            top.append(str(year))
            below.append(item)
    if random.random() < 0.4:  # merged cells: the period stands over the first of its items only
        top = [text if text != before else "" for text, before in zip(top, ["", *top], strict=False)]
        below[0] = ""
    draft = Draft(columns, quote_all=True)
    draft.header = [Line(cells=top), Line(cells=below)]
    draft.body = [Line(cells=[column.raw[row] for column in columns], row=row) for row in range(rows)]
    draft.note("multi_header")
    draft.note("thousands")
    if random.random() < 0.7:
        draft.below = [Line(text="주석: 연말 기준"), Line(text="출처: 행정안전부, 주민등록인구현황")][
            : random.choice([1, 2])
        ]
        draft.note("footer", count=len(draft.below), line=draft.below[0])
    draft.tolerated |= {"units_row"}
    return draft


@portal
def public_data(random: Random, rows: int) -> Draft:
    """공공데이터포털: codes with leading zeros, quoted addresses, one reference date."""
    names = [
        f"{random.choice(REGIONS)[:2]} {word}{number}공영주차장"
        for number, word in enumerate(random.choices(["한빛", "새롬", "가온", "누리"], k=rows), 1)
    ]
    addresses = [
        f"{random.choice(REGIONS)} {random.choice(ROADS)} {row + 3}, {random.randint(1, 9)}층" for row in range(rows)
    ]
    date = datetime(2023, random.randint(1, 12), random.randint(1, 28))
    columns = [
        words("시설명", names, ("text",)),
        words("소재지도로명주소", addresses, ("text",)),
        codes("우편번호", [f"0{random.randint(1000, 9999)}" for _ in range(rows)]),
        number(random, "위도", rows, 33.2, 38.1, 6),
        number(random, "경도", rows, 126.1, 129.3, 6),
        counted(random, "주차구획수", rows, 5, 480),
        picked(random, "요금정보", rows, ["무료", "유료", "혼합"]),
        times("데이터기준일자", [date] * rows, "%Y-%m-%d"),
    ]
    return Draft(columns)


def korean_stamp(moment: datetime, seconds: bool = True) -> str:
    """As Google Forms and Excel write it: 2021. 11. 22. 오후 1:05:33."""
    half = "오전" if moment.hour < 12 else "오후"
    tail = f":{moment:%S}" if seconds else ""
    return f"{moment.year}. {moment.month}. {moment.day}. {half} {(moment.hour - 1) % 12 + 1}:{moment:%M}{tail}"


@portal
def google_form(random: Random, rows: int) -> Draft:
    """Answers of a form: long questions as names, several answers in one cell, free text over lines."""
    moments = [moment + timedelta(seconds=random.randint(0, 3599)) for moment in hours(random, rows)]
    opinions = [
        random.choice(["수업이 재미있었다", "조금, 어려웠다", '"신경망"이 궁금하다', "잘 모르겠다\n다시 듣고 싶다"])
        + f" ({row + 1})"
        for row in range(rows)
    ]
    several = [random.choice(["수학, 과학", "국어", "과학, 체육, 음악", "영어, 수학"]) for _ in range(rows)]
    long = "수업에서 가장 좋았던 점은 무엇인가요? (짧게, 한 문장으로)"
    broken = "좋아하는 과목을\n모두 고르세요"
    draft = Draft(
        [
            Col(("타임스탬프",), ("datetime",), [korean_stamp(moment) for moment in moments], list(moments)),
            picked(random, "학년을 고르세요.", rows, ["1학년", "2학년", "3학년"]),
            yes_no(random, "신경망을 배운 적이 있나요?", rows, ("예", "아니요")),
            counted(random, "만족도 (1~5점)", rows, 1, 5),
            Col((broken, broken.replace("\n", " ")), ("category", "text"), several, list(several), broken),
            words(long, opinions, ("text",)),
        ]
    )
    draft.columns[3].kinds = ("numeric", "category")
    grade = draft.columns[1]  # 학년 may be taken for the unit of a number: the same sign in all cells
    grade.kinds = ("category", "numeric")
    grade.cells = [Either((text, float(text[0]))) for text in grade.raw]
    return draft


@portal
def passengers(random: Random, rows: int) -> Draft:
    """The shape of a course site's favourite: names with commas, ages with gaps, blank cabins."""
    surnames = ["Braund", "Cumings", "Heikkinen", "Futrelle", "Allen", "Moran", "McCarthy", "Palsson"]
    names = [
        f"{random.choice(surnames)}, {random.choice(['Mr.', 'Mrs.', 'Miss.'])} No {row + 1}" for row in range(rows)
    ]
    age = number(random, "Age", rows, 1, 74, gaps=0.2)
    survived = counted(random, "Survived", rows, 0, 1)
    survived.raw[:4] = ["0", "1", "1", "0"]
    survived.cells[:4] = [0.0, 1.0, 1.0, 0.0]
    survived.kinds = ("numeric", "boolean", "category")
    rank = counted(random, "Pclass", rows, 1, 3)
    rank.kinds = ("numeric", "category")
    return Draft(
        [
            codes("PassengerId", [str(row + 1) for row in range(rows)]),
            survived,
            rank,
            words("Name", names, ("text",)),
            picked(random, "Sex", rows, ["male", "female"]),
            age,
            number(random, "Fare", rows, 5, 260, 4),
            picked(random, "Embarked", rows, ["S", "C", "Q"]),
        ]
    )


@portal
def flowers(random: Random, rows: int) -> Draft:
    """Measurements and a class in plain ASCII, as a course gives them first."""
    return Draft(
        [
            number(random, "sepal_length", rows, 4.3, 7.9),
            number(random, "sepal_width", rows, 2, 4.4),
            number(random, "petal_length", rows, 1, 6.9),
            number(random, "petal_width", rows, 0.1, 2.5),
            picked(random, "species", rows, ["setosa", "versicolor", "virginica"]),
        ]
    )


@portal
def survey(random: Random, rows: int) -> Draft:
    """A school's own sheet: numbers, names, answers."""
    given = [
        first + second
        for first in "김이박최정강조윤장임"
        for second in ("서연", "민준", "지우", "하은", "도윤", "예준", "수아", "지호", "유나", "현우")
    ]
    random.shuffle(given)
    names = [given[row % 100] + ("" if row < 100 else str(row)) for row in range(rows)]
    return Draft(
        [
            codes("번호", [str(row + 1) for row in range(rows)]),
            words("이름", names, ("text",)),
            picked(random, "성별", rows, ["남", "여"]),
            number(random, "키(cm)", rows, 148, 186),
            number(random, "몸무게(kg)", rows, 41, 88),
            yes_no(random, "안경", rows, ("O", "X")),
            picked(random, "혈액형", rows, ["A", "B", "AB", "O"]),
        ]
    )


@portal
def sensor(random: Random, rows: int) -> Draft:
    """A log of a board in the classroom: seconds, all numbers."""
    return Draft(
        [
            times("측정시각", hours(random, rows, random.choice([1, 10, 60])), "%Y-%m-%d %H:%M:%S"),
            number(random, "온도(°C)", rows, 18, 29, 2),
            number(random, "습도(%)", rows, 25, 70, 1),
            counted(random, "조도(lx)", rows, 110, 880),
            number(random, "CO2(ppm)", rows, 390, 1400, 1),
        ]
    )


@portal
def rentals(random: Random, rows: int) -> Draft:
    """Hourly counts in English, as for a regression task."""
    return Draft(
        [
            times("datetime", hours(random, rows), "%Y-%m-%d %H:%M:%S"),
            picked(random, "season", rows, ["spring", "summer", "fall", "winter"]),
            yes_no(random, "holiday", rows, random.choice([("True", "False"), ("yes", "no"), ("Y", "N")])),
            number(random, "temp", rows, 1, 38, 2),
            number(random, "windspeed", rows, 1, 45, 4),
            counted(random, "count", rows, 1, 950),
        ]
    )
