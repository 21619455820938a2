// Draws the curves of one run while it trains: one event stream in, at most one drawing per animation frame out.

const SPOKEN_EVERY_MS = 5000;
const MARKED_EVERY_MS = 250;
const READ_EVERY_MS = 60; // curves and figures: what moves beside them, the network and what it knows, goes faster
const MARGIN = { top: 34, right: 92, bottom: 44, left: 62 }; // pixels: title, labels at the lines' ends, numbers
const TALL = { of_width: 0.48, of_screen: 0.37, least: 230, most: 460 }; // the first chart, which is the loss
const LOWER = 0.68; // the others
const LETTERS = 14; // pixels
const curves = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".live-curve");
  const take = (view) => view.take(data, setTriggerValue);
  return mounted(curves, root, () => new LiveCurve(root), take, (view) => view.run === data.run);
}

class LiveCurve {
  constructor(root) {
    this.root = root;
    this.run = null;
    this.columns = { e: [] };
    this.past = new Past();
    this.progress = { epoch: 0, epochs: 0, updates: 0, compute_s: 0, elapsed_s: 0, state: "queued", at: performance.now() };
    this.paints = 0;
    this.panels = [];
    this.requestPaint = nowAndThen(() => this.paint(), READ_EVERY_MS);
    const events = {
      message: (frame) => this.append(frame),
      reset: (frame) => this.reset(frame),
      state: (state) => this.takeState(state),
      weights: (weights) => this.learn({ weights }),
      parameters: (parameters) => this.learn({ parameters }),
      answers: (answers) => this.hear(answers),
      end: () => this.end(),
    };
    this.stream = new RunStream(() => this.address(), events, (what) => this.trigger(what, true));
    this.resize = new ResizeObserver(() => this.requestPaint());
    this.resize.observe(root);
    this.clock = setInterval(() => this.moves() && this.paintProgress(), 1000);
    this.onLook = ({ detail }) => Object.assign(detail, this.look(detail.by));
    window.addEventListener("lab-look", this.onLook);
  }

  // --- what the page says

  take(data, setTriggerValue) {
    const fresh = this.run === null;
    if (this.past.at) this.see(this.past.to(Infinity)); // the page shows everything as it is now
    this.run = data.run;
    this.data = data;
    this.trigger = setTriggerValue;
    this.progress.epochs = data.epochs;
    const layout = JSON.stringify([data.series, data.texts, data.language]);
    if (layout !== this.layout) {
      this.layout = layout;
      this.build();
    }
    if (data.history && !data.running) {
      this.columns = data.history;
      Object.assign(this.progress, data.progress, { epoch: last(this.columns.e) ?? 0, at: performance.now() });
    }
    // a run that has ended is drawn from its history; more epochs were asked for: the same run goes on
    if (data.running || (fresh && !data.history)) this.stream.open();
    this.requestPaint();
  }

  // --- the stream

  address() {
    const query = new URLSearchParams();
    const seen = last(this.columns.e) ?? 0;
    if (seen) query.set("last", seen);
    query.set("network", this.data.network.units ? "all" : 1);
    return `${this.data.url}?${query}`;
  }

  reset(frame) {
    this.columns = { e: [] };
    this.append(frame);
  }

  // What the pictures on the same page are made of, which have no stream of their own.
  passOn(name, detail) {
    window.dispatchEvent(new CustomEvent(name, { detail: { run: this.run, isPast: this.past.at !== null, ...detail } }));
  }

  // told: {parameters} of a network that is told as a whole, {weights, answers} of any other
  learn(told) {
    this.past.keep((told.parameters ?? told.weights).epoch, told);
    this.pass(told);
  }

  // what the network says, told now and then, belongs to the weights that came right before it
  hear(answers) {
    this.answers = answers;
    if (this.past.now) this.past.complete({ answers });
    this.passAnswers(answers);
  }

  pass({ parameters, weights }) {
    if (parameters) this.passParameters(parameters);
    else this.passWeights(weights);
  }

  // Look at the epoch before (by -1) or behind (1) the one that is seen, or at the newest (0). Returns {outcome, epoch}: "moves" as long as it learns,
  // "none" where there is none to go to, "past", or "now" at the newest one.
  look(by) {
    if (this.moves()) return { outcome: "moves" };
    const picture = this.past.step(by, ({ parameters, answers }) => Boolean(parameters ?? answers)); // all of one epoch
    if (!picture) return { outcome: "none" };
    this.see(picture);
    return { outcome: this.past.at ? "past" : "now", epoch: picture.epoch };
  }

