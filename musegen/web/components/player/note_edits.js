// What is done to notes by hand: which note is meant, where it goes, and what Python is told. It knows
// no page.

import { clamp } from "../shared/numbers.js";
import { PARTS } from "../shared/parts.js";
import { boxOf, noteAt, stepAtX } from "./geometry.js";

/** @import { Layout } from "./geometry.js" */
/** @import { Piece, Written } from "./piece.js" */

export const NEW_NOTE = { duration: 4, velocity: 90 };
const EDGE = 9; // pixels at the end of a note by which it is stretched, at most a third of it

/** @typedef {Pick<Written, "onset" | "part" | "pitch" | "duration" | "velocity">} HandNote */
/** @typedef {{ do: "retouch", remove: number[][], add: number[][] }} Retouch */

/**
 * The written note that a place on the roll is on, and whether it is its end; null if there is none.
 * @param {Layout} layout @param {Piece} piece @param {number} x @param {number} y
 * @param {(part: string) => boolean} isShown
 * @returns {{ note: HandNote, isEnd: boolean } | null}
 */
export function grip(layout, piece, x, y, isShown) {
  const drawn = noteAt(layout, piece, x, y, isShown);
  if (!drawn) return null;
  const box = boxOf(layout, piece, drawn);
  // What is drawn is as it is played: a little beside what is written.
  const note = piece.written
    .filter(({ part, pitch }) => part === drawn.part && pitch === drawn.pitch)
    .reduce((a, b) => (Math.abs(b.onset - drawn.onset) < Math.abs(a.onset - drawn.onset) ? b : a));
  const isEnd = drawn.part !== "drums" && x > box.x + box.width - Math.min(EDGE, box.width / 3);
  return { note, isEnd };
}

/**
 * The step and pitch at a place of the roll; null where no note of the part can be.
 * @param {Layout} layout @param {Piece} piece @param {number} x @param {number} y
 * @param {string} part
 */
export function placeAt(layout, piece, x, y, part) {
  const onset = Math.floor(stepAtX(layout, x));
  if (onset < 0 || onset >= piece.steps) return null;
  if (part === "drums") {
    const pitch = piece.drums[Math.floor((y - layout.drumTop) / layout.lane)];
    return pitch === undefined ? null : { onset, pitch };
  }
  const row = Math.floor((y - layout.pitchTop) / layout.row);
  const pitch = piece.high - row;
  return row < 0 || pitch < piece.low ? null : { onset, pitch };
}

/**
 * A note moved by steps and semitones, inside the piece; drums go from drum to drum.
 * @param {Piece} piece @param {HandNote} note @param {number} steps @param {number} semitones
 * @returns {HandNote}
 */
export function moved(piece, note, steps, semitones) {
  const onset = clamp(note.onset + steps, 0, piece.steps - 1);
  if (note.part !== "drums") {
    return { ...note, onset, pitch: clamp(note.pitch + semitones, 0, 127) };
  }
  const drum = piece.drums.indexOf(note.pitch) - semitones;
  return { ...note, onset, pitch: piece.drums[clamp(drum, 0, piece.drums.length - 1)] };
}

/**
 * @param {Piece} piece @param {HandNote} note @param {number} steps
 * @returns {HandNote}
 */
export const stretched = (piece, note, steps) => ({
  ...note,
  duration: clamp(note.duration + steps, 1, piece.steps - note.onset),
});

/**
 * What Python is told: one note becomes another one; null stands for none.
 * @param {HandNote | null} before @param {HandNote | null} after
 * @returns {Retouch}
 */
export function retouch(before, after) {
  return {
    do: "retouch",
    remove: before ? [placeOf(before)] : [],
    add: after ? [[...placeOf(after), after.duration, after.velocity]] : [],
  };
}

/**
 * Two changes as one, the later one second.
 * @param {Retouch} first @param {Retouch} second
 * @returns {Retouch}
 */
export function joined(first, second) {
  const gone = new Set(second.remove.map(String));
  const kept = first.add.filter((row) => !gone.has(String(row.slice(0, 3))));
  const remove = [...first.remove, ...second.remove];
  return { do: "retouch", remove, add: [...kept, ...second.add] };
}

/** @param {HandNote} note */
const placeOf = ({ onset, part, pitch }) => [onset, PARTS.indexOf(part), pitch];

/** @param {HandNote} a @param {HandNote} b */
export const isSameNote = (a, b) =>
  isSamePlace(a, b) && a.duration === b.duration && a.velocity === b.velocity;

/**
 * Whether two notes are at one place.
 * @param {HandNote} a @param {HandNote} b
 */
export const isSamePlace = (a, b) =>
  a.onset === b.onset && a.part === b.part && a.pitch === b.pitch;

/**
 * The next note of a part after one, or before it (-1); the first if there is none to start from.
 * @param {Piece} piece @param {string} part @param {HandNote | null} from @param {number} by
 * @returns {HandNote | null}
 */
export function neighbour(piece, part, from, by) {
  const own = piece.written.filter((note) => note.part === part);
  const at = from ? own.findIndex((note) => isSamePlace(note, from)) : -1;
  return own[clamp(at < 0 ? 0 : at + by, 0, own.length - 1)] ?? null;
}
