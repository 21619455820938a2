"""Files with a hash in their name are packed once and sent from memory; all else goes to the app as before."""

import asyncio
import gzip
from pathlib import Path

import pytest
from starlette.responses import PlainTextResponse

from lab.runs.serve import packed_files
from lab.runs.serve.packed_files import PackedFiles
from tests.lab.runs.asgi import ask, run_apart

UNPACKS = {"Accept-Encoding": "gzip, deflate, br"}
SCRIPT = b"export const answer = 42;\n" * 200
LETTERS = bytes(range(256)) * 8


@pytest.fixture
def app(tmp_path: Path) -> PackedFiles:
    (tmp_path / "static" / "js").mkdir(parents=True)
    (tmp_path / "static" / "js" / "main.abc.js").write_bytes(SCRIPT)
    (tmp_path / "static" / "letters.woff2").write_bytes(LETTERS)
    (tmp_path / "secret.js").write_text("not below the folder")
    return PackedFiles(PlainTextResponse("from the app"), tmp_path / "static", "/static/")


def test_a_script_comes_packed_and_may_be_kept_for_ever(app: PackedFiles) -> None:
    status, pairs, body = ask(app, "/static/js/main.abc.js", UNPACKS)
    headers = dict(pairs)
    assert status == 200
    assert gzip.decompress(body) == SCRIPT
    assert len(body) < len(SCRIPT) / 10
    assert int(headers["content-length"]) == len(body)
    assert headers["content-encoding"] == "gzip"
    assert headers["vary"] == "Accept-Encoding"
    assert "javascript" in headers["content-type"]
    assert "immutable" in headers["cache-control"]


def test_letters_are_packed_already_and_come_as_they_are(app: PackedFiles) -> None:
    status, pairs, body = ask(app, "/static/letters.woff2", UNPACKS)
    assert (status, body) == (200, LETTERS)
    assert "content-encoding" not in dict(pairs)


@pytest.mark.parametrize(
    ("path", "headers", "method"),
    [
        ("/static/js/main.abc.js", {}, "GET"),  # cannot unpack
        ("/static/js/main.abc.js", {**UNPACKS, "Range": "bytes=0-9"}, "GET"),
        ("/static/js/main.abc.js", UNPACKS, "HEAD"),
        ("/static/js/main.abc.js", UNPACKS, "POST"),
        ("/static/js/other.js", UNPACKS, "GET"),
        ("/static/../secret.js", UNPACKS, "GET"),
        ("/static/js/../../secret.js", UNPACKS, "GET"),
        ("/static/js/%2e%2e/%2e%2e/secret.js", UNPACKS, "GET"),
        ("/static//js/main.abc.js", UNPACKS, "GET"),
        ("/static/js", UNPACKS, "GET"),
        ("/", UNPACKS, "GET"),
    ],
)
def test_whatever_else_is_asked_for_the_app_answers(
    app: PackedFiles, path: str, headers: dict[str, str], method: str
) -> None:
    assert ask(app, path, headers, method)[2] in (b"from the app", b"")
    assert not app.packed


def test_a_hundred_who_ask_at_once_have_it_packed_once(app: PackedFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    packs: list[Path] = []
    pack = packed_files.pack
    monkeypatch.setattr(packed_files, "pack", lambda file: packs.append(file) or pack(file))
    file = app.files["/static/js/main.abc.js"]

    async def all_of_them() -> list[packed_files.Packed]:
        return await asyncio.gather(*(app._packed(file) for _ in range(100)))

    answers = run_apart(all_of_them())
    assert len(packs) == 1
    assert len({id(answer) for answer in answers}) == 1


def test_a_file_that_cannot_be_read_is_tried_again_by_the_next_who_asks(
    app: PackedFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack, full = packed_files.pack, [True]

    def packing(file: Path) -> packed_files.Packed:
        if full.pop() if full else False:
            raise OSError("too many open files")
        return pack(file)

    monkeypatch.setattr(packed_files, "pack", packing)
    file = app.files["/static/js/main.abc.js"]

    async def twice() -> packed_files.Packed:
        with pytest.raises(OSError, match="too many"):
            await app._packed(file)
        return await app._packed(file)

    assert gzip.decompress(run_apart(twice()).body) == SCRIPT
