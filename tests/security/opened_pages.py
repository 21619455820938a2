"""Every page, opened by an owner in whose store somebody has tampered: what is kept is shown, what is damaged can go.

`python -m tests.security.run_files 2000 [SEED] --pages` tries so many of them.
"""

import io
import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import streamlit as st

from lab.runs.kept.files import CHECKPOINTS, MARKS
from lab.runs.kept.store import RunStore
from lab.runs.serve.host import set_engine
from lab.runs.serve.pooled import PoolEngine
from lab.spec.limits import ALONE
from pages import PAGES
from tests.pages.conftest import Person
from tests.security import run_files

ALL = tuple(page.name for page in PAGES)
OF_RUNS = ("train", "evaluate", "compare")  # what says most of a kept run


@contextmanager
def owner_of(store: RunStore) -> Iterator[PoolEngine]:
    """Whoever opens a page owns the runs of the store; no worker is started, as nothing is trained."""
    engine = PoolEngine(ALONE, store, workers=1, dask="")
    set_engine(engine)
    st.cache_resource.clear()
    try:
        with patch("pages.ui.state.new_owner", lambda: run_files.OWNER):
            yield engine
    finally:
        set_engine(None)
        engine.close()


def tampered_store(folder: Path, data: bytes, chance: random.Random) -> RunStore:
    """A store with an untouched run, and a newer one changed in one thing: in the file it came in, or where it lies."""
    store = RunStore(folder / "runs", ALONE)
    record, status, marks = run_files.taken_in(data)  # type: ignore[misc]  # it is taken in: a test says so
    store.save(record, status, {})
    found = run_files.taken_in(run_files.tampered(data, chance)) if chance.random() < 0.4 else None
    record, status, marks = found or (record, status, marks)
    newer = replace(record, id="newer", number=2)
    store.save(newer, replace(status, run="newer"), {})
    store.mark("newer", run_files.OWNER, name=marks.name)
    if found is None:
        entry = next(path for path in folder.rglob("*.json") if json.loads(path.read_text())["id"] == "newer")
        _tamper(entry, chance)
    return store


def _tamper(entry: Path, chance: random.Random) -> None:
    """Change one of the files of a run: a value, an array, or bytes as they come."""
    (arrays,) = entry.parent.glob(f"{entry.stem}*.npz")
    if chance.random() < 0.7:
        kept, values = json.loads(entry.read_text()), run_files.load_arrays(io.BytesIO(arrays.read_bytes()))
        kept, values = run_files.changed_within(kept, values, chance)
        entry.write_text(json.dumps(kept))
        with arrays.open("wb") as file:
            run_files.save_arrays(file, values)
        return
    path = chance.choice([entry, arrays, entry.with_suffix(CHECKPOINTS), entry.with_suffix(MARKS)])
    content = path.read_bytes() if path.exists() else b"{}"
    place = chance.randrange(len(content) or 1)
    path.write_bytes(content[:place] + bytes(chance.randrange(256) for _ in range(chance.randrange(4))))


def open_pages(store: RunStore, pages: tuple[str, ...] = ALL, language: str = "en") -> None:
    """No page may end in an exception (a Person looks for it); then the owner deletes what is damaged, and the rest."""
    with owner_of(store) as engine:
        person = Person(engine, language)  # type: ignore[arg-type]  # another engine: it is not asked to advance
        for page in pages:
            person.go_to(page)
        if engine.set_aside(run_files.OWNER):
            person.go_to("compare").press("delete-damaged")
            assert not engine.set_aside(run_files.OWNER)
        for run in engine.runs_of(run_files.OWNER):
            engine.delete(run.id, run_files.OWNER)
        assert not engine.runs_of(run_files.OWNER)
        person.go_to("compare").go_to("train")
