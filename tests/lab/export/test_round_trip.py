"""What is exported as a Keras program and pasted back is the same experiment, sequential or functional."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.edits.graph import as_graph
from lab.export.keras_source import keras_source
from lab.export.pasted.reader import read_keras
from lab.spec.data import ALL_INPUTS, InputGroup, TargetSpec
from lab.spec.experiment import CompileSpec, EarlyStoppingSpec, FitSpec, GraphNode, GraphSpec, OutputSpec
from lab.starts import STARTS, start
from netcore.layers import LAYERS
from netcore.losses import LOSSES
from netcore.optimizers import OPTIMIZERS
from netcore.params import defaults
from tests.lab.spec.test_experiment import experiments, iris, parts


def errors(proposal):
    return [finding for finding in proposal.findings if finding.severity in ("error", "warning")]


def plain(params):
    """Arguments with layers inside layers in one form: names and defaults of the inner ones left out."""

    def inner(value):
        if isinstance(value, dict) and value.get("class_name") in LAYERS:
            cls = LAYERS.get(value["class_name"])
            known = defaults(cls)
            config = {k: v for k, v in value["config"].items() if k in cls.params and v != known.get(k, ...)}
            return {"class_name": cls.__name__, "config": config}
        return value

    return {name: inner(value) for name, value in params.items()}


fits = st.builds(
    FitSpec,
    epochs=st.integers(1, 20_000),
    batch_size=st.integers(1, 1000),
    shuffle=st.booleans(),
    class_weight=st.sampled_from([None, "balanced"]),
    early_stopping=st.one_of(
        st.none(),
        st.builds(
            EarlyStoppingSpec,
            monitor=st.sampled_from(["val_loss", "val_data_loss", "loss"]),
            patience=st.integers(1, 50),
            min_delta=st.floats(0, 1),
            restore_best_weights=st.booleans(),
        ),
    ),
)


# --- sequential


def model_of(experiment):
    return [(layer.type, plain(layer.params)) for layer in experiment.model.layers]


@given(experiments(), fits)
def test_an_exported_program_read_again_is_the_same_model_compile_and_fit(experiment, fit):
    experiment = experiment.replace(fit=fit, data=iris().data)  # with a validation part to watch
    proposal = read_keras(keras_source(experiment, (4,)), iris())
    assert errors(proposal) == [] or not experiment.model.layers
    again = proposal.experiment
    if experiment.model.layers:
        assert model_of(again) == model_of(experiment)
    assert again.compile == experiment.compile
    assert again.fit == experiment.fit
    assert again.seed == experiment.seed


@given(experiments())
def test_knobs_turned_between_calls_of_fit_come_back_as_changes(experiment):
    program = keras_source(experiment, (4,))
    again = read_keras(program, experiment).experiment
    assert ast.dump(ast.parse(keras_source(again, (4,)))) == ast.dump(ast.parse(program))


# --- functional


@st.composite
def graphs(draw):
    """Experiments with a functional model whose nodes read whatever stands before them."""
    inputs = draw(
        st.lists(st.sampled_from(["a", "b2", "입력", "model", "keras_"]), min_size=1, max_size=3, unique=True)
    )
    nodes = []
    for place in range(draw(st.integers(1, 6))):
        before = [*inputs, *(node.id for node in nodes)]
        owners = [node for node in nodes if node.shares is None]
        id = draw(st.sampled_from([f"l{place}", f"x{place}", f"layers{place}"]))
        if owners and draw(st.booleans()):
            owner = draw(st.sampled_from(owners))
            several = LAYERS.get(owner.type).several_inputs
            node = GraphNode(id=id, shares=owner.id, reads=draw(reads(before, several=several)))
        else:
            part = draw(parts(LAYERS))
            several = LAYERS.get(part.type).several_inputs
            node = GraphNode(id=id, type=part.type, params=part.params, reads=draw(reads(before, several=several)))
        nodes.append(node)
    names = draw(st.lists(st.sampled_from(["rain", "tmax", "y_1", "fit", "출력"]), min_size=1, max_size=3, unique=True))
    outputs = [
        OutputSpec(
            name=name,
            target=f"t{place}",
            reads=draw(st.sampled_from([node.id for node in nodes])),
            loss=draw(parts(LOSSES)),
            weight=draw(st.floats(0, 100)),
            metrics=tuple(draw(st.lists(st.sampled_from(["accuracy", "mae", "mse"]), unique=True))),
        )
        for place, name in enumerate(names)
    ]
    data = iris().data.replace(
        target="t0", more_targets=tuple(TargetSpec(column=f"t{n}", task="regression") for n in range(1, len(names)))
    )
    groups = [InputGroup(name=name, columns=(f"c{place}",)) for place, name in enumerate(inputs)]
    compiled = CompileSpec(optimizer=draw(parts(OPTIMIZERS)), combine_losses=draw(st.sampled_from(["sum", "mean"])))
    graph = GraphSpec(kind="graph", inputs=tuple(inputs), nodes=tuple(nodes), outputs=tuple(outputs))
    return iris().replace(data=data.with_groups(groups), model=graph, compile=compiled, fit=draw(fits))


def reads(before, *, several):
    return st.lists(st.sampled_from(before), min_size=2 if several else 1, max_size=3 if several else 1).map(tuple)


def shape_of(experiment):
    """The graph without ids: each node by its layer and what it reads by place; a layer belongs to its first call."""
    graph = experiment.model
    used = graph.leading_to(graph.outputs)
    places = {name: name for name in graph.inputs}
    owners, nodes = {}, []
    for node in graph.order():
        if node.id in used:
            layer = graph.layer_of(node)
            owner = owners.setdefault(layer.id, len(nodes))
            places[node.id] = len(nodes)
            nodes.append((layer.type, plain(layer.params), owner, [places[name] for name in node.reads]))
    outputs = [(out.name, out.target, places[out.reads], out.loss, out.weight, out.metrics) for out in graph.outputs]
    return nodes, outputs


def shapes(experiment):
    return dict.fromkeys(experiment.model.inputs, (1,))


@given(graphs())
def test_an_exported_functional_program_read_again_is_the_same_graph_compile_and_fit(experiment):
    proposal = read_keras(keras_source(experiment, shapes(experiment)), experiment.replace(fit=FitSpec()))
    assert errors(proposal) == []
    again = proposal.experiment
    assert shape_of(again) == shape_of(experiment)
    assert again.compile == experiment.compile
    assert again.fit == experiment.fit
    assert again.data == experiment.data


@given(graphs())
def test_a_functional_program_that_is_pasted_and_exported_again_is_the_same_program(experiment):
    program = keras_source(experiment, shapes(experiment))
    again = read_keras(program, experiment).experiment
    assert ast.dump(ast.parse(keras_source(again, shapes(experiment)))) == ast.dump(ast.parse(program))


# --- the ready-made starts


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("make", [start, lambda name: as_graph(start(name))], ids=["as it is", "as graph"])
@pytest.mark.parametrize("name", STARTS)
def test_a_ready_made_start_read_onto_itself_changes_nothing(name, make, language):
    experiment = make(name)
    inputs = getattr(experiment.model, "inputs", ())
    proposal = read_keras(keras_source(experiment, dict.fromkeys(inputs, (4,)) or (4,), language=language), experiment)
    assert errors(proposal) == []
    assert proposal.experiment == experiment


def test_the_two_inputs_of_a_start_are_found_again_by_their_names():
    experiment = start("two_in_two_out")
    program = keras_source(experiment, {"ground": (4,), "upper": (3,)})
    fresh = experiment.replace(model=as_graph(start("iris")).model.replace(inputs=(ALL_INPUTS,)))
    again = read_keras(program, fresh.replace(data=experiment.data)).experiment
    assert again.model.inputs == ("ground", "upper")
    assert [(out.name, out.target) for out in again.model.outputs] == [("tmax", "y_tmax_degC"), ("rain", "y_rain")]
