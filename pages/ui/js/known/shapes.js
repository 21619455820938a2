// Marks of the classes, in the order of lab/charts/surface.py: colour never means alone.

function trace(pen, shape, x, y, radius) {
  pen.beginPath();
  if (shape === 0) {
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    return;
  }
  const corners = SHAPES[shape % SHAPES.length];
  corners.forEach(([right, down], corner) => pen[corner ? "lineTo" : "moveTo"](x + right * radius, y + down * radius));
  pen.closePath();
}

const around = (count, inner) =>
  Array.from({ length: count }, (_, place) => {
    const [angle, far] = [(2 * Math.PI * place) / count - Math.PI / 2, 1.2 * (place % 2 ? inner : 1)];
    return [far * Math.cos(angle), far * Math.sin(angle)];
  });
const PLUS = [[-0.4, -1.1], [0.4, -1.1], [0.4, -0.4], [1.1, -0.4], [1.1, 0.4], [0.4, 0.4], [0.4, 1.1], [-0.4, 1.1], [-0.4, 0.4], [-1.1, 0.4], [-1.1, -0.4], [-0.4, -0.4]];
const SHAPES = [
  [],
  [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]],
  [[0, -1.2], [1.15, 0.8], [-1.15, 0.8]],
  [[0, -1.25], [1.25, 0], [0, 1.25], [-1.25, 0]],
  PLUS,
  PLUS.map(([right, down]) => [(right - down) * Math.SQRT1_2, (right + down) * Math.SQRT1_2]),
  around(10, 0.45),
  around(5, 1),
];
