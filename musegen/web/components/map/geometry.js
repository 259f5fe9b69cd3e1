// The map's points: their places, what they can be coloured by, and how to get from one to another.
// Places are from 0 to 1, x to the right and y down.

import { decode } from "../shared/payloads.js";

/** @import { MapData } from "../shared/payloads.js" */

const COORDINATE_MAX = 65_535;
const VALUE_MAX = 254;
const NO_VALUE = 255;

// The upper two thirds of viridis: its steps look even, also with colour blindness, and no colour
// is too dark for the map's background.
export const RAMP = ["#31688e", "#26828e", "#1f9e89", "#35b779", "#6ece58", "#b5de2b", "#fde725"];
const GREY = "#65616d";

/**
 * @typedef {object} Attribute
 * @property {string} name
 * @property {Uint8Array} values
 * @property {number} low
 * @property {number} high
 */

/** @typedef {{ x: Float32Array, y: Float32Array, attributes: Attribute[] }} Points */

/** @param {MapData | null} data @returns {Points | null} null if there are no points */
export function readPoints(data) {
  if (!data) return null;
  const [x, y] = [data.x, data.y].map((text) =>
    Float32Array.from(decode(text, Uint16Array), (value) => value / COORDINATE_MAX),
  );
  if (!x.length) return null;
  const attributes = data.attributes.map(({ name, values, low, high }) => ({
    name,
    values: decode(values, Uint8Array),
    low,
    high,
  }));
  return { x, y, attributes };
}

/** @param {Points} points @param {number} i */
export const placeOf = ({ x, y }, i) => [x[i], y[i]];

/**
 * Index of the point for which a measure is least; null if it is infinite for all.
 * @param {Points} points
 * @param {(dx: number, dy: number) => number} measure of the way from a place to the point
 * @param {number[]} place
 */
function findLeast({ x, y }, measure, [fromX, fromY]) {
  let best = null;
  let least = Infinity;
  for (let i = 0; i < x.length; i += 1) {
    const value = measure(x[i] - fromX, y[i] - fromY);
    if (value < least) [best, least] = [i, value];
  }
  return best;
}

/**
 * The nearest point to a place; null if none is within a distance.
 * @param {Points} points @param {number[]} place @param {number} [reach]
 */
export function nearestPoint(points, place, reach = Infinity) {
  return findLeast(
    points,
    (dx, dy) => {
      const distance = Math.hypot(dx, dy);
      return distance <= reach ? distance : Infinity;
    },
    place,
  );
}

/**
 * The next point in a direction; null if there is none within 45 degrees of it.
 * @param {Points} points @param {number} i where to start
 * @param {number[]} direction one of `[±1, 0]` and `[0, ±1]`
 * @param {number} distance which the point is to be away, as far as possible
 */
export function nextPoint(points, i, [right, down], distance) {
  return findLeast(
    points,
    (dx, dy) => {
      const ahead = dx * right + dy * down;
      const aside = Math.abs(dx * down) + Math.abs(dy * right);
      return ahead <= 0 || aside > ahead ? Infinity : Math.hypot(ahead - distance, aside);
    },
    placeOf(points, i),
  );
}

// Values and colours ------------------------------------------------------------------------------

/** @param {string} colour */
const channelsOf = (colour) => [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));

const COLOURS = Array.from({ length: VALUE_MAX + 1 }, (_, value) => {
  const place = (value / VALUE_MAX) * (RAMP.length - 1);
  const i = Math.min(RAMP.length - 2, Math.floor(place));
  const [from, to] = [channelsOf(RAMP[i]), channelsOf(RAMP[i + 1])];
  const mixed = from.map((channel, k) => Math.round(channel + (to[k] - channel) * (place - i)));
  return `rgb(${mixed.join()})`;
});

/** @param {Attribute | undefined} attribute @param {number} i */
export const colourOf = (attribute, i) => COLOURS[attribute?.values[i] ?? 0] ?? GREY;

/**
 * A value with as many decimals as the attribute's range needs.
 * @param {number} value @param {Pick<Attribute, "low" | "high">} attribute
 */
export function formatValue(value, { low, high }) {
  const range = high - low;
  return value.toFixed(range >= 50 ? 0 : range >= 1 ? 1 : range >= 0.1 ? 2 : 3);
}

/**
 * A point's value, with the attribute's name.
 * @param {Attribute | undefined} attribute @param {number} i
 */
export function valueText(attribute, i) {
  if (!attribute) return "";
  const { name, values, low, high } = attribute;
  if (values[i] === NO_VALUE) return `no ${name}`;
  return `${name} ${formatValue(low + (values[i] / VALUE_MAX) * (high - low), attribute)}`;
}

/** @param {Attribute | undefined} attribute @param {number} i */
export const pointText = (attribute, i) =>
  [`seed ${i}`, valueText(attribute, i)].filter(Boolean).join(", ");
