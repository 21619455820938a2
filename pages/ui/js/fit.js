// A screen that nobody has to scroll: what stands on it gets smaller step by step until all of it is there, and a drawing
// takes the room that is left. How a step looks, the styles say: html[data-fit="3"].

const FIT_STEPS = 8;
const FIT_LEAST = 0.4; // of the window's height, for a drawing
const FIT_GAP = 10; // pixels between the last line and the foot

class Fit {
  // screen, foot, drawing: selectors; height: the custom property that says how high the drawing is
  constructor({ screen, foot, drawing, height }) {
    Object.assign(this, { screen, foot, drawing, height });
    this.root = document.documentElement;
    const ask = oncePerFrame(() => this.fit());
    this.ending = new AbortController();
    window.addEventListener("resize", ask, { signal: this.ending.signal });
    document.fonts.addEventListener("loadingdone", ask, { signal: this.ending.signal });
    this.changes = new MutationObserver(ask);
    this.changes.observe(document.body, { childList: true, characterData: true, subtree: true });
    ask();
  }

  close() {
    this.ending.abort();
    this.changes.disconnect();
    delete this.root.dataset.fit;
    this.root.style.removeProperty(this.height);
  }

  fit() {
    const [screen, foot] = [this.screen, this.foot].map((selector) => document.querySelector(selector));
    if (this.ending.signal.aborted || !screen || !foot) return;
    const end = foot.getBoundingClientRect().top - FIT_GAP;
    for (let step = 0; step <= FIT_STEPS; step++) {
      this.root.dataset.fit = step;
      this.setHeight(FIT_LEAST * window.innerHeight);
      if (screen.getBoundingClientRect().bottom + scrolled(screen) <= end) break;
    }
    this.grow(screen, end);
  }

  // the drawing ends, with what is written below it, where the foot begins
  grow(screen, end) {
    const drawing = screen.querySelector(this.drawing);
    if (!drawing) return;
    const box = drawing.getBoundingClientRect();
    const below = drawing.parentElement.getBoundingClientRect().bottom - box.bottom;
    this.setHeight(Math.max(box.height, end - below - box.top - scrolled(screen)));
  }

  setHeight(pixels) {
    this.root.style.setProperty(this.height, `${Math.floor(pixels)}px`);
  }
}

const scrolled = (screen) => screen.closest("[data-testid='stMain']").scrollTop;
