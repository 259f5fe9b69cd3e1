// A sound that the server has rendered, as `musegen.audio.write_stream` writes it: short FLAC files
// one after the other, each of which is decoded when it is about to be played.

import { RATE } from "../synth/engine.js";

/** @import { Stream } from "../shared/payloads.js" */
/** @import { SoundEvent } from "./mixer.js" */

const CACHED = 8; // decoded pieces, 4 s each: 56 MB for five parts

/** @typedef {(AudioBuffer | null)[]} Buffers null: silence */

export class FetchedSound {
  buffered = Math.round(1.5 * RATE);
  lead = Math.round(0.25 * RATE); // nobody waits for it, and busy computers need the time
  /** @type {Map<number, Buffers | null>} null while it is being decoded */
  decoded = new Map();
  #abort = new AbortController();
  #arrived = 0;
  #ends = /** @type {number[]} */ ([]); // of the pieces, in bytes
  #ranges = /** @type {[number, number][][]} */ ([]); // for each piece and part, its bytes
  #data;
  /** @type {OfflineAudioContext | null} */
  #decoder = null;

  /**
   * @param {string} url @param {Stream} stream @param {number[]} times as in `Piece`
   * @param {(event: SoundEvent) => void} changed
   */
  constructor(url, stream, times, changed) {
    this.key = url;
    this.parts = stream.parts;
    this.samples = stream.samples;
    this.each = stream.each;
    this.times = times;
    this.changed = changed;
    let total = 0;
    for (const lengths of stream.bytes) {
      this.#ranges.push(
        lengths.map((length) => {
          total += length;
          return [total - length, total];
        }),
      );
      this.#ends.push(total);
    }
    this.#data = new Uint8Array(total);
    this.#fetch();
  }

  async #fetch() {
    const { signal } = this.#abort;
    try {
      const response = await fetch(this.key, { signal });
      if (!response.ok || !response.body) throw new Error(String(response.status));
      const reader = response.body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        this.#data.set(value, this.#arrived);
        this.#arrived += value.length;
        this.changed("arrived");
      }
      if (this.#arrived < this.#data.length) throw new Error("The sound ended too soon");
    } catch {
      this.#fail();
    }
  }

  #fail() {
    if (this.#abort.signal.aborted) return;
    this.close();
    this.changed("failed");
  }

  /**
   * Decode pieces that will be played soon.
   * @param {number[]} pieces
   */
  want(pieces) {
    for (const i of pieces) {
      const found = this.decoded.get(i);
      if (found !== undefined) {
        this.decoded.delete(i); // to the end of the map: the pieces at its start are dropped first
        this.decoded.set(i, found);
      } else if (this.#arrived >= (this.#ends[i] ?? Infinity)) this.#decode(i);
    }
    for (const old of this.decoded.keys()) {
      if (this.decoded.size > CACHED) this.decoded.delete(old);
    }
  }

  /** @param {number} i */
  #decode(i) {
    this.#decoder ||= new OfflineAudioContext(2, 1, RATE); // works before the first click
    const decoder = this.#decoder;
    this.decoded.set(i, null);
    const parts = this.#ranges[i].map(([from, to]) =>
      from === to ? null : decoder.decodeAudioData(this.#data.slice(from, to).buffer),
    );
    Promise.all(parts).then(
      (buffers) => {
        if (!this.decoded.has(i)) return;
        this.decoded.set(i, buffers);
        this.changed("arrived");
      },
      () => this.#fail(),
    );
  }

  /** @param {number} i @returns {Buffers | null} */
  get(i) {
    return this.decoded.get(i) ?? null;
  }

  /** @param {number} i */
  has(i) {
    return this.get(i) !== null;
  }

  close() {
    this.#abort.abort();
    this.decoded.clear();
  }
}
