"""Marks on the live curve are what the verdict's own clauses say of the same numbers."""

import json
import math
import random

import numpy as np
import pytest

from lab.verdict import clauses
from lab.verdict.context import RunContext
from lab.verdict.evidence import RowCurves, weigh
from lab.verdict.live import LEAST_EPOCHS, live_rules
from pages.ui.component import SHARED

SCRIPT = """([text, columns, rules]) => new Function(`${text}; return marksOf;`)()(columns, rules)"""


def marked(blank, columns, rules):
    text = "\n".join((SHARED / f"{name}.js").read_text(encoding="utf-8") for name in ("words", "marks"))
    return blank.evaluate(SCRIPT, json.loads(json.dumps([text, columns, rules])))


def curves(seed):
    """A training loss that falls, and a validation loss that falls, may rise again and trembles."""
    rng = np.random.default_rng(seed)
    epochs = int(rng.integers(LEAST_EPOCHS, 400))
    t = np.linspace(0, 1, epochs)
    train = 0.9 * np.exp(-rng.uniform(1, 6) * t) + 0.05
    val = train + rng.uniform(0, 0.3) * t + rng.choice([0, 0.6]) * np.maximum(t - rng.uniform(0.2, 0.9), 0)
    noise = rng.uniform(0, 0.03)
    val = np.abs(val + noise * rng.normal(size=epochs))
    rows = RowCurves(*(rng.uniform(0.01, high, epochs).tolist() for high in (0.6, 0.02, 0.6)))
    return train.tolist(), val.tolist(), rows if rng.random() < 0.7 else None


@pytest.mark.parametrize("seed", range(30))
def test_best_epoch_rise_and_gap_are_those_of_the_clauses(blank, seed):
    loss, val_loss, rows = curves(seed)
    draw = random.Random(seed)  # of test data
    context = RunContext(
        200, draw.choice([25, 60, 400]), draw.choice([None, 0.7, 1.1]), high_rate=draw.choice([None, 2])
    )
    told = weigh(loss, val_loss, context.train_rows, context.validation_rows, context.baseline_loss, None, rows)
    told = type(told)(**{**vars(told), "high_rate": context.high_rate})
    columns = {"e": list(range(1, len(loss) + 1)), "loss": loss, "val_loss": val_loss}
    if rows is not None:
        names = ("+val_row_spread", "+val_rise_error", "+evaluated_row_spread")
        columns |= dict(zip(names, (rows.spread, rows.rise_error, rows.train_spread), strict=True))
    found = marked(blank, columns, live_rules(context))
    assert found["best"] == told.best_epoch
    assert found["rise"] == all(
        clause(told) for clause in (clauses.was_better_than_baseline, clauses.rose, clauses.rise_is_sure)
    )
    assert (found["gap"] is not None) == clauses.lies_apart(told)


def test_nothing_is_claimed_while_it_is_early_or_rows_are_few_or_numbers_are_none(blank):
    rules = live_rules(RunContext(100, 30, 1.0))
    columns = {"e": list(range(1, 10)), "loss": [0.5] * 9, "val_loss": [0.1, *[3.0] * 8]}
    assert marked(blank, columns, rules) is None
    assert live_rules(RunContext(100, 5, 1.0)) is None
    longer = {"e": list(range(1, 21)), "loss": [0.5] * 20, "val_loss": [0.1, *[3.0] * 19]}
    assert marked(blank, longer, rules)["best"] == 1
    assert marked(blank, longer | {"val_loss": [None, *[3.0] * 19]}, rules) is None


def test_a_weight_penalty_is_left_out_of_what_is_judged(blank):
    epochs = list(range(1, 31))
    falling = [1 / epoch for epoch in epochs]
    penalised = {"e": epochs, "loss": [2.0 + epoch for epoch in epochs], "val_loss": [2.0 + epoch for epoch in epochs]}
    judged = {"+data_loss": falling, "+val_data_loss": falling, "+evaluated_data_loss": falling}
    found = marked(blank, penalised | judged, live_rules(RunContext(100, 30, 1.0)))
    assert found["best"] == 30
    assert not found["rise"]
    assert math.isclose(found["lowest"], 1 / 30)
