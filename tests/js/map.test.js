import assert from "node:assert/strict";
import { test } from "node:test";
import {
  colourOf,
  formatValue,
  nearestPoint,
  nextPoint,
  placeOf,
  pointText,
  RAMP,
  readPoints,
} from "../../musegen/web/components/map/geometry.js";
import { encode } from "./support.js";

const data = {
  x: encode(Uint16Array.of(0, 65_535, 32_768, 36_045)),
  y: encode(Uint16Array.of(0, 65_535, 32_768, 32_768)),
  attributes: [
    { name: "density", values: encode(Uint8Array.of(0, 254, 127, 255)), low: 1, high: 9 },
  ],
};
const points = readPoints(data);
const [density] = points.attributes;

test("points are read with coordinates from 0 to 1", () => {
  assert.deepEqual(placeOf(points, 0), [0, 0]);
  assert.deepEqual(placeOf(points, 1), [1, 1]);
  assert.ok(Math.abs(placeOf(points, 2)[0] - 0.5) < 1e-4);
});

test("without data or points there is no map", () => {
  assert.equal(readPoints(null), null);
  assert.equal(readPoints({ x: "", y: "", attributes: [] }), null);
});

test("the nearest point is found, unless it is out of reach", () => {
  assert.equal(nearestPoint(points, [0.9, 0.8]), 1);
  assert.equal(nearestPoint(points, [0.1, 0], 0.11), 0);
  assert.equal(nearestPoint(points, [0.1, 0], 0.09), null);
});

test("arrows lead to the next point in their direction", () => {
  assert.equal(nextPoint(points, 2, [1, 0], 0), 3);
  assert.equal(nextPoint(points, 3, [-1, 0], 0), 2);
  assert.equal(nextPoint(points, 0, [1, 0], 0), 2);
  assert.equal(nextPoint(points, 0, [-1, 0], 0), null);
});

test("with a distance an arrow leads farther", () => {
  assert.equal(nextPoint(points, 0, [0, 1], 0), 2);
  assert.equal(nextPoint(points, 0, [0, 1], 2), 1);
});

test("points more aside than ahead are not in a direction", () => {
  assert.equal(nextPoint(points, 2, [0, -1], 0), 0);
  assert.equal(nextPoint(points, 3, [0, -1], 0), null);
});

test("colours go from dark blue to bright yellow; without a value they are grey", () => {
  assert.equal(colourOf(density, 0), "rgb(49,104,142)");
  assert.equal(colourOf(density, 1), "rgb(253,231,37)");
  assert.equal(colourOf(density, 3), "#65616d");
  assert.equal(colourOf(undefined, 1), colourOf(density, 0));
});

test("the ramp climbs in even steps of lightness, from a colour that is visible on the stage", () => {
  const luminances = RAMP.map((colour) => {
    const linear = [1, 3, 5].map((i) => {
      const value = parseInt(colour.slice(i, i + 2), 16) / 255;
      return value > 0.04045 ? ((value + 0.055) / 1.055) ** 2.4 : value / 12.92;
    });
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  });
  const lightness = luminances.map((value) => 116 * Math.cbrt(value) - 16);
  const steps = lightness.slice(1).map((value, i) => value - lightness[i]);
  const mean = steps.reduce((sum, step) => sum + step) / steps.length;
  assert.ok(Math.min(...steps) > 0.7 * mean);
  assert.ok(Math.max(...steps) < 1.3 * mean);
  assert.ok((luminances[0] + 0.05) / (0.0046 + 0.05) > 3);
});

test("points are named with their seed and value", () => {
  assert.equal(pointText(density, 2), "seed 2, density 5.0");
  assert.equal(pointText(density, 3), "seed 3, no density");
  assert.equal(pointText(undefined, 3), "seed 3");
});

test("values have as many decimals as their range needs", () => {
  const texts = [60, 8, 0.5, 0.02].map((high) => formatValue(0.0123, { low: 0, high }));
  assert.deepEqual(texts, ["0", "0.0", "0.01", "0.012"]);
});
