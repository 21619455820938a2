// Words of the glossary wherever the app says them. They are painted by the CSS Custom Highlight API: ranges over the text
// as it stands, so that nothing in the document changes and React finds its nodes as it left them. The "?" in the head
// opens the same words as buttons, for whoever has no pointer.

const SENTENCES = "[data-testid='stMarkdownContainer'], [data-testid='stCaptionContainer']";
// what is pressed, typed, drawn or a table; what stands in the head of every page; words of strangers
const NO_SENTENCE = `a, button, code, pre, table, summary, h1, h2, h3, h4, h5, h6, [role='tab'], [role='option'], [role='radio'],
  label:has(:is([type='checkbox'], [type='radio'])), [data-testid='stTooltipContent'], [data-testid='stPageLink'],
  .st-key-top, .st-key-steps, .st-key-glossary, [class*='st-key-strange-']`;
// what moves by itself holds no sentence: its changes are no reason to look again
const MOVES = ".stBidiComponent, svg, canvas, [data-testid='stPlotlyChart'], [data-testid='stDataFrame'], [data-testid='stStatusWidget']";
const LOOK_AFTER_MS = 250; // a page comes in pieces
const SLICE_MS = 4; // of one idle moment
const REST_MS = 120; // of the pointer, before a word under it speaks
const LEAVE_MS = 250; // from the word to its card
const REMEMBERED = 1500; // texts whose words are known
const views = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".words");
  return mounted(views, root, () => new Words(root), (view) => view.take(data, setTriggerValue));
}

class Words {
  constructor(root) {
    this.root = root;
    this.moving = new WeakSet(); // elements whose changes are no reason to look again
    this.marks = []; // {key, node, start, end}, in the order of the page
    this.build();
    this.ending = new AbortController();
    const hear = (name, heard) => document.addEventListener(name, heard, { signal: this.ending.signal, capture: true, passive: true });
    hear("pointermove", (event) => event.pointerType !== "touch" && this.pointerAt(event));
    hear("pointerup", (event) => this.tapped(event)); // a click on a label is told a second time, of its field
    document.addEventListener("click", (event) => this.clicked(event), { signal: this.ending.signal, capture: true });
    hear("keydown", (event) => event.key === "Escape" && this.hideCard());
    hear("scroll", () => this.scrolled());
    this.observer = new MutationObserver((records) => this.changed(records));
    this.observer.observe(document.body, { childList: true, characterData: true, subtree: true });
  }

  close() {
    this.ending.abort();
    this.observer.disconnect();
    for (const timer of [this.looking, this.resting, this.leaving]) clearTimeout(timer);
    this.paint([]);
    this.card.remove();
  }

  take(data, trigger) {
    this.trigger = trigger;
    if (data.language === this.data?.language && data.apart.join() === this.data.apart.join()) return;
    this.data = { ...data, ...JSON.parse(data.glossary) };
    this.terms = new Map(this.data.terms.map((term) => [term.key, term]));
    // a column that is called as a word of the glossary is a person's word
    this.find = wordFinder([...this.data.terms, { key: "", find: [], apart: data.apart }], data.language);
    this.known = new Map();
    this.name();
    this.hideCard();
    this.lookSoon();
  }

  // --- finding

  changed(records) {
    if (this.looking || !records.some(({ target }) => this.concerns(target))) return;
    this.lookSoon();
  }

  concerns(target) {
    const element = target.nodeType === Node.ELEMENT_NODE ? target : target.parentElement;
    if (element === null || this.moving.has(element)) return false;
    if (!element.closest(MOVES)) return true;
    this.moving.add(element); // a run changes the same ones hundreds of times a second
    return false;
  }

  lookSoon() {
    clearTimeout(this.looking);
    this.looking = setTimeout(() => whenIdle(() => this.look()), LOOK_AFTER_MS);
  }

  // the first place of each word on the page, looked for in idle moments
  look() {
    this.looking = null;
    const blocks = document.querySelectorAll(SENTENCES);
    const found = new Map();
    let place = 0;
    const on = () => {
      if (this.looking || this.ending.signal.aborted) return; // the page has changed meanwhile
      const until = performance.now() + SLICE_MS;
      while (place < blocks.length && performance.now() < until) this.lookAt(blocks[place++], found);
      if (place < blocks.length) whenIdle(on);
      else this.paint([...found.values()]);
    };
    on();
  }

