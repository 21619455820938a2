// What stands still in a picture of what a network knows: axes, rows, the legend.

function paintStill(known) {
  const pen = known.still.getContext("2d");
  pen.clearRect(0, 0, known.area.width, known.area.height);
  if (["pictures", "texts"].includes(known.chosen.view)) return;
  const { x, y } = (known.scales = scalesOfView(known));
  paintAxes(known, pen, x, y);
  within(pen, known.area, () => (known.chosen.view === "judged" ? paintDiagonal(known, pen) : paintRows(known, pen)));
}

function paintDiagonal(known, pen) {
  const { left, right, top, bottom } = known.area;
  pen.strokeStyle = known.colours.text;
  pen.setLineDash([6, 5]);
  pen.globalAlpha = 0.6;
  pen.beginPath();
  pen.moveTo(left, bottom); // both axes show the same range
  pen.lineTo(right, top);
  pen.stroke();
}

// what each axis shows: its name, its range in its own unit, and where a prepared or own value stands in pixels
function scalesOfView(known) {
  const { axes, texts } = known.data;
  const { left, right, top, bottom } = known.area;
  const scale = (name, low, high, from, to) => ({ name, low, high, at: (value) => from + ((value - low) / (high - low || 1)) * (to - from) });
  const ofAxis = (axis, from, to) => scale(axis.name, own(axis, axis.low), own(axis, axis.high), from, to);
  const [low, high] = known.output.range ?? [0, 1];
  const target = known.output.title;
  if (known.chosen.view === "plane") {
    const [first, second] = known.chosen.axes.map((place) => axes[place]);
    return { x: ofAxis(first, left, right), y: ofAxis(second, bottom, top) };
  }
  if (known.chosen.view === "line") return { x: ofAxis(axes[0], left, right), y: scale(target, low, high, bottom, top) };
  return {
    x: scale(fill(texts.actual, { name: target }), low, high, left, right),
    y: scale(fill(texts.predicted, { name: target }), low, high, bottom, top),
  };
}

function paintAxes(known, pen, x, y) {
  const { left, right, top, bottom } = known.area;
  const letters = known.letters;
  Object.assign(pen, { fillStyle: known.colours.text, strokeStyle: known.colours.text, lineWidth: 1, font: `${0.87 * letters}px ${known.colours.font}` });
  pen.globalAlpha = 0.35;
  pen.strokeRect(left, top, right - left, bottom - top);
  pen.globalAlpha = 1;
  pen.textAlign = "center";
  pen.textBaseline = "top";
  for (const value of ticks(x.low, x.high, Math.max(2, (right - left) / (5 * letters)))) {
    pen.fillText(short(value, known.data.language), x.at(value), bottom + 0.3 * letters);
  }
  pen.fillText(x.name, (left + right) / 2, bottom + 1.6 * letters, right - left);
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  for (const value of ticks(y.low, y.high, Math.max(2, (bottom - top) / (3 * letters)))) {
    pen.fillText(short(value, known.data.language), left - 0.4 * letters, Math.max(top + 0.4 * letters, y.at(value)));
  }
  pen.save();
  pen.translate(0.55 * letters, (top + bottom) / 2);
  pen.rotate(-Math.PI / 2);
  pen.textAlign = "center";
  pen.fillText(y.name, 0, 0, bottom - top);
  pen.restore();
}

// rows of each part: a shape for each class, hollow what the network never learned from, ringed the test part
function paintRows(known, pen) {
  const { axes, points, look } = known.data;
  const { x, y } = known.scales;
  const radius = 0.3 * known.letters;
  for (const [part, rows] of Object.entries(points)) {
    const column = (axis) => columnOf(rows, axis, known.data);
    const first = column(axes[known.chosen.view === "plane" ? known.chosen.axes[0] : 0]);
    const second = known.chosen.view === "plane" ? column(axes[known.chosen.axes[1]]) : null;
    const targets = rows.targets[known.output.name];
    targets.forEach((target, row) => {
      const isClass = known.output.task === "classes";
      const place = isClass ? target % look.classes.length : 0;
      const colour = isClass ? look.classes[place] : second ? colourOf(known, target) : look.parts[part];
      const at = [x.at(first[row]), y.at(second ? second[row] : target)];
      pen.lineWidth = 1.6;
      trace(pen, isClass ? place : part === "train" ? 0 : 3, ...at, radius);
      pen.globalAlpha = part === "train" && !second ? 0.6 : 0.9;
      pen.fillStyle = part === "validation" ? known.colours.page : colour;
      pen.fill();
      pen.strokeStyle = part === "train" ? known.colours.page : colour;
      if (part === "test") pen.strokeStyle = known.colours.text;
      pen.stroke();
    });
  }
  pen.globalAlpha = 1;
}

function colourOf(known, value) {
  const [low, high] = known.output.range;
  return `rgb(${shade(known.shades, (value - low) / (high - low || 1)).join(",")})`;
}

function setLegend(known) {
  const { texts, points, look } = known.data;
  const { view } = known.chosen;
  known.legend.replaceChildren();
  if (view === "texts") setText(element(known.legend, "span"), texts.time);
  if (["judged", "pictures", "texts"].includes(view)) return;
  if (known.output.task === "classes") {
    known.output.classes.slice(0, look.classes.length).forEach((name, place) => {
      const mark = element(known.legend, "span", "known-key");
      const canvas = element(mark, "canvas");
      const size = Math.round(0.9 * known.letters);
      const pen = fixed(canvas, size, size);
      trace(pen, place, size / 2, size / 2, 0.38 * size);
      pen.fillStyle = look.classes[place];
      pen.fill();
      element(mark, "span").textContent = name;
    });
  }
  const parts = Object.keys(points).map((part) => texts.parts[part]);
  setText(element(known.legend, "span"), parts.join(" · "));
}
