"""What is taken away: it opens again, it can be read by others, and a person's text stays text in all of it."""

import ast
import csv
import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import UTC, timedelta, timezone
from html.parser import HTMLParser

import numpy as np
import pytest

from lab.errors import ExperimentError
from lab.export import program as program_module
from lab.export.curves_csv import curves_csv, neutral
from lab.export.notebook import code_of, notebook
from lab.export.npz import npz, weights_file
from lab.export.package import experiment_of, keras_package
from lab.export.parcels import Kept, parcels_of
from lab.export.pasted.reader import read_keras
from lab.export.program import DATA_FILE, WEIGHTS_FILE
from lab.export.report import report
from lab.insight.evaluate import evaluate_run
from lab.runs.serve.inline import InlineEngine
from lab.spec.experiment import Change, LayerSpec
from lab.starts import start
from lab.texts import LANGUAGES, say
from lab.texts.letters import visible
from netcore.errors import NetcoreError
from tests.lab.export.runs import Made, made

KOREA = timezone(timedelta(hours=9))
HOSTILE = (
    "\u202egnp.evil",
    '=HYPERLINK("http://evil","x")',
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "a\nimport os",
    "\u202eמשהו & 'x' \"y\" `z` **b** [l](javascript:alert(1)) $x$ {0}",
    "\x00\x1b\ud800'''",
)


@pytest.fixture(scope="module")
def iris():
    return made(start("iris").with_fit(epochs=3))


@pytest.fixture(scope="module")
def graph():
    return made(start("two_in_two_out").with_fit(epochs=2))


def members(archive):
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        return {name: file.read(name) for name in file.namelist()}


# --- the program


def test_a_layer_with_random_numbers_is_said_to_differ(iris):
    dropout = LayerSpec(id="d", type="Dropout", params={"rate": 0.5})
    layers = iris.experiment.model.layers
    program = Made(iris.experiment.with_layers([layers[0], dropout, layers[1]])).program()
    assert program.differs == ("export.differs.random",)
    assert "draws random numbers" in program.text("en")


def test_an_order_too_large_to_ship_is_said_to_differ(iris, monkeypatch):
    monkeypatch.setattr(program_module, "ORDER_BYTES", 10)
    program = iris.program()
    assert program.differs == ("export.differs.order",)
    assert "order" not in program.data
    assert "shuffle=False" not in program.text("en")


