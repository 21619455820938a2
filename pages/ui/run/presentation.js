// Presentation mode: a class of the whole document, for which frame/style.css leaves the forms out, and keys that press
// the page's own buttons.

const MODE = "lab-presents";
const TOO_NARROW = "(max-width: 640px)"; // a phone: a link that presents opens the page as it is
const presentations = new WeakMap();

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".presentation");
  return mounted(presentations, root, () => new Presentation(root), (view) => view.take(data));
}

class Presentation {
  constructor(root) {
    this.button = pressable(root, () => this.set(!this.isOn));
    this.keys = element(root, "p");
    this.keys.setAttribute("aria-live", "polite");
    this.listening = new Keys((event) => this.answers(event));
  }

  // of the page being left, not of the component being drawn anew
  close() {
    this.listening.close();
    document.documentElement.classList.remove(MODE);
  }

  take(data) {
    const isFirst = !this.data;
    this.data = data;
    if (isFirst && new URLSearchParams(window.location.search).get(data.parameter) === "1") this.set(true);
    this.tell();
  }

  get isOn() {
    return document.documentElement.classList.contains(MODE);
  }

  set(wanted) {
    const isOn = wanted && !window.matchMedia(TOO_NARROW).matches;
    document.documentElement.classList.toggle(MODE, isOn);
    if (!isOn) this.ask(0); // without its keys there would be no way forward
    const address = new URL(window.location);
    if (isOn) address.searchParams.set(this.data.parameter, "1");
    else address.searchParams.delete(this.data.parameter);
    window.history.replaceState(window.history.state, "", address);
    document.activeElement?.blur(); // what had the focus may be hidden now
    window.dispatchEvent(new Event("resize"));
    this.tell();
  }

  tell() {
    const { texts } = this.data;
    setText(this.button, this.isOn ? texts.leave : texts.enter);
    this.button.title = texts.enter_help;
    setText(this.keys, this.isOn ? texts.keys : "");
  }

  // whether the key had a meaning
  answers(event) {
    const { key, repeat } = event;
    const { main, step } = this.data.buttons;
    if (!this.isOn) return key.toLowerCase() === "p" && !repeat && (this.set(true) ?? true);
    this.tell();
    if (key === "Escape") return this.set(false) ?? true;
    if (isSpace(event)) return repeat || press(main.map(buttonOf).find(Boolean));
    if (key === "ArrowRight") return this.look(1) || press(buttonOf(step));
    if (key === "ArrowLeft") return this.look(-1);
    if (/^[1-9]$/.test(key)) return this.pick(Number(key) - 1);
    return false;
  }

  // Epochs that were seen, while the run rests; whoever draws them answers. Returns whether the key has had its meaning.
  look(by) {
    const asked = this.ask(by);
    const { texts } = this.data;
    if (asked.outcome === "past") setText(this.keys, fill(texts.looking_back, { epoch: asked.epoch }));
    else if (by > 0) return asked.outcome === "now";
    else setText(this.keys, asked.outcome === "moves" ? texts.pause_first : texts.no_way_back);
    return true;
  }

  ask(by) {
    const asked = { by, outcome: "none", epoch: null };
    window.dispatchEvent(new CustomEvent("lab-look", { detail: asked }));
    return asked;
  }

  // the speed at a place: a button of Streamlit's, or an entry of a list of our own
  pick(place) {
    const { speed } = this.data.buttons;
    const list = document.querySelector(`select[data-name="${speed}"]`);
    if (!list) return press(document.querySelectorAll(`.st-key-${speed} button`)[place]);
    if (place >= list.options.length) return true;
    list.selectedIndex = place;
    list.dispatchEvent(new Event("change"));
    return true;
  }
}
