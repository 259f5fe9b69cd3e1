// Chords as text: bars of names, as Python reads them, and the seven chords of a key.

import { BEATS_PER_BAR } from "./piece.js";

/** @import { ChordData } from "../shared/payloads.js" */

const BARS_PER_LINE = 4;
/** Beats at which the chords of a bar begin, by how many there are, if nothing else is written. */
const USUAL_BEATS = ["0", "0,2", "0,2,3", "0,1,2,3"];
const LETTERS = "CDEFGAB";
const NATURALS = [0, 2, 4, 5, 7, 9, 11];
const TONICS = "Db D Eb E F F# G Ab A Bb B C".split(" "); // from C sharp on
const QUALITIES = ["", "m", "m", "", "", "m", "dim"];

/**
 * The chord of each beat, four in each bar.
 * @param {ChordData[]} chords @param {number} bars
 */
export const namesByBeat = (chords, bars) =>
  Array.from(
    { length: bars * BEATS_PER_BAR },
    (_, beat) => chords.findLast((chord) => chord.beat <= beat)?.name ?? "N.C.",
  );

/**
 * Bars such as `| C G | Am . . F |`, four in a line.
 * @param {string[]} names of the beats
 */
export function writeBars(names) {
  const bars = Array.from({ length: names.length / BEATS_PER_BAR }, (_, bar) =>
    writeBar(names.slice(bar * BEATS_PER_BAR, (bar + 1) * BEATS_PER_BAR)),
  );
  const lines = [];
  for (let at = 0; at < bars.length; at += BARS_PER_LINE) {
    lines.push(`| ${bars.slice(at, at + BARS_PER_LINE).join(" | ")} |`);
  }
  return lines.join("\n");
}

/** @param {string[]} names of four beats */
function writeBar(names) {
  const begins = names.map((name, beat) => beat === 0 || name !== names[beat - 1]);
  const beats = [0, 1, 2, 3].filter((beat) => begins[beat]);
  if (beats.join() === USUAL_BEATS[beats.length - 1]) {
    return beats.map((beat) => names[beat]).join(" ");
  }
  return names.map((name, beat) => (begins[beat] ? name : ".")).join(" ");
}

/**
 * Chords as text in another key. Roots become those names that most keys have for them.
 * @param {string} text @param {number} semitones
 */
export const transposeText = (text, semitones) =>
  text.replace(/(?<![A-Za-z.])([A-G])([#b]?)/g, (name, letter, sign) => {
    if (!semitones) return name;
    const natural = NATURALS[LETTERS.indexOf(letter)];
    const pitch = natural + Number(sign === "#") - Number(sign === "b") + semitones;
    return TONICS[(pitch + 23) % 12];
  });

/**
 * The triads on the seven degrees of a major key.
 * @param {number} key semitones from C, -5 to 6
 */
export function chordsOfKey(key) {
  const tonic = TONICS[(key + 11) % 12];
  const first = LETTERS.indexOf(tonic[0]);
  return QUALITIES.map((quality, degree) => {
    const letter = (first + degree) % 7;
    const wanted = (key + NATURALS[degree] + 12) % 12;
    const sign = (wanted - NATURALS[letter] + 18) % 12; // 6: none, 5: flat, 7: sharp
    return LETTERS[letter] + (sign < 6 ? "b" : sign > 6 ? "#" : "") + quality;
  });
}
