import assert from "node:assert/strict";
import { test } from "node:test";
import { Mix } from "../../musegen/web/components/player/mix.js";
import { readPiece } from "../../musegen/web/components/player/piece.js";
import { State } from "../../musegen/web/components/player/state.js";
import { playerData, withSound } from "./support.js";

function stateOf(data = playerData()) {
  const state = new State();
  state.piece = readPiece(data);
  return state;
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
  assert.ok(mix.isHeard("bass")); // nothing is soloed any more, and nothing was muted
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

test("without a selection all phrases that are not locked are edited", () => {
  const state = stateOf();
  state.locks.add(1);
  assert.deepEqual(state.edited, [0, 2, 3]);
  assert.equal(state.obstacles.redraw, "");
  assert.equal(state.obstacles.copy, "Choose a phrase first");
  assert.equal(state.obstacles.lock, "Choose a phrase first");
  state.selected = 2;
  assert.deepEqual(state.edited, [2]);
  assert.equal(state.obstacles.lock, "");
});

test("a locked phrase cannot be edited, but all others can", () => {
  const state = stateOf();
  state.selected = 1;
  state.locks.add(1);
  assert.equal(state.obstacles.redraw, "Phrase 2 is locked: unlock it first");
  assert.equal(state.obstacles.vary, state.obstacles.redraw);
  assert.equal(state.obstacles.rest, "");
  assert.equal(state.obstacles.lock, "");
});

test("where all phrases are locked, nothing is left to redraw", () => {
  const state = stateOf();
  for (let i = 0; i < 4; i += 1) state.locks.add(i);
  for (const edit of ["redraw", "vary", "rest"]) {
    assert.equal(state.obstacles[edit], "All phrases are locked: unlock one first");
  }
  state.locks.delete(2);
  assert.equal(state.obstacles.rest, "");
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

test("one of two models can be kept", () => {
  const state = stateOf();
  assert.deepEqual(state.models, ["song", "drums"]);
  state.kept.add("song");
  assert.deepEqual(state.models, ["drums"]);
  state.kept.add("drums");
  assert.equal(state.obstacles.rest, "Both are kept: nothing is left to change");
});

test("what is kept does not matter to a piece of one model", () => {
  const state = stateOf(playerData({ parts: ["lead"] }));
  state.kept.add("song");
  assert.equal(state.hasBothModels, false);
  assert.deepEqual(state.models, ["song"]);
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
