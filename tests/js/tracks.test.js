import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Readings, trackName, trackText } from "../../musegen/web/components/tracks/readings.js";

const track = (index, part, chosen = false) => ({
  index,
  name: "",
  instrument: "Piano",
  notes: 10,
  kept: 10,
  part,
  reason: "it is the highest",
  chosen,
});
const data = (reading, request = null, tracks = [track(0, "lead"), track(1, "bass")]) => ({
  request,
  reading,
  summary: "",
  tracks,
  tempo: 1,
  tempos: [],
  about: [],
});
let readings;

beforeEach(() => {
  readings = new Readings();
  readings.receive(data("first"));
});

test("a reading is shown as it comes", () => {
  assert.equal(readings.shown.reading, "first");
  assert.equal(readings.isChanged, false);
  assert.deepEqual(readings.choices, []);
  assert.equal(readings.receive(data("second")), "show");
});

test("without a file nothing is shown, and earlier readings are forgotten", () => {
  assert.equal(readings.receive(null), "clear");
  assert.equal(readings.shown, null);
  assert.equal(readings.receive({ ...data("first"), tracks: null }), null);
});

test("an earlier reading can be returned to by its name", () => {
  readings.receive(data("second", null, [track(0, null, true), track(1, "bass")]));
  assert.equal(readings.receive({ ...data("first"), tracks: null }), "show");
  assert.equal(readings.shown.reading, "first");
});

test("choices are collected, one for each track", () => {
  readings.choose({ index: 0, part: "counter" });
  readings.choose({ index: 1, part: null });
  readings.choose({ index: 0, part: "chords" });
  const parts = [
    { index: 1, part: null },
    { index: 0, part: "chords" },
  ];
  assert.deepEqual(readings.takeRequest(), { parts, tempo: 1, quantize: 1, request: 3 });
  assert.ok(readings.isChanged);
});

test("what was chosen before is kept with a new choice", () => {
  readings.receive(data("second", null, [track(0, "counter", true), track(1, "bass")]));
  assert.ok(readings.isChanged);
  readings.choose({ index: 1, part: "lead" });
  assert.deepEqual(readings.choices, [
    { index: 0, part: "counter" },
    { index: 1, part: "lead" },
  ]);
});

test("one request is sent at a time, and the next has all that is wanted by then", () => {
  readings.choose({ index: 0, part: "counter" });
  assert.equal(readings.takeRequest().request, 1);
  readings.choose({ index: 1, part: "lead" });
  assert.equal(readings.takeRequest(), null);
  assert.equal(readings.receive(data("second", 1)), "send");
  assert.equal(readings.shown.reading, "first"); // a late answer changes nothing
  assert.equal(readings.takeRequest().parts.length, 2);
  assert.equal(readings.receive(data("third", 2)), "show");
  assert.equal(readings.wanted, null);
});

test("a request without an answer can be given up", () => {
  readings.choose({ index: 0, part: "counter" });
  readings.takeRequest();
  readings.giveUp();
  assert.notEqual(readings.takeRequest(), null);
});

test("the tempo is kept with a choice, and a reset undoes both", () => {
  readings.want(readings.choices, 0.5, 1);
  readings.choose({ index: 0, part: "counter" });
  assert.equal(readings.tempo, 0.5);
  readings.want([], 1, 1);
  assert.deepEqual([readings.choices, readings.tempo], [[], 1]);
});

test("a recording that is not on the beat can be reset", () => {
  readings.receive({ ...data("sung"), quantize: 0 });
  assert.equal(readings.quantize, 0);
  assert.ok(readings.isChanged);
});

test("another tempo than the found one can be reset", () => {
  readings.receive({ ...data("slow"), tempo: 0.5 });
  assert.ok(readings.isChanged);
});

test("tracks without a name are numbered from 1", () => {
  assert.equal(trackName(track(0, "lead")), "Track 1");
  assert.equal(trackName({ ...track(0, "lead"), name: "<b>Voice</b>" }), "<b>Voice</b>");
});

test("a track says how many of its notes are kept", () => {
  const some = { ...track(0, "lead"), notes: 1200, kept: 1000 };
  assert.equal(trackText(some), "Piano, 1,200 notes, 1,000 kept");
  assert.equal(trackText({ ...some, part: null }), "Piano, 1,200 notes");
  assert.equal(trackText({ ...some, notes: 1, kept: 1 }), "Piano, 1 note");
});
