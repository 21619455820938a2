// The playground: one network, or two side by side, learning on the screen. What a knob changes goes to the server by one
// small request and never through the page's script.

const playgrounds = new WeakMap();
const MOST_UNDONE = 100;
const LETTERS = 0.8; // of axes, in those of the page
const KEPT = "lab-playground"; // what this tab has set up, for when the person comes back to the page
const FILE_KIND = "neural-network-lab playground";

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".playground");
  return mounted(playgrounds, root, () => new Playground(root), (view) => view.take(data));
}

class Playground {
  constructor(root) {
    this.root = root;
    this.undone = [];
    this.active = 0;
    this.drawing = false;
    this.class = 0;
    this.boards = [];
    this.root.addEventListener("keydown", (event) => this.press(event));
    this.unwatch = watchTheme(root, () => this.dress());
    this.onLeaving = () => this.boards.forEach(({ lane }) => lane.leave()); // a run that nobody kept ends with its page
    window.addEventListener("pagehide", this.onLeaving);
    this.onResize = () => this.measure();
    window.addEventListener("resize", this.onResize);
    this.onLook = ({ detail }) => Object.assign(detail, this.look(detail.by));
    window.addEventListener("lab-look", this.onLook);
  }

  take(data) {
    const isNew = this.data === undefined;
    const { options, texts, language } = data;
    Object.assign(this, { data, options, texts, language });
    this.root.lang = language;
    if (!isNew) return this.retake(data.address);
    this.control = new Control(data.address);
    this.theme = themeOf(this.root);
    this.palette = new Palette(this.theme);
    this.font = getComputedStyle(this.root).fontFamily;
    this.measure();
    this.controls = new Controls(this.root, this);
    this.notice = element(this.root, "p", "pg-notice");
    this.notice.setAttribute("role", "status");
    this.stage = element(this.root, "div", "pg-stage");
    const { setup, corrected } = this.first();
    this.addLane(setup).wished = setup;
    if (corrected.length) this.say(fill(texts.corrected, { keys: corrected.join(", ") }));
    this.apply();
  }

  // Other words, another ticket, or other tables to choose from.
  retake(address) {
    this.control.address = address;
    for (const { lane } of this.boards) {
      lane.options = this.options;
      if (!tableOf(lane.wanted, this.options)) this.change({ dataset: "circle", regDataset: "reg-plane" }, lane);
    }
    this.show();
  }

  // what the address asks for, else what this tab had
  first() {
    const asked = [location.search, location.hash].find((text) => [...new URLSearchParams(text.slice(1)).keys()].some(isOurs));
    return setupFromLink(asked ?? stored("sessionStorage", KEPT) ?? "", this.options);
  }

  close() {
    this.unwatch();
    window.removeEventListener("pagehide", this.onLeaving);
    window.removeEventListener("resize", this.onResize);
    window.removeEventListener("lab-look", this.onLook);
    clearTimeout(this.noting);
    for (const board of this.boards) board.close();
  }

  // --- networks

  get setup() {
    return this.lane.wanted;
  }

  get lane() {
    return this.boards[this.active].lane;
  }

  get isPair() {
    return this.boards.length > 1;
  }

  // of a pair; and at which epoch of each one looks back: as fast as they go, not each was seen of both
  nameOf(lane) {
    if (!this.isPair) return "";
    const name = "AB"[this.boards.findIndex((board) => board.lane === lane)];
    if (!this.boards.some((board) => board.lane.past.at)) return name;
    return `${name} · ${fill(this.texts.epoch, { epoch: formatOf(this.language).format(lane.epoch) })}`;
  }

  addLane(setup) {
    let board = null;
    const lane = new Lane(this.control, this.options, () => board.changed(), (sentence) => this.refuse(sentence));
    lane.setup = setup;
    board = new Board(this.stage, this, lane);
    this.boards.push(board);
    return lane;
  }

  // Two networks on the same data, or one again.
  async comparePair() {
    if (this.isPair) {
      this.active = 0;
      this.boards.pop().close();
      this.boards[0].lane.beside = null;
    } else {
      await this.reset();
      const lane = this.addLane({ ...this.setup });
      lane.beside = this.boards[0].lane;
      this.active = 1;
      await lane.anew();
    }
    this.show();
  }

  choose(place) {
    this.active = place;
    this.show();
  }

  // --- changes of the setup

  // A change that can be undone. lane: whose knob it was; data belong to both.
  change(part, lane = this.lane) {
    this.remember();
    this.say("");
    this.put(part, lane);
    this.apply();
  }

  // While a slider is drawn along: as often as the server answers, and undone as one change.
  preview(part) {
    this.before ??= this.remember();
    this.put(part, this.lane);
    this.apply();
  }

  settle() {
    this.before = null;
  }

