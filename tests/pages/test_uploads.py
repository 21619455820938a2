"""Files that a person sends: taken over by the app, and why one was not taken."""

import pytest
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from lab.runs.serve.sessions import Session
from lab.texts import say
from tests.pages.conftest import Person


@pytest.fixture
def managers(monkeypatch: pytest.MonkeyPatch) -> list[MemoryUploadedFileManager]:
    """Of each file that was taken out of one."""
    found, remove = [], MemoryUploadedFileManager.remove_file

    def removing(manager: MemoryUploadedFileManager, *args: str) -> None:
        assert any(manager.file_storage.values()), "there is something to take out"
        found.append(manager)
        remove(manager, *args)

    monkeypatch.setattr(MemoryUploadedFileManager, "remove_file", removing)
    return found


@pytest.mark.parametrize(
    ("page", "uploader", "name"),
    [
        ("data", "upload", "t.csv"),
        ("data", "experiment-file", "e.json"),
        ("layers", "code-file", "p.py"),
        ("lessons", "lesson-file", "l.json"),
        ("homework", "homework-task-file", "t.json"),
    ],
)
def test_streamlit_keeps_no_copy_of_a_file_that_was_sent(person: Person, managers, page: str, uploader: str, name: str):
    person.go_to(page).open("share")
    person.at.file_uploader(key=person.key(uploader)).upload(name, b"a,b\n1,2\n3,4\n" * 5, "text/plain")
    person.look().open("share")
    assert len(managers) == 1
    assert not any(managers[0].file_storage.values())
    assert person.at.file_uploader(key=person.key(uploader)).value is None


def test_streamlit_keeps_no_copy_of_run_files_nor_those_that_are_none(person: Person, managers):
    person.set_number(2, "fit.epochs").train().go_to("compare")
    box = person.at.file_uploader(key=person.key("run-file"))
    box.upload("one.npz", b"none", "application/octet-stream")
    person.look()
    assert len(managers) == 1
    assert not any(managers[0].file_storage.values())


def test_why_a_file_was_not_taken_is_said_once_on_the_next_screen(person: Person):
    person.state().session = Session("me", refused=("upload.too_large", {"megabytes": 20}))
    said = say("upload.too_large", "en", megabytes=20)
    assert said in person.look().errors()
    assert said not in person.look().errors()
