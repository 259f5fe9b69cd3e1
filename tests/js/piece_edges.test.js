import assert from "node:assert/strict";
import { test } from "node:test";
import { readPiece } from "../../musegen/web/components/player/piece.js";
import { dropPhrases } from "../../musegen/web/components/player/piece_edges.js";
import { playerData } from "./support.js";

test("the chord that sounds where a piece begins now stays", () => {
  const chords = [
    { beat: 0, name: "C" },
    { beat: 6, name: "F" },
    { beat: 12, name: "G" },
  ];
  const piece = { ...readPiece(playerData()), chords };
  const [f, g] = [
    { beat: 0, name: "F" },
    { beat: 4, name: "G" },
  ];
  assert.deepEqual(dropPhrases(piece, 1).chords, [f, g]);
  assert.deepEqual(dropPhrases(piece, 2).chords, [{ beat: 0, name: "G" }]);
});