def test_a_fork_begins_with_the_weights_that_it_forked_from(iris):
    engine = InlineEngine()
    parent = Made(iris.experiment, engine)
    child = Made(parent.record.experiment_with_changes().forked(2), engine)
    program = child.program()
    assert program.differs == ("export.differs.fork",)
    assert "initial_epoch=2, epochs=3" in program.text("en")
    two_epochs = Made(iris.experiment.with_fit(epochs=2)).record.weights
    for ours, theirs in zip(program.start_weights.values(), two_epochs, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_the_test_part_is_in_none_of_the_files(iris):
    shipped = {len(array) for name, array in iris.program().data.items() if name != "order"}
    assert shipped == {len(iris.dataset.train.x), len(iris.dataset.validation.x)}


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_person_leaves_its_comment(iris, text):
    dataset = replace(iris.dataset, target_name=text, classes=(text, text, text))
    column = replace(dataset.columns[0], name=text)
    dataset = replace(dataset, columns=(column, *dataset.columns[1:]))
    hostile = Made.of(iris, dataset=dataset, name=text).program()
    assert ast.dump(ast.parse(hostile.text("en"))) == ast.dump(ast.parse(iris.program().text("en")))


# --- the notebook


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notebook_is_one_that_others_can_read(iris, language):
    whole = json.loads(notebook(iris.program(language), language))
    assert (whole["nbformat"], whole["nbformat_minor"]) == (4, 5)
    assert set(whole) == {"nbformat", "nbformat_minor", "metadata", "cells"}
    assert len({cell["id"] for cell in whole["cells"]}) == len(whole["cells"])
    for cell in whole["cells"]:
        wanted = {"id", "cell_type", "metadata", "source"}
        if cell["cell_type"] == "code":
            wanted |= {"execution_count", "outputs"}
            ast.parse(cell["source"])
        assert set(cell) == wanted


def test_the_notebook_brings_its_files_along(iris, tmp_path, monkeypatch):
    program = iris.program()
    cells = json.loads(notebook(program, "en"))["cells"]
    monkeypatch.chdir(tmp_path)
    exec(next(cell["source"] for cell in cells if cell["metadata"].get("tags")), {})  # noqa: S102  # our own text
    for name, arrays in ((DATA_FILE, program.data), (WEIGHTS_FILE, program.start_weights)):
        with np.load(tmp_path / name, allow_pickle=False) as file:
            assert set(file.files) == set(arrays)
            assert all((file[key] == arrays[key]).all() for key in arrays)


def test_large_data_lie_beside_the_notebook_and_are_not_packed(iris, monkeypatch):
    monkeypatch.setattr("lab.export.notebook.EMBEDDED_BYTES", 1000)
    monkeypatch.setattr("lab.export.npz.PACKED_BYTES", 1000)
    program = iris.program()
    assert not [cell for cell in json.loads(notebook(program, "en"))["cells"] if cell["metadata"].get("tags")]
    with np.load(io.BytesIO(npz(program.data)), allow_pickle=False) as file:
        assert (file["x_train"] == program.data["x_train"]).all()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("which", ["iris", "graph"])
def test_notebook_and_program_are_read_again_as_the_same_experiment(which, language, request):
    run = request.getfixturevalue(which)
    program = run.program(language)
    for content in (program.text(language), notebook(program, language)):
        code = code_of(content.encode())
        assert len(code) < 10_000, "the packed files are left out"
        proposal = read_keras(code, run.experiment)
        assert proposal.experiment == run.experiment
        assert [one for one in proposal.findings if one.severity != "note"] == []


@pytest.mark.parametrize("content", [b"[]", b'{"cells": 3}', b'{"cells": [{}]}', b"null", b'{"cells": [3]}'])
def test_json_that_is_no_notebook_is_code_like_any_other(content):
    assert code_of(content) == content.decode()


def test_a_program_from_an_older_korean_windows_is_read():
    assert code_of("# 층\n".encode("cp949")) == "# 층\n"


@pytest.mark.parametrize("text", HOSTILE[:5])
def test_a_name_is_no_markup_in_a_notebook(iris, text):
    title = json.loads(notebook(Made.of(iris, name=text).program(), "en"))["cells"][0]["source"]
    shown = title.split("\n\n")[0]
    assert "<" not in shown
    assert "\n" not in shown
    assert "](" not in shown
    assert "**" not in shown


# --- curves, weights, archive


def test_the_curves_come_back_from_their_file(iris):
    text = curves_csv(iris.record).decode("utf-8-sig")
    head, *rows = csv.reader(io.StringIO(text))
    columns = {**iris.record.history, **iris.record.extras}
    assert head == ["epoch", *columns]
    for place, name in enumerate(columns, start=1):
        assert [float(row[place]) for row in rows] == columns[name]
    assert [row[0] for row in rows] == ["1", "2", "3"]


@pytest.mark.parametrize("name", [*HOSTILE[:5], "+1", "-x", "@SUM(A1)", "\t=1", "＝1"])
def test_a_name_of_a_curve_is_no_formula(iris, name):
    record = replace(iris.record, history={name: [1.0, -2.0, float("nan")]}, extras={})
    head, *rows = csv.reader(io.StringIO(curves_csv(record).decode("utf-8-sig")))
    assert head == ["epoch", neutral(name)]
    assert head[1][0] not in "=+-@\t\r\n＝"
    assert rows == [["1", "1.0"], ["2", "-2.0"], ["3", "nan"]]


def test_weights_are_read_without_pickle(iris):
    with np.load(
        io.BytesIO(weights_file(iris.experiment, iris.record.weights, iris.dataset)), allow_pickle=False
    ) as file:
        assert file.files == ["00_Dense_kernel", "01_Dense_bias", "02_Dense_kernel", "03_Dense_bias"]
        for name, weight in zip(file.files, iris.record.weights, strict=True):
            np.testing.assert_array_equal(file[name], weight)


def test_the_archive_holds_all_that_keras_needs_and_opens_again(iris):
    archive = keras_package(iris.program(), iris.record, "en")
    assert set(members(archive)) == {
        "keras_program.py",
        "notebook.ipynb",
        "data.npz",
        "start_weights.npz",
        "curves.csv",
        "experiment.json",
    }
    assert archive == keras_package(iris.program(), iris.record, "en")
    assert experiment_of(archive) == iris.record.experiment_with_changes()
    assert experiment_of(members(archive)["experiment.json"]) == iris.record.experiment_with_changes()


def zipped(**files):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 broken",
        zipped(other="{}"),
        zipped(**{"experiment.json": b"{}"}),
        zipped(**{"experiment.json": b" " * 3_000_000}),
        zipped(**{"experiment.json": b"\xff"}),
        npz({"a": np.zeros(3)}),
        b"<!DOCTYPE html><html><code id=other>{}</code>",
        b"<!doctype html>\xff<code id=experiment>{",
    ],
)
def test_what_holds_no_experiment_is_refused(content):
    with pytest.raises((ExperimentError, NetcoreError)):
        experiment_of(content)


# --- the report


