import assert from "node:assert/strict";
import { test } from "node:test";
import {
  capitalize,
  clamp,
  lengthOf,
  pointsAlong,
} from "../../musegen/web/components/shared/numbers.js";
import { decode } from "../../musegen/web/components/shared/payloads.js";
import { Viewport } from "../../musegen/web/components/shared/viewport.js";
import { encode } from "./support.js";

test("arrays are decoded as they were encoded", () => {
  for (const array of [
    Uint8Array.of(0, 255),
    Uint16Array.of(0, 65_535, 258),
    Float32Array.of(-1.5, 0.25),
    new Uint8Array(),
  ]) {
    assert.deepEqual(decode(encode(array), array.constructor), array);
  }
});

test("numbers are clamped", () => {
  assert.deepEqual(
    [-1, 0.5, 2].map((value) => clamp(value, 0, 1)),
    [0, 0.5, 1],
  );
});

test("texts begin with a capital", () => {
  assert.deepEqual(["lead", "", "A"].map(capitalize), ["Lead", "", "A"]);
});

test("points along a line are at even distances, whatever its corners are", () => {
  const line = [
    [0, 0],
    [1, 0],
    [1, 3],
  ];
  assert.deepEqual(pointsAlong(line, 5), [
    [0, 0],
    [1, 0],
    [1, 1],
    [1, 2],
    [1, 3],
  ]);
  assert.deepEqual(pointsAlong(line, 2), [
    [0, 0],
    [1, 3],
  ]);
});

test("a line that goes nowhere has points, too", () => {
  assert.deepEqual(
    pointsAlong(
      [
        [1, 2],
        [1, 2],
      ],
      3,
    ),
    [
      [1, 2],
      [1, 2],
      [1, 2],
    ],
  );
});

test("a line is as long as its parts together", () => {
  assert.equal(
    lengthOf([
      [0, 0],
      [3, 4],
      [3, 5],
    ]),
    6,
  );
  assert.equal(lengthOf([[1, 1]]), 0);
});

function viewportOf(axes, unit, shown, edge = 0) {
  const viewport = new Viewport(axes, edge);
  viewport.resize(unit, shown, 16);
  return viewport;
}

test("zooming keeps the place at the pointer where it is", () => {
  const viewport = viewportOf(1, 1000, 500);
  viewport.moveTo([100]);
  const place = viewport.placeAt([200]);
  viewport.zoomTo(3, [200]);
  assert.equal(viewport.full, 3000);
  assert.ok(Math.abs(viewport.placeAt([200])[0] - place[0]) < 1e-12);
});

test("zooming ends where everything is visible, and at the closest zoom", () => {
  const viewport = viewportOf(1, 1000, 500);
  viewport.zoomTo(0.01, [0]);
  assert.equal(viewport.zoom, 0.5);
  assert.ok(viewport.isFarthest && !viewport.isClosest);
  viewport.zoomTo(100, [0]);
  assert.equal(viewport.zoom, 16);
  assert.ok(viewport.isClosest && !viewport.isFarthest);
});

test("what is smaller than the window is never made smaller", () => {
  assert.equal(viewportOf(1, 300, 500).least, 1);
});

test("panning ends at the borders", () => {
  const viewport = viewportOf(2, 100, 100);
  viewport.zoomTo(2, [50, 50]);
  assert.deepEqual(viewport.offsets, [50, 50]);
  viewport.moveTo([-20, 300]);
  assert.deepEqual(viewport.offsets, [0, 100]);
});

test("at the first zoom nothing can be panned", () => {
  const viewport = viewportOf(2, 100, 100);
  viewport.moveTo([10, -10]);
  assert.deepEqual(viewport.offsets, [0, 0]);
});

test("pixels and places are each other's inverse, with an edge around", () => {
  const viewport = viewportOf(2, 100, 100, 16);
  assert.deepEqual(viewport.pixelsOf([0, 1]), [16, 116]);
  viewport.zoomTo(4, [30, 80]);
  const place = viewport.placeAt([40, 70]);
  viewport.pixelsOf(place).forEach((pixel, axis) => {
    assert.ok(Math.abs(pixel - [40, 70][axis]) < 1e-9);
  });
});

test("the edge stays free at any zoom", () => {
  const viewport = viewportOf(2, 100, 100, 16);
  viewport.zoomTo(4, [0, 0], [0.5, 0.5]);
  viewport.moveTo([-1e9, -1e9]);
  assert.deepEqual(viewport.pixelsOf([0, 0]), [16, 16]);
});

test("two fingers carry the place between them along", () => {
  const viewport = viewportOf(2, 100, 100);
  viewport.zoomTo(4, [60, 40], [0.5, 0.5]);
  assert.deepEqual(viewport.pixelsOf([0.5, 0.5]), [60, 40]);
});

test("a resized window shows the same part", () => {
  const viewport = viewportOf(1, 1000, 500);
  viewport.zoomTo(2, [0], [0.25]);
  viewport.resize(2000, 1000, 16);
  assert.deepEqual(viewport.placeAt([0]), [0.25]);
  assert.equal(viewport.zoom, 2);
});

test("a smaller closest zoom limits the zoom", () => {
  const viewport = viewportOf(1, 1000, 500);
  viewport.zoomTo(10, [0]);
  viewport.resize(1000, 500, 4);
  assert.equal(viewport.zoom, 4);
});
