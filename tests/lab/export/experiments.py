"""Twenty-four experiments that cover every loss, every optimizer and every task; the data are a few rows each."""

from itertools import cycle

from lab.spec.data import DataSpec, SampleSource, SplitSpec
from lab.spec.experiment import (
    Change,
    CompileSpec,
    EarlyStoppingSpec,
    Experiment,
    FitSpec,
    LayerSpec,
    ModelSpec,
    PartSpec,
)
from lab.starts import start

ROWS = 44  # to learn from: four batches of 10 and a last one of 4
WHOLE = 4  # rows of a batch where both parts are whole batches: Keras compiles once more for a last one that is smaller

OPTIMIZERS_ = cycle(
    [
        PartSpec(type="SGD", params={"learning_rate": 0.05, "momentum": 0.9, "nesterov": True}),
        PartSpec(type="RMSprop", params={"learning_rate": 0.005}),
        PartSpec(type="Adam", params={"learning_rate": 0.01, "clipnorm": 1.0}),
        PartSpec(type="AdamW", params={"learning_rate": 0.01, "weight_decay": 0.01}),
        PartSpec(type="Nadam", params={"learning_rate": 0.01}),
        PartSpec(type="Adamax", params={"learning_rate": 0.01}),
        PartSpec(type="Adagrad", params={"learning_rate": 0.05}),
        PartSpec(type="Adadelta", params={"learning_rate": 1.0}),
        PartSpec(type="Ftrl", params={"learning_rate": 0.05}),
        PartSpec(type="Lion", params={"learning_rate": 0.001}),
    ]
)


def network(*layers):
    return ModelSpec(layers=tuple(LayerSpec(id=f"l{n}", type=kind, params=p) for n, (kind, p) in enumerate(layers)))


def small(sample, inputs, target, task, output, loss, *, metrics=(), fit=None, rows=ROWS, batch_size=WHOLE, **data):
    """A hidden layer on a part of a sample's rows."""
    loss = loss if isinstance(loss, PartSpec) else PartSpec(type=loss)
    split = data.pop("split", SplitSpec(train_rows=rows))
    return Experiment(
        name=loss.type,
        data=DataSpec(
            source=SampleSource(name=sample),
            inputs=inputs,
            target=target,
            task=task,
            split=split,
            missing="fill",
            **data,
        ),
        model=network(("Dense", {"units": 5, "activation": "tanh"}), ("Dense", output)),
        compile=CompileSpec(optimizer=next(OPTIMIZERS_), loss=loss, metrics=metrics),
        fit=fit or FitSpec(epochs=2, batch_size=batch_size, shuffle=False),
        seed=3,
    )


def regression(loss, output="linear", **more):
    return small(
        "penguins",
        ("bill_length_mm", "island", "sex", "body_mass_g"),
        "flipper_length_mm",
        "regression",
        {"units": 1, "activation": output},
        loss,
        metrics=("mae",),
        **more,
    )


def binary(loss, output="sigmoid", **more):
    return small(
        "circle",
        ("x1", "x2"),
        "label",
        "binary",
        {"units": 1, "activation": output},
        loss,
        metrics=("accuracy",),
        **more,
    )


def classes(loss, output="softmax", **more):
    return small(
        "penguins",
        ("bill_length_mm", "bill_depth_mm", "sex"),
        "species",
        "multiclass",
        {"units": 3, "activation": output},
        loss,
        metrics=("accuracy",),
        rows=45,
        batch_size=3,
        **more,
    )


def of_start(name, model=None, *, rows=ROWS, epochs=2, **compile):
    experiment = start(name)
    split = experiment.data.split.replace(train_rows=rows, validation=0.05)
    experiment = experiment.with_data(split=split).with_fit(epochs=epochs, batch_size=20, shuffle=False)
    return experiment.replace(model=model or experiment.model).with_compile(**compile)


def two_in_two_out(**compile):
    return of_start("two_in_two_out", **compile)


