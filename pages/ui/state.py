"""What one browser session holds, as one typed object. The only module that names `st.session_state`.

The Experiment is the truth and widgets only show it. A widget has `value=` from the experiment and a key with the
revision in it: without a key every second change is lost, with a key alone the value is gone after a visit to
another page, and a preset reaches a widget only under a new key. Changes come in by callbacks, which run before
the script: so header, forms and code of one screen always speak of the same experiment.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import streamlit as st
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.state import SafeSessionState
from streamlit.runtime.state.session_state import SessionState

from lab.edits.screen import Screen
from lab.errors import LabError
from lab.runs.serve.host import engine
from lab.runs.serve.owner import new_owner, owner_from
from lab.runs.serve.sessions import Session, opened, visitor_named
from lab.spec.experiment import Experiment
from lab.spec.shared import shared
from lab.texts import Language, key_of
from netcore.errors import NetcoreError
from pages.ui.desk import Desk, OwnFile, use_desk
from pages.ui.forged import NotShown

PARTS = ("_new_widget_state", "_old_state", "_key_id_mapper")  # of Streamlit 1.67; a later one may have others
TOLD = 20  # runs of which a session remembers what they were told; it stands in their records, too

T = TypeVar("T")
Refusal = LabError | NetcoreError
Change = Callable[[Experiment, Any], Experiment]  # by what a widget shows
Edit = Callable[[Experiment], Experiment]  # by a button


@dataclass(frozen=True)
class Notice:
    """A sentence to show once, on the next screen. `kind` is "success", "info", "warning" or "error"."""

    kind: str
    code: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass
class AppState:
    """Everything a session remembers beside the runs, which the engine keeps."""

    owner: str
    language: Language
    experiment: Experiment
    desk: Desk
    session: Session | None = None  # while it is held, the server knows whose this session is
    revision: int = 0
    page: str = ""
    came_by_link: bool = False  # to something that the address names
    screen: Screen = field(default_factory=Screen)  # which run was looked at last; what of it may be seen: `scene_of`
    speed: float | None = 30.0  # epochs per second; None is as fast as possible
    train_on_change: bool = True
    wants_run: bool = False  # a knob was turned that the train page has not answered yet
    stream_blocked: bool = False  # the live route did not answer: draw from the engine instead
    refusals: dict[str, Refusal] = field(default_factory=dict)  # widget key -> why its value was not taken
    offered: OwnFile | None = None  # an uploaded file that is not the one which the experiment asks for
    lying: OwnFile | None = None  # an uploaded file of which nothing can be learned before it is turned
    notices: list[Notice] = field(default_factory=list)  # not said yet
    said: list[Notice] = field(default_factory=list)  # those on the screen
    has_said: bool = True  # that screen was drawn to its end
    curves_asked: bool = False  # this screen is drawn because a run began, paused or ended, not by the person
    told: dict[str, Experiment] = field(default_factory=dict)  # run -> what it was started with and told since
    views: dict[type, Any] = field(default_factory=dict)  # see `held`
    memo: dict[str, Any] = field(default_factory=dict)  # what was worked out, see `once`

    def __post_init__(self) -> None:
        self.desk.seat(self)

    def leave(self) -> None:
        """Its page has gone: what was worked out for it is worked out again should it come back."""
        self.memo.clear()
        self.desk.screens.pop(id(self), None)
        if not self.desk.screens:
            self.desk.leave()
            engine().left(self.owner)

    def forget_tables(self) -> None:
        """Another session's script may run meanwhile: each of these is one step."""
        self.memo.clear()
        self.offered = self.lying = None

    def tell(self, run_id: str, experiment: Experiment) -> None:
        """Remember what a run was started with and told since."""
        self.told[run_id] = shared(experiment)
        keep_newest(self.told, TOLD)

    def key(self, *names: object) -> str:
        """A widget key that a preset renews."""
        return ".".join(str(name) for name in (self.revision, *names))

    def held(self, kind: type[T]) -> T:
        """What one page remembers of the session, as an object of a class of its own; made at the first call."""
        view: T = self.views.setdefault(kind, kind())
        return view

    def once(self, name: str, key: object, work: Callable[[], T]) -> T:
        """The result of `work`, remembered under that name until the key is another."""
        known = self.memo.get(name)
        if known is None or known[0] != key:
            known = self.memo[name] = (key, work())
        result: T = known[1]
        return result

    def change_experiment(self, experiment: Experiment) -> None:
        """Take a widget's change: the widget that caused it already shows it."""
        self.experiment = self.desk.draft = shared(experiment)
        self.wants_run = True

    def replace_experiment(self, experiment: Experiment) -> None:
        """Take a preset, a link or a proposal: all widgets are made anew to show it."""
        self.change_experiment(experiment)
        self.wants_run = False
        self.revision += 1
        self.offered = self.lying = None
        self.refusals.clear()

    def refuse(self, key: str, refusal: Refusal) -> None:
        """Remember why a value was not taken, but not the frames that the refusal came through: they hold the file."""
        refusal.__traceback__ = refusal.__context__ = None
        self.refusals[key] = refusal

    def notice(self, kind: str, code: str, /, **values: Any) -> None:
        self.notices.append(Notice(kind, code, values))

    def enter_page(self, page: str) -> None:
        """A new screen; on another page the widgets show the experiment again, so earlier refusals are over."""
        use_desk(self.owner, self.desk)
        self.desk.screens[id(self)] = self
        self.memo.pop("runs", None)  # asked for once a screen, see `pages.ui.run.training.past_runs`
        if page != self.page:
            self.memo.pop("views", None)  # curves of other runs, see `pages.ui.compare.chart.view_of`
            self.page = page
            self.refusals.clear()
            self.wants_run = False

    def end_screen(self) -> None:
        """It was drawn to its end: one that another one interrupts has not shown what is to be said.

        The record of the run on the screen goes: its numbers take four times what the engine has them in, which makes
        them again in a third of a millisecond.
        """
        self.has_said = True
        self.memo.pop("record", None)  # see `pages.ui.run.training.record_of_run`
        self.desk.forget_views()


