"""Numbers that are too large for training to stay calm: learning rates, and inputs and targets that were not scaled."""

MIN_TRAIN_ROWS = 20
MIN_VALIDATION_ROWS = 20  # fewer are too few to judge by
SMALL_BATCH = 2  # rows; an update then follows the noise of single rows
LARGE_INPUT = 50.0  # standardised columns stay below this; raw pixels, years or prices do not
HIGH_RATE = {"SGD": 1.0}  # from here on even well-scaled data diverges; adaptive optimizers are listed by the default
HIGH_RATE_DEFAULT = 0.1


def rate_is_high(optimizer: str, learning_rate: float) -> bool:
    """Whether steps of that size are the first thing to look at when numbers grow without bound."""
    return learning_rate >= HIGH_RATE.get(optimizer, HIGH_RATE_DEFAULT)
