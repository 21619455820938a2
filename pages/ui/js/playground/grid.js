// What the network makes of every place of the plane: one forward pass over a grid, for the surface and all maps of units.

const GRIDS = { moving: [24, 36, 50], rest: 100 }; // points a side; coarser while a busy machine paints

// The middles of count x count cells, row by row from the top: x to the right, y upwards; features feature by feature.
class Grid {
  constructor(setup, options, count, range) {
    const plane = isPlane(setup, options);
    const [columns, rows] = [count, plane ? count : 1];
    const table = tableOf(setup, options);
    Object.assign(this, { columns, rows, cells: columns * rows, range });
    const names = featuresOf(setup, options);
    this.features = new Float32Array(names.length * this.cells);
    for (let row = 0; row < rows; row++) {
      const y = plane ? range.high - ((row + 0.5) / rows) * (range.high - range.low) : 0;
      for (let column = 0; column < columns; column++) {
        const x = range.low + ((column + 0.5) / columns) * (range.high - range.low);
        const cell = row * columns + column;
        names.forEach((name, place) => {
          this.features[place * this.cells + cell] = table.columns ? [x, y][place] : FEATURES[name](x, y);
        });
      }
    }
    this.kept = []; // arrays of the last pass, written over by the next
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
    const key = JSON.stringify([featuresOf(setup, options), isPlane(setup, options), count, range]);
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
