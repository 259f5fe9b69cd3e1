import assert from "node:assert/strict";
import { test } from "node:test";
import {
  endOf,
  formatTime,
  isBlackKey,
  noteName,
  phraseLabel,
  readPiece,
  secondsAt,
  sectionOf,
  stepAfterKey,
  stepAt,
  stepOfPhrase,
} from "../../musegen/web/components/player/piece.js";
import { playerData } from "./support.js";

const piece = readPiece(playerData());
// The second phrase is twice as slow as the first.
const slowing = { times: [0, 1, 2, 4, 6], steps: 64 };

test("notes are decoded from their columns", () => {
  assert.deepEqual(piece.notes[1], {
    start: 4,
    end: 6,
    onset: 4,
    part: "bass",
    pitch: 36,
    duration: 2,
    velocity: 100,
  });
  assert.equal(piece.notes.length, 3);
});

test("a piece has as many steps, seconds and phrases as its bars", () => {
  assert.deepEqual([piece.steps, piece.seconds, piece.phrases], [128, 8, 4]);
});

test("half a phrase at the end counts as a phrase and lasts half as long", () => {
  const odd = readPiece(playerData({ bars: 7 }));
  assert.deepEqual([odd.phrases, odd.steps, odd.seconds], [4, 112, 7]);
  assert.equal(endOf(odd, 3), 112);
});

test("the roll shows all pitches, and at least 30 semitones", () => {
  assert.deepEqual([piece.low, piece.high], [34, 74]);
  const narrow = readPiece(playerData({ parts: ["lead"] }));
  assert.ok(narrow.high - narrow.low >= 30);
  assert.ok(narrow.low < 72 && narrow.high > 72);
});

test("a piece of drums alone has no range of pitches", () => {
  const drums = readPiece(playerData({ parts: ["drums"] }));
  assert.ok(drums.high < drums.low);
  assert.deepEqual(drums.drums, [42]);
});

test("steps follow the tempo of each bar", () => {
  assert.equal(stepAt(slowing, 1), 16);
  assert.equal(stepAt(slowing, 2), 32);
  assert.equal(stepAt(slowing, 4), 48);
});

test("seconds and steps are each other's inverse", () => {
  for (const step of [0, 7.5, 31.9, 32, 50, 64]) {
    assert.ok(Math.abs(stepAt(slowing, secondsAt(slowing, step)) - step) < 1e-9);
  }
});

test("a time beyond the end is the end", () => {
  assert.equal(stepAt(slowing, 100), 64);
  assert.equal(stepAt(slowing, -1), 0);
});

test("times are minutes and seconds", () => {
  const times = [0, 9.9, 59.96, 61, 600].map(formatTime);
  assert.deepEqual(times, ["0:00", "0:09", "1:00", "1:01", "10:00"]);
  assert.equal(formatTime(-1), "0:00");
});

test("arrow keys move to bar lines, page keys to phrases", () => {
  const after = (step, key) => stepAfterKey(piece, step, key, false);
  assert.equal(after(20, "ArrowRight"), 32);
  assert.equal(after(32, "ArrowRight"), 48);
  assert.equal(after(20, "ArrowUp"), 32);
  assert.equal(after(20, "PageUp"), 32);
  assert.equal(after(0, "PageUp"), 32);
  assert.equal(after(33, "PageDown"), 32);
});

test("backwards, the start of the current bar comes first", () => {
  assert.equal(stepAfterKey(piece, 20, "ArrowLeft", false), 16);
  assert.equal(stepAfterKey(piece, 16, "ArrowLeft", false), 0);
  assert.equal(stepAfterKey(piece, 16, "ArrowDown", false), 0);
});

test("while it plays, a bar line just passed can be passed again", () => {
  assert.equal(stepAfterKey(piece, 18, "ArrowLeft", true), 0);
  assert.equal(stepAfterKey(piece, 18, "ArrowLeft", false), 16);
});

test("Home and End are the ends, and no key leaves the piece", () => {
  assert.equal(stepAfterKey(piece, 50, "Home", false), 0);
  assert.equal(stepAfterKey(piece, 50, "End", false), 128);
  assert.equal(stepAfterKey(piece, 128, "ArrowRight", false), 128);
  assert.equal(stepAfterKey(piece, 0, "PageDown", false), 0);
  assert.equal(stepAfterKey(piece, 0, "x", false), null);
});

test("a phrase belongs to the section that started last", () => {
  assert.deepEqual(
    [0, 1, 2, 3].map((i) => sectionOf(piece, i)),
    ["A", "A", "B", "B"],
  );
  assert.equal(sectionOf({ marks: [] }, 2), "");
});

test("a phrase is named with its section, bars and lock", () => {
  assert.equal(phraseLabel(piece, 2, false), "Phrase 3, B, bars 5 to 6");
  assert.equal(phraseLabel(piece, 1, "true"), "Phrase 2, A, bars 3 to 4, locked");
  assert.equal(phraseLabel(piece, 1, "mixed"), "Phrase 2, A, bars 3 to 4, partly locked");
  const odd = readPiece(playerData({ bars: 7, marks: [] }));
  assert.equal(phraseLabel(odd, 3, false), "Phrase 4, bar 7");
});

test("a long bar is several bars of the roll with one number", () => {
  const numbers = [1, 0, 2, 0, 3, 0, 4, 0];
  const meters = numbers.map((number) => ({ steps: 12, beats: 2, number }));
  const long = readPiece(playerData({ meters, marks: [] }));
  assert.equal(phraseLabel(long, 2, false), "Phrase 3, bar 3");
});

test("a step of an interpolation has its phrases", () => {
  const blend = [0, 2, 4].map((bar, i) => ({ bar: 2 * bar, share: i / 2 }));
  const morph = readPiece(playerData({ phrases: 6, blend }));
  assert.deepEqual(stepOfPhrase(morph, 3), { first: 2, phrases: 2 });
  assert.deepEqual(stepOfPhrase(morph, 5), { first: 4, phrases: 2 });
});

test("notes are named by pitch, drums by their instrument", () => {
  assert.equal(noteName({ part: "lead", pitch: 60 }), "C4");
  assert.equal(noteName({ part: "lead", pitch: 70 }), "B♭4");
  assert.equal(noteName({ part: "drums", pitch: 42 }), "Closed hi-hat");
  assert.equal(noteName({ part: "drums", pitch: 61 }), "C♯4");
});

test("black keys are black in every octave", () => {
  assert.deepEqual([0, 1, 13, 4, 58].map(isBlackKey), [false, true, true, false, true]);
});
