"""What to learn from a table: `propose` ranks targets and inputs and says why; `propose_data` is its spec alone."""

from lab.data.propose.roles import MOST_ONE_HOT, Reason
from lab.data.propose.spec import (
    LeftOut,
    Proposal,
    explain,
    left_out,
    propose,
    propose_data,
    propose_split,
    usable_inputs,
)
from lab.data.propose.targets import Candidate
from lab.data.propose.tasks import class_count, guess_task, is_label, task_choices, usual_scaling

__all__ = [
    "MOST_ONE_HOT",
    "Candidate",
    "LeftOut",
    "Proposal",
    "Reason",
    "class_count",
    "explain",
    "guess_task",
    "is_label",
    "left_out",
    "propose",
    "propose_data",
    "propose_split",
    "task_choices",
    "usable_inputs",
    "usual_scaling",
]
