"""The two starts that read in order, on the command line as a teacher would run them."""

import json

import pytest

from lab import cli
from lab.starts import EXAMPLES, start


def run_json(capsys, name):
    assert cli.main(["run", str(EXAMPLES / f"{name}.json"), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_hourly_start_beats_as_now_by_far(capsys):
    document = run_json(capsys, "hourly")
    assert document["epochs"] == 12
    assert document["verdict"]["evidence"]["baseline_kind"] == "persistence"
    assert document["history"]["val_loss"][-1] < 0.25 * document["verdict"]["evidence"]["baseline_loss"]
    assert "scores" not in document


@pytest.mark.slow
def test_the_morse_start_says_blanks_first_and_letters_in_the_end(capsys):
    document = run_json(capsys, "ctc_morse")
    history, line = document["history"], document["verdict"]["evidence"]["baseline_loss"]
    assert history["val_loss"][4] == pytest.approx(line, rel=0.05)  # five epochs: no better than a count of letters
    assert history["val_loss"][-1] < 0.3 * line
    assert document["scores"]["validation"]["letter_error"] < 0.5
    assert 0.9 < document["scores"]["validation"]["blank_share"] < 1


def test_letter_errors_are_printed(capsys, tmp_path):
    short = (EXAMPLES / "ctc_morse.json").read_text(encoding="utf-8").replace('"epochs": 30', '"epochs": 1')
    file = tmp_path / "short.json"
    file.write_text(short, encoding="utf-8")
    assert cli.main(["run", str(file), "--language", "en"]) == 0
    assert "Validation: letter error 1.000, whole texts right 0.000, share of blanks 1.000" in capsys.readouterr().out


def test_a_run_without_one_good_epoch_reads_no_letters(capsys, tmp_path):
    wild = start("ctc_morse").with_compile(optimizer={"type": "SGD", "params": {"learning_rate": 1e38}})
    file = tmp_path / "wild.json"
    file.write_text(wild.to_json(), encoding="utf-8")
    assert cli.main(["run", str(file), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["state"], document["verdict"]["kind"]) == ("diverged", "diverged")
    assert "scores" not in document