def keep_newest(kept: dict[Any, Any], most: int) -> None:
    """What was put in first goes."""
    while len(kept) > most:
        del kept[next(iter(kept))]


def app_state() -> AppState:
    """The session's state; made by `pages.ui.frame.opening` before any page runs."""
    state: AppState = st.session_state["app"]
    return state


def has_state() -> bool:
    return "app" in st.session_state


def keep_state(state: AppState) -> None:
    st.session_state["app"] = state


def leave(session: AppSession) -> None:
    """The page of that session has gone, and not come back so far."""
    if "app" in session.session_state:
        state: AppState = session.session_state["app"]
        state.leave()


def widget_value(key: str) -> Any:
    """What a widget of this session shows. Raises NotShown."""
    try:
        return st.session_state[key]
    except KeyError:
        raise NotShown(key) from None


def set_widget_value(key: str, value: Any) -> None:
    """Only from a callback: a widget that was drawn already keeps what it shows."""
    st.session_state[key] = value


def forget_widgets() -> None:
    """Those that the last whole screen did not draw. At the beginning of a script run, when no widget is drawn yet.

    Streamlit lets go of what such a widget showed, and keeps its name and its callback, with all that this was given,
    as long as the session. A preset gives the widgets of a screen new names (`AppState.key`): a session of two hours
    would remember thousands, half a megabyte for each three hundred.
    """
    context = get_script_run_ctx()
    if context is not None and isinstance(context.session_state, SafeSessionState):
        with context.session_state._lock:  # the browser's own thread may ask for another run meanwhile
            state = inmost(context.session_state)
            if all(hasattr(state, part) for part in PARTS):
                _forget(state)


def inmost(state: SafeSessionState | SessionState) -> SessionState:
    """What Streamlit wraps, in its tests twice."""
    return inmost(state._state) if isinstance(state, SafeSessionState) else state


def _forget(state: SessionState) -> None:
    """What a widget showed is there as long as the widget is: Streamlit itself takes it away after a whole screen."""
    widgets, names = state._new_widget_state, state._key_id_mapper
    drawn = {*widgets.states, *state._old_state}
    widgets.widget_metadata = {name: known for name, known in widgets.widget_metadata.items() if name in drawn}
    names.set_key_id_mapping({key: name for key, name in names._key_id_mapping.items() if name in drawn})


def edit(key: str, change: Change) -> None:
    """Callback of a widget: hand its value to the experiment. A refused value leaves the experiment as it was."""
    _edit(key, change)


def edit_part(key: str, change: Change) -> None:
    """As `edit`, for the choice of a part (its key ends with "type"): what was refused of the one before is over."""
    if _edit(key, change):
        state, part = app_state(), key.removesuffix("type")
        state.refusals = {name: why for name, why in state.refusals.items() if not name.startswith(part)}


def edit_anew(key: str, change: Change) -> None:
    """As `edit`, for what other widgets show as well: all are made anew."""
    if _edit(key, change):
        state = app_state()
        state.replace_experiment(state.experiment)


def _edit(key: str, change: Change) -> bool:
    """Whether there was anything to be changed."""
    state = app_state()
    before = state.experiment
    try:
        experiment = change(before, widget_value(key))
    except (LabError, NetcoreError) as error:
        state.refusals[key] = error
        return False
    state.refusals.pop(key, None)
    state.change_experiment(experiment)
    return experiment is not before


def apply(change: Edit) -> None:
    """Callback of buttons: a refusal (too many layers) is said at the top of the page."""
    _apply(change)


def renew(change: Edit) -> None:
    """As `apply`, for what other widgets show as well: all are made anew."""
    if _apply(change):
        state = app_state()
        state.replace_experiment(state.experiment)


def _apply(change: Edit) -> bool:
    """Whether there was anything to be changed."""
    state = app_state()
    before = state.experiment
    try:
        experiment = change(before)
    except (LabError, NetcoreError) as refusal:
        state.notice("error", refusal.code, **refusal.values)
        return False
    state.change_experiment(experiment)
    return experiment is not before


def refused(refusal: Refusal) -> None:
    """Of a callback that does not answer for it itself: it is said at the top of the page."""
    app_state().notice("error", key_of(refusal), **refusal.values)


def owner_of_session() -> str:
    """The owner cookie of this browser; a session without one (cookies refused) owns its runs until it ends."""
    return _cookie_owner() or new_owner()


def noted_session() -> Session | None:
    """Tell the server whose session this is; None where there is no server."""
    context = get_script_run_ctx()
    return opened(context.session_id, visitor_named(_cookie_owner(), st.context.ip_address)) if context else None


def _cookie_owner() -> str | None:
    return owner_from(dict(st.context.cookies))
