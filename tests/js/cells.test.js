import assert from "node:assert/strict";
import { test } from "node:test";
import {
  cellAt,
  cellLabel,
  columnOf,
  describe,
  fromData,
  partOf,
  phraseOf,
  placeInWords,
  rectangle,
  rowOf,
  toData,
} from "../../musegen/web/components/player/cells.js";
import { drawNotes } from "../../musegen/web/components/player/grid.js";
import { readPiece } from "../../musegen/web/components/player/piece.js";
import { playerData } from "./support.js";

const [LEAD, CHORDS, BASS, DRUMS] = [0, 2, 3, 4];
const ALL = ["lead", "bass", "drums"];

test("a cell is a part of a phrase", () => {
  const cell = cellAt(7, BASS);
  assert.deepEqual([phraseOf(cell), partOf(cell)], [7, "bass"]);
});

test("a block lies between two corners, whichever they are", () => {
  const block = [cellAt(1, CHORDS), cellAt(1, BASS), cellAt(2, CHORDS), cellAt(2, BASS)];
  assert.deepEqual(rectangle(cellAt(1, CHORDS), cellAt(2, BASS)), block);
  assert.deepEqual(rectangle(cellAt(2, CHORDS), cellAt(1, BASS)), block);
});

test("cells are written as the phrases of each part, and read again", () => {
  const cells = [cellAt(3, BASS), cellAt(0, LEAD), cellAt(1, BASS)];
  assert.deepEqual(toData(cells), { lead: [0], bass: [1, 3] });
  assert.deepEqual(new Set(fromData(toData(cells))), new Set(cells));
  assert.deepEqual(fromData(null), []);
});

test("an edit of whole phrases or of a block of parts is said in short", () => {
  const phrases = [0, 2].flatMap((phrase) => [LEAD, BASS, DRUMS].map((p) => cellAt(phrase, p)));
  assert.deepEqual(describe(phrases, ALL), { phrases: [0, 2] });
  assert.deepEqual(describe(rowOf(BASS, 3), ALL), { phrases: [0, 1, 2], parts: ["bass"] });
  const corner = [cellAt(0, LEAD), cellAt(0, BASS), cellAt(1, BASS)];
  assert.deepEqual(describe(corner, ALL), { cells: { lead: [0], bass: [0, 1] } });
});

test("a cell is named by its part, its bars and what is with it", () => {
  const piece = readPiece(playerData());
  const facts = { isLocked: true, isSilent: false, isEmpty: false };
  assert.equal(cellLabel(piece, cellAt(2, BASS), facts), "Bass, bars 5–6, locked");
  const silent = { isLocked: false, isSilent: true, isEmpty: true };
  assert.equal(cellLabel(piece, cellAt(0, DRUMS), silent), "Drums, bars 1–2, silent");
});

test("what is chosen is said in few words", () => {
  const piece = readPiece(playerData());
  assert.equal(placeInWords(piece, rowOf(BASS, 4)), "Bass, bars 1–8");
  assert.equal(placeInWords(piece, columnOf(1)), "All parts, bars 3–4");
  const block = rectangle(cellAt(1, BASS), cellAt(2, DRUMS));
  assert.equal(placeInWords(piece, block), "Bass, drums, bars 3–6");
  assert.equal(placeInWords(piece, [cellAt(0, BASS), cellAt(2, BASS)]), "2 places");
});

test("each cell shows its own notes", () => {
  const pictures = drawNotes(readPiece(playerData()));
  assert.deepEqual([...pictures.keys()].map(partOf), ALL);
  assert.match(pictures.get(cellAt(0, BASS)), /^M4\.00 .*h2\.00$/);
});
