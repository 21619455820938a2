"""A warning stands at the knob that it is about, before training, with a click that mends it where there is one."""

import pytest

from lab.model.knobs import knob_of
from lab.starts import start
from lab.texts import say_error
from tests.pages.conftest import seen

IRIS, TMAX = start("iris"), start("tmax")
LAST = IRIS.model.layers[-1]
BINARY_LOSS = IRIS.with_compile(loss={"type": "BinaryCrossentropy", "params": {}})
# problem -> (pages with its knob, an experiment that has it)
CASES = {
    "advice.softmax_with_binary": ("train compile", BINARY_LOSS),
    "model.class_loss_note": ("train", IRIS.with_compile(loss={"type": "MeanSquaredError", "params": {}})),
    "model.output_units": ("train layers", IRIS.with_layer(LAST.with_params(units=2))),
    "model.not_probabilities": ("layers", IRIS.with_layer(LAST.with_params(activation="relu"))),
    "model.bounded_output": ("layers", TMAX.with_layer(TMAX.model.layers[-1].with_params(activation="sigmoid"))),
    "model.learning_rate_huge": ("train compile", IRIS.with_learning_rate(100.0)),
    "model.batch_larger_than_data": ("train", IRIS.with_fit(batch_size=500)),
    "model.batch_small": ("train", IRIS.with_fit(batch_size=1)),
    "model.patience_beyond_epochs": ("train", IRIS.with_fit(early_stopping={"patience": 100})),
    "model.few_validation_rows": ("data", IRIS.with_data(split=IRIS.data.split.replace(validation=0.05))),
    "model.inputs_not_scaled": ("data", TMAX.with_data(scaling="none")),
    "model.metric_unfit": ("compile", TMAX.with_compile(metrics=("accuracy",))),
    "model.dropout_on_inputs": ("train layers", IRIS.with_added_layer("Dropout", {"rate": 0.2}, 0)),
    "model.output_only_in_training": ("layers", IRIS.with_added_layer("Dropout", {"rate": 0.2})),
}


def in_order(block):
    """All elements of a page from top to bottom."""
    for child in block.children.values():
        if hasattr(child, "children"):
            yield from in_order(child)
        else:
            yield child


def put(person, experiment):
    person.state().replace_experiment(experiment)
    return person


@pytest.mark.parametrize(
    ("code", "page"), [(code, page) for code, (pages, _) in CASES.items() for page in pages.split()]
)
def test_a_problem_is_told_right_below_its_knob_and_nowhere_else(person, code, page):
    put(person, CASES[code][1]).go_to(page)
    problem = next(one for one in person.state().memo["bench"][1].problems if one.code == code)
    told, knob = say_error(problem, "en"), person.key(knob_of(problem, person.experiment))
    elements = list(in_order(person.at.main))
    places = [place for place, one in enumerate(elements) if told in seen(str(getattr(one, "value", "")))]
    assert len(places) == 1
    widgets = [one.key for one in elements[: places[0]] if getattr(one, "key", None)]
    last = next(key for key in reversed(widgets) if not key.endswith((".up", ".down")))
    assert last == knob or last.startswith(f"{knob}.")


@pytest.mark.parametrize("page", ["train", "compile", "layers"])
def test_a_problem_whose_knob_stands_elsewhere_is_told_all_the_same_before_the_curves(person, page):
    put(person, TMAX.with_data(scaling="none")).go_to(page)
    assert person.sentences().count("The inputs are large or of different size") == 1
    person.press("mend-model.inputs_not_scaled-")
    assert person.experiment.data.scaling == "standard"
    assert "The inputs are large" not in person.sentences()


def test_one_click_at_the_loss_makes_output_and_loss_fit_before_anything_was_trained(person_in):
    person = put(person_in, BINARY_LOSS).look()
    button = next(one for one in person.at.button if one.key == "mend-advice.softmax_with_binary-")
    person.press(button.key)
    assert person.experiment.compile.loss.type == "CategoricalCrossentropy"
    assert person.state().screen.run is None
    assert not person.at.warning


def test_an_error_stands_at_its_knob_and_the_blocked_button_says_where_to_look(person):
    put(person, CASES["model.output_units"][1]).look()
    assert person.at.button(key="train").disabled
    assert "stands below its setting" in person.sentences()
    assert len(person.errors()) == 1
    person.press(f"mend-model.output_units-{LAST.id}")
    assert not person.at.button(key="train").disabled
