// A piece as the player works with it, and its time: steps, which are sixteenths from the start of
// the piece, and seconds, which follow from the length of each bar. Bars of all meters have 16 steps.

import { clamp } from "../shared/numbers.js";
import { decode } from "../shared/payloads.js";
import { lastAtMost, playTimes, STEPS_PER_BAR, STEPS_PER_PHRASE } from "./feel.js";

/** @import { PlayerData } from "../shared/payloads.js" */
/** @import { WrittenNote } from "./feel.js" */

export { STEPS_PER_BAR, STEPS_PER_PHRASE };
export const BARS_PER_PHRASE = 2;
const STEPS_PER_BEAT = 4;
export const BEATS_PER_BAR = 4;

const LEAST_ROWS = 30; // semitones that the roll shows at least
const ROWS_AROUND = 2; // semitones above and below the notes

/** Drums by their General MIDI pitch, in the order of the roll: short and long name. */
export const DRUMS = new Map([
  [49, { short: "crash", long: "Crash" }],
  [51, { short: "ride", long: "Ride" }],
  [46, { short: "open", long: "Open hi-hat" }],
  [42, { short: "hi-hat", long: "Closed hi-hat" }],
  [50, { short: "high", long: "High tom" }],
  [47, { short: "mid", long: "Mid tom" }],
  [43, { short: "low", long: "Low tom" }],
  [38, { short: "snare", long: "Snare" }],
  [36, { short: "kick", long: "Kick" }],
]);

const PITCH_NAMES = ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"];

/**
 * @typedef {object} Note
 * @property {number} start as it is played: in steps that the meters use
 * @property {number} end
 * @property {number} onset in steps, where it is drawn
 * @property {string} part
 * @property {number} pitch
 * @property {number} duration in steps, as it is drawn
 * @property {number} velocity
 */

/** @typedef {WrittenNote & { velocity: number }} Written */

/**
 * @typedef {object} Derived
 * @property {Note[]} notes sorted by onset
 * @property {number} steps
 * @property {number} seconds
 * @property {number} phrases
 * @property {number} low lowest pitch of the roll
 * @property {number} high highest pitch; less than `low` if there are drums only
 * @property {number[]} drums pitches of the drums that occur, in the order of the roll
 */

/**
 * `written`: the notes as they are written.
 *
 * @typedef {Omit<PlayerData, "notes"> & Derived & { written: Written[] }} Piece
 */

/** @param {PlayerData} data @returns {Piece} */
export function readPiece(data) {
  const { notes, ...rest } = data;
  return makePiece(rest, readNotes(notes, data.parts));
}

/**
 * @param {Omit<PlayerData, "notes">} data @param {Written[]} written
 * @returns {Piece}
 */
export function makePiece(data, written) {
  const steps = data.bars * STEPS_PER_BAR;
  const notes = playNotes(data, written, steps);
  const pitches = notes.filter((note) => note.part !== "drums").map((note) => note.pitch);
  const drums = new Set(notes.filter((note) => note.part === "drums").map((note) => note.pitch));
  const found = { times: data.times, steps };
  return {
    ...data,
    written,
    notes,
    steps,
    ...rangeOf(pitches),
    seconds: secondsAt(found, steps),
    phrases: Math.ceil(steps / STEPS_PER_PHRASE),
    drums: [...DRUMS.keys()].filter((pitch) => drums.has(pitch)),
  };
}

/**
 * @param {PlayerData["notes"]} notes @param {{ name: string }[]} parts
 * @returns {Written[]}
 */
export function readNotes(notes, parts) {
  const durations = decode(notes.duration, Uint16Array);
  const offsets = decode(notes.offset, Float32Array);
  const indices = decode(notes.part, Uint8Array);
  const pitches = decode(notes.pitch, Uint8Array);
  const velocities = decode(notes.velocity, Uint8Array);
  return Array.from(decode(notes.onset, Uint16Array), (onset, i) => ({
    onset,
    part: parts[indices[i]].name,
    pitch: pitches[i],
    duration: durations[i],
    offset: offsets[i],
    velocity: velocities[i],
  }));
}

/**
 * @param {Omit<PlayerData, "notes">} data @param {Written[]} written @param {number} steps
 * @returns {Note[]}
 */
