// The units of a drawn network as one stop of the Tab key, between which arrow keys go.

const ROADS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }; // [columns, units]

// words: that arrow keys do so
function roamed(drawing, words) {
  const columns = [...drawing.querySelectorAll("[data-node]")].map((node) => [...node.querySelectorAll("[data-unit]")]).filter((units) => units.length);
  const units = columns.flat();
  const stopAt = (here) => units.forEach((unit) => unit.setAttribute("tabindex", unit === here ? 0 : -1));
  stopAt(units[0]);
  setLabel(drawing, `${drawing.getAttribute("aria-label")}. ${words}`);
  drawing.addEventListener("focusin", ({ target }) => stopAt(target));
  drawing.addEventListener("keydown", (event) => {
    const column = columns.findIndex((those) => those.includes(event.target));
    const road = ROADS[event.key];
    if (!road || column < 0) return;
    event.preventDefault();
    const there = columns[column + road[0]] ?? columns[column];
    const place = columns[column].indexOf(event.target) + road[1];
    there[Math.max(0, Math.min(there.length - 1, place))].focus();
  });
}
