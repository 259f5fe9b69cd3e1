// Renders a piece as the page does, for a test in Python:
//   node render_piece.js JOB.json
// The job has the player's data of a piece, the settings and mastering of the page, and the files of
// its instruments by address. Writes each part, mastered, as float32 (left and right by turns).

import { readFileSync, writeFileSync } from "node:fs";
import { readPiece } from "../../musegen/web/components/player/piece.js";
import { applyGain } from "../../musegen/web/components/synth/loudness.js";
import { Renderer, SEGMENT } from "../../musegen/web/components/synth/renderer.js";
import { makeScore } from "../../musegen/web/components/synth/score.js";
import { loadFluid } from "./soundfont.js";

const { piece, settings, mastering, fonts, folder } = JSON.parse(readFileSync(process.argv[2]));
const score = makeScore(readPiece(piece), (part, program) => `${part} ${program}`);

/** @type {Map<number, any[]>} */
const segments = new Map();
let gain;
const receive = (answer) => {
  if (answer.kind === "failed") throw new Error(answer.problem);
  if (answer.kind === "measured") gain = answer.gain;
  if (answer.kind === "segment") segments.set(answer.segment, answer.parts);
};
const fetchFont = async (address) => new Uint8Array(readFileSync(fonts[address]));
const rest = () => new Promise((done) => setImmediate(done));
const renderer = new Renderer(await loadFluid(), { settings, mastering }, receive, fetchFont, rest);
await renderer.receive({ kind: "load", id: 1, score, isMeasured: false });
while (!gain) await rest();
const wanted = Array.from({ length: Math.ceil(gain.samples / SEGMENT) }, (_, i) => i);
await renderer.receive({ kind: "render", id: 1, segments: wanted, isJump: false });
while (segments.size < wanted.length) await rest();

score.parts.forEach(({ name }, part) => {
  const sound = new Float32Array(2 * SEGMENT * wanted.length);
  for (const [i, parts] of segments) {
    parts[part]?.forEach((side, channel) => {
      applyGain(side, i * SEGMENT, gain, mastering);
      side.forEach((value, j) => {
        sound[2 * (i * SEGMENT + j) + channel] = value;
      });
    });
  }
  writeFileSync(`${folder}/${name}.f32`, sound.subarray(0, 2 * gain.samples));
});
