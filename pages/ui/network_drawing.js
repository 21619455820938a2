// Puts the drawing of a network, SVG made by lab/charts/network.py, into the page, and moves its wires while it learns.
// Weights come through the one event stream of the page: the live curve passes them on as an event of the window.

const SMALL = 0.85; // of its size; where there is less room, the drawing with fewer words stands in its place
const PHONE = 480; // pixels; a wide layer is drawn with fewer units there
const SMALLEST = { wide: 0.7, narrow: 0.7, phone: 0.7, large: 0.94 }; // smaller letters could not be read; 28 pixels for a projector of 1080
const PROJECTOR = 1080;
const IMAGES_EVERY_MS = 300; // images of weights cost more than wires
const drawings = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".network-drawing");
  return mounted(drawings, root, () => new NetworkDrawing(root), (view) => view.take(data, setTriggerValue));
}

class NetworkDrawing {
  constructor(root) {
    this.root = root;
    this.requestPaint = oncePerFrame(() => this.paint(this.newest));
    this.heard = {
      "lab-weights": ({ detail }) => this.learn(detail),
      "lab-answers": ({ detail }) => this.look(detail, () => detail.first),
      "lab-parameters": ({ detail }) => this.look(detail, (layer) => detail.layers[layer] && { weights: detail.layers[layer].kernel }),
    };
    for (const [name, listen] of Object.entries(this.heard)) window.addEventListener(name, listen);
    this.resize = new ResizeObserver(() => {
      this.put();
      this.edit();
    });
    this.resize.observe(root);
    for (const name of ["pointerover", "focusin"]) root.addEventListener(name, ({ target }) => this.tell(target.closest?.("[data-unit]")));
  }

  close() {
    this.resize.disconnect();
    for (const [name, listen] of Object.entries(this.heard)) window.removeEventListener(name, listen);
  }

  take(data, setTriggerValue) {
    if (data.run !== this.data?.run) this.root.dataset.moves = 0;
    if (data.drawn.wide !== this.data?.drawn.wide) this.standStill();
    this.data = data;
    this.root.dataset.run = data.run;
    this.trigger = setTriggerValue;
    this.put();
    this.edit();
  }

  // the drawing for as much room as there is
  put() {
    if (!this.data) return;
    const { wide, phone, large } = this.data.drawn;
    const width = this.root.clientWidth;
    const isLarge = large && document.documentElement.classList.contains("lab-presents");
    const room = isLarge ? "large" : width >= SMALL * sizeOf(wide)[0] ? "wide" : phone && width < PHONE ? "phone" : "narrow";
    const svg = this.data.drawn[room];
    if (svg === this.svg) return; // a rerun of the page draws nothing anew, and what has moved stays
    this.svg = svg;
    this.held = this.root.contains(document.activeElement) ? document.activeElement.dataset.control : null;
    this.root.innerHTML = svg;
    this.controls = null;
    const drawing = this.root.firstElementChild;
    const smallest = SMALLEST[room] * (isLarge ? Math.min(1, window.innerHeight / PROJECTOR) : 1);
    const [least, low] = sizeOf(svg).map((side) => `${smallest * side}px`);
    Object.assign(drawing.style, { minWidth: least, minHeight: low }); // a long network is pushed sideways instead
    this.wires = [...this.root.querySelectorAll("[data-layer]")].map(wiresOf);
    this.nodes = [...this.root.querySelectorAll("[data-units]")];
    roamed(drawing, this.data.texts.arrows);
    if (this.newest) this.requestPaint();
  }

  edit() {
    if (!this.data?.editor) return;
    this.controls ??= new Controls(this.root, (change) => this.trigger("edit", change));
    this.controls.put(this.root.firstElementChild, this.data.editor, this.held);
    this.held = null;
  }

  // largest: of all weights; shares: layer -> weights as parts of it, row by row, of the first units, so many of a layer at
  // most; biases: layer -> bias of each of them
  learn({ run, isPast, epoch, updates, most, largest, shares, biases }) {
    if (run !== this.data.run) return;
    const comesBack = this.isPast && !isPast;
    this.isPast = isPast;
    if (comesBack && this.data.learned) return this.rest();
    const isDrawn = this.data.learned && epoch <= this.data.learned && !updates;
    if (isDrawn && !isPast) return; // told late: the page has drawn these, to the last digit
    this.newest = { epoch, most, largest, shares, biases };
    this.requestPaint();
  }

  // as the page drew it: it may show units that are not told while it learns
  rest() {
    this.standStill();
    this.svg = null;
    this.put();
    this.edit();
  }

