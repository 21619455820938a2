"""LAB_PROFILE=class is the whole configuration of a class, and a person alone is reached by nobody else."""

import os
import subprocess
import sys

import psutil
import pytest

from benchmarks.live.server import ROOT
from lab.runs.serve import profile
from lab.runs.serve.profile import CLASS_SETTINGS, greeting, settings
from lab.spec.limits import CLASS
from tests.lab.runs.asgi import run_apart
from tests.security.visitor import XSRF, Visitor


def listening(server: psutil.Process) -> set[str]:
    return {link.laddr.ip for link in server.net_connections("tcp") if link.status == psutil.CONN_LISTEN}


def test_a_class_is_served_to_its_network_by_the_profile_alone(class_process):
    assert listening(class_process) == {"0.0.0.0"}


def test_every_setting_of_the_class_is_in_force(class_process):
    given = class_process.environ()
    assert {name: given[profile._variable(name)] for name in CLASS_SETTINGS} == CLASS_SETTINGS


def test_a_class_may_open_more_files_than_many_systems_allow_at_first():
    code = (
        "import resource; from lab.runs.serve import profile; hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1];"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard)); profile.enter('app.py');"
        "print(resource.getrlimit(resource.RLIMIT_NOFILE)[0] == min(profile.DESCRIPTORS, hard))"
    )
    environment = {**os.environ, "LAB_PROFILE": "class"}
    said = subprocess.run([sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True)
    assert said.stdout.strip() == "True", said.stderr


def test_an_upload_of_more_than_the_class_allows_ends_at_the_door(class_server):
    async def announce() -> int:
        visitor = Visitor.new(class_server)
        async with visitor.session() as page:
            size = {"Content-Length": str(CLASS.upload_bytes + 2_000_000), "X-Xsrftoken": visitor.cookies[XSRF]}
            return visitor.ask("PUT", f"/_stcore/upload_file/{page.id}/large", size).status

    assert run_apart(announce()) == 413


def test_what_is_given_goes_before_the_profile(monkeypatch):
    monkeypatch.setenv("LAB_PROFILE", "class")
    assert settings({})["STREAMLIT_SERVER_ADDRESS"] == "0.0.0.0"
    assert settings({})["STREAMLIT_SERVER_MAX_UPLOAD_SIZE"] == "20"
    assert "STREAMLIT_SERVER_ADDRESS" not in settings({"STREAMLIT_SERVER_ADDRESS": "10.0.0.7"})


def test_alone_nothing_is_set(monkeypatch):
    monkeypatch.delenv("LAB_PROFILE", raising=False)
    assert settings({}) == {}


def test_an_upload_from_a_course_pages_frame_brings_its_token(monkeypatch):
    monkeypatch.delenv("LAB_PROFILE", raising=False)
    assert settings({"LAB_EMBED": "https://lms.example.org"}) == {"STREAMLIT_SERVER_XSRF_COOKIE_SAME_SITE": "none"}
    assert settings({"LAB_EMBED": " , "}) == {}


def test_an_unknown_profile_is_a_sentence(monkeypatch):
    monkeypatch.setenv("LAB_PROFILE", "klass")
    with pytest.raises(SystemExit, match="LAB_PROFILE must be one of alone, class, but is 'klass'"):
        settings({})


def test_the_first_line_says_which_address_to_open():
    said = greeting("class", "10.0.0.7", 8501, https=False, bound="0.0.0.0")
    assert "http://10.0.0.7:8501" in said
    assert "20 MB" in said
    assert "http://[2001:db8::1]:8501" in greeting("class", "2001:db8::1", 8501, https=False, bound="::")
    assert "everybody opens http://localhost:80." in greeting("class", "localhost", 80, https=False, bound="127.0.0.1")
    behind = greeting("class", "lab.example.org", 8501, https=False, bound="127.0.0.1")
    assert "everybody opens lab.example.org." in behind  # neither the replica's port nor its scheme is theirs
    assert "http" not in behind
    assert greeting("alone", "127.0.0.1", 80, https=True, bound="127.0.0.1") == "Open https://127.0.0.1:80"


@pytest.mark.parametrize(("descriptors", "of_address"), [(1_024, 192), (16_384, CLASS.visitors.pages_of_address)])
def test_no_more_pages_are_open_than_there_are_descriptors_for(monkeypatch, descriptors, of_address):
    monkeypatch.setenv("LAB_PROFILE", "class")
    monkeypatch.setattr(profile, "descriptors", lambda: descriptors)
    limits = profile.visitors()
    assert limits.pages_of_address == of_address
    assert limits.pages_of_all <= descriptors * 3 / 8
