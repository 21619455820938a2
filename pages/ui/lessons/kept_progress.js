// What is kept of a learner, in the browser's localStorage. If another text lies there than this page has read or written,
// the server hears of it first, and only what it makes of both is written: nothing that was kept gets lost.

const kept = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".kept-progress");
  return mounted(kept, root, () => new KeptProgress(), (view) => view.take(data, setTriggerValue));
}

class KeptProgress {
  constructor() {
    this.known = null; // as read or written last
    this.number = ""; // of what was told last
    this.told = null; // until it was heard
    this.isBlocked = false;
    this.count = 0;
  }

  close() {}

  take(data, setTriggerValue) {
    try {
      this.exchange(data, (text) => {
        this.number = `${Date.now()}.${(this.count += 1)}`; // another page of this browser counts, too
        setTriggerValue("told", { number: this.number, text });
      });
    } catch {
      // a private window, storage that is forbidden or full
      if (!this.isBlocked) setTriggerValue("told", { blocked: true });
      this.isBlocked = true;
    }
  }

  exchange({ name, record, heard, unread, forget }, tell) {
    if (forget) {
      window.localStorage.removeItem(name);
      window.localStorage.removeItem(`${name}.unread`);
    }
    const stored = window.localStorage.getItem(name) ?? "";
    if (stored && stored !== this.known && stored !== record) {
      this.known = this.told = stored;
      tell(stored);
      return;
    }
    if (this.told !== null && this.number !== heard) return; // the answer is on its way
    if (this.told !== null && unread) window.localStorage.setItem(`${name}.unread`, this.told);
    this.told = null;
    if (record !== stored) {
      if (record) window.localStorage.setItem(name, record);
      else window.localStorage.removeItem(name);
    }
    this.known = record;
  }
}
