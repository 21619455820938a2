"""The small charts in words, for those who cannot see them."""

from lab.charts.small import percent
from lab.data.look import Boxes, ColumnLook, Means, Relation
from lab.texts import Language, say
from pages.ui.data.reading import label

NAMED = 5


def column_words(one: ColumnLook, language: Language) -> str:
    values: dict[str, str] = {"name": label(one.column.name), "percent": percent(one.missing_share)}
    if one.minimum is not None:
        numbers = {"low": one.minimum, "mean": one.mean, "high": one.maximum}
        return say("look.alt.numbers", language, **values, **{name: f"{x:.4g}" for name, x in numbers.items()})
    if one.names:
        pairs = zip(one.names[:NAMED], one.counts, strict=False)
        return say("look.alt.names", language, values=", ".join(f"{label(n)} {c:,}" for n, c in pairs), **values)
    return say("look.alt.other", language, kind=say(f"kind.{one.column.kind}", language), **values)


def relation_words(found: Relation, language: Language) -> str:
    values = {"name": label(found.column.name), "target": label(found.target.name), "percent": percent(found.told)}
    if isinstance(found, Boxes):
        medians = zip(found.names, found.five[:, 2], strict=True)
        return say("look.alt.boxes", language, values=", ".join(f"{label(n)} {m:.4g}" for n, m in medians), **values)
    if isinstance(found, Means):
        ends = {"first": f"{found.means[0]:.4g}", "last": f"{found.means[-1]:.4g}"}
        return say("look.alt.means", language, **ends, **values)
    return say("look.alt.shares", language, **values)
