// Puts the drawing of a network, SVG made by lab/charts/network.py, into the page, and moves its wires while it learns.
// Weights come through the one event stream of the page: the live curve passes them on as an event of the window.

const drawings = new WeakMap();

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".network-drawing");
  return mounted(drawings, root, () => new NetworkDrawing(root), (view) => view.take(data));
}

class NetworkDrawing {
  constructor(root) {
    this.root = root;
    this.requestPaint = oncePerFrame(() => this.paint(this.newest));
    this.onWeights = (event) => this.learn(event.detail);
    window.addEventListener("lab-weights", this.onWeights);
  }

  close() {
    window.removeEventListener("lab-weights", this.onWeights);
  }

  take(data) {
    this.data = data;
    if (data.svg === this.svg) return; // a rerun of the page draws nothing anew, and what has moved stays
    this.svg = data.svg;
    this.root.innerHTML = data.svg;
    // layer -> its groups of wires; a layer that is called twice has two
    this.layers = Map.groupBy(this.root.querySelectorAll("[data-layer]"), (group) => group.dataset.layer);
    this.root.dataset.run = data.run;
    this.root.dataset.moves = 0;
  }

  // shares: layer -> weights as parts of the largest, row by row
  learn({ run, epoch, shares }) {
    if (run !== this.data.run) return;
    this.newest = { epoch, shares };
    this.requestPaint();
  }

  paint({ epoch, shares }) {
    for (const [layer, groups] of this.layers) {
      const weights = shares[layer];
      for (const group of groups) {
        if (weights?.length === group.children.length) weights.forEach((share, place) => this.draw(group.children[place], share));
      }
    }
    this.root.dataset.epoch = epoch;
    this.root.dataset.moves = Number(this.root.dataset.moves) + 1;
  }

  draw(wire, share) {
    const { thinnest, thickest, above, below, dashes } = this.data.look;
    wire.setAttribute("stroke-width", (thinnest + (thickest - thinnest) * Math.min(1, Math.abs(share))).toFixed(2));
    const side = share < 0 ? below : above;
    if (wire.getAttribute("stroke") === side) return;
    wire.setAttribute("stroke", side);
    wire.setAttribute("stroke-opacity", 0.8);
    if (side === below) wire.setAttribute("stroke-dasharray", dashes);
    else wire.removeAttribute("stroke-dasharray");
  }
}
