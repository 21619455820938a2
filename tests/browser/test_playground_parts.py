"""What the playground's script works out by itself: the setup in a link, the experiment that it means, heat maps."""

import json
from urllib.parse import urlencode

import pytest

from lab.model.playground import LIMITS, choices
from lab.spec.experiment import Experiment, checked
from lab.texts import LANGUAGES, say, texts_of
from netcore.optimizers import OPTIMIZERS
from pages.ui.component import SHARED
from pages.ui.playground import SCRIPTS
from tests.browser.conftest import new_context

TEXT = "\n".join(SHARED.joinpath(f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS)


@pytest.fixture(scope="module")
def script(chromium):
    """script(text, value) gives what an expression over `options` and `value` is in the playground's script."""
    context = new_context(chromium)
    page = context.new_page()
    page.evaluate("(options) => (window.options = options)", choices("en"))
    page.add_script_tag(content=TEXT)

    def evaluate(text, value=None):
        return page.evaluate(f"(value) => {text}", value)

    yield evaluate
    context.close()


def opened(script, **query):
    return script("setupFromLink(value, window.options)", urlencode(query))


def experiment_of(script, setup):
    return checked(Experiment, json.dumps(script("experimentOf(value, window.options)", setup)))


def test_an_old_link_of_the_reference_opens_with_its_data_network_and_knobs(script):
    found = opened(
        script,
        activation="relu",
        regularization="L2",
        batchSize=12,
        dataset="spiral",
        learningRate=0.1,
        regularizationRate=0.003,
        noise=25,
        networkShape="6,4,2",
        seed="0.51234",
        showTestData="true",
        discretize="true",
        percTrainData=70,
        x="true",
        y="false",
        sinX="true",
        batchSize_hide="true",
    )
    assert found["corrected"] == []
    setup = found["setup"]
    experiment = experiment_of(script, setup)
    assert [layer.params["units"] for layer in experiment.model.layers] == [6, 4, 2, 1]
    assert {layer.params.get("activation") for layer in experiment.model.layers[:-1]} == {"relu"}
    assert experiment.model.layers[0].params["kernel_regularizer"]["config"]["l2"] == 0.003
    assert experiment.compile.learning_rate == 0.1
    assert (experiment.fit.batch_size, experiment.data.split.validation) == (12, 0.3)
    assert experiment.data.inputs == ("x1", "sin_x1")
    assert (experiment.data.source.dataset, experiment.data.source.noise) == ("spiral", 25)
    assert (setup["showTestData"], setup["discretize"], setup["hide"]) == (True, True, ["batchSize"])


def test_a_link_passes_no_limit_and_what_was_brought_back_is_told(script):
    found = opened(
        script,
        networkShape="9,99,4,4,4,4,4,4,4,4",
        noise=80,
        batchSize=100_000,
        percTrainData=0,
        learningRate="quick",
        activation="glu",
        dataset="no-such",
        points=1_000_000,
    )
    setup = found["setup"]
    assert [layer["units"] for layer in setup["hidden"]] == [9, 16, *[4] * 6]
    assert (setup["noise"], setup["batchSize"], setup["percTrainData"]) == (50, 1000, 10)
    assert (setup["learningRate"], setup["dataset"], setup["points"]) == (0.03, "circle", 2000)
    wrong = {"networkShape", "noise", "batchSize", "percTrainData", "learningRate", "activation", "dataset", "points"}
    assert set(found["corrected"]) == wrong
    experiment_of(script, setup)


def test_a_link_brings_back_the_setup_that_it_was_made_of(script):
    setup = script("firstSetup()") | {
        "dataset": "drawn",
        "drawn": [[1.25, -2, 0], [0.5, 3, 1], [-4, 4, 1]],
        "hidden": [
            {"units": 3, "activation": "gelu", "dropout": 0.25, "norm": False},
            {"units": 5, "activation": "selu", "dropout": 0, "norm": True},
        ],
        "optimizer": "Adam",
        "loss": "Hinge",
        "initializer": "he_normal",
        "speed": "u1",
        "start": 7,
        "edits": [{"layer": "0", "array": "kernel", "index": [1, 2], "value": 0.5}],
        "hide": ["noise"],
    }
    link = script("linkOf(value)", setup)
    assert link["isWhole"]
    found = script("setupFromLink(value, window.options)", link["query"])
    assert found == {"setup": setup, "corrected": []}


def test_a_key_of_an_address_is_ours_by_its_name_and_not_by_what_every_object_has(script):
    assert [script("isOurs(value)", key) for key in ("noise", "sinX", "noise_hide")] == [True] * 3
    assert [script("isOurs(value)", key) for key in ("constructor", "toString", "lang")] == [False] * 3


def test_points_and_weights_that_are_too_many_for_a_link_are_told(script):
    setup = script("firstSetup()")
    points = [[0.1 * (number % 60), 1, number % 2] for number in range(400)]
    edits = [{"layer": "0", "array": "bias", "index": [0], "value": number} for number in range(200)]
    assert not script("linkOf(value)", setup | {"drawn": points})["isWhole"]
    assert not script("linkOf(value)", setup | {"edits": edits})["isWhole"]


@pytest.mark.parametrize("kind", ["optimizers", "activations", "initializers"])
def test_every_choice_makes_an_experiment(script, kind):
    for choice in choices("en")[kind]:
        name = choice["name"] if kind == "optimizers" else choice
        setup = script("firstSetup()")
        setup |= {"optimizer": name} if kind == "optimizers" else {}
        setup |= {"initializer": name} if kind == "initializers" else {}
        if kind == "activations":
            setup["hidden"][0]["activation"] = name
        experiment = experiment_of(script, setup)
        assert kind != "optimizers" or experiment.compile.optimizer.type == OPTIMIZERS.get(name).__name__


def test_every_table_with_every_loss_of_its_task_makes_an_experiment(script):
    for table in choices("en")["datasets"]:
        if table["name"] == "drawn":
            continue
        key = "regDataset" if table["problem"] == "regression" else "dataset"
        setup = script("firstSetup()") | {"problem": table["problem"], key: table["name"]}
        task = script("taskOf(value, window.options)", setup)
        for loss in choices("en")["losses"][task]:
            experiment = experiment_of(script, setup | {"loss": loss})
            assert (experiment.compile.loss.type, experiment.data.task) == (loss, task)


@pytest.mark.parametrize(
    ("change", "commands"),
    [
        ({"learningRate": 0.3}, [{"do": "set", "name": "learning_rate", "value": 0.3}]),
        ({"batchSize": 7}, [{"do": "set", "name": "batch_size", "value": 7}]),
        ({"regularizationRate": 0.1}, [{"do": "set", "name": "l2", "value": 0.1}]),
        ({"discretize": True}, []),
        ({"optimizer": "Adam"}, None),
        ({"features": ["x1"]}, None),
        ({"regularization": "none"}, [{"do": "set", "name": "l2", "value": 0}]),
        (
            {"regularization": "L1"},
            [{"do": "set", "name": "l1", "value": 0.01}, {"do": "set", "name": "l2", "value": 0}],
        ),
        ({"hidden": [{"units": 4, "activation": "tanh", "dropout": 0, "norm": False}]}, None),
        ({"dataset": "three-arms"}, None),  # another number of outputs
    ],
)
def test_what_leaves_the_weights_is_a_command_and_all_else_begins_anew(script, change, commands):
    before = script("firstSetup()") | {"regularization": "L2", "regularizationRate": 0.01}
    after = before | change
    assert script("commandsBetween(value[0], value[1], window.options)", [before, after]) == commands


def test_other_data_of_the_same_inputs_leave_the_weights(script):
    before = script("firstSetup()")
    commands = script("commandsBetween(value[0], value[1], window.options)", [before, before | {"noise": 20}])
    assert [command["do"] for command in commands] == ["data"]
    assert commands[0]["source"]["noise"] == 20


def test_a_dropout_rate_follows_its_layer_and_none_at_all_is_another_network(script):
    def with_rate(rate):
        return script("firstSetup()") | {
            "hidden": [{"units": 4, "activation": "tanh", "dropout": rate, "norm": True}],
        }

    told = script("commandsBetween(value[0], value[1], window.options)", [with_rate(0.2), with_rate(0.4)])
    assert told == [{"do": "set", "name": "dropout", "layer": "2", "value": 0.4}]
    assert script("commandsBetween(value[0], value[1], window.options)", [with_rate(0.2), with_rate(0)]) is None


LONG_RUN = """(() => {
  const lane = new Lane(null, window.options, () => {}, () => {});
  lane.setup = firstSetup();
  for (let epoch = 1; epoch <= value; epoch++) {
    lane.append({ e: [epoch], loss: [1], val_loss: [Math.abs(epoch - 777)], updates: epoch });
  }
  return { kept: lane.columns.loss.length, best: lane.best, epoch: lane.epoch, last: lane.columns.e.at(-1) };
})()"""


def test_what_is_kept_of_a_curve_is_bounded_and_the_best_epoch_is_remembered(script):
    found = script(LONG_RUN, 20_000)
    assert found["kept"] <= 4000
    assert (found["epoch"], found["last"], found["best"]) == (20_000, 20_000, {"epoch": 777, "value": 0})


PAINTED = """(() => {
  const canvas = document.createElement("canvas");
  const palette = new Palette({ isDark: value.isDark });
  const lost = paintMap(canvas, value.numbers, value.numbers.length, 1, palette, value.scale ?? {});
  return [lost, Array.from(canvas.getContext("2d").getImageData(0, 0, value.numbers.length, 1).data)];
})()"""


@pytest.mark.parametrize("is_dark", [False, True])
def test_a_map_shows_which_side_how_much_and_what_is_no_number(script, is_dark):
    numbers = [-2.0, -0.5, 0.0, 0.5, 2.0]
    lost, data = script(PAINTED, {"numbers": numbers, "isDark": is_dark})
    pixels = [tuple(data[place : place + 3]) for place in range(0, len(data), 4)]
    assert lost == 0
    assert (pixels[0], pixels[-1]) == ((213, 94, 0), (0, 114, 178))
    assert len({*pixels}) == len(numbers)
    lost, data = script(f"(value.numbers[1] = NaN, {PAINTED})", {"numbers": numbers, "isDark": is_dark})
    assert lost == 1
    assert len({*data[4:7]}) == 1, "grey, as no number on the scale is"
    assert max(data[4:7]) - min(pixels[2]) != 0


def test_only_the_side_is_left_where_the_decision_alone_is_shown(script):
    _, data = script(PAINTED, {"numbers": [-0.01, 0.02], "isDark": False, "scale": {"isDiscrete": True}})
    assert [tuple(data[:3]), tuple(data[4:7])] == [(213, 94, 0), (0, 114, 178)]


POINTS = """(() => {
  const view = Object.create(OutputView.prototype);
  const paths = [];
  const pen = { beginPath: () => paths.push([]), closePath() {}, fill() {}, stroke() {},
                arc: () => paths.at(-1).push("arc"), lineTo: () => paths.at(-1).push("line") };
  view.paintAxes = () => {};
  view.paintPoint = (_, ...point) => OutputView.prototype.paintPoint.call(view, pen, ...point);
  view.marks = document.createElement("canvas");
  view.outside = document.createElement("p");
  view.width = 200;
  view.side = { x: 0, y: 0, width: 200, height: 200 };
  const lane = { points: { train: [[0, 0, 0]], validation: [[1, 1, 1], [2, 2, 0], [99, 0, 0]] } };
  const palette = new Palette({ isDark: false });
  const setup = { ...firstSetup(), showTestData: value };
  const words = { letters: 10, language: "en", texts: { outside: "{count}" } };
  view.board = { setup, options, lane, palette, ...words, isDrawing: () => false };
  view.paintMarks({ low: -6, high: 6 }, null, null);
  return [paths, view.outside.textContent];
})()"""


def test_validation_points_are_diamonds_and_only_shown_where_they_are_wanted(script):
    circle, diamond = ["arc"], ["line"] * 4
    assert script(POINTS, False) == [[circle], ""]
    assert script(POINTS, True) == [[circle, diamond, diamond], "1"]


def test_a_column_of_an_own_table_is_drawn_as_it_is_computed_with_whatever_its_name(script):
    own = {"name": "own", "problem": "classification", "inputs": 2, "columns": ["x2", "x1"]}
    grid = """(() => {
      const options = { ...window.options, datasets: [value] };
      const grid = new Grid({ ...firstSetup(), dataset: "own" }, options, 2, { low: -2, high: 2 });
      return [Array.from(grid.features), [...grid.input("x2"), ...grid.input("x1")]];
    })()"""
    computed_with, drawn = script(grid, own)
    assert computed_with == drawn == [-1, 1, -1, 1, 1, 1, -1, -1]


def test_limits_are_those_of_the_parity_table():
    assert (LIMITS["layers"], LIMITS["units"], LIMITS["noise"]) == ((0, 8, True), (1, 16, True), (0, 50, True))


def test_the_last_pictures_of_a_run_are_kept_within_bounds_and_looked_at_one_after_the_other(script):
    walked = script(
        """(() => {
          const past = new Past();
          const told = (epoch) => ({ epoch, layers: "x".repeat(value.letters) });
          for (let epoch = 0; epoch < value.epochs; epoch++) {
            for (const part of [0, 1]) past.keep(epoch, { ...told(epoch), part });
          }
          const count = past.pictures.length;
          const back = [past.step(1), past.step(-1), past.step(-1)].map((one) => one && [one.epoch, one.told.part]);
          const on = [past.step(1), past.step(1), past.step(1)].map((one) => one && [one.epoch, one.told.part]);
          let first = null;
          for (let one = past.step(-1); one; one = past.step(-1)) first = one.epoch;
          past.keep(5, told(5));
          const rewound = past.pictures.map(({ epoch }) => epoch);
          return { count, back, on, first, rewound, at: past.at };
        })()""",
        {"epochs": 1000, "letters": 100},
    )
    assert walked["count"] == 400
    assert walked["back"] == [None, [998, 0], [997, 0]]  # of an epoch that is over the first picture
    assert walked["on"] == [[998, 0], [999, 1], None]  # and of the newest one the last
    assert walked["first"] == 600
    assert walked["rewound"] == [5]  # what was made anew from there on is not shown
    assert walked["at"] is None
    large = script(
        """(() => {
          const past = new Past();
          for (let epoch = 0; epoch < 20; epoch++) past.keep(epoch, { layers: "x".repeat(4e6) });
          return [past.pictures.length, past.letters];
        })()"""
    )
    assert large[0] == 3
    assert 12e6 <= large[1] <= 16e6


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("wait_s", [None, 20])
def test_who_is_next_in_the_queue_is_told_so_and_not_that_0_are_before(script, language, wait_s):
    texts = texts_of("crowd.", language)

    def told(position):
        queued = {"queue_position": position, "queue_wait_s": wait_s}
        return script("placeInLine(value[0], performance.now(), ...value.slice(1))", [queued, texts, language])

    assert told(1).startswith(say("crowd.queued_next", language))
    assert "0 " not in told(1).replace("20 ", "")
    assert "7" in told(8)


def test_columns_of_weights_that_come_under_a_penalty_begin_with_the_first_epoch(script):
    before = {"e": [1, 2], "loss": [4, 2], "val_loss": [5, 3], "+evaluated_loss": [3.5, 1.5]}
    extras = {"+penalty": [0.5], "+data_loss": [0.5], "+val_data_loss": [0.25], "+evaluated_data_loss": [0.125]}
    after = {"e": [3], "loss": [1], "val_loss": [0.75], "+evaluated_loss": [0.625], "updates": 9} | extras
    columns = script(
        "value.reduce((columns, frame) => (takePoints(columns, frame), columns), { e: [] })", [before, after]
    )
    assert columns["+penalty"] == [0, 0, 0.5]
    assert columns["+data_loss"] == [4, 2, 0.5]
    assert columns["+val_data_loss"] == [5, 3, 0.25]
    assert columns["+evaluated_data_loss"] == [3.5, 1.5, 0.125]
    assert {len(column) for column in columns.values()} == {3}


def test_what_is_asked_of_a_run_goes_there_one_after_the_other_whichever_run_has_come_since(script):
    before, after = script(
        """(async () => {
          const sent = [], answers = [];
          const ask = (body) => new Promise((answer) => (sent.push([body.do, body.run]), answers.push(answer)));
          const lane = new Lane({ ask }, window.options, () => undefined, () => undefined);
          lane.run = "first";
          const told = [lane.tell({ do: "weight" }), lane.tell({ do: "step" })];
          lane.run = "second";
          await new Promise((rest) => setTimeout(rest)); // what does not wait has been sent by now
          const before = [...sent];
          answers[0]({});
          await told[0];
          await new Promise((rest) => setTimeout(rest));
          answers[1]({});
          await told[1];
          return [before, sent];
        })()"""
    )
    assert before == [["weight", "first"]]
    assert after == [["weight", "first"], ["step", "first"]]
