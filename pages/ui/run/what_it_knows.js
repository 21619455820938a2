// Draws what a network knows so far, and goes on drawing while it learns: the plane of two inputs, the curve along one,
// which class was taken for which, predicted against true, what its first layer looks for and which images it gets wrong.
//
// Small dense networks are computed here, from their exact weights; of all others the worker tells the answers to the
// same few rows. Both come through the one stream of the page, passed on by the live curve as events of the window. What
// moves is painted on a canvas of its own, below another one with what stands still: rows, axes, names.

const GRID = 45; // points along each side of the plane
const LINE = 161; // along one input
const MOST_WRONG = 12; // images shown
const MOST_CLASSES = 20; // of a table that can be read
const known = new WeakMap();

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".what-it-knows");
  return mounted(known, root, () => new Knowledge(root), (view) => view.take(data));
}

class Knowledge {
  constructor(root) {
    this.root = root;
    this.chosen = { view: null, output: 0, axes: [0, 1], rest: {} };
    this.requestPaint = oncePerFrame(() => this.paint());
    this.heard = { "lab-parameters": (event) => this.learn(event.detail), "lab-answers": (event) => this.learn(event.detail) };
    for (const [name, listen] of Object.entries(this.heard)) window.addEventListener(name, listen);
    this.resize = new ResizeObserver(() => this.layOut());
    this.resize.observe(root);
    this.seen = true; // what is scrolled away is not computed
    this.sight = new IntersectionObserver((entries) => {
      this.seen = last(entries).isIntersecting;
      this.requestPaint();
    });
    this.sight.observe(root);
    this.unwatch = watchTheme(root, () => this.layOut());
  }

  close() {
    for (const [name, listen] of Object.entries(this.heard)) window.removeEventListener(name, listen);
    clearTimeout(this.later);
    this.resize.disconnect();
    this.sight.disconnect();
    this.unwatch();
  }

  // --- what it is given

  take(data) {
    const mark = JSON.stringify([data.mark, data.language, data.texts]);
    const isNew = mark !== this.mark;
    const other = data.run !== this.data?.run;
    this.mark = mark;
    this.data = data;
    this.shades = data.look.shades.map(rgb);
    this.classColours = data.look.classes.map(rgb);
    if (isNew) this.build();
    if (other || data.parameters || data.answers) this.news = null;
    if (data.parameters) this.news = { epoch: data.epoch, layers: layersOf(data.parameters) };
    if (data.answers) this.news = { epoch: data.epoch, rows: data.rows, outputs: floatsIn(data.answers), first: firstOf(data.first) };
    if (other) Object.assign(this.root.dataset, { run: data.run, moves: 0, epoch: 0 });
    this.requestPaint();
  }

  learn(news) {
    if (news.run !== this.data.run || (news.layers && !this.data.layers)) return;
    this.news = news;
    const rest = (this.restUntil ?? 0) - performance.now();
    if (rest <= 0) this.requestPaint();
    else this.later ??= setTimeout(() => this.wake(), rest);
  }

  wake() {
    this.later = null;
    this.requestPaint();
  }

  // --- what there is to choose

  views() {
    const { axes, layers, grid, image } = this.data;
    const isNumber = this.output.task === "number";
    const views = [];
    if (axes.length >= 2 && (layers || grid)) views.push("plane");
    if (axes.length === 1 && isNumber && (layers || grid)) views.push("line");
    const few = views.length && (axes.length === 1 || (this.data.rest.length === 2));
    few ? views.push("judged") : views.unshift("judged");
    if (image) views.push("pictures");
    return views;
  }

  get output() {
    return this.data.outputs[Math.min(this.chosen.output, this.data.outputs.length - 1)];
  }

