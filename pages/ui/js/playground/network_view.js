// The network as it is drawn: inputs, hidden layers and outputs as columns of maps, weights as lines between them.

const WIDEST_LINE = 5; // pixels, of a weight of LARGEST_WEIGHT or more
const LARGEST_WEIGHT = 3;
const UNIT = { most: 52, least: 22, gap: 9 }; // pixels: sides of a map, and between two
const LETTER = 12; // pixels of an axis' letter, of a page of the usual size
const COLUMN = { most: 520, least: 320, around: 440 }; // of the tallest column, and what stands above and below it
const TIGHT = 96; // pixels for a column, below which its head is small
const MANY_LINES = 150; // of so many, each takes longer to paint than a map
const LINE_REST_MS = 0.3; // for each of them, until all are painted again
const OFF = 0.4; // opacity of an input that is switched off, as in playground.css
const REACH_OF_POINTER = 9; // pixels, around a line
const FEATURE_NAMES = { x1: "X₁", x2: "X₂", x1_squared: "X₁²", x2_squared: "X₂²", x1_x2: "X₁X₂", sin_x1: "sin X₁", sin_x2: "sin X₂" };

class NetworkView {
  // board: {setup, lane, texts, options, change(part of a setup), edit(weight), look(at), palette}
  constructor(parent, board) {
    this.board = board;
    this.lineCount = 0; // of those that are painted
    this.box = element(parent, "div", "pg-net");
    this.head = element(this.box, "div", "pg-nethead");
    this.columns = element(this.box, "div", "pg-cols");
    this.columns.setAttribute("role", "group");
    this.canvas = element(this.columns, "canvas", "pg-drawn"); // lines, maps and biases of all units
    this.canvas.setAttribute("aria-hidden", "true");
    this.maps = new Sheet();
    this.inputs = new Sheet();
    this.card = element(this.columns, "div", "pg-card");
    this.card.hidden = true;
    this.reading = element(this.box, "p", "pg-small pg-reading");
    this.inspector = new Inspector(this.box, board, () => this.focusUnit());
    this.resize = new ResizeObserver(() => {
      this.isPlaced = false;
      board.repaint();
    });
    this.resize.observe(this.columns);
    this.columns.addEventListener("pointermove", (event) => this.point(event));
    this.columns.addEventListener("pointerleave", () => this.pointNowhere());
    this.columns.addEventListener("click", (event) => this.click(event));
    this.columns.addEventListener("keydown", (event) => this.walk(event));
  }

  close() {
    this.resize.disconnect();
  }

  // --- its parts; made anew when the shape or a word has changed, and not while a number moves

  build() {
    const { setup, options, texts } = this.board;
    const classes = classesOf(setup, options);
    const wish = JSON.stringify([setup.hidden, featuresOf(setup, options), setup.hide, classes, datasetOf(setup), setup.problem, this.board.language]);
    if (wish === this.built) return;
    this.built = wish;
    setText(this.reading, texts.how_to_read);
    const focused = this.columns.contains(document.activeElement) ? document.activeElement.dataset.name : null;
    this.columns.setAttribute("aria-label", fill(texts.network_about, { layers: setup.hidden.length }));
    this.columns.querySelectorAll(".pg-col").forEach((column) => column.remove());
    this.units = [this.featureColumn()];
    setup.hidden.forEach((layer, place) => this.units.push(this.hiddenColumn(layer, place)));
    this.units.push(this.outputColumn(taskOf(setup, options) === "multiclass" ? classes : 1));
    this.buildHead();
    this.isPlaced = false;
    this.canvas.width = 0; // its maps stand no longer where the units are
    this.describeAll();
    this.tabStop(this.at && this.unitAt(this.at) ? this.at : { column: 0, unit: 0 });
    if (focused) this.columns.querySelector(`[data-name="${focused}"]`)?.focus();
  }

  buildHead() {
    const { setup, texts, options, change } = this.board;
    this.head.replaceChildren();
    const count = setup.hidden.length;
    if (isHidden(setup, "numHiddenLayers")) return;
    const more = { units: 2, activation: setup.hidden.at(-1)?.activation ?? "tanh", dropout: 0, norm: false };
    stepper(this.head, {
      name: "layers",
      words: fill(texts.hidden_layers, { count }),
      less: texts.layer_less,
      more: texts.layer_more,
      low: count > 0,
      high: count < options.limits.layers[1],
      change: (by) => change({ hidden: by > 0 ? [...setup.hidden, more] : setup.hidden.slice(0, -1) }),
    });
  }

