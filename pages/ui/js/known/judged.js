// How the rows fare: which class was taken for which, and predicted against true.

const MOST_CLASSES = 20; // of a table that can be read

function paintJudged(known, pen) {
  if (known.output.task === "classes") paintTable(known);
  else if (known.answers) paintPredicted(known, pen);
}

function paintTable(known) {
  const { classes } = known.output;
  const { targets } = known;
  const count = classes.length;
  if (count > MOST_CLASSES) return;
  if (known.tableOf !== known.output) buildTable(known, classes);
  const counts = new Uint32Array(count * count);
  if (known.answers) targets.forEach((target, row) => counts[target * count + known.predictedClass(row)]++);
  const most = Math.max(1, ...counts);
  counts.forEach((number, place) => {
    const cell = known.cells[place];
    setText(cell, known.answers ? String(number) : "–");
    cell.style.setProperty("--share", (number / most).toFixed(2));
  });
}

function buildTable(known, classes) {
  const { texts } = known.data;
  known.tableOf = known.output;
  known.table.replaceChildren();
  const table = element(known.table, "table");
  setText(element(table, "caption"), texts.table);
  const head = element(element(table, "thead"), "tr");
  element(head, "td");
  for (const name of classes) heading(head, "col", name);
  const body = element(table, "tbody");
  known.cells = classes.flatMap((name, row) => {
    const line = element(body, "tr");
    heading(line, "row", name);
    return classes.map((other, column) => element(line, "td", row === column ? "right" : "wrong"));
  });
}

function heading(line, scope, name) {
  const made = element(line, "th");
  made.scope = scope;
  made.title = name;
  element(made, "span").textContent = name;
}

function paintPredicted(known, pen) {
  const { x, y } = known.scales;
  const { scale, mean } = known.output;
  const { targets } = known;
  within(pen, known.area, () => {
    pen.globalAlpha = 0.65;
    pen.fillStyle = known.data.look.parts[known.data.part];
    targets.forEach((target, row) => {
      trace(pen, known.data.part === "validation" ? 3 : 0, x.at(target), y.at(known.answers[row] * scale + mean), 0.3 * known.letters);
      pen.fill();
    });
  });
}