  build() {
    const { texts, outputs } = this.data;
    const views = this.views();
    if (!views.includes(this.chosen.view)) this.chosen.view = views[0];
    if (Math.max(...this.chosen.axes) >= this.data.axes.length) this.chosen.axes = [0, 1];
    this.chosen.rest = {};
    this.root.lang = this.data.language;
    this.root.replaceChildren();
    const head = element(this.root, "div", "known-head");
    setText(element(head, "strong"), texts.title);
    if (views.length > 1) this.choice(head, views);
    if (outputs.length > 1) {
      const names = outputs.map((output) => output.name);
      this.select(head, texts.output, names, this.chosen.output, (place) => {
        this.chosen.output = place;
        this.build();
      });
    }
    this.stage = element(this.root, "div", "known-stage");
    this.moving = element(this.stage, "canvas", "known-moving");
    this.still = element(this.stage, "canvas", "known-still");
    this.moving.setAttribute("aria-hidden", "true");
    this.still.setAttribute("role", "img");
    this.table = element(this.root, "div", "known-table");
    this.knobs = element(this.root, "div", "known-knobs");
    if (this.chosen.view === "plane") this.axisKnobs();
    this.summary = element(this.root, "p", "known-summary");
    this.legend = element(this.root, "p", "known-legend");
    this.layOut();
  }

  choice(parent, views) {
    const group = element(parent, "div", "known-views");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", this.data.texts.title);
    for (const view of views) {
      const button = element(group, "button");
      button.type = "button";
      button.textContent = this.data.texts.views[view === "judged" ? this.output.task : view];
      button.setAttribute("aria-pressed", view === this.chosen.view);
      button.onclick = () => {
        this.chosen.view = view;
        this.build();
        this.root.querySelector(`.known-views button[aria-pressed="true"]`)?.focus();
      };
    }
  }

  select(parent, name, options, chosen, take) {
    const label = element(parent, "label", "known-select");
    setText(element(label, "span"), name);
    const select = element(label, "select");
    options.forEach((option, place) => {
      const item = element(select, "option");
      item.value = place;
      item.textContent = option;
    });
    select.value = chosen;
    select.onchange = () => take(Number(select.value));
  }

  // which two inputs are the axes, and where the others stand
  axisKnobs() {
    const { axes, texts, rest } = this.data;
    if (axes.length < 2 || rest.length === 2) return;
    const names = axes.map((axis) => axis.name);
    ["→", "↑"].forEach((arrow, side) =>
      this.select(this.knobs, arrow, names, this.chosen.axes[side], (place) => {
        if (place === this.chosen.axes[1 - side]) this.chosen.axes[1 - side] = this.chosen.axes[side];
        this.chosen.axes[side] = place;
        this.build();
      }),
    );
    const others = axes.map((axis, place) => [axis, place]).filter(([, place]) => !this.chosen.axes.includes(place));
    if (!others.length) return;
    const folded = element(this.knobs, "details");
    setText(element(folded, "summary"), texts.others);
    for (const [axis] of others) {
      const label = element(folded, "label", "known-slider");
      const said = element(label, "span");
      const slider = element(label, "input");
      Object.assign(slider, { type: "range", min: axis.low, max: axis.high, step: (axis.high - axis.low) / 100 });
      slider.value = rest[axis.place];
      const tell = () => setText(said, `${axis.name}: ${short(own(axis, Number(slider.value)), this.data.language)}`);
      slider.oninput = () => {
        this.chosen.rest[axis.place] = Number(slider.value);
        this.inputs = null;
        tell();
        this.requestPaint();
      };
      tell();
    }
  }

  // --- what stands still

