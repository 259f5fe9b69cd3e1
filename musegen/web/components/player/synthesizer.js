// The page's own synthesizer: starts the worker, makes sounds of pieces, and says when it cannot.

import { BLOCK, RATE } from "../synth/engine.js";
import { makeScore } from "../synth/score.js";
import { loudestOf, SynthSound } from "./synth_sound.js";

/** @import { Gain, Mastering } from "../synth/loudness.js" */
/** @import { Answer, Request } from "../synth/renderer.js" */
/** @import { Score } from "../synth/score.js" */
/** @import { SoundEvent } from "./mixer.js" */
/** @import { Piece } from "./piece.js" */

/**
 * What the server says in the page's head. Without the files of the engine there is none.
 *
 * @typedef {object} Config
 * @property {{ library: string } | null} engine address of libfluidsynth, relative to the page
 * @property {Record<string, string>} soundfonts digests by name; the first is the default
 * @property {Record<string, number>} settings by FluidSynth's names
 * @property {Mastering} loudness
 */

const FIRST_FACTOR = 4; // gain of the first piece until its loudness was measured
const PATIENCE = 10; // seconds without an answer after which the worker counts as lost
const HELD = 20; // seconds that a note on a keyboard can be held
const FIRST_SEGMENTS = Array.from({ length: 10 }, (_, i) => i); // as many as are scheduled ahead
const REMEMBERED = 20; // gains of pieces that were measured, 0.1 MB each

export class Synthesizer {
  /** @type {"off" | "starting" | "ready" | "broken"} */
  state = "off";
  isWarm = false; // whether instruments are there, so that the server's sound is not needed
  /** @type {Map<string, Gain>} by the keys of sounds */
  #gains = new Map();
  /** @type {Map<number, SynthSound>} */
  #sounds = new Map();
  /** @type {Worker | null} */
  #worker = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer = undefined;
  #factor = FIRST_FACTOR;
  /** @type {SynthSound | null} made before anybody wants to hear it */
  #ahead = null;
  #ids = 0;

  /** @param {Config | null} config @param {() => void} changed its state has changed */
  constructor(config, changed) {
    this.config = config;
    this.changed = changed;
    this.soundfont = Object.keys(config?.soundfonts ?? {})[0] ?? "";
  }

  get isUsable() {
    return this.state === "starting" || this.state === "ready";
  }