  see({ told }) {
    this.pass(told);
    const answers = told.answers ?? (this.past.at ? null : this.answers);
    if (answers) this.passAnswers(answers);
    this.requestPaint();
  }

  passWeights({ epoch, largest, layers, biases }) {
    const shares = Object.fromEntries(Object.entries(layers).map(([layer, text]) => [layer, sharesOf(text)]));
    this.passOn("lab-weights", { epoch, most: this.data.network.most, largest, shares, biases: floatsIn(biases) });
  }

  // all weights, exactly; the network is drawn with those of its Dense layers, as parts of the largest of them
  passParameters({ epoch, updates, layers }) {
    const told = layersOf(layers);
    this.passOn("lab-parameters", { epoch, updates, layers: told });
    const dense = Object.keys(this.data.network.units);
    const kernels = dense.map((layer) => [layer, told[layer].kernel.map((weight) => (Number.isFinite(weight) ? weight : 0))]);
    const largest = kernels.reduce((size, [, weights]) => weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), size), 0);
    const shares = Object.fromEntries(kernels.map(([layer, weights]) => [layer, weights.map((weight) => weight / (largest || 1))]));
    const biases = Object.fromEntries(dense.map((layer) => [layer, told[layer].bias]));
    this.passOn("lab-weights", { epoch, updates, most: Infinity, largest, shares, biases });
  }

  passAnswers({ epoch, rows, outputs, first }) {
    this.passOn("lab-answers", { epoch, rows, outputs: floatsIn(outputs), first: firstOf(first) });
  }

  end() {
    this.stream.end();
    this.speak();
    this.requestPaint();
    if (this.data.running) this.trigger("finished", true);
  }

  close() {
    this.stream.close();
    this.resize.disconnect();
    clearInterval(this.clock);
    window.removeEventListener("lab-look", this.onLook);
  }

  takeState(state) {
    const before = this.progress.queue_position ? "waiting" : this.progress.state;
    Object.assign(this.progress, state, { at: performance.now() });
    this.requestPaint();
    // one epoch is over, a run that nobody watched goes on again, or one that waited has begun: the page must say so
    const told = ["paused", "waiting"];
    const now = state.queue_position ? "waiting" : state.state;
    const isStep = now === "paused" && state.epoch !== this.restedAt; // that it ran and rests again may come as one
    if (now === "paused") this.restedAt = state.epoch;
    if (isStep || (before !== now && (told.includes(before) || told.includes(now)))) this.trigger("changed", true);
  }

  append(frame) {
    takePoints(this.columns, frame);
    this.progress.epoch = last(this.columns.e) ?? 0;
    if (frame.updates !== undefined) Object.assign(this.progress, { updates: frame.updates, compute_s: frame.compute_s });
    if (performance.now() - (this.spokenAt ?? -Infinity) > SPOKEN_EVERY_MS) this.speak();
    this.requestPaint();
  }

  // --- drawing

  build() {
    const { texts, series } = this.data;
    this.root.lang = this.data.language;
    this.root.replaceChildren();
    const bases = [...new Set(series.map(baseName))];
    const plots = element(this.root, "div", "live-curve-plots");
    this.panels = bases.map((base) => new Panel(plots, base, series.filter((name) => baseName(name) === base), texts));
    this.panels[0].isFirst = true;
    this.notice = draw(this.panels[0].svg, "text", { class: "live-curve-notice", "text-anchor": "middle" });
    this.busy = element(this.panels[0].box, "p", "live-curve-busy"); // beside the chart's name: on any first screen
    this.busy.setAttribute("role", "status");
    this.bar = element(this.root, "div", "live-curve-bar");
    this.bar.setAttribute("role", "progressbar");
    this.bar.setAttribute("aria-label", texts.progress);
    this.fill = element(this.bar, "div", "live-curve-fill");
    this.figures = element(this.root, "div", "live-curve-figures");
    this.spoken = element(this.root, "p", "live-curve-spoken");
    this.spoken.setAttribute("aria-live", "polite");
  }

  paint() {
    const shown = niceEpochs(this.progress.epoch, this.progress.epochs);
    this.mark();
    const looked = this.past.at?.epoch ?? null;
    for (const panel of this.panels) panel.paint(this.columns, this.data, shown, panel.isFirst ? this.marked : null, looked);
    this.root.dataset.looked = looked ?? "";
    this.paintProgress();
    this.root.dataset.paints = ++this.paints;
    this.root.dataset.run = this.run;
    this.root.dataset.epoch = this.progress.epoch;
    this.root.dataset.state = this.progress.state;
  }

  // what the verdict would say of the loss so far; looked for a few times a second, and in the end
  mark() {
    const now = performance.now();
    if (this.stream.over || now - (this.markedAt ?? -Infinity) > MARKED_EVERY_MS) {
      this.markedAt = now;
      this.marked = marksOf(this.columns, this.data.rules);
    }
  }

  paintProgress() {
    const { epoch, epochs, updates, compute_s, state } = this.progress;
    const { texts, language } = this.data;
    const number = formatOf(language);
    const running = state === "running" ? (performance.now() - this.progress.at) / 1000 : 0;
    const elapsed = this.progress.elapsed_s + running;
    this.fill.style.width = `${epochs ? Math.min(100, (100 * epoch) / epochs) : 0}%`;
    this.bar.setAttribute("aria-valuemin", 0);
    this.bar.setAttribute("aria-valuemax", epochs);
    this.bar.setAttribute("aria-valuenow", epoch);
    const figures = [
      fill(texts.epoch, { epoch: number.format(epoch), epochs: number.format(epochs) }),
      epoch && !updates ? "" : fill(texts.updates, { updates: number.format(updates) }), // not known of a kept run
      fill(texts.elapsed, { time: seconds(elapsed, language) }),
      fill(texts.compute, { time: seconds(compute_s, language) }),
      state === "running" && epoch > 0 && epoch < epochs
        ? fill(texts.remaining, { time: seconds((elapsed / epoch) * (epochs - epoch), language) })
        : texts.states[state] ?? state,
    ];
    const place = this.progress.queue_position ? placeInLine(this.progress, this.progress.at, texts, language) : "";
    if (place) figures[4] = place;
    this.tellInStead(this.columns.e.length ? "" : place);
    setText(this.busy, state === "running" && this.progress.busy ? texts.busy : "");
    while (this.figures.children.length < figures.length) element(this.figures, "span");
    figures.forEach((text, index) => setText(this.figures.children[index], text));
  }

  // On a small screen the figures stand below all charts: what has no curve yet says there why.
  tellInStead(words) {
    const { width, height } = this.notice.ownerSVGElement.viewBox.baseVal;
    this.notice.setAttribute("x", width / 2);
    this.notice.setAttribute("y", height / 2);
    setText(this.notice, words);
  }

  // Its figures change with the time, whether or not something comes.
  moves() {
    return this.progress.state === "running" || this.progress.queue_position > 0;
  }

  speak() {
    if (!this.columns.e.length) return;
    this.spokenAt = performance.now();
    const values = this.data.series
      .filter((name) => this.columns[name])
      .map((name) => `${this.label(name)} ${short(last(this.columns[name]), this.data.language)}`);
    const { epoch, epochs } = this.progress;
    const marks = markWords(marksOf(this.columns, this.data.rules), this.data).map(([, words]) => words);
    setText(this.spoken, [`${fill(this.data.texts.epoch, { epoch, epochs })}: ${values.join(", ")}`, ...marks].join(". "));
    for (const panel of this.panels) panel.describe(this.spoken.textContent);
  }

  label(name) {
    const { texts } = this.data;
    return `${texts.titles[baseName(name)] ?? baseName(name)} ${texts[kind(name)]}`;
  }
}

