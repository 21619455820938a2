// The knobs around the network: the bar above it and the data beside it.

const RATES = [0.00001, 0.0001, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];
const PENALTY_RATES = [0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];
const THUMBNAIL = 42; // pixels

class Controls {
  // playground: {setup, options, texts, language, change(part), preview(part), settle(), play(), …}
  constructor(root, playground) {
    this.playground = playground;
    this.bar = element(root, "div", "pg-bar");
    this.knobs = element(root, "div", "pg-knobs");
    this.data = element(root, "div", "pg-data");
  }

  // made anew when what can be chosen has changed; values alone are only put in
  build() {
    const { setup, options, texts, language } = this.playground;
    const used = new Set((setup.drawn ?? []).map((point) => point[2])).size;
    const hand = [setup.drawn !== null, used, this.playground.drawing, this.playground.class];
    const tables = options.datasets.map(({ name, words, columns }) => [name, words, columns]);
    const wish = JSON.stringify([language, setup.problem, setup.hide, datasetOf(setup), taskOf(setup, options), this.playground.isPair, hand, tables]);
    if (wish === this.built) return this.put();
    this.built = wish;
    const focused = document.activeElement?.dataset?.name;
    const box = [this.bar, this.knobs, this.data].find((part) => part.contains(document.activeElement));
    for (const part of [this.bar, this.knobs, this.data]) part.replaceChildren();
    this.fields = [];
    this.buildBar(setup, texts);
    this.buildKnobs(setup, options, texts);
    this.buildData(setup, options, texts, language);
    this.put();
    if (focused) box?.querySelector(`[data-name="${focused}"]`)?.focus();
  }

  // field: shows the value of the setup whenever it has changed elsewhere
  field(input, read) {
    this.fields.push({ input, read });
    return input;
  }

  put() {
    const { setup } = this.playground;
    for (const { input, read } of this.fields) {
      if (input === document.activeElement && input.type !== "checkbox" && input.tagName !== "SELECT") continue;
      const value = read(setup);
      if (input.type === "checkbox") input.checked = value;
      else {
        if (input.tagName === "SELECT" && ![...input.options].some((option) => option.value === String(value))) {
          input.add(new Option(String(value), String(value))); // a link may ask for what the list has not
        }
        input.value = String(value);
        input.tell?.();
      }
    }
    this.putPenaltyRate(setup.regularization !== "none");
  }

  // there is nothing that it could be the rate of, and the knob says so
  putPenaltyRate(isThere) {
    if (!this.penaltyRate) return;
    this.penaltyRate.disabled = !isThere;
    this.penaltyRate.title = isThere ? "" : this.playground.texts.regularization_rate_off;
  }

  buildBar(setup, texts) {
    const { playground } = this;
    const group = element(this.bar, "div", "pg-run");
    this.play = isHidden(setup, "playButton") ? null : button(group, { name: "play", label: "▶", about: texts.play, kind: "main", press: () => playground.toggle() });
    if (!isHidden(setup, "stepButton")) {
      button(group, { name: "update", label: texts.step_update, about: texts.step_update_about, press: () => playground.step({ updates: 1 }) });
      button(group, { name: "epoch", label: texts.step_epoch, about: texts.step_epoch_about, press: () => playground.step({ epochs: 1 }) });
    }
    if (!isHidden(setup, "resetButton")) {
      button(group, { name: "reset", label: `↺ ${texts.reset}`, about: texts.reset_about, press: () => playground.reset() });
      button(group, { name: "newstart", label: texts.new_start, about: texts.new_start_about, press: () => playground.newStart() });
    }
    const count = element(this.bar, "div", "pg-count");
    this.epoch = element(count, "strong");
    this.updates = element(count, "span");
    if (!isHidden(setup, "speed")) {
      const speeds = playground.options.speeds.map((speed) => [speed, texts[`speed_${speed}`] ?? fill(texts.speed_epochs, { count: speed })]);
      this.field(choice(this.bar, { name: "speed", label: texts.speed, options: speeds, value: setup.speed, change: (speed) => playground.change({ speed }) }), (one) => one.speed);
    }
    const more = element(this.bar, "div", "pg-tools");
    this.undo = button(more, { name: "undo", label: `⟲ ${texts.undo}`, about: texts.undo_about, press: () => playground.undo() });
    if (!isHidden(setup, "compare")) {
      button(more, { name: "compare", label: playground.isPair ? texts.compare_end : texts.compare, about: texts.compare_about, isPressed: playground.isPair, press: () => playground.comparePair() });
    }
    button(more, { name: "keep", label: texts.keep, about: texts.keep_about, press: () => playground.keep() });
    button(more, { name: "link", label: texts.link, about: texts.link_about, press: () => playground.copyLink() });
    button(more, { name: "save", label: texts.save, about: texts.save_about, press: () => playground.save() });
    const open = element(more, "label", "pg-button");
    open.textContent = texts.open;
    open.title = texts.open_about;
    const file = element(open, "input", "pg-file");
    Object.assign(file, { type: "file", accept: ".json" });
    file.dataset.name = "open";
    file.addEventListener("change", () => file.files[0] && playground.open(file.files[0]));
  }