  /**
   * Start the worker, and let it load the instruments that most pieces begin with.
   * @param {Record<string, number>} programs by part
   */
  start(programs) {
    const { config } = this;
    if (this.state !== "off" || !config?.engine || !this.soundfont) return;
    if (typeof Worker === "undefined" || typeof WebAssembly === "undefined") return;
    const address = (/** @type {string} */ name) =>
      new URL(`../synth/${name}`, import.meta.url).href;
    this.state = "starting";
    try {
      this.#worker = new Worker(address("worker.js"));
    } catch {
      return this.#break();
    }
    this.#worker.onerror = () => this.#break();
    this.#worker.onmessage = ({ data }) => this.#receive(data);
    const fonts = Object.entries(programs).map(([part, program]) => this.#fontOf(part, program));
    this.#worker.postMessage({
      engine: new URL(config.engine.library, document.baseURI).href,
      renderer: address("renderer.js"),
      sounding: { settings: config.settings, mastering: config.loudness },
      fonts,
    });
    this.#post({ kind: "prepare", fonts });
  }

  /** @param {Answer | { kind: "ready" } | { kind: "broken" }} answer */
  #receive(answer) {
    clearTimeout(this.#timer);
    if (answer.kind === "ready") {
      this.state = "ready";
      this.changed();
    } else if (answer.kind === "broken") this.#break();
    else if (answer.kind === "prepared") {
      this.isWarm = true;
      this.changed();
    } else {
      const sound = this.#sounds.get(answer.id);
      if (answer.kind === "loaded") this.isWarm = true;
      if (answer.kind === "measured" && sound) this.#remember(sound.key, answer.gain);
      sound?.receive(answer);
    }
  }

  /** @param {string} key @param {Gain} gain */
  #remember(key, gain) {
    this.#gains.set(key, gain);
    for (const old of this.#gains.keys()) {
      if (this.#gains.size > REMEMBERED) this.#gains.delete(old);
    }
    this.#factor = loudestOf(gain);
  }

  /**
   * Give the worker up when it has not answered for some seconds. They are counted one by one, since
   * a page that was asleep has not waited: what came meanwhile is delivered after the first.
   * @param {number} seconds
   */
  #expectAnswer(seconds) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (seconds > 1) this.#expectAnswer(seconds - 1);
      else this.#giveUp();
    }, 1000);
  }

  #giveUp() {
    if ([...this.#sounds.values()].some(({ isWaiting }) => isWaiting)) this.#break();
  }

  /** Nothing more comes from the worker. */
  #break() {
    if (this.state === "broken") return;
    this.state = "broken";
    clearTimeout(this.#timer);
    this.#worker?.terminate();
    this.#worker = null;
    for (const sound of [...this.#sounds.values()]) {
      sound.receive({ kind: "failed", id: sound.id, problem: "" });
    }
    this.changed();
  }

  /**
   * @param {Piece} piece
   * @returns {{ score: Score, key: string }}
   */
  read(piece) {
    const score = makeScore(piece, (part, program) => this.#fontOf(part, program));
    return { score, key: keyOf(score) };
  }

  /** @param {string} part @param {number} program */
  #fontOf(part, program) {
    const digest = this.config?.soundfonts[this.soundfont] ?? "";
    const address = `soundfont/${digest}/${part === "drums" ? 128 : 0}-${program}.sf3`;
    return new URL(address, document.baseURI).href;
  }

  /**
   * Make the sound of a piece that will probably be played, and render its beginning.
   * @param {Piece} piece
   */
  makeAhead(piece) {
    if (!this.isUsable) return;
    this.#ahead = this.#make(piece, null, FIRST_SEGMENTS, () => {});
  }

  /**
   * @param {Piece} piece @param {(event: SoundEvent, sound: SynthSound) => void} changed
   * @param {number | null} factor gain; null if it is to be measured
   */
  make(piece, changed, factor = null) {
    const ahead = this.#ahead;
    this.#ahead = null;
    if (ahead && !ahead.problem && factor === null && ahead.key === this.read(piece).key) {
      ahead.changed = (event) => changed(event, ahead);
      return ahead;
    }
    ahead?.close();
    return this.#make(piece, factor, [], changed);
  }

  /**
   * @param {Piece} piece @param {number | null} factor @param {number[]} segments
   * @param {(event: SoundEvent, sound: SynthSound) => void} changed
   */
  #make(piece, factor, segments, changed) {
    const { score, key } = this.read(piece);
    const { times } = piece;
    const gain = factor === null ? (this.#gains.get(key) ?? null) : null;
    const isMeasured = factor !== null || gain !== null;
    return this.#add({ key, score, times, segments, changed, factor, gain, isMeasured });
  }

  /**
   * @param {object} options as of `SynthSound`
   * @param {string} options.key @param {Score} options.score @param {number[]} options.times
   * @param {Gain | null} options.gain @param {boolean} options.isMeasured
   * @param {number | null} [options.factor] @param {number[]} [options.segments]
   * @param {(event: SoundEvent, sound: SynthSound) => void} options.changed
   */
  #add({ factor = null, changed, ...options }) {
    this.#ids += 1;
    const id = this.#ids;
    /** @type {SynthSound} */
    const sound = new SynthSound({
      ...options,
      id,
      factor: factor ?? this.#factor,
      mastering: /** @type {Config} */ (this.config).loudness,
      post: (request) => this.#post(request),
      changed: (event) => changed(event, sound),
    });
    this.#sounds.set(id, sound);
    return sound;
  }

  /**
   * Load an instrument that will be played.
   * @param {string} part @param {number} program
   */
  prepare(part, program) {
    if (this.isUsable) this.#post({ kind: "prepare", fonts: [this.#fontOf(part, program)] });
  }

  /**
   * Make the sound of one note, which is held for `HELD` seconds.
   * @param {string} part @param {number} program @param {number} pitch @param {number} velocity
   * @param {(event: SoundEvent) => void} changed
   */
  makeNote(part, program, pitch, velocity, changed) {
    const end = Math.round((HELD * RATE) / BLOCK);
    const events = Int32Array.from([0, 0, pitch, velocity, end, 0, pitch, 0]);
    const fonts = [this.#fontOf(part, program)];
    const score = { parts: [{ name: part, fonts, events }], samples: HELD * RATE };
    return this.#add({ key: "", score, times: [], changed, gain: null, isMeasured: true });
  }

  /** @param {Request} request */
  #post(request) {
    if (request.kind === "drop") this.#sounds.delete(request.id);
    this.#worker?.postMessage(request);
    if (request.kind === "render") this.#expectAnswer(PATIENCE);
  }
}

/**
 * A text that is equal for equal scores.
 * @param {Score} score
 */
function keyOf({ parts, samples }) {
  let hash = 0;
  for (const { events } of parts) {
    for (const value of events) hash = (Math.imul(hash, 31) + value) | 0;
  }
  return [samples, hash, ...parts.flatMap(({ name, fonts }) => [name, ...fonts])].join(" ");
}
