// What the controls of band and sound do to a piece, as `musegen.recipe.execute.apply_sound` does it:
// so that it is heard before the server has answered.

import { BEATS_PER_BAR, makePiece, quartersOf, STEPS_PER_PHRASE } from "./piece.js";

/** @import { Piece } from "./piece.js" */

/**
 * What the controls' choices mean.
 *
 * @typedef {object} Choices
 * @property {Record<string, number>} programs General MIDI programs by their names
 * @property {Record<string, number>} kits programs of drum kits
 * @property {Record<string, { programs: Record<string, number>, swing: number }>} bands
 * @property {Record<string, number>} keys as in `PlayerData`
 */

/** @typedef {{ name: string, value: any }} SoundChange a control, and its new value */

/**
 * Return the piece with a control at another value; the piece itself if the value means nothing.
 * @param {Piece} piece @param {SoundChange} change @param {Choices} choices
 * @returns {Piece}
 */
export function changeSound(piece, { name, value }, { programs, kits, bands, keys }) {
  if (name === "tempo" && value > 0) return withTempo(piece, Number(value));
  if (name === "swing") return withFeel(piece, { swing: Number(value) });
  if (name === "human") return withFeel(piece, { human: Boolean(value) });
  if (name === "key" && value in keys) return inKey(piece, keys[value]);
  if (name === "band" && value in bands) {
    const band = bands[value];
    return withFeel(withPrograms(piece, band.programs), { swing: band.swing });
  }
  const named = name === "drums" ? kits : programs;
  return value in named ? withPrograms(piece, { [name]: named[value] }) : piece;
}

/** @param {Piece} piece @param {number} tempo of the first phrase */
function withTempo(piece, tempo) {
  const ratio = tempo / piece.tempos[0];
  const tempos = piece.tempos.map((own) => own * ratio);
  let end = 0;
  const ends = quartersOf({ ...piece, tempos }).map((quarter) => {
    end += (quarter.steps / 4) * (60 / quarter.tempo);
    return Math.round(end * 1e4) / 1e4; // as the server rounds
  });
  const bars = ends.filter((_, i) => i % BEATS_PER_BAR === BEATS_PER_BAR - 1);
  const times = [0, ...bars.slice(0, piece.bars)];
  return makePiece({ ...piece, tempos, times }, piece.written);
}

/** @param {Piece} piece @param {{ swing?: number, human?: boolean }} feel */
function withFeel(piece, feel) {
  const feels = piece.feels.map((own) => ({ ...own, ...feel }));
  return makePiece({ ...piece, feels }, piece.written);
}

/** @param {Piece} piece @param {number} key of the first phrase */
function inKey(piece, key) {
  const shift = key - piece.keys[0];
  const keys = piece.keys.map((own) => ((own + shift + 17) % 12) - 5);
  const written = piece.written.map((note) => {
    const phrase = Math.floor(note.onset / STEPS_PER_PHRASE);
    const moved = note.pitch + (note.part === "drums" ? 0 : keys[phrase] - piece.keys[phrase]);
    return { ...note, pitch: moved + 12 * Number(moved < 0) - 12 * Number(moved > 127) };
  });
  return makePiece({ ...piece, keys }, written);
}

/** @param {Piece} piece @param {Record<string, number>} programs by part */
function withPrograms(piece, programs) {
  const parts = piece.parts.map((part) => {
    const program = programs[part.name];
    /** @type {[number, number][]} */
    const own = program === undefined ? part.programs : [[0, program]];
    return { ...part, programs: own };
  });
  return { ...piece, parts };
}
