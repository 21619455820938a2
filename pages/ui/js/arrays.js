// Numbers out of events, which tell them as base64.

function bytesOf(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

// of the largest weight, in steps of 1/127: base64 of int8, see lab/runs/work/drawn.py
function sharesOf(text) {
  return Float32Array.from(new Int8Array(bytesOf(text).buffer), (step) => step / 127);
}

// exactly: base64 of float32, little-endian
function floatsOf(text) {
  return new Float32Array(bytesOf(text).buffer);
}

// name -> numbers
function floatsIn(arrays) {
  return Object.fromEntries(Object.entries(arrays).map(([name, text]) => [name, floatsOf(text)]));
}

// layer -> weight -> numbers, of an event "parameters"
function layersOf(layers) {
  return Object.fromEntries(Object.entries(layers).map(([layer, arrays]) => [layer, floatsIn(arrays)]));
}

// weights of the first layer, of an event "answers"; null where they are no image
function firstOf(first) {
  return first && { units: first.units, weights: sharesOf(first.weights) };
}