// One chart: a history key and its validation twin.
class Panel {
  constructor(parent, base, names, texts) {
    Object.assign(this, { base, names, texts });
    this.box = element(parent, "div", "live-curve-panel");
    this.svg = draw(this.box, "svg", { role: "img" });
    const id = `live-${Math.random().toString(36).slice(2)}`;
    this.title = draw(this.svg, "title", { id: `${id}-t` });
    this.title.textContent = fill(texts.chart_title, { name: texts.titles[base] ?? base });
    this.desc = draw(this.svg, "desc", { id: `${id}-d` });
    this.desc.textContent = texts.chart_about;
    this.svg.setAttribute("aria-labelledby", `${id}-t ${id}-d`);
    this.heading = draw(this.svg, "text", { class: "live-curve-heading", x: 0, y: 18 });
    this.heading.textContent = texts.titles[base] ?? base;
    this.grid = draw(this.svg, "g", { class: "live-curve-grid" });
    this.areas = Object.fromEntries(["gap", "rise"].map((name) => [name, this.shading(name, `${id}-${name}`)]));
    this.best = draw(this.svg, "path", { class: "live-curve-best" });
    this.looked = draw(this.svg, "path", { class: "live-curve-looked" });
    this.baseline = draw(this.svg, "path", { class: "live-curve-baseline" });
    this.baselineLabel = draw(this.svg, "text", { class: "live-curve-baseline-label", "text-anchor": "end" });
    this.ghosts = names.map((name) => draw(this.svg, "path", { class: "live-curve-ghost", "data-ghost": name }));
    this.lines = names.map((name) =>
      draw(this.svg, "path", { class: `live-curve-line ${kind(name)}`, "data-series": name, "data-points": 0 }),
    );
    this.marks = names.map((name) => draw(this.svg, "path", { class: `live-curve-mark ${kind(name)}` }));
    this.labels = names.map((name) => draw(this.svg, "text", { class: `live-curve-label ${kind(name)}` }));
  }

