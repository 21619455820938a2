// Curves that come as time goes. All are drawn at once and uncovered from the left by a window that widens; where the
// lecture pauses stands on the axis before they come there.

const curves = new WeakMap();
const DASH = { solid: "", dash: "14 8", dot: "3 7", dashdot: "14 7 3 7", longdash: "24 9", longdashdot: "24 8 4 8" };
const SEED = 1.2; // width of a line
const MEDIAN = 5;
const X_TICKS = 8;
const Y_TICKS = 5;
let windows = 0;

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".lecture-curve");
  return mounted(curves, root, () => new LectureCurve(root), (view) => view.take(data));
}

class LectureCurve {
  constructor(root) {
    this.root = root;
    this.names = element(root, "div", "lecture-curve-names");
    this.svg = draw(root, "svg", { role: "img" });
    this.said = element(root, "p", "lecture-curve-said");
    this.said.setAttribute("aria-live", "polite");
    this.window = `lecture-curve-window-${(windows += 1)}`;
    this.shown = 0;
    this.requestPaint = oncePerFrame(() => this.paint());
    this.tick = oncePerFrame((now) => this.move(now));
    this.onGoOn = (event) => this.isMoving && (event.preventDefault(), this.arrive());
    document.addEventListener("lab-lecture-on", this.onGoOn);
    this.resize = new ResizeObserver(() => this.requestPaint());
    this.resize.observe(root);
  }

  close() {
    document.removeEventListener("lab-lecture-on", this.onGoOn);
    this.resize.disconnect();
    this.until = this.shown;
  }

  get isMoving() {
    return this.shown < this.until;
  }

  take(data) {
    const isFirst = !this.data;
    const isOther = isFirst || this.data.picture !== data.picture;
    this.data = data;
    this.until = data.until;
    const isCalm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    // what is opened again, goes back or has another axis is there at once
    if (isOther || isCalm || data.until < this.shown || data.over !== "epoch") this.arrive();
    this.before = null;
    this.requestPaint();
    if (this.isMoving) this.tick();
  }

  // At the pause.
  arrive() {
    this.shown = this.until;
    this.requestPaint();
  }

  move(now) {
    if (!this.isMoving) return;
    const passed = this.before === null ? 0 : (now - this.before) / 1000;
    this.before = now;
    this.shown = Math.min(this.until, this.shown + (passed * this.data.last) / this.data.seconds);
    if (this.isMoving) {
      this.uncover();
      this.tick();
    } else {
      this.requestPaint();
    }
  }

  // --- places

  x(epoch, updates = 1) {
    const { last, over, most } = this.data;
    const across = over === "epoch" ? (epoch - 1) / Math.max(1, last - 1) : Math.log(epoch * updates) / Math.log(Math.max(2, most));
    return this.left + across * (this.right - this.left);
  }

  y(value) {
    const { low, high, log } = this.data;
    const of = (number) => (log ? Math.log10(number) : number);
    const span = of(high) - of(low) || 1;
    return this.bottom - ((of(value) - of(low)) / span) * (this.bottom - this.top);
  }

  uncover() {
    const right = this.shown >= this.data.last ? this.right + MEDIAN : this.x(this.shown);
    this.cover?.setAttribute("width", this.shown < 1 ? 0 : Math.max(0, right - this.left + MEDIAN));
    this.svg.dataset.shown = this.shown.toFixed(1);
    this.dots?.forEach(([dot, line]) => this.putDot(dot, line));
  }

  putDot(dot, line) {
    const place = line.epochs.findLastIndex((epoch) => epoch <= this.shown + 1e-9);
    const value = line.median[place];
    const isSeen = place >= 0 && value !== null && value !== undefined && this.data.over === "epoch";
    dot.setAttribute("visibility", isSeen ? "visible" : "hidden");
    if (!isSeen) return;
    const next = place + 1 < line.epochs.length && line.median[place + 1] !== null ? place + 1 : place;
    const gap = line.epochs[next] - line.epochs[place];
    const share = gap ? (Math.min(this.shown, line.epochs[next]) - line.epochs[place]) / gap : 0;
    dot.setAttribute("cx", this.x(line.epochs[place] + share * gap));
    dot.setAttribute("cy", this.y(value) + share * (this.y(line.median[next]) - this.y(value)));
  }

  // --- painting

  paint() {
    if (this.svg.clientWidth === 0) return; // not laid out yet: the observer asks again
    this.letter = parseFloat(getComputedStyle(this.root).fontSize);
    this.width = this.svg.clientWidth;
    this.height = this.svg.clientHeight;
    this.left = 4.2 * this.letter;
    this.right = this.width - 1.2 * this.letter;
    this.top = 2.6 * this.letter; // room for the words at a mark
    this.bottom = this.height - 2.6 * this.letter;
    this.svg.replaceChildren();
    this.svg.setAttribute("viewBox", `0 0 ${this.width} ${this.height}`);
    this.svg.setAttribute("aria-label", this.data.title);
    this.paintNames();
    this.paintAxes();
    this.paintLines();
    if (this.data.over === "epoch") this.data.marks.forEach((mark) => this.paintMark(mark));
    setText(this.said, this.isMoving ? "" : this.data.said);
    this.uncover();
  }

