// What this browser keeps under a name, in "localStorage" or, for one tab, in "sessionStorage". In a private window, and in
// a frame of another site, asking for either of the two raises.

// null for nothing; undefined in a browser that keeps nothing
function stored(where, name) {
  try {
    return window[where].getItem(name);
  } catch {
    return undefined;
  }
}

// value: null takes away what is there
function store(where, name, value) {
  try {
    if (value === null) window[where].removeItem(name);
    else window[where].setItem(name, value);
  } catch {
    return; // it keeps nothing: whoever asks is told so by `stored`
  }
}
