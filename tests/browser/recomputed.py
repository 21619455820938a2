"""What a one-click experiment has to say, worked out from the numbers of its CSV by other means than the lab's."""

import csv
import io
import math
import statistics

from lab.data.samples import load_sample
from lab.studies import STUDIES, told
from lab.studies.definition import rows_to_learn_from
from lab.texts import Language, say

CAPACITY = ("circle", "width", "depth")
LOSSES = ("losses", "losses_classes", "outliers", "class_weight")
MAPS = ("rate_and_batch", "width_and_rows")


class Numbers:
    """The runs of a study as its CSV tells them: setting -> figure -> one number a seed."""

    def __init__(self, name: str, text: str, language: Language) -> None:
        self.name, self.language = name, language
        self.runs: dict[str, dict[str, list[float]]] = {}
        for row in csv.DictReader(io.StringIO(text)):
            figures = self.runs.setdefault(row["setting"], {})
            for figure, value in row.items():
                if figure not in ("setting", "seed"):
                    figures.setdefault(figure, []).append(float(value))
        study = STUDIES[name]
        base = study.base()
        rows = rows_to_learn_from(load_sample(base.data.source.name), base)
        self.labels = {one.key: told(one.label, language) for one in study.settings(base, rows)}
        self.measure, self.up = study.measure, study.measure == "accuracy"
        self.unit = "°C" if name == "learning_rate" else ""

    def median(self, setting: str, figure: str) -> float:
        return statistics.median(self.runs[setting][figure])

    def width(self, setting: str, figure: str) -> float:
        """From the first to the ninth decile."""
        deciles = statistics.quantiles(self.runs[setting][figure], n=10, method="inclusive")
        return deciles[-1] - deciles[0]

    def known(self, figure: str) -> list[str]:
        return [name for name, found in self.runs.items() if not any(map(math.isnan, found[figure]))]

    def best_first(self) -> list[str]:
        figure = f"val_{self.measure}"
        return sorted(self.known(figure), key=lambda one: self.median(one, figure), reverse=self.up)

    def apart(self, one: str, other: str, figure: str) -> tuple[float, float]:
        """How far the medians lie apart, and the wider band."""
        return (
            abs(self.median(one, figure) - self.median(other, figure)),
            max(self.width(one, figure), self.width(other, figure)),
        )

    def amount(self, value: float) -> str:
        return f"{shown(value)} {self.unit}".strip()

    def says(self, key: str, **values: object) -> str:
        return say(f"studies.say.{key}", self.language, **values)

    def measured(self) -> str:
        name = say(f"studies.measure.{self.measure}", self.language)
        return say("studies.validation_of", self.language, measure=name)


def shown(value: float) -> str:
    """Three digits that count."""
    if math.isnan(value):
        return "NaN"
    text = f"{value:.3g}"
    if abs(value) >= 1000:
        return f"{float(text):,.0f}"
    return f"{value:.1e}" if 0 < abs(value) < 0.0001 else text


def expected(numbers: Numbers) -> list[str]:
    """The sentences that carry the answer."""
    if numbers.name in CAPACITY:
        return capacity(numbers)
    if numbers.name in LOSSES:
        return losses(numbers)
    if numbers.name in MAPS:
        return [leader(numbers), alike(numbers)]
    special = {"epochs": epochs, "luck": luck, "train_rows": learning_curve}.get(numbers.name)
    return [leader(numbers), told_apart(numbers, *numbers.best_first()[:2])] if special is None else special(numbers)


def leader(numbers: Numbers) -> str:
    ranked, figure = numbers.best_first(), f"val_{numbers.measure}"
    return numbers.says(
        "leader_up" if numbers.up else "leader",
        measure=numbers.measured(),
        best=numbers.labels[ranked[0]],
        best_value=numbers.amount(numbers.median(ranked[0], figure)),
        worst=numbers.labels[ranked[-1]],
        worst_value=numbers.amount(numbers.median(ranked[-1], figure)),
    )


def told_apart(numbers: Numbers, better: str, worse: str) -> str:
    figure = f"val_{numbers.measure}"
    difference, band = numbers.apart(better, worse, figure)
    pairs = list(zip(numbers.runs[better][figure], numbers.runs[worse][figure], strict=True))
    return numbers.says(
        "clear" if difference > band else "luck",
        better=numbers.labels[better],
        worse=numbers.labels[worse],
        difference=numbers.amount(difference),
        band=numbers.amount(band),
        wins=sum(one > other if numbers.up else one < other for one, other in pairs),
        seeds=len(pairs),
    )