  // the page's drawing shows weights of its own, and of no epoch that was told
  standStill() {
    this.newest = null;
    this.root.dataset.epoch = "";
  }

  // What the units of the first layer look for, where they are drawn as images. told: (layer) => {units, weights}
  look({ run, isPast }, told) {
    const node = this.root.querySelector("[data-tiles]");
    if (run !== this.data.run || !node) return;
    if (!isPast && performance.now() - (this.lookedAt ?? -Infinity) < IMAGES_EVERY_MS) return;
    this.lookedAt = performance.now();
    const { tiles, rows, columns } = node.dataset;
    const first = told(tiles);
    const units = first && first.weights.length / (rows * columns);
    if (!Number.isInteger(units)) return;
    const shown = numbersIn(node.dataset.shown);
    node.querySelectorAll("image").forEach((image, place) => {
      if (shown[place] >= units) return; // not told while it learns
      const pixels = weightsAsPixels({ units, weights: first.weights }, shown[place]);
      image.setAttribute("href", sheetOf(pixels, Number(rows), Number(columns)).toDataURL());
    });
    this.root.dataset.looks = Number(this.root.dataset.looks ?? 0) + 1;
  }

  paint(news) {
    if (!news) return; // another drawing has come in its place since
    const { epoch, most, largest, shares, biases } = news;
    for (const { layer, width, wires } of this.wires) {
      if (!shares[layer]) continue;
      const told = Math.min(width, most);
      for (const { wire, from, to } of wires) this.draw(wire, to < told ? shares[layer][from * told + to] : undefined);
    }
    for (const node of this.nodes) {
      const shown = numbersIn(node.dataset.shown);
      node.querySelectorAll(".bias").forEach((mark, place) => this.drawBias(mark, biases[node.dataset.units]?.[shown[place]] ?? 0, largest));
    }
    this.root.querySelectorAll("[data-unit]:is(:hover, :focus)").forEach((unit) => this.tell(unit));
    this.root.dataset.epoch = epoch;
    this.root.dataset.moves = Number(this.root.dataset.moves) + 1;
  }

  // share: undefined of a weight that is not told while the network learns
  draw(wire, share) {
    const { thinnest, thickest, above, below, dashes } = this.data.look;
    const size = share === undefined ? 0 : Math.min(1, Math.abs(share));
    setLook(wire, "stroke-width", (thinnest + (thickest - thinnest) * size).toFixed(1)); // each write costs: no eye sees more
    setLook(wire, "stroke", share === undefined ? null : share < 0 ? below : above);
    setLook(wire, "stroke-opacity", share === undefined ? null : "0.8");
    setLook(wire, "stroke-dasharray", share < 0 ? dashes : null);
  }

  // its area is as large as the bias, beside the largest weight
  drawBias(mark, bias, largest) {
    const share = Math.min(1, Math.abs(bias) / largest) || 0;
    const side = bias < 0 ? this.data.look.below : this.data.look.above;
    setLook(mark, "r", (this.data.look.bias * Math.sqrt(share)).toFixed(1));
    setLook(mark, "stroke-width", share ? "1.8" : "0");
    setLook(mark, "stroke", side);
    setLook(mark, "fill", side);
    setLook(mark, "fill-opacity", bias < 0 ? "0" : "1");
  }

  // What a unit that is pointed at, or has the focus, is at this moment of the training.
  tell(unit) {
    const node = unit?.closest("[data-units]")?.dataset;
    const bias = node && this.newest?.biases[node.units]?.[numbersIn(node.shown)[unit.dataset.unit]];
    if (bias === undefined) return;
    const { texts } = this.data;
    const words = `${unit.dataset.said}; ${fill(texts.unit_bias, { bias: short(bias, texts.language) })}`;
    setText(unit.querySelector("title"), words);
    setLabel(unit, words);
  }
}

const numbersIn = (text = "") => text.split(" ").map(Number);

// The wires of a group, each with the units between which it leads. A layer that is called twice has two groups.
function wiresOf(group) {
  const { layer, width, from, to } = group.dataset;
  const [sources, targets] = [numbersIn(from), numbersIn(to)];
  const wires = [...group.children].map((wire, place) => ({ wire, from: sources[Math.floor(place / targets.length)], to: targets[place % targets.length] }));
  return { layer, width: Number(width), wires };
}

// [width, height] in pixels, as they stand in the text of a drawing
function sizeOf(svg) {
  return ["width", "height"].map((side) => Number(RegExp(` ${side}="(\\d+)"`).exec(svg)[1]));
}
