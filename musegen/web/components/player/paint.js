// Paints a piano roll that does not move: grid, names and notes.

import { translated } from "../shared/languages.js";
import { clamp } from "../shared/numbers.js";
import { BLEND, barsPerNumber, boxOf, RULER, xOf } from "./geometry.js";
import { COLOURS } from "./parts.js";
import {
  BARS_PER_PHRASE,
  DRUMS,
  endOf,
  isBlackKey,
  octaveOf,
  STEPS_PER_BAR,
  startOf,
} from "./piece.js";

/** @import { Box, Layout } from "./geometry.js" */
/** @import { Piece } from "./piece.js" */

/** @typedef {CanvasRenderingContext2D} Context */

const WHITE = "#fff";
const DIM = white(0.62);
export const SIGNAL = "#ff5b36"; // the playing position
const ORANGE = "#ff8a65";
const [A, B] = [
  [255, 138, 101],
  [110, 168, 254],
]; // colours of an interpolation's two ends

/** @param {number} opacity */
export function white(opacity) {
  return `rgba(255,255,255,${opacity})`;
}

/** @param {Element} element */
export const fontFamilyOf = (element) => getComputedStyle(element).fontFamily;

/** @param {Context} context @param {Box} box @param {number} radius */
export function fillBox(context, { x, y, width, height }, radius) {
  context.beginPath();
  context.roundRect(x, y, width, height, Math.min(radius, height / 2, width / 2));
  context.fill();
}

/**
 * Paint beside the gutter only.
 * @param {Context} context @param {Layout} layout @param {() => void} paint
 */
export function clipToRoll(context, { gutter, width, height }, paint) {
  context.save();
  context.beginPath();
  context.rect(gutter, 0, width - gutter, height);
  context.clip();
  paint();
  context.restore();
}

/**
 * What is there before the first piece: a faint picture of a roll.
 * @param {Context} context @param {number} width @param {number} height
 */
export function paintEmpty(context, width, height) {
  const colours = Object.values(COLOURS);
  context.globalAlpha = 0.13;
  for (let i = 0; i < 46; i += 1) {
    const wave = Math.sin(i * 0.55) * 0.22 + Math.sin(i * 0.19 + 1) * 0.16;
    context.fillStyle = colours[(i * 7) % 5];
    const x = (i / 46) * (width + 40) - 20;
    fillBox(context, { x, y: height * (0.5 + wave), width: 16 + ((i * 37) % 34), height: 7 }, 3.5);
  }
  context.globalAlpha = 1;
}

/**
 * @param {Context} context @param {Layout} layout @param {Piece} piece @param {string} fontFamily
 */
export function paintGrid(context, layout, piece, fontFamily) {
  const { width, gutter, row, pitchTop, drumTop, lane, gap } = layout;
  context.textBaseline = "middle";
  for (let pitch = piece.low; row && pitch <= piece.high; pitch += 1) {
    const y = pitchTop + (piece.high - pitch) * row;
    if (isBlackKey(pitch)) {
      context.fillStyle = white(0.028);
      context.fillRect(gutter, y, width - gutter, row);
    } else if (pitch % 12 === 0) {
      context.fillStyle = white(0.07);
      context.fillRect(gutter, Math.round(y + row), width - gutter, 1);
    }
  }
  piece.drums.forEach((_, i) => {
    context.fillStyle = white(i % 2 ? 0.02 : 0.05);
    context.fillRect(gutter, drumTop + i * lane, width - gutter, lane);
  });
  clipToRoll(context, layout, () => {
    paintBars(context, layout, piece, fontFamily);
    paintBlend(context, layout, piece);
  });
  context.fillStyle = white(0.12);
  context.fillRect(gutter, RULER, width - gutter, 1);
  if (gap) context.fillRect(gutter, Math.round(drumTop - gap / 2), width - gutter, 1);
}

/**
 * @param {Context} context @param {Layout} layout @param {Piece} piece @param {string} fontFamily
 */
