"""One choice about a file at a time."""

from lab.data import read_table
from lab.edits.rereading import tables_to_choose, with_choice
from lab.spec.data import AS_FOUND, KindChoice, ReadingSpec
from lab.spec.limits import ALONE

TWO = b"a,b\n1,2\n3,4\n\n\nc,d,e\n5,6,7\n8,9,1\n"


def test_a_choice_is_one_field_of_the_reading():
    assert with_choice(AS_FOUND, "encoding", "cp949") == ReadingSpec(encoding="cp949")
    assert with_choice(AS_FOUND, "missing_words", "none, -9 , none").missing_words == ("none", "-9")


def test_the_kind_of_one_column_is_added_changed_and_taken_back():
    one = with_choice(AS_FOUND, "kinds", "category", "a")
    assert one.kinds == (KindChoice(column="a", kind="category"),)
    assert with_choice(one, "kinds", "text", "a").kinds == (KindChoice(column="a", kind="text"),)
    assert with_choice(one, "kinds", None, "a") == AS_FOUND


def test_the_tables_of_a_file_can_be_chosen_where_it_holds_several():
    table = read_table(TWO, "two.csv", ALONE)
    assert tables_to_choose(table, AS_FOUND) == (0, 1)
    one = read_table(b"a,b\n1,2\n3,4\n", "one.csv", ALONE)
    assert tables_to_choose(one, AS_FOUND) == (0,)
    assert tables_to_choose(None, ReadingSpec(table=2)) == (0, 1, 2)  # wished for, and not to be read so