  paintNames() {
    this.names.replaceChildren();
    for (const line of this.data.lines) {
      const item = element(this.names, "span");
      const sample = draw(item, "svg", { viewBox: "0 0 60 12", class: "lecture-curve-sample", "aria-hidden": "true" });
      draw(sample, "line", { x1: 0, x2: 60, y1: 6, y2: 6, ...strokeOf(line, MEDIAN) });
      element(item, "span").textContent = line.name;
    }
  }

  paintAxes() {
    const grid = draw(this.svg, "g", { class: "lecture-curve-grid" });
    for (const value of this.yTicks()) {
      const y = this.y(value);
      draw(grid, "line", { x1: this.left, x2: this.right, y1: y, y2: y });
      this.write(this.left - 0.4 * this.letter, y + 0.35 * this.letter, "end", short(value, this.data.language));
    }
    for (const [value, x] of this.xTicks()) {
      draw(grid, "line", { x1: x, x2: x, y1: this.bottom, y2: this.bottom + 0.3 * this.letter });
      this.write(x, this.bottom + 1.25 * this.letter, "middle", short(value, this.data.language));
    }
    const { axes, over } = this.data;
    this.write(this.right, this.bottom + 2.3 * this.letter, "end", axes[over]);
    this.write(0, 0.9 * this.letter, "start", this.data.title);
  }

  xTicks() {
    const { over, last, most } = this.data;
    if (over === "epoch") return epochTicks(last, X_TICKS).filter((epoch) => epoch <= last).map((epoch) => [epoch, this.x(epoch)]);
    const powers = [];
    for (let power = 1; power <= most; power *= 10) powers.push([power, this.x(power)]);
    return powers;
  }

  yTicks() {
    const { low, high, log } = this.data;
    if (!log) return ticks(low, high, Y_TICKS);
    const first = Math.ceil(Math.log10(low) - 1e-9);
    const powers = Math.floor(Math.log10(high) + 1e-9) - first;
    if (powers < 1) return [low, high];
    const step = Math.max(1, Math.ceil(powers / Y_TICKS));
    return Array.from({ length: Math.floor(powers / step) + 1 }, (_, place) => 10 ** (first + place * step));
  }

  paintLines() {
    const clip = draw(draw(this.svg, "defs", {}), "clipPath", { id: this.window });
    this.cover = draw(clip, "rect", { x: this.left - MEDIAN, y: 0, width: 0, height: this.height });
    const group = draw(this.svg, "g", { "clip-path": `url(#${this.window})`, fill: "none", "stroke-linejoin": "round" });
    for (const line of this.data.lines) {
      for (const seed of line.seeds) {
        draw(group, "path", { d: this.path(line, seed), stroke: line.colour, "stroke-width": SEED, "stroke-opacity": 0.55, class: "lecture-curve-seed" });
      }
    }
    for (const line of this.data.lines) draw(group, "path", { d: this.path(line, line.median), ...strokeOf(line, MEDIAN) });
    this.dots = this.data.lines.map((line) => [draw(this.svg, "circle", { r: 0.3 * this.letter, fill: line.colour }), line]);
  }

  path(line, values) {
    let text = "";
    let isJoined = false;
    values.forEach((value, place) => {
      if (value !== null) {
        text += `${isJoined ? "L" : "M"}${this.x(line.epochs[place], line.updates).toFixed(1)} ${this.y(value).toFixed(1)}`;
      }
      isJoined = value !== null;
    });
    return text;
  }

  paintMark({ epoch, words, upright, values }) {
    const x = this.x(epoch);
    const isReached = !this.isMoving && Math.abs(this.shown - epoch) < 0.5;
    const group = draw(this.svg, "g", { class: isReached ? "lecture-curve-mark is-reached" : "lecture-curve-mark" });
    const heights = values.map((value) => this.y(value));
    if (heights.length > 1) draw(group, "line", { x1: x, x2: x, y1: heights[0], y2: heights[1], class: "lecture-curve-distance" });
    for (const y of heights) draw(group, "circle", { cx: x, cy: y, r: 0.7 * this.letter });
    if (!upright) return;
    draw(group, "line", { x1: x, x2: x, y1: this.top, y2: this.bottom });
    const half = 0.45 * this.letter;
    draw(group, "path", { d: `M${x - half} ${this.bottom + half}h${2 * half}l${-half} ${-2 * half}z` });
    const isRight = x > (this.left + this.right) / 2;
    const text = this.write(x + (isRight ? 0.4 : -0.4) * this.letter, this.top - 0.35 * this.letter, isRight ? "end" : "start", words);
    group.append(text);
  }

  write(x, y, anchor, text) {
    const made = draw(this.svg, "text", { x, y, "text-anchor": anchor });
    made.textContent = text;
    return made;
  }
}

// a dash by its name, or as lengths in pixels
const strokeOf = ({ colour, dash }, width) => ({ stroke: colour, "stroke-width": width, "stroke-dasharray": DASH[dash] ?? dash.replaceAll("px", "") });
