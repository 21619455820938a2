"""Each advice as an edit: it does what its sentence says, on sequential and functional models, and nothing else."""

import pytest

from lab.data.prepare import prepare_cached
from lab.data.samples import load_sample
from lab.edits.advice import REMEDIES, Known, applied
from lab.edits.graph import as_graph
from lab.edits.layers import dropping_layers, hidden_layers
from lab.model.problems import model_problems
from lab.spec.experiment import Change
from lab.starts import STARTS, start
from lab.texts import LANGUAGES, has_text, say
from lab.verdict.verdict import ADVICE
from lab.verdict.verdict import REMEDIES as ADVISED

KNOWN = Known(epochs=60, best_epoch=20, train_rows=90)
BY_A_PERSON = {"more_rows", "better_inputs", "open_test", "keep_test", "other_seed", "larger_validation", "later_rows"}
LONE = start("iris").with_layers(start("iris").model.layers[-1:])
MODELS = {"sequential": start("iris"), "functional": as_graph(start("iris"))}
both = pytest.mark.parametrize("experiment", MODELS.values(), ids=MODELS)


def errors(experiment):
    table = load_sample(experiment.data.source.name, experiment.data.reading)
    dataset = prepare_cached(table, experiment.data, experiment.seed)
    return [one.code for one in model_problems(experiment, dataset) if one.severity == "error"]


def test_every_advice_is_an_edit_or_a_thing_for_a_person_to_do():
    codes = {code for advice in ADVICE.values() for code in advice} | set(ADVISED.values())
    codes |= {"fewer_epochs", "smaller_still"}
    assert codes <= set(REMEDIES) | BY_A_PERSON
    assert not set(REMEDIES) & BY_A_PERSON
    for code in REMEDIES:
        assert has_text(f"advice.{code}")
        assert has_text(f"verdict.advice.{code}")


@pytest.mark.parametrize("name", STARTS)
@pytest.mark.parametrize("code", REMEDIES)
def test_every_start_can_follow_every_advice_or_says_that_it_cannot(name, code):
    experiment = start(name)
    changed = applied(code, experiment, KNOWN)
    assert changed is None or (changed != experiment and not errors(changed))
    if changed is not None and not REMEDIES[code].anew and code != "standardise_inputs":
        assert (changed.data, changed.seed, changed.origin) == (experiment.data, experiment.seed, None)


@both
def test_the_learning_rate_becomes_a_tenth_or_three_times_also_where_it_was_turned_on_the_way(experiment):
    turned = experiment.with_fit(changes=(Change(epoch=5, batch=0, name="learning_rate", value=0.02),))
    rate = experiment.compile.learning_rate
    for code, factor in (("lower_learning_rate", 0.1), ("raise_learning_rate", 3)):
        changed = applied(code, turned, KNOWN)
        assert changed.compile.learning_rate == pytest.approx(factor * rate)
        assert changed.fit.changes[0].value == pytest.approx(factor * 0.02)


@both
def test_batches_become_four_times_as_large_and_at_least_eight_but_no_larger_than_the_data(experiment):
    for before, after in ((1, 8), (2, 8), (10, 40)):
        assert applied("larger_batch", experiment.with_fit(batch_size=before), KNOWN).fit.batch_size == after
    assert applied("larger_batch", experiment.with_fit(batch_size=90), KNOWN) is None


@both
def test_epochs_end_at_the_best_one_or_are_twice_as_many(experiment):
    extended = experiment.with_fit(changes=(Change(epoch=50, batch=0, name="epochs", value=60),))
    for code, epochs in (("stop_at_best", 20), ("fewer_epochs", 20), ("more_epochs", 120)):
        changed = applied(code, extended, KNOWN)
        assert (changed.fit.epochs, changed.fit.changes) == (epochs, ())
    assert applied("stop_at_best", experiment, Known(epochs=60, best_epoch=60)) is None
    assert applied("stop_at_best", experiment, Known()) is None


@both
def test_hidden_layers_get_half_or_twice_their_units_and_the_output_keeps_its_own(experiment):
    widths = [layer.params["units"] for layer in hidden_layers(experiment)]
    for code, factor in (("smaller_net", 0.5), ("smaller_still", 0.5), ("more_units", 2)):
        changed = applied(code, experiment, KNOWN)
        assert [layer.params["units"] for layer in hidden_layers(changed)] == [int(one * factor) for one in widths]
        assert changed.model.layers[-1] == experiment.model.layers[-1]


