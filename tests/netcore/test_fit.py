"""A run of fit: its events, its knobs, and that it can be stopped anywhere and continued elsewhere bit for bit."""

import tracemalloc

import numpy as np
import pytest

from netcore import Input, Sequential, callbacks, fit, layers, optimizers, utils
from netcore.events import BatchEnded, EpochEnded, ValidationStep

ROWS = 23  # three batches of 7 and one of 2


def data(seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(ROWS, 3)).astype("float32")
    return x, (x.sum(axis=1, keepdims=True) > 0).astype("float32")


def network(seed=3, rate=0.3, optimizer=None, **options):
    utils.set_random_seed(seed)
    stack = [
        Input((3,)),
        layers.Dense(5, activation="tanh"),
        layers.Dropout(rate),
        layers.Dense(1, activation="sigmoid"),
    ]
    model = Sequential(stack if rate else [stack[0], stack[1], stack[3]])
    model.compile(optimizer or optimizers.Adam(0.05), "binary_crossentropy", metrics=["accuracy"], **options)
    return model


def start(model, epochs=4, **options):
    x, y = data()
    chosen = {"batch_size": 7, "validation_data": data(1), "batch_events": True, **options}
    return model.iter_fit(x, y, epochs=epochs, **chosen)


def rest(run):
    return [event for event in run if isinstance(event, EpochEnded)]


def assert_same_weights(one, other):
    for ours, theirs in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_events_come_in_the_order_in_which_things_happen():
    events = list(start(network(), epochs=1))
    assert [type(event) for event in events] == [BatchEnded] * 4 + [ValidationStep, EpochEnded]
    assert [(e.epoch, e.batch, e.size) for e in events[:4]] == [(0, 0, 7), (0, 1, 7), (0, 2, 7), (0, 3, 2)]
    assert list(events[-1].logs) == ["accuracy", "loss", "val_accuracy", "val_loss"]


def test_without_batch_events_only_epochs_are_told():
    run = start(network(), batch_events=False)
    assert [event.epoch for event in run] == [0, 1, 2, 3]


def test_position_is_that_of_the_next_update():
    run = start(network(), epochs=2)
    assert run.position == (0, 0)
    next(run)
    assert run.position == (0, 1)
    for event in run:
        if isinstance(event, EpochEnded):
            break
    assert run.position == (1, 0)


def test_the_same_seed_gives_the_same_run():
    histories = [network().fit(*data(), batch_size=7, epochs=3, verbose=0).history for _ in range(2)]
    assert histories[0] == histories[1]


def test_another_seed_gives_another_run():
    histories = [network(seed).fit(*data(), batch_size=7, epochs=3, verbose=0).history for seed in (1, 2)]
    assert histories[0] != histories[1]


def test_fit_and_iter_fit_are_the_same():
    run = start(network(), batch_events=False)
    logs = [event.logs for event in run]
    history = network().fit(*data(), batch_size=7, epochs=4, validation_data=data(1), verbose=0).history
    assert history == {name: [log[name] for log in logs] for name in logs[0]}


def test_two_models_in_one_process_do_not_disturb_each_other():
    alone = rest(start(network(1)))
    first = start(network(1))
    second = start(network(2))
    together = []
    for _ in range(200):
        for run, kept in ((first, together), (second, [])):
            event = next(run, None)
            if isinstance(event, EpochEnded):
                kept.append(event)
    assert together == alone


def test_a_dropout_layer_does_not_change_the_start_weights_of_the_others():
    assert_same_weights(network(rate=0.3), network(rate=0.0))


def test_shuffling_visits_every_row_once_in_an_order_that_changes():
    run = start(network(), epochs=2)
    orders = [run._order.copy() for event in run if isinstance(event, EpochEnded)]
    assert all(sorted(order) == list(range(ROWS)) for order in orders)
    assert list(orders[0]) != list(orders[1])


