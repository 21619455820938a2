// What the network says about the plane, with the points that it learns from and is judged by.

const MARGINS = { left: 2.5, right: 0.5, top: 0.5, bottom: 2 }; // around the plane, for the axes: heights of a letter

class OutputView {
  // board: as of NetworkView; also drawn(points) where points are drawn by hand
  constructor(parent, board) {
    this.board = board;
    this.title = element(parent, "div", "pg-outtitle");
    this.box = element(parent, "div", "pg-plane");
    this.box.setAttribute("role", "img");
    this.surface = element(this.box, "canvas", "pg-surface");
    this.marks = element(this.box, "canvas", "pg-marks");
    for (const canvas of [this.surface, this.marks]) canvas.setAttribute("aria-hidden", "true");
    this.legend = element(parent, "div", "pg-legend");
    this.outside = element(parent, "div", "pg-small");
    this.resize = new ResizeObserver(() => {
      this.width = this.box.clientWidth;
      this.marked = null;
      board.repaint();
    });
    this.resize.observe(this.box);
    this.hand = new Hand(this, board);
  }

  close() {
    this.resize.disconnect();
  }

  get side() {
    const { letters } = this.board;
    const [across, down] = [MARGINS.left + MARGINS.right, MARGINS.top + MARGINS.bottom];
    return { x: MARGINS.left * letters, y: MARGINS.top * letters, width: this.width - across * letters, height: this.width - down * letters };
  }

  // values: of the whole output layer over the grid; shown: of one unit that is looked at, {name, values, scale}, or null
  paint(values, grid, shown) {
    if (!this.width) return;
    const { setup, options, lane, palette, texts } = this.board;
    const plane = isPlane(setup, options);
    setText(this.title, shown ? fill(texts.map_of, { name: shown.name }) : texts.surface);
    setHidden(this.surface, !plane);
    const scale = shown?.scale ?? scaleOf(setup, options, lane.points);
    if (plane) {
      this.placeSurface(this.side);
      const map = shown?.values ?? values;
      if (!shown && scale.classes) paintClasses(this.surface, map, scale.classes, grid.columns, grid.rows, palette, setup.discretize);
      else paintMap(this.surface, map, grid.columns, grid.rows, palette, { ...scale, isDiscrete: setup.discretize });
      this.paintMarks(grid.range, null, null);
    } else this.paintMarks(grid.range, shown?.values ?? values, grid);
    this.paintLegend(scale, Boolean(shown));
    this.describe();
  }

