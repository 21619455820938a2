// Knobs: native elements with a label each, so that keyboard, screen reader and finger know them.

const isHidden = (setup, name) => setup.hide.includes(name);
let knobs = 0; // for ids: a label names what it belongs to

function button(parent, { name, label, about = "", press, isPressed, isDisabled = false, kind = "" }) {
  const made = element(parent, "button", `pg-button ${kind}`);
  made.type = "button";
  made.textContent = label;
  made.dataset.name = name;
  made.disabled = isDisabled;
  if (about) {
    made.title = about;
    if (!/\p{L}/u.test(label)) made.setAttribute("aria-label", about); // who speaks to a computer says the word that stands there
  }
  if (isPressed !== undefined) made.setAttribute("aria-pressed", isPressed);
  made.addEventListener("click", press);
  return made;
}

function labelled(parent, { name, label, isBare = false }, tag) {
  const box = element(parent, "div", `pg-knob ${isBare ? "bare" : ""}`);
  const id = `pg-knob-${++knobs}`;
  const made = document.createElement(tag);
  made.id = id;
  made.dataset.name = name;
  if (isBare) {
    made.setAttribute("aria-label", label);
    made.title = label;
  } else {
    const words = element(box, "label");
    words.htmlFor = id;
    words.textContent = label;
    made.words = words;
  }
  box.append(made);
  return made;
}

// options: texts, or [value, words]
function choice(parent, { name, label, options, value, change, isBare }) {
  const select = labelled(parent, { name, label, isBare }, "select");
  for (const option of options) {
    const [code, words] = Array.isArray(option) ? option : [option, option];
    select.add(new Option(words, code));
  }
  select.value = value;
  select.addEventListener("change", () => change(select.value));
  return select;
}

// moved: while it is drawn along; settle: where it is let go.
function slider(parent, { name, label, range, step, value, moved = () => {}, settle = () => {}, language, unit = "" }) {
  const input = labelled(parent, { name, label }, "input");
  Object.assign(input, { type: "range", min: range[0], max: range[1], step });
  input.value = value;
  const figure = document.createElement("output");
  figure.htmlFor = input.id;
  input.words.append(" ", figure);
  const tell = () => setText(figure, `${short(Number(input.value), language)}${unit}`);
  tell();
  input.addEventListener("input", () => {
    tell();
    moved(Number(input.value));
  });
  input.addEventListener("change", () => settle(Number(input.value)));
  input.tell = tell;
  return input;
}

function check(parent, { name, label, value, change }) {
  const box = element(parent, "label", "pg-check");
  const input = element(box, "input");
  input.type = "checkbox";
  input.checked = value;
  input.dataset.name = name;
  box.append(` ${label}`);
  input.addEventListener("change", () => change(input.checked));
  return input;
}

const numberText = (value) => (value === undefined ? "" : Number.isFinite(value) ? String(Number(value.toPrecision(4))) : "NaN");

// A number that is typed; what is none is not taken, and the field shows the old one again.
function numberBox(parent, { name, label, value, change }) {
  const input = labelled(parent, { name, label }, "input");
  Object.assign(input, { type: "text", inputMode: "decimal", value: numberText(value) });
  input.addEventListener("change", () => {
    const number = Number(input.value.replace(",", "."));
    if (input.value.trim() !== "" && Number.isFinite(number)) {
      input.setAttribute("aria-invalid", "false");
      change(number);
    } else input.setAttribute("aria-invalid", "true");
  });
  return input;
}

function stepper(parent, { name, words, less, more, low, high, change }) {
  const box = element(parent, "div", "pg-stepper");
  button(box, { name: `${name}-less`, label: "−", about: less, isDisabled: !low, press: () => change(-1) });
  element(box, "span").textContent = words;
  button(box, { name: `${name}-more`, label: "+", about: more, isDisabled: !high, press: () => change(1) });
}
