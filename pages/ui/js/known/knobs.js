// What there is to choose beside a picture of what a network knows: views, outputs, axes, and where other inputs stand.

function choice(known, parent, views) {
  const group = element(parent, "div", "known-views");
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", known.data.texts.title);
  for (const view of views) {
    const button = pressable(group, () => {
      known.chosen.view = view;
      known.build();
      known.root.querySelector(`.known-views button[aria-pressed="true"]`)?.focus();
    });
    button.textContent = known.data.texts.views[view === "judged" ? known.output.task : view];
    button.setAttribute("aria-pressed", view === known.chosen.view);
  }
}

function select(parent, name, options, chosen, take) {
  const label = element(parent, "label", "known-select");
  setText(element(label, "span"), name);
  const select = element(label, "select");
  options.forEach((option, place) => select.add(new Option(option, place)));
  select.value = chosen;
  select.onchange = () => take(Number(select.value));
}

// which two inputs are the axes, and where the others stand
function axisKnobs(known) {
  const { axes, texts, rest } = known.data;
  if (axes.length < 2 || rest.length === 2) return;
  const names = axes.map((axis) => axis.name);
  ["→", "↑"].forEach((arrow, side) =>
    select(known.knobs, arrow, names, known.chosen.axes[side], (place) => {
      if (place === known.chosen.axes[1 - side]) known.chosen.axes[1 - side] = known.chosen.axes[side];
      known.chosen.axes[side] = place;
      known.build();
    }),
  );
  const others = axes.map((axis, place) => [axis, place]).filter(([, place]) => !known.chosen.axes.includes(place));
  if (!others.length) return;
  const folded = element(known.knobs, "details");
  setText(element(folded, "summary"), texts.others);
  for (const [axis] of others) {
    const label = element(folded, "label", "known-slider");
    const said = element(label, "span");
    const slider = element(label, "input");
    Object.assign(slider, { type: "range", min: axis.low, max: axis.high, step: (axis.high - axis.low) / 100 });
    slider.value = rest[axis.place];
    const tell = () => setText(said, `${axis.name}: ${short(own(axis, Number(slider.value)), known.data.language)}`);
    slider.oninput = () => {
      known.chosen.rest[axis.place] = Number(slider.value);
      known.inputs = null;
      tell();
      known.requestPaint();
    };
    tell();
  }
}
