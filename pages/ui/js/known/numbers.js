// Numbers and colours that the pictures of what a network knows have in common.

// a prepared value in its own unit
function own(axis, value) {
  const number = value * axis.scale + axis.mean;
  return axis.log ? Math.expm1(number) : number;
}

// of one axis, the rows' values in its own unit
function columnOf(rows, axis, data) {
  rows.values ??= floatsOf(rows.x);
  const count = rows.values.length / data.rest.length;
  return Array.from(rows.values.subarray(axis.place * count, (axis.place + 1) * count), (value) => own(axis, value));
}

// answers told row by row, (rows, units) -> those to some of the rows, unit by unit
function byUnit(told, rows, from, to) {
  const units = told.length / rows;
  const part = new Float32Array(units * (to - from));
  for (let unit = 0; unit < units; unit++) for (let row = from; row < to; row++) part[unit * (to - from) + row - from] = told[row * units + unit];
  return part;
}

// of answers unit by unit, the unit that says most about one row
function likeliest(values, row, rows) {
  let best = 0;
  for (let unit = 1; unit < values.length / rows; unit++) if (values[unit * rows + row] > values[best * rows + row]) best = unit;
  return best;
}

// between the colours of a scale; beyond its ends these
function shade(stops, share) {
  const place = Math.max(0, Math.min(1, Number.isFinite(share) ? share : 0)) * (stops.length - 1);
  const before = Math.min(Math.floor(place), stops.length - 2);
  return mixed(stops[before], stops[before + 1], place - before);
}