  featureColumn() {
    const { setup, options, texts, change } = this.board;
    const table = tableOf(setup, options);
    const names = table.columns ?? options.features.filter((name) => isPlane(setup, options) || !name.includes("x2"));
    const on = featuresOf(setup, options);
    const column = this.column("pg-features", texts.features);
    const drawn = names.filter((name) => on.includes(name) || !isFeatureHidden(setup, name));
    this.features = drawn;
    return drawn.map((name, place) => {
      const isOn = on.includes(name);
      const unit = this.unit(column, { column: 0, unit: place }, FEATURE_NAMES[name] ?? name);
      unit.isOn = isOn;
      unit.box.classList.toggle("off", !isOn);
      unit.button.setAttribute("aria-pressed", isOn);
      unit.button.setAttribute("aria-label", fill(texts.feature, { name: FEATURE_NAMES[name] ?? name }));
      unit.press = () => {
        if (table.columns) return;
        const left = on.includes(name) ? on.filter((other) => other !== name) : options.features.filter((other) => other === name || on.includes(other));
        if (left.length) change({ features: left });
      };
      return unit;
    });
  }

  hiddenColumn(layer, place) {
    const { setup, texts, options, change } = this.board;
    const column = this.column("pg-hidden", "");
    const put = (part) => change({ hidden: setup.hidden.map((one, at) => (at === place ? { ...one, ...part } : one)) });
    const head = column.firstChild;
    stepper(head, {
      name: `units${place}`,
      words: fill(texts.units, { count: layer.units }),
      less: fill(texts.unit_less, { layer: place + 1 }),
      more: fill(texts.unit_more, { layer: place + 1 }),
      low: layer.units > options.limits.units[0],
      high: layer.units < options.limits.units[1],
      change: (by) => put({ units: layer.units + by }),
    });
    if (!isHidden(setup, "activation")) {
      const label = fill(texts.activation_of, { layer: place + 1 });
      choice(head, { name: `activation${place}`, label, isBare: true, options: options.activations, value: layer.activation, change: (activation) => put({ activation }) });
      this.more(head, layer, place, put);
    }
    return Array.from({ length: layer.units }, (_, unit) => this.unit(column, { column: place + 1, unit }, ""));
  }

  // what a layer may have beside its units: dropout, batch normalisation, an end
  more(head, layer, place, put) {
    const { setup, texts, options, change } = this.board;
    const details = element(head, "details", "pg-more");
    const summary = element(details, "summary");
    summary.textContent = [layer.norm ? "BN" : "", layer.dropout ? `D ${short(layer.dropout, this.board.language)}` : ""].filter(Boolean).join(" · ") || "…";
    summary.setAttribute("aria-label", fill(texts.more_of, { layer: place + 1 }));
    summary.dataset.name = `more${place}`;
    const box = element(details, "div", "pg-pop");
    slider(box, { name: `dropout${place}`, label: texts.dropout, range: options.limits.dropout, step: 0.05, value: layer.dropout, settle: (dropout) => put({ dropout }), language: this.board.language });
    check(box, { name: `norm${place}`, label: texts.norm, value: layer.norm, change: (norm) => put({ norm }) });
    if (!isHidden(setup, "numHiddenLayers")) {
      button(box, { name: `remove${place}`, label: texts.layer_remove, press: () => change({ hidden: setup.hidden.filter((_, at) => at !== place) }) });
    }
  }

  outputColumn(count) {
    const column = this.column("pg-last", this.board.texts.output);
    const place = this.units.length;
    return Array.from({ length: count }, (_, unit) => this.unit(column, { column: place, unit }, ""));
  }

  column(kind, title) {
    const column = element(this.columns, "div", `pg-col ${kind}`);
    const head = element(column, "div", "pg-colhead");
    if (title) element(head, "span", "pg-coltitle").textContent = title;
    column.stack = element(column, "div", "pg-stack");
    return column;
  }

