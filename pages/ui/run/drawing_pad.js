// Paper for a digit: what is drawn with mouse, finger or keys is told after each stroke, as grey pixels, a byte each.

const PEN = 0.085; // of the side of the paper
const STEPS = 20; // of an arrow key from one edge to the other
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const pads = new WeakMap();

export default function ({ parentElement, data, setStateValue }) {
  const root = parentElement.querySelector(".drawing-pad");
  return mounted(pads, root, () => new DrawingPad(root), (view) => view.take(data, setStateValue));
}

class DrawingPad {
  constructor(root) {
    const sheet = element(root, "div", "drawing-pad-sheet");
    this.paper = element(sheet, "canvas");
    this.paper.setAttribute("role", "application"); // arrows are its own, not those of a screen reader
    Object.assign(this.paper, { width: 448, height: 448, tabIndex: 0 });
    this.tip = element(sheet, "i", "drawing-pad-tip"); // of the pen that keys move
    this.tip.setAttribute("aria-hidden", "true");
    this.place = [STEPS / 2, STEPS / 2];
    this.pen = this.paper.getContext("2d");
    this.button = pressable(root, () => this.clear());
    this.keys = element(root, "p", "drawing-pad-keys");
    this.spoken = element(root, "p", "drawing-pad-spoken");
    this.spoken.setAttribute("aria-live", "polite");
    this.paper.onkeydown = (event) => this.press(event);
    this.paper.onblur = () => this.end();
    this.paper.onpointerdown = (event) => {
      this.paper.setPointerCapture(event.pointerId);
      this.begin(this.at(event));
    };
    this.paper.onpointermove = (event) => this.paper.hasPointerCapture(event.pointerId) && this.draw(this.at(event));
    this.paper.onpointerup = this.paper.onpointercancel = () => this.end();
    this.wipe();
  }

  close() {}

  take(data, setStateValue) {
    Object.assign(this, { data, tell: setStateValue });
    this.paper.setAttribute("aria-label", data.texts.about);
    setText(this.button, data.texts.clear);
    setText(this.keys, data.texts.keys);
    this.showTip();
  }

  // --- by keys: arrows move the pen, space puts it on the paper and lifts it, Delete clears

  press(event) {
    const { key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (ARROWS[key]) this.move(ARROWS[key]);
    else if (key === " ") event.repeat || (this.last ? this.end() : this.begin(this.ofKeys()));
    else if (key === "Delete" || key === "Backspace") this.clear();
    else return;
    event.preventDefault();
    this.showTip();
    const [column, row] = this.place;
    const state = this.last ? this.data.texts.down : this.data.texts.up;
    setText(this.spoken, fill(this.data.texts.place, { pen: state, column, row, most: STEPS }));
  }

  move(by) {
    this.place = this.place.map((at, axis) => Math.max(0, Math.min(STEPS, at + by[axis])));
    if (this.last) this.draw(this.ofKeys());
  }

  ofKeys() {
    return this.place.map((at) => (at / STEPS) * this.paper.width);
  }

  showTip() {
    const [left, top] = this.place.map((at) => `${(100 * at) / STEPS}%`);
    Object.assign(this.tip.style, { left, top });
    this.tip.classList.toggle("down", Boolean(this.last));
  }

  wipe() {
    this.pen.fillStyle = "#000";
    this.pen.fillRect(0, 0, this.paper.width, this.paper.height);
  }

  clear() {
    this.last = null;
    this.wipe();
    this.tell("drawing", null);
  }

  at(event) {
    const box = this.paper.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * this.paper.width, ((event.clientY - box.top) / box.height) * this.paper.height];
  }

  begin(here) {
    this.last = here;
    this.draw(here);
  }

  draw(here) {
    Object.assign(this.pen, { strokeStyle: "#fff", lineWidth: PEN * this.paper.width, lineCap: "round", lineJoin: "round" });
    this.pen.beginPath();
    this.pen.moveTo(...this.last);
    this.pen.lineTo(...here);
    this.pen.stroke();
    this.last = here;
  }

  end() {
    if (!this.last) return;
    this.last = null;
    const { side } = this.data;
    const small = Object.assign(document.createElement("canvas"), { width: side, height: side }).getContext("2d");
    small.imageSmoothingQuality = "high";
    small.drawImage(this.paper, 0, 0, side, side);
    const { data } = small.getImageData(0, 0, side, side);
    const grey = Array.from({ length: side * side }, (_, place) => String.fromCharCode(data[4 * place]));
    this.tell("drawing", btoa(grey.join("")));
    this.showTip();
  }
}
