// Texts that are read from a signal: how likely each class is at each time step, the likeliest one marked. What is read
// are the marked classes, repeats merged and blanks dropped.

const BLANK = 0;

function paintTexts(known, pen) {
  const { classes } = known.output;
  const { left, right } = known.area;
  const letters = known.letters;
  const row = 1.15 * letters;
  known.read = known.answers ? textsRead(known) : [];
  known.output.targets.forEach((_, sample) => {
    const top = sample * heightOfText(classes.length, letters);
    const font = `${0.87 * letters}px ${known.colours.font}`;
    Object.assign(pen, { fillStyle: known.colours.text, strokeStyle: known.colours.text, font, textBaseline: "middle", textAlign: "left" });
    pen.fillText(sentenceOf(known, sample), left, top + 0.8 * letters, right - left);
    const area = { left, right, top: top + 1.6 * letters, bottom: top + 1.6 * letters + classes.length * row };
    nameClasses(known, pen, area, row);
    if (known.answers) paintShares(known, pen, area, sharesOfText(known, sample), row);
    pen.globalAlpha = 0.35;
    pen.strokeRect(area.left, area.top, area.right - area.left, area.bottom - area.top);
    pen.globalAlpha = 1;
  });
}

// which row it is, what is right and what is read
function sentenceOf(known, sample) {
  const { numbers, targets } = known.output;
  const read = known.answers ? known.read[sample] || "–" : "…";
  return fill(known.data.texts.text, { row: numbers[sample], actual: targets[sample], read });
}

const heightOfText = (classes, letters) => (1.15 * classes + 3.6) * letters;

function nameClasses(known, pen, { left, right, top, bottom }, row) {
  const { letters } = known;
  const { texts } = known.data;
  pen.textAlign = "right";
  known.output.classes.forEach((name, place) => {
    pen.fillText(place === BLANK ? texts.blank : name, left - 0.4 * letters, top + (place + 0.5) * row, left - 0.4 * letters);
  });
  const steps = stepsOf(known);
  pen.textAlign = "center";
  const every = Math.ceil(steps / Math.max(2, (right - left) / (3 * letters)) / 5) * 5;
  for (let step = 0; step < steps; step += every) pen.fillText(step + 1, left + ((step + 0.5) / steps) * (right - left), bottom + 0.7 * letters);
}

function paintShares(known, pen, { left, right, top }, shares, row) {
  const count = known.output.classes.length;
  const steps = shares.length / count;
  const at = (step) => Math.round(left + (step / steps) * (right - left)); // whole pixels: no seams between two steps
  for (let step = 0; step < steps; step++) {
    const wide = at(step + 1) - at(step);
    for (let place = 0; place < count; place++) {
      pen.fillStyle = css(place === BLANK ? [128, 128, 128] : ABOVE, Math.sqrt(shares[step * count + place])); // a third is seen, too, on black
      pen.fillRect(at(step), top + place * row, wide, row);
    }
    const best = bestClass(shares, step, count);
    pen.fillStyle = css(BELOW);
    pen.fillRect(at(step), top + (best + 1) * row - 3, wide, 3);
  }
}

const stepsOf = (known) => (known.answers ? known.answers.length / known.output.targets.length / known.output.classes.length : 0);

function bestClass(values, step, count) {
  let best = 0;
  for (let place = 1; place < count; place++) if (values[step * count + place] > values[step * count + best]) best = place;
  return best;
}

// (steps * classes) softmax of what the network says to one of the rows
function sharesOfText(known, sample) {
  const count = known.output.classes.length;
  const size = stepsOf(known) * count;
  const shares = Float64Array.from(known.answers.subarray(sample * size, (sample + 1) * size));
  for (let step = 0; step < size; step += count) {
    const some = shares.subarray(step, step + count);
    const most = Math.max(...some);
    let sum = 0;
    some.forEach((value, place) => (sum += some[place] = Math.exp(value - most)));
    some.forEach((value, place) => (some[place] = value / sum));
  }
  return shares;
}

function textsRead(known) {
  const { classes, targets } = known.output;
  return targets.map((_, sample) => {
    const shares = sharesOfText(known, sample);
    let [text, before] = ["", BLANK];
    for (let step = 0; step < stepsOf(known); step++) {
      const best = bestClass(shares, step, classes.length);
      if (best !== before && best !== BLANK) text += classes[best];
      before = best;
    }
    return text;
  });
}
