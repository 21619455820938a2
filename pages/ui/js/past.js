// The last pictures of a run, at which a person looks back while it rests: as many as there is room for, however long it goes.

const MOST_PICTURES = 400;
const MOST_LETTERS = 16e6; // of all of them as they came: some 16 MB

class Past {
  constructor() {
    this.forget();
  }

  // at: the picture that is looked back at; null as long as it is the newest, `now`, that is seen
  forget() {
    Object.assign(this, { pictures: [], letters: 0, now: null, at: null });
  }

  // What has just come. Of each epoch the first picture stays, as it was when that epoch was over.
  keep(epoch, told) {
    Object.assign(this, { now: { epoch, told }, at: null });
    while (last(this.pictures)?.epoch > epoch) this.drop(this.pictures.pop()); // these epochs are made anew
    if (last(this.pictures)?.epoch === epoch) return;
    const letters = lettersIn(told);
    this.pictures.push({ epoch, told, letters });
    this.letters += letters;
    while (this.pictures.length > MOST_PICTURES || (this.letters > MOST_LETTERS && this.pictures.length > 1)) this.drop(this.pictures.shift());
  }

  // More of what has come last; of its epoch this picture stays, of which all is there.
  complete(part) {
    Object.assign(this.now.told, part);
    const picture = last(this.pictures);
    if (picture?.epoch !== this.now.epoch) return;
    this.drop(picture);
    Object.assign(picture, { told: this.now.told, letters: lettersIn(this.now.told) });
    this.letters += picture.letters;
  }

  drop({ letters }) {
    this.letters -= letters;
  }

  // by: -1 to the epoch before the one that is seen, 1 to the next one, 0 to the newest. Null where there is none, or none is kept.
  // isWhole: of what was told of an epoch, whether it is all there; others are gone to only where there is no such one.
  step(by, isWhole = () => true) {
    const seen = this.at ?? this.now;
    if (!seen || (by >= 0 && !this.at)) return null;
    if (by === 0) return this.to(Infinity);
    const there = this.pictures.filter(({ epoch }) => (by < 0 ? epoch < seen.epoch : epoch > seen.epoch));
    if (by > 0) there.reverse(); // the nearest one last
    const found = there.findLast(({ told }) => isWhole(told)) ?? (by < 0 ? last(there) : undefined);
    if (by < 0 && !found) return null;
    return this.see(found);
  }

  // The picture of an epoch, or the last one before it, or the first one that was seen.
  to(epoch) {
    return this.see(this.pictures.findLast((picture) => picture.epoch <= epoch) ?? this.pictures[0]);
  }

  see(picture) {
    this.at = picture && picture.epoch < this.now.epoch ? picture : null;
    return this.at ?? this.now;
  }
}

function lettersIn(told) {
  if (typeof told === "string") return told.length;
  return told && typeof told === "object" ? Object.values(told).reduce((sum, part) => sum + lettersIn(part), 8) : 8;
}
