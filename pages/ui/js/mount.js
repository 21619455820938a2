// One view for each element of a page. Streamlit calls a component's function again at every rerun, with the same element:
// what lives longer than one call (stream, points, counters) belongs to the view, which `views`, a WeakMap, keeps.

// Args: make: () => a new view, with take and close; isSame: whether a view that is there shows what is wanted.
// Returns what a component's function has to return: it is called when the element goes.
function mounted(views, root, make, take, isSame = () => true) {
  let view = views.get(root);
  if (view) clearTimeout(view.leaving);
  if (!view || !isSame(view)) {
    if (view) view.close();
    view = make();
    views.set(root, view);
  }
  take(view);
  // a change of `data` may end and begin this effect within one turn: leave only if nobody comes back
  return () => {
    view.leaving = setTimeout(() => {
      view.close();
      views.delete(root);
    }, 300);
  };
}

// Paints as `oncePerFrame` does, and between two times lets so many milliseconds pass: what is read, and not seen to move.
function nowAndThen(paint, rest) {
  let [painted, later] = [-Infinity, null];
  const ask = oncePerFrame((now) => {
    painted = performance.now();
    paint(now);
  });
  return () => {
    const wait = painted + rest - performance.now();
    if (wait <= 0) ask();
    else
      later ??= setTimeout(() => {
        later = null;
        ask();
      }, wait);
  };
}

// Paints at most once per animation frame, however often it is asked; a hidden tab has no frames, so it costs nothing.
function oncePerFrame(paint) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame((now) => {
      asked = false;
      paint(now);
    });
  };
}