  placeSurface({ x, y, width, height }) {
    const key = [x, y, width, height].join();
    if (key === this.surfacePlaced) return;
    this.surfacePlaced = key;
    Object.assign(this.surface.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` });
  }

  // Axes and points; they are painted again only when something of them has changed. In one dimension also the curve.
  paintMarks(range, curveValues, grid) {
    const { setup, options, lane, palette, language } = this.board;
    const drawn = this.board.isDrawing() ? this.drawnPoints().length : -1;
    const key = curveValues ? null : JSON.stringify([range, this.width, palette.isDark, setup.showTestData, language, setup.problem, drawn]);
    if (key && this.marked?.key === key && this.marked.points === lane.points) return;
    this.marked = { key, points: lane.points };
    const pen = sized(this.marks, this.width, this.width);
    const { x: left, y: top, width, height } = this.side;
    pen.clearRect(0, 0, this.width, this.width);
    const vertical = curveValues ? this.targetRange() : range;
    const at = {
      x: (value) => left + ((value - range.low) / (range.high - range.low)) * width,
      y: (value) => top + (1 - (value - vertical.low) / (vertical.high - vertical.low)) * height,
    };
    this.at = at;
    this.paintAxes(pen, at, range, vertical);
    if (curveValues) this.paintCurve(pen, at, curveValues, grid);
    const parts = this.board.isDrawing() ? ["drawn"] : setup.showTestData ? ["train", "validation"] : ["train"];
    let outside = 0;
    for (const part of parts) {
      for (const point of part === "drawn" ? this.drawnPoints() : lane.points[part]) {
        const [x, y] = point;
        const far = Math.abs(x) > range.high || y > vertical.high || y < vertical.low;
        if (far) outside++;
        else this.paintPoint(pen, at.x(x), at.y(y), this.colourOf(point, curveValues), part);
      }
    }
    setText(this.outside, outside ? fill(this.board.texts.outside, { count: outside }) : "");
  }

  // those of the hand, whether or not the server has taken them yet
  drawnPoints() {
    return this.board.setup.drawn ?? [];
  }

  colourOf(point, inOne) {
    const { setup, options, lane, palette } = this.board;
    const target = last(point);
    if (setup.problem === "regression") return inOne ? css(ABOVE) : palette.css(target / scaleOf(setup, options, lane.points).reach);
    return css(CLASSES[target % CLASSES.length]);
  }

  // training: a circle; validation: a diamond with a dark rim
  paintPoint(pen, x, y, colour, part) {
    const size = this.board.letters * (part === "validation" ? 0.38 : 0.27);
    pen.beginPath();
    pen.fillStyle = colour;
    if (part !== "validation") pen.arc(x, y, size, 0, 2 * Math.PI);
    else {
      for (const [dx, dy] of [[0, -1], [1, 0], [0, 1], [-1, 0]]) pen.lineTo(x + size * dx, y + size * dy);
      pen.closePath();
    }
    const isDark = part === "validation";
    pen.lineWidth = isDark ? 1.5 : 1;
    pen.strokeStyle = !isDark ? "rgb(255 255 255 / 0.9)" : "rgb(0 0 0 / 0.85)";
    pen.fill();
    pen.stroke();
  }

  paintAxes(pen, at, range, vertical) {
    const { theme, language, letters } = this.board;
    const { x: left, y: top, width, height } = this.side;
    pen.fillStyle = css(theme.text);
    pen.strokeStyle = css(theme.text, 0.35);
    pen.font = `${letters}px ${this.board.font}`;
    pen.textAlign = "center";
    for (const value of ticks(range.low, range.high, 6)) pen.fillText(short(value, language), at.x(value), top + height + 1.35 * letters);
    pen.textAlign = "right";
    for (const value of ticks(vertical.low, vertical.high, 6)) pen.fillText(short(value, language), left - 5, at.y(value) + letters / 3);
    pen.lineWidth = 1;
    pen.strokeRect(left - 0.5, top - 0.5, width + 1, height + 1);
  }

  paintCurve(pen, at, values, { columns, range }) {
    pen.beginPath();
    pen.strokeStyle = css(BELOW);
    pen.lineWidth = 2.5;
    for (let column = 0; column < columns; column++) {
      const x = range.low + ((column + 0.5) / columns) * (range.high - range.low);
      if (Number.isFinite(values[column])) pen.lineTo(at.x(x), at.y(values[column]));
    }
    pen.stroke();
  }

  targetRange() {
    const { lane, setup } = this.board;
    let [low, high] = setup.problem === "classification" ? [0, 1] : [-1, 1];
    for (const part of Object.values(lane.points)) for (const point of part) [low, high] = [Math.min(low, last(point)), Math.max(high, last(point))];
    const room = (high - low) * 0.15;
    return { low: low - room, high: high + room };
  }

  paintLegend(scale, isUnit) {
    const { texts, setup, options, language, palette } = this.board;
    const classes = setup.problem === "classification" && !isUnit ? classesOf(setup, options) : 0;
    const names = tableOf(setup, options).classNames;
    const key = JSON.stringify([scale, classes, language, palette.isDark, isUnit]);
    if (key === this.legendKey) return;
    this.legendKey = key;
    this.legend.replaceChildren();
    if (classes) {
      for (let one = 0; one < classes; one++) {
        const chip = element(this.legend, "span", "pg-chip");
        element(chip, "i").style.background = css(CLASSES[one % CLASSES.length]);
        chip.append(fill(texts.class, { name: names?.[one] ?? one }));
      }
      return;
    }
    element(this.legend, "span").textContent = short(scale.middle - scale.reach, language);
    const bar = element(this.legend, "i", "pg-scale");
    bar.style.background = `linear-gradient(to right, ${[-1, -0.5, 0, 0.5, 1].map((share) => palette.css(share)).join(",")})`;
    element(this.legend, "span").textContent = short(scale.middle + scale.reach, language);
  }

  describe() {
    const { texts, lane } = this.board;
    const about = fill(texts.surface_about, { train: lane.points.train.length, validation: lane.points.validation.length });
    setLabel(this.box, about);
    this.box.classList.toggle("drawing", this.board.isDrawing());
  }
}
