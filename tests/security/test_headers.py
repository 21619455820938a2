"""What browsers are told with every answer, and what is not served at all."""

import pytest

from lab.runs.serve.headers import policy, sites
from tests.security.visitor import Visitor

PATHS = ["/", "/train", "/_stcore/health", "/_stcore/host-config", "/live/unknown", "/media/unknown", "/favicon.png"]
REFUSED = ["/_stcore/metrics", "/_stcore/agent/openapi.json", "/static/unknown.js", "//evil.example/..%2f"]


@pytest.fixture(scope="module")
def visitor(class_server) -> Visitor:
    return Visitor.new(class_server)


@pytest.mark.parametrize("path", PATHS + REFUSED)
def test_every_answer_says_what_may_run_and_who_may_frame_it(visitor, path):
    said = visitor.ask("GET", path).headers
    assert "frame-ancestors 'self'" in said["content-security-policy"]
    assert said["x-frame-options"] == "SAMEORIGIN"
    assert said["x-content-type-options"] == "nosniff"
    assert said["referrer-policy"] == "same-origin"
    assert "camera=()" in said["permissions-policy"]
    assert said["cross-origin-resource-policy"] == "same-origin"


def test_so_does_a_refusal_of_our_own(visitor):
    refused = visitor.upload("not-mine")
    assert refused.status == 403
    assert refused.headers["x-content-type-options"] == "nosniff"


def test_no_script_runs_but_those_of_the_server(visitor):
    scripts = dict(
        rule.split(" ", 1) for rule in visitor.ask("GET", "/").headers["content-security-policy"].split("; ")
    )
    allowed = scripts["script-src"].split()
    assert [source for source in allowed if not source.startswith("'sha256-")] == ["'self'", "blob:"]
    assert scripts["default-src"] == "'self'"


@pytest.mark.parametrize(
    "path", ["/_stcore/metrics", "/_stcore/agent/interact", "/_stcore/agent/openapi.json", "/_stcore/agent/mcp"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_what_nobody_needs_is_not_there(visitor, path, method):
    assert visitor.ask(method, path).status == 404


def test_a_course_page_that_is_named_may_show_the_app():
    named = sites("https://lms.example.org, https://*.school.example:8443")
    assert policy([], named).endswith("frame-ancestors 'self' https://lms.example.org https://*.school.example:8443")


@pytest.mark.parametrize("nonsense", ["lms.example.org", "*", "https://a;script-src *", "javascript:x", "https://*"])
def test_a_list_that_names_no_site_is_a_sentence(nonsense):
    with pytest.raises(SystemExit, match="LAB_EMBED"):
        sites(nonsense)
