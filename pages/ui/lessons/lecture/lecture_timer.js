// The lecturer's watch: the whole lesson and the present line of the script, counted here between two answers of the server.

const watches = new WeakMap();
const EACH_MS = 250;

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".lecture-timer");
  return mounted(watches, root, () => new LectureTimer(root), (view) => view.take(data));
}

class LectureTimer {
  constructor(root) {
    this.whole = element(root, "p", "lecture-timer-whole");
    this.line = element(root, "p");
    this.every = setInterval(() => this.tell(), EACH_MS);
  }

  close() {
    clearInterval(this.every);
  }

  take(data) {
    this.data = data;
    this.then = performance.now();
    this.tell();
  }

  tell() {
    const { elapsed_s, going, planned_s, line, texts } = this.data;
    const more = going ? (performance.now() - this.then) / 1000 : 0;
    this.show(this.whole, texts.whole, elapsed_s + more, planned_s);
    this.line.hidden = !line;
    if (line) this.show(this.line, texts.line, line.elapsed_s + more, line.planned_s);
  }

  // over time is said by a sign and by words, and shown by a colour
  show(node, name, passed, planned) {
    const over = Math.floor(passed - planned);
    const isOver = over > 0;
    node.classList.toggle("is-over", isOver);
    const said = isOver ? `! ${fill(this.data.texts.over, { time: clock(over) })}` : this.data.going ? "" : this.data.texts.still;
    setText(node, `${name} ${clock(passed)} / ${clock(planned)}  ${said}`);
  }
}

const clock = (time) => `${Math.floor(time / 60)}:${String(Math.floor(time % 60)).padStart(2, "0")}`;
