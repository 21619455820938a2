// Numbers, times and sentences with blanks, in the person's language.

const last = (values) => values[values.length - 1];

// Formats of numbers are kept: making one costs more than a hundred numbers written with it.
const formats = new Map();

function formatOf(language, options = {}) {
  const key = JSON.stringify([language, options]);
  if (!formats.has(key)) formats.set(key, new Intl.NumberFormat(language, options));
  return formats.get(key);
}

function short(value, language) {
  if (value === null || value === undefined) return "–";
  const size = Math.abs(value);
  const notation = size !== 0 && (size < 0.001 || size >= 1e6) ? "scientific" : "standard";
  return formatOf(language, { notation, maximumSignificantDigits: 3 }).format(value);
}

function seconds(value, language, digits = value < 1 ? 2 : value < 10 ? 1 : 0) {
  const format = (number, unit) =>
    formatOf(language, {
      style: "unit",
      unit,
      unitDisplay: "short",
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    }).format(number);
  if (value < 60) return format(value, "second");
  return `${format(Math.floor(value / 60), "minute")} ${format(Math.floor(value % 60), "second")}`;
}

function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (blank, name) => values[name] ?? blank);
}

// The place in the queue of a run that waits for one; since: when that was told.
function placeInLine({ queue_position, queue_wait_s }, since, texts, language) {
  const ahead = formatOf(language).format(queue_position - 1);
  const name = queue_position > 1 ? "queued" : "queued_next";
  if (queue_wait_s === null || queue_wait_s === undefined) return fill(texts[name], { ahead });
  const left = Math.max(1, queue_wait_s - (performance.now() - since) / 1000);
  return fill(texts[`${name}_for`], { ahead, time: seconds(left, language, 0) });
}