  layOut() {
    if (!this.data || !this.stage) return;
    const { view } = this.chosen;
    const isTable = view === "judged" && this.output.task === "classes";
    this.stage.hidden = isTable;
    const width = this.root.clientWidth;
    if (!width) return;
    const style = getComputedStyle(this.root);
    this.colours = { text: style.color, page: style.getPropertyValue("--st-background-color") || "#fff", font: style.fontFamily };
    this.letters = parseFloat(style.fontSize);
    const tallest = Math.max(430, 0.42 * window.innerHeight);
    const height = Math.min(tallest, Math.round(width * (view === "line" ? 0.66 : view === "pictures" ? 0.9 : 0.82)));
    const letters = this.letters;
    this.area = { left: 3.4 * letters, top: 0.6 * letters, right: width - 0.6 * letters, bottom: height - 2.9 * letters, width, height };
    this.inputs = null;
    if (!isTable) {
      for (const canvas of [this.moving, this.still]) this.fit(canvas, width, height);
      this.paintStill();
    }
    this.setLegend();
    this.requestPaint();
  }

  fit(canvas, width, height) {
    const ratio = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    canvas.getContext("2d").setTransform(ratio, 0, 0, ratio, 0, 0);
  }

  paintStill() {
    const pen = this.still.getContext("2d");
    pen.clearRect(0, 0, this.area.width, this.area.height);
    if (this.chosen.view === "pictures") return;
    const { x, y } = (this.scales = this.scalesOfView());
    this.paintAxes(pen, x, y);
    pen.save();
    pen.beginPath();
    pen.rect(this.area.left, this.area.top, this.area.right - this.area.left, this.area.bottom - this.area.top);
    pen.clip();
    if (this.chosen.view === "judged") {
      const { left, right, top, bottom } = this.area;
      pen.strokeStyle = this.colours.text;
      pen.setLineDash([6, 5]);
      pen.globalAlpha = 0.6;
      pen.beginPath();
      pen.moveTo(left, bottom); // both axes show the same range
      pen.lineTo(right, top);
      pen.stroke();
    } else {
      this.paintRows(pen);
    }
    pen.restore();
  }

  // what each axis shows: its name, its range in its own unit, and where a prepared or own value stands in pixels
  scalesOfView() {
    const { axes, texts } = this.data;
    const { left, right, top, bottom } = this.area;
    const scale = (name, low, high, from, to) => ({ name, low, high, at: (value) => from + ((value - low) / (high - low || 1)) * (to - from) });
    const ofAxis = (axis, from, to) => scale(axis.name, own(axis, axis.low), own(axis, axis.high), from, to);
    const [low, high] = this.output.range ?? [0, 1];
    const target = this.output.title;
    if (this.chosen.view === "plane") {
      const [first, second] = this.chosen.axes.map((place) => axes[place]);
      return { x: ofAxis(first, left, right), y: ofAxis(second, bottom, top) };
    }
    if (this.chosen.view === "line") return { x: ofAxis(axes[0], left, right), y: scale(target, low, high, bottom, top) };
    return {
      x: scale(fill(texts.actual, { name: target }), low, high, left, right),
      y: scale(fill(texts.predicted, { name: target }), low, high, bottom, top),
    };
  }

  paintAxes(pen, x, y) {
    const { left, right, top, bottom } = this.area;
    const letters = this.letters;
    Object.assign(pen, { fillStyle: this.colours.text, strokeStyle: this.colours.text, lineWidth: 1, font: `${0.87 * letters}px ${this.colours.font}` });
    pen.globalAlpha = 0.35;
    pen.strokeRect(left, top, right - left, bottom - top);
    pen.globalAlpha = 1;
    pen.textAlign = "center";
    pen.textBaseline = "top";
    for (const value of ticks(x.low, x.high, Math.max(2, (right - left) / (5 * letters)))) {
      pen.fillText(short(value, this.data.language), x.at(value), bottom + 0.3 * letters);
    }
    pen.fillText(x.name, (left + right) / 2, bottom + 1.6 * letters, right - left);
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    for (const value of ticks(y.low, y.high, Math.max(2, (bottom - top) / (3 * letters)))) {
      pen.fillText(short(value, this.data.language), left - 0.4 * letters, Math.max(top + 0.4 * letters, y.at(value)));
    }
    pen.save();
    pen.translate(0.55 * letters, (top + bottom) / 2);
    pen.rotate(-Math.PI / 2);
    pen.textAlign = "center";
    pen.fillText(y.name, 0, 0, bottom - top);
    pen.restore();
  }

