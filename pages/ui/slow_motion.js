// Slow motion: the steps of one update, all of them in the browser. Keys, buttons and slider show one after the other;
// what a step speaks of is lit in the drawing of the network, in the colours of its equation.

const motions = new WeakMap();
const TYPED_IN = "input:not([type='range']), textarea, select, [contenteditable='true'], [role='slider'], [role='combobox'], [role='radiogroup'], [role='menu'], [role='listbox']";

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".slow-motion");
  return mounted(motions, root, () => new SlowMotion(root), (view) => view.take(data, setTriggerValue));
}

class SlowMotion {
  constructor(root) {
    this.root = root;
    this.at = 0;
    this.onKey = (event) => this.press(event);
    document.addEventListener("keydown", this.onKey);
    this.build();
  }

  close() {
    document.removeEventListener("keydown", this.onKey);
  }

  build() {
    this.root.replaceChildren();
    const bar = element(this.root, "div", "sm-bar");
    this.backButton = pressable(bar, () => this.show(this.at - 1));
    this.slider = element(bar, "input");
    this.slider.type = "range";
    this.slider.min = 0;
    this.slider.addEventListener("input", () => this.show(Number(this.slider.value)));
    this.onButton = pressable(bar, () => this.show(this.at + 1));
    this.place = element(bar, "span", "sm-place");
    this.phases = element(bar, "span", "sm-phases");
    const stage = element(this.root, "div", "sm-stage");
    const seen = element(stage, "div", "sm-seen");
    this.roles = element(seen, "p", "sm-roles");
    this.drawing = element(seen, "div", "sm-drawing");
    this.telling = element(stage, "div", "sm-telling");
    this.telling.setAttribute("aria-live", "polite");
    this.keys = element(this.root, "p", "sm-keys");
    this.drawing.addEventListener("click", (event) => this.pick(event.target));
    this.drawing.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") this.pick(event.target) && event.preventDefault();
    });
  }

  take(data, trigger) {
    this.trigger = trigger;
    const given = JSON.stringify(data);
    if (given === this.given) return; // a rerun that changed nothing leaves everything where it is
    this.given = given;
    const key = this.data?.steps[this.at]?.key;
    this.data = data;
    if (data.svg !== this.svg) {
      this.svg = data.svg;
      this.drawing.innerHTML = data.svg;
      for (const unit of this.drawing.querySelectorAll("[data-unit]")) unit.setAttribute("role", "button"); // it is followed
    }
    this.name();
    const same = data.steps.findIndex((step) => step.key === key);
    this.show(same >= 0 ? same : key === undefined ? 0 : Math.min(this.at, data.steps.length - 1));
  }

  name() {
    const { texts, phases, steps } = this.data;
    setText(this.backButton, `◀ ${texts.back}`);
    setText(this.onButton, `${texts.on} ▶`);
    setText(this.keys, texts.keys);
    this.slider.max = steps.length - 1;
    this.slider.setAttribute("aria-label", texts.step);
    this.drawing.setAttribute("aria-label", texts.drawing);
    this.phases.replaceChildren();
    this.phaseButtons = Object.entries(phases)
      .filter(([phase]) => steps.some((step) => step.phase === phase))
      .map(([phase, text]) => {
        const made = pressable(this.phases, () => this.show(steps.findIndex((step) => step.phase === phase)));
        made.dataset.phase = phase;
        setText(made, text);
        return made;
      });
  }

  show(wanted) {
    const { steps, texts } = this.data;
    this.at = Math.max(0, Math.min(steps.length - 1, wanted));
    const step = steps[this.at];
    this.slider.value = this.at;
    this.slider.setAttribute("aria-valuetext", `${this.at + 1} / ${steps.length}: ${step.title}`);
    setText(this.place, `${texts.step} ${this.at + 1} / ${steps.length}`);
    this.backButton.disabled = this.at === 0;
    this.onButton.disabled = this.at === steps.length - 1;
    for (const made of this.phaseButtons) made.setAttribute("aria-pressed", made.dataset.phase === step.phase);
    this.telling.replaceChildren();
    setText(element(this.telling, "h4"), step.title);
    element(this.telling, "div").innerHTML = step.html; // made of elements by lab/charts/slow_motion.py
    for (const table of this.telling.querySelectorAll(".sm-grid")) showChosen(table);
    this.root.dataset.step = step.key;
    this.light(step);
  }

  press(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || !this.data) return;
    if (event.target.closest?.(TYPED_IN)) return;
    const goal = { ArrowRight: this.at + 1, ArrowLeft: this.at - 1, Home: 0, End: this.data.steps.length - 1 }[event.key];
    if (goal === undefined) return;
    event.preventDefault();
    this.show(goal);
  }

  // --- the drawing

  light(step) {
    this.drawing.querySelectorAll(".sm-tag").forEach((tag) => tag.remove());
    for (const one of this.drawing.querySelectorAll(".sm-lit, .sm-wire")) {
      for (const name of [...one.classList].filter((name) => name.startsWith("sm-"))) one.classList.remove(name);
    }
    this.drawing.classList.toggle("sm-has-lit", step.wires.length > 0);
    for (const [source, target, i, j, role] of step.wires) {
      const group = this.drawing.querySelector(`[data-wires="${CSS.escape(`${source}>${target}`)}"]`);
      const across = this.data.shown[target]?.length ?? 1;
      const wire = group?.dataset.form === "straight" ? group.children[i] : group?.children[i * across + j];
      wire?.classList.add("sm-wire", `sm-${role}`);
    }
    for (const [node, place, role, text] of step.lit) this.lightUnit(node, place, role, text);
    this.tellRoles(new Set([...step.lit.map(([, , role]) => role), ...step.wires.map(([, , , , role]) => role)]));
  }

  // what the colours of the drawing are, for they are not those of the sign
  tellRoles(lit) {
    const { texts, roles } = this.data;
    this.roles.replaceChildren();
    if (lit.size) setText(element(this.roles, "span"), `${texts.lit}:`);
    for (const role of lit) setText(element(this.roles, "span", `sm-role sm-${role}`), roles[role]);
  }

  lightUnit(node, place, role, text) {
    const group = this.drawing.querySelector(`[data-node="${CSS.escape(node)}"]`);
    const unit = group?.querySelector(`[data-unit="${place}"]`) ?? group?.querySelector(":scope > g");
    if (!unit) return;
    unit.classList.add("sm-lit", `sm-${role}`);
    const box = unit.getBBox();
    if (!text || !box.width) return;
    const circle = unit.querySelector("circle"); // the number stands beside it, where only wires pass
    const width = 10 + 8 * text.length;
    const x = circle ? Number(circle.getAttribute("cx")) + 13 + width / 2 : box.x + box.width / 2;
    const y = circle ? Number(circle.getAttribute("cy")) : box.y - 12;
    const tag = draw(unit.ownerSVGElement, "g", { class: `sm-tag sm-${role}`, "aria-hidden": "true" });
    draw(tag, "rect", { x: x - width / 2, y: y - 9, width, height: 18, rx: 5 });
    setText(draw(tag, "text", { x, y: y + 5 }), text);
  }

  pick(target) {
    const unit = target.closest?.("[data-unit]");
    const node = unit?.closest("[data-node]")?.dataset.node;
    if (node === undefined || !this.data.shown[node]) return false;
    this.trigger("pick", { node, unit: this.data.shown[node][Number(unit.dataset.unit)] });
    return true;
  }
}

// a table wider than its place is pushed to where the framed number is
function showChosen(table) {
  const chosen = table.querySelector(".sm-chosen");
  if (chosen) table.scrollLeft = chosen.offsetLeft - table.clientWidth / 2;
}
