// Places in the square and what they mean: from 0 to 1, x to the right and y down. The corners are
// A (top left), B (top right), C (bottom left) and D (bottom right).

import { clamp } from "../shared/numbers.js";

export const LETTERS = ["A", "B", "C", "D"];
/** Colours of the corners, as in square.css. */
const COLOURS = [
  [255, 138, 101],
  [110, 168, 254],
  [242, 184, 34],
  [63, 192, 164],
];
const SNAP = 0.04; // this near to a corner, a pointer means the corner

/** @typedef {{ x: number, y: number }} Place */

/**
 * The corners' shares of a place; their sum is 1.
 * @param {Place} place
 */
export const sharesOf = ({ x, y }) => [(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y];

/**
 * The shares as whole percents whose sum is 100: those that lose most by rounding down get one more.
 *
 * @param {Place} place
 */
export function percentsOf(place) {
  const exact = sharesOf(place).map((share) => share * 100);
  const whole = exact.map((share) => Math.floor(share + 1e-9));
  const byLoss = [0, 1, 2, 3].sort((i, k) => exact[k] - whole[k] - (exact[i] - whole[i]));
  const missing = 100 - whole.reduce((sum, share) => sum + share);
  for (const i of byLoss.slice(0, missing)) whole[i] += 1;
  return whole;
}

/**
 * Keep a place within the square, with three decimals.
 * @param {Place} place
 */
export const clampPlace = ({ x, y }) => ({ x: round(clamp(x, 0, 1)), y: round(clamp(y, 0, 1)) });

/** @param {number} value */
const round = (value) => Number(value.toFixed(3));

/**
 * The place that a pointer means: near a corner it is the corner.
 * @param {Place} place
 */
export function snapToCorner(place) {
  const { x, y } = clampPlace(place);
  const isNear = [x, y].every((value) => Math.min(value, 1 - value) <= SNAP);
  return isNear ? { x: Math.round(x), y: Math.round(y) } : { x, y };
}

/**
 * The colour of a place: red, green and blue.
 * @param {Place} place
 */
export function colourAt(place) {
  const shares = sharesOf(place);
  // Mixed as light, which is nearly the square of the numbers: their means would look dull.
  return [0, 1, 2].map((channel) =>
    Math.sqrt(shares.reduce((sum, share, i) => sum + share * COLOURS[i][channel] ** 2, 0)),
  );
}