  // a pattern as well as a colour, as the verdict's own picture has them: dots for the gap, strokes for the rise
  shading(name, id) {
    const pattern = draw(this.svg, "pattern", { id, width: 8, height: 8, patternUnits: "userSpaceOnUse" });
    if (name === "rise") draw(pattern, "path", { d: "M-2,2L2,-2M0,8L8,0M6,10L10,6", class: "live-curve-strokes" });
    else draw(pattern, "circle", { cx: 4, cy: 4, r: 1.4, class: "live-curve-dots" });
    return draw(this.svg, "path", { class: `live-curve-area ${name}`, fill: `url(#${id})` });
  }

  describe(text) {
    this.desc.textContent = `${this.texts.chart_about} ${text}`;
  }

  // looked: the epoch that is looked back at, or null
  paint(columns, data, shown, marks, looked) {
    const { ghost, baselines, language } = data;
    // all below is in pixels of unzoomed letters; an element that has just left the page has no letters
    const zoom = (parseFloat(getComputedStyle(this.box).fontSize) || LETTERS) / LETTERS;
    const width = Math.max(240, this.box.clientWidth / zoom);
    const tall = Math.max(TALL.least, Math.min(TALL.most, TALL.of_width * width, (TALL.of_screen * window.innerHeight) / zoom));
    const height = Math.round(this.isFirst ? tall : Math.max(LOWER * TALL.least, LOWER * tall));
    setLook(this.svg, "viewBox", `0 0 ${width} ${height}`);
    setLook(this.svg, "height", String(height * zoom));
    const area = {
      left: MARGIN.left,
      top: MARGIN.top,
      right: width - MARGIN.right,
      bottom: height - MARGIN.bottom,
    };
    const behind = ghost ? upTo(ghost, shown) : null;
    const level = baselines[this.base]; // what a forecast without a network gets
    const range = valueRange([
      ...this.names.map((name) => columns[name] ?? []),
      ...(behind ? this.names.map((name) => behind[name] ?? []) : []),
    ], level);
    const x = (epoch) => area.left + ((epoch - 1) / Math.max(1, shown - 1)) * (area.right - area.left);
    const y = (value) => area.bottom - ((value - range.low) / (range.high - range.low)) * (area.bottom - area.top);
    this.paintGrid(area, range, shown, x, y, language);
    const ends = [];
    this.paintBaseline(level, range, area, y, language);
    this.paintMarks(marks, columns, x, y, area);
    setLook(this.looked, "d", looked === null ? "" : lookedAt(x(Math.max(1, looked)), area));
    this.paintLegend(marks, data, this.names.some((name) => kind(name) === "after" && columns[name]?.length));
    this.names.forEach((name, index) => {
      const values = columns[name] ?? [];
      const end = values.findLastIndex((value) => value !== null);
      setLook(this.ghosts[index], "d", behind && behind[name] ? line(behind.e, behind[name], x, y, area) : "");
      setLook(this.lines[index], "d", line(columns.e, values, x, y, area));
      this.lines[index].dataset.points = values.length;
      const at = end < 0 ? null : { x: x(columns.e[end]), y: y(values[end]) };
      setLook(this.marks[index], "d", at ? marker(at, kind(name)) : "");
      if (at) ends.push({ index, name, x: at.x, y: at.y, value: values[end] });
      else this.labels[index].textContent = "";
    });
    this.paintLabels(ends, area, language);
  }

