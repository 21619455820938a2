// The tour of the first visit: an outline around what is spoken of, and a card beside it. Everything behind can be used
// meanwhile. Whether it was seen, this browser remembers.

const SEEN = "lab-tour"; // of localStorage
const ASKED = "lab-tour-asked"; // of sessionStorage: from another page
const MODE = "lab-tours"; // a class of the whole document
const LOOK_EVERY_MS = 200; // where the element is now: pages are drawn anew
const AROUND = 6; // pixels between an element and its outline
const EDGE = 8; // and between the card and the edge of the screen
const tours = new WeakMap();

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".tour");
  return mounted(tours, root, () => new Tour(root), (view) => view.take(data));
}

class Tour {
  constructor(root) {
    this.root = root;
    this.at = null; // number of the step
    this.ending = new AbortController();
    const { signal } = this.ending;
    window.addEventListener("lab-tour", (event) => {
      event.preventDefault(); // heard: nobody else need bring it about
      this.begin();
    }, { signal });
    document.addEventListener("keydown", (event) => this.press(event), { signal });
    this.build();
  }

  close() {
    this.ending.abort();
    document.documentElement.classList.remove(MODE);
    clearInterval(this.looking);
    clearInterval(this.waiting);
  }

  take(data) {
    const isFirst = !this.data;
    this.data = data;
    if (isFirst) this.waiting = setInterval(() => this.beginIfWanted(), LOOK_EVERY_MS);
    if (this.at !== null) this.tell();
  }

  // --- when

  // once the page stands still; a projector, another site's frame and a page in presentation mode are left alone
  beginIfWanted() {
    if (document.querySelector("[data-testid='stApp']")?.dataset.testScriptState !== "notRunning") return;
    clearInterval(this.waiting);
    const isAsked = Boolean(stored("sessionStorage", ASKED));
    if (isAsked) store("sessionStorage", ASKED, null);
    const begins = isAsked || (this.data.greets && this.mayGreet());
    this.root.dataset.begins = begins;
    if (begins) this.begin();
  }

  mayGreet() {
    const query = new URLSearchParams(window.location.search);
    const isAlone = window.top === window && !query.has("embed") && !document.documentElement.classList.contains("lab-presents");
    return isAlone && stored("localStorage", SEEN) === null; // undefined, where nothing can be kept: it would come each time
  }

  begin() {
    if (this.at !== null) return;
    this.before = document.activeElement;
    document.documentElement.classList.add(MODE);
    this.spot.showPopover();
    this.card.showPopover();
    this.looking = setInterval(() => this.follow(), LOOK_EVERY_MS);
    this.go(0);
  }

  end() {
    clearInterval(this.looking);
    document.documentElement.classList.remove(MODE);
    this.at = null;
    this.spot.hidePopover();
    this.card.hidePopover();
    store("localStorage", SEEN, "seen"); // a browser that keeps nothing is not greeted at all
    if (this.before?.isConnected) this.before.focus({ preventScroll: true });
  }

  // --- steps

  go(number) {
    if (number < 0) return;
    if (number >= this.data.steps.length) {
      this.end();
      return;
    }
    this.at = number;
    this.runBefore = runShown().run;
    this.tell();
    this.pointedAt = null;
    this.place();
    this.onward.focus({ preventScroll: true });
  }

  get step() {
    return this.data.steps[this.at];
  }

  target() {
    for (const selector of this.step.at) {
      const found = document.querySelector(selector);
      if (found?.getClientRects().length) return found;
    }
    return null;
  }

  tell() {
    const { texts, steps } = this.data;
    const isLast = this.at === steps.length - 1;
    setText(this.title, this.step.title);
    setText(this.text, this.step.text);
    setText(this.number, fill(texts.place, { number: this.at + 1, count: steps.length }));
    setText(this.skip, texts.skip);
    setText(this.back, texts.back);
    setText(this.onward, isLast ? texts.finish : this.step.waits ? texts.without : texts.next);
    this.skip.hidden = isLast;
    this.back.hidden = this.at === 0;
    this.card.setAttribute("aria-label", texts.label);
    this.card.lang = this.data.language;
    this.onward.classList.toggle("tour-on", !this.step.waits);
  }

  // the element may have moved; a curve that has begun ends the step that waits for it
  follow() {
    const { run, epoch } = runShown();
    if (this.step.waits && run && run !== this.runBefore && epoch > 0) this.go(this.at + 1);
    else this.place();
  }

  place() {
    const target = this.target();
    if (target !== this.pointedAt) target?.scrollIntoView({ block: "center", inline: "nearest" }); // it has just come
    this.pointedAt = target;
    const box = target?.getBoundingClientRect() ?? new DOMRect(window.innerWidth / 2, window.innerHeight / 2, 0, 0);
    const { offsetWidth: wide, offsetHeight: tall } = this.card;
    const place = [box.left, box.top, box.width, box.height, window.innerWidth, window.innerHeight, wide, tall].join();
    if (place === this.placed) return;
    this.placed = place;
    Object.assign(this.spot.style, {
      left: `${box.left - AROUND}px`,
      top: `${box.top - AROUND}px`,
      width: `${box.width + 2 * AROUND}px`,
      height: `${box.height + 2 * AROUND}px`,
    });
    const [left, top] = beside(box, wide, tall);
    this.card.style.left = `${left}px`;
    this.card.style.top = `${top}px`;
  }

  press(event) {
    if (this.at === null || event.defaultPrevented) return;
    const within = this.card.contains(event.target) || event.target === document.body;
    if (event.key === "Escape" && !document.querySelector(".words-panel:popover-open")) this.end();
    else if (within && event.key === "ArrowRight") this.go(this.at + 1);
    else if (within && event.key === "ArrowLeft") this.go(this.at - 1);
  }

  build() {
    this.spot = element(this.root, "div", "tour-spot");
    this.card = element(this.root, "section", "tour-card");
    for (const part of [this.spot, this.card]) part.popover = "manual";
    this.card.setAttribute("role", "dialog");
    this.title = element(this.card, "h2");
    this.text = element(this.card, "p");
    this.text.setAttribute("aria-live", "polite");
    const foot = element(this.card, "div", "tour-foot");
    this.number = element(foot, "span");
    this.skip = pressable(foot, () => this.end(), "tour-skip");
    this.back = pressable(foot, () => this.go(this.at - 1), "tour-back");
    this.onward = pressable(foot, () => this.go(this.at + 1), "tour-onward");
  }
}

// the first place for the card at which it covers nothing of the element: below, above, right, left; else the foot of the
// screen. The element may be scrolled out of sight, the card stays.
function beside({ left, top, right, bottom, width }, wide, tall) {
  const gap = 2 * AROUND;
  const { innerWidth, innerHeight } = window;
  const within = (place, most) => Math.max(EDGE, Math.min(place, most - EDGE));
  const across = within(left + width / 2 - wide / 2, innerWidth - wide);
  const down = (place) => within(place, innerHeight - tall);
  if (bottom + gap + tall <= innerHeight - EDGE) return [across, down(bottom + gap)];
  if (top - gap - tall >= EDGE) return [across, down(top - gap - tall)];
  if (right + gap + wide <= innerWidth - EDGE) return [right + gap, down(top)];
  if (left - gap - wide >= EDGE) return [left - gap - wide, down(top)];
  return [across, down(innerHeight)];
}

function runShown() {
  const { run, epoch } = document.querySelector(".live-curve")?.dataset ?? {};
  return { run, epoch: Number(epoch ?? 0) };
}
