// Runs in the page before Streamlit does, and notes what a test waits for: whether the script run that was asked
// for last has ended (Streamlit shows in the page when a run begins, but not that one has been asked for), and every
// number of points with which the loss of each run was painted (a look from outside now and then would miss some).
// FIELD holds the numbers that the parts of Streamlit's messages have on the wire.

window.scriptRun = "none"; // then "asked", "begun", "ended"
window.paintedPoints = {}; // run -> numbers

class WatchedSocket extends WebSocket {
  constructor(...args) {
    super(...args);
    this.addEventListener("message", ({ data }) => this.hear(fieldsOf(new Uint8Array(data))));
  }

  send(data) {
    if (FIELD.rerun_script in fieldsOf(data)) window.scriptRun = "asked";
    super.send(data);
  }

  hear(fields) {
    if (FIELD.new_session in fields && window.scriptRun === "asked") window.scriptRun = "begun";
    if (FIELD.script_finished in fields && window.scriptRun === "begun") {
      const again = fields[FIELD.script_finished] === FIELD.early_for_rerun;
      window.scriptRun = again ? "asked" : "ended";
    }
  }
}

window.WebSocket = WatchedSocket;

// The fields of a protobuf message by number: a whole number itself, of any other value no more than its length.
function fieldsOf(bytes) {
  const found = {};
  let at = 0;
  const whole = () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = whole();
    const [field, kind] = [Math.floor(tag / 8), tag % 8];
    const number = kind === 0 || kind === 2 ? whole() : null; // a value, or the length of one
    found[field] = number;
    at += { 1: 8, 2: number, 5: 4 }[kind] ?? 0;
  }
  return found;
}

new MutationObserver((changes) => {
  for (const { target } of changes) {
    const run = target.closest(".live-curve")?.dataset.run;
    if (run && target.dataset.series === "loss") (window.paintedPoints[run] ??= []).push(Number(target.dataset.points));
  }
}).observe(document, { subtree: true, attributes: true, attributeFilter: ["data-points"] });
