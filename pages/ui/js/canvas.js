// Canvases as sharp as the screen, and painting within a part of one.

// A canvas in the screen's own pixels; returns its pen, which counts in those of the page.
function sized(canvas, width, height) {
  const dense = window.devicePixelRatio || 1;
  const [wide, high] = [Math.round(width * dense), Math.round(height * dense)];
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide;
    canvas.height = high;
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(dense, 0, 0, dense, 0, 0);
  return pen;
}

// The same, shown just as large.
function fixed(canvas, width, height) {
  Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
  return sized(canvas, width, height);
}

// Nothing of what `paint` does is seen outside of an area {left, top, right, bottom}, and the pen is afterwards as it was.
function within(pen, { left, top, right, bottom }, paint) {
  pen.save();
  pen.beginPath();
  pen.rect(left, top, right - left, bottom - top);
  pen.clip();
  paint();
  pen.restore();
}
