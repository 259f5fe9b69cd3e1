// Cells: each is one part of one phrase, as a number, so that sets can hold it.

import { capitalize } from "../shared/numbers.js";
import { PARTS } from "../shared/parts.js";
import { BARS_PER_PHRASE, barNumber, endOf, STEPS_PER_BAR } from "./piece.js";

/** @import { Piece } from "./piece.js" */

/** @typedef {Record<string, number[]>} CellData the phrases of each part, as recipes have them */

/** @param {number} phrase @param {number} part index */
export const cellAt = (phrase, part) => phrase * PARTS.length + part;

/** @param {number} cell */
export const phraseOf = (cell) => Math.floor(cell / PARTS.length);

/** @param {number} cell */
export const partOf = (cell) => PARTS[cell % PARTS.length];

/** @param {number} phrase */
export const columnOf = (phrase) => PARTS.map((_, part) => cellAt(phrase, part));

/**
 * The cells of a part in all phrases.
 * @param {number} part index @param {number} phrases
 */
export const rowOf = (part, phrases) =>
  Array.from({ length: phrases }, (_, phrase) => cellAt(phrase, part));

/**
 * All cells between two corners.
 * @param {number} a @param {number} b
 */
export function rectangle(a, b) {
  const [parts, phrases] = [
    [a % PARTS.length, b % PARTS.length],
    [phraseOf(a), phraseOf(b)],
  ].map((ends) => range(Math.min(...ends), Math.max(...ends)));
  return phrases.flatMap((phrase) => parts.map((part) => cellAt(phrase, part)));
}

/** @param {number} first @param {number} last */
const range = (first, last) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

/** @param {Iterable<number>} cells @returns {CellData} */
export function toData(cells) {
  /** @type {CellData} */
  const data = {};
  for (const cell of [...cells].sort((a, b) => a - b)) {
    data[partOf(cell)] = [...(data[partOf(cell)] ?? []), phraseOf(cell)];
  }
  return data;
}

/** @param {CellData | null | undefined} data */
export const fromData = (data) =>
  Object.entries(data ?? {}).flatMap(([part, phrases]) =>
    phrases.map((phrase) => cellAt(phrase, PARTS.indexOf(part))),
  );

/**
 * What an edit says about the cells that it changes, as short as possible: phrases, with their
 * parts if these are not all that the piece has; or else each cell.
 * @param {number[]} cells @param {string[]} all names of the piece's parts
 */
export function describe(cells, all) {
  const data = toData(cells);
  const parts = PARTS.filter((name) => data[name]);
  const phrases = data[parts[0]];
  if (parts.some((name) => data[name].join() !== phrases.join())) return { cells: data };
  return parts.join() === all.join() ? { phrases } : { phrases, parts };
}

/**
 * Bars of some phrases in a row.
 * @param {Piece} piece @param {number} first @param {number} last phrases
 */
function barsOf(piece, first, last) {
  const from = barNumber(piece, first * BARS_PER_PHRASE);
  const to = barNumber(piece, endOf(piece, last) / STEPS_PER_BAR - 1);
  return from === to ? `bar ${from}` : `bars ${from}–${to}`;
}

/**
 * The name of a cell for those who cannot see it.
 * @param {Piece} piece @param {number} cell
 * @param {{ isLocked: boolean, isSilent: boolean, isEmpty: boolean }} facts
 */
export function cellLabel(piece, cell, { isLocked, isSilent, isEmpty }) {
  const place = `${capitalize(partOf(cell))}, ${barsOf(piece, phraseOf(cell), phraseOf(cell))}`;
  const facts = [isLocked && "locked", isSilent ? "silent" : isEmpty && "empty"];
  return [place, ...facts].filter(Boolean).join(", ");
}

/**
 * What is chosen, in few words: `Bass, bars 5–8`.
 * @param {Piece} piece @param {Iterable<number>} cells
 */
export function placeInWords(piece, cells) {
  const data = toData(cells);
  const parts = PARTS.filter((name) => data[name]);
  const phrases = data[parts[0]];
  const [first, last] = [phrases[0], phrases[phrases.length - 1]];
  const isBlock =
    last - first === phrases.length - 1 &&
    parts.every((name) => data[name].join() === phrases.join());
  if (!isBlock) return `${[...cells].length} places`;
  const names = parts.length === PARTS.length ? "All parts" : capitalize(parts.join(", "));
  return `${names}, ${barsOf(piece, first, last)}`;
}
