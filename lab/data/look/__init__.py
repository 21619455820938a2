"""Looking at a table before training: each column, its relation to the target, pairs of columns, the course of time.

All numbers come from rows outside the sealed test part. What takes each row is exact; pictures are of a sample that is
drawn with a seed of its own, and `Look.drawn` of `Look.visible` rows says how large it is.
"""

from lab.data.look.pairs import Correlations, Points, correlated_columns, correlations, points, telling_pair
from lab.data.look.pictures import Images, Signal, image_shape_of, images, pixel_square, signal_columns, signals
from lab.data.look.profile import ColumnLook, column_look
from lab.data.look.relation import Boxes, Means, Relation, Shares, related_columns, relation, tell_most
from lab.data.look.series import Course, course, part_starts, time_columns
from lab.data.look.views import by_weight, views_of
from lab.data.look.visible import Look, look_at

__all__ = [
    "Boxes",
    "ColumnLook",
    "Correlations",
    "Course",
    "Images",
    "Look",
    "Means",
    "Points",
    "Relation",
    "Shares",
    "Signal",
    "by_weight",
    "column_look",
    "correlated_columns",
    "correlations",
    "course",
    "image_shape_of",
    "images",
    "look_at",
    "part_starts",
    "pixel_square",
    "points",
    "related_columns",
    "relation",
    "signal_columns",
    "signals",
    "tell_most",
    "telling_pair",
    "time_columns",
    "views_of",
]
