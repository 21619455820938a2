// The points of a run as they come: columns of numbers, "e" (the epoch) and each curve.

const MOST_POINTS = 4000; // more than a screen has pixels; then every second point goes, so no epoch costs more

// Put a frame's new points behind those that are there; what a reconnected stream repeats is left out.
// Returns at which place of the frame the new ones begin, -1 where there are none.
function takePoints(columns, frame) {
  const seen = last(columns.e) ?? 0;
  const start = frame.e.findIndex((epoch) => epoch > seen);
  if (start < 0) return start;
  const names = new Set([...Object.keys(columns), ...Object.keys(frame).filter((name) => Array.isArray(frame[name]))]);
  for (const name of names) columns[name] ??= withoutPenalty(name, columns); // before any of them grows
  for (const name of names) columns[name].push(...(frame[name] ?? withoutPenalty(name, frame)).slice(start));
  if (columns.e.length > MOST_POINTS) halve(columns);
  return start;
}

// A column that begins when weights come under a penalty: before that it is 0, and the data loss the loss itself.
function withoutPenalty(name, columns) {
  if (name.endsWith("penalty")) return columns.e.map(() => 0);
  const total = name.replace(/data_loss$/, "loss");
  return [...(columns[total] ?? columns[total.slice(1)] ?? [])]; // the mark of what Keras's history has not stands first
}

function halve(columns) {
  for (const [name, values] of Object.entries(columns)) {
    columns[name] = values.filter((_, index) => (values.length - 1 - index) % 2 === 0); // the newest stays
  }
}