def test_filters_are_units_too():
    name = next(one for one in STARTS if any("filters" in layer.params for layer in start(one).model.layers))
    changed = applied("smaller_net", start(name), KNOWN)
    pairs = zip(start(name).model.layers, changed.model.layers, strict=True)
    assert all(new.params["filters"] == old.params["filters"] // 2 for old, new in pairs if "filters" in old.params)


def test_a_lone_output_layer_gets_a_hidden_layer_in_front_and_cannot_be_halved():
    changed = applied("more_units", LONE, KNOWN)
    assert [layer.type for layer in changed.model.layers] == ["Dense", "Dense"]
    assert changed.model.layers[-1].params == LONE.model.layers[-1].params
    assert not errors(changed)
    assert applied("smaller_net", LONE, KNOWN) is None


@pytest.mark.parametrize("experiment", [start("iris"), LONE], ids=["hidden", "lone"])
def test_dropout_stands_in_front_of_the_output_layer_never_behind_it(experiment):
    changed = applied("dropout", experiment, KNOWN)
    kinds = [layer.type for layer in changed.model.layers]
    assert kinds[-2:] == ["Dropout", "Dense"]
    assert kinds.count("Dropout") == 1
    assert changed.model.layers[-1] == experiment.model.layers[-1]
    assert applied("dropout", changed, KNOWN) is None


def test_dropout_stands_in_front_of_an_activation_that_is_a_layer_and_of_its_units():
    bare = start("iris").model.layers[-1].with_params(activation=None)
    experiment = LONE.with_layers([bare]).with_added_layer("Softmax", {})
    changed = applied("dropout", experiment, KNOWN)
    assert [layer.type for layer in changed.model.layers] == ["Dropout", "Dense", "Softmax"]


@pytest.mark.parametrize("experiment", [as_graph(start("iris")), as_graph(LONE)], ids=["hidden", "lone"])
def test_in_a_graph_the_output_reads_what_was_dropped(experiment):
    changed = applied("dropout", experiment, KNOWN)
    graph, before = changed.model, experiment.model
    assert graph.outputs == before.outputs
    output = graph.node(graph.outputs[0].reads)
    (dropped,) = output.reads
    assert graph.node(dropped).type == "Dropout"
    assert graph.node(dropped).reads == before.node(before.outputs[0].reads).reads
    assert not errors(changed)


@pytest.mark.parametrize("name", [one for one in STARTS if start(one).model.kind == "graph"])
def test_every_output_of_a_graph_has_its_dropout_in_front(name):
    experiment = start(name)
    changed = applied("dropout", experiment, KNOWN)
    if dropping_layers(experiment):
        assert changed is None
        return
    graph = changed.model
    for output in graph.outputs:
        assert graph.layer_of(graph.node(output.reads)).type != "Dropout"
        assert any(graph.node(one).type == "Dropout" for one in graph.leading_to([output]) if one not in graph.inputs)


def test_rows_in_time_order_are_divided_at_random_and_that_is_a_run_of_its_own():
    name = next(one for one in STARTS if start(one).data.split.order == "time" and start(one).data.windows is None)
    assert applied("shuffled_split", start(name), KNOWN).data.split.order == "shuffled"
    assert REMEDIES["shuffled_split"].anew
    assert applied("shuffled_split", start("iris"), KNOWN) is None


def test_a_fork_whose_shapes_change_begins_anew_and_keeps_its_origin_otherwise():
    fork = start("iris").forked(3)
    assert applied("lower_learning_rate", fork, KNOWN).origin == fork.origin
    assert applied("smaller_net", fork, KNOWN).origin is None
    assert applied("stop_at_best", fork, Known(epochs=9, best_epoch=2)) is None  # it would end before it begins


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_say_the_numbers_of_their_edits(language):
    said = {code: say(f"verdict.advice.{code}", language, best_epoch=20) for code in REMEDIES}
    numbers = {"stop_at_best": "20", "raise_learning_rate": {"ko": "3", "en": "three"}[language], "larger_batch": "8"}
    for code, number in numbers.items():
        assert number in said[code]
