import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { playTimes } from "../../musegen/web/components/player/feel.js";

test("notes are played when Python plays them", () => {
  // Kept true by tests/unit/web/test_component_data.py.
  const cases = JSON.parse(readFileSync(new URL("feel_times.json", import.meta.url), "utf8"));
  for (const { notes, feels, steps, used, start, end } of cases) {
    const sent = notes.map((note) => ({ ...note, offset: Math.fround(note.offset) }));
    const times = playTimes(sent, feels, steps, used);
    start.forEach((_, i) => {
      assert.ok(Math.abs(times.start[i] - start[i]) < 1e-9);
      assert.ok(Math.abs(times.end[i] - end[i]) < 1e-9);
    });
  }
});
