"""Section 1 of the list of formats: code pages, marks, broken bytes, composed Hangul."""

import unicodedata
from random import Random

from benchmarks.reader.draft import Draft, scattered
from benchmarks.reader.hazards.registry import BYTES, CELLS, KOREAN, ROWS, TEXT, Unfit, hazard, one_of
from benchmarks.reader.portals import number, picked
from benchmarks.reader.truth import Damaged

# single syllables whose CP949 bytes are also valid UTF-8 (키 reads as Ű)
TRAPS = ["키", "표", "책", "칸", "칼", "호", "회", "화", "티", "홍", "환", "탑", "효", "활", "획"]
# words whose UTF-8 bytes are also valid CP949 (기온 reads as 湲곗삩)
REVERSE_TRAPS = ["기온", "체중", "번호", "무게", "길이", "거리", "강수", "기압", "구름", "면적"]


@hazard(CELLS, "encoding", "names", variants=3, portals=("flowers",))
def hangul_that_is_valid_utf8(draft: Draft, random: Random, variant: int) -> None:
    names = random.sample(TRAPS, 2) if variant == 1 else [random.choice(TRAPS)]
    if variant == 2:
        names = ["".join(random.sample(TRAPS, 2))]
    for column, name in zip(draft.columns, names, strict=False):
        column.names = (name,)
    draft.encoding, draft.mark = "cp949", False


@hazard(CELLS, "encoding", "names", variants=2, portals=("flowers", "rentals"))
def utf8_that_is_valid_cp949(draft: Draft, random: Random, variant: int) -> None:
    for column, name in zip(draft.measured(), random.sample(REVERSE_TRAPS, 1 + variant), strict=False):
        column.names = (name,)
    draft.encoding, draft.mark = "utf-8", False


@hazard(CELLS, "encoding", "category", variants=2)
def syllables_of_cp949_only(draft: Draft, random: Random, variant: int) -> None:
    extra = [["뷁", "똠방각하", "햏자"], ["펲시콜라", "쓩", "믜"]][variant]
    draft.columns.append(picked(random, "상표", draft.rows, extra))
    draft.encoding, draft.mark = "cp949", False


@hazard(BYTES, "encoding", "delimiter", variants=6, portals=(*KOREAN, "flowers"))
def utf16(draft: Draft, random: Random, variant: int) -> None:
    draft.encoding = "utf-16-be" if variant % 2 else "utf-16-le"
    draft.mark = variant < 4
    draft.delimiter = "\t" if variant < 2 or variant == 4 else ","


@hazard(CELLS, "encoding", "names", "category", variants=3, portals=("flowers", "sensor"))
def western_code_page(draft: Draft, random: Random, variant: int) -> None:
    names, towns = [
        (["Größe (cm)", "Länge (mm)", "Höhe"], ["Zürich", "Köln", "Münster"]),
        (["Température (°C)", "Humidité (%)", "Durée"], ["Besançon", "Orléans", "Nîmes"]),
        (["Año", "Presión (hPa)", "Lluvia (mm)"], ["Málaga", "Cádiz", "La Coruña"]),
    ][variant]
    for column, name in zip(draft.measured(), names, strict=False):
        column.names = (name,)
    for column in draft.columns:  # nothing of the table's own that Latin-1 lacks
        if not column.name.isascii() and column.name not in names:
            column.names = (f"col_{len(column.name)}_{ord(column.name[0])}",)
    draft.columns.append(picked(random, "Ort", draft.rows, towns))
    draft.encoding, draft.mark = "cp1252", False


@hazard(CELLS, "encoding", "names", "category", variants=2, portals=("flowers",))
def japanese_code_page(draft: Draft, random: Random, variant: int) -> None:
    names = [["気温", "湿度", "気圧"], ["最高気温(℃)", "降水量の合計(mm)", "平均風速"]][variant]
    for column, name in zip(draft.columns, names, strict=False):
        column.names = (name,)
    draft.columns.append(picked(random, "天気", draft.rows, ["晴れ", "曇り", "雨のち晴れ"]))
    draft.encoding, draft.mark = "shift_jis", False


@hazard(ROWS, "encoding", "category", variants=3)
def broken_bytes(draft: Draft, random: Random, variant: int) -> None:
    """One to three Hangul characters of a UTF-8 file lose a byte or get a wrong one."""
    column = one_of(random, [*draft.of_kind("category"), *draft.of_kind("text")])
    if not any(not text.isascii() for text in column.raw):
        raise Unfit
    draft.encoding, draft.mark = "utf-8", random.random() < 0.3
    place = draft.columns.index(column)
    marked = [row for row in scattered(random, 3, draft.rows) if not column.raw[row].isascii()][: variant + 1]
    if not marked:
        raise Unfit
    lines = {line.row: line for line in draft.body}
    for row in marked:
        lines[row].cells[place] += "\ue000"  # becomes a broken byte in the file
        column.cells[row] = Damaged()
    column.kinds = ("category", "text")
    bad = random.choice([b"\xff", b"\xb0", b"\xea\xb0"])
    draft.on_bytes.append(lambda data: data.replace("\ue000".encode(), bad))
    draft.note("bad_bytes", count=(len(marked), len(marked) * 2), line=lines[marked[0]])


