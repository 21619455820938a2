"""Of what a browser brings along as cookies three are read, and none is long."""

import pytest

from lab.runs.serve.cookies import LONGEST, OURS, with_own_cookies
from lab.runs.serve.owner import COOKIE
from tests.security.visitor import XSRF, Visitor

MOST_CPU_S = 1.0
LONG = 60_000
HEADS = {
    "quotes": 'x="' + '\\"' * (LONG // 2) + '"',
    "backslashes": f'{COOKIE}="' + "\\" * LONG + '"',
    "numbers": f'{XSRF}="' + "\\134" * (LONG // 4) + '"',
    "a crowd": ";".join(f"c{number}=1" for number in range(LONG // 8)),
}


@pytest.mark.parametrize("what", HEADS)
def test_no_cookie_of_a_browser_keeps_the_server_from_others(class_server, class_process, what):
    began = sum(class_process.cpu_times()[:2])
    answer = Visitor(class_server).ask("GET", "/", {"Accept": "text/html", "Cookie": HEADS[what]})
    assert (answer.status, COOKIE in answer.headers["set-cookie"]) == (200, True)
    assert sum(class_process.cpu_times()[:2]) - began < MOST_CPU_S


def test_our_own_cookies_are_read_among_those_of_others_wherever_they_stand():
    mine, token, replica = OURS
    sent = [
        (b"host", b"here"),
        (b"cookie", b"a=1; " + mine + b"=old;b=2"),
        (b"cookie", mine + b"=me ;" + token + b"=2|x=y; " + replica + b"=8501"),
        (b"accept", b"*/*"),
    ]
    kept = [
        (b"host", b"here"),
        (b"accept", b"*/*"),
        (b"cookie", mine + b"=me; " + token + b"=2|x=y; " + replica + b"=8501"),
    ]
    assert with_own_cookies(sent) == kept
    assert with_own_cookies(kept[:2]) == kept[:2]


def test_one_that_is_longer_than_any_of_ours_is_none():
    assert with_own_cookies([(b"cookie", OURS[0] + b"=" + b"x" * (LONGEST + 1))]) == [(b"cookie", b"")]