  // rows of each part: a shape for each class, hollow what the network never learned from, ringed the test part
  paintRows(pen) {
    const { axes, points, look } = this.data;
    const { x, y } = this.scales;
    const radius = 0.3 * this.letters;
    for (const [part, rows] of Object.entries(points)) {
      const column = (axis) => columnOf(rows, axis, this.data);
      const first = column(axes[this.chosen.view === "plane" ? this.chosen.axes[0] : 0]);
      const second = this.chosen.view === "plane" ? column(axes[this.chosen.axes[1]]) : null;
      const targets = rows.targets[this.output.name];
      targets.forEach((target, row) => {
        const isClass = this.output.task === "classes";
        const place = isClass ? target % look.classes.length : 0;
        const colour = isClass ? look.classes[place] : second ? this.colourOf(target) : look.parts[part];
        const at = [x.at(first[row]), y.at(second ? second[row] : target)];
        pen.lineWidth = 1.6;
        trace(pen, isClass ? place : part === "train" ? 0 : 3, ...at, radius);
        pen.globalAlpha = part === "train" && !second ? 0.6 : 0.9;
        pen.fillStyle = part === "validation" ? this.colours.page : colour;
        pen.fill();
        pen.strokeStyle = part === "train" ? this.colours.page : colour;
        if (part === "test") pen.strokeStyle = this.colours.text;
        pen.stroke();
      });
    }
    pen.globalAlpha = 1;
  }

  colourOf(value) {
    const [low, high] = this.output.range;
    return `rgb(${shade(this.shades, (value - low) / (high - low || 1)).join(",")})`;
  }

  setLegend() {
    const { texts, points, look } = this.data;
    const { view } = this.chosen;
    this.legend.replaceChildren();
    if (view === "judged" || view === "pictures") return;
    if (this.output.task === "classes") {
      this.output.classes.slice(0, look.classes.length).forEach((name, place) => {
        const mark = element(this.legend, "span", "known-key");
        const canvas = element(mark, "canvas");
        const size = Math.round(0.9 * this.letters);
        this.fit(canvas, size, size);
        const pen = canvas.getContext("2d");
        trace(pen, place, size / 2, size / 2, 0.38 * size);
        pen.fillStyle = look.classes[place];
        pen.fill();
        element(mark, "span").textContent = name;
      });
    }
    const parts = Object.keys(points).map((part) => texts.parts[part]);
    setText(element(this.legend, "span"), parts.join(" · "));
  }

  // --- what moves

  // What moves takes a quarter of the browser's time at most: a picture of a larger network comes less often.
  paint() {
    if (!this.area || !this.seen || !this.summary) return;
    const began = performance.now();
    this.paintNews();
    this.restUntil = performance.now() + 3 * (performance.now() - began);
  }

  paintNews() {
    const { news } = this;
    const pen = this.moving.getContext("2d");
    pen.clearRect(0, 0, this.area.width, this.area.height);
    this.answers = this.answersToRows();
    const paint = { plane: this.paintPlane, line: this.paintLine, judged: this.paintJudged, pictures: this.paintPictures };
    paint[this.chosen.view].call(this, pen);
    setText(this.summary, this.inWords());
    this.still.setAttribute("aria-label", `${this.data.texts.views[this.chosen.view === "judged" ? this.output.task : this.chosen.view]}. ${this.summary.textContent}`);
    if (news) {
      Object.assign(this.root.dataset, { epoch: news.epoch, moves: Number(this.root.dataset.moves) + 1 });
    }
  }

  // (units * rows) for prepared inputs, unit by unit; null where nothing is learned yet
  answersTo(inputs, rows, kept) {
    const { news, data } = this;
    if (!news?.layers) return null;
    const made = forward(data.layers, news.layers, inputs, rows, (this.buffers ??= {})[kept]);
    this.buffers[kept] = made;
    return this.asShares(made[made.length - 1], rows);
  }

