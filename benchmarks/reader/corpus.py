"""The corpus: clean files, files with one hazard, with several, and files that are no table.

Everything is drawn from named seeds: the same call gives the same bytes on any machine.
"""

import itertools
from random import Random

from benchmarks.reader.draft import Draft, assemble
from benchmarks.reader.hazards import HAZARDS, Hazard, Unfit
from benchmarks.reader.hazards.registry import HEAD
from benchmarks.reader.nontables import FORMS, nontable
from benchmarks.reader.portals import PORTALS
from benchmarks.reader.truth import Case

GROUPS = ("clean", "hostile", "combined", "nontable")
ENCODINGS = [("utf-8", False), ("cp949", False), ("utf-8", True), ("utf-16-le", True)]
CLEAN, COMBINED, NONTABLES = 64, 60, 20
ATTEMPTS = 200


def rows_of(random: Random) -> int:
    """Mostly a class's worth of rows, now and then many."""
    return random.choices([random.randint(24, 60), random.randint(60, 400), random.randint(3_000, 9_000)], [6, 4, 0.4])[
        0
    ]


def dialect(draft: Draft, random: Random) -> None:
    """What the program that exported the file does anyway."""
    draft.encoding, draft.mark = random.choice(ENCODINGS[:3])
    draft.end = random.choice(["\n", "\r\n"])
    if draft.delimiter == ",":
        draft.delimiter = random.choices([",", ";", "\t", "|"], [8, 1, 1, 0.5])[0]
    draft.quote_all = draft.quote_all or random.random() < 0.12
    draft.final_end = random.random() < 0.9


def clean(number: int, seed: str) -> Case:
    """The portals in turn, each time in another encoding and with another delimiter."""
    random = Random(f"clean {seed} {number}")
    portals = list(PORTALS)
    name = portals[number % len(portals)]
    encoding, mark = ENCODINGS[(number + number // len(portals)) % 4]
    draft = PORTALS[name](random, rows_of(random))
    draft.encoding, draft.mark, draft.end = encoding, mark, random.choice(["\n", "\r\n"])
    if draft.delimiter != " ":
        draft.delimiter = "\t" if encoding == "utf-16-le" else ",,;,\t,|"[(number // 4 + number) % 7]
    elif encoding == "utf-16-le":
        draft.encoding, draft.mark = "cp949", False
    draft.quote_all = draft.quote_all or random.random() < 0.1
    draft.lay_out()
    return assemble(draft, f"clean {seed} {number}: {name}")


def damaged(name: str, chosen: list[tuple[Hazard, int]], seed: str) -> Case:
    """A file with these hazards. Tables are drawn until one fits them."""
    portals = [portal for portal in PORTALS if all(portal in hazard.portals for hazard, _ in chosen)]
    for attempt in range(ATTEMPTS):
        random = Random(f"{seed} {attempt}")
        if not portals:
            break
        draft = PORTALS[random.choice(portals)](random, rows_of(random))
        dialect(draft, random)
        try:
            ordered = sorted(chosen, key=lambda item: item[0].stage)
            for hazard, variant in ordered:
                if hazard.stage >= HEAD:
                    draft.lay_out()
                hazard.apply(draft, random, variant)
            draft.lay_out()
            refuse_twins(draft, ordered)
            labels = tuple(f"{hazard.name}.{variant}" for hazard, variant in ordered)
            return assemble(draft, f"{name}: {' + '.join(labels)}", labels)
        except Unfit:
            continue
    raise Unfit(name)


def refuse_twins(draft: Draft, chosen: list[tuple[Hazard, int]]) -> None:
    """A hazard may bring a column of a name that the table has already; only one hazard means that. Raises Unfit."""
    names = [column.name for column in draft.columns if column.name]
    if len(names) != len(set(names)) and all(hazard.name != "duplicate_names" for hazard, _ in chosen):
        raise Unfit


def hostile(seed: str) -> list[Case]:
    """Each variant of each hazard once."""
    return [
        damaged(f"hostile {seed}", [(hazard, variant)], f"hostile {seed} {hazard.name} {variant}")
        for hazard in HAZARDS.values()
        for variant in range(hazard.variants)
    ]


def combination(random: Random) -> list[tuple[Hazard, int]]:
    """Two to four hazards that do not touch the same thing."""
    wanted = random.choice([2, 2, 3, 3, 4])
    chosen: list[Hazard] = []
    for hazard in random.sample(sorted(HAZARDS.values(), key=lambda one: one.name), len(HAZARDS)):
        free = all(not hazard.touches & other.touches for other in chosen)
        shared = set(hazard.portals).intersection(*(other.portals for other in chosen))
        if free and shared and not hazard.alone:
            chosen.append(hazard)
        if len(chosen) == wanted:
            break
    return [(hazard, random.randrange(hazard.variants)) for hazard in chosen]


def combined(number: int, seed: str) -> Case:
    for attempt in itertools.count():
        key = f"combined {seed} {number} {attempt}"
        try:
            return damaged(f"combined {seed} {number}", combination(Random(key)), key)
        except Unfit:
            if attempt > ATTEMPTS:
                raise
    raise AssertionError


def nontables(seed: str, count: int) -> list[Case]:
    names = list(FORMS)
    return [nontable(names[number % len(names)], f"{seed} {number}") for number in range(count)]


def fixed() -> dict[str, list[Case]]:
    """The corpus of the table in docs/reading.md."""
    return {
        "clean": [clean(number, "fixed") for number in range(CLEAN)],
        "hostile": hostile("fixed"),
        "combined": [combined(number, "fixed") for number in range(COMBINED)],
        "nontable": nontables("fixed", len(FORMS)),
    }


def fresh(seed: int, count: int) -> dict[str, list[Case]]:
    """New files in the proportions of the fixed corpus; another seed, other files."""
    random = Random(f"fresh {seed}")
    key = f"fresh{seed}"
    share = count / (CLEAN + 82 + COMBINED + NONTABLES)
    numbers = {"clean": round(CLEAN * share), "hostile": round(82 * share), "combined": round(COMBINED * share)}
    variants = [(hazard, variant) for hazard in HAZARDS.values() for variant in range(hazard.variants)]
    picks = random.choices(variants, k=numbers["hostile"])
    rest = count - sum(numbers.values())
    return {
        "clean": [clean(number, key) for number in range(numbers["clean"])],
        "hostile": [
            damaged(f"hostile {key} {place}", [pick], f"hostile {key} {place}") for place, pick in enumerate(picks)
        ],
        "combined": [combined(number, key) for number in range(numbers["combined"])],
        "nontable": nontables(key, rest),
    }
