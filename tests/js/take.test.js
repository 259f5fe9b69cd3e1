import assert from "node:assert/strict";
import { test } from "node:test";
import { Take } from "../../musegen/web/components/player/take.js";

test("times count from the beat after the count-in", () => {
  const take = new Take(120, 10); // the first beat is at 12
  take.noteOn(60, 90, 11); // in the count-in
  take.noteOff(60, 11.5);
  take.noteOn(62, 80, 11.95); // a little early
  take.noteOff(62, 12.5);
  take.noteOn(64, 70, 13); // is held to the end
  assert.deepEqual(take.finish(14), [
    [0, 0.5, 62, 80],
    [1, 2, 64, 70],
  ]);
});

test("clicks come once a beat, and the first of a bar is another", () => {
  const take = new Take(120, 10);
  const clicks = [...take.clicks(10, 10.6), ...take.clicks(10.6, 12.1)];
  assert.deepEqual(
    clicks.map(({ at }) => at),
    [10, 10.5, 11, 11.5, 12],
  );
  assert.deepEqual(
    clicks.map(({ isBar }) => isBar),
    [true, false, false, false, true],
  );
});
