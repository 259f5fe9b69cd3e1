import assert from "node:assert/strict";
import { test } from "node:test";
import { cellAt, columnOf } from "../../musegen/web/components/player/cells.js";
import { Mix } from "../../musegen/web/components/player/mix.js";
import { readPiece } from "../../musegen/web/components/player/piece.js";
import { State } from "../../musegen/web/components/player/state.js";
import { playerData, withSound } from "./support.js";

const LEAD = 0;
const BASS = 3;
const DRUMS = 4; // indices of the parts of `playerData`

function stateOf(data = playerData()) {
  const state = new State();
  state.piece = readPiece(data);
  return state;
}

/** Cells of all parts of `playerData` in some phrases. */
const cellsOf = (...phrases) =>
  phrases.flatMap((phrase) => [LEAD, BASS, DRUMS].map((part) => cellAt(phrase, part)));

function lock(state, ...phrases) {
  for (const cell of phrases.flatMap(columnOf)) state.locks.add(cell);
}

test("a muted part is silent, all others are heard", () => {
  const mix = new Mix();
  mix.toggleMute("lead");
  assert.deepEqual(
    ["lead", "bass"].map((part) => mix.isHeard(part)),
    [false, true],
  );
  assert.equal(mix.gainOf("lead"), 0);
  mix.toggleMute("lead");
  assert.equal(mix.gainOf("lead"), 1);
});

test("a soloed part is heard alone, even if it is muted", () => {
  const mix = new Mix();
  mix.toggleMute("bass");
  mix.toggleSolo("bass");
  assert.deepEqual(
    ["lead", "bass"].map((part) => mix.isHeard(part)),
    [false, true],
  );
});

test("while a part is soloed, mute adds others to it", () => {
  const mix = new Mix();
  mix.toggleSolo("bass");
  mix.toggleMute("lead");
  assert.ok(mix.isHeard("lead") && mix.isHeard("bass"));
  mix.toggleMute("bass");
  assert.ok(!mix.isHeard("bass"));
  mix.toggleMute("lead");
  assert.ok(mix.isHeard("bass")); // nothing is soloed any more
  assert.ok(!mix.isHeard("lead")); // and what was pressed is silent
});

test("half the volume is a quarter of the gain", () => {
  const mix = new Mix();
  mix.volumes.set("bass", 50);
  assert.equal(mix.gainOf("bass"), 0.25);
  assert.ok(!mix.isFull(["lead", "bass"]));
  assert.ok(mix.isFull(["lead"]));
});

test("nothing can be edited without a piece", () => {
  const { obstacles } = new State();
  assert.deepEqual(new Set(Object.values(obstacles)), new Set(["There is no piece yet"]));
});

test("without a selection all that is not locked is edited", () => {
  const state = stateOf();
  lock(state, 1);
  assert.deepEqual(state.edited, cellsOf(0, 2, 3));
  assert.equal(state.obstacles.redraw, "");
  for (const edit of ["copy", "lock", "silence", "clear"]) {
    assert.equal(state.obstacles[edit], "Choose a phrase first");
  }
  state.selected = 2;
  assert.deepEqual(state.edited, cellsOf(2));
  assert.equal(state.obstacles.lock, "");
});

test("cells that are chosen are edited, also of a part that the piece lacks", () => {
  const state = stateOf();
  state.chosen = new Set([cellAt(2, BASS), cellAt(1, 1), cellAt(0, LEAD)]);
  state.locks.add(cellAt(2, BASS));
  assert.deepEqual(state.edited, [cellAt(0, LEAD), cellAt(1, 1)]);
  assert.deepEqual(state.marked, [cellAt(0, LEAD), cellAt(1, 1), cellAt(2, BASS)]);
  assert.equal(state.obstacles.redraw, "");
  state.chosen = new Set([cellAt(2, BASS)]);
  assert.equal(state.obstacles.clear, "What is chosen is locked: unlock it first");
});

