// One network of the playground: what it is, where its training stands, and the commands that move it.
// A turned knob asks the server by one small request and runs no script of the page.

const ENDED = ["finished", "stopped", "diverged", "failed", "lost"];

// What the server refuses says why in a sentence.
class Refused extends Error {}

class Control {
  constructor(address) {
    this.address = address; // relative to the page
  }

  async ask(body, options = {}) {
    const url = new URL(this.address, document.baseURI);
    const headers = { "content-type": "application/json" };
    const answer = await fetch(url, { method: "POST", credentials: "same-origin", headers, body: JSON.stringify(body), ...options });
    const told = (answer.headers.get("content-type") ?? "").includes("json") ? await answer.json() : {};
    if (!answer.ok) throw new Refused(told.refusal ?? "");
    return told;
  }
}

class Lane {
  // Args:
  //   changed: called when there is something new to paint.
  //   refused: told a sentence, "" when the server does not answer.
  constructor(control, options, changed, refused) {
    Object.assign(this, { control, options, changed, refused, run: null, state: "new", beside: null });
    this.asked = 0; // looks that were asked for; only the answer to the last one counts
    this.layers = [];
    this.parameters = {};
    this.points = { train: [], validation: [] };
    this.past = new Past();
    this.telling = Promise.resolve();
    this.forget();
  }

  forget() {
    Object.assign(this, { epoch: 0, updates: 0, numbers: {}, best: null, lostAt: null, columns: { e: [] }, crowd: null });
    this.past.forget();
  }

  // as the person wants it: the server may be on its way there
  get wanted() {
    return this.wished ?? this.setup;
  }

  get isMoving() {
    return this.state === "running";
  }

  get isThere() {
    return this.layers.length > 0;
  }

  // --- what it is

  // Take another setup. A run goes on where the change leaves its weights; otherwise the network begins anew.
  // Returns "same", "goes on", "anew" or "refused", which begins anew and has said why.
  async become(setup) {
    const before = this.setup;
    this.setup = setup;
    if (this.run && before) {
      const commands = commandsBetween(before, setup, this.options);
      if (commands) {
        for (const command of commands) {
          if ((await this.tell(command)) !== null) continue;
          await this.anew();
          return "refused";
        }
        if (commands.some((command) => command.do === "data")) await this.look({ keepsWeights: true });
        return commands.length ? "goes on" : "same";
      }
    }
    const hadRun = this.run !== null;
    await this.anew();
    return hadRun ? "anew" : "same";
  }

  // The first setup.
  async begin(setup) {
    this.setup = setup;
    await this.anew();
    return "same";
  }

  // The untrained network of the setup.
  async anew() {
    this.leave();
    this.forget();
    this.state = "new";
    await this.look({});
  }

  // Ask what data and network are. With keepsWeights: the data alone, and what the present weights make of them.
  async look({ keepsWeights = false }) {
    const number = ++this.asked;
    const experiment = experimentOf(this.setup, this.options);
    const body = { do: "look", experiment };
    if (keepsWeights && this.isThere) body.parameters = packedParameters(this.parameters);
    const seen = await this.asking(body);
    if (seen === null || number !== this.asked) return;
    this.points = seen.points;
    if (seen.layers) this.layers = seen.layers;
    if (!keepsWeights) {
      this.parameters = layersOf(seen.parameters.layers);
      for (const edit of this.setup.edits) this.put(edit);
      if (this.setup.edits.length) return this.look({ keepsWeights: true });
    }
    if (this.state !== "running") this.numbers = { ...this.numbers, ...seen.numbers };
    this.changed();
  }

  // --- its training

  async play() {
    if (this.state === "running") return;
    if (ENDED.includes(this.state)) await this.anew(); // there is no going on: from the same start once more
    if (!this.run) await this.start({ paused: false });
    else await this.tell({ do: "resume" });
    if (this.run) this.state = "running";
    this.changed();
  }

  async pause() {
    if (this.run && this.state === "running") await this.tell({ do: "pause" });
  }

  // much: {updates: n} or {epochs: n}
  async step(much) {
    if (ENDED.includes(this.state)) await this.anew();
    if (!this.run) await this.start({ paused: true });
    if (this.run) await this.tell({ do: "step", ...much });
  }

  async start({ paused }) {
    const { edits, speed } = this.setup;
    const body = { do: "start", experiment: experimentOf(this.setup, this.options), paused, ...paceOf(speed) };
    if (this.beside?.run) body.beside = this.beside.run;
    if (edits.length) body.edits = edits;
    const begun = await this.asking(body);
    if (begun === null) return;
    this.run = begun.run;
    this.state = paused ? "paused" : "running";
    this.listen(begun.stream);
  }

  speed() {
    if (this.run) return this.tell({ do: "speed", ...paceOf(this.setup.speed) });
  }

  // What is asked of a run first happens first: two requests on their way may come in either order.
  tell(command) {
    const body = { ...command, run: this.run }; // the run of now, whichever there is when its turn comes
    this.telling = this.telling.then(() => this.asking(body));
    return this.telling;
  }

  async asking(body) {
    this.comeBack();
    try {
      return await this.control.ask(body);
    } catch (refusal) {
      this.refused(refusal instanceof Refused ? refusal.message : "");
      return null;
    }
  }

  leave() {
    this.stream?.close();
    this.stream = null;
    const told = this.run && this.control.ask({ do: "stop", run: this.run }, { keepalive: true });
    if (told) told.catch(() => undefined); // it may have ended by itself
    this.run = null;
  }

  // --- a weight set by hand: seen at once, and its numbers as soon as the server has worked them out

