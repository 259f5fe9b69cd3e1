// When notes are heard: swing and human timing, as musegen/music/feel.py computes them, where each
// number has its reason. So a change of the feel is heard before the server has answered.

import { clamp } from "../shared/numbers.js";
import { PARTS } from "../shared/parts.js";

/** @typedef {{ swing: number, human: boolean }} Feel of a phrase */

/**
 * @typedef {object} WrittenNote
 * @property {number} onset in steps
 * @property {string} part
 * @property {number} pitch
 * @property {number} duration in steps
 * @property {number} offset in steps; 0 for a note without a known timing
 */

const STEPS_PER_BEAT = 4;
export const STEPS_PER_BAR = 16;
export const STEPS_PER_PHRASE = 32;
const STRAIGHT = STEPS_PER_BEAT / 2;
const SWUNG = (STEPS_PER_BEAT * 2) / 3;
const MAX_OFFSET = 0.49;
const SAME_TIME = 0.025;
const SHORTEST = 0.25;
/** @type {Record<string, number>} */
const LOOSENESS = { lead: 0.05, counter: 0.045, chords: 0.035, bass: 0.03, drums: 0 };
const WITHIN_CHORD = 0.012;
const MAX_DEVIATIONS = 2.5;
const WHITE = normals(1024).map((value) => clamp(value, -MAX_DEVIATIONS, MAX_DEVIATIONS));
const DRIFT = WHITE.map((_, i) => {
  const sum = [0, 1, 2, 3].reduce((total, j) => total + (WHITE.at(i - j) ?? 0), 0);
  return clamp(sum / 2, -MAX_DEVIATIONS, MAX_DEVIATIONS);
});

/**
 * When notes start and end, in used steps from the start of the piece.
 * @param {WrittenNote[]} notes sorted by onset, part and pitch
 * @param {Feel[]} feels of the phrases @param {number} steps length of the piece
 * @param {number[]} used how many of the 16 steps of each bar its meter uses, if not all
 */
export function playTimes(notes, feels, steps, used = []) {
  const starts = [0];
  for (let bar = 0; bar < steps / STEPS_PER_BAR; bar += 1) {
    starts.push(starts[bar] + (used[bar] ?? STEPS_PER_BAR));
  }
  const playedAt = (/** @type {number} */ step) => {
    const bar = Math.floor(step / STEPS_PER_BAR);
    return starts[bar] + Math.min(step % STEPS_PER_BAR, used[bar] ?? STEPS_PER_BAR);
  };
  const deviations = deviationsOf(notes);
  const shared = countBy(notes, ({ onset, part, pitch }) => `${onset} ${part} ${pitch}`);
  const moves = notes.map((note, i) => {
    const { onset, part, pitch } = note;
    const isRoll = (shared.get(`${onset} ${part} ${pitch}`) ?? 0) > 1;
    const isHuman = feels[Math.floor(onset / STEPS_PER_PHRASE)].human || isRoll;
    const offset = clamp(note.offset, -MAX_OFFSET, MAX_OFFSET);
    if (!isHuman) return { together: 0, apart: 0 };
    return part === "drums" || offset ? { together: offset, apart: 0 } : deviations[i];
  });
  const start = notNegative(
    notes,
    notes.map(({ onset }, i) => playedAt(onset) + moves[i].together + moves[i].apart),
  );

  // Where the part starts a note at the end of this one, both times move together.
  /** @type {Map<string, number>} */
  const follows = new Map();
  notes.forEach(({ part, onset }, i) => {
    const place = `${part} ${playedAt(onset)}`;
    follows.set(place, Math.min(follows.get(place) ?? Infinity, moves[i].together));
  });
  const next = nextStarts(notes, start);
  const end = notes.map(({ part, onset, duration }, i) => {
    const written = playedAt(onset + duration);
    const moved = written + (follows.get(`${part} ${written}`) ?? moves[i].together);
    const own = Math.max(part === "drums" ? written : moved, start[i] + SHORTEST);
    return Math.min(own, next[i], starts[starts.length - 1]);
  });
  const phrases = starts.slice(0, -1).filter((_, bar) => bar % 2 === 0);
  const swing = (/** @type {number} */ position) => applySwing(position, feels, phrases);
  return { start: start.map(swing), end: end.map(swing) };
}

