// One network on the screen: its drawing, what it says about the plane, its curves and numbers.

const REST_AFTER_MS = 160; // then the maps are painted fine
const READ_EVERY_MS = 60;
const SLOW_PAINT_MS = 14; // of a frame's 33; above it the grid gets coarser, far below finer
const CALM_PAINTS = 60; // so many far below in a row: a canvas of another size is made anew, which takes longer than to paint it

class Board {
  // playground: {options, texts, language, change(lane, part), edit(lane, weight), isDrawing(), pen(), drawn(points, isDone)}
  constructor(parent, playground, lane) {
    Object.assign(this, { playground, lane, hovered: null, pinned: null, level: 1, calm: 0 });
    this.grids = new Grids();
    this.repaint = oncePerFrame(() => this.paint());
    this.change = (part) => playground.change(part, lane);
    this.edit = (weight) => playground.edit(lane, weight);
    this.isDrawing = () => playground.isDrawing();
    this.pen = () => playground.pen();
    this.drawn = (points, isDone) => playground.drawn(points, isDone);
    this.box = element(parent, "section", "pg-board");
    this.heading = element(this.box, "h3", "pg-heading");
    this.alarm = element(this.box, "p", "pg-alarm");
    this.alarm.setAttribute("role", "alert");
    this.crowd = element(this.box, "p", "pg-crowd");
    this.network = new NetworkView(this.box, this);
    this.side = element(this.box, "div", "pg-side");
    this.output = new OutputView(element(this.side, "div", "pg-outbox"), this);
    const below = element(this.side, "div", "pg-below");
    this.numbers = element(below, "dl", "pg-numbers");
    this.key = element(below, "div", "pg-curvekey");
    this.curve = new CurveView(below, this);
    this.spoken = element(this.box, "p", "pg-spoken");
    this.spoken.setAttribute("aria-live", "polite");
  }

  get setup() {
    return this.lane.wanted;
  }
  get options() {
    return this.playground.options;
  }
  get texts() {
    return this.playground.texts;
  }
  get language() {
    return this.playground.language;
  }
  get palette() {
    return this.playground.palette;
  }
  get theme() {
    return this.playground.theme;
  }
  get font() {
    return this.playground.font;
  }
  get letters() {
    return this.playground.letters;
  }

  close() {
    clearTimeout(this.resting);
    this.network.close();
    this.output.close();
    this.curve.close();
    this.lane.leave();
    this.box.remove();
  }

  // {hovered} or {pinned}: a unit whose map is shown large
  look(at) {
    Object.assign(this, at);
    this.repaint();
  }

  build() {
    const { texts } = this;
    this.paintHeading();
    this.network.build();
    this.key.replaceChildren();
    for (const part of ["train", "validation"]) {
      const name = element(this.key, "span", `pg-key ${part}`);
      name.textContent = texts[`loss_${part}`];
    }
    this.repaint();
  }

  paint() {
    const { lane } = this;
    if (!lane.isThere || !this.box.isConnected) return;
    const began = performance.now();
    const isMoving = lane.isMoving || began - (this.changedAt ?? -Infinity) < REST_AFTER_MS;
    const count = isMoving ? GRIDS.moving[this.level] : GRIDS.rest;
    const range = rangeOf(this.setup, this.options, lane.points);
    const isRead = !isMoving || began - (this.readAt ?? -Infinity) >= READ_EVERY_MS;
    const grid = this.grids.of(this.setup, this.options, count, range);
    if (this.fits(grid)) {
      const values = grid.pass(lane.layers, lane.parameters);
      this.network.paint(values, grid, isMoving);
      this.output.paint(last(values), grid, this.shown(values, grid));
    }
    if (isRead) this.paintWhatIsRead(began);
    this.mark();
    if (!isMoving) this.network.describeAll();
    if (isMoving) this.comeToRest(performance.now() - began);
  }

  paintHeading() {
    setText(this.heading, this.playground.nameOf(this.lane));
    setHidden(this.heading, !this.heading.textContent);
  }

  // curves and numbers: nobody reads them as often as the maps move
  paintWhatIsRead(now) {
    this.readAt = now;
    this.paintHeading();
    this.curve.paint();
    this.network.inspector.paint();
    this.paintNumbers();
    this.speak(now);
    this.playground.tick();
  }

  // whether layers and weights are those of the present setup, and not on their way
  fits(grid) {
    const first = this.lane.parameters["0"]?.kernel;
    return Boolean(first) && first.length * grid.cells === this.lane.layers[0].units * grid.features.length;
  }

