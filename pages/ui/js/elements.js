// Making elements of HTML and of SVG, and changing no more of them than has changed.

const SVG = "http://www.w3.org/2000/svg";

function element(parent, tag, className = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  parent.append(made);
  return made;
}

// a button that does that
function pressable(parent, pressed, className = "") {
  const made = element(parent, "button", className);
  made.type = "button";
  made.onclick = pressed;
  return made;
}

function draw(parent, tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  parent.append(made);
  return made;
}

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function setHidden(node, isHidden) {
  if (node.hidden !== isHidden) node.hidden = isHidden;
}

// an attribute of what is drawn; null: none
function setLook(node, name, value) {
  if (node.getAttribute(name) === value) return;
  if (value === null) node.removeAttribute(name);
  else node.setAttribute(name, value);
}

// what a screen reader says of it
function setLabel(node, text) {
  if (node.getAttribute("aria-label") !== text) node.setAttribute("aria-label", text);
}
