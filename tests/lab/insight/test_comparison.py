"""The verdict on a comparison names what was tried, holds the difference against chance, and says what to try next."""

from lab.insight.comparison import Judged, compare, say_against, say_next, say_tried
from lab.starts import start
from lab.texts import LANGUAGES
from tests.lab.runs.runs import iris, with_rate
from tests.lab.verdict.test_verdict import judged

BASE = iris(20)
DENSE = BASE.model.layers[0]
WIDER = BASE.with_layer(DENSE.replace(params={**DENSE.params, "units": 64}))


def run(name, experiment, *, end=0.2, rise=0.0, loss=None, rows=400, state="finished", baseline=1.0):
    """A run whose validation loss falls to `end - rise` and rises to `end`."""
    turn = end - rise
    val_loss = [turn + (1 - turn) * 0.7**epoch for epoch in range(30)] + [turn + rise * step / 30 for step in range(31)]
    train = [value if loss is None else max(loss, 0.9 * value) for value in val_loss[:31]]
    train += [train[-1]] * (len(val_loss) - len(train))
    verdict = judged(
        train,
        val_loss,
        train_rows=rows,
        validation_rows=rows,
        baseline_loss=baseline,
        baseline_kind="majority",
        state=state,
    )
    return Judged(name, experiment, verdict)


def sentences_of(found, language="en", plain=str):
    against = [say_against(found, one, language, plain) for one in found.against]
    return [*say_tried(found, language, plain), *against, *say_next(found, language, plain)]


def test_what_was_tried_is_named_and_a_clear_gain_is_one():
    found = compare([run("first", BASE, end=0.5), run("second", WIDER, end=0.2)])
    assert [one.knob.path for one in found.tried] == ["model.layers.1.units"]
    (one,) = found.against
    assert one.outcome == "better"
    assert abs(one.end + 0.3) < 0.01
    assert found.leader.name == "second"
    sentences = sentences_of(found)
    assert "16 → 64" in sentences[0]
    assert "second: the validation loss at the end is 0.3 lower than that of first" in sentences[1]


def test_a_difference_within_chance_is_called_so_and_asks_for_more_seeds():
    found = compare([run("a", BASE, end=0.50), run("b", WIDER, end=0.49)])
    assert found.against[0].outcome == "alike"
    assert found.next[0] == "over_seeds"
    unlucky = compare([run("a", BASE, end=0.50), run("b", WIDER, end=0.40)], luck=0.2)
    assert unlucky.against[0].outcome == "alike"


def test_other_rows_are_less_certain_than_the_same_rows():
    first = run("a", BASE, end=0.50)
    same = compare([first, run("b", WIDER, end=0.44)]).against[0]
    other = compare([first, run("b", BASE.replace(seed=9), end=0.44)]).against[0]
    assert other.uncertainty > same.uncertainty


def test_other_data_are_compared_as_shares_of_their_own_forecast_without_a_network():
    unscaled = BASE.with_data(scaling="none")
    (one,) = compare([run("a", BASE, end=0.5), run("b", unscaled, end=0.8, baseline=4.0)]).against
    assert (one.outcome, one.shares, round(one.end, 3)) == ("better", True, -0.3)


def test_the_next_step_is_the_advice_of_the_best_run_that_was_not_tried_yet():
    bad = run("base", BASE, end=0.6, rise=0.4, loss=0.01)
    assert bad.verdict.kind == "overfit"
    stopping = BASE.with_fit(early_stopping={"patience": 3})
    found = compare([bad, run("stopped", stopping, end=0.45, rise=0.2, loss=0.01)])
    assert found.leader.verdict.kind == "overfit"
    assert sentences_of(found)[0] == "What was tried: early stopping (early_stopping) off → on."
    assert found.next == ("further", "smaller_net")
    dropped = BASE.with_added_layer("Dropout", {"rate": 0.5})
    worse = compare([bad, run("dropped", dropped, end=0.9, rise=0.4, loss=0.01)])
    assert worse.leader.name == "base"
    assert worse.next == ("stop_at_best", "smaller_net")


def test_several_changes_at_once_or_other_rows_beside_a_change_are_no_experiment():
    both = with_rate(WIDER, 0.1)
    assert compare([run("a", BASE), run("b", both)]).next == ("one_at_a_time",)
    assert compare([run("a", BASE), run("b", WIDER.replace(seed=5))]).next == ("same_rows_and_seed",)
    assert compare([run("a", BASE), run("b", BASE)]).next == ("other_seed",)


def test_what_cannot_be_compared_by_number_is_not():
    huber = BASE.with_compile(loss={"type": "CategoricalFocalCrossentropy", "params": {}})
    assert compare([run("a", BASE), run("b", huber)]).against[0].outcome == "other_loss"
    broken = compare([run("a", BASE), run("b", WIDER, state="diverged")])
    assert broken.against[0].outcome == "no_numbers"
    assert broken.leader.name == "a"


def test_a_larger_network_that_learns_more_shows_that_the_small_one_was_an_underfit():
    def of_size(name, experiment, parameters, end):
        curve = [end + (1 - end) * 0.7**epoch for epoch in range(60)]
        rows = {"train_rows": 400, "validation_rows": 400, "baseline_loss": 1.0, "baseline_kind": "majority"}
        return Judged(name, experiment, judged(curve, curve, parameters=parameters, inputs=4, **rows))

    small, large = of_size("small", BASE, 7, 0.8), of_size("large", WIDER, 500, 0.3)
    assert small.verdict.rule == "room"
    said = sentences_of(compare([small, large]))[1]
    assert "Verdict: Underfit → Good fit." in said
    assert said.endswith("so small was an underfit.")
    assert "underfit." not in sentences_of(compare([small, of_size("other", WIDER, 500, 0.79)]))[1]


def test_every_comparison_is_said_in_both_languages_with_names_made_safe():
    graph = start("two_in_two_out")
    pairs = [
        (run("*a*", BASE), run("*b*", WIDER, end=0.9)),
        (run("*a*", BASE), run("*b*", BASE.replace(seed=3), end=0.2)),
        (run("*a*", BASE), run("*b*", BASE.with_data(scaling="none"), state="diverged")),
        (run("*a*", graph), run("*b*", graph.with_compile(combine_losses="mean"))),
        (run("*a*", BASE), run("*b*", WIDER, end=0.6, rise=0.4, loss=0.01), run("*c*", BASE.with_fit(epochs=9))),
    ]
    for language in LANGUAGES:
        for runs in pairs:
            said = " ".join(sentences_of(compare(runs), language, lambda text: text.replace("*", "")))
            assert "*" not in said
            assert "{" not in said
