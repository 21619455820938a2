// Points drawn with mouse or finger, or taken away.

const [ERASED, APART] = [0.7, 0.35]; // units of the plane: around the eraser; between two points of one stroke

class Hand {
  constructor(view, board) {
    Object.assign(this, { view, board, isDown: false });
    view.box.addEventListener("pointerdown", (event) => this.begin(event));
    view.box.addEventListener("pointermove", (event) => this.isDown && this.put(event));
    for (const name of ["pointerup", "pointercancel"]) view.box.addEventListener(name, () => this.end());
  }

  begin(event) {
    if (!this.board.isDrawing()) return;
    event.preventDefault();
    this.isDown = true;
    this.view.box.setPointerCapture(event.pointerId);
    this.points = [...(this.board.setup.drawn ?? [])];
    this.last = null;
    this.put(event);
  }

  put(event) {
    const frame = this.view.box.getBoundingClientRect();
    const { x: left, y: top, width, height } = this.view.side;
    const { options, pen } = this.board;
    const reach = options.limits.reach;
    const x = -reach + ((event.clientX - frame.left - left) / width) * 2 * reach;
    const y = reach - ((event.clientY - frame.top - top) / height) * 2 * reach;
    if (Math.abs(x) > reach || Math.abs(y) > reach) return;
    const isNear = (point, way) => Math.hypot(point[0] - x, point[1] - y) < way;
    if (pen() === "erase") this.points = this.points.filter((point) => !isNear(point, ERASED));
    else {
      if (this.last && isNear(this.last, APART)) return;
      this.last = [x, y];
      if (this.points.length < options.limits.drawn) this.points.push([Number(x.toFixed(2)), Number(y.toFixed(2)), pen()]);
    }
    this.board.drawn([...this.points], false);
  }

  end() {
    if (!this.isDown) return;
    this.isDown = false;
    this.board.drawn(this.points, true);
  }
}
