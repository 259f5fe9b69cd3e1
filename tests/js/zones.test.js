import assert from "node:assert/strict";
import { test } from "node:test";
import { generatorsFor, readZones } from "../../musegen/web/components/synth/zones.js";
import { sineFont, splitFont } from "./soundfont.js";

/** Numbers of the samples of a soundfont's zones, with only what some tones need. */
function samplesFor(tones, zones = readZones(splitFont())) {
  const view = new DataView(generatorsFor(zones, tones).buffer);
  return zones.zones.map(({ place }) => view.getUint16(place, true));
}

test("zones that no tone plays get the shortest sample, by key and velocity", () => {
  assert.deepEqual(samplesFor([{ pitch: 59, velocity: 100 }]), [0, 2, 2]);
  assert.deepEqual(samplesFor([{ pitch: 60, velocity: 99 }]), [2, 1, 2]);
  assert.deepEqual(samplesFor([{ pitch: 60, velocity: 100 }]), [2, 2, 2]);
  const both = [
    { pitch: 40, velocity: 1 },
    { pitch: 127, velocity: 1 },
  ];
  assert.deepEqual(samplesFor(both), [0, 1, 2]);
});

test("nothing else is changed", () => {
  const font = splitFont();
  const zones = readZones(font);
  const { begin, generators } = zones;
  assert.deepEqual(generators, new Uint8Array(font.subarray(begin, begin + generators.length)));
  const changed = generatorsFor(zones, []);
  const places = [...changed.keys()].filter((i) => changed[i] !== generators[i]);
  assert.deepEqual(
    places,
    zones.zones.slice(0, 2).map(({ place }) => place),
  );
});

test("a zone without a range plays all tones", () => {
  assert.deepEqual(samplesFor([{ pitch: 0, velocity: 127 }], readZones(sineFont())), [0]);
});

test("a damaged file is refused", () => {
  for (const length of [0, 200, 2000]) {
    assert.throws(() => readZones(splitFont().subarray(0, length)), RangeError);
  }
});