  unit(column, at, name) {
    const box = element(column.stack, "div", "pg-unit");
    if (name) element(box, "span", "pg-name").textContent = name;
    const unitButton = element(box, "button", "pg-map");
    unitButton.type = "button";
    unitButton.tabIndex = -1;
    unitButton.dataset.name = `unit${at.column}-${at.unit}`;
    const unit = { box, button: unitButton, at, isOn: true };
    if (at.column > 0) unit.bias = element(box, "span", "pg-bias");
    unitButton.addEventListener("pointerenter", () => this.board.look({ hovered: at }));
    unitButton.addEventListener("pointerleave", () => this.board.look({ hovered: null }));
    unitButton.addEventListener("focus", () => {
      this.tabStop(at);
      this.describe(unit);
      this.board.look({ hovered: at });
    });
    unitButton.addEventListener("blur", () => this.board.look({ hovered: null }));
    unitButton.addEventListener("click", () => (unit.press ? unit.press() : this.inspector.open(at)));
    return unit;
  }

  // --- by keyboard: one stop for the tab key, arrows from unit to unit

  unitAt({ column, unit }) {
    return this.units[column]?.[unit];
  }

  tabStop(at) {
    this.at = at;
    for (const column of this.units) for (const unit of column) unit.button.tabIndex = unit === this.unitAt(at) ? 0 : -1;
  }

  walk(event) {
    if (!event.target.classList.contains("pg-map")) return;
    const step = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
    if (!step) return;
    event.preventDefault();
    const column = this.at.column + step[0];
    const units = this.units[column];
    if (!units) return;
    const unit = this.unitAt({ column, unit: Math.max(0, Math.min(units.length - 1, this.at.unit + step[1])) });
    unit.button.focus();
  }

  focusUnit() {
    this.unitAt(this.at)?.button.focus();
  }

  describe(unit) {
    const { texts, language } = this.board;
    if (unit.at.column === 0) return;
    const bias = this.biasOf(unit.at);
    const words = fill(texts.unit, { name: this.nameOf(unit.at), bias: short(bias ?? null, language) });
    setLabel(unit.button, words);
  }

  describeAll() {
    for (const unit of this.units.flat()) this.describe(unit);
  }

  // "2-1": the first unit of the second layer; an input by its own name
  nameOf({ column, unit }) {
    if (column === 0) return FEATURE_NAMES[this.features[unit]] ?? this.features[unit];
    const { texts } = this.board;
    const isLast = column === this.units.length - 1;
    return isLast ? (this.units[column].length > 1 ? fill(texts.output_name, { unit: unit + 1 }) : texts.output) : fill(texts.unit_name, { layer: column, unit: unit + 1 });
  }

  // --- numbers

  denseAt(column) {
    const block = blocksOf(this.board.setup)[column - 1];
    return block === undefined ? undefined : String(block.dense);
  }

  biasOf({ column, unit }) {
    return this.board.lane.parameters[this.denseAt(column)]?.bias?.[unit];
  }

  // Lines into a column: {from, to, index, value} of those whose input is on.
  linesInto(column) {
    const kernel = this.board.lane.parameters[this.denseAt(column)]?.kernel;
    if (!kernel) return [];
    const sources = this.units[column - 1].filter((unit) => unit.isOn);
    const targets = this.units[column];
    if (kernel.length !== sources.length * targets.length) return []; // of a network that is on its way
    return sources.flatMap((from, input) =>
      targets.map((to, unit) => ({ from, to, index: [input, unit], value: kernel[input * targets.length + unit] })),
    );
  }

  // --- drawing

  place() {
    if (this.isPlaced) return;
    this.isPlaced = true;
    this.fit();
    const frame = this.columns.getBoundingClientRect();
    this.size = { width: frame.width, height: frame.height };
    const placed = (part) => {
      const { left, top, width, height } = part.getBoundingClientRect();
      return { x: left - frame.left, y: top - frame.top, width, height };
    };
    for (const unit of this.units.flat()) {
      const { button, bias } = unit;
      const box = placed(button);
      unit.left = { x: box.x, y: box.y + box.height / 2 };
      unit.right = { x: box.x + box.width, y: unit.left.y };
      unit.map = { x: box.x + button.clientLeft, y: box.y + button.clientTop, width: button.clientWidth, height: button.clientHeight };
      unit.mark = bias && placed(bias);
    }
  }

