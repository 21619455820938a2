"""What keeps a task or a hand-in from being opened, made or judged."""

from lab.errors import LabError


class HomeworkError(LabError):
    """A task or a hand-in that cannot be used as it stands."""