function paintBars(context, layout, piece, fontFamily) {
  const { width, height, gutter } = layout;
  context.font = `500 11px ${fontFamily}`;
  const perBar = layout.perStep * STEPS_PER_BAR;
  const numbered = barsPerNumber(perBar);
  const marks = new Map(piece.marks.map(({ bar, text }) => [bar, text]));
  for (let bar = 0; bar <= piece.bars; bar += 1) {
    const x = Math.round(xOf(layout, bar * STEPS_PER_BAR));
    if (x < gutter - perBar || x > width + perBar) continue;
    const isSection = marks.has(bar) && bar > 0;
    context.fillStyle = white(isSection ? 0.34 : bar % BARS_PER_PHRASE ? 0.07 : 0.15);
    context.fillRect(x, isSection ? 3 : RULER, 1, height);
    if (bar === piece.bars) continue;
    const beats = piece.meters?.[bar]?.beats ?? 4;
    for (let beat = 1; perBar > 64 && beat < beats; beat += 1) {
      context.fillStyle = white(0.03);
      context.fillRect(Math.round(x + (beat * perBar) / beats), RULER, 1, height);
    }
    const mark = marks.get(bar);
    context.fillStyle = mark ? WHITE : DIM;
    const number = piece.meters?.[bar]?.number ?? bar + 1;
    const text = mark ?? (number && bar % numbered === 0 ? String(number) : "");
    context.fillText(translated(text), x + 6, RULER / 2 + 1);
  }
}

/**
 * The strip of an interpolation: how much each section has of either end.
 * @param {Context} context @param {Layout} layout @param {Piece} piece
 */
function paintBlend(context, layout, { blend, bars }) {
  (blend ?? []).forEach(({ bar, share }, i, all) => {
    const [from, to] = [bar, all[i + 1]?.bar ?? bars].map((border) =>
      Math.round(xOf(layout, border * STEPS_PER_BAR)),
    );
    const colour = A.map((a, channel) => Math.round(a + (B[channel] - a) * share));
    context.fillStyle = `rgb(${colour.join()})`;
    context.fillRect(from + 1, RULER + 1, to - from - 1, BLEND - 1);
  });
}

/**
 * The selected phrase, and whether it is looped.
 * @param {Context} context @param {Layout} layout @param {Piece} piece @param {number} phrase
 * @param {boolean} isLooped
 */
export function paintSelected(context, layout, piece, phrase, isLooped) {
  const { width, height, gutter } = layout;
  const borders = [startOf(phrase), endOf(piece, phrase)].map((step) => xOf(layout, step));
  const [from, to] = [Math.max(gutter, borders[0]), Math.min(width, borders[1])];
  if (to <= from) return;
  context.fillStyle = isLooped ? "rgba(255,138,101,.13)" : white(0.05);
  context.fillRect(from, RULER + (piece.blend ? BLEND : 0), to - from, height);
  if (!isLooped) return;
  context.fillStyle = ORANGE;
  context.fillRect(from, RULER - 3, to - from, 3);
  for (const x of borders) {
    if (x >= gutter - 1 && x <= width) context.fillRect(Math.round(x) - 1, RULER - 8, 2, height);
  }
}

/**
 * Paint the notes of the parts that are shown, and return how many there are in the whole piece.
 * @param {Context} context @param {Layout} layout @param {Piece} piece
 * @param {(part: string) => boolean} isShown
 */
export function paintNotes(context, layout, piece, isShown) {
  const notes = piece.notes.filter(({ part }) => isShown(part));
  clipToRoll(context, layout, () => {
    for (const note of notes) {
      const box = boxOf(layout, piece, note);
      if (box.x > layout.width || box.x + box.width < layout.gutter) continue;
      context.globalAlpha = 0.5 + 0.5 * clamp((note.velocity - 30) / 80, 0, 1);
      context.fillStyle = COLOURS[note.part];
      fillBox(context, box, 3);
    }
  });
  return notes.length;
}

/**
 * The names of pitches and drums.
 * @param {Context} context @param {Layout} layout @param {Piece} piece @param {string} fontFamily
 */
export function paintGutter(context, layout, piece, fontFamily) {
  const { gutter, row, pitchTop, drumTop, lane, isSmall } = layout;
  context.font = `500 11px ${fontFamily}`;
  context.textAlign = "right";
  context.fillStyle = DIM;
  for (let pitch = piece.low; row && pitch <= piece.high; pitch += 1) {
    if (pitch % 12) continue;
    const y = pitchTop + (piece.high - pitch + 0.5) * row;
    context.fillText(`C${octaveOf(pitch)}`, gutter - 8, y);
  }
  context.font = `500 ${Math.min(10, lane - 1)}px ${fontFamily}`;
  piece.drums.forEach((pitch, i) => {
    const name = translated(DRUMS.get(pitch)?.short ?? "");
    context.fillText(name, gutter - (isSmall ? 5 : 8), drumTop + (i + 0.5) * lane);
  });
  context.textAlign = "left";
}
