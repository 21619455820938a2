"""What names of columns say: which speak of a result, which of circumstances, which of an order in time.

A name alone decides nothing; it is one reason among others (`targets`).
"""

import re
import tomllib
from pathlib import Path

BRACKETS = re.compile(r"[(\[{].*?[)\]}]")
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[가-힣]+|\d+")
_KNOWN = {
    says: frozenset(f"{words['en']} {words['ko']}".split())
    for says, words in tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8")).items()
}
ANSWER, WHETHER, RESULT = _KNOWN["answer"], _KNOWN["whether"], _KNOWN["result"]
PERHAPS, CIRCUMSTANCE, WHO = _KNOWN["perhaps"], _KNOWN["circumstance"], _KNOWN["who"]
RAIN = re.compile(r"강수|강우|적설|강설|rain|precip|prcp|snow", re.IGNORECASE)  # an empty cell: none fell
CLASS = frozenset(("class", "classes", "default"))  # classes missed, default rate: the first word says nothing
MANY_DIGITS = re.compile(r"\d\d")
LONG_ENOUGH = 5  # letters of a word that is looked for at the end of names written in one: STACKLOSS
TIME = re.compile(
    r"(year|yr|month|mon|day|date|time|t|week|quarter|qtr|hour|period|연도|년도|년|월|일|주|분기|시간|시각|날짜|일시|기간|년월|"
    r"année|annee|mois|jour|semaine|jahr|monat|tag|woche|datum|año|fecha|mes|anno|giorno|jaar|maand|年|月|日|年度)s?",
    re.IGNORECASE,
)
COUNT = re.compile(
    r"^(n|num|no|nr|count|number)[_. ]|number|count|children|kids|visits|freq|nodes|doctor|score|rate\b|_n$|"
    r"건수|횟수|수$|개수",
    re.IGNORECASE,
)


def words_of(name: str) -> tuple[str, ...]:
    """`petalLength`, `petal_length`, `Petal Length (cm)` → petal, length; in lower case, without digits and units."""
    bare = BRACKETS.sub(" ", name) or name
    return tuple(word.lower() for word in WORD.findall(bare) if not word.isdigit())


def is_answer(name: str) -> bool:
    """`price class`, `class label`; not `y74`, a year, nor `default rate`."""
    words = words_of(name)
    if not words or words[-1] in CIRCUMSTANCE | PERHAPS:
        return False
    if words == ("y",) and MANY_DIGITS.search(name):
        return False
    return words[-1] in ANSWER or words[0] in ANSWER - CLASS


def is_result(name: str) -> bool:
    return bool(set(words_of(name)) & (ANSWER | RESULT | PERHAPS))


def is_time_name(name: str) -> bool:
    return TIME.fullmatch(name.strip("# ")) is not None


def is_who(name: str) -> bool:
    """Whether the name says that the numbers tell samples apart."""
    words = words_of(name)
    joined = "".join(words)
    return bool(words) and (
        joined in WHO or words[-1] in ("id", "nr", "code", "fips") or words[0] == "iso" or joined.endswith("code")
    )


def ends_in(name: str, words: frozenset[str]) -> bool:
    """`STACKLOSS` ends in loss."""
    low = name.lower()
    return any(low.endswith(word) for word in words if len(word) >= LONG_ENOUGH or (len(word) == 4 and name.isupper()))
