// The gain that brings a piece to the loudness of all pieces: what musegen/audio/loudness.py does,
// where each step has its reason. Sound is measured as it is rendered, so that none has to be kept.

import { RATE } from "./engine.js";

/**
 * @typedef {object} Mastering
 * @property {number} target LUFS
 * @property {number} ceiling dBFS
 * @property {number} floor dBFS
 * @property {number} max_limiting dB
 * @property {number} hop samples
 * @property {number} reach hops
 * @property {number} max_release seconds
 * @property {number} fade seconds
 * @property {number} silence_db below the peak
 * @property {number[][]} weighting second-order sections: b0, b1, b2, a0, a1, a2
 */

/**
 * @typedef {object} Gain
 * @property {Float32Array} hops factor in the middle of each hop
 * @property {number} samples the sound's length; it fades out before it
 */

/** @param {number} db */
const fromDb = (db) => 10 ** (db / 20);

/** @param {number} factor */
const toDb = (factor) => 20 * Math.log10(factor);

/** Measures a sound: peak and weighted energy of each hop. */
export class Meter {
  /** @type {number[]} */
  peaks = [];
  /** @type {number[]} */
  power = [];
  #peak = 0;
  #energy = 0;
  #filled = 0; // samples of the hop that is not complete yet
  #states;

  /** @param {Mastering} mastering */
  constructor(mastering) {
    this.mastering = mastering;
    this.#states = [0, 1].map(() => mastering.weighting.map(() => [0, 0]));
  }

  /** @param {Float32Array} left @param {Float32Array} right */
  add(left, right) {
    const { hop, weighting } = this.mastering;
    const sides = [left, right];
    for (let i = 0; i < left.length; i += 1) {
      for (let side = 0; side < 2; side += 1) {
        let value = sides[side][i];
        this.#peak = Math.max(this.#peak, Math.abs(value));
        for (let j = 0; j < weighting.length; j += 1) {
          const [b0, b1, b2, , a1, a2] = weighting[j];
          const state = this.#states[side][j];
          const filtered = b0 * value + state[0];
          state[0] = b1 * value - a1 * filtered + state[1];
          state[1] = b2 * value - a2 * filtered;
          value = filtered;
        }
        this.#energy += value * value;
      }
      this.#filled += 1;
      if (this.#filled === hop) this.#endHop();
    }
  }

  #endHop() {
    this.peaks.push(this.#peak);
    this.power.push(this.#energy);
    this.#peak = 0;
    this.#energy = 0;
    this.#filled = 0;
  }

  /**
   * The gain for the whole sound, or null if it is silent.
   * @param {number} minLength samples that are kept at least
   * @returns {Gain | null}
   */
  master(minLength) {
    const { mastering } = this;
    const { hop } = mastering;
    const loudest = this.peaks.reduce((a, b) => Math.max(a, b), 0);
    if (!loudest) return null;
    const heard = this.peaks.findLastIndex((peak) => peak > fromDb(mastering.silence_db) * loudest);
    const longest = minLength + Math.round(mastering.max_release * RATE);
    const samples = Math.min(Math.max((heard + 1) * hop, minLength), longest);
    const count = Math.ceil(samples / hop);
    const peaks = this.peaks.slice(0, count);
    const power = this.power.slice(0, count);
    const peak = toDb(loudest);
    let gain = mastering.target - loudnessOf(power, hop);
    let factor = 1;
    let limiting = peaks.map(() => 1);
    for (let round = 0; round < 3; round += 1) {
      const most = mastering.ceiling + mastering.max_limiting - peak;
      gain = Math.min(Math.max(gain, mastering.floor - peak), most);
      factor = fromDb(gain);
      limiting = limit(
        peaks.map((peak) => peak * factor),
        fromDb(mastering.ceiling),
        mastering.reach,
      );
      const limited = power.map((value, i) => value * (limiting[i] * factor) ** 2);
      const missing = mastering.target - loudnessOf(limited, hop);
      if (limiting.every((value) => value === 1) || missing < 0.1) break;
      gain += missing;
    }
    return { hops: Float32Array.from(limiting, (value) => value * factor), samples };
  }
}

/**
 * Loudness in LUFS by ITU-R BS.1770-4.
 * @param {number[]} power weighted energy of each hop @param {number} hop
 */
export function loudnessOf(power, hop) {
  const step = Math.floor(RATE / 10 / hop); // hops in a tenth of a second
  const steps = Math.max(4, Math.ceil(power.length / step));
  const sums = new Float64Array(steps);
  power.forEach((value, i) => {
    sums[Math.floor(i / step)] += value;
  });
  /** @type {number[]} */
  const blocks = [];
  for (let i = 0; i + 4 <= steps; i += 1) {
    const block = (sums[i] + sums[i + 1] + sums[i + 2] + sums[i + 3]) / (4 * step * hop);
    if (block >= 10 ** ((-70 + 0.691) / 10)) blocks.push(block);
  }
  if (!blocks.length) return -70;
  const gate = mean(blocks) / 10;
  return -0.691 + 10 * Math.log10(mean(blocks.filter((block) => block > gate)));
}

/** @param {number[]} values */
const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;

/**
 * A gain for each hop that lowers peaks to a ceiling and changes slowly around them.
 * @param {number[]} peaks @param {number} ceiling @param {number} reach
 */
function limit(peaks, ceiling, reach) {
  const needed = peaks.map((peak) => Math.min(1, ceiling / Math.max(peak, ceiling)));
  if (needed.every((value) => value === 1)) return needed;
  const at = (/** @type {number[]} */ values, /** @type {number} */ i) => values[i] ?? 1;
  // The lowest gain nearby, one hop further than the smoothing reaches; then the smoothing.
  const near = Array.from({ length: peaks.length + 2 * reach }, (_, i) => {
    let lowest = 1;
    for (let j = i - 2 * reach - 1; j <= i + 1; j += 1) lowest = Math.min(lowest, at(needed, j));
    return lowest;
  });
  const window = Array.from({ length: 2 * reach + 1 }, (_, i) =>
    reach ? 0.5 - 0.5 * Math.cos((Math.PI * i) / reach) : 1,
  );
  const sum = window.reduce((a, b) => a + b, 0);
  return peaks.map(
    (_, i) => window.reduce((total, weight, j) => total + weight * near[i + j], 0) / sum,
  );
}

/**
 * Multiply a stretch of a sound by a gain, which is linear between the middles of the hops.
 * @param {Float32Array} sound @param {number} from sample of the sound at which it starts
 * @param {Gain} gain @param {Mastering} mastering
 */
export function applyGain(sound, from, { hops, samples }, { hop, fade }) {
  const fadeLength = Math.min(Math.round(fade * RATE), samples);
  const last = hops.length - 1;
  for (let i = 0; i < sound.length; i += 1) {
    const position = Math.min(Math.max((from + i) / hop + 0.5 / hop - 0.5, 0), last);
    const index = Math.floor(position);
    const share = position - index;
    const next = hops[Math.min(index + 1, last)];
    const ending = Math.min(1, Math.max(0, samples - from - i) / fadeLength);
    sound[i] *= (hops[index] + share * (next - hops[index])) * ending;
  }
}
