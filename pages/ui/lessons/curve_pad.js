// A field on which a curve is drawn: each column gets the height at which the pointer, or an arrow key, leaves it.
// Columns that are jumped over are filled in between. When all have one, the page hears of it.

const pads = new WeakMap();
const HEIGHT = 260;
const EDGE = { left: 46, right: 12, top: 12, bottom: 30 };
const GRID = 4;
const KEY_STEP = 1 / 40; // of the axis

export default function ({ parentElement, data, setStateValue }) {
  const root = parentElement.querySelector(".curve-pad");
  return mounted(pads, root, () => new CurvePad(root, data), (view) => view.take(data, setStateValue));
}

class CurvePad {
  constructor(root, data) {
    this.root = root;
    this.data = data;
    this.values = new Array(data.points).fill(null);
    this.at = 0;
    this.last = null; // column under the pointer a moment ago
    this.width = 0; // pixels, and units of the drawing
    this.requestPaint = oncePerFrame(() => this.paint());
    this.build();
    this.resize = new ResizeObserver(() => this.requestPaint());
    this.resize.observe(root);
  }

  close() {
    this.resize.disconnect();
    this.root.replaceChildren();
  }

  take(data, setStateValue) {
    this.data = data;
    this.tell = (curve) => setStateValue("curve", curve);
    this.svg.setAttribute("aria-label", data.texts.about);
    setText(this.clear, data.texts.clear);
    this.requestPaint();
  }

  build() {
    this.root.replaceChildren();
    this.svg = draw(this.root, "svg", { tabindex: 0, role: "application" });
    this.grid = draw(this.svg, "g", {});
    this.line = draw(this.svg, "path", { class: "curve-pad-line" });
    this.dot = draw(this.svg, "circle", { class: "curve-pad-at", r: 6 });
    const foot = element(this.root, "div", "curve-pad-foot");
    this.clear = pressable(foot, () => this.empty());
    this.said = element(foot, "span");
    this.said.setAttribute("aria-live", "polite");
    this.svg.addEventListener("pointerdown", (event) => this.begin(event));
    this.svg.addEventListener("pointermove", (event) => this.last !== null && this.draw(event));
    this.svg.addEventListener("pointerup", () => this.end());
    this.svg.addEventListener("pointercancel", () => this.end());
    this.svg.addEventListener("keydown", (event) => this.press(event));
  }

  // --- by pointer

  begin(event) {
    this.svg.setPointerCapture(event.pointerId);
    this.last = -1;
    this.draw(event);
  }

  draw(event) {
    const box = this.svg.getBoundingClientRect();
    const x = event.clientX - box.left;
    const y = event.clientY - box.top;
    const across = (x - EDGE.left) / (this.width - EDGE.left - EDGE.right);
    const up = 1 - (y - EDGE.top) / (HEIGHT - EDGE.top - EDGE.bottom);
    const column = clamp(Math.round(across * (this.data.points - 1)), 0, this.data.points - 1);
    this.put(column, this.data.low + clamp(up, 0, 1) * (this.data.high - this.data.low));
    this.last = column;
  }

  // a quick hand jumps over columns: they get the straight line to where it was
  put(column, value) {
    const from = this.last !== null && this.last >= 0 ? this.last : column;
    const before = this.values[from] ?? value;
    const steps = Math.abs(column - from);
    for (let step = 0; step <= steps; step += 1) {
      const share = steps ? step / steps : 1;
      this.values[from + Math.sign(column - from) * step] = before + share * (value - before);
    }
    this.at = column;
    this.requestPaint();
  }

  end() {
    if (this.last === null) return;
    this.last = null;
    this.report();
  }

  // --- by keys

  press(event) {
    const { low, high, points } = this.data;
    const step = KEY_STEP * (high - low);
    const here = this.values[this.at] ?? (low + high) / 2;
    const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const lift = { ArrowUp: step, ArrowDown: -step, PageUp: 5 * step, PageDown: -5 * step }[event.key];
    if (move === undefined && lift === undefined && event.key !== "End") return;
    event.preventDefault();
    if (lift !== undefined) this.values[this.at] = clamp(here + lift, low, high);
    if (move !== undefined) {
      this.values[this.at] = here;
      this.at = clamp(this.at + move, 0, points - 1);
      this.values[this.at] ??= here;
    }
    if (event.key === "End") { // as it is here, to the end
      for (let column = this.at; column < points; column += 1) this.values[column] = here;
      this.at = points - 1;
    }
    this.requestPaint();
    this.report();
  }

  empty() {
    this.values.fill(null);
    this.at = 0;
    this.requestPaint();
    this.tell(null);
  }

  report() {
    if (this.values.every((value) => value !== null)) this.tell([...this.values]);
  }

  // --- painting

  x(column) {
    return EDGE.left + (column / (this.data.points - 1)) * (this.width - EDGE.left - EDGE.right);
  }

  y(value) {
    const { low, high } = this.data;
    return HEIGHT - EDGE.bottom - ((value - low) / (high - low)) * (HEIGHT - EDGE.top - EDGE.bottom);
  }

  paint() {
    const { low, high, epochs, texts } = this.data;
    this.width = this.svg.clientWidth;
    if (this.width === 0) return; // not laid out yet: the observer asks again
    this.grid.replaceChildren();
    for (let place = 0; place <= GRID; place += 1) {
      const value = low + (place / GRID) * (high - low);
      const y = this.y(value);
      draw(this.grid, "line", { class: "curve-pad-grid", x1: EDGE.left, x2: this.width - EDGE.right, y1: y, y2: y });
      this.write(EDGE.left - 6, y + 5, "end", short(value));
    }
    this.write(EDGE.left, HEIGHT - 8, "start", "1");
    this.write(this.width - EDGE.right, HEIGHT - 8, "end", `${texts.x} ${epochs}`);
    let path = "";
    this.values.forEach((value, column) => {
      if (value === null) return;
      const joined = column > 0 && this.values[column - 1] !== null;
      path += `${joined ? "L" : "M"}${this.x(column).toFixed(1)} ${this.y(value).toFixed(1)}`;
    });
    this.line.setAttribute("d", path);
    this.line.dataset.points = this.values.filter((value) => value !== null).length;
    const here = this.values[this.at];
    this.dot.setAttribute("visibility", here === null ? "hidden" : "visible");
    this.dot.setAttribute("cx", this.x(this.at));
    this.dot.setAttribute("cy", this.y(here ?? low));
    const epoch = Math.round(1 + (this.at / (this.data.points - 1)) * (epochs - 1));
    const whole = this.values.every((value) => value !== null);
    this.said.textContent = whole
      ? texts.whole
      : texts.state.replace("{epoch}", epoch).replace("{value}", here === null ? "–" : short(here));
  }

  write(x, y, anchor, text) {
    draw(this.grid, "text", { x, y, "text-anchor": anchor }).textContent = text;
  }
}

function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}

function short(value) {
  return Number(value.toPrecision(3)).toString();
}
