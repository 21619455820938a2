// The losses over the epochs, with axes and numbers; the best epoch is marked. What is painted is bounded by the width.

const CURVE = { left: 3.7, right: 0.7, top: 0.8, bottom: 2 }; // around the curves, for the axes: heights of a letter

class CurveView {
  constructor(parent, board) {
    this.board = board;
    this.box = element(parent, "div", "pg-curve");
    this.box.setAttribute("role", "img");
    this.canvas = element(this.box, "canvas");
    this.canvas.setAttribute("aria-hidden", "true");
    this.tip = element(this.box, "div", "pg-tip");
    this.tip.hidden = true;
    this.resize = new ResizeObserver(() => {
      this.width = this.box.clientWidth;
      this.height = this.canvas.clientHeight;
      board.repaint();
    });
    this.resize.observe(this.box);
    this.box.addEventListener("pointermove", (event) => this.point(event));
    this.box.addEventListener("pointerleave", () => (this.tip.hidden = true));
  }

  close() {
    this.resize.disconnect();
  }

  lines() {
    const { train = [], validation = [] } = lossesOf(this.board.lane.columns);
    return { train, validation };
  }

  paint() {
    if (!this.width) return;
    const { lane, theme, language, font, letters } = this.board;
    const { height } = this;
    const pen = sized(this.canvas, this.width, height);
    pen.clearRect(0, 0, this.width, height);
    const epochs = lane.columns.e;
    const lines = this.lines();
    const area = { left: CURVE.left * letters, right: this.width - CURVE.right * letters, top: CURVE.top * letters, bottom: height - CURVE.bottom * letters };
    const range = rangeOfLines(Object.values(lines));
    const shown = Math.max(10, last(epochs) ?? 0);
    const x = (epoch) => area.left + (epoch / shown) * (area.right - area.left);
    const y = (value) => area.bottom - ((value - range.low) / (range.high - range.low)) * (area.bottom - area.top);
    this.drawn = { area, shown };
    pen.font = `${letters}px ${font}`;
    pen.fillStyle = css(theme.text);
    pen.strokeStyle = css(theme.text, 0.16);
    pen.lineWidth = 1;
    pen.textAlign = "right";
    for (const value of ticks(range.low, range.high, 4)) {
      pen.beginPath();
      pen.moveTo(area.left, y(value));
      pen.lineTo(area.right, y(value));
      pen.stroke();
      pen.fillText(short(value, language), area.left - 5, y(value) + letters / 3);
    }
    pen.textAlign = "center";
    for (const epoch of ticks(0, shown, Math.max(2, this.width / 80))) pen.fillText(short(epoch, language), Math.min(x(epoch), area.right - 14), area.bottom + 17);
    this.paintBest(pen, x, area);
    this.paintLooked(pen, x, area);
    this.paintLine(pen, epochs, lines.train, x, y, css(ABOVE), []);
    this.paintLine(pen, epochs, lines.validation, x, y, css(BELOW), [6, 4]);
  }

  paintLine(pen, epochs, values, x, y, colour, dashes) {
    const step = Math.max(1, Math.ceil(values.length / (2 * this.width)));
    pen.beginPath();
    pen.setLineDash(dashes);
    pen.strokeStyle = colour;
    pen.lineWidth = 2;
    let isOn = false;
    for (let at = (values.length - 1) % step; at >= 0 && at < values.length; at += step) {
      if (values[at] === null) isOn = false; // a number that is none leaves a gap
      else {
        if (isOn) pen.lineTo(x(epochs[at]), y(values[at]));
        else pen.moveTo(x(epochs[at]), y(values[at]));
        isOn = true;
      }
    }
    pen.stroke();
    pen.setLineDash([]);
  }

  paintBest(pen, x, area) {
    const { texts, theme, lane, language } = this.board;
    const { best } = lane;
    if (!best || lane.columns.e.length < 2) return;
    pen.strokeStyle = css(theme.text, 0.6);
    pen.setLineDash([2, 3]);
    pen.beginPath();
    pen.moveTo(x(best.epoch), area.top);
    pen.lineTo(x(best.epoch), area.bottom);
    pen.stroke();
    pen.setLineDash([]);
    const isLeft = x(best.epoch) > (area.left + area.right) / 2;
    pen.textAlign = isLeft ? "right" : "left";
    pen.fillText(fill(texts.best, { epoch: formatOf(language).format(best.epoch) }), x(best.epoch) + (isLeft ? -5 : 5), area.top + 0.85 * this.board.letters);
  }

  // the epoch that is looked back at: a line with a point of its own on top
  paintLooked(pen, x, { top, bottom }) {
    const { lane, theme } = this.board;
    if (!lane.past.at) return;
    const at = x(lane.past.at.epoch);
    pen.fillStyle = pen.strokeStyle = css(theme.text);
    pen.beginPath();
    pen.moveTo(at, bottom);
    pen.lineTo(at, top);
    pen.stroke();
    pen.beginPath();
    pen.moveTo(at - 6, top - 9);
    pen.lineTo(at + 6, top - 9);
    pen.lineTo(at, top);
    pen.fill();
  }

  describe() {
    const { texts, lane, language } = this.board;
    const { train, validation } = this.lines();
    const about = fill(texts.curve_about, { epoch: last(lane.columns.e) ?? 0, train: short(last(train), language), validation: short(last(validation), language) });
    setLabel(this.box, about);
  }

  point(event) {
    const { lane, language, texts } = this.board;
    const { e } = lane.columns;
    if (!e.length || !this.drawn) return;
    const { area, shown } = this.drawn;
    const wished = ((event.clientX - this.box.getBoundingClientRect().left - area.left) / (area.right - area.left)) * shown;
    const at = Math.max(0, e.findLastIndex((epoch) => epoch <= Math.max(wished, e[0])));
    const { train, validation } = this.lines();
    setText(this.tip, fill(texts.curve_point, { epoch: e[at], train: short(train[at], language), validation: short(validation[at], language) }));
    this.tip.hidden = false;
  }
}

// From zero where the numbers come near it, to a round number above the largest.
function rangeOfLines(lists) {
  let [low, high] = [0, -Infinity];
  for (const values of lists) for (const value of values) if (value !== null && value > high) high = value;
  for (const values of lists) for (const value of values) if (value !== null && value < low) low = value;
  if (!Number.isFinite(high) || high <= low) return { low, high: low + 1 };
  const step = niceStep((high - low) / 4);
  return { low: Math.floor(low / step) * step, high: Math.ceil(high / step) * step };
}
