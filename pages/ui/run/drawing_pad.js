// Paper for a digit: what is drawn with mouse or finger is told after each stroke, as grey pixels, a byte each.

const PEN = 0.085; // of the side of the paper
const pads = new WeakMap();

export default function ({ parentElement, data, setStateValue }) {
  const root = parentElement.querySelector(".drawing-pad");
  return mounted(pads, root, () => new DrawingPad(root), (view) => view.take(data, setStateValue));
}

class DrawingPad {
  constructor(root) {
    this.paper = element(root, "canvas");
    this.paper.setAttribute("role", "img");
    Object.assign(this.paper, { width: 448, height: 448 });
    this.pen = this.paper.getContext("2d");
    this.button = pressable(root, () => this.clear());
    this.paper.onpointerdown = (event) => this.begin(event);
    this.paper.onpointermove = (event) => this.last && this.draw(event);
    this.paper.onpointerup = this.paper.onpointercancel = () => this.end();
    this.wipe();
  }

  close() {}

  take(data, setStateValue) {
    Object.assign(this, { data, tell: setStateValue });
    this.paper.setAttribute("aria-label", data.texts.about);
    setText(this.button, data.texts.clear);
  }

  wipe() {
    this.pen.fillStyle = "#000";
    this.pen.fillRect(0, 0, this.paper.width, this.paper.height);
  }

  clear() {
    this.wipe();
    this.tell("drawing", null);
  }

  at(event) {
    const box = this.paper.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * this.paper.width, ((event.clientY - box.top) / box.height) * this.paper.height];
  }

  begin(event) {
    this.paper.setPointerCapture(event.pointerId);
    this.last = this.at(event);
    this.draw(event);
  }

  draw(event) {
    const here = this.at(event);
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
  }
}