  comeToRest(took) {
    this.calm = took < SLOW_PAINT_MS / 3 ? this.calm + 1 : 0;
    if (took > SLOW_PAINT_MS && this.level > 0) this.level--;
    else if (this.calm >= CALM_PAINTS && this.level < GRIDS.moving.length - 1) [this.level, this.calm] = [this.level + 1, 0];
    clearTimeout(this.resting);
    this.resting = setTimeout(this.repaint, REST_AFTER_MS + 20);
  }

  // letters, or what is behind them, are others now
  dress() {
    this.grids = new Grids();
    this.output.marked = null;
    this.network.isPlaced = false;
    this.repaint();
  }

  // something about the network is new
  changed() {
    this.changedAt = performance.now();
    this.repaint();
  }

  shown(values, grid) {
    const at = this.hovered ?? this.pinned;
    if (!at || !this.network.unitAt(at)) return null;
    const name = this.network.nameOf(at);
    if (at.column === 0) {
      const map = grid.input(this.network.features[at.unit]);
      return { name, values: map, scale: unitScale(map) };
    }
    const map = this.network.mapOf(at, values, grid, blocksOf(this.setup));
    return map && { name, ...map };
  }

  // --- numbers

  rows() {
    const { numbers } = this.lane;
    const { texts, setup, language } = this;
    const { train, validation } = lossesOf(numbers);
    const share = (value) => (value === undefined || value === null ? "–" : formatOf(language, { style: "percent", maximumFractionDigits: 1 }).format(value));
    const rows = [
      ["train", texts.loss_train, short(train ?? null, language)],
      ["validation", texts.loss_validation, short(validation ?? null, language)],
    ];
    if (setup.regularization !== "none") rows.push(["penalty", texts.penalty, short(numbers["+penalty"] ?? this.penalty(), language)]);
    if (setup.problem === "classification") {
      rows.push(["accuracy", texts.accuracy, `${share(numbers["+evaluated_accuracy"] ?? numbers.accuracy)} · ${share(numbers.val_accuracy)}`]);
    }
    return rows;
  }

  // of the weights as they stand
  penalty() {
    const { regularization, regularizationRate } = this.setup;
    const size = regularization === "L1" ? Math.abs : (weight) => weight * weight;
    const kernels = Object.values(this.lane.parameters).map(({ kernel }) => kernel ?? []);
    return regularizationRate * kernels.reduce((sum, kernel) => sum + kernel.reduce((part, weight) => part + size(weight), 0), 0);
  }

  paintNumbers() {
    const rows = this.rows();
    const names = rows.map(([name]) => name).join();
    if (names !== this.numbersBuilt) {
      this.numbersBuilt = names;
      this.numbers.replaceChildren();
      for (const [name] of rows) {
        const row = element(this.numbers, "div", `pg-number ${name}`);
        element(row, "dt");
        element(row, "dd");
      }
    }
    rows.forEach(([, label, value], place) => {
      const [term, figure] = this.numbers.children[place].children;
      setText(term, label);
      setText(figure, value);
    });
    setText(this.alarm, this.trouble());
    setHidden(this.alarm, !this.alarm.textContent);
    setText(this.crowd, this.crowded());
    setHidden(this.crowd, !this.crowd.textContent);
    this.curve.describe();
  }

  // a network whose numbers are none is told, and why
  trouble() {
    const { lane, texts, language } = this;
    const isLost = lane.lostAt !== null || lane.state === "diverged" || Object.values(lane.parameters).some(({ kernel }) => kernel && kernel.some((weight) => !Number.isFinite(weight)));
    if (!isLost) return "";
    const epoch = lane.lostAt ?? lane.epoch;
    return fill(texts.diverged, { epoch: formatOf(language).format(epoch), rate: short(this.setup.learningRate, language) });
  }

  // that others are before it, or that all of them together make it slow
  crowded() {
    const { crowd, isMoving } = this.lane;
    if (!crowd || !isMoving) return "";
    if (crowd.queue_position) return placeInLine(crowd, crowd.at, this.texts, this.language);
    return crowd.busy ? this.texts.busy : "";
  }

  speak(now) {
    const { lane } = this;
    if (lane.state === this.spokenState && now - (this.spokenAt ?? -Infinity) < 5000) return;
    if (lane.epoch === this.spokenEpoch && lane.state === this.spokenState) return;
    Object.assign(this, { spokenAt: now, spokenState: lane.state, spokenEpoch: lane.epoch });
    const numbers = this.rows().map(([, label, value]) => `${label} ${value}`);
    setText(this.spoken, `${fill(this.texts.epoch, { epoch: lane.epoch })}: ${numbers.join(", ")}`);
  }

  mark() {
    const { lane, box } = this;
    box.dataset.paints = Number(box.dataset.paints ?? 0) + 1;
    Object.assign(box.dataset, { epoch: lane.epoch, updates: lane.updates, state: lane.state, run: lane.run ?? "", looked: lane.past.at?.epoch ?? "" });
  }
}
