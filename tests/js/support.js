// What several tests need: data as Python sends it, and stand-ins for the browser.

/** @param {Uint8Array | Uint16Array | Float32Array} array */
export const encode = (array) => Buffer.from(array.buffer).toString("base64");

/**
 * A piece as Python sends it: two bars in each phrase, two seconds each, with every part in the
 * first.
 */
export function playerData({ phrases = 4, parts = ["lead", "bass", "drums"], ...more } = {}) {
  const rows = parts.map((part, i) => ({
    onset: 4 * i,
    part: i,
    pitch: { lead: 72, bass: 36, drums: 42 }[part] ?? 60,
    duration: 2,
    offset: 0,
    velocity: 100,
  }));
  const column = (name, type) => encode(type.from(rows.map((row) => row[name])));
  return {
    id: "one",
    title: "Song",
    stem: "musegen-song",
    details: [],
    link: null,
    recipe: "recipe",
    bars: 2 * phrases,
    parts: parts.map((name) => ({ name, instrument: `${name}'s instrument`, programs: [[0, 0]] })),
    notes: {
      onset: column("onset", Uint16Array),
      part: column("part", Uint8Array),
      pitch: column("pitch", Uint8Array),
      duration: column("duration", Uint16Array),
      offset: column("offset", Float32Array),
      velocity: column("velocity", Uint8Array),
    },
    times: Array.from({ length: 2 * phrases + 1 }, (_, i) => i),
    tempos: Array(phrases).fill(240),
    beats: null,
    meters: null,
    feels: Array(phrases).fill({ swing: 0, human: false }),
    keys: Array(phrases).fill(0),
    chords: [{ beat: 0, name: "C" }],
    marks: [
      { bar: 0, text: "A" },
      { bar: phrases, text: "B" },
    ],
    blend: null,
    sound: null,
    stream: null,
    problem: null,
    ...more,
  };
}

/** Data of the same piece with its sound. */
export const withSound = (data, url = "sound", parts = data.parts.map(({ name }) => name)) => ({
  ...data,
  sound: { url, orig_name: "sound.flacs" },
  stream: { parts, samples: 44100 * 8, each: 44100 * 4, bytes: [] },
});

/** Stands in for the mixer of a controller. */
export class FakeMixer {
  position = 0;
  length = 0;
  playing = false;
  repeats = false;
  loop = null;
  levels = new Map();
  /** Keys of the sounds that were loaded. */
  loaded = [];
  sound = null;
  next = [];

  load(sound) {
    this.loaded.push(sound.key);
    this.next = [sound];
  }
  loadMeanwhile(sound) {
    this.loaded.push(sound.key);
    this.next.push(sound);
  }
  /** A sound that was loaded, the best one if not said otherwise, can be played. */
  finishLoading(index = 0) {
    this.sound = this.next[index];
    this.next.length = index;
    this.length = 8 * 44100;
  }
  forget() {
    this.next = [];
  }
  clear() {
    this.sound = null;
    this.length = 0;
    this.playing = false;
  }
  wake() {}
  play() {
    this.playing = true;
  }
  pause() {
    this.playing = false;
  }
  seek(position) {
    this.position = position;
  }
  setLoop(loop) {
    this.loop = loop;
  }
  setRepeat(repeats) {
    this.repeats = repeats;
  }
  setLevel(part, level) {
    this.levels.set(part, level);
  }
}

/** Stands in for the synthesizer of a controller; at first the page has none. */
export class FakeSynthesizer {
  isUsable = false;
  isWarm = false;
  soundfont = "font";

  read(piece) {
    return { key: `own ${this.soundfont} ${piece.recipe}` };
  }
  make(piece) {
    return this.read(piece);
  }
}

/** A `localStorage` that can be full. */
export function fakeStorage() {
  const values = new Map();
  return {
    isBroken: false,
    getItem(key) {
      if (this.isBroken) throw new Error("refused");
      return values.get(key) ?? null;
    },
    setItem(key, value) {
      if (this.isBroken) throw new Error("full");
      values.set(key, value);
    },
  };
}