  // a loss with `from_logits` is trained on what comes before sigmoid or softmax
  asShares(values, rows) {
    if (!this.output.logits) return values;
    const shares = Float32Array.from(values);
    const units = values.length / rows;
    if (units === 1) return shares.map(sigmoid);
    overFeatures(OVER_FEATURES.softmax, shares, units, rows);
    return shares;
  }

  answersToRows() {
    const { data, news } = this;
    if (!news) return null;
    if (news.layers) {
      this.rows ??= {};
      if (this.rows.text !== data.x) this.rows = { text: data.x, values: floatsOf(data.x) };
      return this.answersTo(this.rows.values, data.rows, "rows");
    }
    const told = news.outputs[this.output.name];
    return told ? this.asShares(byUnit(told, news.rows + data.grid).rows(0, news.rows), news.rows) : null;
  }

  // of a large network fewer rows are asked than are known
  get asked() {
    return this.news?.rows ?? this.data.rows;
  }

  get targets() {
    return this.output.targets.slice(0, this.asked);
  }

  gridInputs(count, place) {
    const features = this.data.rest.length;
    const inputs = new Float32Array(features * count);
    for (let feature = 0; feature < features; feature++) {
      inputs.fill(this.chosen.rest[feature] ?? this.data.rest[feature], feature * count, (feature + 1) * count);
    }
    place(inputs);
    return inputs;
  }

  planeAnswers() {
    const { axes, grid } = this.data;
    if (this.news?.outputs) {
      const { rows } = this.news;
      const side = Math.round(Math.sqrt(grid));
      const told = this.news.outputs[this.output.name];
      return { side, values: this.asShares(byUnit(told, rows + grid).rows(rows, rows + grid), grid) };
    }
    const [first, second] = this.chosen.axes.map((place) => axes[place]);
    this.inputs ??= this.gridInputs(GRID * GRID, (inputs) => {
      for (let row = 0; row < GRID; row++) {
        for (let column = 0; column < GRID; column++) {
          const point = row * GRID + column;
          inputs[first.place * GRID * GRID + point] = first.low + ((first.high - first.low) * column) / (GRID - 1);
          inputs[second.place * GRID * GRID + point] = second.low + ((second.high - second.low) * row) / (GRID - 1);
        }
      }
    });
    return { side: GRID, values: this.answersTo(this.inputs, GRID * GRID, "plane") };
  }

  paintPlane(pen) {
    const { side, values } = this.planeAnswers();
    if (!values) return;
    const { left, right, top, bottom } = this.area;
    if (this.sheet?.width !== side) this.sheet = Object.assign(document.createElement("canvas"), { width: side, height: side });
    const sheet = this.sheet.getContext("2d");
    const image = sheet.createImageData(side, side);
    const count = side * side;
    for (let point = 0; point < count; point++) {
      const row = side - 1 - Math.floor(point / side); // the second axis grows upwards
      image.data.set(this.shadeAt(values, point, count), 4 * (row * side + (point % side)));
    }
    sheet.putImageData(image, 0, 0);
    pen.imageSmoothingEnabled = !(this.output.task === "classes" && this.output.classes.length > 2);
    pen.drawImage(this.sheet, left, top, right - left, bottom - top);
    if (this.output.task === "classes" && this.output.classes.length === 2) this.paintBorder(pen, values, side);
  }