class Seen(HTMLParser):
    """Tags, attributes and words of a page."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.words = set(), [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.words.append(data)


ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "main", "section", "h1", "h2", "h3", "p", "ul", "li", "div",
    "table", "caption", "tr", "th", "td", "bdi", "span", "pre", "code", "details", "summary",
    "svg", "rect", "line", "text", "polyline", "polygon", "circle", "defs", "pattern", "path", "g",
}  # fmt: skip


def page_of(run, language="en"):
    return report(run.record, run.dataset, evaluate_run(run.record, run.dataset), run.record.verdict, language).decode()


def checked(page):
    seen = Seen(page)
    assert seen.tags <= ALLOWED
    names = {name for name, _ in seen.attributes}
    assert not {name for name in names if name.startswith("on")}
    assert not names & {"src", "href", "style", "srcdoc", "xlink:href"}, "nothing is fetched"
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in seen.attributes
    return "".join(seen.words)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("which", ["iris", "graph"])
def test_the_report_says_what_came_out(which, language, request):
    run = request.getfixturevalue(which)
    words = checked(page_of(run, language))
    history = run.record.history
    assert f"{history['val_loss'][-1]:.3g}" in words
    assert run.experiment.name in words
    assert "keras.Input" in words
    assert run.experiment.to_json(indent=2) in words
    assert experiment_of(page_of(run, language).encode()) == run.experiment


def test_the_report_knows_one_best_epoch_which_is_the_verdicts(iris):
    verdict = replace(iris.record.verdict, evidence=replace(iris.record.verdict.evidence, best_epoch=1))
    words = checked(report(iris.record, iris.dataset, {}, verdict, "en").decode())
    assert iris.record.best_epoch != 1
    assert set(re.findall(r"lowest validation: epoch (\d+)", words)) == {"1"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_names_each_turn_of_a_knob(iris, language):
    turns = [("l2", 0.02, "0"), ("l2", 0.02, "1"), ("momentum", 0.5, ""), ("learning_rate", 0.25, "")]
    changes = [Change(epoch=4, batch=2, name=name, value=value, layer=layer) for name, value, layer in turns]
    record = replace(iris.record, changes=tuple(changes))
    words = checked(report(record, iris.dataset, {}, record.verdict, language).decode())
    assert say("export.turned", language) in words
    l2 = say("change.of_layers", language, name=say("change.l2", language), layers="1, 2")
    for name, value in ((l2, "0.02"), (say("change.momentum", language), "0.5")):
        assert say("train_page.change_batch", language, epoch=5, batch=2, name=name, value=value) in words
    assert say("export.turned", language) not in checked(page_of(iris, language))


def test_each_loss_of_the_end_stands_in_the_report_once(iris):
    evaluations = evaluate_run(iris.record, iris.dataset)
    words = checked(page_of(iris))
    last = f"{evaluations[''].scores['validation'].loss:.3g}"
    assert say("export.last", "en") not in words  # the scores tell it
    assert say("export.last", "en") in checked(
        report(iris.record, iris.dataset, {}, iris.record.verdict, "en").decode()
    )
    assert last in words


@pytest.mark.parametrize(
    ("zone", "shown"), [(UTC, "1970-01-02 00:00 (UTC+00:00)"), (KOREA, "1970-01-02 09:00 (UTC+09:00)")]
)
def test_the_report_tells_the_time_of_a_zone_and_which(iris, zone, shown):
    record = replace(iris.record, created=86_400.0)
    assert shown in checked(report(record, iris.dataset, {}, record.verdict, "en", zone).decode())


@pytest.mark.parametrize("text", HOSTILE)
def test_the_report_shows_a_persons_text_as_text(iris, text):
    dataset = replace(iris.dataset, target_name=text, target_unit=text, classes=(text, "b", text))
    hostile = Made.of(iris, dataset=dataset, name=text)
    words = checked(page_of(hostile))
    assert visible(text).replace("\ud800", "") in words
    assert "\u202e" not in words


def test_a_run_that_diverged_has_a_report_too():
    sgd = {"type": "SGD", "params": {"learning_rate": 1e12}}
    run = Made(start("tmax").with_compile(optimizer=sgd).with_fit(epochs=4))
    assert run.record.state == "diverged"
    words = checked(report(run.record, run.dataset, {}, run.record.verdict, "ko").decode())
    assert "nan" in words


# --- all files of a run


def test_every_file_is_made_when_it_is_asked_for_and_one_that_cannot_be_says_why():
    run, asked = made(start("iris").with_fit(epochs=2)), []

    def gone():
        asked.append("checkpoints")
        raise ExperimentError("experiment.not_json")

    kept = Kept(gone, lambda: asked.append("export") or b"file")
    found = {one.name: one for one in parcels_of(run.record, run.dataset, {}, run.record.verdict, kept, "en")}
    assert not asked
    assert {"report", "keras", "notebook", "curves", "weights", "run", "experiment"} <= set(found)
    assert ("best_weights" in found) == (run.record.best_epoch != run.record.last_good_epoch)
    assert found["run"].make() == b"file"
    assert found["keras"].make().decode() == say("experiment.not_json", "en")
    assert asked == ["export", "checkpoints"]


def test_the_weights_of_the_best_epoch_are_a_file_of_their_own_where_it_is_not_the_last():
    run = made(start("iris").with_fit(epochs=2))
    kept = Kept(dict, bytes)
    for best, there in ((1, True), (2, False)):
        record = replace(run.record, best_epoch=best)
        names = [one.name for one in parcels_of(record, run.dataset, {}, record.verdict, kept, "ko")]
        assert ("best_weights" in names) == there
