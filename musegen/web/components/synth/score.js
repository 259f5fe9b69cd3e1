// When a piece's notes start and end, in FluidSynth's blocks of 64 samples: as FluidSynth's own
// player starts and ends them when it plays the MIDI file that Python writes.

import { lastAtMost } from "../player/feel.js";
import { BARS_PER_PHRASE, BEATS_PER_BAR, quartersOf } from "../player/piece.js";
import { BLOCK, RATE } from "./engine.js";

const TICKS_PER_QUARTER = 480;
const TICKS_PER_STEP = TICKS_PER_QUARTER / 4;
const START = 1; // block in which FluidSynth's player begins: the first one only loads the file

/**
 * The notes of a part. Each event is four numbers: block, channel, pitch, velocity (0 ends a note).
 *
 * @typedef {object} Part
 * @property {string} name
 * @property {string[]} fonts address of the soundfont of each channel
 * @property {Int32Array} events in their order
 */

/** @typedef {{ parts: Part[], samples: number }} Score samples: the length without its release */

/** @typedef {{ start: number, end: number, part: string, pitch: number, velocity: number }} Note */

/**
 * @typedef {object} Music
 * @property {Note[]} notes as they are played: in used steps, sorted by their starts
 * @property {number[]} tempos of the phrases, in quarter notes a minute
 * @property {number[][] | null} beats as in `PlayerData`
 * @property {import("../shared/payloads.js").BarMeter[] | null} [meters]
 * @property {number} seconds
 * @property {{ name: string, programs: [number, number][] }[]} parts a program from each phrase on
 */

/**
 * @param {Music} music
 * @param {(part: string, program: number) => string} fontOf address of an instrument's soundfont
 * @returns {Score}
 */
export function makeScore({ notes, tempos, beats, meters, seconds, parts }, fontOf) {
  const quarters = quartersOf({ tempos, beats, meters });
  const blockAt = timer(quarters);
  const phrases = phraseStarts(quarters);
  return {
    samples: Math.round(seconds * RATE),
    parts: parts.map(({ name, programs }) => ({
      name,
      fonts: programs.map(([, program]) => fontOf(name, program)),
      events: eventsOf(
        notes.filter(({ part }) => part === name),
        programs.map(([phrase]) => phrases[phrase] ?? Infinity),
        blockAt,
      ),
    })),
  };
}

/**
 * The step that each phrase begins with.
 * @param {{ steps: number }[]} quarters
 */
function phraseStarts(quarters) {
  let step = 0;
  const starts = quarters.map(({ steps }) => {
    step += steps;
    return step - steps;
  });
  return starts.filter((_, i) => i % (BEATS_PER_BAR * BARS_PER_PHRASE) === 0);
}

/**
 * @param {Note[]} notes @param {number[]} starts steps at which the channels begin
 * @param {(tick: number) => number} blockAt
 */
function eventsOf(notes, starts, blockAt) {
  /** @type {number[][]} */
  const events = [];
  for (const { start, end, pitch, velocity } of notes) {
    const channel = lastAtMost(starts, start + 0.5); // a note may be played a little early
    const first = Math.round(start * TICKS_PER_STEP);
    const last = Math.max(first + 1, Math.round(end * TICKS_PER_STEP));
    events.push([first, channel, pitch, velocity], [last, channel, pitch, 0]);
  }
  // At one time, notes end before others start.
  events.sort((a, b) => a[0] - b[0] || Math.sign(a[3]) - Math.sign(b[3]) || a[2] - b[2]);
  return Int32Array.from(events.flatMap(([tick, ...event]) => [blockAt(tick), ...event]));
}

/**
 * The block at which FluidSynth's player reaches a tick. It looks at its clock once in each block,
 * in whole milliseconds, and begins to count anew where the tempo changes.
 * @param {{ tempo: number, steps: number }[]} quarters
 */
function timer(quarters) {
  /** @type {{ tick: number, msec: number, perTick: number }[]} */
  const spans = [];
  let next = 0;
  for (const { tempo, steps } of quarters) {
    if (!steps) continue;
    const tick = next;
    next += steps * TICKS_PER_STEP;
    const perTick = Math.fround(Math.round(6e7 / tempo) / TICKS_PER_QUARTER / 1000);
    const last = spans.at(-1);
    if (last?.perTick === perTick) continue;
    const msec = last ? Math.floor(((blockIn(last, tick) - START) * BLOCK * 1000) / RATE) : 0;
    const reached = last ? last.tick + Math.trunc((msec - last.msec) / last.perTick + 0.5) : 0;
    spans.push({ tick: reached, msec, perTick });
  }
  return (/** @type {number} */ tick) => {
    const span = spans.findLast((span) => span.tick <= tick) ?? spans[0];
    return blockIn(span, tick);
  };
}

/** @param {{ tick: number, msec: number, perTick: number }} span @param {number} tick */
function blockIn(span, tick) {
  const msec = Math.max(0, Math.ceil(span.msec + (tick - span.tick - 0.5) * span.perTick));
  return Math.ceil((msec * RATE) / (1000 * BLOCK)) + START;
}
