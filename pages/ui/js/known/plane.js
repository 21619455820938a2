// What a network says at each place of the plane of two inputs, and along one.

const GRID = 45; // points along each side of the plane
const LINE = 161; // along one input

function gridInputs(known, count, place) {
  const features = known.data.rest.length;
  const inputs = new Float32Array(features * count);
  for (let feature = 0; feature < features; feature++) {
    inputs.fill(known.chosen.rest[feature] ?? known.data.rest[feature], feature * count, (feature + 1) * count);
  }
  place(inputs);
  return inputs;
}

function planeAnswers(known) {
  const { axes, grid } = known.data;
  if (known.news?.outputs) {
    const { rows } = known.news;
    const side = Math.round(Math.sqrt(grid));
    const told = known.news.outputs[known.output.name];
    return { side, values: known.asShares(byUnit(told, rows + grid, rows, rows + grid), grid) };
  }
  const [first, second] = known.chosen.axes.map((place) => axes[place]);
  known.inputs ??= gridInputs(known, GRID * GRID, (inputs) => {
    for (let row = 0; row < GRID; row++) {
      for (let column = 0; column < GRID; column++) {
        const point = row * GRID + column;
        inputs[first.place * GRID * GRID + point] = first.low + ((first.high - first.low) * column) / (GRID - 1);
        inputs[second.place * GRID * GRID + point] = second.low + ((second.high - second.low) * row) / (GRID - 1);
      }
    }
  });
  return { side: GRID, values: known.answersTo(known.inputs, GRID * GRID, "plane") };
}

function paintPlane(known, pen) {
  const { side, values } = planeAnswers(known);
  if (!values) return;
  const { left, right, top, bottom } = known.area;
  if (known.sheet?.width !== side) known.sheet = Object.assign(document.createElement("canvas"), { width: side, height: side });
  const sheet = known.sheet.getContext("2d");
  const image = sheet.createImageData(side, side);
  const count = side * side;
  for (let point = 0; point < count; point++) {
    const row = side - 1 - Math.floor(point / side); // the second axis grows upwards
    image.data.set(shadeAt(known, values, point, count), 4 * (row * side + (point % side)));
  }
  sheet.putImageData(image, 0, 0);
  pen.imageSmoothingEnabled = !(known.output.task === "classes" && known.output.classes.length > 2);
  pen.drawImage(known.sheet, left, top, right - left, bottom - top);
  if (known.output.task === "classes" && known.output.classes.length === 2) paintBorder(known, pen, values, side);
}

// red, green, blue, alpha
function shadeAt(known, values, point, count) {
  if (known.output.task === "number") {
    const [low, high] = known.output.range;
    const value = values[point] * known.output.scale + known.output.mean;
    return [...shade(known.shades, (value - low) / (high - low || 1)), 190];
  }
  if (known.output.classes.length === 2) {
    const second = values.length === count ? values[point] : values[count + point];
    return [...known.classColours[second < 0.5 ? 0 : 1], Math.min(190, 30 + 330 * Math.abs(second - 0.5))];
  }
  const best = likeliest(values, point, count);
  const sure = Math.max(0, Math.min(1, values[best * count + point]));
  return [...known.classColours[best % known.classColours.length], 25 + 130 * sure];
}

// where both classes are equally likely: a line through each square of the grid that it crosses
function paintBorder(known, pen, values, side) {
  const { left, right, top, bottom } = known.area;
  const start = values.length > side * side ? side * side : 0;
  const x = (column) => left + (column / (side - 1)) * (right - left);
  const y = (row) => bottom - (row / (side - 1)) * (bottom - top);
  pen.strokeStyle = known.colours.text;
  pen.lineWidth = 2;
  pen.beginPath();
  for (let row = 0; row < side - 1; row++) {
    for (let column = 0; column < side - 1; column++) {
      const corners = [[column, row], [column + 1, row], [column + 1, row + 1], [column, row + 1]];
      const heights = corners.map(([c, r]) => values[start + r * side + c] - 0.5);
      const cuts = [];
      corners.forEach(([c, r], corner) => {
        const [height, next] = [heights[corner], heights[(corner + 1) % 4]];
        if (height < 0 === next < 0) return;
        const share = height / (height - next);
        const [toC, toR] = corners[(corner + 1) % 4];
        cuts.push([x(c + share * (toC - c)), y(r + share * (toR - r))]);
      });
      for (let cut = 0; cut + 1 < cuts.length; cut += 2) {
        pen.moveTo(...cuts[cut]);
        pen.lineTo(...cuts[cut + 1]);
      }
    }
  }
  pen.stroke();
}

function paintLine(known, pen) {
  const [axis] = known.data.axes;
  const { x, y } = known.scales;
  let values;
  let count = LINE;
  if (known.news?.outputs) {
    count = known.data.grid;
    const { rows, outputs } = known.news;
    values = byUnit(outputs[known.output.name], rows + count, rows, rows + count);
  } else {
    known.inputs ??= gridInputs(known, LINE, (inputs) => {
      for (let point = 0; point < LINE; point++) inputs[axis.place * LINE + point] = axis.low + ((axis.high - axis.low) * point) / (LINE - 1);
    });
    values = known.answersTo(known.inputs, LINE, "line");
  }
  if (!values) return;
  within(pen, known.area, () => {
    pen.beginPath();
    for (let point = 0; point < count; point++) {
      const at = own(axis, axis.low + ((axis.high - axis.low) * point) / (count - 1));
      pen.lineTo(x.at(at), y.at(values[point] * known.output.scale + known.output.mean));
    }
    Object.assign(pen, { strokeStyle: known.data.look.line, lineWidth: 4, lineJoin: "round" });
    pen.stroke();
  });
}
