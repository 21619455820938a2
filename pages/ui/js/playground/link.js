// The setup in a link, under the keys of TensorFlow Playground where it has them, so that its old links open here.
// What a link asks for beyond the limits is brought to the nearest allowed value, and that is told.

const NUMBERS = { learningRate: "learningRate", regularizationRate: "regularizationRate", noise: "noise", percTrainData: "percTrainData", batchSize: "batchSize", points: "points", start: "start" };
const FLAGS = ["showTestData", "discretize", "hideText"];
const HIDABLE = [
  ...["showTestData", "discretize", "playButton", "stepButton", "resetButton", "learningRate", "activation", "regularization"],
  ...["regularizationRate", "problem", "dataset", "percTrainData", "noise", "batchSize", "numHiddenLayers"],
  ...["points", "seed", "optimizer", "loss", "initializer", "speed", "compare", "drawing"], // of our own
  ...Object.keys(FEATURE_KEYS),
];

// text: the query of an address or what follows its "#". Returns {setup, corrected: names of keys that were out of range}.
function setupFromLink(text, options) {
  const query = new URLSearchParams(text.replace(/^[#?]/, ""));
  const setup = firstSetup();
  const corrected = [];
  const given = (key) => (query.has(key) ? query.get(key) : undefined);
  const choose = (key, choices, name = key, words = (value) => value) => {
    const value = given(key);
    if (value === undefined) return;
    if (choices.includes(words(value))) setup[name] = words(value);
    else corrected.push(key);
  };
  choose("problem", ["classification", "regression"]);
  for (const [key, problem] of [["dataset", "classification"], ["regDataset", "regression"]]) {
    choose(key, options.datasets.filter((table) => table.problem === problem && table.name !== "drawn").map((table) => table.name));
  }
  choose("regularization", ["none", "L1", "L2"]);
  choose("optimizer", options.optimizers.map(({ name }) => name));
  choose("loss", Object.values(options.losses).flat());
  choose("initializer", options.initializers);
  choose("output", options.activations);
  choose("speed", options.speeds);
  if (given("initZero") !== undefined && given("initZero") !== "false") setup.initializer = "zeros";
  for (const key of FLAGS) if (given(key) !== undefined) setup[key] = given(key) !== "false";
  if (given("shuffle") !== undefined) setup.shuffle = given("shuffle") !== "false";
  for (const [key, name] of Object.entries(NUMBERS)) {
    if (given(key) === undefined) continue;
    const value = numberWithin(given(key), options.limits[name]);
    if (value === null) corrected.push(key);
    else {
      if (value !== Number(given(key))) corrected.push(key);
      setup[name] = value;
    }
  }
  if (given("seed") !== undefined) setup.seed = seedOf(given("seed"), options.limits.seed);
  for (const [key, feature] of Object.entries(FEATURE_KEYS)) {
    if (given(key) === undefined) continue;
    setup.features = setup.features.filter((name) => name !== feature);
    if (given(key) !== "false") setup.features = options.features.filter((name) => name === feature || setup.features.includes(name));
  }
  setup.hide = HIDABLE.filter((name) => (given(`${name}_hide`) ?? "false") !== "false");
  setup.features = setup.features.filter((name) => !isFeatureHidden(setup, name));
  if (!setup.features.length) setup.features = ["x1"];
  hiddenFromLink(setup, given, options, corrected);
  drawnFromLink(setup, given, options, corrected);
  editsFromLink(setup, given, corrected);
  return { setup, corrected };
}

const isFeatureHidden = (setup, feature) => setup.hide.some((name) => FEATURE_KEYS[name] === feature);

function hiddenFromLink(setup, given, options, corrected) {
  const { layers, units } = options.limits;
  const parts = (key) => (given(key) === undefined ? null : given(key).split(",").filter((part) => part !== ""));
  const activation = options.activations.includes(given("activation")) ? given("activation") : "tanh";
  if (given("activation") !== undefined && activation !== given("activation")) corrected.push("activation");
  let shape = parts("networkShape");
  if (shape) {
    const wished = shape.map((part) => numberWithin(part, units)).filter((count) => count !== null);
    if (wished.length > layers[1] || wished.length < shape.length || wished.some((count, place) => count !== Number(shape[place]))) {
      corrected.push("networkShape");
    }
    setup.hidden = wished.slice(0, layers[1]).map((count) => ({ units: count, activation, dropout: 0, norm: false }));
  } else setup.hidden.forEach((layer) => (layer.activation = activation));
  const activations = parts("activations") ?? [];
  const dropout = parts("dropout") ?? [];
  const norm = parts("norm") ?? [];
  setup.hidden.forEach((layer, place) => {
    if (options.activations.includes(activations[place])) layer.activation = activations[place];
    layer.dropout = numberWithin(dropout[place] ?? "0", options.limits.dropout) ?? 0;
    layer.norm = norm[place] === "1";
  });
}

function drawnFromLink(setup, given, options, corrected) {
  const text = given("drawn");
  if (text === undefined) return;
  const drawn = checkedPoints(text.split(";").map((point) => point.split(",").map(Number)), options);
  if (drawn === null) corrected.push("drawn");
  else Object.assign(setup, { drawn, dataset: "drawn", problem: "classification" });
}

// Points within the picture, so many as allowed; null where they are none.
function checkedPoints(points, options) {
  const { reach, drawn, classes } = options.limits;
  const isPoint = (point) => Array.isArray(point) && point.length === 3 && point.every(Number.isFinite);
  if (!Array.isArray(points) || !points.length || !points.every(isPoint)) return null;
  const within = (value, low, high) => Math.max(low, Math.min(high, value));
  return points.slice(0, drawn).map(([x, y, label]) => [within(x, -reach, reach), within(y, -reach, reach), within(Math.round(label), 0, classes - 1)]);
}

function editsFromLink(setup, given, corrected) {
  const text = given("weights");
  if (text === undefined) return;
  const edits = text.split(";").map((part) => {
    const [layer, array, at, value] = part.split(":");
    return { layer, array, index: (at ?? "").split(".").map(Number), value: Number(value) };
  });
  setup.edits = checkedEdits(edits, setup);
  if (setup.edits.length < edits.length) corrected.push("weights");
}

// Those edits whose weight there is in the network of the setup.
function checkedEdits(edits, setup) {
  const layers = new Set(blocksOf(setup).map((block) => String(block.dense)));
  return edits.slice(0, MOST_EDITS).filter(
    ({ layer, array, index, value }) =>
      layers.has(layer) && Number.isFinite(value) && Array.isArray(index) && index.every((at) => Number.isInteger(at) && at >= 0) &&
      index.length === { kernel: 2, bias: 1 }[array],
  );
}

function numberWithin(text, [low, high, isWhole]) {
  const value = Number(text);
  if (text === "" || !Number.isFinite(value)) return null;
  const near = Math.max(low, Math.min(high, value));
  return isWhole ? Math.round(near) : near;
}

// The reference's seeds are texts such as "0.51234": each becomes a whole number of its own.
function seedOf(text, [, high]) {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= high) return value;
  return [...text].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 100000, 7);
}

// The query of a link to the setup. Returns {query, isWhole}: false where points or weights are too many for a link.
function linkOf(setup) {
  const first = firstSetup();
  const query = new URLSearchParams();
  const put = (key, value, usual) => {
    if (JSON.stringify(value) !== JSON.stringify(usual) && value !== "drawn") query.set(key, String(value));
  };
  for (const key of ["problem", "dataset", "regDataset", "seed", "output", "regularization", "optimizer", "loss", "initializer", "shuffle", "speed"]) {
    put(key, setup[key], first[key]);
  }
  for (const [key, name] of Object.entries(NUMBERS)) put(key, setup[name], first[name]);
  for (const key of FLAGS) put(key, setup[key], first[key]);
  for (const [key, feature] of Object.entries(FEATURE_KEYS)) put(key, setup.features.includes(feature), first.features.includes(feature));
  put("networkShape", setup.hidden.map((layer) => layer.units).join(","), "4,2");
  const activations = setup.hidden.map((layer) => layer.activation);
  const isOne = new Set(activations).size <= 1;
  put("activation", isOne ? activations[0] ?? "tanh" : "tanh", "tanh");
  if (!isOne) query.set("activations", activations.join(","));
  if (setup.hidden.some((layer) => layer.dropout)) query.set("dropout", setup.hidden.map((layer) => layer.dropout).join(","));
  if (setup.hidden.some((layer) => layer.norm)) query.set("norm", setup.hidden.map((layer) => Number(layer.norm)).join(","));
  for (const name of setup.hide) query.set(`${name}_hide`, "true");
  let isWhole = true;
  if (setup.drawn) {
    if (setup.drawn.length <= MOST_DRAWN_IN_LINK) query.set("drawn", setup.drawn.map((point) => point.map((value) => Number(value.toFixed(2))).join(",")).join(";"));
    else isWhole = false;
  }
  if (setup.edits.length) {
    if (setup.edits.length <= MOST_EDITS_IN_LINK) {
      query.set("weights", setup.edits.map(({ layer, array, index, value }) => `${layer}:${array}:${index.join(".")}:${Number(value.toPrecision(6))}`).join(";"));
    } else isWhole = false;
  }
  return { query: query.toString(), isWhole };
}

// Which keys of an address are ours; others (language, experiment) stay as they are.
function isOurs(key) {
  const own = ["problem", "dataset", "regDataset", "seed", "output", "regularization", "optimizer", "loss", "initializer", "shuffle", "speed"];
  const shapes = ["networkShape", "activation", "activations", "dropout", "norm", "drawn", "weights", "initZero"];
  return own.includes(key) || shapes.includes(key) || FLAGS.includes(key) || Object.hasOwn(NUMBERS, key) || Object.hasOwn(FEATURE_KEYS, key) || key.endsWith("_hide");
}