  // maps as large as there is room for
  fit() {
    const tallest = Math.max(...this.units.map((column) => column.length));
    const wide = this.box.clientWidth / this.units.length;
    const larger = this.board.letters / LETTER; // in a presentation
    const height = Math.max(COLUMN.least, Math.min(COLUMN.most * larger, window.innerHeight - COLUMN.around));
    const side = Math.max(UNIT.least, Math.min(UNIT.most * larger, height / tallest - UNIT.gap, wide - 24));
    this.columns.style.setProperty("--pg-unit", `${Math.floor(side)}px`);
    this.box.classList.toggle("tight", wide < TIGHT);
  }

  // isMoving: one frame of many, most of which leave a large number of lines as it was: it costs more than all maps
  paint(values, grid, isMoving) {
    const now = performance.now();
    const isLight = isMoving && this.isPlaced && this.lineCount > MANY_LINES && now - this.linesAt < LINE_REST_MS * this.lineCount;
    this.place();
    const pen = sized(this.canvas, this.size.width, this.size.height);
    if (!isLight) {
      this.linesAt = now;
      pen.clearRect(0, 0, this.size.width, this.size.height);
      this.paintLines(pen);
      this.paintInputs(pen, grid);
    }
    this.paintUnits(pen, values, grid);
  }

  // maps and biases of all but the inputs
  paintUnits(pen, values, grid) {
    const { setup, palette } = this.board;
    const blocks = blocksOf(setup);
    const units = this.units.slice(1).flat();
    const maps = units.map((unit) => this.mapOf(unit.at, values, grid, blocks));
    if (maps.includes(null)) return;
    this.maps.paint(maps, grid.columns, grid.rows, palette, setup.discretize);
    units.forEach(({ at, map, mark }, place) => {
      this.maps.put(place, pen, map);
      pen.fillStyle = palette.css(this.biasOf(at) ?? 0);
      pen.fillRect(mark.x, mark.y, mark.width, mark.height);
    });
  }

  // {values, scale} of a unit of a hidden layer or of the output; null where it belongs to a network that is on its way.
  // values: those of each layer over the grid
  mapOf({ column, unit }, values, grid, blocks) {
    const { lane, setup, options } = this.board;
    const all = values[blocks[column - 1].last];
    if (!all || all.length < (unit + 1) * grid.cells) return null;
    const map = all.subarray(unit * grid.cells, (unit + 1) * grid.cells);
    const hidden = setup.hidden[column - 1];
    return { values: map, scale: hidden ? unitScale(map, hidden.norm ? "" : hidden.activation) : scaleOf(setup, options, lane.points) };
  }

  // what an input is does not change while the network learns
  paintInputs(pen, grid) {
    const { palette, setup } = this.board;
    const key = JSON.stringify([this.features, grid.columns, grid.rows, grid.range, palette.isDark, setup.discretize]);
    if (key !== this.inputsPainted) {
      this.inputsPainted = key;
      const maps = this.features.map((name) => grid.input(name)).map((values) => ({ values, scale: unitScale(values) }));
      this.inputs.paint(maps, grid.columns, grid.rows, palette, setup.discretize);
    }
    this.units[0].forEach(({ map, isOn }, place) => {
      pen.globalAlpha = isOn ? 1 : OFF;
      this.inputs.put(place, pen, map);
    });
    pen.globalAlpha = 1;
  }

  paintLines(pen) {
    const { palette, lane } = this.board;
    this.lineCount = 0;
    if (!lane.isThere) return;
    for (let column = 1; column < this.units.length; column++) {
      const lines = this.linesInto(column);
      this.lineCount += lines.length;
      for (const line of lines) this.paintLine(pen, line, palette);
    }
    pen.setLineDash([]);
    pen.globalAlpha = 1;
  }

  paintLine(pen, { from, to, value }, palette) {
    const size = Math.min(1, Math.abs(value) / LARGEST_WEIGHT);
    pen.beginPath();
    curve(pen, from.right, to.left);
    if (Number.isFinite(value)) {
      pen.lineWidth = 0.6 + WIDEST_LINE * size;
      pen.globalAlpha = 0.35 + 0.65 * Math.min(1, Math.abs(value));
      pen.strokeStyle = css(value < 0 ? BELOW : ABOVE);
      pen.setLineDash(value < 0 ? [7, 4] : []);
    } else {
      pen.lineWidth = 1.5; // no number any more
      pen.globalAlpha = 1;
      pen.strokeStyle = palette.css(NaN);
      pen.setLineDash([1.5, 5]);
    }
    pen.stroke();
  }

