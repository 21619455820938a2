"""The command line does what a page does: same numbers, same verdict, one sentence for a refusal."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lab import cli
from lab.data.prepare import prepare
from lab.data.samples import load_sample
from lab.export.lines import ROWS, shown_epochs
from lab.runs.orders.run import run_spec
from lab.runs.work.trainer import Trainer
from lab.spec.data import UploadSource
from lab.spec.experiment import Experiment
from lab.starts import EXAMPLES, STARTS, start

ROOT = Path(__file__).resolve().parent.parent.parent
IRIS = EXAMPLES / "iris.json"


def run(capsys, *arguments):
    status = cli.main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return status, out, err


def written(tmp_path, experiment, name="mine.json"):
    file = tmp_path / name
    file.write_text(experiment.to_json(), encoding="utf-8")
    return file


def iris_upload(tmp_path, text):
    """An experiment on an own CSV, and the file."""
    table = tmp_path / "꽃.csv"
    table.write_text(text, encoding="utf-8")
    import hashlib

    columns = tuple(text.splitlines()[0].split(","))
    source = UploadSource(name="꽃.csv", sha256=hashlib.sha256(text.encode()).hexdigest(), columns=columns)
    return start("iris").with_data(source=source).with_fit(epochs=6), table


# --- what comes out


def test_the_readme_command_prints_an_epoch_table_and_the_verdict():
    """In a process of its own, as a person would start it; numbers first, verdict in words after them."""
    environment = {**os.environ, "LANG": "ko_KR.UTF-8", "LC_ALL": "", "PYTHONIOENCODING": ""}
    done = subprocess.run(
        [sys.executable, "-m", "lab", "run", "examples/iris.json"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=True,
    )
    lines = done.stdout.decode("utf-8").splitlines()
    assert done.stderr == b""
    assert lines[0] == "붓꽃 / iris"
    assert "90 ÷ 10 = 에포크마다 갱신 9번 × 에포크 100번 = 900번" in lines[1]
    table = [line for line in lines if line.strip()[:1].isdigit()]
    assert len(table) <= 20
    assert (table[0].split()[0], table[-1].split()[0]) == ("1", "100")
    assert any(line.startswith("적절한 학습") for line in lines)


@pytest.mark.parametrize("name", STARTS)
@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_example_runs(capsys, tmp_path, name, language):
    quick = written(tmp_path, start(name).with_fit(epochs=2))
    status, out, _err = run(capsys, "run", quick, "--language", language)
    assert status == 0
    assert len(out.splitlines()) > 6


def test_json_is_one_document_with_history_and_verdict(capsys):
    status, out, err = run(capsys, "run", IRIS, "--json")
    document = json.loads(out)
    assert (status, err) == (0, "")
    assert document["state"] == "finished"
    assert list(document["history"]) == ["accuracy", "loss", "val_accuracy", "val_loss"]
    assert {len(values) for values in document["history"].values()} == {100}
    assert document["verdict"]["kind"] == "good_fit"
    assert document["verdict"]["evidence"]["epochs"] == 100
    assert set(document["verdict"]["text"]) == {"ko", "en"}
    assert Experiment.from_json(json.dumps(document["experiment"])) == start("iris")
    assert document["headline"]["en"] == document["verdict"]["text"]["en"][0] == "Good fit"


def test_the_history_is_that_of_the_engine(capsys):
    """The Trainer that pages use, fed batch by batch, gives the same numbers to the last bit."""
    _status, out, _err = run(capsys, "run", IRIS, "--json")
    experiment = start("iris")
    trainer = Trainer(*run_spec(experiment, prepare(load_sample("iris"), experiment.data, experiment.seed)))
    while trainer.advance(0.0):
        pass
    assert json.loads(out)["history"] == trainer.history


def test_a_diverged_run_is_valid_json_too(capsys, tmp_path):
    wild = (
        start("tmax")
        .with_data(target_scaling="none")
        .replace(compile=start("tmax").compile.replace(optimizer={"type": "SGD", "params": {"learning_rate": 0.5}}))
    )
    status, out, _err = run(capsys, "run", written(tmp_path, wild), "--json", "--language", "en")
    document = json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert (status, document["verdict"]["kind"]) == (0, "diverged")
    assert document["history"]["loss"][-1] is None


def test_long_runs_are_thinned_and_keep_first_and_last():
    for epochs in (0, 1, 5, 20, 21, 100, 2000, 20_000):
        shown = shown_epochs(epochs)
        assert len(shown) <= ROWS
        assert shown == sorted(set(shown))
        if epochs:
            assert (shown[0], shown[-1]) == (0, epochs - 1)


def test_the_schema_describes_an_experiment_file(capsys):
    status, out, _err = run(capsys, "schema")
    assert status == 0
    assert {"data", "model", "compile", "fit"} <= set(json.loads(out)["required"])


# --- an own table


def test_an_experiment_on_an_own_csv_runs_with_that_csv(capsys, tmp_path):
    experiment, table = iris_upload(tmp_path, (ROOT / "sample_data" / "iris.csv").read_text())
    status, _out, err = run(capsys, "run", written(tmp_path, experiment), "--table", table, "--language", "ko")
    assert (status, err) == (0, "")


def test_another_csv_than_the_experiments_is_used_and_said(capsys, tmp_path):
    text = (ROOT / "sample_data" / "iris.csv").read_text()
    experiment, table = iris_upload(tmp_path, text)
    table.write_text(text + text.splitlines()[-1] + "\n", encoding="utf-8")
    status, _out, err = run(capsys, "run", written(tmp_path, experiment), "--table", table, "--language", "ko")
    assert status == 0
    assert "다릅니다" in err


def test_without_its_csv_an_experiment_on_an_own_table_is_refused(capsys, tmp_path):
    experiment, _table = iris_upload(tmp_path, "sepal_length_cm,species\n1,a\n")
    status, out, err = run(capsys, "run", written(tmp_path, experiment), "--language", "ko")
    assert (status, out) == (1, "")
    assert "--table" in err
    assert "꽃.csv" in err


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"a,b,species\n",
        b"PK\x03\x04" + b"\0" * 60,
        b"just one column\n1\n2\n",
        b"sepal_length_cm,kind\n1,a\n2,b\n",
    ],
)
def test_a_table_that_cannot_be_used_is_refused_in_one_sentence(capsys, tmp_path, content):
    table = tmp_path / "broken.csv"
    table.write_bytes(content)
    status, out, err = run(capsys, "run", IRIS, "--table", table, "--language", "ko")
    assert (status, out) == (1, "")
    assert err.splitlines()[-1].endswith(("오.", "다."))
    assert "Traceback" not in err


def test_a_cp949_table_trains(capsys, tmp_path):
    lines = ["기온,습도,날씨"] + [f"{20 + k % 7},{50 + k % 11},{'비' if k % 7 > 3 else '맑음'}" for k in range(60)]
    table = tmp_path / "날씨.csv"
    table.write_bytes("\n".join(lines).encode("cp949"))
    data = start("iris").data.replace(inputs=("기온", "습도"), target="날씨", task="binary")
    output = start("breast_cancer")
    experiment = start("iris").replace(data=data, model=output.model, compile=output.compile).with_fit(epochs=2)
    status, out, _err = run(capsys, "run", written(tmp_path, experiment), "--table", table, "--json")
    assert status == 0
    assert json.loads(out)["state"] == "finished"


# --- refusals: one sentence, exit status 1


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("fit", {"epochs": 0}), ["epochs", "0"]),
        (("fit", {"epochs": 10, "batch_size": 0}), ["batch_size", "0"]),
        (("compile", {"optimizer": {"type": "Adam", "params": {"learning_rate": -1.0}}}), ["learning_rate", "-1"]),
        (("model", {"layers": []}), ["Dense(3, softmax)"]),
        (("model", {"layers": [{"id": "l0", "type": "Dense", "params": {"units": 4}}]}), ["4", "3"]),
        (("model", {"layers": [{"id": "l0", "type": "Danse", "params": {}}]}), ["Danse", "Dense"]),
        (("compile", {"loss": {"type": "SparseCategoricalCrossentrop"}}), ["SparseCategoricalCrossentropy"]),
        (("schema_version", 99), ["99"]),
    ],
)
def test_a_bad_experiment_is_refused_in_one_sentence(capsys, tmp_path, change, words, language):
    values = json.loads(start("iris").to_json())
    values[change[0]] = change[1]
    file = tmp_path / "bad.json"
    file.write_text(json.dumps(values), encoding="utf-8")
    status, out, err = run(capsys, "run", file, "--language", language)
    assert (status, out) == (1, "")
    assert len(err.splitlines()) == 1
    assert all(word.lower() in err.lower() for word in words), err


@pytest.mark.parametrize("content", [b"", b"hello", b"\xff\xfe", b"[1, 2]", b"{}"])
def test_a_file_that_is_no_experiment_is_refused(capsys, tmp_path, content):
    file = tmp_path / "bad.json"
    file.write_bytes(content)
    status, _out, err = run(capsys, "run", file, "--language", "ko")
    assert status == 1
    assert "Traceback" not in err
    assert len(err.splitlines()) == 1


def test_a_file_that_is_not_there_is_refused(capsys, tmp_path):
    status, _out, err = run(capsys, "run", tmp_path / "none.json", "--language", "en")
    assert status == 1
    assert "none.json" in err


def test_a_warning_goes_beside_the_result(capsys, tmp_path):
    experiment = start("iris").with_fit(epochs=2, batch_size=1000)
    status, out, err = run(capsys, "run", written(tmp_path, experiment), "--language", "ko", "--json")
    assert status == 0
    assert json.loads(out)["epochs"] == 2
    assert "1000" in err


@pytest.mark.parametrize("arguments", [[], ["walk"], ["run"], ["run", "x", "--language", "fr"]])
def test_a_mistyped_command_gives_status_2(capsys, arguments):
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2


@pytest.mark.parametrize(
    ("spoken", "language"), [("ko_KR.UTF-8", "ko"), ("KO", "ko"), ("en_US.UTF-8", "en"), ("C", "en"), ("", "en")]
)
def test_the_language_is_that_of_the_system(monkeypatch, spoken, language):
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", spoken)
    assert cli.language_of_environment() == language


# --- taken away


def test_what_can_be_taken_away_is_written_without_a_browser(capsys, tmp_path):
    file = written(tmp_path, start("iris").with_fit(epochs=2))
    status, out, err = run(capsys, "export", file, "--to", tmp_path / "taken", "--language", "en")
    assert (status, err) == (0, "")
    names = {one.name for one in (tmp_path / "taken").iterdir()}
    assert {"report.html", "keras.zip", "notebook.ipynb", "curves.csv", "weights.npz", "run.npz"} < names
    assert all(name in out for name in names)
    again, table, _ = run(capsys, "run", tmp_path / "taken" / "report.html", "--language", "en")  # it holds them all
    assert again == 0
    assert "accuracy" in table


def test_a_folder_that_cannot_be_written_to_is_one_sentence(capsys, tmp_path):
    file = written(tmp_path, start("iris").with_fit(epochs=1))
    status, out, err = run(capsys, "export", file, "--to", file, "--language", "en")
    assert (status, out) == (1, "")
    assert err.startswith("Cannot save in the folder")
    assert err.count("\n") == 1
