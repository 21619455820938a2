// Presentation mode: a class of the whole document, for which frame/style.css leaves the forms out, and keys that press
// the page's own buttons. No key is taken while a field has the focus.

const MODE = "lab-presents";
const TAKES_LETTERS = "input, textarea, select, [contenteditable], [role='textbox'], [role='combobox'], [role='slider']";
const presentations = new WeakMap();

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".presentation");
  return mounted(presentations, root, () => new Presentation(root), (view) => view.take(data));
}

class Presentation {
  constructor(root) {
    this.button = element(root, "button");
    this.button.type = "button";
    this.button.onclick = () => this.set(!this.isOn);
    this.keys = element(root, "p");
    this.onKey = (event) => this.press(event);
    document.addEventListener("keydown", this.onKey);
  }

  // of the page being left, not of the component being drawn anew
  close() {
    document.removeEventListener("keydown", this.onKey);
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

  set(isOn) {
    document.documentElement.classList.toggle(MODE, isOn);
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

  press(event) {
    const isTyping = event.target instanceof Element && event.target.closest(TAKES_LETTERS);
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (!this.isOn && event.key.toLowerCase() === "p" && !event.repeat) {
      event.preventDefault();
      this.set(true);
    } else if (this.isOn && this.answers(event)) {
      event.preventDefault();
    }
  }

  // whether the key had a meaning
  answers({ key, target, repeat }) {
    const { main, step } = this.data.buttons;
    if (key === "Escape") return this.set(false) ?? true;
    if (key === " " && !target.closest?.("button, a, summary")) return repeat || this.click(main.map(buttonOf).find(Boolean));
    if (key === "ArrowRight") return this.click(buttonOf(step));
    if (/^[1-9]$/.test(key)) return this.pick(Number(key) - 1);
    return false;
  }

  // the speed at a place: a button of Streamlit's, or an entry of a list of our own
  pick(place) {
    const { speed } = this.data.buttons;
    const list = document.querySelector(`select[data-name="${speed}"]`);
    if (!list) return this.click(document.querySelectorAll(`.st-key-${speed} button`)[place]);
    if (place >= list.options.length) return true;
    list.selectedIndex = place;
    list.dispatchEvent(new Event("change"));
    return true;
  }

  click(button) {
    if (button && !button.disabled) button.click();
    return true;
  }
}

// of Streamlit's by its key, or of our own by its name
const buttonOf = (key) => document.querySelector(`.st-key-${key} button, button[data-name="${key}"]`);
