"""What every place tells of a run: one headline, at most three sentences, and all else as details.

Page, report and command line take it from here, so that they say the same. Of several outputs the headline names those
that fare otherwise than all of them together: a whole that is well says nothing of its parts.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from lab.texts import Language, say
from lab.verdict.verdict import Kind, Verdict
from lab.verdict.words import say_details, say_kind, say_summary, say_title

# the word that must not be missed first
LOUDEST_FIRST: Final[tuple[Kind, ...]] = (
    "diverged",
    "too_large",
    "no_signal",
    "drift",
    "overfit",
    "underfit",
    "not_finished",
    "not_enough_data",
    "good_fit",
)


@dataclass(frozen=True)
class Story:
    """Args:
    kind: of the run as it is shown: the one that must not be missed, of the whole and its outputs.
    headline: the word, and the outputs to which another one belongs.
    sentences: at most three.
    details: further numbers, and each output by itself.
    foremost: the verdict of that kind, of the whole or of an output: what to try next is its advice.
    """

    kind: Kind
    headline: str
    sentences: tuple[str, ...]
    details: tuple[str, ...]
    foremost: Verdict


def loudest(verdict: Verdict, outputs: Iterable[Verdict]) -> Verdict:
    """The one whose word must not be missed, of the whole and its outputs; the whole among its like."""
    return min((verdict, *outputs), key=lambda one: LOUDEST_FIRST.index(one.kind))


def story(
    verdict: Verdict, outputs: Mapping[str, Verdict], language: Language, plain: Callable[[str], str] = str
) -> Story:
    """The story of a run.

    Args:
        verdict: on the run as a whole.
        outputs: on each output of a functional model with several, by name; one alone is not told apart.
        plain: makes the names of outputs safe for where the sentences go.
    """
    if len(outputs) < 2:  # the only one is the whole
        outputs = {}
    apart = {name: one for name, one in outputs.items() if one.kind != verdict.kind}
    headline = say_title(verdict, language)
    if apart:
        parts = " · ".join(f"{plain(name)}: {say_title(one, language)}" for name, one in apart.items())
        headline = say("verdict.headline_parts", language, word=headline, parts=parts)
    each = [f"{plain(name)} · {say_title(one, language)}: {say_kind(one, language)}" for name, one in outputs.items()]
    foremost = loudest(verdict, outputs.values())
    return Story(
        kind=foremost.kind,
        headline=headline,
        sentences=tuple(say_summary(verdict, language)),
        details=(*say_details(verdict, language), *each),
        foremost=foremost,
    )
