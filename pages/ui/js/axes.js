// Where round numbers stand along an axis.

function niceStep(rough) {
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5].find((factor) => factor * power >= rough * 0.999) ?? 10);
}

function ticks(low, high, count) {
  const step = niceStep((high - low) / count);
  const values = [];
  for (let index = Math.ceil(low / step - 1e-9); index * step <= high + step * 1e-9; index++) values.push(index * step || 0); // no -0
  return values;
}

function epochTicks(shown, count) {
  const step = Math.max(1, niceStep(shown / count));
  const values = [1];
  for (let epoch = step; epoch <= shown; epoch += step) if (epoch > 0.4 * step && epoch > 1) values.push(epoch);
  return values;
}
