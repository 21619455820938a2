// The drawing of a network as an editor: small controls below each layer, "+" in front of one; what is done is told to the page

const ADDER = 16; // pixels in front of a layer

class Controls {
  // tell: (change) => to the page
  constructor(root, tell) {
    Object.assign(this, { root, tell });
    this.box = element(root, "div", "network-controls");
  }

  // Put the controls where the nodes of the drawing stand. held: the control that had the focus, and has it again.
  put(svg, { layers, activations, names, texts }, held) {
    const { activeElement } = document;
    held ??= this.box.contains(activeElement) ? activeElement.dataset.control : null;
    this.box.replaceChildren();
    this.box.style.width = `${svg.clientWidth}px`; // both stand in the middle of the page
    const scale = svg.clientWidth / svg.viewBox.baseVal.width;
    const columns = new Map(); // the nodes of one column stand below one another
    for (const layer of layers) {
      const node = svg.querySelector(`[data-node="${CSS.escape(layer.id)}"]`);
      if (!node) continue;
      const { x, y, width } = node.getBBox();
      const middle = Math.round((x + width / 2) * scale);
      const column = columns.get(middle) ?? this.column(middle, svg);
      columns.set(middle, column);
      if (layer.adds.length) this.adder({ left: x * scale - ADDER, top: y * scale - svg.clientHeight }, layer, names, texts);
      this.card(column, layer, activations, texts);
    }
    this.keepApart(columns);
    this.box.style.height = `${Math.max(0, ...[...columns.values()].map((column) => column.offsetHeight + 8))}px`;
    if (held) this.box.querySelector(`[data-control="${CSS.escape(held)}"]`)?.focus();
  }

  // on a phone columns stand closer than their controls are wide
  keepApart(columns) {
    const middles = [...columns.keys()].sort((one, other) => one - other);
    const room = Math.min(...middles.slice(1).map((middle, place) => middle - middles[place]));
    if (room < Infinity) for (const column of columns.values()) column.style.maxWidth = `${room - 4}px`;
  }

  column(middle) {
    const column = element(this.box, "div", "network-column");
    column.style.left = `${middle}px`;
    return column;
  }

  card(column, layer, activations, texts) {
    const card = element(column, "div", "network-card");
    card.setAttribute("role", "group");
    card.setAttribute("aria-label", fill(texts.layer, { layer: layer.title }));
    if (layer.width !== null) {
      const width = element(card, "span", "network-width");
      this.button(width, "−", `less-${layer.id}`, texts.less, layer, () => this.tell({ do: "width", layer: layer.id, value: Math.max(1, layer.width - 1) }));
      const field = element(width, "input");
      Object.assign(field, { type: "number", min: 1, value: layer.width });
      field.setAttribute("aria-label", fill(texts.width, { layer: layer.title }));
      field.dataset.control = `width-${layer.id}`;
      field.onchange = () => this.tell({ do: "width", layer: layer.id, value: Math.round(Number(field.value)) });
      this.button(width, "+", `more-${layer.id}`, texts.more, layer, () => this.tell({ do: "width", layer: layer.id, value: layer.width + 1 }));
    }
    if (layer.activation !== null) {
      const select = element(card, "select");
      select.setAttribute("aria-label", fill(texts.activation, { layer: layer.title }));
      select.dataset.control = `activation-${layer.id}`;
      for (const name of ["", ...activations]) select.add(new Option(name || texts.none, name));
      select.value = layer.activation;
      select.onchange = () => this.tell({ do: "activation", layer: layer.id, value: select.value });
    }
    this.button(card, "✕", `remove-${layer.id}`, texts.remove, layer, () => this.tell({ do: "remove", layer: layer.id }));
  }

  // a menu of the layers that fit in front of this one
  adder({ left, top }, layer, names, texts) {
    const menu = element(this.box, "div", "network-menu");
    menu.popover = "auto"; // the browser closes it by Esc and by a click elsewhere
    menu.setAttribute("role", "group");
    menu.setAttribute("aria-label", fill(texts.add, { layer: layer.title }));
    for (const type of layer.adds) {
      const choice = pressable(menu, () => this.tell({ do: "add", layer: layer.id, value: type }));
      choice.textContent = names[type];
      choice.dataset.control = `add-${layer.id}-${type}`;
    }
    const button = this.button(this.box, "+", `add-${layer.id}`, texts.add, layer, null);
    button.popoverTargetElement = menu;
    menu.ontoggle = ({ newState }) => {
      if (newState !== "open") return;
      const { left, bottom } = button.getBoundingClientRect();
      menu.style.left = `${Math.max(4, Math.min(left, window.innerWidth - menu.offsetWidth - 4))}px`;
      menu.style.top = `${Math.min(bottom + 4, window.innerHeight - menu.offsetHeight - 4)}px`;
      menu.querySelector("button").focus();
    };
    button.className = "network-add";
    button.style.left = `${left}px`;
    button.style.top = `${top}px`;
  }

  button(parent, sign, control, words, layer, act) {
    const button = pressable(parent, act);
    Object.assign(button, { textContent: sign, title: fill(words, { layer: layer.title }) });
    button.setAttribute("aria-label", button.title);
    button.dataset.control = control;
    return button;
  }
}
