// Heat maps on a canvas: one colour scale for values, weights and points. What is no number is never painted as one.

const SHADES = 127; // on each side of the middle
const SQUARES = 2; // a square of the chequer has 2 ** SQUARES points a side
const MIDDLE = { light: [240, 240, 242], dark: [46, 48, 56] };
const NOT_A_NUMBER = { light: [[90, 90, 90], [200, 200, 200]], dark: [[190, 190, 190], [80, 80, 80]] }; // a chequer

// Colours from -1 over 0 to 1, and those of classes, for a light or a dark page.
class Palette {
  constructor(theme) {
    this.isDark = theme.isDark;
    this.middle = MIDDLE[theme.isDark ? "dark" : "light"];
    this.chequer = NOT_A_NUMBER[theme.isDark ? "dark" : "light"].map(packed);
    this.table = new Uint32Array(2 * SHADES + 1);
    this.table.forEach((_, place) => (this.table[place] = packed(this.colour((place - SHADES) / SHADES))));
    this.classes = CLASSES.map((colour) => Uint32Array.from({ length: 65 }, (_, step) => packed(mixed(this.middle, colour, 0.85 * (step / 64)))));
  }

  colour(share) {
    const size = Math.min(1, Math.abs(share));
    return mixed(this.middle, share < 0 ? BELOW : ABOVE, size);
  }

  css(share) {
    return Number.isFinite(share) ? css(this.colour(share)) : css(this.isDark ? [190, 190, 190] : [90, 90, 90]);
  }
}

// four bytes of a pixel as one number, which little-endian processors write as r, g, b, opaque
function packed([r, g, b]) {
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
}

const chequerAt = (place, columns) => ((Math.floor(place / columns) >> SQUARES) + ((place % columns) >> SQUARES)) & 1;

// The pixels of a canvas of so many columns and rows, kept with it.
function pixelsOf(canvas, columns, rows) {
  const kept = canvas.pixels;
  if (kept && kept.columns === columns && kept.rows === rows) return kept;
  canvas.width = columns;
  canvas.height = rows;
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(columns, rows);
  return (canvas.pixels = { columns, rows, pen, image, words: new Uint32Array(image.data.buffer) });
}

// values: numbers row by row from the top; middle and reach: which of them is the middle colour, and how far from it
// the scale is full. isDiscrete: no more than which side. Returns how many were no numbers.
function paintMap(canvas, values, columns, rows, palette, scale) {
  const { pen, image, words } = pixelsOf(canvas, columns, rows);
  const lost = shadeMap(words, values, columns, palette, scale);
  pen.putImageData(image, 0, 0);
  return lost;
}

// words: a pixel for each value
function shadeMap(words, values, columns, palette, { middle = 0, reach = 1, isDiscrete = false } = {}) {
  const { table, chequer } = palette;
  const factor = SHADES / reach;
  let lost = 0;
  for (let place = 0; place < words.length; place++) {
    let share = (values[place] - middle) * factor;
    if (share !== share) {
      words[place] = chequer[chequerAt(place, columns)];
      lost++;
      continue;
    }
    if (isDiscrete) share = share < 0 ? -SHADES : SHADES;
    words[place] = table[(share < -SHADES ? 0 : share > SHADES ? 2 * SHADES : SHADES + share + 0.5) | 0];
  }
  return lost;
}

// Maps of one size, one below the other on a canvas that nobody sees, from where each is put to its place: a browser
// takes longer over many canvases that move than over all that is painted on them.
class Sheet {
  constructor() {
    this.canvas = document.createElement("canvas");
  }

  // maps: [{values, scale}], at least one
  paint(maps, columns, rows, palette, isDiscrete) {
    Object.assign(this, { columns, rows });
    const { pen, image, words } = pixelsOf(this.canvas, columns, rows * maps.length);
    const cells = columns * rows;
    maps.forEach(({ values, scale }, place) => {
      shadeMap(words.subarray(place * cells, (place + 1) * cells), values, columns, palette, { ...scale, isDiscrete });
    });
    pen.putImageData(image, 0, 0);
  }

  // place: of a map among those of the sheet
  put(place, pen, { x, y, width, height }) {
    pen.imageSmoothingQuality = this.columns > width ? "medium" : "low";
    pen.drawImage(this.canvas, 0, place * this.rows, this.columns, this.rows, x, y, width, height);
  }
}

// The most probable of several classes, in its colour, the fuller the surer. values: class by class.
function paintClasses(canvas, values, classes, columns, rows, palette, isDiscrete = false) {
  const { pen, image, words } = pixelsOf(canvas, columns, rows);
  const cells = columns * rows;
  let lost = 0;
  for (let place = 0; place < cells; place++) {
    let [best, most] = [0, values[place]];
    for (let one = 1; one < classes; one++) {
      if (values[one * cells + place] > most) [best, most] = [one, values[one * cells + place]];
    }
    if (most !== most) {
      words[place] = palette.chequer[chequerAt(place, columns)];
      lost++;
      continue;
    }
    const sure = isDiscrete ? 1 : (most - 1 / classes) / (1 - 1 / classes);
    words[place] = palette.classes[best % palette.classes.length][Math.max(0, Math.min(64, Math.round(64 * sure)))];
  }
  pen.putImageData(image, 0, 0);
  return lost;
}