  tick(lane) {
    const { language } = this.playground;
    const number = formatOf(language, { minimumIntegerDigits: 6 });
    setText(this.epoch, fill(this.playground.texts.epoch, { epoch: number.format(lane.epoch) }));
    setText(this.updates, fill(this.playground.texts.updates, { updates: formatOf(language).format(lane.updates) }));
    if (!this.play) return;
    const isRunning = lane.isMoving;
    setText(this.play, isRunning ? "❚❚" : "▶");
    const about = isRunning ? this.playground.texts.pause : this.playground.texts.play;
    if (this.play.title !== about) {
      this.play.title = about;
      this.play.setAttribute("aria-label", about);
    }
  }

  buildKnobs(setup, options, texts) {
    const { playground } = this;
    if (playground.isPair) this.buildPair(texts);
    const list = (name, label, choices, read, change) => {
      if (isHidden(setup, name)) return null;
      const select = choice(this.knobs, { name, label, options: choices, value: String(read(setup)), change });
      return this.field(select, read);
    };
    const put = (name, words = String) => (value) => playground.change({ [name]: words(value) });
    list("learningRate", texts.learning_rate, RATES.map(String), (one) => one.learningRate, put("learningRate", Number));
    list("activation", texts.activation, options.activations, (one) => one.hidden[0]?.activation ?? "tanh", (activation) =>
      playground.change({ hidden: playground.setup.hidden.map((layer) => ({ ...layer, activation })) }),
    );
    list("regularization", texts.regularization, [["none", texts.none], "L1", "L2"], (one) => one.regularization, put("regularization"));
    this.penaltyRate = list("regularizationRate", texts.regularization_rate, PENALTY_RATES.map(String), (one) => one.regularizationRate, put("regularizationRate", Number));
    list("optimizer", texts.optimizer, options.optimizers.map(({ name, words }) => [name, words]), (one) => one.optimizer, put("optimizer"));
    const losses = options.losses[taskOf(setup, options)].map((name) => [name, options.lossWords[name] ?? name]);
    list("loss", texts.loss, losses, (one) => lossOf(one, options), put("loss"));
    list("initializer", texts.initializer, options.initializers, (one) => one.initializer, put("initializer"));
    list("problem", texts.problem, [["classification", texts.classification], ["regression", texts.regression]], (one) => one.problem, put("problem"));
  }

  // two networks: to which of them the knobs belong
  buildPair(texts) {
    const { playground } = this;
    const box = element(this.knobs, "div", "pg-pair");
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", texts.pair);
    for (const [place, name] of ["A", "B"].entries()) {
      button(box, { name: `lane${name}`, label: name, about: fill(texts.pair_choose, { name }), isPressed: playground.active === place, press: () => playground.choose(place) });
    }
    this.difference = element(box, "span", "pg-small");
  }

