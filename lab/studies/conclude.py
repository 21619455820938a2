"""What is concluded from a study, in sentences with numbers: each is computed from the result at hand.

A difference smaller than the luck band is always called so (`lab.studies.band`). A sentence is Words: a key of
`lab/texts/studies.toml` and what fills its blanks.
"""

import math
from typing import Any

from lab.studies.band import FEWEST
from lab.studies.result import Result, SettingResult, measure_name
from lab.studies.scores import distance
from lab.studies.words import Words

# --- sentences that several studies say


def leader(result: Result) -> list[Words]:
    """Which setting is best, and which worst."""
    if not result.ranked:
        return [Words("studies.say.all_lost")]
    best, worst = result.ranked[0], result.ranked[-1]
    values: dict[str, Any] = {
        "measure": result.measure_words,
        "best": best.setting.label,
        "best_value": result.amount(best.band(result.value).median),
    }
    if worst is best:
        return [Words("studies.say.only", values)]
    values |= {"worst": worst.setting.label, "worst_value": result.amount(worst.band(result.value).median)}
    return [Words("studies.say.leader_up" if result.up else "studies.say.leader", values)]


def lost(result: Result) -> list[Words]:
    """Settings that diverged, and how often."""
    told = [
        Words("studies.say.lost_one", {"setting": one.setting.label, "lost": one.lost, "seeds": len(one.runs)})
        for one in result.settings
        if one.lost
    ]
    return [Words("studies.say.lost", {"settings": told})] if told else []


def luck(result: Result) -> list[Words]:
    """Whether the best is told from the next one, or only by luck."""
    if len(result.ranked) < 2:
        return []
    return [told_apart(result, result.ranked[0], result.ranked[1])]


def few_seeds(result: Result) -> Words:
    return Words("studies.say.few_seeds", {"seeds": result.seeds, "needed": FEWEST})


def told_apart(result: Result, better: SettingResult, worse: SettingResult) -> Words:
    """Whether the difference of two settings is larger than luck."""
    found = result.compare(better, worse)
    if not found.known:
        return few_seeds(result)
    values: dict[str, Any] = {
        "better": better.setting.label,
        "worse": worse.setting.label,
        "wins": found.wins,
        "seeds": found.pairs,
    }
    values |= {"difference": result.amount(found.difference), "band": result.amount(found.band)}
    return Words("studies.say.clear" if found.clear else "studies.say.luck", values)


def ranking(result: Result) -> list[Words]:
    return [*leader(result), *luck(result), *lost(result)]


# --- one knob


def batch_size(result: Result) -> list[Words]:
    """Loss for equal epochs, and what a small and a large batch cost."""
    ends = {"small": result.settings[0], "large": result.settings[-1]}
    said = ranking(result)
    if ends["small"] is ends["large"]:
        return said
    costs = {f"{end}_{name}": one.band(name).median for end, one in ends.items() for name in BATCH_COSTS}
    values: dict[str, Any] = {**costs, **{end: one.setting.label for end, one in ends.items()}}
    values |= {f"{end}_updates": round(costs[f"{end}_updates"]) for end in ends}
    said.append(Words("studies.say.batch_costs", values))
    for name in ("noise", "memory_kib"):
        if all(math.isfinite(costs[f"{end}_{name}"]) for end in ends):
            said.append(Words(f"studies.say.batch_{name}", values))
    return said


BATCH_COSTS = ("updates", "seconds", "noise", "memory_kib")


def learning_rate(result: Result) -> list[Words]:
    """Too small, right, divergent."""
    said = ranking(result)
    if not result.ranked:
        return said
    smallest, best = result.settings[0], result.ranked[0]
    if smallest is not best and smallest in result.ranked and result.compare(best, smallest).clear:
        values = {
            "smallest": smallest.setting.label,
            "value": result.amount(smallest.band(result.value).median),
            "best_value": result.amount(best.band(result.value).median),
            "measure": result.measure_words,
        }
        said.append(Words("studies.say.too_slow", values))
    return said


def capacity(result: Result) -> list[Words]:
    """Underfitting at the small end, overfitting at the large end, and what fits between them."""
    if not result.ranked:
        return [Words("studies.say.all_lost")]
    train, small, large, best = f"train_{result.measure}", result.settings[0], result.settings[-1], result.ranked[0]
    values = {
        "measure": measure_name(result.measure),
        "small": small.setting.label,
        "large": large.setting.label,
        "train_small": result.amount(small.band(train).median),
        "train_large": result.amount(large.band(train).median),
        "val_small": result.amount(small.band(result.value).median),
        "val_large": result.amount(large.band(result.value).median),
        "best": best.setting.label,
        "val_best": result.amount(best.band(result.value).median),
    }
    said = [Words("studies.say.capacity", values)]
    if result.seeds < FEWEST:
        return [*said, few_seeds(result), *lost(result)]
    for end, one in (("underfit", small), ("overfit", large)):
        if one is not best and one in result.ranked:
            said.append(_too_small_or_large(result, end, one))
    return [*said, *lost(result)]


