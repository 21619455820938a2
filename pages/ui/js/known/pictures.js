// Images: what the units of the first layer look for, and what is taken for something else.

const MOST_WRONG = 12; // images shown

function paintPictures(known, pen) {
  const { image, texts } = known.data;
  const { width, height } = known.area;
  const letters = known.letters;
  Object.assign(pen, { fillStyle: known.colours.text, font: `${0.87 * letters}px ${known.colours.font}`, textBaseline: "top", textAlign: "left" });
  const first = firstLayer(known);
  let y = 0;
  const cell = Math.max(34, Math.min(90, width / 9));
  const across = Math.floor(width / (cell + 4));
  if (first) {
    pen.fillText(texts.first, 0, y, width);
    y += 1.5 * letters;
    const units = Math.min(first.units, 2 * across);
    for (let unit = 0; unit < units; unit++) stamp(pen, weightsAsPixels(first, unit), image.first, (unit % across) * (cell + 4), y + Math.floor(unit / across) * (cell + 4), cell);
    y += Math.ceil(units / across) * (cell + 4) + 0.5 * letters;
  }
  if (!known.answers || known.output.task !== "classes" || !image.count) return;
  pen.fillText(texts.wrong, 0, y, width);
  y += 1.5 * letters;
  known.pixels ??= {};
  if (known.pixels.text !== image.pixels) known.pixels = { text: image.pixels, values: bytesOf(image.pixels) };
  const size = image.height * image.width;
  let shown = 0;
  const fits = Math.max(across, Math.floor((height - y) / (cell + 1.6 * letters)) * across);
  for (let row = 0; row < Math.min(image.count, known.asked) && shown < Math.min(MOST_WRONG, fits); row++) {
    const [actual, taken] = [known.output.targets[row], known.predictedClass(row)];
    if (actual === taken) continue;
    const at = [(shown % across) * (cell + 4), y + Math.floor(shown / across) * (cell + 1.6 * letters)];
    stamp(pen, greyPixels(known.pixels.values.subarray(row * size, (row + 1) * size)), [image.height, image.width], ...at, cell);
    pen.fillText(`${known.output.classes[actual]} → ${known.output.classes[taken]}`, at[0], at[1] + cell + 2, cell);
    shown++;
  }
  if (!shown) pen.fillText(texts.none_wrong, 0, y, width);
}

function stamp(pen, pixels, [rows, columns], x, y, size) {
  pen.imageSmoothingEnabled = false;
  pen.drawImage(sheetOf(pixels, rows, columns), x, y, size, size);
}

function firstLayer(known) {
  const { news, data } = known;
  if (!news || !data.image.first) return null;
  if (!news.layers) return news.first;
  const layer = data.layers.find(({ type }) => type === "Dense");
  return layer ? { units: layer.units, weights: news.layers[layer.name].kernel } : null;
}

function greyPixels(values) {
  const pixels = new Uint8ClampedArray(4 * values.length);
  values.forEach((value, place) => pixels.set([value, value, value, 255], 4 * place));
  return pixels;
}
