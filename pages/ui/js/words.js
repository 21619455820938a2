// Numbers, times and sentences with blanks, in the person's language.

const last = (values) => values[values.length - 1];

function short(value, language) {
  if (value === null || value === undefined) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 1e6)) {
    return new Intl.NumberFormat(language, { notation: "scientific", maximumSignificantDigits: 3 }).format(value);
  }
  return new Intl.NumberFormat(language, { maximumSignificantDigits: 3 }).format(value);
}

function seconds(value, language, digits = value < 1 ? 2 : value < 10 ? 1 : 0) {
  const format = (number, unit) =>
    new Intl.NumberFormat(language, {
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