  put({ layer, array, index, value }) {
    const values = this.parameters[layer]?.[array];
    if (!values) return;
    const at = this.placeOf({ layer, array, index });
    if (at < values.length) values[at] = value;
  }

  valueOf(weight) {
    return this.parameters[weight.layer][weight.array][this.placeOf(weight)];
  }

  // among the numbers of its array
  placeOf({ layer, array, index }) {
    const { units } = this.layers.find((one) => one.name === layer);
    return array === "kernel" ? index[0] * units + index[1] : index[0];
  }

  // before: the value that it had
  async edit(edit, before) {
    this.put(edit);
    this.changed();
    if (this.run) {
      if ((await this.tell({ do: "weight", ...edit })) === null) this.put({ ...edit, value: before });
    } else {
      const others = this.setup.edits.filter((one) => !isSameWeight(one, edit));
      this.setup = { ...this.setup, edits: [...others, edit] };
    }
    if (this.state !== "running") await this.look({ keepsWeights: true });
  }

  // --- what the stream tells

  listen(address) {
    const seen = () => last(this.columns.e) ?? 0;
    const events = {
      message: (frame) => this.append(frame),
      reset: (frame) => {
        this.columns = { e: [] };
        this.append(frame);
      },
      state: (told) => this.takeState(told),
      parameters: (told) => this.takeParameters(told),
      end: () => this.end(),
    };
    this.stream = new RunStream(() => `${address}?network=all&last=${seen()}`, events, (what) => this.failed(what));
    this.stream.open();
  }

  // crowd: its place in the queue, and whether the class is busy
  takeState({ state, ...crowd }) {
    this.crowd = { ...crowd, at: performance.now() };
    this.state = { queued: "running", running: "running", paused: "paused" }[state] ?? state;
    this.changed();
  }

  takeParameters(told) {
    this.past.keep(told.epoch, told);
    this.see(this.past.now);
  }

  see({ told: { epoch, updates, layers } }) {
    this.parameters = layersOf(layers);
    Object.assign(this, { epoch, updates });
    this.changed();
  }

  // --- looking back at epochs that were seen, while it rests

  // Returns the picture, or null where there is none to go to.
  lookBack(by) {
    if (!this.past.at) this.newest = this.numbers; // of weights that were typed they stand in no column
    return this.show(this.past.step(by));
  }

  // of a pair the other one
  lookAt(epoch) {
    if (!this.past.now) return;
    if (!this.past.at) this.newest = this.numbers;
    this.show(this.past.to(epoch));
  }

  show(picture) {
    if (!picture) return null;
    this.numbers = this.past.at ? this.numbersAfter(picture.epoch) : this.newest;
    this.see(picture);
    if (!this.past.at && this.state === "diverged") this.loseNumbers();
    return picture;
  }

  // what is changed is the newest network
  comeBack() {
    if (this.past.at) this.show(this.past.to(Infinity));
  }

  numbersAfter(epoch) {
    const place = this.columns.e.findLastIndex((one) => one <= epoch);
    return mapped(this.columns, (values) => values[place]);
  }

  append(frame) {
    const { columns } = this;
    const first = takePoints(columns, frame);
    if (first >= 0) for (let at = first; at < frame.e.length; at++) this.note(frame, at);
    if (frame.updates !== undefined) this.updates = Math.max(this.updates, frame.updates);
    this.epoch = Math.max(this.epoch, last(columns.e) ?? 0);
    this.numbers = this.numbersAfter(Infinity);
    this.changed();
  }

  // best epoch and first number that is none, of all points that have come
  note(frame, at) {
    const value = frame["+val_data_loss"]?.[at] ?? frame.val_loss?.[at];
    if (value !== null && value !== undefined && (this.best === null || value < this.best.value)) this.best = { epoch: frame.e[at], value };
    if (frame.loss?.[at] === null && this.lostAt === null) this.lostAt = frame.e[at];
  }

  end() {
    this.stream.end();
    if (this.state === "running" || this.state === "paused") this.state = "finished";
    if (this.state === "diverged") this.loseNumbers();
    this.changed();
  }

  // Where the loss is none, no drawing may look healthy: what was told last is older than that.
  loseNumbers() {
    const all = Object.values(this.parameters).flatMap((arrays) => Object.values(arrays));
    if (all.every((values) => values.every(Number.isFinite))) for (const values of all) values.fill(NaN);
  }

  failed(what) {
    this.state = "lost";
    this.run = null;
    this.refused(what);
    this.changed();
  }
}

// {train, validation} of numbers or of columns by their names: the data loss where it is told apart from the penalty, of
// the rows looked at after each epoch where they were
function lossesOf(told) {
  return {
    train: told["+evaluated_data_loss"] ?? told["+evaluated_loss"] ?? told["+data_loss"] ?? told.loss,
    validation: told["+val_data_loss"] ?? told.val_loss,
  };
}

function isSameWeight(one, other) {
  return one.layer === other.layer && one.array === other.array && one.index.join() === other.index.join();
}

// "u1": one update a second; "30": thirty epochs a second; "max": as fast as it goes
function paceOf(speed) {
  if (speed === "max") return {};
  return speed.startsWith("u") ? { updates_per_s: Number(speed.slice(1)) } : { epochs_per_s: Number(speed) };
}

function packedParameters(parameters) {
  return mapped(parameters, (arrays) => mapped(arrays, (values) => btoa(String.fromCharCode(...new Uint8Array(values.buffer, values.byteOffset, values.byteLength)))));
}

const mapped = (values, change) => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