  lookAt(block, found) {
    if (block.closest(NO_SENTENCE) || block.parentElement.closest(SENTENCES)) return;
    const nodes = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    while (nodes.nextNode()) {
      const node = nodes.currentNode;
      for (const { key, start, end } of this.wordsOf(node.data)) {
        if (found.has(key) || node.parentElement.closest(NO_SENTENCE) || !block.checkVisibility()) continue;
        found.set(key, { key, node, start, end });
      }
    }
  }

  wordsOf(text) {
    let words = this.known.get(text);
    if (!words) {
      if (this.known.size >= REMEMBERED) this.known.clear();
      this.known.set(text, (words = this.find(text)));
    }
    return words;
  }

  paint(marks) {
    this.marks = marks;
    this.root.dataset.found = marks.map(({ key }) => key).join(" ");
    highlight("lab-word", marks);
    if (this.panel.matches(":popover-open")) this.list();
  }

  // --- the card at a word

  pointerAt({ target, clientX, clientY }) {
    clearTimeout(this.resting);
    if (this.card.contains(target)) {
      clearTimeout(this.leaving);
      this.leaving = null;
      return;
    }
    this.resting = setTimeout(() => {
      const mark = this.markAt(target, clientX, clientY);
      if (mark) this.show(mark);
      else if (this.shown && !this.leaving) this.leaving = setTimeout(() => this.hideCard(), LEAVE_MS);
    }, REST_MS);
  }

  tapped({ target, clientX, clientY, pointerType }) {
    if (this.card.contains(target)) return;
    const mark = this.markAt(target, clientX, clientY);
    this.isTouched = mark !== null && pointerType === "touch";
    if (mark) this.show(mark);
    else this.hideCard();
  }

  // a finger on a word of a label asks for the word: its field would bring up a phone's keyboard, over the card
  clicked(event) {
    if (this.isTouched && event.target.closest("label")) event.preventDefault();
    this.isTouched = false;
  }

  markAt(target, x, y) {
    if (!(target instanceof Element) || !target.closest(SENTENCES)) return null;
    const inside = ({ left, right, top, bottom }) => x >= left - 1 && x <= right + 1 && y >= top - 1 && y <= bottom + 3;
    return this.marks.find((mark) => target.contains(mark.node) && boxesOf(mark).some(inside)) ?? null;
  }

  show(mark) {
    clearTimeout(this.leaving);
    this.leaving = null;
    if (this.shown?.node === mark.node && this.shown.start === mark.start) return;
    const [box] = boxesOf(mark);
    if (!box) return;
    this.shown = mark;
    this.shownAt = box;
    this.card.replaceChildren(...this.explained(this.terms.get(mark.key), true));
    if (!this.card.matches(":popover-open")) this.card.showPopover();
    const { offsetWidth: wide, offsetHeight: tall } = this.card;
    const below = box.bottom + 6 + tall < window.innerHeight;
    this.card.style.left = `${Math.max(8, Math.min(box.left, window.innerWidth - wide - 8))}px`;
    this.card.style.top = `${below ? box.bottom + 6 : Math.max(8, box.top - tall - 6)}px`;
  }

  // a card goes when its word does; that of another box may be scrolled
  scrolled() {
    if (!this.shown) return;
    const [box] = boxesOf(this.shown);
    if (!box || Math.hypot(box.left - this.shownAt.left, box.top - this.shownAt.top) > 2) this.hideCard();
  }

  hideCard() {
    if (!this.shown) return;
    clearTimeout(this.resting);
    clearTimeout(this.leaving);
    this.leaving = null;
    this.shown = null;
    if (this.card.matches(":popover-open")) this.card.hidePopover();
  }

  // what a term means, and the way to its lesson
  explained(term, withName) {
    const parts = [];
    if (withName) {
      const name = document.createElement("strong");
      name.textContent = term.name;
      parts.push(name);
    }
    if (term.keras) {
      const keras = document.createElement("code");
      keras.textContent = term.keras;
      parts.push(keras);
    }
    const says = document.createElement("p");
    says.textContent = term.says;
    parts.push(says, this.lessonLink(term));
    return parts;
  }

