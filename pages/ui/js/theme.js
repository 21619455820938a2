// The page's own colours for what is painted on a canvas, where styles do not reach.

// Okabe & Ito (2008), told apart by colour-blind eyes: as in lab/charts/style.py. Above zero blue, below vermilion.
const ABOVE = [0, 114, 178];
const BELOW = [213, 94, 0];
const CLASSES = [BELOW, ABOVE, [0, 158, 115], [204, 121, 167], [230, 159, 0], [86, 180, 233]];

// {text, ground: [r, g, b], isDark}, as an element inherits them
function themeOf(root) {
  const style = getComputedStyle(root);
  const ground = rgbOf(style.getPropertyValue("--st-background-color") || "#ffffff");
  const isDark = 0.299 * ground[0] + 0.587 * ground[1] + 0.114 * ground[2] < 128;
  return { text: rgbOf(style.color), ground, isDark };
}

// Calls `changed` whenever the colour of the letters changes: the person, or the system at dusk, chose another theme.
// Returns a function that ends it. (The element needs `transition: color 1ms` in its styles.)
function watchTheme(root, changed) {
  const heard = (event) => event.target === root && event.propertyName === "color" && changed();
  root.addEventListener("transitionend", heard);
  return () => root.removeEventListener("transitionend", heard);
}

function rgbOf(text) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.fillStyle = text;
  const hex = pen.fillStyle; // the browser reads every notation of a colour, and writes two
  if (hex.startsWith("#")) return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  return hex.match(/[\d.]+/g).slice(0, 3).map(Number);
}

const css = ([r, g, b], alpha = 1) => `rgb(${r} ${g} ${b} / ${alpha})`;
const mixed = (from, to, share) => from.map((value, place) => Math.round(value + (to[place] - value) * share));