def with_a_shared_layer():
    """Both inputs three columns wide, so that one layer can read either; classes weighted; rows in a drawn order."""
    experiment = two_in_two_out()
    groups = [group.replace(columns=group.columns[:3]) for group in experiment.data.groups]
    graph = experiment.model.without_node("l1").with_shared_node("l0", ["upper"])
    merge = graph.node("l2").replace(reads=("l0", graph.nodes[-1].id))
    return experiment.replace(data=experiment.data.with_groups(groups), model=graph.with_layer(merge))


def one_output_of_classes():
    experiment = two_in_two_out()
    data = experiment.data.replace(target="y_rain", task="binary", target_scaling="none", more_targets=())
    graph = experiment.model.without_output("tmax")
    return experiment.replace(data=data, model=graph).with_fit(class_weight="balanced", shuffle=True)


def experiments():
    """Name -> experiment."""
    penalised = network(
        (
            "Dense",
            {"units": 5, "activation": "relu", "kernel_regularizer": {"class_name": "L2", "config": {"l2": 0.05}}},
        ),
        ("BatchNormalization", {}),
        ("Dense", {"units": 1, "activation": "sigmoid"}),
    )
    stopping = EarlyStoppingSpec(monitor="val_data_loss", patience=1, min_delta=0.001)
    knobs = (
        Change(epoch=1, batch=0, name="learning_rate", value=0.02),
        Change(epoch=2, batch=0, name="batch_size", value=16.0),
    )
    return {
        "MeanSquaredError": regression("MeanSquaredError", target_scaling="standard"),
        "MeanAbsoluteError": regression("MeanAbsoluteError", target_scaling="standard", scaling="min_max"),
        "MeanAbsolutePercentageError": regression("MeanAbsolutePercentageError"),
        "MeanSquaredLogarithmicError": regression("MeanSquaredLogarithmicError", "softplus"),
        "Huber": regression(PartSpec(type="Huber", params={"delta": 0.7}), target_scaling="standard", scaling="robust"),
        "LogCosh": regression("LogCosh", target_scaling="standard"),
        "Poisson": regression("Poisson", "softplus"),
        "CosineSimilarity": classes("CosineSimilarity"),
        "BinaryCrossentropy": binary("BinaryCrossentropy"),
        "BinaryCrossentropy of logits": binary(
            PartSpec(type="BinaryCrossentropy", params={"from_logits": True, "label_smoothing": 0.1}), "linear"
        ),
        "CategoricalCrossentropy": classes("CategoricalCrossentropy"),
        "SparseCategoricalCrossentropy": classes("SparseCategoricalCrossentropy"),
        "BinaryFocalCrossentropy": binary("BinaryFocalCrossentropy"),
        "CategoricalFocalCrossentropy": classes("CategoricalFocalCrossentropy"),
        "KLDivergence": classes("KLDivergence"),
        "Hinge": binary("Hinge", "tanh"),
        "SquaredHinge": binary("SquaredHinge", "tanh"),
        "CategoricalHinge": classes("CategoricalHinge", "linear"),
        "knobs turned on the way": classes(
            "CategoricalCrossentropy",
            fit=FitSpec(epochs=3, batch_size=10, shuffle=True, class_weight="balanced", changes=knobs),
        ),
        "early stopping on the data loss": binary(
            "BinaryCrossentropy", fit=FitSpec(epochs=4, batch_size=10, early_stopping=stopping)
        ).with_model(penalised),
        "two outputs, mean of losses": two_in_two_out(combine_losses="mean"),
        "a shared layer": with_a_shared_layer(),
        "one output of a graph": one_output_of_classes(),
        "windows and an LSTM": of_start("hourly", network(("LSTM", {"units": 4}), ("Dense", {"units": 1})), rows=60),
        "images and a convolution": of_start("digits_conv"),
        "texts and CTC": of_start(
            "ctc_morse", network(("SimpleRNN", {"units": 5, "return_sequences": True}), ("Dense", {"units": 9}))
        ),
    }