  put(part, lane) {
    const shared = ["problem", "percTrainData", "showTestData", "discretize", "speed", "hide", ...DATA_KEYS];
    const both = Object.fromEntries(Object.entries(part).filter(([name]) => shared.includes(name)));
    for (const board of this.boards) {
      const own = board.lane === lane ? part : both;
      if (!Object.keys(own).length) continue;
      const before = board.lane.wanted;
      const setup = { ...before, ...own };
      const isOther = ["features", "problem", "initializer", "start"].some((name) => name in own) || !ratesBetween(before.hidden, setup.hidden);
      board.lane.wished = isOther ? { ...setup, edits: own.edits ?? [] } : setup; // weights by hand belong to one start
    }
  }

  // What is asked of the server is on its way before anything is drawn: who turns a knob waits for its answer.
  async apply() {
    const brought = this.bringAll();
    this.show();
    await brought;
  }

  // Bring the networks to what is wished, one request after the other; the newest wish counts.
  async bringAll() {
    if (this.applying) return;
    this.applying = true;
    try {
      for (let open = true; open; ) {
        open = false;
        for (const { lane } of this.boards) {
          if (!lane.wished) continue;
          open = true;
          await this.bring(lane);
        }
      }
    } finally {
      this.applying = false;
    }
  }

  async bring(lane) {
    const setup = lane.wanted;
    const speed = lane.setup.speed;
    lane.wished = null;
    if (setup.drawn && !isEnough(setup.drawn)) {
      lane.setup = setup; // nothing to learn from yet: it stays as it is until there are more points
      this.say(this.texts.draw_more);
      return;
    }
    if (this.notice.textContent === this.texts.draw_more) this.say("");
    const outcome = await (lane.isThere ? lane.become(setup) : lane.begin(setup));
    if (outcome === "same" && lane.setup !== setup) lane.setup = setup;
    if (outcome === "anew") this.say(this.texts.anew);
    // two are compared from the same point of the way
    if (outcome !== "same" && outcome !== "goes on") for (const board of this.boards) if (board.lane !== lane) await board.lane.anew();
    if (setup.speed !== speed) await lane.speed();
    this.show();
  }

  remember(entry = { setups: this.boards.map(({ lane }) => lane.wanted) }) {
    this.undone.push(entry);
    if (this.undone.length > MOST_UNDONE) this.undone.shift();
    return entry;
  }

  undo() {
    const entry = this.undone.pop();
    if (!entry) return;
    if (entry.weight) {
      this.setWeight(entry.lane, entry.weight);
      return this.show();
    }
    this.boards.forEach(({ lane }, place) => (lane.wished = entry.setups[place] ?? lane.setup));
    this.apply();
  }

  edit(lane, weight) {
    this.remember({ lane, weight: { ...weight, value: this.setWeight(lane, weight) } });
    this.show();
  }

  // Returns the value that the weight had.
  setWeight(lane, weight) {
    lane.comeBack();
    const before = lane.valueOf(weight);
    lane.edit(weight, before).then(() => this.show());
    return before;
  }

  // --- data

  chooseData(table) {
    this.drawing = false;
    this.change({ [table.problem === "regression" ? "regDataset" : "dataset"]: table.name, drawn: null });
  }

  newData(low, high) {
    this.change({ seed: this.setup.seed < high ? this.setup.seed + 1 : low });
  }

  isDrawing() {
    return this.drawing;
  }

  pen() {
    return this.class;
  }

  hold(pen) {
    this.class = pen;
    this.show();
  }

  // Begin with the points that are there.
  draw() {
    this.drawing = !this.drawing;
    if (!this.drawing || this.setup.drawn) return this.show();
    const inPlane = isPlane(this.setup, this.options) && !tableOf(this.setup, this.options).columns;
    const points = inPlane ? Object.values(this.lane.points).flat().slice(0, this.options.limits.drawn) : [];
    this.change({ drawn: points, dataset: "drawn" });
  }

  drawn(points, isDone) {
    this.preview({ drawn: points });
    if (isDone) this.settle();
  }

  // --- training

  async toggle() {
    const lanes = this.boards.map((board) => board.lane);
    if (lanes[0].isMoving) await lanes[0].pause();
    else await this.play(lanes);
    this.show();
  }

  // Both begin paused and go on together: of a pair one command moves both.
  async play(lanes) {
    if (!this.isPair) return lanes[0].play();
    for (const lane of lanes) if (!lane.run) await lane.start({ paused: true });
    if (lanes[0].run) await lanes[0].tell({ do: "resume" });
  }

  async step(much) {
    const lanes = this.boards.map((board) => board.lane);
    if (this.isPair) for (const lane of lanes) if (!lane.run) await lane.start({ paused: true });
    await lanes[0].step(much);
    this.show();
  }

  // At the epoch before or behind the one that is seen, of both networks of a pair. See live_curve.js for what is returned.
  look(by) {
    const [{ lane }, ...others] = this.boards;
    if (this.boards.some((board) => board.lane.isMoving)) return { outcome: "moves" };
    const picture = lane.lookBack(by);
    if (!picture) return { outcome: "none" };
    for (const other of others) other.lane.lookAt(lane.past.at ? picture.epoch : Infinity);
    return { outcome: lane.past.at ? "past" : "now", epoch: picture.epoch };
  }

  // The same start weights again.
  async reset() {
    for (const { lane } of this.boards) await lane.anew();
    this.show();
  }

