// Draws what a network knows so far, and goes on drawing while it learns: the plane of two inputs, the curve along one,
// which class was taken for which, predicted against true, what its first layer looks for and which images it gets wrong,
// and what it reads from a signal, time step by time step.
//
// Small dense networks are computed here, from their exact weights; of all others the worker tells the answers to the
// same few rows. Both come through the one stream of the page, passed on by the live curve as events of the window. What
// moves is painted on a canvas of its own, below another one with what stands still: rows, axes, names. Each kind of picture
// stands in a file of its own in js/known/, whose functions get the `known` one that is made here.

const pictures = new WeakMap();

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".what-it-knows");
  return mounted(pictures, root, () => new Knowledge(root), (view) => view.take(data));
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
    this.shades = data.look.shades.map(rgbOf);
    this.classColours = data.look.classes.map(rgbOf);
    if (isNew) this.build();
    this.atRest = null; // what the page itself knows of a run at rest
    if (data.parameters) this.atRest = { epoch: data.epoch, layers: layersOf(data.parameters) };
    if (data.answers) this.atRest = { epoch: data.epoch, rows: data.rows, outputs: floatsIn(data.answers), first: firstOf(data.first) };
    if (other || this.atRest) this.news = this.atRest;
    if (other) Object.assign(this.root.dataset, { run: data.run, moves: 0, epoch: 0 });
    this.requestPaint();
  }

  learn(news) {
    if (news.run !== this.data.run || (news.layers && !this.data.layers)) return;
    const comesBack = this.isPast && !news.isPast;
    this.isPast = news.isPast;
    this.news = (comesBack && this.atRest) || news;
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
    if (this.output.task === "text") return ["texts"];
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
    if (views.length > 1) choice(this, head, views);
    if (outputs.length > 1) {
      const names = outputs.map((output) => output.name);
      select(head, texts.output, names, this.chosen.output, (place) => {
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
    if (this.chosen.view === "plane") axisKnobs(this);
    this.summary = element(this.root, "p", "known-summary");
    this.legend = element(this.root, "p", "known-legend");
    this.layOut();
  }

  // --- how large it is

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
    const letters = this.letters;
    const { classes, targets } = this.output;
    const fitting = Math.min(tallest, Math.round(width * (view === "line" ? 0.66 : view === "pictures" ? 0.9 : 0.82)));
    const height = view === "texts" ? targets.length * heightOfText(classes.length, letters) : fitting;
    this.area = { left: 3.4 * letters, top: 0.6 * letters, right: width - 0.6 * letters, bottom: height - 2.9 * letters, width, height };
    this.inputs = null;
    if (!isTable) {
      for (const canvas of [this.moving, this.still]) fixed(canvas, width, height);
      paintStill(this);
    }
    setLegend(this);
    this.requestPaint();
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
    const paint = { plane: paintPlane, line: paintLine, judged: paintJudged, pictures: paintPictures, texts: paintTexts };
    paint[this.chosen.view](this, pen);
    setText(this.summary, this.inWords());
    const view = this.data.texts.views[this.chosen.view === "judged" ? this.output.task : this.chosen.view];
    const read = this.chosen.view === "texts" ? this.read.map((_, sample) => sentenceOf(this, sample)) : [];
    this.still.setAttribute("aria-label", [view, this.summary.textContent, ...read].join(". "));
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
    if (this.output.task === "text") return told ?? null;
    return told ? this.asShares(byUnit(told, news.rows + data.grid, 0, news.rows), news.rows) : null;
  }

  // of a large network fewer rows are asked than are known
  get asked() {
    return this.news?.rows ?? this.data.rows;
  }

  get targets() {
    return this.output.targets.slice(0, this.asked);
  }

  predictedClass(row) {
    const rows = this.asked;
    if (this.answers.length === rows) return this.answers[row] > 0.5 ? 1 : 0;
    return likeliest(this.answers, row, rows);
  }

  // --- words

  inWords() {
    const { texts, language, part, of } = this.data;
    const rows = this.asked;
    if (!this.news) return texts.nothing_yet;
    const epoch = fill(texts.after, { epoch: formatOf(language).format(this.news.epoch) });
    if (!this.answers) return epoch;
    const which = rows < of ? fill(texts.some_rows, { rows, of }) : fill(texts.all_rows, { rows });
    const { scale, mean, unit } = this.output;
    const { targets } = this;
    if (this.output.task === "text") {
      const right = targets.filter((target, row) => target === this.read[row]).length;
      return `${epoch} · ${texts.parts[part]} ${which}: ${fill(texts.right, { count: right })}`;
    }
    if (this.output.task === "classes") {
      const right = targets.reduce((count, target, row) => count + (this.predictedClass(row) === target), 0);
      return `${epoch} · ${texts.parts[part]} ${which}: ${fill(texts.right, { count: right })}`;
    }
    const error = targets.reduce((sum, target, row) => sum + Math.abs(this.answers[row] * scale + mean - target), 0) / targets.length;
    return `${epoch} · ${texts.parts[part]} ${which}: ${fill(texts.off, { error: `${short(error, language)} ${unit}`.trim() })}`;
  }
}
