// What a small dense network makes of its inputs, as netcore computes it (tests/browser/test_forward.py holds it to that).
//
// layers: [{name, type, units, activation, epsilon}] from input to output, of the types that lab/model/plain_layers.py
// tells; parameters: name -> {kernel (inputs x units, row by row), bias, gamma, beta, moving_mean,
// moving_variance}. Numbers of a layer stand unit by unit: values[unit * rows + row], so that a unit's map is one piece.

const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;
const softplus = (x) => (x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x)));
const clipped = (x, low, high) => (x < low ? low : x > high ? high : x); // what is no number stays none
const sigmoid = (x) => 1 / (1 + Math.exp(-x));

// by netcore's names; each of one number
const ELEMENTWISE = {
  linear: (x) => x,
  relu: (x) => (x < 0 ? 0 : x),
  tanh: Math.tanh,
  sigmoid,
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
  selu: (x) => SELU_SCALE * (x > 0 ? x : SELU_ALPHA * Math.expm1(x)),
  gelu: (x) => 0.5 * x * erfc(-x / Math.SQRT2),
  silu: (x) => x * sigmoid(x),
  leaky_relu: (x) => (x > 0 ? x : 0.2 * x),
  softplus,
  softsign: (x) => x / (1 + Math.abs(x)),
  hard_sigmoid: (x) => clipped(x / 6 + 0.5, 0, 1),
  exponential: Math.exp,
  celu: (x) => (x > 0 ? x : Math.expm1(x)),
  relu6: (x) => clipped(x, 0, 6),
  mish: (x) => x * Math.tanh(softplus(x)),
  hard_tanh: (x) => clipped(x, -1, 1),
  hard_silu: (x) => x * clipped(x / 6 + 0.5, 0, 1),
  hard_shrink: (x) => (Math.abs(x) <= 0.5 ? 0 : x),
  soft_shrink: (x) => x - clipped(x, -0.5, 0.5),
  tanh_shrink: (x) => x - Math.tanh(x),
  threshold: (x) => (x <= 0 ? 0 : x),
  log_sigmoid: (x) => -softplus(-x),
  sparse_plus: (x) => (x >= 1 ? x : (Math.max(x, -1) + 1) ** 2 / 4),
  squareplus: (x) => (x + Math.sqrt(x * x + 4)) / 2,
};

// of all features of a row together: they change one row in place
const OVER_FEATURES = {
  softmax(row) {
    const largest = Math.max(...row);
    const sum = row.reduce((total, x, place) => total + (row[place] = Math.exp(x - largest)), 0);
    row.forEach((y, place) => (row[place] = y / sum));
  },
  log_softmax(row) {
    const largest = Math.max(...row);
    const sum = row.reduce((total, x) => total + Math.exp(x - largest), 0);
    row.forEach((x, place) => (row[place] = x - largest - Math.log(sum)));
  },
  sparsemax(row) {
    const falling = [...row].sort((a, b) => b - a);
    let [sum, kept, count] = [0, 0, 0]; // Keras adds the sums up once more, and so does netcore
    falling.forEach((z, place) => {
      sum += z;
      if (z - (sum - 1) / (place + 1) <= 0) return;
      kept += sum;
      count += 1;
    });
    const tau = (kept - 1) / count;
    row.forEach((x, place) => (row[place] = Math.max(x - tau, 0)));
  },
};

// Numerical Recipes, erfccheb, to 1.2e-7
function erfc(x) {
  const z = Math.abs(x);
  const t = 2 / (2 + z);
  const series =
    -z * z - 1.26551223 +
    (t * (1.00002368 + t * (0.37409196 + t * (0.09678418 + t * (-0.18628806 + t * (0.27886807 +
    t * (-1.13520398 + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277)))))))));
  const y = t * Math.exp(series);
  return x < 0 ? 2 - y : y;
}

// Returns the values of each layer, in the order of `layers`: Float32Array (units * rows).
// inputs: Float32Array, feature by feature: inputs[feature * rows + row].
// into: what an earlier call returned for as many rows; it is written over, so that moving pictures make no garbage.
function forward(layers, parameters, inputs, rows, into = []) {
  let before = inputs;
  return layers.map((layer, place) => {
    const units = layer.type === "Dense" ? layer.units : before.length / rows;
    const reused = into[place]?.length === units * rows ? into[place] : new Float32Array(units * rows);
    before = OPERATIONS[layer.type](layer, parameters[layer.name] ?? {}, before, rows, reused);
    return before;
  });
}

const OPERATIONS = {
  Dense(layer, { kernel, bias }, x, rows, y) {
    const inputs = x.length / rows;
    const sums = scratch(rows); // in double precision, as sums of many small numbers want
    for (let unit = 0; unit < layer.units; unit++) {
      sums.fill(bias ? bias[unit] : 0);
      for (let input = 0; input < inputs; input++) {
        const weight = kernel[input * layer.units + unit];
        const start = input * rows;
        for (let row = 0; row < rows; row++) sums[row] += weight * x[start + row];
      }
      y.set(sums, unit * rows);
    }
    return activated(layer.activation, y, y, rows);
  },

  Activation: (layer, parameters, x, rows, y) => activated(layer.activation, x, y, rows),

  // outside training nothing is switched off
  Dropout: (layer, parameters, x) => x,

  BatchNormalization(layer, { gamma, beta, moving_mean, moving_variance }, x, rows, y) {
    for (let unit = 0; unit < x.length / rows; unit++) {
      const factor = (gamma ? gamma[unit] : 1) / Math.sqrt(moving_variance[unit] + layer.epsilon);
      const shift = (beta ? beta[unit] : 0) - moving_mean[unit] * factor;
      for (let row = unit * rows; row < (unit + 1) * rows; row++) y[row] = x[row] * factor + shift;
    }
    return y;
  },
};

// y becomes the function of x; both may be the same array
function activated(name, x, y, rows) {
  if (name === "glu") return halved(x, rows);
  const f = ELEMENTWISE[name ?? "linear"];
  if (f) for (let place = 0; place < x.length; place++) y[place] = f(x[place]);
  else {
    if (x !== y) y.set(x);
    overFeatures(OVER_FEATURES[name], y, y.length / rows, rows);
  }
  return y;
}

function overFeatures(change, y, units, rows) {
  const features = new Array(units);
  for (let row = 0; row < rows; row++) {
    for (let unit = 0; unit < units; unit++) features[unit] = y[unit * rows + row];
    change(features);
    for (let unit = 0; unit < units; unit++) y[unit * rows + row] = features[unit];
  }
}

// glu: the first half of the features, each times the sigmoid of one of the second half
function halved(y, rows) {
  const half = y.length / 2;
  return Float32Array.from(y.subarray(0, half), (x, place) => x * sigmoid(y[half + place]));
}

let sumsOfRows = new Float64Array(0);
function scratch(rows) {
  if (sumsOfRows.length < rows) sumsOfRows = new Float64Array(rows);
  return sumsOfRows.subarray(0, rows);
}
