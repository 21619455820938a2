// All numbers of one unit, to read and to type: how keyboard and screen reader reach each weight.
class Inspector {
  constructor(parent, board, left) {
    Object.assign(this, { board, left });
    this.box = element(parent, "div", "pg-inspector");
    this.box.hidden = true;
    this.box.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
  }

  open(at) {
    const { network, texts, edit, lane } = this.board;
    if (at.column === 0) return;
    this.at = at;
    this.run = lane.run;
    this.box.hidden = false;
    this.box.replaceChildren();
    this.box.setAttribute("role", "group");
    this.box.setAttribute("aria-label", network.nameOf(at));
    const head = element(this.box, "div", "pg-insphead");
    element(head, "strong").textContent = network.nameOf(at);
    button(head, { name: "inspector-close", label: "×", about: texts.close, press: () => this.close() });
    const layer = network.denseAt(at.column);
    const list = element(this.box, "div", "pg-insplist");
    const row = (label, array, index, value) => numberBox(list, { name: `weight-${array}-${index.join("-")}`, label, value, change: (number) => edit({ layer, array, index, value: number }) });
    this.rows = [{ input: row(texts.bias, "bias", [at.unit], network.biasOf(at)), read: () => network.biasOf(at) }];
    for (const line of network.linesInto(at.column).filter((one) => one.index[1] === at.unit)) {
      const input = row(fill(texts.weight_from, { name: network.nameOf(line.from.at) }), "kernel", line.index, line.value);
      const units = network.units[at.column].length;
      this.rows.push({ input, read: () => lane.parameters[layer]?.kernel[line.index[0] * units + at.unit] });
    }
    for (const one of this.rows) one.told = one.input.value;
    this.board.look({ pinned: at });
    this.rows[0].input.focus({ preventScroll: true }); // the network stays in sight
    this.box.scrollIntoView({ block: "nearest" });
  }

  close() {
    if (this.box.hidden) return;
    this.box.hidden = true;
    this.board.look({ pinned: null });
    this.left();
  }

  // numbers go on while the network learns, but not the one that is being typed
  paint() {
    if (this.box.hidden) return;
    for (const row of this.rows) {
      const { input, read } = row;
      if (input === document.activeElement && input.value !== row.told) continue;
      row.told = numberText(read());
      if (input.value !== row.told) input.value = row.told;
    }
  }
}