  newStart() {
    this.remember();
    const [low, high] = this.options.limits.start;
    for (const { lane } of this.boards) lane.wished = { ...lane.setup, start: this.setup.start < high ? this.setup.start + 1 : low, edits: [] };
    this.apply();
  }

  async keep() {
    const { lane } = this;
    if (!lane.run) return this.say(this.texts.keep_none);
    if ((await lane.tell({ do: "keep" })) !== null) this.say(this.texts.kept);
  }

  // --- link and file

  async copyLink() {
    const { query, isWhole } = linkOf(this.setup);
    if (!isWhole) return this.say(this.texts.link_too_long);
    const address = `${location.origin}${location.pathname}?${query}`;
    try {
      await navigator.clipboard.writeText(address);
      this.say(this.texts.link_copied);
    } catch {
      this.say(address); // a browser that gives no clipboard: to be copied by hand
    }
  }

  save() {
    const text = JSON.stringify({ kind: FILE_KIND, version: 1, setup: this.setup, weights: packedParameters(this.lane.parameters) }, null, 1);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    link.download = "playground.json";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  async open(file) {
    try {
      const read = JSON.parse(await file.text());
      if (read.kind !== FILE_KIND) throw new SyntaxError("another kind of file");
      // through the same checks as a link: what is out of bounds is brought back, and the rest is left out
      const { query } = linkOf({ ...firstSetup(), ...read.setup, drawn: null, edits: [] });
      const { setup, corrected } = setupFromLink(query, this.options);
      if (read.setup.drawn) Object.assign(setup, { dataset: "drawn", problem: "classification" });
      if (read.setup.drawn) setup.drawn = checkedPoints(read.setup.drawn, this.options);
      setup.edits = checkedEdits(read.setup.edits ?? [], setup);
      this.change(setup);
      this.say(corrected.length ? fill(this.texts.corrected, { keys: corrected.join(", ") }) : this.texts.opened);
    } catch {
      this.say(this.texts.not_a_file);
    }
  }

  noteInAddress() {
    clearTimeout(this.noting);
    this.noting = setTimeout(() => {
      const { query } = linkOf(this.setup);
      store("sessionStorage", KEPT, query);
      const kept = [...new URLSearchParams(location.search)].filter(([key]) => !isOurs(key));
      const whole = [new URLSearchParams(kept).toString(), query].filter(Boolean).join("&");
      history.replaceState(history.state, "", `${location.pathname}${whole ? `?${whole}` : ""}`);
    }, 300);
  }

  // --- what is said and shown

  say(sentence) {
    setText(this.notice, sentence);
  }

  refuse(sentence) {
    this.say({ "": this.texts.no_answer, lost: this.texts.lost, blocked: this.texts.blocked }[sentence] ?? sentence);
  }

  press(event) {
    if (event.target.closest("input, select, button, summary")) return;
    if (event.key === " ") this.toggle();
    else if (event.key === "z" && (event.ctrlKey || event.metaKey)) this.undo();
    else return;
    event.preventDefault();
  }

  // the page is light or dark
  dress() {
    this.theme = themeOf(this.root);
    this.palette = new Palette(this.theme);
    for (const board of this.boards) board.dress();
  }

  // how tall the letters of axes are, in pixels: larger on a large screen, and still larger in a presentation
  measure() {
    const before = this.letters;
    this.letters = LETTERS * parseFloat(getComputedStyle(this.root).fontSize);
    if (before && before !== this.letters) for (const board of this.boards) board.dress();
  }

  show() {
    this.root.classList.toggle("pair", this.isPair);
    this.root.classList.toggle("bare", this.setup.hideText);
    this.controls.build();
    for (const board of this.boards) {
      if (board.lane.isThere) board.build();
    }
    this.controls.undo.disabled = !this.undone.length;
    if (this.isPair) setText(this.controls.difference, this.differences());
    this.controls.tellBatches(this.lane.points.train.length, this.setup.batchSize);
    this.noteInAddress();
  }

  // what is not the same in the two networks
  differences() {
    const [one, other] = this.boards.map(({ lane }) => lane.wanted);
    const names = Object.keys(one).filter((name) => name !== "edits" && JSON.stringify(one[name]) !== JSON.stringify(other[name]));
    if (!names.length) return this.texts.pair_same;
    return fill(this.texts.pair_differ, { names: names.map((name) => this.texts[PAIR_WORDS[name]] ?? name).join(", ") });
  }

  // called with every painted frame
  tick() {
    this.controls.tick(this.boards[0].lane);
  }
}

const FEWEST_DRAWN = 10;

// two classes, and points for both parts
function isEnough(drawn) {
  return drawn.length >= FEWEST_DRAWN && new Set(drawn.map((point) => point[2])).size > 1;
}

const PAIR_WORDS = {
  hidden: "hidden",
  features: "features",
  learningRate: "learning_rate",
  regularization: "regularization",
  regularizationRate: "regularization_rate",
  optimizer: "optimizer",
  loss: "loss",
  initializer: "initializer",
  batchSize: "batch_size",
  start: "new_start",
  shuffle: "shuffle",
};
