// What a person has chosen in the playground: one plain value, which a link holds, and the experiment that it means.
// `options` comes from the page: choices and limits of lab/model/playground.py.

const ACTIVATION_OF_LOSS = { Hinge: "tanh", SquaredHinge: "tanh", CategoricalHinge: "linear" }; // others: by the task
const FEATURE_KEYS = { x: "x1", y: "x2", xSquared: "x1_squared", ySquared: "x2_squared", xTimesY: "x1_x2", sinX: "sin_x1", sinY: "sin_x2" };
const FEATURES = {
  x1: (x) => x,
  x2: (x, y) => y,
  x1_squared: (x) => x * x,
  x2_squared: (x, y) => y * y,
  x1_x2: (x, y) => x * y,
  sin_x1: (x) => Math.sin(x),
  sin_x2: (x, y) => Math.sin(y),
};
const MOST_DRAWN_IN_LINK = 150;
const MOST_EDITS_IN_LINK = 30;
const MOST_EDITS = 200; // before the first update

function firstSetup() {
  return {
    problem: "classification",
    dataset: "circle",
    regDataset: "reg-plane",
    noise: 0,
    points: 500,
    percTrainData: 50,
    batchSize: 10,
    seed: 0, // of the data
    start: 0, // of weights and the order of the batches
    features: ["x1", "x2"],
    hidden: [4, 2].map((units) => ({ units, activation: "tanh", dropout: 0, norm: false })),
    output: "", // activation of the output layer; "": by the task
    learningRate: 0.03,
    regularization: "none",
    regularizationRate: 0,
    optimizer: "SGD",
    loss: "", // by the task
    initializer: "glorot_uniform",
    shuffle: true,
    showTestData: false,
    discretize: false,
    hideText: false,
    speed: "30",
    drawn: null, // points by hand: [[x, y, class] …]
    edits: [], // weights set by hand before the first update: {layer, array, index, value}
    hide: [], // controls that a teacher has taken away
  };
}

const datasetOf = (setup) => (setup.problem === "regression" ? setup.regDataset : setup.dataset);

// The table of the setup: {name, problem, inputs, classes}
function tableOf(setup, options) {
  return options.datasets.find((table) => table.name === datasetOf(setup) && table.problem === setup.problem);
}

const isPlane = (setup, options) => tableOf(setup, options).inputs === 2;

function featuresOf(setup, options) {
  const table = tableOf(setup, options);
  if (table.columns) return table.columns;
  const possible = isPlane(setup, options) ? options.features : options.features.filter((feature) => !feature.includes("x2"));
  const chosen = possible.filter((feature) => setup.features.includes(feature));
  return chosen.length ? chosen : ["x1"];
}

function taskOf(setup, options) {
  if (setup.problem === "regression") return "regression";
  return classesOf(setup, options) > 2 ? "multiclass" : "binary";
}

function classesOf(setup, options) {
  if (setup.problem === "regression") return 0;
  if (setup.drawn) return Math.max(2, new Set(setup.drawn.map((point) => point[2])).size);
  return tableOf(setup, options).classes;
}

const lossOf = (setup, options) => {
  const fitting = options.losses[taskOf(setup, options)];
  return fitting.includes(setup.loss) ? setup.loss : fitting[0];
};

function outputOf(setup, options) {
  if (setup.output) return setup.output;
  const task = taskOf(setup, options);
  return ACTIVATION_OF_LOSS[lossOf(setup, options)] ?? { binary: "sigmoid", multiclass: "softmax", regression: "linear" }[task];
}

// --- the experiment that it means, as lab/spec/experiment.py reads it

function experimentOf(setup, options) {
  const task = taskOf(setup, options);
  return {
    data: { ...dataOf(setup, options), task },
    model: { layers: layerSpecs(setup, options) },
    compile: {
      optimizer: { type: setup.optimizer, params: { learning_rate: setup.learningRate } },
      loss: { type: lossOf(setup, options) },
      metrics: task === "regression" ? [] : ["accuracy"],
    },
    fit: { epochs: options.limits.epochs, batch_size: setup.batchSize, shuffle: setup.shuffle },
    seed: setup.start,
  };
}

function sourceOf(setup, options) {
  const source = { kind: "playground", dataset: datasetOf(setup), noise: setup.noise, points: setup.points, seed: setup.seed };
  if (setup.drawn) source.drawn = renumbered(setup.drawn);
  return source;
}

