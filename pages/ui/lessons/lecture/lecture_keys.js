// Keys of a lecture: they press the page's own buttons, fill the screen, or open the notes in a window beside it.
// "On" is first offered to whatever is being drawn: a curve on its way goes to its pause at once, and the key is used up.

const lecturing = new WeakMap();
const NOTES = "lab-lecture-notes"; // the same window again, however often it is asked for
const NOTES_LOOK = "popup,width=720,height=900";
const MOVES = {
  ArrowRight: "on", PageDown: "on", Enter: "on", ArrowLeft: "back", PageUp: "back", Backspace: "back", Escape: "leave",
};
// the class's screen, as `fit.js` takes it
const SCREEN = {
  screen: ".st-key-lecture-screen", foot: ".st-key-lecture-foot", drawing: ".lecture-curve > svg", height: "--lecture-curve",
};

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".lecture-keys");
  return mounted(lecturing, root, () => new LectureKeys(root), (view) => view.take(data));
}

class LectureKeys {
  constructor(root) {
    this.full = pressable(root, () => this.fill());
    this.notes = pressable(root, () => this.openNotes());
    this.help = element(root, "p");
    this.listening = new Keys((event) => this.answers(event));
  }

  close() {
    this.listening.close();
    this.fit?.close();
  }

  take(data) {
    this.data = data;
    setText(this.full, data.texts.full);
    setText(this.notes, data.texts.notes);
    this.full.hidden = this.notes.hidden = !data.notes; // the notes have a window of their own, or a phone
    setText(this.help, data.texts.help);
    if (data.notes) this.fit ??= new Fit(SCREEN);
  }

  // whether the key had a meaning
  answers(event) {
    const { key, repeat, target } = event;
    if (key === "Enter" && target.closest?.("button, a, summary")) return false;
    const move = isSpace(event) ? "on" : MOVES[key];
    if (move) return repeat || this.move(move);
    if (repeat) return false;
    if (key.toLowerCase() === "f" && this.data.notes) return this.fill() ?? true;
    if (key.toLowerCase() === "n" && this.data.notes) return this.openNotes() ?? true;
    return false;
  }

  move(name) {
    const used = name === "on" && !document.dispatchEvent(new Event("lab-lecture-on", { cancelable: true }));
    return used || (this.data.buttons[name] ? press(buttonOf(this.data.buttons[name])) : false);
  }

  fill() {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen();
  }

  openNotes() {
    window.open(new URL(this.data.notes, document.baseURI), NOTES, NOTES_LOOK);
  }
}
