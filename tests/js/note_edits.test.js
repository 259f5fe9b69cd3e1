import assert from "node:assert/strict";
import { test } from "node:test";
import { boxOf, layOut } from "../../musegen/web/components/player/geometry.js";
import {
  grip,
  isSameNote,
  joined,
  moved,
  neighbour,
  placeAt,
  retouch,
  stretched,
} from "../../musegen/web/components/player/note_edits.js";

const note = (onset, pitch, part = "lead", duration = 4) => ({
  onset,
  part,
  pitch,
  duration,
  velocity: 90,
});
const written = [note(0, 60), note(8, 64), note(0, 36, "drums", 1), note(8, 67)];
const piece = {
  written,
  notes: written.map((one) => ({ ...one, onset: one.onset + 0.1 })), // as it is played
  steps: 32,
  bars: 2,
  low: 50,
  high: 80,
  drums: [38, 36],
  blend: null,
};
const layout = layOut(piece, 600, 400, 546);
const all = () => true;
const centre = ({ x, y, width, height }) => [x + width / 2, y + height / 2];

test("a press on a note means what is written, and its end stretches it", () => {
  const box = boxOf(layout, piece, piece.notes[1]);
  assert.deepEqual(grip(layout, piece, ...centre(box), all), { note: written[1], isEnd: false });
  const [, y] = centre(box);
  assert.equal(grip(layout, piece, box.x + box.width - 2, y, all).isEnd, true);
  assert.equal(grip(layout, piece, box.x + box.width + 20, y, all), null);
});

test("a place on the roll is a step and a pitch, or a drum", () => {
  const [x, y] = centre(boxOf(layout, piece, note(5, 70, "lead", 1)));
  assert.deepEqual(placeAt(layout, piece, x, y, "lead"), { onset: 5, pitch: 70 });
  const drum = centre(boxOf(layout, piece, note(3, 36, "drums", 1)));
  assert.deepEqual(placeAt(layout, piece, ...drum, "drums"), { onset: 3, pitch: 36 });
  assert.equal(placeAt(layout, piece, ...drum, "lead"), null);
  assert.equal(placeAt(layout, piece, 10_000, y, "lead"), null);
});

test("notes stay inside the piece, and drums on drums", () => {
  assert.equal(moved(piece, written[0], -3, 0).onset, 0);
  assert.equal(moved(piece, written[1], 2, -1).pitch, 63);
  assert.equal(moved(piece, written[2], 0, 1).pitch, 38);
  assert.equal(moved(piece, written[2], 0, -5).pitch, 36);
  assert.equal(stretched(piece, written[1], 100).duration, 24);
  assert.equal(stretched(piece, written[1], -100).duration, 1);
});

test("a moved note is removed and added, and what is changed again is sent once", () => {
  const first = retouch(null, note(4, 72));
  assert.deepEqual(first, { do: "retouch", remove: [], add: [[4, 0, 72, 4, 90]] });
  const both = joined(first, retouch(note(4, 72), note(5, 72)));
  assert.deepEqual(both.add, [[5, 0, 72, 4, 90]]);
  assert.deepEqual(retouch(written[2], null).remove, [[0, 4, 36]]);
});

test("keys go from note to note of a part", () => {
  assert.equal(neighbour(piece, "lead", null, 1), written[0]);
  assert.equal(neighbour(piece, "lead", written[1], 1), written[3]);
  assert.equal(neighbour(piece, "lead", written[3], 1), written[3]);
  assert.equal(neighbour(piece, "bass", null, 1), null);
});

test("notes are the same with place, length and velocity", () => {
  assert.ok(isSameNote(note(4, 60), note(4, 60)));
  for (const more of [{ onset: 5 }, { pitch: 61 }, { duration: 1 }, { velocity: 1 }]) {
    assert.ok(!isSameNote(note(4, 60), { ...note(4, 60), ...more }));
  }
});
