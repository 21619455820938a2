"""Checks of what is to be predicted: classes that are rare or sorted, columns that give the answer away."""

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from lab.data.doctor.column_checks import leave_out
from lab.data.doctor.finding import FIRST, Finding, Severity
from lab.data.doctor.number_checks import SIZES, far_out, is_lopsided, rows_beyond
from lab.data.doctor.probe import Probe, probe_columns
from lab.data.doctor.remedies import STRATIFIED, Remedy, ScaleTarget
from lab.data.doctor.training import AbsoluteLoss, WeighClasses
from lab.data.doctor.view import View
from lab.data.table import Column

ONE_SIDED = 0.8  # share of the commonest class from which accuracy says little
RARE = 10.0  # times rarer than the commonest class
FEW_PER_CLASS = 10  # training rows
SORTED_ROWS = 20

SURE = 0.995  # share of the errors (or of the variance) that one column alone avoids: it knows the answer
SUSPECT = 0.85  # share of the errors of a blind guess, where no other column comes near
APART = 0.6
LATER = re.compile(
    r"다음\s?날|다음\s?해|내일|익일|명일|이튿날|미래|예측|정답|tomorrow|next|future|predict|forecast|answer",
    re.IGNORECASE,
)
BEHIND_NAME = re.compile(r"[\s_]*[(\[].*$|_(mm|cm|m|km|g|kg|c|degc|hpa|pa|pct|percent)$", re.IGNORECASE)
SHORTEST_NAME = 2


def target_findings(view: View) -> Iterator[Finding]:
    """Each target on its own, if there are several."""
    for one in view.for_each_target():
        yield from _of_one_target(one)


def _of_one_target(view: View) -> Iterator[Finding]:
    if view.data is None or view.target is None:
        return
    if view.data.task == "regression" and view.target.minimum is not None:
        yield from far_and_large(view, view.target)
    if view.data.task in ("binary", "multiclass"):
        yield from class_shares(view, view.target)
        yield from sorted_by_class(view, view.target)
    if view.data.task != "sequence_labels" and view.data.windows is None:
        yield from leaks(view, view.target)


# --- numbers


def far_and_large(view: View, target: Column) -> Iterator[Finding]:
    """What squared errors make of a few huge targets, and of a target that is far from 0 and 1."""
    values = view.values(target.name)
    if view.data is None or not len(values):
        return
    if is_lopsided(values):
        yield Finding("target_skew", "info", (target.name,), sampled=view.sampled)
    elif count := far_out(values):
        rows = rows_beyond(view, target.name)
        absolute = (AbsoluteLoss("absolute_loss", (target.name,)),)
        yield Finding(
            "target_outliers", "warning", (target.name,), count, rows, sampled=view.sampled, training=absolute
        )
    size = max(abs(float(values.mean())), float(values.std()))
    if size > SIZES:
        remedy = ScaleTarget("standardise_target", (target.name,))
        severity: Severity = "info" if remedy.is_applied(view.data) else "warning"
        found = {"size": f"{size:,.0f}"}
        yield Finding("target_unscaled", severity, (target.name,), 0, (), found, (remedy,), view.sampled)


# --- classes


def class_shares(view: View, target: Column) -> Iterator[Finding]:
    """One class that nearly all rows belong to, and classes with hardly a row."""
    counts = class_counts(view, target)
    if len(counts) < 2:
        return
    names, sizes = list(counts), np.array(list(counts.values()))
    common, rare = int(sizes.argmax()), int(sizes.argmin())
    share = float(sizes[common] / max(1, sizes.sum()))
    remedies = stratified(view)
    if share >= ONE_SIDED or sizes[common] >= RARE * max(1, sizes[rare]):
        values = {"common": names[common], "percent": f"{100 * share:.1f}", "rare": names[rare]}
        rare_rows = int(sizes[rare])
        weighed = (WeighClasses("weigh_classes", (target.name,)),)
        yield Finding(
            "imbalance", "warning", (target.name,), rare_rows, values=values, remedies=remedies, training=weighed
        )
    few = [name for name, size in counts.items() if size < FEW_PER_CLASS]
    if few:
        examples = ", ".join(f"{name} {counts[name]}" for name in few[:FIRST]) + (", …" if len(few) > FIRST else "")
        severity: Severity = "serious" if min(sizes) == 0 else "warning"
        values = {"classes": examples}
        yield Finding("few_per_class", severity, (target.name,), len(few), values=values, remedies=remedies)


def class_counts(view: View, target: Column) -> dict[str, int]:
    """Training rows of each class."""
    if view.dataset is not None and view.dataset.target_name == target.name:
        counts = np.bincount(view.dataset.train.target, minlength=len(view.dataset.classes))
        return dict(zip(view.dataset.classes, counts.tolist(), strict=True))
    return {str(name): int(count) for name, count in view.table.frame[target.name].value_counts().items()}


def stratified(view: View) -> tuple[Remedy, ...]:
    """Only where rows are drawn: what is split by time or by group stays so."""
    return (STRATIFIED,) if view.data is not None and view.data.split.draws_rows else ()


def sorted_by_class(view: View, target: Column) -> Iterator[Finding]:
    """All rows of a class behind one another: parts cut in this order miss whole classes."""
    codes = pd.factorize(view.table.frame[target.name].dropna())[0]
    if view.data is None or len(codes) < SORTED_ROWS or np.count_nonzero(np.diff(codes)) != codes.max():
        return
    split = view.data.split
    cut_in_order = split.order == "time" and split.time_column is None
    remedies = (STRATIFIED,) if cut_in_order or split.draws_rows else ()
    yield Finding("sorted_by_class", "serious" if cut_in_order else "info", (target.name,), remedies=remedies)


# --- leaks


def leaks(view: View, target: Column) -> Iterator[Finding]:
    """Columns that know the answer, by what they hold or by what they are called."""
    probes = probe_columns(view, target)
    known = knowing(probes, regression=view.data is not None and view.data.task == "regression")
    if known:
        skill = max(probe.skill for probe in probes if probe.column in known)
        values = {"percent": f"{100 * skill:.0f}"}
        severity: Severity = "serious" if view.inputs & set(known) else "info"
        yield Finding("leak", severity, known, len(known), (), values, leave_out(view, known), view.sampled)
    named = tuple(c.name for c in view.candidates if c.name not in known and told_by_name(c.name, target.name, view))
    if named:
        asked: Severity = "warning" if view.inputs & set(named) else "info"
        yield Finding("leak_name", asked, named, len(named), remedies=leave_out(view, named))


def knowing(probes: list[Probe], *, regression: bool) -> tuple[str, ...]:
    """Columns that tell the target alone, where others hardly do.

    Two heaps of points that lie apart are told by each coordinate: if all columns know the answer, none gives it away.
    """
    suspect = SURE if regression else SUSPECT
    known = tuple(probe for probe in probes if probe.skill >= suspect)
    others = [probe.skill for probe in probes if probe.skill < suspect]
    if not known or not others:
        return ()
    return tuple(probe.column for probe in known if probe.skill >= SURE or max(others) < APART)


def told_by_name(name: str, target: str, view: View) -> bool:
    """`내일_기온` where today's weather is asked for, `weather_code` where the weather is."""
    if view.data is not None and name == view.data.persistence_column:
        return False
    if LATER.search(name) and not LATER.search(target):
        return True
    stem = BEHIND_NAME.sub("", target).strip().lower()
    return len(stem) >= SHORTEST_NAME and name.lower() != stem and name.lower().startswith(stem)
