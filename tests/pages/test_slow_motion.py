"""Slow motion on its page: the first update of the experiment, any of the run, another sample, another unit."""

from lab.charts.slow_motion import motion_data
from lab.slow_motion.steps import steps_of
from lab.slow_motion.view import View
from lab.starts import start
from lab.texts import say
from pages.ui.bench import bench_of
from tests.lab.slow_motion.looks import update_of_run


def steps(person) -> list[dict]:
    return person.component("lab_slow_motion")["steps"]


def step(person, start: str) -> dict:
    return next(one for one in steps(person) if one["key"].startswith(start))


def test_the_first_update_of_an_untrained_experiment_is_shown_from_batch_to_weights(person_in, language):
    person = person_in.go_to("slow_motion")
    phases = list(dict.fromkeys(one["phase"] for one in steps(person)))
    assert phases == ["batch", "forward", "loss", "backward", "update"]
    assert say("slow.batch.title", language) == steps(person)[0]["title"]
    assert "sm-weight" in step(person, "forward.sum")["html"]
    assert step(person, "forward.sum")["wires"]
    assert not any("{" in one["title"] for one in steps(person))


def test_any_update_of_the_run_can_be_looked_at_and_another_sample_of_it(person):
    person.set_number(3, "fit.epochs")
    person.train()
    person.go_to("slow_motion")
    first = steps(person)[0]["html"]
    [epoch] = [box for box in person.at.number_input if "slow-epoch" in box.key]
    epoch.set_value(3)
    person.look()
    assert "epoch 3" in steps(person)[0]["html"]
    [sample] = [box for box in person.at.number_input if "slow-sample" in box.key]
    sample.set_value(2)
    person.look()
    assert "sample 2" in steps(person)[0]["html"]
    assert steps(person)[0]["html"] != first


def test_another_unit_is_followed_through_all_equations(person):
    person.go_to("slow_motion")
    person.at.selectbox(key="slow-layer").set_value("z1")
    person.look()
    [unit] = [box for box in person.at.selectbox if "slow-unit-z1" in box.key]
    wanted = 1 if unit.value == 0 else 0
    unit.set_value(wanted)
    person.look()
    assert {target for _, _, _, target, _ in step(person, "forward.sum.z1")["wires"]} == {wanted}
    assert f"w<sub>1,{wanted + 1}</sub>" in step(person, "forward.sum.z1")["html"]


def test_what_cannot_be_trained_says_so_in_place_of_an_update(person_in, language):
    person = person_in
    person.state().replace_experiment(person.experiment.with_layers(()))
    person.go_to("slow_motion")
    assert say("slow_page.no_update", language) in person.sentences()


def test_the_train_page_leads_here_while_a_run_goes_on_and_once_it_has_ended(person):
    assert "see-slowly" not in {button.key for button in person.at.button}
    person.press("train")
    assert person.at.button(key="see-slowly").label == say("slow_page.link", "en")
    person.engine.advance()
    assert person.look().at.button(key="see-slowly").label == say("slow_page.link", "en")


def epoch_box(person):
    [epoch] = [box for box in person.at.number_input if "slow-epoch" in box.key]
    return epoch


def test_a_run_that_goes_on_shows_the_epoch_behind_its_last_kept_state(person):
    person.state().replace_experiment(start("iris").with_fit(epochs=50))
    person.look().press("train")
    person.engine.advance(epochs=7)
    person.look().go_to("slow_motion")
    assert (epoch_box(person).value, epoch_box(person).max) == (7, 7)
    assert "epoch 7" in steps(person)[0]["html"]
    run = person.engine.runs_of(person.state().owner)[0].id
    record, kept = (getattr(person.engine, ask)(run, person.state().owner) for ask in ("record", "checkpoints"))
    update = update_of_run(record, kept, bench_of(person.state()).dataset, 7, 1)
    assert steps(person) == motion_data(steps_of(View(update, 0)), update.network, "en")["steps"]


def test_the_compare_page_leads_to_the_epoch_that_is_looked_at_there(person):
    person.set_number(5, "fit.epochs")
    person.train()
    person.press("compare")
    person.at.segmented_control(key="look-1").set_value("slider")
    person.look()
    [slider] = [one for one in person.at.slider if str(one.key).startswith("moment-")]
    slider.set_value(3)
    person.look().press("slider-slowly")
    assert person.state().page == "slow_motion"
    assert epoch_box(person).value == 3
    assert "epoch 3" in steps(person)[0]["html"]
    assert person.errors() == []