@pytest.mark.parametrize("steps", [0, 1, 4, 5, 6, 8, 11, 15])
@pytest.mark.parametrize("optimizer", ["SGD", "RMSprop", "Adam"])
def test_a_run_goes_on_bit_for_bit_from_its_state(steps, optimizer):
    def make(seed):
        return network(seed, optimizer=optimizers.get(optimizer))

    uninterrupted, interrupted = make(3), make(3)
    expected = rest(start(uninterrupted))
    run = start(interrupted)
    seen = [event for event in (next(run) for _ in range(steps)) if isinstance(event, EpochEnded)]
    state = run.get_state()
    assert all(type(value) is np.ndarray and value.dtype != object for value in state.values())
    continued = make(99)  # other weights, other streams: everything must come from the state
    again = start(continued)
    again.set_state(state)
    assert again.position == run.position
    assert seen + rest(again) == expected
    assert_same_weights(continued, uninterrupted)


def test_a_run_whose_batches_were_counted_one_by_one_goes_on_from_its_state():
    class Watch(callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            """Makes the run count every batch at once."""

    expected = rest(start(network(), callbacks=[Watch()]))
    run = start(network(), callbacks=[Watch()])
    next(run)
    next(run)
    again = start(network(99), callbacks=[Watch()])
    again.set_state(run.get_state())
    assert rest(again) == expected


def test_taking_the_state_changes_nothing():
    run = start(network())
    events = []
    for event in run:
        run.get_state()
        if isinstance(event, EpochEnded):
            events.append(event)
    assert events == rest(start(network()))


def test_a_finished_run_is_extended_as_if_it_had_been_longer():
    long = network()
    expected = rest(start(long))
    short = network()
    events = rest(start(short, epochs=2)) + rest(start(short, epochs=4, initial_epoch=2))
    assert events == expected
    assert_same_weights(long, short)


def test_epochs_may_be_raised_and_lowered_on_the_way():
    run = start(network(), epochs=1)
    next(run)
    run.epochs = 3
    assert len(rest(run)) == 3
    run = start(network(), epochs=9)
    next(run)
    run.epochs = 1
    assert len(rest(run)) == 1


def test_a_new_batch_size_cuts_the_rest_of_the_epoch_anew():
    run = start(network(), epochs=2)
    sizes = [next(run).size]
    run.batch_size = 10
    sizes += [event.size for event in run if isinstance(event, BatchEnded)]
    assert sizes == [7, 10, 6, 10, 10, 3]


def test_a_changed_batch_size_is_part_of_the_state():
    def changed(run):
        next(run)
        run.batch_size = 10
        return next(run)

    expected = start(network())
    changed(expected)
    run = start(network())
    changed(run)
    again = start(network(50))
    again.set_state(run.get_state())
    assert rest(again) == rest(expected)


def test_a_new_learning_rate_counts_from_the_next_update():
    model = network(rate=0, optimizer=optimizers.SGD(0.1))
    run = start(model)
    next(run)
    model.optimizer.learning_rate = 0.0
    before = model.get_weights()
    next(run)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_stop_training_ends_the_epoch_at_hand_and_the_run():
    model = network()
    run = start(model)
    next(run)
    model.stop_training = True
    events = list(run)
    assert [type(event) for event in events] == [ValidationStep, EpochEnded]


def test_prediction_is_possible_while_a_run_is_open():
    model = network()
    run = start(model)
    expected = rest(start(network()))
    events = []
    for event in run:
        model.predict(data()[0])
        model.evaluate(*data())
        if isinstance(event, EpochEnded):
            events.append(event)
    assert events == expected


def test_a_batch_larger_than_the_data_is_one_full_batch():
    events = list(start(network(), epochs=1, batch_size=1000, validation_data=None))
    assert [type(event) for event in events] == [BatchEnded, EpochEnded]
    assert events[0].size == ROWS


def test_validation_split_takes_the_last_rows_before_shuffling():
    x, y = data()
    split = network().fit(x, y, batch_size=7, epochs=2, validation_split=0.3, verbose=0).history
    kept = int(np.floor(ROWS * 0.7))
    given = network().fit(x[:kept], y[:kept], 7, 2, verbose=0, validation_data=(x[kept:], y[kept:])).history
    assert split == given


def test_a_record_too_large_for_memory_is_counted_in_parts(monkeypatch):
    expected = rest(start(network()))
    monkeypatch.setattr(fit, "RECORD_BYTES", 4 * 9)  # nine rows
    monkeypatch.setattr(fit, "VIEWS", 2)
    for one, other in zip(rest(start(network())), expected, strict=True):
        assert one.logs == pytest.approx(other.logs, rel=1e-6)


def test_batch_hooks_see_running_means_and_change_nothing():
    seen = []

    class Watch(callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            seen.append(batch)

        def on_train_batch_end(self, batch, logs=None):
            seen.append(logs["loss"])

    events = rest(start(network(), epochs=1, callbacks=[Watch()]))
    assert seen[0::2] == [0, 1, 2, 3]
    assert seen[-1] == pytest.approx(events[0].logs["loss"])
    assert events[0].logs["val_loss"] == rest(start(network(), epochs=1))[0].logs["val_loss"]


def test_callbacks_are_called_in_the_order_of_keras():
    calls = []

    class Log(callbacks.Callback):
        def __getattribute__(self, name):
            if name.startswith("on_"):
                calls.append(name)
            return super().__getattribute__(name)

    network().fit(*data(), batch_size=20, epochs=1, validation_data=data(1), verbose=0, callbacks=[Log()])
    assert calls == ["on_train_begin", "on_epoch_begin", "on_test_begin", "on_test_end", "on_epoch_end", "on_train_end"]


def test_an_infinite_learning_curve_is_told_and_not_raised():
    model = network(rate=0, optimizer=optimizers.SGD(1e9))
    model.compile(optimizers.SGD(1e30), "mse")
    history = model.fit(*data(), batch_size=7, epochs=3, verbose=0).history
    assert len(history["loss"]) == 3
    linear = Sequential([Input((3,)), layers.Dense(1)])
    linear.compile(optimizers.SGD(1e30), "mse")
    assert not np.isfinite(linear.fit(*data(), epochs=5, verbose=0).history["loss"][-1])


def test_nan_in_the_data_gives_a_nan_loss():
    x, y = data()
    x[3, 1] = np.nan
    assert np.isnan(network().fit(x, y, verbose=0).history["loss"][0])


def test_terminate_on_nan_stops_at_the_batch():
    x, y = data()
    x[0, 0] = np.nan
    model = network()
    events = list(start_with(model, x, y, callbacks=[callbacks.TerminateOnNaN()], shuffle=False))
    assert [type(event) for event in events] == [BatchEnded, EpochEnded]


def start_with(model, x, y, **options):
    return model.iter_fit(x, y, batch_size=7, epochs=5, batch_events=True, **options)


def test_early_stopping_waits_and_restores():
    model = network(rate=0, optimizer=optimizers.SGD(50.0))
    stopping = callbacks.EarlyStopping(monitor="loss", patience=2, restore_best_weights=True)
    history = model.fit(*data(), batch_size=7, epochs=50, verbose=0, shuffle=False, callbacks=[stopping]).history
    best = int(np.argmin(history["loss"]))
    assert stopping.best_epoch == best
    assert len(history["loss"]) == best + 3 <= 50


def test_a_step_allocates_nothing_that_stays():
    model = network(rate=0)
    run = start(model, epochs=10_000, validation_data=None, callbacks=[])
    for _ in range(50):
        next(run)
    run.history.history.clear()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(400):
        next(run)
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 20_000  # eighty epochs of two numbers in the history, no arrays


def test_weights_stay_where_they_are_in_memory():
    model = network()
    model.fit(*data(), verbose=0)
    before = [weight.value.__array_interface__["data"] for weight in model.weights]
    model.fit(*data(), verbose=0)
    model.predict(data()[0])
    assert before == [weight.value.__array_interface__["data"] for weight in model.weights]


def test_train_on_batch_makes_the_same_updates_as_fit():
    x, y = data()
    one, other = network(rate=0), network(rate=0)
    one.fit(x, y, batch_size=7, epochs=1, shuffle=False, verbose=0)
    for first in range(0, ROWS, 7):
        other.train_on_batch(x[first : first + 7], y[first : first + 7])
    assert_same_weights(one, other)


def test_the_result_of_a_batch_is_that_of_the_batch_alone():
    x, y = data()
    model = network(rate=0)
    model.test_on_batch(x[:10], y[:10])
    second = model.test_on_batch(x[10:20], y[10:20])
    assert second == pytest.approx(model.evaluate(x[10:20], y[10:20]), rel=1e-5)
    assert model.train_on_batch(x[10:20], y[10:20]) == pytest.approx(second, rel=1e-5)


def test_class_weights_are_sample_weights_by_class():
    x, y = data()
    weight = np.where(y[:, 0] > 0, 3.0, 0.5)
    by_class = network(rate=0).fit(x, y, verbose=0, class_weight={0: 0.5, 1: 3.0}).history
    assert by_class == network(rate=0).fit(x, y, verbose=0, sample_weight=weight).history


def test_optimizer_state_survives_a_second_fit_and_starts_afresh_with_a_new_compile():
    model = network(rate=0)
    model.fit(*data(), epochs=2, verbose=0)
    assert model.optimizer.iterations == 2
    model.fit(*data(), epochs=1, verbose=0)
    assert model.optimizer.iterations == 3
    model.compile(optimizers.Adam(0.05), "binary_crossentropy")
    model.fit(*data(), epochs=1, verbose=0)
    assert model.optimizer.iterations == 1


def test_dead_units_leave_no_denormal_numbers_in_the_slots():
    optimizer = optimizers.Adam()
    model = network(rate=0, optimizer=optimizer)
    model.fit(*data(), verbose=0)
    optimizer.slots["m"][:] = 1e-40
    optimizer.flush()
    assert not optimizer.slots["m"].any()


def test_slots_are_flushed_before_what_dies_can_become_denormal(monkeypatch):
    monkeypatch.setattr(optimizers.optimizer, "FLUSHED_AFTER", 1)
    model = Sequential([Input((3,)), layers.Dense(1, kernel_initializer="zeros")])
    model.compile(optimizers.RMSprop(), "mse")
    model.ready_to_train()
    model.optimizer.slots["velocity"][:] = 1e-40
    x, _ = data()
    model.fit(x, np.zeros((ROWS, 1)), verbose=0)  # output 0, target 0: no gradient
    assert not model.optimizer.slots["velocity"].any()


def test_dropout_keeps_the_mean_and_is_off_in_prediction():
    utils.set_random_seed(0)
    layer = layers.Dropout(0.25)
    ones = np.ones((200, 50), "float32")
    dropped = layer(ones, training=True)
    assert set(np.unique(dropped)) == {0.0, np.float32(1 / 0.75)}
    assert dropped.mean() == pytest.approx(1, abs=0.02)
    np.testing.assert_array_equal(layer(ones), ones)


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_dropout_at_its_limits(rate):
    dropped = layers.Dropout(rate)(np.ones((4, 3), "float32"), training=True)
    np.testing.assert_array_equal(dropped, np.full((4, 3), 1 - rate))


def test_training_rows_looked_at_after_the_epoch_are_what_evaluate_says_and_change_nothing():
    plain, looked = network(), network()
    weights = {0: 1.0, 1: 5.0}
    before = rest(start(plain, class_weight=weights))
    after = rest(start(looked, class_weight=weights, evaluate_training=True))
    assert [event.logs for event in after] == [event.logs for event in before]
    x, y = data()
    found = looked.evaluate(x, y, batch_size=7, verbose=0, return_dict=True)
    assert after[-1].extras == {f"evaluated_{name}": pytest.approx(value) for name, value in found.items()}
    assert after[-1].extras["evaluated_loss"] < after[-1].logs["loss"]  # no dropout, and each class counts alike


def test_the_penalty_in_the_evaluated_training_loss_is_told_apart():
    utils.set_random_seed(0)
    model = Sequential([Input((3,)), layers.Dense(1, kernel_regularizer="l2")])
    model.compile("sgd", "mse")
    x, y = data()
    extras = rest(model.iter_fit(x, y, epochs=2, evaluate_training=True))[-1].extras
    assert extras["evaluated_data_loss"] + extras["evaluated_penalty"] == pytest.approx(extras["evaluated_loss"])
    assert extras["evaluated_penalty"] > 0
