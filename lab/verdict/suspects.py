"""Why a run's numbers grew without bound: the usual suspects, each with the number that makes it one.

The engine names the likeliest cause when it stops such a run (`lab.verdict.divergence`); this lists all that apply,
by the same rule, and a very small batch besides.
"""

from lab.model.scales import SMALL_BATCH
from lab.verdict.divergence import suspects


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
    causes = suspects(
        learning_rate=learning_rate,
        optimizer=optimizer,
        largest_input=largest_input,
        largest_target=largest_target,
    )
    if batch_size <= SMALL_BATCH:
        causes["small_batch"] = float(batch_size)
    return causes or {"learning_rate": learning_rate}