  paintMarks(marks, columns, x, y, area) {
    const validation = columns.val_loss ?? [];
    const training = columns["+evaluated_loss"] ?? columns.loss ?? [];
    const since = (epoch) => columns.e.map((at, place) => [at, place]).filter(([at, place]) => at >= epoch && Number.isFinite(validation[place] ?? NaN));
    const ring = (rows, low) =>
      rows.length < 2 ? "" : `M${rows.map(([at, place]) => `${x(at)},${y(Math.max(validation[place], low(place)))}`).join("L")}L${[...rows].reverse().map(([at, place]) => `${x(at)},${y(low(place))}`).join("L")}Z`;
    setLook(this.best, "d", marks ? `M${x(marks.best)},${area.top}V${area.bottom}` : "");
    setLook(this.areas.rise, "d", marks?.rise ? ring(since(marks.best), () => marks.lowest) : "");
    setLook(this.areas.gap, "d", marks?.gap ? ring(since(marks.gap), (place) => training[place] ?? validation[place]) : "");
  }

  // what is marked, in words below the chart
  paintLegend(marks, data, hasAfter) {
    const words = markWords(marks, data);
    if (hasAfter && this.isFirst) words.push(["after", data.texts.marks.after]);
    const text = words.map(([, said]) => said).join("|");
    if (text === this.legendText) return;
    this.legendText = text;
    this.legend ??= element(this.box, "p", "live-curve-marks");
    this.legend.replaceChildren();
    for (const [name, said] of words) {
      const key = element(this.legend, "span");
      element(key, "i", name).setAttribute("aria-hidden", "true");
      key.append(said);
    }
  }

  // A line; where the curves lie far away from it, only a word at the edge behind which it is.
  paintBaseline(level, range, area, y, language) {
    const there = level !== undefined;
    const within = there && level >= range.low && level <= range.high;
    setLook(this.baseline, "d", within ? `M${area.left},${y(level)}H${area.right}` : "");
    const edge = within ? "" : level > range.high ? " ↑" : " ↓";
    setText(this.baselineLabel, there ? `${this.texts.baseline} ${short(level, language)}${edge}` : "");
    if (!there) return;
    const at = within ? y(level) : level > range.high ? area.top : area.bottom;
    this.baselineLabel.setAttribute("x", area.right - 4);
    this.baselineLabel.setAttribute("y", at - area.top > 18 ? at - 6 : at + 16); // above its line if there is room
  }

  // Names stand at the lines' ends, pushed apart where the ends are close.
  paintLabels(ends, area, language) {
    ends.sort((a, b) => a.y - b.y);
    ends.forEach((end, place) => {
      const above = place ? ends[place - 1].labelY + 34 : -Infinity;
      end.labelY = Math.max(end.y - 4, above);
    });
    // and up again as far as the last one hangs out below
    ends.reduceRight((below, end) => (end.labelY = Math.min(end.labelY, below)) - 34, area.bottom - 16);
    for (const end of ends) {
      const label = this.labels[end.index];
      const name = this.texts[kind(end.name)];
      const left = Math.min(end.x, area.right) + 10;
      if (!label.firstChild) {
        draw(label, "tspan", {});
        draw(label, "tspan", { dy: 16 });
      }
      const [first, second] = label.children;
      label.setAttribute("y", end.labelY + 4);
      for (const span of label.children) span.setAttribute("x", left);
      setText(first, name);
      setText(second, short(end.value, language));
    }
  }

