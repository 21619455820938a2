"""A task, and students who do it: runs so small that ten of them take no time."""

from functools import cache

from lab.data.given import given_table
from lab.homework.making import Draft, DraftQuestion
from lab.homework.schema import HandIn, TeachersCopy
from lab.homework.work import Homework, Work
from lab.runs.serve.inline import InlineEngine
from lab.spec.experiment import Experiment
from lab.starts import start

ME = "student"


def experiment() -> Experiment:
    return start("iris").with_fit(epochs=4)


def table():
    return given_table(experiment().data.source, experiment().data.reading)


def draft(**changes) -> Draft:
    """Units and epochs are open, three questions are asked."""
    asked = [
        DraftQuestion("choice", "Which part judges?", "training\nvalidation\ntest", 1),
        DraftQuestion("number", "How many classes?", right=3, close=0.5),
        DraftQuestion("text", "Why?"),
    ]
    values = {"title": "Small nets", "words": "Reach the goal.", "number": 0.95, "seeds": 2, "questions": asked}
    return Draft(**{**values, "knobs": {"units": "1 - 16", "epochs": "2, 4, 6"}, **changes})


@cache
def copy() -> TeachersCopy:
    return draft().made(experiment())


def at_work(name: str = "Kim", replies=(1, 3, "Because."), task=None, **values) -> Work:
    """A student who has run the task once with these values."""
    homework, engine = Homework(), InlineEngine()
    homework.open(task or copy().task)
    work = homework.work
    work.name, work.replies = name, list(replies)
    work.values |= values
    work.begin(table(), engine, ME)
    engine.advance()
    work.trying.seen(engine.study(work.trying.study_id, ME))
    work.ended()
    return work


@cache
def hand_in(name: str = "Kim", replies=(1, 3, "Because."), **values) -> HandIn:
    return at_work(name, replies, **values).hand_in()