  // --- a line or a bias under the pointer

  // The nearest line to a place of the columns, and how far; null if none is near.
  lineAt(x, y) {
    const column = this.units.findIndex((units, place) => place > 0 && units.length && units[0].left.x > x);
    if (column < 1) return null;
    let nearest = null;
    for (const line of this.linesInto(column)) {
      const { right: start } = line.from;
      const { left: end } = line.to;
      if (x < start.x || x > end.x) continue;
      const t = bowShare((x - start.x) / (end.x - start.x));
      const way = Math.abs(start.y + (end.y - start.y) * t - y);
      if (way < REACH_OF_POINTER && (nearest === null || way < nearest.way)) nearest = { ...line, column, way, x, y };
    }
    return nearest;
  }

  under(event) {
    const frame = this.columns.getBoundingClientRect();
    const [x, y] = [event.clientX - frame.left, event.clientY - frame.top];
    if (event.target.classList.contains("pg-bias")) {
      const unit = this.units.flat().find((one) => one.bias === event.target);
      return { bias: unit.at, x, y };
    }
    return event.target.closest("button, select, input, details, .pg-colhead, .pg-card") ? null : this.lineAt(x, y);
  }

  point(event) {
    if (this.card.contains(event.target) || this.card.contains(document.activeElement)) return;
    const found = this.under(event);
    this.columns.style.cursor = found ? "pointer" : "";
    if (!found) {
      this.card.hidden = true;
      return;
    }
    this.card.replaceChildren();
    element(this.card, "span").textContent = this.wordsOf(found);
    this.showCard(found);
  }

  pointNowhere() {
    if (!this.card.contains(document.activeElement)) this.card.hidden = true;
  }

  showCard({ x, y }) {
    this.card.hidden = false;
    this.card.style.left = `${Math.max(4, Math.min(x + 12, this.size.width - 180))}px`;
    this.card.style.top = `${y + 14}px`;
  }

  wordsOf(found) {
    const { texts, language } = this.board;
    if (found.bias) return fill(texts.bias_of, { name: this.nameOf(found.bias), value: short(this.biasOf(found.bias), language) });
    return fill(texts.weight_of, { from: this.nameOf(found.from.at), to: this.nameOf(found.to.at), value: short(found.value, language) });
  }

  // a click on a line or a bias: type its number
  click(event) {
    if (this.card.contains(event.target)) return;
    const found = this.under(event);
    if (!found) return;
    const { texts, edit } = this.board;
    const [column, array, index] = found.bias ? [found.bias.column, "bias", [found.bias.unit]] : [found.column, "kernel", found.index];
    const value = found.bias ? this.biasOf(found.bias) : found.value;
    this.card.replaceChildren();
    element(this.card, "label", "pg-small").textContent = this.wordsOf(found);
    const close = () => {
      this.card.hidden = true;
      this.focusUnit();
    };
    const input = numberBox(this.card, { name: "card", label: texts.type_number, value, change: (number) => edit({ layer: this.denseAt(column), array, index, value: number }) });
    input.addEventListener("keydown", (key) => (key.key === "Escape" || key.key === "Enter") && setTimeout(close));
    this.showCard(found);
    input.focus();
    input.select();
  }
}

// --- drawing

function curve(pen, from, to) {
  const bow = (to.x - from.x) / 2;
  pen.moveTo(from.x, from.y);
  pen.bezierCurveTo(from.x + bow, from.y, to.x - bow, to.y, to.x, to.y);
}

// How far down such a curve is at a share of its way to the right.
function bowShare(share) {
  let [low, high] = [0, 1]; // x(t) = 1.5 t (1 - t) + t³ rises all the way: halve until there
  for (let step = 0; step < 12; step++) {
    const t = (low + high) / 2;
    if (1.5 * t * (1 - t) + t ** 3 < share) low = t;
    else high = t;
  }
  const t = (low + high) / 2;
  return 3 * t * t - 2 * t ** 3;
}
