"""What the lab works out for the experiment on the screen: table, dataset, shapes, problems, Keras code.

Worked out once for an experiment and remembered in the session, so that a rerun which changes nothing costs nothing;
and once for everybody who has the same one on the screen, as a class has that opens one link.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from weakref import WeakValueDictionary

from lab.aside.progress import Tell, silently
from lab.data.given import given_table
from lab.data.prepare import Dataset, prepare_cached
from lab.data.table import Table
from lab.errors import LabError
from lab.export.keras_source import keras_source
from lab.model.drawn import DrawnNetwork, drawn_network
from lab.model.layer_table import LayerRow, layer_rows
from lab.model.problem import Problem, in_the_way
from lab.model.problems import model_problems
from lab.spec.experiment import Experiment, GraphSpec
from lab.texts import Language
from lab.verdict.context import RunContext
from lab.verdict.judging import context_of
from pages.ui.desk import Desk
from pages.ui.progress import size_of_file, slowly, while_reading
from pages.ui.state import AppState, app_state


@dataclass(frozen=True, eq=False)
class Bench:
    """One experiment laid out.

    Args:
        table: None if it is an own file that this server does not have (any more).
        dataset: None if the data cannot be prepared; `refusal` then says why.
    """

    experiment: Experiment
    table: Table | None
    dataset: Dataset | None
    refusal: LabError | None

    @cached_property
    def rows(self) -> tuple[LayerRow, ...]:
        """Shapes and parameters of each layer; none without a dataset."""
        return layer_rows(self.experiment, self.dataset) if self.dataset else ()

    @cached_property
    def network(self) -> DrawnNetwork:
        """As it is drawn before anything is learned."""
        return drawn_network(self.experiment, self.rows, self.dataset)

    @cached_property
    def context(self) -> RunContext | None:
        """What a verdict on a run of it rests on; None without a dataset."""
        return None if self.dataset is None else context_of(self.experiment, self.dataset)

    @cached_property
    def problems(self) -> list[Problem]:
        return model_problems(self.experiment, self.dataset)

    def keras_code(self, language: Language) -> str:
        """The experiment as a Keras program; the language is that of its comments. Empty without a dataset."""
        if self.dataset is None:
            return ""
        functional = isinstance(self.experiment.model, GraphSpec)
        shapes = self.dataset.input_shapes if functional else self.dataset.input_shape
        return keras_source(self.experiment, shapes, language=language)

    @property
    def errors(self) -> list[LabError | Problem]:
        """What keeps the experiment from being trained."""
        return in_the_way(self.refusal, self.problems)


def bench_of(state: AppState) -> Bench:
    """The bench of the experiment on the screen."""

    def laid_out() -> Bench:
        size = size_of_file(state)
        with while_reading(state, size) as tell, slowly(state, "doctor.preparing", size):
            return lay_out(state.experiment, state.desk, tell)

    return state.once("bench", state.experiment, laid_out)


class Shared:
    """The benches of experiments that need no person's file, as long as somebody has one of them on the screen."""

    def __init__(self) -> None:
        self._benches: WeakValueDictionary[Experiment, Bench] = WeakValueDictionary()
        self._one_makes: WeakValueDictionary[Experiment, threading.Lock] = WeakValueDictionary()
        self._lock = threading.Lock()

    def get(self, experiment: Experiment, make: Callable[[], Bench]) -> Bench:
        """The bench that somebody has, or is about to have, or this one from now on.

        A class opens one link in one moment: one lays it out, and the others wait for that.
        """
        with self._lock:
            if known := self._benches.get(experiment):
                return known
            one_makes = self._one_makes.setdefault(experiment, threading.Lock())
        with one_makes:
            with self._lock:
                known = self._benches.get(experiment)
            made = known or make()
            with self._lock:
                self._benches[experiment] = made
        return made


_shared = Shared()


def lay_out(experiment: Experiment, desk: Desk, tell: Tell = silently) -> Bench:
    if experiment.data.source.kind == "upload":
        return _laid_out(experiment, desk, tell)
    return _shared.get(experiment, lambda: _laid_out(experiment, desk, tell))


def _laid_out(experiment: Experiment, desk: Desk, tell: Tell) -> Bench:
    table = None
    try:
        table = table_of(experiment, desk, tell)
        return Bench(experiment, table, prepare_cached(table, experiment.data, experiment.seed), None)
    except LabError as refusal:
        return Bench(experiment, table, None, refusal.with_traceback(None))  # whose frames hold the whole table


def table_of(experiment: Experiment, desk: Desk, tell: Tell = silently) -> Table:
    """The table as the experiment reads it.

    Args:
        tell: is told how far it is, if it has to be read.

    Raises:
        LabError "data_page.own_file_missing" for an own file that is not at hand; TableError: not to be read so.
    """
    data = experiment.data
    if data.source.kind == "upload":
        return desk.table(data.source, data.reading, tell)
    return given_table(data.source, data.reading)


def dataset_of(experiment: Experiment, desk: Desk) -> Dataset:
    """The dataset of an experiment that had one. Raises LabError: its file has gone."""
    bench = lay_out(experiment, desk)
    if bench.dataset is None:
        raise bench.refusal or LabError("data_page.own_file_missing", name=experiment.data.source.name)
    return bench.dataset


def table_now() -> Table:
    """The table on the screen, for what a click or a choice does. Raises as `table_of`.

    A widget that is given the table itself keeps it in memory as long as its screen, and Streamlit keeps that for two
    minutes after its page has gone: nobody who makes room would get it back.
    """
    state = app_state()
    return table_of(state.experiment, state.desk)
