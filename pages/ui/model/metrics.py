"""Metrics that the pages offer."""

# those that a first course speaks of; any other that a file or link brings is offered as well
OFFERED: dict[str, tuple[str, ...]] = {
    "regression": ("mae", "mse", "mape"),
    "binary": ("accuracy", "precision", "recall"),
    "multiclass": ("accuracy",),
    "sequence_labels": (),  # texts are judged after the run, letter by letter
}
