"""Files that are no table (section 5 of the list of formats), each with the refusals that are right."""

import gzip
import io
import json
import pickle
import struct
import zipfile
import zlib
from collections.abc import Callable
from random import Random

from benchmarks.reader.truth import Case

PROSE = """안녕하세요. 오늘은 신경망에 대해 배웠습니다. 뉴런이 무엇인지 알게 되었습니다.
다음 시간에는 손실 함수를 배운다고 합니다. 조금 어려울 것 같지만 기대됩니다.

숙제는 금요일까지 내면 됩니다. 모르는 것이 있으면 물어보세요.
선생님께 메일을 보내도 됩니다. 감사합니다.
"""
ESSAY = """Dear all,
please find attached the minutes of our last meeting. We talked about the weather station,
which has been out of order since March, and about who will pay for it.

I hope that everybody can come on Friday.
Best regards
"""
PAGE = "<!DOCTYPE html>\n<html><head><title>로그인</title></head><body>\n<p>로그인, 후, 이용하세요.</p></body></html>\n"

SHEET = (
    '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><table><tr><td>이름</td><td>값</td></tr>'
    "<tr><td>가</td><td>1</td></tr></table></html>"
)
RESPONSE = b"<response><header><resultCode>30</resultCode></header></response>\n"


def zipped(random: Random, names: list[str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, f"<a>{random.random()}</a>" * 20)
    return stream.getvalue()


def picture() -> bytes:
    """A PNG of one point."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0abc")) + chunk(b"IEND", b"")


def table(random: Random) -> str:
    return "a,b\n" + "".join(f"{random.randint(0, 99)},{random.random():.3f}\n" for _ in range(40))


FORMS: dict[str, tuple[Callable[[Random], bytes], set[str]]] = {
    "nothing": (lambda r: b"", {"empty"}),
    "blanks": (lambda r: b"\xef\xbb\xbf \r\n\t\r\n\r\n" if r.random() < 0.5 else b"\n \n   \n", {"empty"}),
    "mark only": (lambda r: r.choice([b"\xef\xbb\xbf", b"\xff\xfe", b"\xef\xbb\xbf\r\n"]), {"empty"}),
    "header only": (lambda r: "지점,일시,기온(°C),강수량(mm)\n".encode(r.choice(["cp949", "utf-8"])), {"no_rows"}),
    "xlsx": (
        lambda r: zipped(r, ["[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/worksheets/sheet1.xml"]),
        {"is_xlsx"},
    ),
    "zip": (lambda r: zipped(r, ["data.csv", "읽어주세요.txt"]), {"is_zip"}),
    "docx": (lambda r: zipped(r, ["[Content_Types].xml", "word/document.xml"]), {"is_zip"}),
    "xls": (lambda r: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + r.randbytes(4000), {"is_xls"}),
    "gzip": (lambda r: gzip.compress(table(r).encode(), mtime=0), {"is_gzip"}),
    "png": (lambda r: picture(), {"is_image"}),
    "jpeg": (
        lambda r: b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + r.randbytes(900),
        {"is_image"},
    ),
    "gif": (lambda r: b"GIF89a\x01\x00\x01\x00\x80\x00\x00" + r.randbytes(200), {"is_image"}),
    "pdf": (
        lambda r: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Type/Catalog>>\nendobj\n" + r.randbytes(500),
        {"is_pdf"},
    ),
    "pickle": (
        lambda r: pickle.dumps({"a": [r.random() for _ in range(50)]}, protocol=r.choice([2, 4, 5])),
        {"is_binary"},
    ),
    "npy": (
        lambda r: (
            b"\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'fortran_order': False, 'shape': (40,), }".ljust(128)
            + r.randbytes(320)
        ),
        {"is_binary"},
    ),
    "random bytes": (lambda r: b"\x01\x02\x00\x05" + r.randbytes(3000), {"is_binary", "undecodable"}),
    "html": (lambda r: r.choice(["", "\ufeff", "\n  "]).encode() + PAGE.encode(), {"is_html"}),
    "html in cp949": (lambda r: PAGE.replace("<!DOCTYPE html>\n", "").encode("cp949"), {"is_html"}),
    "xls that is html": (lambda r: SHEET.encode(r.choice(["utf-8", "cp949"])), {"is_html"}),
    "xml": (lambda r: b'<?xml version="1.0" encoding="UTF-8"?>\n' + RESPONSE, {"is_html"}),
    "json object": (
        lambda r: json.dumps(
            {"response": {"items": [{"기온": r.random()} for _ in range(9)]}},
            ensure_ascii=False,
            indent=r.choice([None, 2]),
        ).encode(),
        {"is_json"},
    ),
    "json array": (
        lambda r: json.dumps([{"a": 1, "b": r.random()} for _ in range(20)], indent=r.choice([None, 1])).encode(),
        {"is_json"},
    ),
    "lines of json": (
        lambda r: b"".join(json.dumps({"a": n, "b": r.random()}).encode() + b"\n" for n in range(20)),
        {"is_json"},
    ),
    "prose": (lambda r: PROSE.encode(r.choice(["utf-8", "cp949"])), {"no_table"}),
    "letter": (lambda r: ESSAY.encode(), {"no_table"}),
    "parquet": (lambda r: b"PAR1\x15\x04\x15\x10" + r.randbytes(800) + b"PAR1", {"is_binary"}),
    "database": (lambda r: b"SQLite format 3\x00\x10\x00\x01\x01\x00" + r.randbytes(900), {"is_binary"}),
}


def nontable(name: str, seed: str) -> Case:
    make, refusals = FORMS[name]
    return Case(f"nontable {name} {seed}", make(Random(f"{name} {seed}")), refusals=frozenset(refusals))