/** @param {WrittenNote[]} notes */
function deviationsOf(notes) {
  /** @type {Map<number, number[]>} */
  const voices = new Map();
  notes.forEach(({ onset, part }, i) => {
    const voice = Math.floor(onset / STEPS_PER_BAR) * PARTS.length + PARTS.indexOf(part);
    const rows = voices.get(voice);
    if (rows) rows.push(i);
    else voices.set(voice, [i]);
  });
  /** @type {{ together: number, apart: number }[]} */
  const deviations = [];
  for (const rows of voices.values()) {
    const first = notes[rows[0]];
    const stepOf = (/** @type {number} */ i) => notes[i].onset % STEPS_PER_BAR;
    const intervalOf = (/** @type {number} */ i) => (notes[i].pitch - first.pitch + 132) % 12;
    const seed = crc32([PARTS.indexOf(first.part), ...rows.map(stepOf), ...rows.map(intervalOf)]);
    for (const i of rows) {
      const { onset, part } = notes[i];
      const chord = seed + stepOf(i) + STEPS_PER_BAR * intervalOf(i);
      const isFirst = onset !== notes[i - 1]?.onset || part !== notes[i - 1].part;
      deviations[i] = {
        together: LOOSENESS[part] * DRIFT[(seed + stepOf(i)) % DRIFT.length],
        apart: isFirst ? 0 : WITHIN_CHORD * WHITE[chord % WHITE.length],
      };
    }
  }
  return deviations;
}

/**
 * No note is heard before the piece; several of one pitch on its first step stay apart.
 * @param {WrittenNote[]} notes @param {number[]} start
 */
function notNegative(notes, start) {
  const later = [...start];
  const order = [...notes.keys()].filter((i) => notes[i].onset === 0);
  order.sort((a, b) => start[a] - start[b]);
  /** @type {Map<string, number>} */
  const earlier = new Map();
  for (const i of order) {
    const voice = `${notes[i].part} ${notes[i].pitch}`;
    const count = earlier.get(voice) ?? 0;
    later[i] = Math.max(start[i], SAME_TIME * count);
    earlier.set(voice, count + 1);
  }
  return later;
}

/**
 * When the pitch of each note starts again in its part.
 * @param {WrittenNote[]} notes @param {number[]} start
 */
function nextStarts(notes, start) {
  const next = notes.map(() => Infinity);
  const order = [...notes.keys()].sort((a, b) => start[a] - start[b]);
  /** @type {Map<string, number>} */
  const last = new Map();
  for (const i of order) {
    const voice = `${notes[i].part} ${notes[i].pitch}`;
    const before = last.get(voice);
    if (before !== undefined) next[before] = start[i];
    last.set(voice, i);
  }
  return next;
}

/**
 * @template T
 * @param {T[]} values @param {(value: T) => string} keyOf
 */
function countBy(values, keyOf) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const value of values) counts.set(keyOf(value), (counts.get(keyOf(value)) ?? 0) + 1);
  return counts;
}

/** @param {number} position @param {Feel[]} feels @param {number[]} phrases where they start */
function applySwing(position, feels, phrases) {
  const phrase = lastAtMost(phrases, position);
  const late = phrases[phrase] % STEPS_PER_BEAT;
  const beat = Math.floor((position - late) / STEPS_PER_BEAT);
  const within = position - late - beat * STEPS_PER_BEAT;
  const offbeat = STRAIGHT + feels[phrase].swing * (SWUNG - STRAIGHT);
  const first = within * (offbeat / STRAIGHT);
  const second =
    STEPS_PER_BEAT - ((STEPS_PER_BEAT - within) * (STEPS_PER_BEAT - offbeat)) / STRAIGHT;
  return beat * STEPS_PER_BEAT + (within < STRAIGHT ? first : second) + late;
}

/**
 * The index of the last of some rising numbers that is at most a value, or 0.
 * @param {number[]} rising @param {number} value
 */
export function lastAtMost(rising, value) {
  let [low, high] = [0, rising.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (rising[middle] <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** @param {number[]} bytes */
function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/**
 * The first numbers of `numpy.random.RandomState(0).standard_normal`: Mersenne Twister (Matsumoto
 * and Nishimura 1998) and the polar method.
 * @param {number} count
 */
function normals(count) {
  const state = [0];
  for (let i = 1; i < 624; i += 1) {
    state.push((Math.imul(1812433253, state[i - 1] ^ (state[i - 1] >>> 30)) + i) >>> 0);
  }
  let index = 624;
  const draw = () => {
    if (index === 624) {
      for (let i = 0; i < 624; i += 1) {
        const y = (state[i] & 0x80000000) | (state[(i + 1) % 624] & 0x7fffffff);
        state[i] = (state[(i + 397) % 624] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0)) >>> 0;
      }
      index = 0;
    }
    let y = state[index];
    index += 1;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  };
  const uniform = () => ((draw() >>> 5) * 67108864 + (draw() >>> 6)) / 9007199254740992;
  /** @type {number[]} */
  const values = [];
  while (values.length < count) {
    const [a, b] = [2 * uniform() - 1, 2 * uniform() - 1];
    const square = a * a + b * b;
    if (square >= 1 || square === 0) continue;
    const factor = Math.sqrt((-2 * Math.log(square)) / square);
    values.push(factor * b, factor * a);
  }
  return values;
}
