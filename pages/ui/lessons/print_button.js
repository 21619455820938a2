// The button that opens the browser's dialog for printing; the styles beside this file leave all but the sheet out.

const buttons = new WeakMap();

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".print-button");
  return mounted(buttons, root, () => new PrintButton(root), (view) => setText(view.button, data.label));
}

class PrintButton {
  constructor(root) {
    this.button = pressable(root, () => window.print());
  }

  close() {
    this.button.remove();
  }
}