// Classes as 0, 1, 2 …, whichever pens were taken.
function renumbered(drawn) {
  const classes = [...new Set(drawn.map((point) => point[2]))].sort();
  return drawn.map(([x, y, label]) => [x, y, classes.indexOf(label)]);
}

function dataOf(setup, options) {
  const table = tableOf(setup, options);
  if (table.data) return table.data;
  // a seed of its own: another start judges by the same points
  const split = { order: "shuffled", validation: Number((1 - setup.percTrainData / 100).toFixed(4)), test: 0, seed: 0 };
  const target = setup.problem === "regression" ? "y" : "label";
  return { source: sourceOf(setup, options), inputs: featuresOf(setup, options), target, scaling: "none", split };
}

function layerSpecs(setup, options) {
  const dense = (id, units, activation) => ({
    id,
    type: "Dense",
    params: { units, activation, kernel_initializer: setup.initializer, kernel_regularizer: penaltyOf(setup) },
  });
  const hidden = setup.hidden.flatMap(({ units, activation, dropout, norm }, place) => [
    dense(`h${place}`, units, activation),
    ...(norm ? [{ id: `n${place}`, type: "BatchNormalization", params: {} }] : []),
    ...(dropout > 0 ? [{ id: `d${place}`, type: "Dropout", params: { rate: dropout } }] : []),
  ]);
  const outputs = taskOf(setup, options) === "multiclass" ? classesOf(setup, options) : 1;
  return [...hidden, dense("out", outputs, outputOf(setup, options))];
}

// Every network has both penalties, of factor 0 where they are not wanted: so they can be turned while it learns.
const penaltyOf = (setup) => ({ class_name: "L1L2", config: factorsOf(setup) });

function factorsOf({ regularization, regularizationRate }) {
  return { l1: regularization === "L1" ? regularizationRate : 0, l2: regularization === "L2" ? regularizationRate : 0 };
}

// Where each hidden layer stands among the layers of the experiment: the place of its Dense and of its last part.
function blocksOf(setup) {
  let place = 0;
  const blocks = setup.hidden.map(({ dropout, norm }) => {
    const block = { dense: place, drop: place + (norm ? 2 : 1), last: place + (norm ? 1 : 0) };
    place += 1 + (norm ? 1 : 0) + (dropout > 0 ? 1 : 0);
    return block;
  });
  return [...blocks, { dense: place, last: place }];
}

// --- what a change of the setup asks of a run that goes on: commands that leave the weights, or null: it begins anew

function commandsBetween(before, after, options) {
  if (!tableOf(before, options)) return null; // an own table that was taken away again
  const differs = (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]);
  const soft = ["learningRate", "batchSize", "regularization", "regularizationRate", "showTestData", "discretize", "speed", "hide", "hideText", "hidden", ...DATA_KEYS];
  if (Object.keys(after).some((name) => differs(name) && !soft.includes(name))) return null;
  const commands = [];
  if (differs("learningRate")) commands.push({ do: "set", name: "learning_rate", value: after.learningRate });
  if (differs("batchSize")) commands.push({ do: "set", name: "batch_size", value: after.batchSize });
  const [was, is] = [before, after].map(factorsOf);
  for (const name of ["l1", "l2"]) if (was[name] !== is[name]) commands.push({ do: "set", name, value: is[name] });
  if (differs("hidden")) {
    const rates = ratesBetween(before.hidden, after.hidden);
    if (!rates) return null;
    const blocks = blocksOf(after);
    commands.push(...rates.map(({ place, rate }) => ({ do: "set", name: "dropout", layer: String(blocks[place].drop), value: rate })));
  }
  if (DATA_KEYS.some(differs)) {
    if (classesOf(before, options) !== classesOf(after, options) || isPlane(before, options) !== isPlane(after, options)) return null;
    if (tableOf(before, options).data || tableOf(after, options).data) return null;
    commands.push({ do: "data", source: sourceOf(after, options) });
  }
  return commands;
}

const DATA_KEYS = ["dataset", "regDataset", "noise", "points", "seed", "drawn"];

// Which dropout rates differ, where nothing else does; null where something else does, or a layer would come or go.
function ratesBetween(before, after) {
  if (before.length !== after.length) return null;
  const rates = [];
  for (const [place, layer] of after.entries()) {
    const was = before[place];
    if (was.units !== layer.units || was.activation !== layer.activation || was.norm !== layer.norm) return null;
    if (was.dropout === layer.dropout) continue;
    if (!was.dropout || !layer.dropout) return null;
    rates.push({ place, rate: layer.dropout });
  }
  return rates;
}
