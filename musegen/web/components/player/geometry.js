// Where everything is in a piano roll: the one on the page, and the one in the picture to download.

import { clamp } from "../shared/numbers.js";

/** @import { Note, Piece } from "./piece.js" */

export const RULER = 26; // pixels
export const BLEND = 6; // height of the strip below the ruler, in interpolations
const BOTTOM = 8; // free pixels below the lowest lane
const GAP = 9; // pixels between pitches and drums
const GUTTER = 54; // pixels for the names of pitches and drums
const GUTTER_SMALL = 40;
const SMALL = 560; // pixels: a narrower roll is drawn as on a phone
const BAR = 44; // pixels of a bar before zooming
const BAR_SMALL = 58; // on a phone, where fingers need more space
export const CLOSEST_BAR = 360;
const EASY_TARGET = 7; // pixels: what is thinner can be pointed at from beside it

/** @typedef {{ x: number, y: number, width: number, height: number }} Box */

/**
 * @typedef {object} Layout
 * @property {number} width
 * @property {number} height
 * @property {boolean} isSmall
 * @property {number} gutter
 * @property {number} shown pixels of the piece that are visible
 * @property {number} perStep pixels of a step
 * @property {number} left pixels of the piece before the visible part
 * @property {number} pitchTop
 * @property {number} row pixels of a semitone; 0 if there are drums only
 * @property {number} drumTop
 * @property {number} lane pixels of a drum
 * @property {number} gap
 */

/**
 * Pixels of the whole piece before zooming.
 * @param {number} bars @param {number} shown @param {boolean} isSmall
 */
export const widthOf = (bars, shown, isSmall) =>
  Math.max(shown, bars * (isSmall ? BAR_SMALL : BAR));

/** @param {number} width */
export function frameOf(width) {
  const isSmall = width < SMALL;
  const gutter = isSmall ? GUTTER_SMALL : GUTTER;
  return { isSmall, gutter, shown: width - gutter };
}

/**
 * Lay out a piece in a roll.
 * @param {Piece} piece @param {number} width @param {number} height
 * @param {number} full pixels of the whole piece @param {number} [left] @returns {Layout}
 */
export function layOut(piece, width, height, full, left = 0) {
  const drums = piece.drums.length;
  const pitches = Math.max(0, piece.high - piece.low + 1);
  const lane = drums ? clamp(Math.floor((height * 0.36) / drums), 9, 17) : 0;
  const drumTop = height - BOTTOM - lane * drums;
  const gap = drums && pitches ? GAP : 0;
  const pitchTop = RULER + 4 + (piece.blend ? BLEND : 0);
  const row = pitches ? (drumTop - gap - pitchTop) / pitches : 0;
  const perStep = full / piece.steps;
  return { width, height, ...frameOf(width), left, perStep, pitchTop, row, drumTop, lane, gap };
}

/** @param {Layout} layout @param {number} step */
export const xOf = ({ gutter, perStep, left }, step) => gutter + step * perStep - left;

/** @param {Layout} layout @param {number} x */
export const stepAtX = ({ gutter, perStep, left }, x) => (x - gutter + left) / perStep;

/** @param {Layout} layout @param {Piece} piece @param {Note} note @returns {Box} */
export function boxOf(layout, piece, note) {
  const { perStep, row, lane, pitchTop, drumTop } = layout;
  const x = xOf(layout, note.onset);
  if (note.part === "drums") {
    const width = clamp(perStep * 0.85, 3, lane * 0.95);
    const y = drumTop + piece.drums.indexOf(note.pitch) * lane + 1.5;
    return { x, y, width, height: lane - 3 };
  }
  const y = pitchTop + (piece.high - note.pitch) * row;
  const width = Math.max(2, note.duration * perStep - 1.2);
  return { x, y, width, height: Math.max(2, row - 0.6) };
}

/**
 * The note at a place, the one on top if there are several; or null.
 * @param {Layout} layout @param {Piece} piece @param {number} x @param {number} y
 * @param {(part: string) => boolean} isShown
 */
export function noteAt(layout, piece, x, y, isShown) {
  return (
    piece.notes.findLast((note) => {
      if (!isShown(note.part)) return false;
      const box = boxOf(layout, piece, note);
      const more = Math.max(0, (EASY_TARGET - box.height) / 2);
      const isInRow = y >= box.y - more && y <= box.y + box.height + more;
      return isInRow && x >= box.x && x <= box.x + box.width;
    }) ?? null
  );
}

/**
 * How many bars apart numbers are in the ruler.
 * @param {number} perBar pixels of a bar
 */
export const barsPerNumber = (perBar) => [1, 2, 4, 8].find((bars) => bars * perBar > 34) ?? 16;