def alike(numbers: Numbers) -> str:
    ranked, figure = numbers.best_first(), f"val_{numbers.measure}"
    within = [
        one
        for one in ranked[1:]
        if numbers.apart(ranked[0], one, figure)[0] <= numbers.apart(ranked[0], one, figure)[1]
    ]
    return numbers.says("map_alike", alike=len(within), others=len(numbers.runs) - 1)


def capacity(numbers: Numbers) -> list[str]:
    train, val = f"train_{numbers.measure}", f"val_{numbers.measure}"
    small, large, best = next(iter(numbers.runs)), list(numbers.runs)[-1], numbers.best_first()[0]
    name = say(f"studies.measure.{numbers.measure}", numbers.language)
    said = [
        numbers.says(
            "capacity",
            measure=name,
            small=numbers.labels[small],
            large=numbers.labels[large],
            train_small=shown(numbers.median(small, train)),
            train_large=shown(numbers.median(large, train)),
            val_small=shown(numbers.median(small, val)),
            val_large=shown(numbers.median(large, val)),
            best=numbers.labels[best],
            val_best=shown(numbers.median(best, val)),
        )
    ]
    for end, one in (("underfit", small), ("overfit", large)):
        if one == best:
            continue
        difference, band = numbers.apart(best, one, val)
        learned = numbers.median(one, train) - numbers.median(best, train)
        worse_at_training = learned < 0 if numbers.up else learned > 0
        key = f"no_{end}" if difference <= band else "too_large" if end == "overfit" and worse_at_training else end
        values = {"difference": shown(difference), "band": shown(band), "measure": name}
        said.append(numbers.says(key, setting=numbers.labels[one], best=numbers.labels[best], **values))
    return said


def learning_curve(numbers: Numbers) -> list[str]:
    few, many = next(iter(numbers.runs)), list(numbers.runs)[-1]
    ranked = [one for one in numbers.best_first() if one in (few, many)]
    values = {
        f"{end}_{part}": shown(numbers.median(one, figure))
        for end, one in (("few", few), ("many", many))
        for part, figure in (("value", "val_loss"), ("train", "train_loss"))
    }
    values |= {"measure": say("studies.measure.loss", numbers.language)}
    curve = numbers.says("learning_curve", few=numbers.labels[few], many=numbers.labels[many], **values)
    return [curve, told_apart(numbers, *ranked)]


def losses(numbers: Numbers) -> list[str]:
    """Each score with its best and its worst loss."""
    said = []
    for score in (name for name in next(iter(numbers.runs.values())) if name.startswith("score_")):
        name = score.removeprefix("score_")
        known = numbers.known(score)
        if len(known) < len(numbers.runs):
            continue  # precision of a network that never says yes

        def miss(one: str, score: str = score, name: str = name) -> float:
            value = numbers.median(one, score)
            right = {"total_ratio": lambda: abs(math.log(value)) if value > 0 else math.inf, "bias": lambda: abs(value)}
            larger_is_better = name in ("accuracy", "recall", "precision", "csi")
            return right[name]() if name in right else -value if larger_is_better else value

        best, worst = min(known, key=miss), max(reversed(known), key=miss)
        difference, band = numbers.apart(best, worst, score)
        said.append(
            numbers.says(
                "score" if difference > band else "score_luck",
                score=say(f"studies.score.{name}", numbers.language),
                best=numbers.labels[best],
                best_value=shown(numbers.median(best, score)),
                worst=numbers.labels[worst],
                worst_value=shown(numbers.median(worst, score)),
            )
        )
    return said


def epochs(numbers: Numbers) -> list[str]:
    (one,) = numbers.runs
    difference, band = numbers.median(one, "val_loss") - numbers.median(one, "best_loss"), 0.0
    band = max(numbers.width(one, "best_loss"), numbers.width(one, "val_loss"))
    key = "overtrained" if difference > band else "not_overtrained"
    return [numbers.says(key, difference=shown(difference), band=shown(band))]


def luck(numbers: Numbers) -> list[str]:
    (one,) = numbers.runs
    values = numbers.runs[one]["val_loss"]
    deciles = statistics.quantiles(values, n=10, method="inclusive")
    return [
        numbers.says(
            "band",
            measure=numbers.measured(),
            seeds=len(values),
            median=shown(statistics.median(values)),
            low=shown(deciles[0]),
            high=shown(deciles[-1]),
            width=shown(deciles[-1] - deciles[0]),
        )
    ]
