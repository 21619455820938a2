"""One-click experiments: one thing (or two) is changed, several seeds each, and a sentence with numbers comes out.

A study is one `Study` in `lab/studies/catalogue.py`: its ready-made experiment, the knobs with their values, the
pictures, and what is concluded. Its title, question and explanation stand in `lab/texts/studies.toml`.
"""

from lab.studies.catalogue import STUDIES, study
from lab.studies.definition import Axis, Option, Setting, Study
from lab.studies.result import Result, SettingResult, result_of
from lab.studies.words import Words, told

__all__ = [
    "STUDIES",
    "Axis",
    "Option",
    "Result",
    "Setting",
    "SettingResult",
    "Study",
    "Words",
    "result_of",
    "study",
    "told",
]
