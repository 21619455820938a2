"""One self-contained page about a run: verdict, curves, scores, settings. It fetches nothing and runs no script.

Built as a tree of elements (`lab.charts.markup`), so that a person's text can never become markup.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from xml.etree.ElementTree import Element

from lab.charts.markup import SAVED, element
from lab.charts.network import network_svg
from lab.charts.network_words import key_of
from lab.data.prepare import Dataset
from lab.data.prepare.dataset import PART_NAMES
from lab.data.samples import card
from lab.export.document import document, own
from lab.export.keras_source import keras_source
from lab.export.pictures import curves_picture, scatter_picture, verdict_drawing
from lab.insight.evaluate import Evaluation, trained_model
from lab.insight.learned_network import learned_network
from lab.insight.turned_knobs import say_turns
from lab.model.layer_table import layer_rows
from lab.model.outputs import history_keys, split_key
from lab.runs.kept.record import RunRecord
from lab.spec.experiment import Experiment, GraphSpec
from lab.texts import Language, say
from lab.texts.letters import visible
from lab.texts.parts import name_of
from lab.verdict.judging import judge_outputs
from lab.verdict.picture import picture_of, say_picture
from lab.verdict.story import story
from lab.verdict.verdict import Verdict
from lab.verdict.words import say_advice, say_baseline

STYLE = """
body { font: 17px/1.55 system-ui, sans-serif; color: #222; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin-bottom: .2rem; } h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; }
svg { width: 100%; max-width: 40rem; height: auto; display: block; }
table { border-collapse: collapse; margin: .5rem 0; } caption { text-align: left; font-weight: 600; }
th, td { border: 1px solid #bbb; padding: .25rem .6rem; text-align: right; overflow-wrap: break-word; }
th:first-child, .words td { text-align: left; } bdi { overflow-wrap: anywhere; }
pre { background: #f4f4f4; padding: .8rem; white-space: pre-wrap; overflow-wrap: anywhere; font-size: .85rem; }
.verdict { border-left: .4rem solid #0072B2; padding: .4rem .9rem; background: #f2f7fb; font-weight: 600; }
.quiet { color: #555; } .wide { overflow-x: auto; }
@media print { body { margin: 0; max-width: none; } section, svg, table { break-inside: avoid; } }
"""
MOST_COLUMNS = 60  # names listed
MOST_CLASSES = 20  # of a confusion matrix


def report(
    record: RunRecord,
    dataset: Dataset,
    evaluations: Mapping[str, Evaluation],
    verdict: Verdict,
    language: Language,
    zone: tzinfo | None = None,
) -> bytes:
    """The page.

    Args:
        evaluations: of each output by its name ("" of a network with one), of the parts that are open.
        verdict: on the run's curves.
        zone: of the clock that tells when the run began; that of this computer if None.
    """
    experiment = record.experiment_with_changes()
    title = visible(record.name) or say("export.report", language)
    body = element(
        "main",
        element("h1", own(title)),
        element("p", _about(record, language, zone), class_="quiet"),
        _verdict(record, experiment, dataset, verdict, language),
        _curves(record, experiment, verdict, evaluations, language),
        *_turns(record, language),
        *(_outcome(name, one, language) for name, one in evaluations.items()),
        _data(experiment, dataset, language),
        _network(record, experiment, dataset, language),
    )
    return document(title, body, STYLE, language)


def _section(title: str, *children: Element | str) -> Element:
    return element("section", element("h2", title), *children)


def _list(sentences: Iterable[str]) -> Element:
    return element("ul", *(element("li", sentence) for sentence in sentences))


def _table(rows: Sequence[Sequence[Element | str]], caption: str = "", kind: str = "numbers") -> Element:
    """The first row and the first column are headings; `kind` "words" for one without numbers."""
    head, *body = rows
    lines = [element("tr", *(element("th", cell, scope="col") for cell in head))]
    for first, *cells in body:
        lines.append(element("tr", element("th", first, scope="row"), *(element("td", cell) for cell in cells)))
    table = element("table", *([element("caption", caption)] if caption else []), *lines)
    return element("div", table, class_=f"wide {kind}")


# --- what came out


def _turns(record: RunRecord, language: Language) -> list[Element]:
    """Which knobs were turned during the run, each turn by itself."""
    if not record.changes:
        return []
    return [_section(say("export.turned", language), _list(say_turns(record.changes, language)))]


def _about(record: RunRecord, language: Language, zone: tzinfo | None) -> str:
    begun = datetime.fromtimestamp(record.created).astimezone(zone)
    offset = f"{begun:%z}"  # +0900
    values = {"number": record.number, "epoch": f"{record.epochs_done:,}", "seconds": f"{record.compute_s:.1f}"}
    state = say(f"run_state.{record.state}", language)
    return say(
        "export.report_about",
        language,
        date=f"{begun:%Y-%m-%d %H:%M}",
        zone=f"UTC{offset[:3]}:{offset[3:5]}",
        state=state,
        **values,
    )


def _verdict(
    record: RunRecord, experiment: Experiment, dataset: Dataset, verdict: Verdict, language: Language
) -> Element:
    """Headline, picture, sentences, what to try; the rest folded up."""
    told = story(verdict, judge_outputs(experiment, dataset, record.history, record.state), language)
    parts = [element("p", told.headline, class_="verdict"), *(element("p", one) for one in told.sentences)]
    if record.history.get("loss"):
        picture = picture_of(verdict, record.context, record.history, record.extras)
        titles = say("charts.epoch", language), _quantity("loss", experiment, language)
        parts.append(verdict_drawing(picture, titles, say_picture(picture, language), language))
    advice = say_advice(told.foremost, language)
    if advice:
        parts += [element("h3", say("verdict_box.advice", language)), _list(advice)]
    if told.details:
        title = element("summary", say("verdict_box.details", language))
        parts.append(element("details", title, _list(told.details)))
    return _section(say("evaluate_page.verdict", language), *parts)


def _curves(
    record: RunRecord,
    experiment: Experiment,
    verdict: Verdict,
    evaluations: Mapping[str, Evaluation],
    language: Language,
) -> Element:
    """A picture for each quantity, and its numbers at the best epoch; those of the end stand with the scores.

    The best epoch is the verdict's. Where the training loss was looked at after each epoch, that one is told: the mean
    over an epoch is of weights that were still changing.
    """
    names = [key for key in history_keys(experiment, validated=False) if record.history.get(key)]
    parts = {part: say(f"part.{part}", language) for part in ("train", "validation")}
    parts["evaluated"] = say("export.evaluated", language)
    children: list[Element] = []
    best = verdict.evidence.best_epoch if verdict.evidence is not None else max(record.best_epoch, 1)
    at_end = not evaluations
    head = [say("charts.best_epoch", language, epoch=best), *([say("export.last", language)] if at_end else [])]
    rows: list[list[Element | str]] = [["", *head]]
    for name in names:
        curves = {"train": record.history[name]}
        if f"val_{name}" in record.history:
            curves["validation"] = record.history[f"val_{name}"]
        if name == "loss" and "evaluated_loss" in record.extras:
            curves["evaluated"] = record.extras["evaluated_loss"]
        words = _quantity(name, experiment, language)
        line = record.context.baselines.get(name)
        baseline = None if line is None or not math.isfinite(line) else (say("charts.baseline", language), line)
        alternative = say("export.picture", language, quantity=words, epochs=record.epochs_done)
        children.append(curves_picture(curves, parts, (say("charts.epoch", language), words), alternative, baseline))
        told = {part: values for part, values in curves.items() if part != "train" or "evaluated" not in curves}
        for part, values in told.items():
            shown = [values[best - 1], *([values[-1]] if at_end else [])]
            rows.append([f"{words} · {parts[part]}", *map(_three, shown)])
    if names and (at_end or best < record.epochs_done):
        children.append(_table(rows))
    return _section(say("export.part.curves", language), *children)


def _three(value: float) -> str:
    """Three digits, and as many before the point as there are."""
    return f"{value:,.0f}" if 1000 <= abs(value) < math.inf else f"{value:.3g}"


def _quantity(key: str, experiment: Experiment, language: Language) -> str:
    output, name = split_key(key, experiment)
    words = say("evaluate_page.loss", language) if name == "loss" else name_of("metric", name, language)
    return words if output is None else f"{output} · {words}"


def _outcome(name: str, evaluation: Evaluation, language: Language) -> Element:
    """Scores beside a forecast without a network, and how predicted and actual go together."""
    title = say("evaluate_page.scores", language)
    children = [_scores(evaluation, language)]
    children.append(element("p", say_baseline(evaluation.baseline_kind, evaluation.metrics, language), class_="quiet"))
    part = list(evaluation.scores)[-1] if evaluation.scores else ""
    if part and evaluation.points:
        children += _predicted_actual(evaluation, part, language)
    elif part and evaluation.confusion:
        children += _confusion(evaluation, part, language)
    elif part and evaluation.decoded:
        children += _read(evaluation, part, language)
    return _section(f"{title} · {name}" if name else title, *children)


def _scores(evaluation: Evaluation, language: Language) -> Element:
    metrics = evaluation.metrics
    titles = [name_of("metric", name, language) for name in metrics]
    units = [f" ({evaluation.units[name]})" if evaluation.units.get(name) else "" for name in metrics]
    head = [
        say("evaluate_page.part", language),
        say("evaluate_page.rows", language),
        say("evaluate_page.loss", language),
    ]
    rows: list[list[Element | str]] = [[*head, *(title + unit for title, unit in zip(titles, units, strict=True))]]
    without = say("charts.baseline", language)
    for scores, suffix in ((evaluation.scores, ""), (evaluation.baseline, f" · {without}")):
        for part, score in scores.items():
            numbers = [_three(score.loss), *(_three(score.metrics[name]) for name in metrics)]
            rows.append([say(f"part.{part}", language) + suffix, f"{score.rows:,}", *numbers])
    return _table(rows)


def _predicted_actual(evaluation: Evaluation, part: str, language: Language) -> list[Element]:
    unit = f" ({evaluation.target_unit})" if evaluation.target_unit else ""
    target = evaluation.target_name + ("" if evaluation.target_unit in evaluation.target_name else unit)
    name = say(f"part.{part}", language)
    titles = (
        say("charts.actual_of", language, target=target),
        say("charts.predicted_of", language, target=target),
    )
    alternative = say("evaluate_page.predicted_actual", language, part=name)
    return [scatter_picture({part: evaluation.points[part]}, {part: name}, titles, alternative)]


def _confusion(evaluation: Evaluation, part: str, language: Language) -> list[Element]:
    if len(evaluation.classes) > MOST_CLASSES:
        return []
    names = [own(name) for name in evaluation.classes]
    corner = f"{say('charts.actual', language)} ↓ · {say('charts.predicted', language)} →"
    rows: list[list[Element | str]] = [[corner, *names]]
    for name, counts in zip(evaluation.classes, evaluation.confusion[part], strict=True):
        rows.append([own(name), *map(str, counts)])
    caption = say("evaluate_page.confusion", language, part=say(f"part.{part}", language))
    return [_table(rows, caption)]


def _read(evaluation: Evaluation, part: str, language: Language) -> list[Element]:
    head = [say(f"evaluate_page.worst_{name}", language) for name in ("row", "actual", "predicted")]
    rows: list[list[Element | str]] = [list(head)]
    rows += [[str(one.row), own(str(one.actual)), own(str(one.predicted))] for one in evaluation.decoded[part]]
    return [_table(rows, say("sequences.decoded", language, part=say(f"part.{part}", language)))]


# --- what it was made of


def _data(experiment: Experiment, dataset: Dataset, language: Language) -> Element:
    data = experiment.data
    source = data.source
    rows: list[list[Element | str]] = [[say("export.setting", language), say("export.value", language)]]
    if source.kind == "sample":
        rows.append([say("field.data.source", language), card(source.name).titles[language]])
    elif source.kind == "playground":
        rows.append([say("field.data.source", language), say(f"generated.{source.dataset}", language)])
        made = say("generated.made", language, points=source.points, noise=source.noise, seed=source.seed)
        rows.append([say("generated.how", language), made])
    else:
        rows.append([say("field.data.source", language), own(source.name)])
        rows.append([say("field.data.source.sha256", language), source.sha256])
    shown = [*data.inputs[:MOST_COLUMNS], *(["…"] if len(data.inputs) > MOST_COLUMNS else [])]
    rows += [
        [say("field.data.inputs", language), element("span", own(", ".join(shown)), f" ({len(data.inputs)})")],
        [say("field.data.target", language), own(", ".join(target.column for target in data.targets))],
        [say("field.data.task", language), ", ".join(say(f"task.{target.task}", language) for target in data.targets)],
        [say("field.data.split", language), say(f"order.{data.split.order}", language)],
    ]
    for part in PART_NAMES:
        count = len(dataset.part(part).rows)
        rows.append([f"{say(f'part.{part}', language)} · {say('evaluate_page.rows', language)}", f"{count:,}"])
    return _section(say("export.part.data", language), _table(rows, kind="words"))


def _network(record: RunRecord, experiment: Experiment, dataset: Dataset, language: Language) -> Element:
    network = learned_network(experiment, trained_model(experiment, record.weights, dataset), dataset)
    shapes = dataset.input_shapes if isinstance(experiment.model, GraphSpec) else dataset.input_shape
    program, saved = keras_source(experiment, shapes, language=language), experiment.to_json(indent=2)
    return _section(
        say("export.part.model", language),
        network_svg(network, language),
        element("p", key_of(network, language), class_="quiet"),
        _layers(experiment, dataset, language),
        element("h3", "Keras"),
        element("pre", element("code", program)),
        element(
            "details",
            element("summary", say("export.experiment", language)),
            element("pre", element("code", saved, id=SAVED)),
        ),
    )


def _layers(experiment: Experiment, dataset: Dataset, language: Language) -> Element:
    """Layer by layer its shape and parameters; of a functional model also what it reads, and its outputs."""
    graph = experiment.model if isinstance(experiment.model, GraphSpec) else None
    head = [say(f"layers_page.summary.{name}", language) for name in ("layer", "output", "parameters")]
    rows: list[list[Element | str]] = [[*head, *([say("field.model.nodes.reads", language)] if graph else [])]]
    for row in layer_rows(experiment, dataset):
        kind = name_of("layer", row.type, language)
        shape = "–" if row.output_shape is None else str(row.output_shape)
        parameters = "–" if row.parameters is None else f"{row.parameters:,}"
        if graph is None:
            rows.append([kind, shape, parameters])
        else:
            shared = f" = {row.shares}" if row.shares else ""
            rows.append([element("span", own(row.id), f" · {kind}{shared}"), shape, parameters, ", ".join(row.reads)])
    table = _table(rows)
    if graph is None:
        return table
    outputs = (f"{out.name} ({out.target}) ← {out.reads} · {out.loss.type} × {out.weight:g}" for out in graph.outputs)
    return element("div", table, _list(outputs))