@hazard(ROWS, "encoding", "category", "end", "trailing", "ragged", "line ends", variants=2)
def cut_inside_a_character(draft: Draft, random: Random, variant: int) -> None:
    column = picked(random, "날씨", draft.rows, ["맑음", "흐림", "구름많음"])
    draft.columns.append(column)
    for line in draft.header or []:
        line.cells.append(column.name if line is draft.header[draft.header_pick[0]] else "")
    for line in draft.body:
        if line.cells and line.row is not None:
            line.cells.append(column.raw[line.row])
    if draft.quote_all or (len(draft.header or []) > 1 and draft.header_pick == (-1,)):
        raise Unfit
    column.cells[-1] = Damaged()
    if draft.header is None:
        column.names, column.written = (), ""
    draft.encoding, draft.mark, draft.final_end = "utf-8", False, False
    draft.on_bytes.append(lambda data: data[: -1 - variant])
    draft.note("bad_bytes")
    draft.tolerated |= {"ragged_short"}


@hazard(ROWS, "encoding", "category", portals=("kma_daily", "airkorea"))
def a_line_in_another_code_page(draft: Draft, random: Random, variant: int) -> None:
    """Two exports pasted together: one line is CP949 inside UTF-8."""
    draft.encoding, draft.mark = "utf-8", False
    row = random.randint(3, draft.rows - 3)
    line = next(line for line in draft.body if line.row == row)
    for place, column in enumerate(draft.columns):
        if not line.cells[place].isascii():
            column.cells[row] = Damaged()
            column.kinds = tuple(dict.fromkeys([*column.kinds, "category", "text"]))
            line.cells[place] = "\ue001" + line.cells[place]

    if not any(cell.startswith("\ue001") for cell in line.cells):
        raise Unfit

    def paste(data: bytes) -> bytes:
        pieces = data.decode().split("\n")
        return b"\n".join(
            piece.replace("\ue001", "").encode("cp949" if "\ue001" in piece else "utf-8") for piece in pieces
        )

    draft.on_bytes.append(paste)
    draft.note("bad_bytes", line=line)


@hazard(TEXT, "encoding", "composition", variants=2, portals=KOREAN)
def decomposed_hangul(draft: Draft, random: Random, variant: int) -> None:
    """As macOS writes it: names (and with variant 1 all text) in NFD."""
    draft.encoding, draft.mark = "utf-8", variant == 1
    for line in draft.header or []:
        line.cells = [unicodedata.normalize("NFD", cell) for cell in line.cells or []]
    if variant:
        draft.on_text.append(lambda text: unicodedata.normalize("NFD", text))


@hazard(TEXT, "encoding", "first name", variants=3, portals=KOREAN)
def marks_before_the_first_name(draft: Draft, random: Random, variant: int) -> None:
    """The byte order mark twice, before a quoted name, or in a file that was joined from two."""
    draft.encoding, draft.mark = "utf-8", True
    if variant == 0:
        draft.on_text.append(lambda text: "\ufeff" + text)
    elif variant == 1:
        draft.quote_all = True
    else:
        draft.header[0].cells[1] = "\ufeff" + draft.header[0].cells[1]


@hazard(TEXT, "names", variants=3, portals=(*KOREAN, "flowers"))
def invisible_signs_in_names(draft: Draft, random: Random, variant: int) -> None:
    draft.encoding = "utf-8"
    sign = ["\u00a0", "\u200b", "\u2060"][variant]
    cells = draft.header[-1].cells
    for place in random.sample(range(len(cells)), 2):
        cells[place] = random.choice([sign + cells[place], cells[place] + sign, f" {sign}{cells[place]} "])


@hazard(ROWS, "nul", "encoding", variants=3)
def nul_bytes(draft: Draft, random: Random, variant: int) -> None:
    """NULs behind cells, between lines, or a block of them at the end as after a power cut."""
    if variant == 2:
        draft.on_bytes.append(lambda data: data + b"\0" * random.choice([16, 128]))
        draft.note("nul_bytes")
        return
    column = one_of(random, draft.measured())
    place = draft.columns.index(column)
    lines = {line.row: line for line in draft.body}
    marked = scattered(random, 3, draft.rows)
    for row in marked:
        lines[row].cells[place] += "\ue002"
    nul = b"\0" if variant == 0 else b"\0\0"
    draft.encoding = "utf-8"
    draft.on_bytes.append(lambda data: data.replace("\ue002".encode(), nul))
    draft.note("nul_bytes", line=lines[marked[0]])


@hazard(CELLS, "encoding", "size", portals=("flowers",), alone=True)
def one_hangul_word_deep_in_a_long_file(draft: Draft, random: Random, variant: int) -> None:
    """All ASCII for more than a prefix, then CP949: a reader that sniffs must not trust the prefix alone."""
    rows = 30_000
    fresh = [number(random, column.name, rows, 1, 8) for column in draft.columns[:4]]
    place = picked(random, "place", rows, ["Seoul", "Busan", "Jeju"])
    for row in random.sample(range(rows - 900, rows - 5), 3):
        place.raw[row] = place.cells[row] = "강릉"
    draft.columns = [*fresh, place]
    draft.encoding, draft.mark = "cp949", False