function playNotes(data, written, steps) {
  const { meters } = data;
  const feels = data.feels.map((feel, phrase) => {
    const own = meters?.slice(BARS_PER_PHRASE * phrase, BARS_PER_PHRASE * (phrase + 1));
    const swings = !own?.some((meter) => (meter.steps / meter.beats) % STEPS_PER_BEAT);
    return swings ? feel : { ...feel, swing: 0 };
  });
  const used = meters?.map((meter) => meter.steps);
  const { start, end } = playTimes(written, feels, steps, used);
  const drawn = evenSteps(data);
  const notes = written.map(({ part, pitch, velocity }, i) => ({
    start: start[i],
    end: end[i],
    onset: drawn(start[i]),
    part,
    pitch,
    duration: drawn(end[i]) - drawn(start[i]),
    velocity,
  }));
  return notes.sort((a, b) => a.onset - b.onset); // stable: parts and pitches keep their order
}

/** @typedef {Pick<PlayerData, "tempos" | "beats"> & { meters?: PlayerData["meters"] }} Tempos */

/**
 * The quarters of the piece, four in each bar: their tempos, and how many of the four steps of each
 * the meter uses.
 * @param {Tempos} data
 */
export const quartersOf = ({ tempos, beats, meters }) =>
  tempos.flatMap((tempo, phrase) =>
    Array.from({ length: BEATS_PER_BAR * BARS_PER_PHRASE }, (_, beat) => {
      const bar = BARS_PER_PHRASE * phrase + Math.floor(beat / BEATS_PER_BAR);
      const before = STEPS_PER_BEAT * (beat % BEATS_PER_BAR);
      const used = (meters?.[bar]?.steps ?? STEPS_PER_BAR) - before;
      return {
        tempo: tempo / (beats?.[phrase][beat] ?? 1),
        steps: clamp(used, 0, STEPS_PER_BEAT),
      };
    }),
  );

/**
 * Where played steps are drawn. Each bar is drawn with 16 steps, and the player converts them to
 * seconds bar by bar, so a ritardando is drawn as wider steps.
 * @param {Omit<PlayerData, "notes">} data
 */
function evenSteps(data) {
  if (!data.beats && !data.meters) return (/** @type {number} */ step) => step;
  const quarters = quartersOf(data).filter(({ steps }) => steps);
  const [starts, seconds] = [[0], [0]];
  quarters.forEach(({ tempo, steps }, i) => {
    starts.push(starts[i] + steps);
    seconds.push(seconds[i] + (steps / STEPS_PER_BEAT) * (60 / tempo));
  });
  const begins = starts.slice(0, -1);
  const timed = { times: data.times, steps: data.bars * STEPS_PER_BAR };
  return (/** @type {number} */ step) => {
    const i = lastAtMost(begins, step);
    const share = (step - starts[i]) / quarters[i].steps;
    return stepAt(timed, seconds[i] + share * (seconds[i + 1] - seconds[i]));
  };
}

/** @param {number[]} pitches */
function rangeOf(pitches) {
  if (!pitches.length) return { low: 0, high: -1 };
  const low = pitches.reduce((a, b) => Math.min(a, b)) - ROWS_AROUND;
  const high = pitches.reduce((a, b) => Math.max(a, b)) + ROWS_AROUND;
  const more = Math.max(0, Math.ceil((LEAST_ROWS - (high - low)) / 2));
  return { low: low - more, high: high + more };
}

// Time --------------------------------------------------------------------------------------------

/** @typedef {Pick<Piece, "times" | "steps">} Timed */

/** @param {Timed} piece @param {number} seconds */
export function stepAt({ times, steps }, seconds) {
  let i = 0;
  while (i < times.length - 2 && seconds >= times[i + 1]) i += 1;
  const share = (seconds - times[i]) / (times[i + 1] - times[i]);
  return clamp((i + share) * STEPS_PER_BAR, 0, steps);
}

/** @param {Timed} piece @param {number} step */
export function secondsAt({ times }, step) {
  const i = clamp(Math.floor(step / STEPS_PER_BAR), 0, times.length - 2);
  const share = step / STEPS_PER_BAR - i;
  return times[i] + share * (times[i + 1] - times[i]);
}

