// Puts the drawing, SVG text made by lab/charts/network.py, into the page.
export default function ({ parentElement, data }) {
  parentElement.querySelector(".network-drawing").innerHTML = data.svg;
}
