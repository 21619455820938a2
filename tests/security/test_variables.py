"""What an administrator sets by mistake is a sentence before the server begins."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.live.server import ROOT
from lab.runs.kept.store import default_directory
from lab.runs.serve import variables
from lab.runs.work.process import FIRST_TO_GO


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch, tmp_path):
    for name in [name for name in os.environ if name.startswith("LAB_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("number", ["many", "-1", "0", "1.5", "500", "9" * 5000, "٣"])
def test_a_number_of_workers_that_cannot_be_is_told(monkeypatch, number):
    monkeypatch.setenv("LAB_WORKERS", number)
    with pytest.raises(SystemExit, match="LAB_WORKERS must be a whole number from 1 to 256, but is '"):
        variables.look()


@pytest.mark.parametrize(
    ("name", "said", "told"),
    [
        ("LAB_METRICS", "true", "LAB_METRICS must be 1 or 0, but is 'true'"),
        ("LAB_DASK", "10.0.0.5", "LAB_DASK must be an address such as tcp://10.0.0.5:8786, but is '10.0.0.5'"),
        ("LAB_PROFILE", "", "LAB_PROFILE must be one of alone, class, but is ''"),
        ("LAB_EMBED", "lms.example.org", "LAB_EMBED must name sites such as https://lms.example.org"),
    ],
)
def test_a_value_that_cannot_be_is_told(monkeypatch, name, said, told):
    monkeypatch.setenv(name, said)
    with pytest.raises(SystemExit, match=told):
        variables.look()


@pytest.mark.parametrize("name", ["LAB_WORKERS", "LAB_METRICS", "LAB_DASK", "LAB_EMBED", "LAB_HOME"])
def test_a_variable_without_a_value_is_as_if_it_were_not_set(monkeypatch, name):
    before = default_directory()
    monkeypatch.setenv(name, "")
    assert variables.look() == []
    assert default_directory() == before


def test_a_name_that_nobody_reads_is_told(monkeypatch):
    monkeypatch.setenv("LAB_PROFLE", "class")
    (sentence,) = variables.look()
    assert sentence.startswith("LAB_PROFLE is set and means nothing here")
    assert "LAB_PROFILE" in sentence


@pytest.mark.parametrize("place", ["home", "home/runs"])
def test_a_home_that_is_a_file_is_told(monkeypatch, tmp_path, place):
    file = tmp_path / place
    file.parent.mkdir(exist_ok=True)
    file.touch()
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))
    with pytest.raises(SystemExit, match=f"{place} is a file"):
        variables.look()


def test_a_home_of_somebody_else_is_told_and_serves_those_who_only_try_things(monkeypatch, tmp_path):
    monkeypatch.setenv("LAB_HOME", str(tmp_path))
    # whoever runs tests as root may read everything
    monkeypatch.setattr(os, "access", lambda path, mode: path == tmp_path and mode == os.F_OK)
    (sentence,) = variables.look()
    assert sentence.startswith("No run will be kept")
    assert str(tmp_path) in sentence


def test_a_class_does_not_let_expire_what_a_person_alone_has_kept(monkeypatch):
    alone = default_directory()
    monkeypatch.setenv("LAB_PROFILE", "class")
    assert default_directory() != alone


def test_a_server_ends_with_the_sentence_alone():
    environment = {**os.environ, "LAB_WORKERS": "many"}
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", "true", "--server.port", "0"]
    said = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)
    assert said.returncode == 1
    assert said.stderr.strip() == "LAB_WORKERS must be a whole number from 1 to 256, but is 'many'."


@pytest.mark.skipif(not Path("/proc/self/oom_score_adj").exists(), reason="Linux's word for who goes first")
def test_where_memory_ends_a_process_that_computes_goes_before_the_one_that_serves():
    code = (
        "from pathlib import Path; from lab.runs.work.process import be_modest; be_modest(2 * 10**9);"
        "print(Path('/proc/self/oom_score_adj').read_text().strip())"
    )
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert said.stdout.strip() == FIRST_TO_GO, said.stderr
