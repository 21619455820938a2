"""Why a run's numbers grew without bound: the usual suspects, each with the number that makes it one.

The engine names the likeliest cause when it stops such a run (`lab.runs.divergence`); this lists all that apply,
in the order in which a teacher would look, by the same bounds.
"""

from lab.runs.divergence import HIGH_RATE, HIGH_RATE_DEFAULT, LARGE_INPUT


def likely_causes(
    *, learning_rate: float, optimizer: str, largest_input: float, largest_target: float, batch_size: int
) -> dict[str, float]:
    """Code of each suspect -> its number; "learning_rate" alone when nothing else stands out.

    Args:
        learning_rate: the one in force when it happened.
        optimizer: class name.
        largest_input, largest_target: largest absolute value among the prepared training rows
            (0 for a target that is a class).
        batch_size: rows of an update.
    """
    causes: dict[str, float] = {}
    if learning_rate > HIGH_RATE.get(optimizer, HIGH_RATE_DEFAULT):
        causes["learning_rate"] = learning_rate
    if largest_input > LARGE_INPUT:
        causes["unscaled_inputs"] = largest_input
    if largest_target > LARGE_INPUT:
        causes["large_target"] = largest_target
    if batch_size <= 2:
        causes["small_batch"] = float(batch_size)
    return causes or {"learning_rate": learning_rate}
