// A piece in 4/4 that grows at its end and is cut at its beginning, as endless music is; and its notes
// as a recipe has them.

import { PARTS } from "../shared/parts.js";
import {
  BARS_PER_PHRASE,
  BEATS_PER_BAR,
  makePiece,
  quartersOf,
  STEPS_PER_PHRASE,
} from "./piece.js";

/** @import { Piece, Written } from "./piece.js" */

const OFFSETS_PER_STEP = 1000;

/**
 * Return a piece that goes on after its first `first` phrases with `count` others. They have the
 * tempo, key, feel and instruments of the phrase before them.
 * @param {Piece} piece @param {number} first @param {number} count
 * @param {Written[]} written notes of the new phrases, with onsets from the first one's start
 */
export function goOn(piece, first, count, written) {
  const bars = BARS_PER_PHRASE * first;
  const begin = STEPS_PER_PHRASE * first;
  /** @template T @param {T[]} values @param {T} [value] of the new phrases; the last one's otherwise */
  const grow = (values, value = values[first - 1]) => [
    ...values.slice(0, first),
    ...Array(count).fill(value),
  ];
  const tempos = grow(piece.tempos);
  const beats = piece.beats && grow(piece.beats, []);
  const times = piece.times.slice(0, bars + 1);
  quartersOf({ tempos, beats })
    .slice(BEATS_PER_BAR * bars)
    .forEach(({ steps, tempo }, i) => {
      if (i % BEATS_PER_BAR === 0) times.push(times[times.length - 1]);
      times[times.length - 1] += (steps / 4) * (60 / tempo);
    });
  const marks = piece.marks.filter(({ bar }) => bar < bars);
  if (marks.length) marks.push({ bar: bars, text: "" });
  const added = written.map((note) => ({ ...note, onset: begin + note.onset }));
  const data = {
    ...piece,
    bars: bars + BARS_PER_PHRASE * count,
    tempos,
    beats,
    times,
    marks,
    feels: grow(piece.feels),
    keys: grow(piece.keys),
    chords: piece.chords.filter(({ beat }) => beat < BEATS_PER_BAR * bars),
    blend: null,
    link: null,
  };
  return makePiece(data, [...piece.written.filter(({ onset }) => onset < begin), ...added]);
}

/**
 * Return a piece without its first phrases.
 * @param {Piece} piece @param {number} count
 */
export function dropPhrases(piece, count) {
  const bars = BARS_PER_PHRASE * count;
  const begin = STEPS_PER_PHRASE * count;
  const start = piece.times[bars];
  const chords = piece.chords.map(({ beat, name }) => ({
    beat: beat - BEATS_PER_BAR * bars,
    name,
  }));
  const sounding = chords.findLast(({ beat }) => beat <= 0); // where the piece begins now
  const data = {
    ...piece,
    bars: piece.bars - bars,
    tempos: piece.tempos.slice(count),
    beats: piece.beats?.slice(count) ?? null,
    times: piece.times.slice(bars).map((time) => time - start),
    marks: piece.marks.map(({ bar, text }) => ({ bar: Math.max(0, bar - bars), text })),
    chords: [
      ...(sounding ? [{ ...sounding, beat: 0 }] : []),
      ...chords.filter(({ beat }) => beat > 0),
    ],
    feels: piece.feels.slice(count),
    keys: piece.keys.slice(count),
    // All changes stay, so that each keeps its channel of the synthesizer.
    parts: piece.parts.map((part) => ({
      ...part,
      programs: part.programs.map(
        ([at, program]) => /** @type {[number, number]} */ ([Math.max(0, at - count), program]),
      ),
    })),
  };
  const written = piece.written
    .filter(({ onset }) => onset >= begin)
    .map((note) => ({ ...note, onset: note.onset - begin }));
  return makePiece(data, written);
}

/**
 * Return a piece's notes as the source of a recipe, `musegen.recipe.schema.Notes`.
 * @param {Piece} piece
 */
export function toNotes(piece) {
  const { written } = piece;
  /** @type {Record<string, number>} */
  const programs = {};
  /** @type {Map<number, Record<string, number>>} */
  const changes = new Map();
  for (const part of piece.parts) {
    for (const [at, program] of part.programs) {
      if (at === 0) programs[part.name] = program;
      else changes.set(at, { ...changes.get(at), [part.name]: program });
    }
  }
  const beats = (piece.beats ?? []).flatMap((lengths, phrase) =>
    lengths.length ? [[phrase, lengths]] : [],
  );
  return {
    do: "notes",
    bars: piece.bars,
    keys: piece.keys,
    tempos: piece.tempos,
    beats: beats.length ? beats : null,
    programs,
    changes: [...changes].sort(([a], [b]) => a - b),
    after: written.map(({ onset }, i) => onset - (written[i - 1]?.onset ?? 0)),
    part: written.map(({ part }) => PARTS.indexOf(part)),
    pitch: written.map(({ pitch }) => pitch),
    duration: written.map(({ duration }) => duration),
    velocity: written.map(({ velocity }) => velocity),
    offset: written.map(({ offset }) => Math.round(offset * OFFSETS_PER_STEP)),
  };
}