  // red, green, blue, alpha
  shadeAt(values, point, count) {
    if (this.output.task === "number") {
      const [low, high] = this.output.range;
      const value = values[point] * this.output.scale + this.output.mean;
      return [...shade(this.shades, (value - low) / (high - low || 1)), 190];
    }
    const units = values.length / count;
    if (this.output.classes.length === 2) {
      const second = units === 1 ? values[point] : values[count + point];
      return [...this.classColours[second < 0.5 ? 0 : 1], Math.min(190, 30 + 330 * Math.abs(second - 0.5))];
    }
    let best = 0;
    for (let unit = 1; unit < units; unit++) if (values[unit * count + point] > values[best * count + point]) best = unit;
    const sure = Math.max(0, Math.min(1, values[best * count + point]));
    return [...this.classColours[best % this.classColours.length], 25 + 130 * sure];
  }

  // where both classes are equally likely: a line through each square of the grid that it crosses
  paintBorder(pen, values, side) {
    const { left, right, top, bottom } = this.area;
    const start = values.length > side * side ? side * side : 0;
    const x = (column) => left + (column / (side - 1)) * (right - left);
    const y = (row) => bottom - (row / (side - 1)) * (bottom - top);
    pen.strokeStyle = this.colours.text;
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

  paintLine(pen) {
    const [axis] = this.data.axes;
    const { x, y } = this.scales;
    let values;
    let count = LINE;
    if (this.news?.outputs) {
      count = this.data.grid;
      const { rows, outputs } = this.news;
      values = byUnit(outputs[this.output.name], rows + count).rows(rows, rows + count);
    } else {
      this.inputs ??= this.gridInputs(LINE, (inputs) => {
        for (let point = 0; point < LINE; point++) inputs[axis.place * LINE + point] = axis.low + ((axis.high - axis.low) * point) / (LINE - 1);
      });
      values = this.answersTo(this.inputs, LINE, "line");
    }
    if (!values) return;
    const { left, top, right, bottom } = this.area;
    pen.save();
    pen.beginPath();
    pen.rect(left, top, right - left, bottom - top);
    pen.clip();
    pen.beginPath();
    for (let point = 0; point < count; point++) {
      const at = own(axis, axis.low + ((axis.high - axis.low) * point) / (count - 1));
      pen.lineTo(x.at(at), y.at(values[point] * this.output.scale + this.output.mean));
    }
    Object.assign(pen, { strokeStyle: this.data.look.line, lineWidth: 4, lineJoin: "round" });
    pen.stroke();
    pen.restore();
  }

  // --- how the rows fare

  paintJudged(pen) {
    if (this.output.task === "classes") this.paintTable();
    else if (this.answers) this.paintPredicted(pen);
  }

  predictedClass(row) {
    const rows = this.asked;
    const units = this.answers.length / rows;
    if (units === 1) return this.answers[row] > 0.5 ? 1 : 0;
    let best = 0;
    for (let unit = 1; unit < units; unit++) if (this.answers[unit * rows + row] > this.answers[best * rows + row]) best = unit;
    return best;
  }

  paintTable() {
    const { classes } = this.output;
    const { targets } = this;
    const count = classes.length;
    if (count > MOST_CLASSES) return;
    if (this.tableOf !== this.output) this.buildTable(classes);
    const counts = new Uint32Array(count * count);
    if (this.answers) targets.forEach((target, row) => counts[target * count + this.predictedClass(row)]++);
    const most = Math.max(1, ...counts);
    counts.forEach((number, place) => {
      const cell = this.cells[place];
      setText(cell, this.answers ? String(number) : "–");
      cell.style.setProperty("--share", (number / most).toFixed(2));
    });
  }

  buildTable(classes) {
    const { texts } = this.data;
    this.tableOf = this.output;
    this.table.replaceChildren();
    const table = element(this.table, "table");
    setText(element(table, "caption"), texts.table);
    const head = element(element(table, "thead"), "tr");
    element(head, "td");
    for (const name of classes) this.heading(head, "col", name);
    const body = element(table, "tbody");
    this.cells = classes.flatMap((name, row) => {
      const line = element(body, "tr");
      this.heading(line, "row", name);
      return classes.map((other, column) => element(line, "td", row === column ? "right" : "wrong"));
    });
  }

  heading(line, scope, name) {
    const made = element(line, "th");
    made.scope = scope;
    made.title = name;
    element(made, "span").textContent = name;
  }

  paintPredicted(pen) {
    const { x, y } = this.scales;
    const { scale, mean } = this.output;
    const { targets } = this;
    const { left, top, right, bottom } = this.area;
    pen.save();
    pen.beginPath();
    pen.rect(left, top, right - left, bottom - top);
    pen.clip();
    pen.globalAlpha = 0.65;
    pen.fillStyle = this.data.look.parts[this.data.part];
    targets.forEach((target, row) => {
      trace(pen, this.data.part === "validation" ? 3 : 0, x.at(target), y.at(this.answers[row] * scale + mean), 0.3 * this.letters);
      pen.fill();
    });
    pen.restore();
  }

  // --- images: what the units of the first layer look for, and what is taken for something else

  paintPictures(pen) {
    const { image, texts } = this.data;
    const { width, height } = this.area;
    const letters = this.letters;
    Object.assign(pen, { fillStyle: this.colours.text, font: `${0.87 * letters}px ${this.colours.font}`, textBaseline: "top", textAlign: "left" });
    const first = this.firstLayer();
    let y = 0;
    const cell = Math.max(34, Math.min(90, width / 9));
    const across = Math.floor(width / (cell + 4));
    if (first) {
      pen.fillText(texts.first, 0, y, width);
      y += 1.5 * letters;
      const units = Math.min(first.units, 2 * across);
      for (let unit = 0; unit < units; unit++) this.stamp(pen, weightsAsPixels(first, unit, this.data.look), image.first, (unit % across) * (cell + 4), y + Math.floor(unit / across) * (cell + 4), cell);
      y += Math.ceil(units / across) * (cell + 4) + 0.5 * letters;
    }
    if (!this.answers || this.output.task !== "classes" || !image.count) return;
    pen.fillText(texts.wrong, 0, y, width);
    y += 1.5 * letters;
    this.pixels ??= {};
    if (this.pixels.text !== image.pixels) this.pixels = { text: image.pixels, values: bytesOf(image.pixels) };
    const size = image.height * image.width;
    let shown = 0;
    const fits = Math.max(across, Math.floor((height - y) / (cell + 1.6 * letters)) * across);
    for (let row = 0; row < Math.min(image.count, this.asked) && shown < Math.min(MOST_WRONG, fits); row++) {
      const [actual, taken] = [this.output.targets[row], this.predictedClass(row)];
      if (actual === taken) continue;
      const at = [(shown % across) * (cell + 4), y + Math.floor(shown / across) * (cell + 1.6 * letters)];
      this.stamp(pen, greyPixels(this.pixels.values.subarray(row * size, (row + 1) * size)), [image.height, image.width], ...at, cell);
      pen.fillText(`${this.output.classes[actual]} → ${this.output.classes[taken]}`, at[0], at[1] + cell + 2, cell);
      shown++;
    }
    if (!shown) pen.fillText(texts.none_wrong, 0, y, width);
  }

  stamp(pen, pixels, [rows, columns], x, y, size) {
    const sheet = Object.assign(document.createElement("canvas"), { width: columns, height: rows });
    sheet.getContext("2d").putImageData(new ImageData(pixels, columns, rows), 0, 0);
    pen.imageSmoothingEnabled = false;
    pen.drawImage(sheet, x, y, size, size);
  }

  firstLayer() {
    const { news, data } = this;
    if (!news || !data.image.first) return null;
    if (!news.layers) return news.first;
    const layer = data.layers.find(({ type }) => type === "Dense");
    return layer ? { units: layer.units, weights: news.layers[layer.name].kernel } : null;
  }

  // --- words

  inWords() {
    const { texts, language, part, of } = this.data;
    const rows = this.asked;
    if (!this.news) return texts.nothing_yet;
    const epoch = fill(texts.after, { epoch: new Intl.NumberFormat(language).format(this.news.epoch) });
    if (!this.answers) return epoch;
    const which = rows < of ? fill(texts.some_rows, { rows, of }) : fill(texts.all_rows, { rows });
    const { scale, mean, unit } = this.output;
    const { targets } = this;
    if (this.output.task === "classes") {
      const right = targets.reduce((count, target, row) => count + (this.predictedClass(row) === target), 0);
      return `${epoch} · ${texts.parts[part]} ${which}: ${fill(texts.right, { count: right })}`;
    }
    const error = targets.reduce((sum, target, row) => sum + Math.abs(this.answers[row] * scale + mean - target), 0) / targets.length;
    return `${epoch} · ${texts.parts[part]} ${which}: ${fill(texts.off, { error: `${short(error, language)} ${unit}`.trim() })}`;
  }
}

// --- numbers

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

// answers told row by row, (rows, units) -> parts of them unit by unit
function byUnit(told, rows) {
  const units = told.length / rows;
  return {
    rows(from, to) {
      const part = new Float32Array(units * (to - from));
      for (let unit = 0; unit < units; unit++) for (let row = from; row < to; row++) part[unit * (to - from) + row - from] = told[row * units + unit];
      return part;
    },
  };
}

// --- colours

function rgb(hex) {
  return [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16));
}

