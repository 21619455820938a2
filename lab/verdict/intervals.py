"""How far the mean of some rows may lie from that of others: intervals from mean and spread."""

import math
from statistics import NormalDist

LEVEL = 0.95


def new_rows_interval(mean: float, spread: float, rows: int, new_rows: int) -> tuple[float, float]:
    """Where the mean loss of `new_rows` other rows lies with a probability of LEVEL, if they are rows of the same kind.

    Both means scatter, so the standard error is spread * sqrt(1 / rows + 1 / new_rows). The quantile is Student's, with
    the rows that carry the mean in place of all: where few rows hold most of it (Kish's effective number is small), the
    spread itself is hardly known. A loss that is never negative has no interval that is.

    Args:
        mean, spread: of the losses of `rows` rows.
    """
    if rows < 2 or new_rows < 1 or not math.isfinite(spread):
        return (-math.inf, math.inf)
    carrying = rows * (mean / math.hypot(mean, spread)) ** 2 if mean > 0 else float(rows)  # no square is too large
    reach = student_quantile(0.5 + LEVEL / 2, max(carrying - 1, 1.5)) * spread * math.sqrt(1 / rows + 1 / new_rows)
    low = mean - reach
    return (max(low, 0.0) if mean > 0 else low), mean + reach


def student_quantile(probability: float, freedom: float) -> float:
    """Quantile of Student's t distribution. Source: Hill (1970), Algorithm 396; within 1 % from 1.5 on."""
    if freedom >= 1e6:
        return NormalDist().inv_cdf(probability)
    p = 2 * (1 - probability)
    a = 1 / (freedom - 0.5)
    b = (48 / a) / a
    c = ((20700 * a / b - 98) * a - 16) * a + 96.36
    d = ((94.5 / (b + c) - 3) / b + 1) * math.sqrt(a * math.pi / 2) * freedom
    y = (d * p) ** (2 / freedom)
    if y > 0.05 + a:
        x = NormalDist().inv_cdf(p / 2)
        y = x * x
        if freedom < 5:
            c += 0.3 * (freedom - 4.5) * (x + 0.6)
        c += (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b
        y = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / c - y - 3) / b + 1) * x
        y = math.expm1(a * y * y)
    else:
        inner = ((freedom + 6) / (freedom * y) - 0.089 * d - 0.822) * (freedom + 2) * 3
        y = ((1 / inner + 0.5 / (freedom + 4)) * y - 1) * (freedom + 1) / (freedom + 2) + 1 / y
    return math.sqrt(freedom * y)
