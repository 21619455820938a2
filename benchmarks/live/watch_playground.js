// Counts what a playground paints, ours or the reference: put into a page before its own scripts.
// `stand` and `wanted` are set by benchmarks/live/playground_browser.py: updates or epochs made, and canvases a whole picture has.

const watched = (window.watched = { stand: () => 0, wanted: Infinity, asked: {}, states: [] });
const touched = new Set(); // canvases painted since the last animation frame, and the places of maps put from one of them

watched.begin = () => Object.assign(watched, { frames: 0, pictures: 0, shown: watched.stand(), clicked: null, first: null, turned: null, answered: null });
watched.begin();

const put = CanvasRenderingContext2D.prototype.putImageData;
CanvasRenderingContext2D.prototype.putImageData = function (...given) {
  touched.add(this.canvas);
  return put.apply(this, given);
};

const draw = CanvasRenderingContext2D.prototype.drawImage;
CanvasRenderingContext2D.prototype.drawImage = function (source, ...given) {
  if (touched.has(source) && given.length === 8) touched.add(given.slice(4).join());
  return draw.call(this, source, ...given);
};

// A picture counts once the next frame begins: then it is on its way to the screen.
function frame() {
  requestAnimationFrame(frame);
  watched.frames++;
  if (touched.size < watched.wanted) return void touched.clear();
  touched.clear();
  const [stand, now] = [watched.stand(), performance.now()];
  if (stand === watched.shown) return; // the same weights once more
  watched.shown = stand;
  watched.pictures++;
  if (watched.clicked !== null) watched.first ??= now - watched.clicked;
  if (watched.turned !== null && stand > watched.turnedAt()) watched.answered ??= now - watched.turned;
}
requestAnimationFrame(frame);

addEventListener("click", (event) => event.target.closest(watched.play) && (watched.clicked = event.timeStamp), true);
addEventListener("change", (event) => {
  if (!event.target.matches(watched.knob)) return;
  const [value, before] = [Number(event.target.value), watched.stand()];
  watched.turned = event.timeStamp;
  watched.states = []; // an earlier turn may have had the same value
  watched.turnedAt = () => watched.tookEffect(value, before);
}, true);

// From which stand on what is seen was computed with the new value. A page that computes by itself takes it up in its
// next epoch; of ours the stream tells it.
watched.tookEffect = (value, before) => {
  if (!watched.isTold) return before;
  return watched.states.findLast(({ learning_rate }) => Math.abs(learning_rate - value) < 1e-9)?.updates ?? Infinity;
};

window.EventSource = class extends EventSource {
  constructor(...given) {
    super(...given);
    watched.isTold = true;
    this.addEventListener("state", ({ data }) => watched.states.push(JSON.parse(data)));
    this.addEventListener("parameters", ({ data }) => (watched.parameters = JSON.parse(data)));
  }
};
const fetched = window.fetch;
window.fetch = async (...given) => {
  const answer = await fetched(...given);
  if (!String(given[0]).includes("/play/")) return answer; // of ours: what it asks for without a script run
  watched.asked = { address: String(given[0]), answer: await answer.clone().json() };
  if (watched.asked.answer.points) watched.points = watched.asked.answer.points;
  return answer;
};
