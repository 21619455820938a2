"""A table and a DataSpec → a Dataset: rows divided, columns prepared, every statistic of the training part alone.

`pipeline` has the steps in order; `recipe` what one column goes through and back, `rows` which rows are used, `fit`
where the numbers come from, `together` the same of many columns at once.
"""

from lab.data.prepare.cache import Cache, content_hash
from lab.data.prepare.dataset import PART_NAMES, Dataset, Part, PartName
from lab.data.prepare.persistence import find_persistence
from lab.data.prepare.pipeline import prepare, prepare_cached, visible_rows
from lab.data.prepare.recipe import UNKNOWN, PreparedColumn
from lab.data.prepare.statistics import mean_and_deviation

__all__ = [
    "PART_NAMES",
    "UNKNOWN",
    "Cache",
    "Dataset",
    "Part",
    "PartName",
    "PreparedColumn",
    "content_hash",
    "find_persistence",
    "mean_and_deviation",
    "prepare",
    "prepare_cached",
    "visible_rows",
]
