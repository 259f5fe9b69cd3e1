import assert from "node:assert/strict";
import { test } from "node:test";
import {
  clampPlace,
  colourAt,
  percentsOf,
  sharesOf,
  snapToCorner,
} from "../../musegen/web/components/square/geometry.js";

test("in the middle all corners have the same share", () => {
  assert.deepEqual(percentsOf({ x: 0.5, y: 0.5 }), [25, 25, 25, 25]);
});

test("a corner has all of its place, and each has its own", () => {
  const corners = [
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
  ];
  corners.forEach(([x, y], corner) => {
    assert.deepEqual(
      percentsOf({ x, y }),
      [0, 1, 2, 3].map((i) => (i === corner ? 100 : 0)),
    );
  });
});

test("shares follow both directions", () => {
  assert.deepEqual(percentsOf({ x: 0.8, y: 0.3 }), [14, 56, 6, 24]);
  assert.deepEqual(sharesOf({ x: 0.25, y: 0.5 }), [0.375, 0.125, 0.375, 0.125]);
});

test("whole percents are 100 together, and none is off by one or more", () => {
  for (let x = 0; x <= 1; x += 0.037) {
    for (let y = 0; y <= 1; y += 0.041) {
      const percents = percentsOf({ x, y });
      assert.equal(
        percents.reduce((sum, percent) => sum + percent),
        100,
      );
      sharesOf({ x, y }).forEach((share, i) => {
        assert.ok(Math.abs(percents[i] - 100 * share) < 1);
      });
    }
  }
});

test("near a corner a pointer means the corner", () => {
  assert.deepEqual(snapToCorner({ x: 0.035, y: 0.965 }), { x: 0, y: 1 });
  assert.deepEqual(snapToCorner({ x: 0.97, y: -0.2 }), { x: 1, y: 0 });
});

test("near an edge alone it means the place", () => {
  assert.deepEqual(snapToCorner({ x: 0.06, y: 0.03 }), { x: 0.06, y: 0.03 });
});

test("places stay within the square and have three decimals", () => {
  assert.deepEqual(clampPlace({ x: -1, y: 0.12345 }), { x: 0, y: 0.123 });
});

test("colours of the corners are the corners' own, and the middle is not dull", () => {
  assert.deepEqual(colourAt({ x: 1, y: 0 }).map(Math.round), [110, 168, 254]);
  const middle = colourAt({ x: 0.5, y: 0.5 });
  const mean = (255 + 110 + 242 + 63) / 4;
  assert.ok(middle[0] > mean);
});