  buildData(setup, options, texts, language) {
    const { playground, data } = this;
    const table = tableOf(setup, options);
    element(data, "h3", "pg-title").textContent = texts.data;
    if (!isHidden(setup, "dataset")) this.buildThumbnails(setup, options, texts);
    const moving = (name) => ({ moved: (value) => playground.preview({ [name]: value }), settle: () => playground.settle(), language });
    const range = (name, label, step, unit = "") => {
      if (isHidden(setup, name)) return;
      this.field(slider(data, { name, label, range: options.limits[name], step, value: setup[name], unit, ...moving(name) }), (one) => one[name]);
    };
    if (!table.data && !setup.drawn) {
      range("noise", texts.noise, 5, "%");
      range("points", texts.points, 10);
    }
    if (!table.data) range("percTrainData", texts.train_share, 5, "%");
    range("batchSize", texts.batch_size, 1);
    this.batches = element(data, "p", "pg-small");
    if (!table.data && !setup.drawn && !isHidden(setup, "seed")) {
      const [low, high] = options.limits.seed;
      button(data, { name: "newdata", label: texts.new_data, about: texts.new_data_about, press: () => playground.newData(low, high) });
    }
    this.field(check(data, { name: "shuffle", label: texts.shuffle, value: setup.shuffle, change: (shuffle) => playground.change({ shuffle }) }), (one) => one.shuffle);
    for (const name of ["showTestData", "discretize"]) {
      if (isHidden(setup, name)) continue;
      this.field(check(data, { name, label: texts[name], value: setup[name], change: (value) => playground.change({ [name]: value }) }), (one) => one[name]);
    }
    if (!isHidden(setup, "drawing") && setup.problem === "classification") this.buildDrawing(options, texts);
  }

  buildThumbnails(setup, options, texts) {
    const box = element(this.data, "div", "pg-thumbs");
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", texts.dataset);
    for (const table of options.datasets.filter((one) => one.problem === setup.problem && one.name !== "drawn")) {
      const isOn = datasetOf(setup) === table.name;
      const made = button(box, { name: `data-${table.name}`, label: "", about: table.words, isPressed: isOn, kind: "thumb", press: () => this.playground.chooseData(table) });
      if (table.thumbnail) paintThumbnail(element(made, "canvas"), table, this.playground.palette);
      else made.textContent = table.short ?? table.words;
    }
  }

  buildDrawing(options, texts) {
    const { playground } = this;
    const box = element(this.data, "div", "pg-drawing");
    button(box, { name: "draw", label: playground.drawing ? texts.draw_end : texts.draw, about: texts.draw_about, isPressed: playground.drawing, press: () => playground.draw() });
    if (!playground.drawing) return;
    const pens = element(box, "div", "pg-pens");
    pens.setAttribute("role", "group");
    pens.setAttribute("aria-label", texts.pen);
    const used = new Set((playground.setup.drawn ?? []).map((point) => point[2])).size; // one more than there are can be begun
    for (let one = 0; one < Math.min(options.limits.classes, Math.max(2, used + 1)); one++) {
      const pen = button(pens, { name: `pen${one}`, label: String(one), about: fill(texts.pen_class, { name: one }), isPressed: playground.class === one, kind: "pen", press: () => playground.hold(one) });
      pen.style.setProperty("--pen", css(CLASSES[one]));
    }
    button(pens, { name: "erase", label: texts.erase, about: texts.erase_about, isPressed: playground.class === "erase", press: () => playground.hold("erase") });
    button(pens, { name: "clear", label: texts.clear, about: texts.clear_about, press: () => playground.change({ drawn: [] }) });
  }

  // 250 ÷ 30 = 9 updates an epoch, the last of 10 rows
  tellBatches(rows, batch) {
    const { texts, language } = this.playground;
    if (!rows || !this.batches) return;
    const number = formatOf(language);
    const [updates, rest] = [Math.ceil(rows / batch), rows % batch];
    const values = { rows: number.format(rows), batch: number.format(batch), updates: number.format(updates), rest: number.format(rest) };
    setText(this.batches, fill(rest ? texts.batches_rest : texts.batches, values));
  }
}

function paintThumbnail(canvas, { thumbnail, problem, inputs }, palette) {
  const pen = fixed(canvas, THUMBNAIL, THUMBNAIL);
  canvas.setAttribute("aria-hidden", "true");
  const targets = thumbnail.map(last);
  const reach = Math.max(...targets.map(Math.abs)) || 1;
  for (const point of thumbnail) {
    const y = inputs === 1 ? (point[1] / reach) * 5 : point[1];
    pen.fillStyle = problem === "regression" ? (inputs === 1 ? css(ABOVE) : palette.css(last(point) / reach)) : css(CLASSES[last(point) % CLASSES.length]);
    pen.beginPath();
    pen.arc(THUMBNAIL * (0.5 + point[0] / 13), THUMBNAIL * (0.5 - y / 13), 1.4, 0, 2 * Math.PI);
    pen.fill();
  }
}
