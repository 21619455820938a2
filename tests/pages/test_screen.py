"""What is on the screen belongs together, through the real pages: orders of upload, start, link, edit, train, stop,
reload and second tab. All orders on the state machine alone: tests/lab/edits/test_screen.py.
"""

import pytest

from lab.export.link import to_link
from lab.starts import start
from lab.texts import say
from tests.pages.conftest import Person
from tests.waiting import LONGEST_S

OWN = b"x,y\n" + b"".join(b"%d,%d.5\n" % (n, n * n % 17) for n in range(40))


class Walker(Person):
    """Someone who looks after each step whether all that is shown is of the data and the network on the knobs."""

    def another_session(self, **query: str) -> "Walker":
        """A reload, a second tab, a link: another session of the same browser."""
        other = object.__new__(Walker)
        other.engine = self.engine
        other.at = type(self.at).from_file(self.at._script_path, default_timeout=LONGEST_S)
        other.at.query_params.update({"lang": "en", **query})
        return other.look()

    def look(self) -> "Walker":
        super().look()
        for run_id in self.runs_shown():
            ran = self.engine.record(run_id, self.state().owner).experiment
            assert (ran.data, ran.model) == (self.experiment.data, self.experiment.model)
        if not self.runs_shown() and self.state().page in ("train", "evaluate"):
            assert not self.has_verdict()
            assert not self.has_seal()
        return self

    def runs_shown(self) -> set[str]:
        """Ids of the runs whose curves or results stand on the train page or the evaluate page."""
        page = self.state().page
        if page == "train":
            drawn = self.component("lab_live_curve")["run"]
            return set() if drawn.startswith("none") else {drawn}
        if page != "evaluate":
            return set()
        runs = self.engine.runs_of(self.state().owner)
        return {run.id for run in runs if f"Run #{run.number} · " in self.sentences()}

    def has_verdict(self) -> bool:
        return say("verdict_box.details", "en") in {one.label for one in self.at.expander}

    def has_seal(self) -> bool:
        return any(one.key == "open_test" for one in self.at.button)

    def head(self) -> str:
        """The line of the train step."""
        batch = f":small[batch {self.experiment.fit.batch_size:,}"
        return next(one.proto.label for one in self.at.get("page_link") if batch in one.proto.label)

    def upload(self) -> "Walker":
        self.go_to("data")
        self.at.file_uploader(key=self.key("upload")).upload("mine.csv", OWN, "text/csv")
        return self.look()

    def edit(self, units: int) -> "Walker":
        """On the layers page, where nothing trains by itself."""
        self.go_to("layers")
        return self.set_number(units, f"layer-{self.experiment.model.layers[0].id}", "Dense", "units")

    def finish(self) -> "Walker":
        self.engine.advance()
        return self.look()


@pytest.fixture
def walker(engine, monkeypatch):
    first = Walker(engine, "en")
    monkeypatch.setattr("pages.ui.state.new_owner", lambda: first.state().owner)
    return first


def test_an_upload_clears_the_slate_and_the_way_back_brings_the_result_with_its_data(walker):
    walker.train(3).press("stop").go_to("evaluate")
    assert walker.has_verdict()
    walker.press("open_test")
    assert say("summary.opened", "en", count=1) in walker.sentences()
    walker.upload().go_to("evaluate")
    assert not walker.runs_shown()
    assert say("aside.empty", "en", number=1) in walker.sentences()
    assert say("summary.sealed", "en") in walker.sentences()
    walker.go_to("train")
    assert say("summary.not_trained", "en") in walker.head()
    walker.train().go_to("evaluate")
    assert walker.has_seal()  # of these data
    first = walker.engine.runs_of(walker.state().owner)[-1]
    walker.go_to("train").press(f"open-{first.id}").go_to("evaluate")
    assert walker.runs_shown() == {first.id}
    assert walker.experiment == start("iris")
    assert not walker.has_seal()  # it was opened


def test_a_start_while_a_run_trains_leaves_it_going_and_says_so(walker):
    walker.press("train").press("start.penguins")
    assert say("summary.elsewhere", "en", number=1) in walker.head()
    assert say("aside.going_on", "en", number=1) in walker.sentences()
    (first,) = walker.engine.runs_of(walker.state().owner)
    walker.press(f"look-at-{first.id}")
    assert walker.runs_shown() == {first.id}
    assert say("run_state.running", "en") in walker.head()
    walker.press("start.penguins").press(f"stop-{first.id}")
    assert walker.engine.view(first.id, walker.state().owner).state == "stopped"
    assert say("aside.empty", "en", number=1) in walker.sentences()


def test_another_network_steps_in_front_of_the_old_curve_and_the_old_one_comes_back_with_its_own(walker):
    walker.train().edit(8).go_to("evaluate")
    assert say("aside.aside", "en", number=1) in walker.sentences()
    walker.go_to("train")
    assert walker.component("lab_live_curve")["ghost"] is not None
    walker.edit(16).go_to("train")
    assert walker.runs_shown()
    assert walker.has_verdict()


def test_a_reload_a_second_tab_and_a_link_show_what_belongs_to_their_experiment(walker):
    walker.press("train")
    second = walker.another_session()
    assert second.runs_shown() == walker.runs_shown()
    second.press("start.penguins").press("train")  # the engine stops and keeps the first
    walker.look()
    assert say("aside.going_on", "en", number=2) in walker.sentences()
    assert say("run_state.stopped", "en") in walker.head()
    second.finish()
    walker.look()
    reloaded = walker.another_session()
    assert reloaded.experiment == start("penguins")
    assert reloaded.runs_shown() == second.runs_shown()
    assert reloaded.has_verdict()
    linked = walker.another_session(e=to_link(start("iris")))
    assert linked.runs_shown() == walker.runs_shown()
    unknown = walker.another_session(e=to_link(start("spiral")))
    assert not unknown.runs_shown()


def test_a_knob_on_other_data_starts_nothing_by_itself(walker):
    walker.train().upload().go_to("train")
    walker.set_number(5, "fit.batch_size")
    assert len(walker.engine.runs_of(walker.state().owner)) == 1


def test_the_compare_page_shows_old_runs_on_new_data_only_when_asked(walker):
    walker.train().press("start.penguins").go_to("compare")
    assert say("compare.other_data", "en", count=1) in walker.sentences()
    assert not walker.has_verdict()
    walker.press("choose-1")
    assert walker.has_verdict()
    assert "This run is on other data than those above" in walker.sentences()
    walker.press("start.iris").press("start.penguins")
    assert walker.has_verdict()  # the same data as when it was asked for
    walker.press("start.spiral")
    assert not walker.has_verdict()
