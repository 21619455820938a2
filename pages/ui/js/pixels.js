// Weights as small images: what a unit of a first layer looks for.

// red, green, blue, alpha of each pixel, beside the largest weight of the unit; weights: input by input, (inputs, units)
function weightsAsPixels({ units, weights }, unit) {
  const count = weights.length / units;
  let largest = 0;
  for (let input = 0; input < count; input++) largest = Math.max(largest, Math.abs(weights[input * units + unit]));
  const pixels = new Uint8ClampedArray(4 * count);
  for (let input = 0; input < count; input++) {
    const weight = weights[input * units + unit] / (largest || 1);
    pixels.set([...(weight < 0 ? BELOW : ABOVE), 255 * Math.abs(weight)], 4 * input);
  }
  return pixels;
}

// a canvas with a pixel for each
function sheetOf(pixels, rows, columns) {
  const sheet = Object.assign(document.createElement("canvas"), { width: columns, height: rows });
  sheet.getContext("2d").putImageData(new ImageData(pixels, columns, rows), 0, 0);
  return sheet;
}
