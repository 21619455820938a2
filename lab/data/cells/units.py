"""Units of measure: how they are written, and the unit that a column carries in its name."""

import re

# Units of measure: signs and words of their own, and letters with prefixes, over one another (MJ/m2, m·s^-1)
ATOM = (
    r"(?:[kMGTmµμnhcd㎍]?(?:mol|Pa|Hz|Wh|bar|cal|Bq|Sv|lx|lm|g|m|s|A|K|J|W|V|N|L|l|ℓ|Ω|B)|min|sec|hr?|day|deg|rad|ha|t|ton|yr|"
    r"°|㎜|㎝|㎞|㎡|㎥|㎢|㎎|㎏|㎍|㎖|°?[CF]|℃|℉)"
)
POWER = r"(?:[²³⁻¹]+|\^?-?[1-4])?"
WORD = (
    r"%|‰|도|명|천명|만명|개|원|천원|만원|백만원|억원|달러|회|건|세|살|년|월|일|시간|분|초|톤|점|번|대|가구|세대|호|가지|"
    r"pp[mbt]v?|mmHg|mb|dB|rpm|kt|knot|psu|pH|NTU|lux|degree|degC|degF|10m|1/10|kor|KST|UTC|USD|KRW|[₩$€¥]|"
    r"WD|WS|TM|ID|JUN|code"  # of the weather service's texts, under names of their own
)
UNIT = re.compile(rf"[(\[]?\s*(?:{ATOM}{POWER}(?:[/·*. ]{ATOM}{POWER}){{0,3}}|{WORD})\s*[)\]]?")
UNIT_IN_NAME = re.compile(r"[(\[]([^()\[\]]{1,15})[)\]]\s*$")
UNIT_SUFFIXES = {
    **{u: u for u in ("cm", "mm", "km", "kg", "hPa", "Pa", "ppm", "ppmv", "degC")},
    "g": "g",
    "m": "m",
    "hr": "h",
    "s": "s",
    "pct": "%",
    "percent": "%",
}


def unit_in_name(name: str) -> str:
    """`기온(°C)` → °C, `bill_length_mm` → mm; "" if the name has none."""
    found = UNIT_IN_NAME.search(name)
    if found and (UNIT.fullmatch(found[1]) or re.fullmatch(r"[^\d/]+/[^\d/]+", found[1])):
        return found[1].strip()
    return UNIT_SUFFIXES.get(name.rpartition("_")[2], "") if "_" in name else ""