  paintGrid(area, range, shown, x, y, language) {
    const wish = `${area.right}|${area.bottom}|${range.low}|${range.high}|${shown}|${language}`;
    if (wish === this.gridDrawn) return;
    this.gridDrawn = wish;
    this.grid.replaceChildren();
    for (const value of ticks(range.low, range.high, 5)) {
      draw(this.grid, "line", { x1: area.left, x2: area.right, y1: y(value), y2: y(value) });
      const text = draw(this.grid, "text", { x: area.left - 8, y: y(value) + 5, "text-anchor": "end" });
      text.textContent = short(value, language);
    }
    const number = formatOf(language);
    const ticksWanted = Math.max(2, Math.floor((area.right - area.left) / 55));
    for (const epoch of epochTicks(shown, ticksWanted)) {
      draw(this.grid, "line", { x1: x(epoch), x2: x(epoch), y1: area.bottom, y2: area.bottom + 5 });
      const text = draw(this.grid, "text", { x: x(epoch), y: area.bottom + 21, "text-anchor": "middle" });
      text.textContent = number.format(epoch);
    }
    const name = draw(this.grid, "text", { x: (area.left + area.right) / 2, y: area.bottom + 40, "text-anchor": "middle" });
    name.textContent = this.texts.x_axis;
  }
}

// [name, sentence] of each mark
function markWords(marks, { texts, language }) {
  if (!marks) return [];
  const said = [["best", fill(texts.marks.best, { epoch: formatOf(language).format(marks.best) })]];
  if (marks.rise) said.push(["rise", texts.marks.rise]);
  if (marks.gap) said.push(["gap", texts.marks.gap]);
  return said;
}

// --- arithmetic of a chart

// The axis shows 10, 20, 50, 100, … epochs, never more than there will be: it moves in steps and not all the time.
function niceEpochs(epoch, epochs) {
  let shown = 10;
  for (let step = 0; shown < epoch; step++) shown *= step % 3 === 1 ? 2.5 : 2;
  return Math.max(2, epoch, Math.min(shown, epochs || shown));
}

// From zero if the values come near it, so that heights can be compared; ends are round numbers.
// The values' range on round numbers; a level near them is taken in, one far away would press them flat.
function valueRange(lists, level) {
  let low = Infinity;
  let high = -Infinity;
  for (const values of lists) {
    for (const value of values) {
      if (value === null) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  if (low > high) return { low: 0, high: 1 };
  if (level !== undefined && level > low - (high - low) && level < high + (high - low)) {
    low = Math.min(low, level);
    high = Math.max(high, level);
  }
  if (low >= 0 && low < 0.6 * high) low = 0;
  if (low === high) return { low: low - (Math.abs(low) || 1) / 2, high: high + (Math.abs(high) || 1) / 2 };
  const step = niceStep((high - low) / 5);
  return { low: Math.floor(low / step) * step, high: Math.ceil(high / step) * step };
}

function line(epochs, values, x, y, area) {
  const step = Math.max(1, Math.ceil(values.length / (2 * (area.right - area.left))));
  let path = "";
  let pen = "M";
  for (let index = (values.length - 1) % step; index < values.length; index += step) {
    if (values[index] === null) {
      pen = "M"; // a number that is no number leaves a gap
      continue;
    }
    path += `${pen}${x(epochs[index]).toFixed(1)},${y(values[index]).toFixed(1)}`;
    pen = "L";
  }
  return path;
}

// A dot for training, a diamond for validation, a triangle for what is looked at later: colour never means alone.
function marker({ x, y }, kind) {
  if (kind === "validation") return `M${x - 6},${y}L${x},${y - 6}L${x + 6},${y}L${x},${y + 6}Z`;
  if (kind === "after") return `M${x - 6},${y + 5}L${x},${y - 6}L${x + 6},${y + 5}Z`;
  return `M${x - 5},${y}a5,5 0 1,0 10,0a5,5 0 1,0 -10,0Z`;
}

// a line with a point of its own on top: not the dotted one of the best epoch
function lookedAt(x, { top, bottom }) {
  return `M${x},${bottom}V${top}M${x - 6},${top - 9}L${x + 6},${top - 9}L${x},${top}Z`;
}

function upTo(columns, epoch) {
  const count = columns.e.findLastIndex((value) => value <= epoch) + 1;
  return Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values.slice(0, count)]));
}

// --- words and numbers

const AFTER = "+evaluated_"; // the training rows looked at once more when the epoch is over
const kind = (name) => (name.startsWith("val_") ? "validation" : name.startsWith(AFTER) ? "after" : "train");
const baseName = (name) => ({ validation: name.slice(4), after: name.slice(AFTER.length), train: name })[kind(name)];
