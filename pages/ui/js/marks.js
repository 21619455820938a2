// What the verdict would mark on two curves while they are drawn: the best epoch, a rise since then, a gap at the end.
// Thresholds come with the page from lab/verdict (live_rules); tests/browser/test_marks.py holds this to lab/verdict.

const MOST_MARKED = 600; // points that are looked at; of a longer run every second one, or fewer

// columns: "e" and each curve after each epoch, those beside Keras's history under "+" and their name.
// Returns {best, lowest, rise, gap}: epoch and level of the lowest validation loss, whether it has risen since, and the
// first epoch of the end at which the losses lie apart, or null. Null where nothing can be said yet.
function marksOf(columns, rules) {
  const judged = judgedCurves(columns);
  if (!rules || !judged || judged.validation.length < rules.least_epochs) return null;
  const { epochs, training, validation, rows } = judged;
  if (![...training, ...validation].every(Number.isFinite)) return null;
  const count = validation.length;
  const reach = smoothingReach(count, rules);
  const [smooth, smoothTraining] = [smoothed(validation, reach), smoothed(training, reach)];
  const end = last(smooth);
  const turn = smooth.indexOf(Math.min(...smooth));
  const lowest = smooth[turn];
  let best = Math.max(turn - reach, 0);
  for (let place = best; place < Math.min(turn + reach + 1, count); place++) if (validation[place] < validation[best]) best = place;
  const scale = rules.baseline || lowest || 1;
  const error = levelOf(rows ? rows.spread : validation, reach) / Math.sqrt(rules.validation_rows);
  const rise = end - lowest;
  const riseError = rows ? levelOf(rows.riseError, reach) : error / 2;
  const levelError = jitter(validation) / Math.sqrt(reach + 1);
  const wasBetter = !(neverBetter(lowest, scale, rules) && lowest >= scale - Math.max((1 - rules.still_better) * scale, rules.sure * error));
  const rose = rise > Math.max(rules.rise * lowest, rules.rise_of_baseline * scale, 2 * levelError) && last(validation) > validation[best];
  const fellFar = last(smoothTraining) < rules.fell_to * smoothTraining[turn];
  const calm = !rules.high_rate && rules.validation_rows >= rules.witness_rows;
  const isSure = rise > (fellFar && calm ? rules.likely_rise : rules.sure) * riseError;
  const gap = end - last(smoothTraining);
  const trainSpread = levelOf(rows ? rows.trainSpread : training, reach);
  const gapError = Math.hypot(error, trainSpread / Math.sqrt(Math.max(rules.train_rows, 1)));
  const apart = gap > Math.max(rules.apart * scale, rules.apart_of_loss * end, rules.sure * gapError);
  return {
    best: epochs[best],
    lowest: validation[best],
    rise: wasBetter && rose && isSure,
    gap: apart ? epochs[Math.max(count - Math.max(reach, 1), 1) - 1] : null,
  };
}

// The curves as they are judged: training looked at after each epoch, both without the weight penalty, where they were kept.
function judgedCurves(columns) {
  const count = columns.e.length;
  const whole = (name) => columns[name]?.length === count && count > 0;
  const penalised = ["+data_loss", "+val_data_loss", "+evaluated_data_loss"].every(whole);
  const training = penalised ? "+evaluated_data_loss" : whole("+evaluated_loss") ? "+evaluated_loss" : "loss";
  const validation = penalised ? "+val_data_loss" : "val_loss";
  if (!whole(training) || !whole(validation)) return null;
  const step = Math.ceil(count / MOST_MARKED);
  const taken = (name) => columns[name].filter((_, place) => (count - 1 - place) % step === 0); // the newest stays
  const known = ["+val_row_spread", "+val_rise_error", "+evaluated_row_spread"];
  const [spread, riseError, trainSpread] = known.map((name) => (whole(name) ? taken(name) : []));
  const rows = [spread, riseError, trainSpread].every((curve) => curve.length && curve.every(Number.isFinite));
  return { epochs: taken("e"), training: taken(training), validation: taken(validation), rows: rows ? { spread, riseError, trainSpread } : null };
}

function neverBetter(lowest, scale, rules) {
  return rules.baseline !== null && lowest >= (rules.baseline_kind === "persistence" ? 1 : rules.learned) * scale;
}

// as lab.verdict.evidence: epochs on either side, a running median over them, the level at the end, jumps between epochs

function smoothingReach(count, { smoothing, least_smoothed }) {
  return Math.max(evenRound((count * smoothing) / 2), count >= least_smoothed ? 1 : 0);
}

function smoothed(curve, reach) {
  return curve.map((_, place) => {
    const near = Math.min(reach, place, curve.length - 1 - place);
    const start = place === curve.length - 1 ? place - reach : place - near;
    return median(curve.slice(Math.max(start, 0), place + near + 1));
  });
}

function levelOf(curve, reach) {
  return median(curve.slice(-(reach + 1)));
}

function jitter(curve) {
  const steps = curve.slice(1).map((value, place) => value - curve[place]);
  if (!steps.length) return 0;
  const slope = median(steps);
  return median(steps.map((step) => Math.abs(step - slope)));
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// halves to the even number, as Python rounds
function evenRound(value) {
  const whole = Math.round(value);
  return Math.abs(value % 1) === 0.5 && whole % 2 ? whole - 1 : whole;
}
