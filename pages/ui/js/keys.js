// Keys that press a page's own buttons, as a clicker does. None is taken while a field has the focus.

const TAKES_LETTERS = "input, textarea, select, [contenteditable], [role='textbox'], [role='combobox'], [role='slider']";

// of Streamlit's by its key, or of our own by its name
const buttonOf = (key) => document.querySelector(`.st-key-${key} button, button[data-name="${key}"]`);

// A button that is not there, or that may not be pressed, leaves everything as it is.
function press(button) {
  if (button && !button.disabled) button.click();
  return true;
}

// The space bar on a button presses that button.
const isSpace = ({ key, target }) => key === " " && !target.closest?.("button, a, summary");

class Keys {
  // Args: answers: event => whether its key had a meaning.
  constructor(answers) {
    this.onKey = (event) => {
      const isTyping = event.target instanceof Element && event.target.closest(TAKES_LETTERS);
      if (isTyping || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (answers(event)) event.preventDefault();
    };
    document.addEventListener("keydown", this.onKey);
  }

  close() {
    document.removeEventListener("keydown", this.onKey);
  }
}
