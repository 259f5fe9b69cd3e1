import assert from "node:assert/strict";
import { test } from "node:test";
import {
  chordsOfKey,
  namesByBeat,
  transposeText,
  writeBars,
} from "../../musegen/web/components/player/chord_text.js";
import {
  chooseNames,
  prettyName,
  stepOfChord,
} from "../../musegen/web/components/player/chords.js";

test("a chord is drawn at its beat", () => {
  assert.equal(stepOfChord({ meters: null }, { beat: 6, name: "C" }), 24);
});

test("in 3/4 the three beats share the width of a bar", () => {
  const meters = [1, 2].map((number) => ({ steps: 12, beats: 3, number }));
  const steps = [0, 1, 2, 4].map((beat) => stepOfChord({ meters }, { beat, name: "C" }));
  assert.deepEqual(
    steps.map((step) => step.toFixed(2)),
    ["0.00", "5.33", "10.67", "16.00"],
  );
});

test("where there is room, all names are shown", () => {
  assert.deepEqual(chooseNames([0, 40, 80], [30, 30, 30], [0, 4, 8]), new Set([0, 1, 2]));
});

test("where there is little room, first beats go before half bars, and these before the others", () => {
  // Four chords in each of two bars: a bar has 58 pixels, a name 20.
  const starts = [0, 4, 8, 12, 16, 20, 24, 28];
  const lefts = starts.map((step) => (step * 58) / 16);
  const shown = (width) => [...chooseNames(lefts, Array(8).fill(width), starts)].sort();
  assert.deepEqual(shown(20), [0, 2, 4, 6]);
  assert.deepEqual(shown(40), [0, 4]);
  assert.deepEqual(shown(60), [0, 6]);
  assert.deepEqual(shown(5), [0, 1, 2, 3, 4, 5, 6, 7]);
});

test("names are printed with sharps and flats", () => {
  const printed = {
    "F#m7b5": "F♯m7♭5",
    "Bb/D": "B♭/D",
    "C7b9#11/Bb": "C7♭9♯11/B♭",
    "Abm(addb9)": "A♭m(add♭9)",
    Badd9: "Badd9",
    "N.C.": "N.C.",
  };
  for (const [name, text] of Object.entries(printed)) assert.equal(prettyName(name), text);
});

test("bars of chords are written as Python reads them", () => {
  const chords = [
    { beat: 0, name: "C" },
    { beat: 6, name: "G" },
    { beat: 8, name: "Am" },
    { beat: 11, name: "F" },
  ];
  assert.equal(writeBars(namesByBeat(chords, 3)), "| C | C G | Am . . F |");
  const long = writeBars(namesByBeat([{ beat: 0, name: "C" }], 5));
  assert.equal(long, "| C | C | C | C |\n| C |");
});

test("a bar of which nothing usual is true has a word for each beat", () => {
  assert.equal(writeBars(["C", "G", "G", "G"]), "| C G . . |");
  assert.equal(writeBars(["C", "C", "G", "C"]), "| C G C |");
  assert.equal(writeBars(["C", "G", "C", "G"]), "| C G C G |");
});

test("chords as text are put into another key", () => {
  const text = "| F#m7b5/C# Bbsus4 | N.C. . . B |";
  assert.equal(transposeText(text, 0), text);
  assert.equal(transposeText(text, 1), "| Gm7b5/D Bsus4 | N.C. . . C |");
  assert.equal(transposeText(text, -5), "| Dbm7b5/Ab Fsus4 | N.C. . . F# |");
});

test("the chords of a key are spelled in it", () => {
  const inKey = {
    0: "C Dm Em F G Am Bdim",
    3: "Eb Fm Gm Ab Bb Cm Ddim",
    [-1]: "B C#m D#m E F# G#m A#dim",
    6: "F# G#m A#m B C# D#m E#dim",
    1: "Db Ebm Fm Gb Ab Bbm Cdim",
  };
  for (const [key, names] of Object.entries(inKey)) {
    assert.equal(chordsOfKey(Number(key)).join(" "), names);
  }
});
