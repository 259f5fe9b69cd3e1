// Renders events from any block on.

import { BLOCK, RATE, Synth } from "./engine.js";

/** @import { Fonts } from "./engine.js" */
/** @import { Tone } from "./zones.js" */

const RUN_UP = Math.round((0.5 * RATE) / BLOCK); // blocks before a jump's target: notes that sound there
const SILENCE = 1e-6;
const MOST_BLOCKS = 172; // that are rendered at once

/** The events of a part, or of several at once, and the synthesizer that plays them. */
export class Playback {
  #block = -1; // that comes next; -1: nowhere yet
  #next = 0; // index of the event that comes next
  #isQuiet = false; // nothing was heard in what was rendered last
  #ready = Infinity; // block up to which all samples that are needed are decoded

  /**
   * @param {Fonts} fonts @param {Record<string, number>} settings
   * @param {string[]} urls soundfonts of the channels @param {Int32Array} events as in `Part`
   * @param {number} soon how many blocks on it is to be played soon: where samples have to be
   *   decoded, only those that the notes before need
   */
  constructor(fonts, settings, urls, events, soon) {
    this.fonts = fonts;
    this.urls = urls;
    this.events = events;
    this.soon = soon;
    this.synth = new Synth(fonts, settings);
    this.#loadFor(soon);
  }

  /**
   * Have the samples that the notes before a block need, or all of them if they are decoded.
   * @param {number} end
   */
  #loadFor(end) {
    const { fonts, urls, events } = this;
    const isWhole = urls.every((url) => fonts.isWhole(url));
    const tones = isWhole ? [] : urls.map((_, channel) => tonesOf(events, channel, end));
    for (const [channel, own] of tones.entries()) fonts.decode(urls[channel], own);
    this.synth.load(urls, tones);
    this.#ready = isWhole ? Infinity : end;
  }

  /**
   * Go on with other events from a block on.
   * @param {Int32Array} events @param {number} from the first block at which they differ
   */
  revise(events, from) {
    this.events = events;
    if (this.#ready < Infinity) this.#ready = Math.min(this.#ready, from);
    if (this.#block > from) this.#block = -1; // what was rendered is another music: jump
    this.#next = 0;
    while (events[this.#next] < this.#block) this.#next += 4;
  }

  /** @param {number} block */
  #jump(block) {
    const { events, synth } = this;
    synth.reset();
    const begin = Math.max(0, block - RUN_UP);
    /** @type {Map<number, number[]>} */
    const sounding = new Map();
    for (this.#next = 0; events[this.#next] < begin; this.#next += 4) {
      const [, channel, pitch, velocity] = events.subarray(this.#next, this.#next + 4);
      const key = 128 * channel + pitch;
      if (velocity) sounding.set(key, [channel, pitch, velocity]);
      else sounding.delete(key);
    }
    for (const [channel, pitch, velocity] of sounding.values())
      synth.play(channel, pitch, velocity);
    this.#block = begin;
    this.#isQuiet = false;
    const scratch = new Float32Array(MOST_BLOCKS * BLOCK);
    while (this.#block < block) {
      const blocks = Math.min(MOST_BLOCKS, block - this.#block);
      this.#run(scratch.subarray(0, blocks * BLOCK), scratch.subarray(0, blocks * BLOCK));
    }
  }

  /** @param {Float32Array} left @param {Float32Array} right */
  #run(left, right) {
    const { events, synth } = this;
    const blocks = left.length / BLOCK;
    for (let done = 0; done < blocks; ) {
      for (; events[this.#next] <= this.#block + done; this.#next += 4) {
        synth.play(events[this.#next + 1], events[this.#next + 2], events[this.#next + 3]);
      }
      const until = Math.min(blocks, (events[this.#next] ?? Infinity) - this.#block);
      synth.render(
        left.subarray(done * BLOCK, until * BLOCK),
        right.subarray(done * BLOCK, until * BLOCK),
      );
      done = until;
    }
    this.#block += blocks;
  }

  /**
   * Render from a block on; null for silence.
   * @param {number} block @param {number} blocks at most 172
   * @returns {[Float32Array<ArrayBuffer>, Float32Array<ArrayBuffer>] | null} left and right
   */
  render(block, blocks) {
    if (block + blocks > this.#ready) this.#loadFor(block + blocks + this.soon);
    if (block !== this.#block) this.#jump(block);
    const isIdle = !((this.events[this.#next] ?? Infinity) < block + blocks);
    if (isIdle && this.#isQuiet && !this.synth.voices) {
      this.#block += blocks;
      return null;
    }
    const left = new Float32Array(blocks * BLOCK);
    const right = new Float32Array(blocks * BLOCK);
    this.#run(left, right);
    this.#isQuiet = left.every((value) => Math.abs(value) < SILENCE);
    return [left, right];
  }

  free() {
    this.synth.free();
  }
}

/**
 * What a channel plays before a block.
 * @param {Int32Array} events @param {number} channel @param {number} end
 */
function tonesOf(events, channel, end) {
  /** @type {Map<number, Tone>} */
  const tones = new Map();
  for (let i = 0; events[i] < end; i += 4) {
    const [, own, pitch, velocity] = events.subarray(i, i + 4);
    if (own === channel && velocity) tones.set(128 * pitch + velocity, { pitch, velocity });
  }
  return [...tones.values()];
}