/**
 * Minutes and seconds.
 * @param {number} seconds
 */
export function formatTime(seconds) {
  const whole = Math.max(0, Math.floor(seconds + 0.05));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** @type {Record<string, number>} steps that a key moves by */
const MOVES = {
  ArrowLeft: -STEPS_PER_BAR,
  ArrowDown: -STEPS_PER_BAR,
  ArrowRight: STEPS_PER_BAR,
  ArrowUp: STEPS_PER_BAR,
  PageDown: -STEPS_PER_PHRASE,
  PageUp: STEPS_PER_PHRASE,
};

/**
 * The step that a key moves the playing position to, or null for another key: the next bar line or
 * start of a phrase, not a bar or phrase from where the position is. Backwards, the start of the
 * current one comes first; while it plays, it needs some time to be passed twice.
 * @param {Timed} piece @param {number} step @param {string} key @param {boolean} isPlaying
 */
export function stepAfterKey(piece, step, key, isPlaying) {
  if (key === "Home") return 0;
  if (key === "End") return piece.steps;
  if (!(key in MOVES)) return null;
  const grid = Math.abs(MOVES[key]);
  const line =
    MOVES[key] > 0
      ? Math.floor(step / grid + 0.01) + 1
      : Math.ceil(step / grid - (isPlaying ? 0.25 : 0.01)) - 1;
  return clamp(line * grid, 0, piece.steps);
}

// Phrases -----------------------------------------------------------------------------------------

/** @param {number} phrase */
export const startOf = (phrase) => phrase * STEPS_PER_PHRASE;

/**
 * The number, from 1, of the bar in which the bar of the roll at an index is.
 * @param {Pick<Piece, "meters">} piece @param {number} index
 */
export const barNumber = ({ meters }, index) =>
  meters ? Math.max(1, ...meters.slice(0, index + 1).map(({ number }) => number)) : index + 1;

/** @param {Timed} piece @param {number} phrase */
export const endOf = (piece, phrase) => Math.min(piece.steps, startOf(phrase + 1));

/** @param {Pick<Piece, "marks">} piece @param {number} phrase */
export const sectionOf = (piece, phrase) =>
  piece.marks.findLast(({ bar }) => bar <= phrase * BARS_PER_PHRASE)?.text ?? "";

/**
 * The name of a phrase for those who cannot see it.
 * @param {Piece} piece @param {number} phrase
 * @param {string} lock whether it is locked: "true", "false", or "mixed" if some of its parts are
 */
export function phraseLabel(piece, phrase, lock) {
  const first = barNumber(piece, startOf(phrase) / STEPS_PER_BAR);
  const last = barNumber(piece, endOf(piece, phrase) / STEPS_PER_BAR - 1);
  const bars = first === last ? `bar ${first}` : `bars ${first} to ${last}`;
  const locked = { true: "locked", mixed: "partly locked" }[lock];
  const facts = [`Phrase ${phrase + 1}`, sectionOf(piece, phrase), bars, locked];
  return facts.filter(Boolean).join(", ");
}

/**
 * First phrase and number of phrases of an interpolation's step.
 * @param {Piece} piece @param {number} phrase one of them
 */
export function stepOfPhrase(piece, phrase) {
  const starts = (piece.blend ?? []).map(({ bar }) => Math.floor(bar / BARS_PER_PHRASE));
  const i = starts.findLastIndex((start) => start <= phrase);
  return { first: starts[i], phrases: (starts[i + 1] ?? piece.phrases) - starts[i] };
}

// Names -------------------------------------------------------------------------------------------

/** @param {Pick<Note, "part" | "pitch">} note */
export function noteName({ part, pitch }) {
  const drum = part === "drums" && DRUMS.get(pitch);
  return drum ? drum.long : PITCH_NAMES[pitch % 12] + octaveOf(pitch);
}

/** @param {number} pitch */
export const octaveOf = (pitch) => Math.floor(pitch / 12) - 1;

/** @param {number} pitch */
export const isBlackKey = (pitch) => [1, 3, 6, 8, 10].includes(((pitch % 12) + 12) % 12);
