"""What every place tells of a run: headline, at most three sentences, details, and the picture they belong to."""

import json
import re
from dataclasses import replace

import pytest

from lab.charts.verdict import verdict_chart
from lab.texts import LANGUAGES, say
from lab.verdict.context import RunContext
from lab.verdict.picture import picture_of, say_picture
from lab.verdict.story import LOUDEST_FIRST, story
from lab.verdict.verdict import RULES
from lab.verdict.words import say_title
from tests.lab.verdict.test_sentences import drawn
from tests.lab.verdict.test_verdict import CURVES, SHARES_ONLY, fall, judged

CONTEXT = RunContext(train_rows=200, validation_rows=100, baseline_loss=SHARES_ONLY, baseline_kind="majority")
GOOD, _, _, OVERFIT, _ = CURVES
FULL_STOP = re.compile(r"\.(?=\s|$)")


def of(curves, **changes):
    history = {"loss": curves[0], "val_loss": curves[1]}
    verdict = replace(CONTEXT, **changes).judge(history, "finished")
    return verdict, picture_of(verdict, CONTEXT, history)


def random_verdicts():
    for seed in range(300):
        loss, val_loss, known, rows = drawn(seed)
        yield judged(loss, val_loss, rows=rows, **known)


@pytest.mark.parametrize("language", LANGUAGES)
def test_three_full_stops_at_most_stand_under_the_headline_and_no_sentence_comes_twice(language):
    for verdict in random_verdicts():
        told = story(verdict, {}, language)
        assert 1 <= len(FULL_STOP.findall(" ".join(told.sentences))) == len(told.sentences) <= 3
        all_of_it = [*told.sentences, *told.details]
        assert len(set(all_of_it)) == len(all_of_it)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_headline_is_the_word_of_the_shelf_and_no_sentence_says_it_again(language):
    for verdict in random_verdicts():
        told = story(verdict, {}, language)
        assert told.headline == say(f"verdict.{verdict.kind}", language)
        word = re.sub(r" \(.*", "", told.headline)
        assert not told.sentences[0].startswith(word)


def test_every_word_has_its_loudness():
    assert {rule.kind for rule in RULES} | {"diverged", "not_finished"} == set(LOUDEST_FIRST)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_whole_that_is_well_does_not_hide_an_output_that_is_not(language):
    good, overfit = judged(*GOOD), judged(*OVERFIT)
    told = story(good, {"rain": good, "temperature": overfit}, language)
    assert told.kind == "overfit"
    assert say_title(good, language) in told.headline
    assert f"temperature: {say_title(overfit, language)}" in told.headline
    assert "rain:" not in told.headline
    assert len([line for line in told.details if line.startswith(("rain", "temperature"))]) == 2


def test_outputs_that_fare_alike_need_no_word_of_their_own_in_the_headline():
    overfit = judged(*OVERFIT)
    assert story(overfit, {"a": overfit, "b": overfit}, "en").headline == story(overfit, {}, "en").headline
    assert story(judged(*GOOD), {"only": overfit}, "en") == story(judged(*GOOD), {}, "en")


# --- the picture


def test_best_epoch_rise_and_gap_are_where_the_curves_have_them():
    verdict, picture = of(OVERFIT)
    loss, val_loss = OVERFIT
    assert picture.best_epoch == verdict.evidence.best_epoch == val_loss.index(min(val_loss)) + 1
    assert picture.rise.epochs == tuple(range(picture.best_epoch, 101))
    assert set(picture.rise.low) == {min(val_loss)}
    assert picture.rise.high[-1] == val_loss[-1]
    assert (picture.gap.low[-1], picture.gap.high[-1]) == (loss[-1], val_loss[-1])
    assert picture.gap.epochs[-1] == 100


def test_at_its_lowest_epoch_nothing_has_risen_since():
    falling = fall(0.7, 0.10, 0.1, 100)
    verdict, picture = of((falling, falling))
    assert verdict.evidence.best_epoch == 100
    assert picture.rise is None
    assert "fewer_epochs" not in verdict.advice
    words = say("verdict.picture.rise_alt", "en")
    assert words not in say_picture(picture, "en")
    assert words in say_picture(of(OVERFIT)[1], "en")


def test_what_is_shaded_has_a_pattern_and_a_name():
    chart = verdict_chart(of(OVERFIT)[1], "loss", language="en")
    shaded = {trace.name: trace.fillpattern.shape for trace in chart.data if trace.fill == "tonexty"}
    assert shaded == {say("verdict.picture.rise", "en"): "/", say("verdict.picture.gap", "en"): "."}
    dashes = {trace.name: trace.line.dash for trace in chart.data if trace.line.dash}
    best = say("charts.best_epoch", "en", epoch=of(OVERFIT)[1].best_epoch)
    assert dashes == {say("part.train", "en"): "solid", say("part.validation", "en"): "dash", best: "dot"}


def test_a_diverged_run_without_evidence_is_still_drawn():
    loss = [0.7, 3.0, float("inf"), float("nan")]
    history = {"loss": loss, "val_loss": loss}
    verdict = CONTEXT.judge(history, "diverged")
    picture = picture_of(verdict, CONTEXT, history)
    assert (picture.best_epoch, picture.rise, picture.gap) == (None, None, None)
    assert len(verdict_chart(picture, "loss", language="ko").data) == 2


def test_the_curves_are_those_that_were_judged():
    history = {"loss": [9.0] * 20, "val_loss": fall(0.7, 0.12, 0.1, 20)}
    evaluated = fall(0.7, 0.10, 0.1, 20)
    verdict = CONTEXT.judge(history, "finished", {"evaluated_loss": evaluated})
    assert picture_of(verdict, CONTEXT, history, {"evaluated_loss": evaluated}).training == tuple(evaluated)


def test_the_word_on_the_shelf_is_that_of_the_story_where_one_output_fares_worse():
    alone = replace(CONTEXT, outputs={})
    context = replace(CONTEXT, outputs={"good": alone, "bad": alone})
    pairs = {"": GOOD, "good_": GOOD, "bad_": OVERFIT}
    history = {f"{part}{name}loss": list(curves[part != ""]) for name, curves in pairs.items() for part in ("", "val_")}
    whole, each = context.judge(history, "finished"), context.judge_outputs(history, "finished")
    assert (whole.kind, each["bad"].kind) == ("good_fit", "overfit")
    told = story(whole, each, "en")
    assert context.word(history, "finished") == told.kind == "overfit"
    assert told.foremost == each["bad"]  # what to try next is for the output that needs it
    assert story(whole, {"good": whole, "too": whole}, "en").foremost == whole
    assert CONTEXT.word(history, "finished") == "good_fit"


def test_a_context_with_outputs_comes_back_from_json_and_one_from_before_has_none():
    context = replace(CONTEXT, outputs={"rain": replace(CONTEXT, train_rows=7)})
    assert RunContext.from_dict(json.loads(json.dumps(context.as_dict()))) == context
    assert "outputs" not in CONTEXT.as_dict()
    with pytest.raises((ValueError, TypeError)):
        RunContext.from_dict({**CONTEXT.as_dict(), "outputs": ["rain"]})


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_has_risen_since_a_lowest_loss_at_the_last_epoch(language):
    seen = 0
    for verdict in random_verdicts():
        if verdict.evidence is not None and verdict.evidence.best_epoch == verdict.evidence.epochs:
            seen += 1
            for key in ("lowest", "rise", "rise_rough"):
                told = say(f"verdict.evidence.{key}", language, **vars(verdict.evidence))
                assert told not in story(verdict, {}, language).details
    assert seen