def _too_small_or_large(result: Result, end: str, one: SettingResult) -> Words:
    """Whether the setting at one end is worse than the best, and in which way."""
    best, train = result.ranked[0], f"train_{result.measure}"
    found = result.compare(best, one)
    values = {
        "setting": one.setting.label,
        "best": best.setting.label,
        "difference": result.amount(found.difference),
        "band": result.amount(found.band),
        "measure": measure_name(result.measure),
    }
    if not found.clear:
        return Words(f"studies.say.no_{end}", values)
    learned = one.band(train).median - best.band(train).median
    if end == "overfit" and (learned < 0 if result.up else learned > 0):
        return Words("studies.say.too_large", values)
    return Words(f"studies.say.{end}", values)


def learning_curve(result: Result) -> list[Words]:
    """What more rows bring, and how the two curves close."""
    few, many = result.settings[0], result.settings[-1]
    if few is many or few not in result.ranked or many not in result.ranked:
        return ranking(result)
    train = f"train_{result.measure}"
    values = {
        "few": few.setting.label,
        "many": many.setting.label,
        "few_value": result.amount(few.band(result.value).median),
        "many_value": result.amount(many.band(result.value).median),
        "few_train": result.amount(few.band(train).median),
        "many_train": result.amount(many.band(train).median),
        "measure": measure_name(result.measure),
    }
    better, worse = (one for one in result.ranked if one is few or one is many)
    return [Words("studies.say.learning_curve", values), told_apart(result, better, worse), *lost(result)]


def remedies(result: Result) -> list[Words]:
    """What each remedy gains on the experiment as it is."""
    said = ranking(result)
    base = result.settings[0]
    if base not in result.ranked or result.seeds < FEWEST:
        return said
    helped: list[Words] = []
    useless: list[Words] = []
    harmed: list[Words] = []
    for one in result.ranked:
        if one is base:
            continue
        before = result.ranked.index(one) < result.ranked.index(base)
        found = result.compare(one, base) if before else result.compare(base, one)
        pile = (helped if before else harmed) if found.clear else useless
        value = result.amount(one.band(result.value).median)
        pile.append(Words("studies.with_value", {"label": one.setting.label, "value": value}))
    base_value = result.amount(base.band(result.value).median)
    for key, pile in (("helped", helped), ("no_help", useless), ("harmed", harmed)):
        if pile:
            said.append(Words(f"studies.say.{key}", {"base": base_value, "settings": pile}))
    return said


def losses(result: Result) -> list[Words]:
    """Which loss is best by which score: what a network is trained for it gets, and something else it does not."""
    return [*(said for score in result.scores for said in _by_score(result, score)), *lost(result)]


def _by_score(result: Result, score: str) -> list[Words]:
    name = score.removeprefix("score_")
    medians = {one.setting.key: one.band(score).median for one in result.settings}
    known = [one for one in result.settings if not math.isnan(medians[one.setting.key])]
    if not known:
        return []
    known.sort(key=lambda one: distance(name, medians[one.setting.key]))
    best, worst = known[0], known[-1]
    difference = abs(medians[best.setting.key] - medians[worst.setting.key])
    apart = result.seeds >= FEWEST and difference > max(best.band(score).width, worst.band(score).width)
    values = {
        "score": Words(f"studies.score.{name}"),
        "best": best.setting.label,
        "best_value": medians[best.setting.key],
        "worst": worst.setting.label,
        "worst_value": medians[worst.setting.key],
    }
    return [Words("studies.say.score" if apart else "studies.say.score_luck", values)]


# --- two knobs


def heat_map(result: Result) -> list[Words]:
    """The best cell, how many others may be as good, and how many diverged."""
    if not result.ranked:
        return [Words("studies.say.all_lost")]
    said = leader(result)
    if result.seeds >= FEWEST and len(result.ranked) > 1:
        alike = len(result.as_good_as_best()) - 1
        said.append(Words("studies.say.map_alike", {"alike": alike, "others": len(result.settings) - 1}))
    elif result.seeds < FEWEST:
        said.append(few_seeds(result))
    return [*said, *lost(result)]


# --- the seed alone


def band(result: Result) -> list[Words]:
    """What luck does to the result of one experiment."""
    one = result.settings[0]
    found = one.band(result.value)
    if math.isnan(found.median):
        return lost(result)
    values = {
        "measure": result.measure_words,
        "median": result.amount(found.median),
        "low": result.amount(found.low),
        "high": result.amount(found.high),
        "width": result.amount(found.width),
        "seeds": found.seeds,
    }
    said = [Words("studies.say.band", values)]
    if found.seeds < FEWEST:
        said.append(few_seeds(result))
    return [*said, *lost(result)]


def epochs(result: Result) -> list[Words]:
    """Where the validation loss turns, and what the epochs after that cost."""
    one = result.settings[0]
    turn, best, end = one.band("best_epoch"), one.band("best_loss"), one.band("val_loss")
    if math.isnan(end.median):
        return lost(result)
    values: dict[str, Any] = {
        "turn": turn.median,
        "first": turn.low,
        "last": turn.high,
        "best": best.median,
        "end": end.median,
        "train": one.band("train_loss").median,
        "epochs": round(one.band("epochs").median),
        "difference": end.median - best.median,
        "band": max(best.width, end.width),
    }
    said = [Words("studies.say.turn", values)]
    if result.seeds < FEWEST:
        said.append(few_seeds(result))
    else:
        said.append(
            Words(
                "studies.say.overtrained" if values["difference"] > values["band"] else "studies.say.not_overtrained",
                values,
            )
        )
    return [*said, *lost(result)]
