"""What lies in deploy/ fits the app: files that a container copies, options, ports, settings and their page."""

import ast
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from streamlit import config

from tests.versions import ROOT

DEPLOY = ROOT / "deploy"
PAGE = (ROOT / "docs" / "administration.md").read_text(encoding="utf-8")
CODE = [ROOT / "app.py", *(path for folder in ("lab", "netcore", "pages") for path in (ROOT / folder).rglob("*.py"))]
OURS = re.compile(r"LAB_[A-Z]+")
WORST_EXPOSURE = 15  # tenths: systemd's word for how much a unit may do, from 0 to 100


def read(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


def containerfile() -> list[tuple[str, list[str]]]:
    """(instruction, its words) of each line that stands for itself."""
    text = re.sub(r"\\\n", " ", read("Containerfile"))
    return [
        (name, rest.split()) for name, _, rest in (line.partition(" ") for line in text.splitlines()) if name.isupper()
    ]


def test_the_container_gets_everything_that_the_app_opens_and_nothing_that_is_not_there():
    copied = {name for kind, words in containerfile() if kind == "COPY" for name in words[:-1]}
    assert all((ROOT / name).exists() for name in copied)
    names = {
        node.value
        for path in CODE
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
    }
    opened = {path.name for path in ROOT.iterdir() if path.is_dir() and path.name in names}
    assert "sample_data" in opened
    assert {"app.py", "lab", "netcore", "pages", ".streamlit"} <= copied
    assert opened - copied <= {"docs", "deploy"}  # written by `python -m lab docs`, which no server runs


def test_the_container_has_the_python_and_the_versions_of_the_tests():
    ((image,),) = [words for kind, words in containerfile() if kind == "FROM"]
    (tested,) = re.findall(r"on Python (3\.\d+)", (ROOT / "constraints.txt").read_text(encoding="utf-8"))
    assert image.startswith(f"docker.io/library/python:{tested}-slim")
    assert "pip install -r requirements.txt -c constraints.txt" in read("Containerfile")


def test_the_container_is_not_run_by_root_and_keeps_its_runs_on_a_volume():
    said = dict(containerfile())
    assert said["USER"] == ["lab"]
    assert said["VOLUME"] == ["/var/lib/lab"]
    assert "LAB_HOME=/var/lib/lab" in read("Containerfile")
    assert "/_stcore/health" in " ".join(said["HEALTHCHECK"])


def started() -> list[list[str]]:
    """The commands that start the app, wherever one is written down."""
    (container,) = re.findall(r"^CMD \[(.*)\]$", read("Containerfile"), re.MULTILINE)
    (unit,) = re.findall(r"^ExecStart=\S+/(streamlit .*)$", read("lab@.service"), re.MULTILINE)
    readmes = [(ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.ko.md")]
    written = re.findall(
        r"(?:^|`|&& )(?:LAB_\w+=\w+ )?(streamlit run [^`\n]*)", "\n".join([PAGE, *readmes]), re.MULTILINE
    )
    assert len(written) >= 3
    return [[word.strip('"') for word in container.split(", ")], *map(shlex.split, [unit, *written])]


@pytest.mark.parametrize("command", started(), ids=" ".join)
def test_every_command_runs_the_app_with_options_that_streamlit_has(command):
    assert command[:3] == ["streamlit", "run", "app.py"]
    options = [word.removeprefix("--") for word in command if word.startswith("--")]
    assert set(options) <= set(config.get_config_options())


def test_proxy_containers_and_page_name_the_same_replicas():
    proxied = set(re.findall(r"upstream lab_(\d+)", read("nginx.conf")))
    assert len(proxied) == 2
    assert set(re.findall(r"127\.0\.0\.1:(\d+):8501", read("compose.yaml"))) == proxied
    assert set(re.findall(r"lab@(\d+)", PAGE)) == proxied


@pytest.fixture
def unit(tmp_path) -> Path:
    """The unit with a program that is there, as systemd asks for."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("no systemd-analyze here")
    file = tmp_path / "lab@8501.service"
    file.write_text(
        re.sub(r"(?<=^ExecStart=)\S+", "/bin/true", read("lab@.service"), flags=re.MULTILINE), encoding="utf-8"
    )
    return file


def test_systemd_takes_the_unit_without_a_word_and_finds_little_that_it_may_do(unit):
    taken = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
    assert taken.returncode == 0, taken.stderr
    assert "lab@8501" not in taken.stderr  # other units of the machine may have words of their own
    question = ["systemd-analyze", "security", "--offline=true", f"--threshold={WORST_EXPOSURE}", str(unit)]
    may = subprocess.run(question, capture_output=True, text=True, check=False)
    assert may.returncode == 0, may.stdout


def test_what_docker_is_not_sent_is_nothing_that_the_container_gets():
    left_out = {line for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[0] != "#"}
    copied = {name for kind, words in containerfile() if kind == "COPY" for name in words[:-1]}
    assert {".git", ".venv", ".lab"} <= left_out
    assert not left_out & copied


def test_a_container_alone_is_started_in_the_same_way_wherever_that_is_told():
    told = [
        re.findall(r"docker run .*--env-file deploy/lab.env lab$", re.sub(r"\\\n#? *", "", text), re.MULTILINE)
        for text in (PAGE, read("Containerfile"))
    ]
    assert told[0] == told[1]
    assert "--restart always" in told[0][0]  # else it is gone after a reboot


def test_the_unit_s_walls_are_opened_where_a_cluster_is_told_of():
    """Without these two lines a server in the unit does not find a scheduler, or does not start."""
    walls = dict(line.split("=", 1) for line in read("lab@.service").splitlines() if "=" in line)
    assert (walls["IPAddressDeny"], walls["ProcSubset"]) == ("any", "pid")
    told = (ROOT / "docs" / "sweeps-on-a-cluster.md").read_text(encoding="utf-8")
    assert re.search(r"^IPAddressAllow=\d", told, re.MULTILINE)
    assert re.search(r"^ProcSubset=all$", told, re.MULTILINE)


def test_a_machine_of_a_cluster_gets_all_that_a_piece_needs():
    code = (  # what has no origin belongs to a compiled module
        "import sys; before = {*sys.modules}; import lab.runs.work.piece;"
        "print(*(name for name in {*sys.modules} - before if getattr(sys.modules[name], '__spec__', None)))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    needed = {name.split(".")[0] for name in loaded.stdout.split()} - {*sys.stdlib_module_names, "lab", "netcore"}
    told = (ROOT / "docs" / "sweeps-on-a-cluster.md").read_text(encoding="utf-8")
    (installed,) = re.findall(r"^pip install ([^#\n]*)# here and on each machine", told, re.MULTILINE)
    assert needed == {"numpy"}
    assert needed <= {*installed.split()}


def test_every_variable_of_ours_stands_in_the_table_of_settings_and_nothing_else():
    used = {
        node.value
        for path in CODE
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and OURS.fullmatch(node.value)
    }
    settings = PAGE.split("\n## Settings\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \|", settings, re.MULTILINE)
    assert {name for name in rows if OURS.fullmatch(name)} == used
    assert "LAB_HOME" in used
    told = {line.partition("=")[0] for line in read("lab.env").splitlines() if line and line[0] != "#"}
    assert told <= set(rows)
