// The event stream of one run: it closes while the tab is hidden, and goes on from where it stood when it is seen again.

const BLOCKED_AFTER_MS = 5000;

class RunStream {
  // Args:
  //   address: () => the stream's URL relative to the page, with where it stands in ?last=; asked at each connecting.
  //   events: name of an event -> what is to be done with its content; "message" is a frame of points.
  //   failed: told "lost" (the server does not know this run any more) or "blocked" (nothing comes through), once.
  constructor(address, events, failed) {
    Object.assign(this, { address, events, failed, source: null, over: true });
    this.onVisibility = () => (document.hidden ? this.disconnect() : this.connect());
    document.addEventListener("visibilitychange", this.onVisibility);
  }

  // Begin, or go on after an end: more epochs were asked for.
  open() {
    this.over = false;
    this.connect();
  }

  connect() {
    if (this.source || this.over || document.hidden) return;
    const source = (this.source = new EventSource(new URL(this.address(), document.baseURI))); // behind a proxy's path as well
    this.blocked = setTimeout(() => this.give("blocked"), BLOCKED_AFTER_MS);
    for (const [name, take] of Object.entries(this.events)) {
      source.addEventListener(name, (message) => {
        if (source !== this.source) return; // of a run that is no longer shown
        clearTimeout(this.blocked);
        take(message.data ? JSON.parse(message.data) : null);
      });
    }
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED && source === this.source) this.give("lost");
    };
  }

  disconnect() {
    clearTimeout(this.blocked);
    if (this.source) this.source.close();
    this.source = null;
  }

  give(what) {
    this.end();
    this.failed(what);
  }

  // Nothing more is to come.
  end() {
    this.disconnect();
    this.over = true;
  }

  close() {
    this.end();
    document.removeEventListener("visibilitychange", this.onVisibility);
  }
}

// --- numbers out of events

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
