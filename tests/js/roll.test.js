import assert from "node:assert/strict";
import { test } from "node:test";
import {
  barsPerNumber,
  boxOf,
  frameOf,
  layOut,
  noteAt,
  RULER,
  stepAtX,
  widthOf,
  xOf,
} from "../../musegen/web/components/player/geometry.js";
import { readPiece } from "../../musegen/web/components/player/piece.js";
import { playerData } from "./support.js";

const piece = readPiece(playerData());
const layout = layOut(piece, 1054, 400, 1280);
const all = () => true;

test("narrow rolls have a narrow gutter and wide bars", () => {
  assert.deepEqual(frameOf(390), { isSmall: true, gutter: 40, shown: 350 });
  assert.deepEqual(frameOf(800), { isSmall: false, gutter: 54, shown: 746 });
  assert.equal(widthOf(64, 350, true), 64 * 58);
  assert.equal(widthOf(64, 746, false), 64 * 44);
  assert.equal(widthOf(2, 746, false), 746);
});

test("steps and pixels are each other's inverse", () => {
  const scrolled = layOut(piece, 1054, 400, 2560, 300);
  for (const step of [0, 10, 64]) assert.equal(stepAtX(scrolled, xOf(scrolled, step)), step);
  assert.equal(xOf(layout, 0), 54);
});

test("pitches are above drums, and all notes are between ruler and bottom", () => {
  const boxes = piece.notes.map((note) => boxOf(layout, piece, note));
  const [lead, bass, drums] = boxes;
  assert.ok(lead.y < bass.y && bass.y < drums.y);
  for (const { y, height } of boxes) assert.ok(y > RULER && y + height < 400);
});

test("a piece without drums has all the height for pitches", () => {
  const song = readPiece(playerData({ parts: ["lead", "bass"] }));
  const own = layOut(song, 1054, 400, 1280);
  assert.deepEqual([own.lane, own.gap, own.drumTop], [0, 0, 392]);
  assert.ok(own.row > layout.row);
});

test("a piece of drums alone has no rows", () => {
  const drums = readPiece(playerData({ parts: ["drums"] }));
  assert.equal(layOut(drums, 1054, 400, 1280).row, 0);
});

test("an interpolation has a strip below the ruler", () => {
  const morph = readPiece(playerData({ blend: [{ bar: 0, share: 0 }] }));
  assert.equal(layOut(morph, 1054, 400, 1280).pitchTop, layout.pitchTop + 6);
});

test("the note under the pointer is found, also from just beside a thin one", () => {
  const box = boxOf(layout, piece, piece.notes[0]);
  assert.equal(noteAt(layout, piece, box.x + 1, box.y + 1, all), piece.notes[0]);
  const thin = layOut(piece, 1054, 140, 1280);
  const thinBox = boxOf(thin, piece, piece.notes[0]);
  assert.equal(noteAt(thin, piece, thinBox.x + 1, thinBox.y - 1.5, all), piece.notes[0]);
});

test("no note is found in empty places or among parts that are not shown", () => {
  const { x, y } = boxOf(layout, piece, piece.notes[0]);
  assert.equal(noteAt(layout, piece, x + 500, y, all), null);
  assert.equal(
    noteAt(layout, piece, x + 1, y + 1, (part) => part !== "lead"),
    null,
  );
});

test("the ruler has as many numbers as fit", () => {
  assert.deepEqual([100, 20, 10, 5, 1].map(barsPerNumber), [1, 2, 4, 8, 16]);
});
