"""What is not a table at all is recognised by its first bytes and refused by its name."""

import re

from lab.errors import TableError

SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0", "is_xls"),  # OLE: .xls, .hwp, .doc
    (b"\x1f\x8b", "is_gzip"),
    (b"\x89PNG", "is_image"),
    (b"\xff\xd8\xff", "is_image"),
    (b"GIF8", "is_image"),
    (b"BM", "is_image"),
    (b"II*\x00", "is_image"),
    (b"MM\x00*", "is_image"),
    (b"%PDF", "is_pdf"),
    (b"\x93NUMPY", "is_binary"),
    (b"{\\rtf", "is_binary"),
    (b"SQLite format 3", "is_binary"),
    (b"PAR1", "is_binary"),
    (b"\x89HDF", "is_binary"),
    (b"CDF\x01", "is_binary"),
    (b"CDF\x02", "is_binary"),
    (b"\x7fELF", "is_binary"),
    (b"MZ", "is_binary"),
    (b"7z\xbc\xaf", "is_binary"),
    (b"Rar!", "is_binary"),
    (b"BZh", "is_binary"),
    (b"\xfd7zXZ", "is_binary"),
    (b"\x28\xb5\x2f\xfd", "is_binary"),
)
TEXT_LIKE = (b"BM", b"MZ", b"GIF8", b"BZh", b"PAR1")  # could also open an honest header line
PREFIX = 65_536
CONTROL = bytes(set(range(32)) - {9, 10, 12, 13, 26, 27})
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
HTML = re.compile(rb"<(!--|(!doctype\s+html|html|head|body|table|\?xml|meta|script)\b)", re.IGNORECASE)
MARKUP = re.compile(rb"<[A-Za-z][\w:.-]*(\s[^<>]*)?>\s*<")  # elements within elements, as in an answer of an API


def refuse_other_formats(data: bytes) -> None:
    """Raises TableError: "table.empty", or the code of the format that the first bytes give away."""
    head = data[:PREFIX]
    if not head.strip(b" \t\r\n\x00\x1a\xef\xbb\xbf\xff\xfe"):
        raise TableError("table.empty")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        # an .xlsx is a zip with the folder xl/; the names stand at the end of the archive as well
        sheet = b"xl/" in head or b"xl/" in data[-PREFIX:]
        raise TableError("table.is_xlsx" if sheet else "table.is_zip")
    for signature, code in SIGNATURES:
        if head.startswith(signature) and (signature not in TEXT_LIKE or _has_control_bytes(head)):
            raise TableError(f"table.{code}")
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        raise TableError("table.is_image")
    if head.startswith(b"\x80") and head[1:2] in b"\x02\x03\x04\x05" and data.rstrip().endswith(b"."):
        raise TableError("table.is_binary")  # a pickle: never opened
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if HTML.match(text) or (MARKUP.match(text) and data.rstrip(b" \t\r\n\0").endswith(b">")):
        raise TableError("table.is_html")
    if _looks_like_json(text):
        raise TableError("table.is_json")
    if not head.startswith(UTF16_MARKS) and not looks_like_utf16(head) and _has_control_bytes(head):
        raise TableError("table.is_binary")


def looks_like_utf16(head: bytes) -> str | None:
    """ "utf-16-le" or "utf-16-be" by where the NUL bytes of ASCII characters stand; None if they don't tell."""
    head = head[: len(head) // 2 * 2]
    if len(head) < 8:
        return None
    even, odd, pairs = head[::2].count(0), head[1::2].count(0), len(head) // 2
    for encoding, here, there in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if there > 0.05 * pairs or here < 0.1 * pairs:
            continue
        if here > 0.3 * pairs or _reads_as_text(head, encoding):
            return encoding
    return None


def _reads_as_text(head: bytes, encoding: str) -> bool:
    """Letters of a few alphabets, where Hangul leaves few NUL bytes."""
    text = head.decode(encoding, "replace")
    known = sum(sign < "\u0250" or "가" <= sign <= "힣" or "\u3000" <= sign <= "\u9fff" for sign in text)
    return known > 0.95 * len(text)


def _has_control_bytes(head: bytes) -> bool:
    """More than a stray one: text has none but tabs and line ends; a few NULs are a known accident of text files,
    and so is a block of them at the end."""
    head = head.rstrip(b"\0")
    control = len(head) - len(head.translate(None, CONTROL))
    return control > max(8, 0.01 * len(head)) or (len(head) < 400 and control > 0.05 * len(head) and control > 2)


def _looks_like_json(text: bytes) -> bool:
    return bool(
        re.match(rb'\{\s*("[^"]*"\s*:|\})', text)
        or re.match(rb'\[\s*([{\[]|"[^"]*"\s*[,\]]|-?[0-9.]+\s*[,\]]|\])', text)
    )
