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
