"""What the server keeps of people's files: bounded in bytes over all of them, those unused for longest give way."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from lab.data.read import read_table
from lab.errors import LabError
from lab.reading.room import bytes_held, first_to_go
from lab.reading.stored import FileFolder, StoredFile, set_file_folder
from lab.spec.data import AS_FOUND, ReadingSpec, UploadSource
from lab.spec.limits import ALONE
from lab.starts import start
from lab.texts import LANGUAGES, say_error
from pages.ui import desk as desks
from pages.ui.desk import OwnFile, desk_of, use_desk
from tests.harm import HARM

MOST = 70_000


@pytest.fixture
def _little_room(monkeypatch):
    desks._desks().clear()
    monkeypatch.setattr(desks, "current_limits", lambda: replace(ALONE, desk_bytes=MOST))
    yield
    desks._desks().clear()


class Screen:
    """A session of the owner that looks at the table."""

    forgot = False

    def forget_tables(self) -> None:
        self.forgot = True


SCREEN = Screen()  # somebody sits at each desk


def keep(owner: str, number: int) -> OwnFile:
    content = b"a,b\n" + b"%d,2\n" % number * 1_500
    file = OwnFile(f"{owner}.csv", content, read_table(content, f"{owner}.csv", ALONE))
    assert MOST / 4 < bytes_held([StoredFile(content)], [file.table]) < MOST / 2
    desk_of(owner).screens.setdefault(0, SCREEN)
    desk_of(owner).keep_file(file)
    return file


@pytest.mark.usefixtures("_little_room")
def test_files_that_others_need_room_for_are_given_up_by_whoever_used_them_least_lately():
    screen = Screen()
    desk_of("one").screens[1] = screen
    for number, owner in enumerate(("one", "two", "three")):
        keep(owner, number)
        use_desk("two", desk_of("two"))
    assert [owner for owner in ("one", "two", "three") if desk_of(owner).files] == ["two", "three"]
    assert screen.forgot


@pytest.mark.usefixtures("_little_room")
def test_a_file_that_was_given_up_is_missed_by_a_sentence():
    file = keep("one", 1)
    keep("two", 2)
    keep("three", 3)
    source = UploadSource(name=file.name, sha256=file.table.sha256, columns=file.table.column_names)
    with pytest.raises(LabError, match="own_file_missing"):
        desk_of("one").table(source, AS_FOUND)


@pytest.mark.usefixtures("_little_room")
def test_an_owner_keeps_what_was_uploaded_last_however_large():
    content = b"a,b\n" + b"1,2\n" * MOST
    desk = desk_of("one")
    desk.keep_file(OwnFile("large.csv", content, read_table(content, "large.csv", ALONE)))
    assert desk.size_bytes > MOST
    assert desk.files


@pytest.mark.usefixtures("_little_room")
def test_the_table_of_somebody_who_has_gone_is_read_again_when_they_are_back():
    file = keep("one", 1)
    desk = desk_of("one")
    desk_of("two")
    assert list(desk.tables.values()) == [file.table]
    desk.screens.clear()
    desk_of("three")
    assert not desk.tables
    assert desk.size_bytes == len(file.content)
    source = UploadSource(name=file.name, sha256=file.table.sha256, columns=file.table.column_names)
    again = desk.table(source, AS_FOUND)
    assert again == file.table
    assert again.frame.equals(file.table.frame)
    assert list(desk.tables.values()) == [again]


@pytest.fixture
def folder(tmp_path):
    """Files lie there, as on a server."""
    set_file_folder(FileFolder(tmp_path))
    yield tmp_path
    set_file_folder(None)


@pytest.mark.usefixtures("_little_room")
def test_of_a_file_nothing_but_its_table_is_in_memory_and_it_goes_with_its_place_on_the_desk(folder):
    file = keep("one", 1)
    [path] = folder.iterdir()
    assert path.read_bytes() == file.content
    keep("two", 2)
    keep("three", 3)
    assert not desk_of("one").files
    assert not path.exists()
    assert len([*folder.iterdir()]) == 2


def source_of(file: OwnFile) -> UploadSource:
    return UploadSource(name=file.name, sha256=file.table.sha256, columns=file.table.column_names)


@pytest.mark.usefixtures("_little_room")
@pytest.mark.parametrize("harm", HARM)
def test_a_file_that_was_harmed_on_the_disk_is_told_and_nothing_else_is_lost(folder, harm):
    file = keep("one", 1)
    [path] = folder.iterdir()
    other, desk = keep("one", 2), desk_of("one")
    desk.tables.clear()
    HARM[harm](path)
    with pytest.raises(LabError, match="own_file_lost") as lost:
        desk.table(source_of(file), AS_FOUND)
    assert all(file.name in say_error(lost.value, language) for language in LANGUAGES)
    with pytest.raises(LabError, match="own_file_missing"):
        desk.table(source_of(file), AS_FOUND)
    assert desk.table(source_of(other), AS_FOUND) == other.table
    desk.keep_file(file)
    desk.tables.clear()
    assert desk.table(source_of(file), AS_FOUND) == file.table


@pytest.mark.usefixtures("_little_room")
@pytest.mark.parametrize("harm", HARM)
def test_what_has_been_read_of_a_file_is_there_whatever_becomes_of_it(folder, harm):
    file, desk = keep("one", 1), desk_of("one")
    [path] = folder.iterdir()
    HARM[harm](path)
    for _ in range(2):
        with pytest.raises(LabError, match="own_file_lost"):
            desk.table(source_of(file), ReadingSpec(delimiter=","))
        assert desk.table(source_of(file), AS_FOUND) is file.table


@pytest.mark.usefixtures("_little_room", "threads_that_take_turns_everywhere")
def test_people_who_bring_files_in_the_same_moment_clear_each_other_s_desks_and_break_nothing():
    file = keep("one", 1)
    others = [replace(file, table=replace(file.table, sha256=f"{number:064}")) for number in range(4)]

    def bring(owner: str) -> None:
        for _ in range(100):
            for other in others:
                desk_of(owner).keep_file(other)

    with ThreadPoolExecutor(6) as people:
        list(people.map(bring, [f"person {number}" for number in range(6)]))
    assert sum(desk.size_bytes for desk in desks._desks().values()) <= MOST


def test_a_file_is_counted_once_however_many_tables_were_read_from_it():
    content = b"a,b\n1,2\n"
    table = read_table(content, "t.csv", ALONE)
    file = StoredFile(content)
    assert bytes_held([file, file], [table, table]) == len(content) + table.size_bytes


@pytest.mark.parametrize(
    ("sizes", "most", "gone"), [([], 1, 0), ([5], 1, 0), ([1, 1, 1], 3, 0), ([1, 1, 1], 2, 1), ([4, 1, 9], 9, 2)]
)
def test_no_more_go_than_have_to(sizes, most, gone):
    assert first_to_go(sizes, most) == gone


def test_desks_at_which_nothing_was_begun_give_way_first(monkeypatch):
    monkeypatch.setattr(desks, "OWNERS", 3)
    desks._desks().clear()
    desk_of("student").lessons.progress("09-epochs")
    for number in range(20):
        desk_of(f"stranger {number}")
    assert "student" in desks._desks()
    for number in range(3):
        desk_of(f"another student {number}").draft = start("iris")
    assert "student" not in desks._desks()
    assert len(desks._desks()) == 3
    desks._desks().clear()


def test_a_desk_at_which_somebody_sits_gives_way_to_nobody(monkeypatch):
    """Else in a class of many days everybody who comes would sit at one that is gone at the next reload."""
    monkeypatch.setattr(desks, "OWNERS", 3)
    desks._desks().clear()
    for number in range(3):
        desk_of(f"student of yesterday {number}").draft = start("iris")
    newcomer = desk_of("newcomer")
    newcomer.screens[0] = SCREEN
    desk_of("another")
    assert desk_of("newcomer") is newcomer
    assert list(desks._desks()) == ["student of yesterday 2", "another", "newcomer"]
    desks._desks().clear()


def test_whoever_is_back_at_a_page_after_their_desk_gave_way_finds_it_again(monkeypatch):
    monkeypatch.setattr(desks, "OWNERS", 2)
    desks._desks().clear()
    back = desk_of("back")
    for number in range(2):
        desk_of(f"other {number}")
    assert "back" not in desks._desks()
    use_desk("back", back)
    assert desk_of("back") is back
    assert len(desks._desks()) == 2
    desks._desks().clear()


def marks_of(file: OwnFile) -> list[int]:
    """How many looks at it Pandas remembers: of the cells, of the names of the columns, and of those of the rows."""
    frame = file.table.frame
    cells = max(len(block.refs.referenced_blocks) for block in frame._mgr.blocks)
    return [cells, *(len(axis._references.referenced_blocks) for axis in (frame.columns, frame.index))]


@pytest.mark.usefixtures("_little_room")
def test_looks_at_a_table_leave_nothing_with_its_owners_desk():
    file = keep("one", 1)
    kept = file.table.frame["a"]
    for _ in range(50):
        file.table.frame["b"].head().to_numpy()
        file.table.frame.columns.view()
    assert min(marks_of(file)) > 50
    desk_of("one").forget_views()
    assert marks_of(file) == [2, 1, 2]  # the table itself, and the column that somebody still has
    kept[0] = 99
    assert file.table.frame["a"][0] != 99
