// What the network makes of every place of the plane: one forward pass over a grid, for the surface and all maps of units.

const GRIDS = { moving: [24, 36, 50], rest: 100 }; // points a side; coarser while a busy machine paints

// The middles of count x count cells, row by row from the top: x to the right, y upwards; features feature by feature.
class Grid {
  constructor(setup, options, count, range) {
    const rows = isPlane(setup, options) ? count : 1;
    const { columns: own } = tableOf(setup, options);
    Object.assign(this, { columns: count, rows, cells: count * rows, range, own });
    const names = featuresOf(setup, options);
    this.features = new Float32Array(names.length * this.cells);
    names.forEach((name, place) => this.features.set(this.input(name), place * this.cells));
    this.kept = []; // arrays of the last pass, written over by the next
  }

  // What an input is in each cell: one of FEATURES, or a column of an own table, whatever its name.
  input(name) {
    const { columns, rows, cells, range } = this;
    const value = this.own ? (...place) => place[this.own.indexOf(name)] : FEATURES[name];
    const values = new Float32Array(cells);
    const wide = range.high - range.low;
    for (let cell = 0; cell < cells; cell++) {
      const x = range.low + (((cell % columns) + 0.5) / columns) * wide;
      const y = rows > 1 ? range.high - ((Math.floor(cell / columns) + 0.5) / rows) * wide : 0;
      values[cell] = value(x, y);
    }
    return values;
  }

  // Values of each layer over the grid; of unit u of a layer: subarray(u * cells, (u + 1) * cells).
  pass(layers, parameters) {
    this.kept = forward(layers, parameters, this.features, this.cells, this.kept);
    return this.kept;
  }
}

// Grids are made once for each data, features and count.
class Grids {
  constructor() {
    this.made = new Map();
  }

  of(setup, options, count, range) {
    const { columns } = tableOf(setup, options);
    const key = JSON.stringify([columns, featuresOf(setup, options), isPlane(setup, options), count, range]);
    if (this.made.has(key)) return this.made.get(key);
    if (this.made.size > 8) this.made.clear();
    const grid = new Grid(setup, options, count, range);
    this.made.set(key, grid);
    return grid;
  }
}

// The square that is drawn: as far as the reference's, or as own data reach.
function rangeOf(setup, options, points) {
  if (!tableOf(setup, options).columns) return { low: -options.limits.reach, high: options.limits.reach };
  let reach = 1;
  for (const part of Object.values(points)) for (const [x, y] of part) reach = Math.max(reach, Math.abs(x), Math.abs(y));
  return { low: -Math.ceil(reach), high: Math.ceil(reach) };
}

// How values of the output become colours: {middle, reach}, or the number of classes.
function scaleOf(setup, options, points) {
  const task = taskOf(setup, options);
  if (task === "multiclass") return { classes: classesOf(setup, options), middle: 0.5, reach: 0.5 };
  if (task === "binary") return ["tanh", "linear"].includes(outputOf(setup, options)) && setup.loss.includes("Hinge") ? { middle: 0, reach: 1 } : { middle: 0.5, reach: 0.5 };
  let reach = 0.01;
  for (const part of Object.values(points)) for (const point of part) reach = Math.max(reach, Math.abs(last(point)));
  return { middle: 0, reach };
}

// How values of a hidden unit become colours, by its activation: those that are never below 0 have 0 as their middle too.
function unitScale(values, activation) {
  if (["tanh", "softsign", "hard_tanh"].includes(activation)) return { middle: 0, reach: 1 };
  if (["sigmoid", "hard_sigmoid", "softmax"].includes(activation)) return { middle: 0.5, reach: 0.5 };
  let reach = 0;
  for (const value of values) if (Math.abs(value) > reach) reach = Math.abs(value);
  return { middle: 0, reach: reach || 1 };
}