test("a locked phrase cannot be edited, but all others can", () => {
  const state = stateOf();
  state.selected = 1;
  lock(state, 1);
  assert.equal(state.obstacles.redraw, "Phrase 2 is locked: unlock it first");
  assert.equal(state.obstacles.vary, state.obstacles.redraw);
  assert.equal(state.obstacles.rest, "");
  assert.equal(state.obstacles.lock, "");
});

test("of a phrase that is partly locked, the other parts are edited", () => {
  const state = stateOf();
  state.selected = 1;
  state.locks.add(cellAt(1, BASS));
  assert.deepEqual(state.edited, [cellAt(1, LEAD), cellAt(1, DRUMS)]);
  assert.equal(state.obstacles.redraw, "");
  assert.deepEqual(
    [0, 1].map((phrase) => state.lockOf(phrase)),
    ["false", "mixed"],
  );
  lock(state, 1);
  assert.equal(state.lockOf(1), "true");
});

test("where all phrases are locked, nothing is left to redraw", () => {
  const state = stateOf();
  lock(state, 0, 1, 2, 3);
  for (const edit of ["redraw", "vary", "rest"]) {
    assert.equal(state.obstacles[edit], "All phrases are locked: unlock one first");
  }
  state.locks.delete(cellAt(2, BASS));
  assert.equal(state.obstacles.rest, "");
  assert.deepEqual(state.unlocked, [cellAt(2, BASS)]);
});

test("what is copied goes where the piece has phrases and nothing is locked", () => {
  const state = stateOf();
  state.copying = { cells: [cellAt(1, BASS), cellAt(2, BASS), cellAt(2, DRUMS)], first: 1 };
  state.locks.add(cellAt(0, BASS));
  assert.deepEqual(state.copiesTo(0), [cellAt(2, BASS), cellAt(2, DRUMS)]);
  assert.deepEqual(state.copiesTo(1), []);
  assert.deepEqual(state.copiesTo(3), [cellAt(1, BASS)]);
});

test("while the server composes, edits wait", () => {
  const state = stateOf();
  state.selected = 0;
  state.isBusy = true;
  for (const edit of ["redraw", "vary", "rest", "copy", "extend", "cut", "undo"]) {
    assert.equal(state.obstacles[edit], "Wait until the music is ready");
  }
  assert.equal(state.obstacles.lock, "");
});

test("a single phrase cannot be copied anywhere", () => {
  const state = stateOf(playerData({ phrases: 1 }));
  state.selected = 0;
  assert.equal(state.obstacles.copy, "There is no other phrase");
});

test("the status says what the server does", () => {
  const state = stateOf();
  assert.equal(state.status, "Rendering the sound …");
  state.progress = { share: 0.4, text: "Phrase 3 of 8" };
  assert.equal(state.status, "Phrase 3 of 8");
  state.isBusy = true;
  state.progress = null;
  assert.equal(state.status, "Composing …");
  state.isBusy = false;
  state.making = "WAV";
  assert.equal(state.status, "Making the WAV …");
});

test("the server's sound is all there is, be it a mix or parts", () => {
  for (const parts of [["mix"], ["lead", "bass"]]) {
    const state = stateOf(withSound(playerData(), "sound", parts));
    assert.equal(state.isMix, parts.length === 1);
    assert.ok(!state.canCancel);
    assert.equal(state.status, "");
  }
});

test("the status shows a problem where nothing else is going on", () => {
  const state = stateOf(playerData({ problem: "There is no soundfont" }));
  assert.equal(state.status, "There is no soundfont");
  state.note = "Press play to hear it";
  assert.equal(state.status, "Press play to hear it");
});

test("the amount of change has words", () => {
  const state = new State();
  const words = [0, 10, 30, 35, 60, 100].map((amount) => {
    state.amount = amount;
    return state.amountInWords;
  });
  assert.deepEqual(words, ["hardly", "a little", "a little", "some way", "a lot", "a lot"]);
});

test("one file is made at a time, and none without a piece", () => {
  const state = new State();
  assert.equal(state.fileObstacle, "There is no piece yet");
  state.piece = readPiece(playerData());
  assert.equal(state.fileObstacle, "");
  state.making = "MIDI";
  assert.equal(state.fileObstacle, "Wait for the file that is being made");
});
