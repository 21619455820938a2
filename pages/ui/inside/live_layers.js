// Layers of a run that goes on: for each a histogram of its weights and three numbers, as the worker tells them.

const views = new WeakMap();
const NO_POINTS = 999999999; // of the curves nothing is wanted: this stream stands behind their end

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".live-layers");
  const make = () => new LiveLayers(root, data, (what) => setTriggerValue("ended", what));
  return mounted(views, root, make, (view) => view.take(data), (view) => view.data.run === data.run);
}

class LiveLayers {
  constructor(root, data, ended) {
    Object.assign(this, { root, data, news: null });
    this.requestPaint = oncePerFrame(() => this.paint());
    this.put();
    const events = { inside: (news) => this.hear(news), end: () => ended("end"), state: () => {} };
    this.stream = new RunStream(() => `${data.url}?network=inside&last=${NO_POINTS}`, events, ended);
    this.stream.open();
  }

  close() {
    this.stream.close();
  }

  // another language
  take(data) {
    if (JSON.stringify(data) === JSON.stringify(this.data)) return;
    this.data = data;
    this.put();
    this.requestPaint();
  }

  put() {
    const { layers, texts } = this.data;
    this.root.replaceChildren();
    this.root.dataset.run = this.data.run;
    this.parts = new Map(layers.map(({ name, title }) => [name, this.part(title, texts)]));
  }

  part(title, texts) {
    const box = element(this.root, "section");
    setText(element(box, "h4"), title);
    const svg = draw(box, "svg", { viewBox: "0 0 100 40", preserveAspectRatio: "none", role: "img", "aria-label": `${title}: ${texts.weights}` });
    const bars = draw(svg, "path", { d: "" });
    const zero = draw(svg, "line", { y1: 0, y2: 40, "vector-effect": "non-scaling-stroke" });
    const ends = element(box, "div", "ends");
    const list = element(box, "dl");
    const values = Object.fromEntries(
      ["norm", "ratio", "stuck"].map((name) => {
        const term = element(list, "dt");
        setText(term, texts[name]);
        return [name, { term, value: element(list, "dd") }];
      }),
    );
    return { svg, bars, zero, low: element(ends, "span"), high: element(ends, "span"), values };
  }

  hear(news) {
    this.news = news;
    this.requestPaint();
  }

  paint() {
    if (!this.news) return;
    for (const [name, part] of this.parts) {
      const told = this.news.layers[name];
      if (told) this.show(part, told);
    }
    this.root.dataset.epoch = this.news.epoch;
    this.root.dataset.moves = Number(this.root.dataset.moves ?? 0) + 1;
  }

  show(part, { low, high, counts, norm, ratio, stuck }) {
    const { language } = this.data;
    part.svg.style.display = counts ? "" : "none";
    if (counts) {
      part.bars.setAttribute("d", barsOf(counts));
      const at = low < 0 && high > 0 ? (100 * -low) / (high - low) : -10;
      part.zero.setAttribute("x1", at);
      part.zero.setAttribute("x2", at);
      setText(part.low, short(low, language));
      setText(part.high, short(high, language));
    }
    const percent = formatOf(language, { style: "percent" });
    const shown = { norm: short(norm, language), ratio: short(ratio, language), stuck: stuck === undefined ? null : percent.format(stuck) };
    for (const [name, { term, value }] of Object.entries(part.values)) {
      const isThere = name === "stuck" ? shown.stuck !== null : Boolean(counts);
      for (const part of [term, value]) setHidden(part, !isThere);
      if (isThere) setText(value, shown[name]);
    }
  }
}

// Bars from left to right over a picture of 100 by 40.
function barsOf(counts) {
  const most = Math.max(...counts, 1);
  const wide = 100 / counts.length;
  return counts
    .map((count, place) => `M${(place * wide).toFixed(2)},40v${((-38 * count) / most).toFixed(2)}h${(0.9 * wide).toFixed(2)}V40z`)
    .join("");
}
