// Puts the drawing, SVG text made by lab/charts/graph.py, into the page.
export default function ({ parentElement, data }) {
  parentElement.querySelector(".graph-drawing").innerHTML = data.svg;
}