// between the colours of a scale; beyond its ends these
function shade(stops, share) {
  const place = Math.max(0, Math.min(1, Number.isFinite(share) ? share : 0)) * (stops.length - 1);
  const before = Math.min(Math.floor(place), stops.length - 2);
  return mixed(stops[before], stops[before + 1], place - before);
}

function weightsAsPixels({ units, weights }, unit, look) {
  const count = weights.length / units;
  let largest = 0;
  for (let input = 0; input < count; input++) largest = Math.max(largest, Math.abs(weights[input * units + unit]));
  const pixels = new Uint8ClampedArray(4 * count);
  for (let input = 0; input < count; input++) {
    const weight = weights[input * units + unit] / (largest || 1);
    pixels.set([...rgb(weight < 0 ? look.below : look.above), 255 * Math.abs(weight)], 4 * input);
  }
  return pixels;
}

function greyPixels(values) {
  const pixels = new Uint8ClampedArray(4 * values.length);
  values.forEach((value, place) => pixels.set([value, value, value, 255], 4 * place));
  return pixels;
}

// --- shapes, in the order of lab/charts/surface.py: colour never means alone

function trace(pen, shape, x, y, radius) {
  pen.beginPath();
  if (shape === 0) {
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    return;
  }
  const corners = SHAPES[shape % SHAPES.length];
  corners.forEach(([right, down], corner) => pen[corner ? "lineTo" : "moveTo"](x + right * radius, y + down * radius));
  pen.closePath();
}

const around = (count, inner) =>
  Array.from({ length: count }, (_, place) => {
    const [angle, far] = [(2 * Math.PI * place) / count - Math.PI / 2, 1.2 * (place % 2 ? inner : 1)];
    return [far * Math.cos(angle), far * Math.sin(angle)];
  });
const PLUS = [[-0.4, -1.1], [0.4, -1.1], [0.4, -0.4], [1.1, -0.4], [1.1, 0.4], [0.4, 0.4], [0.4, 1.1], [-0.4, 1.1], [-0.4, 0.4], [-1.1, 0.4], [-1.1, -0.4], [-0.4, -0.4]];
const SHAPES = [
  [],
  [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]],
  [[0, -1.2], [1.15, 0.8], [-1.15, 0.8]],
  [[0, -1.25], [1.25, 0], [0, 1.25], [-1.25, 0]],
  PLUS,
  PLUS.map(([right, down]) => [(right - down) * Math.SQRT1_2, (right + down) * Math.SQRT1_2]),
  around(10, 0.45),
  around(5, 1),
];
