"""A person's letters, names and file sizes in a sentence."""

from lab.texts.letters import listed, megabytes, shortened


def test_a_long_text_ends_in_an_ellipsis_within_its_length():
    assert (shortened("abcde", 5), shortened("abcdef", 5)) == ("abcde", "abcd…")


def test_of_many_names_the_first_are_listed():
    assert listed(("a", "b"), 2) == "a, b"
    assert listed(("a", "b", "c"), 2) == "a, b, …"
    assert listed((), 2) == ""


def test_a_file_has_a_million_bytes_a_megabyte():
    assert megabytes(2_500_000) == 2.5
