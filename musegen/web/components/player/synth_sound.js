// A sound that this page makes: a worker renders it a few seconds ahead of where it is played.

import { BLOCK, RATE } from "../synth/engine.js";
import { applyGain } from "../synth/loudness.js";
import { SEGMENT } from "../synth/renderer.js";

/** @import { Gain, Mastering } from "../synth/loudness.js" */
/** @import { Answer, Request, Stereo } from "../synth/renderer.js" */
/** @import { Score } from "../synth/score.js" */
/** @import { SoundEvent } from "./mixer.js" */

const CACHED = 128; // segments: 32 s, 56 MB for five parts

export class SynthSound {
  each = SEGMENT;
  buffered = SEGMENT;
  origin = 0;
  lead = Math.round(0.05 * RATE);
  problem = "";
  #isLoaded = false; // whether its instruments are there
  #isClosed = false;
  /** @type {Map<number, Stereo[]>} */
  #segments = new Map();
  /** @type {Set<number>} segments that the worker was asked for */
  #pending = new Set();
  #known = Infinity; // segments of which all notes are known
  #revision = 0;
  #changed = 0; // the first segment that the last revision changed

  /**
   * @param {object} options
   * @param {number} options.id @param {string} options.key equal for equal sounds
   * @param {Score} options.score @param {number[]} options.times as in `Piece`
   * @param {number} options.factor gain until its loudness was measured
   * @param {Gain | null} options.gain @param {boolean} options.isMeasured whether it need not be
   * @param {Mastering} options.mastering
   * @param {number[]} [options.segments] what is to be rendered at once
   * @param {(request: Request) => void} options.post
   * @param {(event: SoundEvent) => void} options.changed
   */
  constructor({ id, key, score, times, factor, gain, isMeasured, mastering, ...more }) {
    const { segments = [], post, changed } = more;
    this.id = id;
    this.key = key;
    this.parts = score.parts.map(({ name }) => name);
    this.times = times;
    this.factor = factor;
    this.gain = gain;
    this.mastering = mastering;
    this.score = score;
    this.post = post;
    this.changed = changed;
    this.samples = gain?.samples ?? score.samples + Math.round(mastering.max_release * RATE);
    this.#pending = new Set(segments);
    post({ kind: "load", id, score, isMeasured, segments });
  }

  /** @param {Answer} answer */
  receive(answer) {
    if (answer.kind === "loaded") {
      this.#isLoaded = true;
      this.changed("arrived");
    } else if (answer.kind === "segment") {
      const { segment, revision } = answer;
      if (revision !== this.#revision && segment >= this.#changed) return; // its notes have changed
      this.#pending.delete(segment);
      this.#segments.set(answer.segment, answer.parts);
      for (const old of this.#segments.keys()) {
        if (this.#segments.size > CACHED) this.#segments.delete(old);
      }
      this.changed("arrived");
    } else if (answer.kind === "measured") {
      if (this.#revision) this.factor = loudestOf(answer.gain);
      else {
        this.gain = answer.gain;
        this.samples = answer.gain.samples;
      }
      this.changed("measured");
    } else if (answer.kind === "failed") {
      this.problem = answer.problem;
      this.changed("failed");
    }
  }

  /**
   * Play other notes from a position on, and go on after them: the sound has no end then, and its
   * loudness is one for all.
   * @param {object} revision
   * @param {Score} revision.score of the music that is shown, with as many fonts as before
   * @param {number[]} revision.times as in `Piece`
   * @param {number} revision.origin samples before that music, which are not shown any more
   * @param {number} revision.from samples from which on notes have changed
   * @param {number | null} revision.known samples up to which they are known; null: that is all
   */
  revise({ score, times, origin, from, known }) {
    const first = Math.floor(origin / BLOCK);
    const parts = score.parts.map((part) => ({ ...part, events: later(part.events, first) }));
    if (this.gain) this.factor = loudestOf(this.gain);
    this.gain = null;
    this.score = { ...score, parts };
    this.origin = origin;
    this.times = times.map((time) => time + origin / RATE);
    const end = origin + score.samples + Math.round(this.mastering.max_release * RATE);
    this.samples = known === null ? end : Infinity;
    this.#known = known === null ? Infinity : Math.floor(known / SEGMENT);
    this.#revision += 1;
    this.#changed = Math.floor(from / SEGMENT);
    for (const segments of [this.#segments, this.#pending]) {
      for (const i of segments.keys()) if (i >= this.#changed) segments.delete(i);
    }
    const [id, events] = [this.id, parts.map((part) => part.events)];
    const block = Math.floor(from / BLOCK);
    this.post({ kind: "revise", id, events, from: block, revision: this.#revision });
  }

  /**
   * Have segments rendered, in this order.
   * @param {number[]} segments
   */
  want(segments) {
    const missing = segments.filter(
      (i) => i < this.#known && !this.#segments.has(i) && !this.#pending.has(i),
    );
    if (!missing.length || !this.#isLoaded || this.#isClosed) return;
    // After a jump, nothing of what was asked for before is needed.
    const isJump = this.#pending.size > 0 && !segments.some((i) => this.#pending.has(i));
    if (isJump) this.#pending.clear();
    for (const i of missing) this.#pending.add(i);
    this.post({ kind: "render", id: this.id, segments: missing, isJump });
  }

  /** @param {number} i @returns {(AudioBuffer | null)[] | null} */
  get(i) {
    const parts = this.#segments.get(i);
    if (parts) {
      this.#segments.delete(i); // to the end of the map: segments at its start are dropped first
      this.#segments.set(i, parts);
    }
    return parts ? parts.map((stereo) => stereo && this.#toBuffer(stereo, i)) : null;
  }

  /** @param {number} i */
  has(i) {
    return this.#segments.has(i);
  }

  /** @param {[Float32Array<ArrayBuffer>, Float32Array<ArrayBuffer>]} stereo @param {number} i */
  #toBuffer(stereo, i) {
    const buffer = new AudioBuffer({ length: SEGMENT, numberOfChannels: 2, sampleRate: RATE });
    stereo.forEach((side, channel) => {
      const sound = side.slice();
      if (this.gain) applyGain(sound, i * SEGMENT, this.gain, this.mastering);
      else for (let j = 0; j < SEGMENT; j += 1) sound[j] *= this.factor;
      buffer.copyToChannel(sound, channel);
    });
    return buffer;
  }

  /** Whether the worker owes an answer. */
  get isWaiting() {
    return this.#pending.size > 0;
  }

  close() {
    this.#isClosed = true;
    this.#segments.clear();
    this.post({ kind: "drop", id: this.id });
  }
}

/** @param {Gain} gain */
export const loudestOf = ({ hops }) => hops.reduce((a, b) => Math.max(a, b), 0);

/** @param {Int32Array} events @param {number} blocks */
const later = (events, blocks) => events.map((value, i) => (i % 4 ? value : value + blocks));