  lessonLink({ lesson }) {
    const link = document.createElement("a");
    link.href = `lessons?lesson=${lesson}`; // relative to the page
    link.textContent = `${this.data.texts.lesson}: ${this.data.lessons[lesson]}`;
    link.onclick = (event) => this.goTo(event, { lesson });
    return link;
  }

  // by the page's own script, which keeps the session; another button or key of the mouse opens the link itself
  goTo(event, place) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.hideCard();
    this.panel.hidePopover();
    this.trigger("place", place);
  }

  // here, if it is about this page; else on its own
  goOnTour(event) {
    if (window.dispatchEvent(new Event("lab-tour", { cancelable: true }))) {
      store("sessionStorage", "lab-tour-asked", "1");
      this.goTo(event, { tour: true });
    } else {
      event.preventDefault();
      this.panel.hidePopover();
    }
  }

  // --- the "?" of the head

  build() {
    this.button = element(this.root, "button");
    this.button.type = "button";
    this.button.textContent = "?";
    this.panel = element(this.root, "div", "words-panel");
    this.panel.popover = "auto";
    this.panel.setAttribute("role", "dialog");
    this.button.popoverTargetElement = this.panel;
    this.all = element(this.panel, "a");
    this.all.href = "glossary"; // relative to the page
    this.all.onclick = (event) => this.goTo(event, { glossary: true });
    this.tour = element(this.panel, "a");
    this.tour.href = "."; // the page it is about, relative to this one
    this.tour.onclick = (event) => this.goOnTour(event);
    this.title = element(this.panel, "h2");
    this.words = element(this.panel, "ul");
    this.panel.addEventListener("beforetoggle", ({ newState }) => (newState === "open" ? this.list() : highlight("lab-word-here", [])));
    this.panel.addEventListener("toggle", ({ newState }) => newState === "open" && this.place());
    this.card = element(this.root, "div", "words-card");
    this.card.popover = "manual";
    this.card.setAttribute("role", "status"); // read out when it opens
  }

  name() {
    const { texts, language } = this.data;
    this.root.lang = language;
    this.button.title = texts.open;
    this.button.setAttribute("aria-label", texts.open);
    this.panel.setAttribute("aria-label", texts.open);
    setText(this.title, texts.here);
    setText(this.all, texts.all);
    setText(this.tour, texts.tour);
  }

  place() {
    const box = this.button.getBoundingClientRect();
    this.panel.style.top = `${box.bottom + 6}px`;
    this.panel.style.left = `${Math.max(8, Math.min(box.left, window.innerWidth - this.panel.offsetWidth - 8))}px`;
  }

  list() {
    const open = this.words.querySelector("[aria-expanded='true']")?.dataset.key;
    this.words.replaceChildren(...this.marks.map((mark) => this.line(mark, mark.key === open)));
    if (!this.marks.length) element(this.words, "li").textContent = this.data.texts.none_here;
  }

  line(mark, isOpen) {
    const term = this.terms.get(mark.key);
    const line = document.createElement("li");
    const button = element(line, "button");
    const says = element(line, "div");
    Object.assign(button, { type: "button", textContent: term.name });
    button.dataset.key = term.key;
    says.append(...this.explained(term, false));
    const turn = (open) => {
      button.setAttribute("aria-expanded", open);
      says.hidden = !open;
    };
    turn(isOpen);
    button.onfocus = () => highlight("lab-word-here", [mark]); // where it stands on the page
    button.onclick = () => turn(says.hidden);
    return line;
  }
}

function highlight(name, marks) {
  if (!CSS.highlights) return; // an older browser paints nothing; the words still speak
  const ranges = marks
    .filter(({ node, end }) => node.isConnected && end <= node.length)
    .map(({ node, start, end }) => new StaticRange({ startContainer: node, startOffset: start, endContainer: node, endOffset: end }));
  CSS.highlights.set(name, new Highlight(...ranges));
}

// where a mark is on the screen; nowhere, if its text has changed
function boxesOf({ node, start, end }) {
  if (!node.isConnected || end > node.length) return [];
  const range = document.createRange();
  range.setStart(node, start);
  range.setEnd(node, end);
  return [...range.getClientRects()];
}

const whenIdle = (work) => ("requestIdleCallback" in window ? requestIdleCallback(work, { timeout: 1000 }) : setTimeout(work, 1));
