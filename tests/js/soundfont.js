// A soundfont of one instrument that plays a sine, and FluidSynth itself, for tests.

import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";

const LIBRARY = new URL("../../musegen/web/vendor/libfluidsynth.js", import.meta.url);

/** Why tests with FluidSynth are skipped; false if they are not. */
export const SKIPPED = existsSync(LIBRARY)
  ? false
  : "FluidSynth was not fetched: python scripts/fetch_synthesizer.py";

/** FluidSynth as WebAssembly, without what it prints. */
export async function loadFluid() {
  const module = { exports: {} };
  const Module = { print() {}, printErr() {} };
  const run = new Function(
    "Module",
    "module",
    "require",
    "__dirname",
    readFileSync(LIBRARY, "utf8"),
  );
  run(Module, module, createRequire(import.meta.url), ".");
  if (!Module.calledRun) await new Promise((done) => (Module.onRuntimeInitialized = done));
  return Module;
}

const text = (value, length) =>
  Buffer.concat([Buffer.from(value), Buffer.alloc(length)]).subarray(0, length);
const words = (...values) => Buffer.from(Uint16Array.from(values).buffer);
const longs = (...values) => Buffer.from(Uint32Array.from(values).buffer);

/** A chunk of a RIFF file. */
function chunk(name, ...contents) {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from(name), longs(content.length), content]);
}

/** Generators of zones: kind, and low and high or a number in two bytes. */
const KEYS = 43;
const VELOCITIES = 44;
const SAMPLE = 53;
const LOOPS = [54, 1];
const RELEASE = [38, 65536 - 7973]; // timecents: 10 ms
const range = (low, high) => low + 256 * high;

/**
 * A soundfont whose only preset plays a sine that ends 10 ms after its note.
 * @param {number} bank @param {number} program
 */
export const sineFont = (bank = 0, program = 0) =>
  makeFont([100], [[...RELEASE, ...LOOPS, SAMPLE, 0]], bank, program);

/**
 * A soundfont with three samples: notes below 60 play the first, 441 Hz at A4; higher ones the
 * second, an octave above it, or the third, two octaves above, where they are played at 100 or more.
 */
export const splitFont = () =>
  makeFont(
    [100, 50, 25],
    [
      [...RELEASE, ...LOOPS],
      [KEYS, range(0, 59), SAMPLE, 0],
      [KEYS, range(60, 127), VELOCITIES, range(0, 99), SAMPLE, 1],
      [KEYS, range(60, 127), VELOCITIES, range(100, 127), SAMPLE, 2],
    ],
  );

/**
 * A soundfont with one preset of one instrument.
 * @param {number[]} periods of its samples, which are sines of ten periods
 * @param {number[][]} zones generators, each a kind and an amount
 */
function makeFont(periods, zones, bank = 0, program = 0) {
  const waves = periods.map((period) =>
    Int16Array.from({ length: 10 * period + 46 }, (_, i) =>
      i < 10 * period ? Math.round(16000 * Math.sin((2 * Math.PI * i) / period)) : 0,
    ),
  );
  const preset = (name, bag) => [text(name, 20), words(program, bank, bag), longs(0, 0, 0)];
  const instrument = (name, bag) => [text(name, 20), words(bag)];
  const sample = (name, begin, period) => [
    text(name, 20),
    longs(begin, begin + 10 * period, begin + period, begin + 9 * period, 44100),
    Buffer.from([69, 0]),
    words(0, period ? 1 : 0),
  ];
  let begin = 0;
  const samples = waves.flatMap((wave, i) => {
    begin += wave.length;
    return sample("Sine", begin - wave.length, periods[i]);
  });
  let first = 0;
  const bags = [...zones, []].flatMap((zone) => {
    first += zone.length / 2;
    return [first - zone.length / 2, 0];
  });
  return chunk(
    "RIFF",
    Buffer.from("sfbk"),
    chunk(
      "LIST",
      Buffer.from("INFO"),
      chunk("ifil", words(2, 1)),
      chunk("isng", text("EMU8000", 8)),
      chunk("INAM", text("Sine", 6)),
    ),
    chunk(
      "LIST",
      Buffer.from("sdta"),
      chunk("smpl", ...waves.map((wave) => Buffer.from(wave.buffer))),
    ),
    chunk(
      "LIST",
      Buffer.from("pdta"),
      chunk("phdr", ...preset("Sine", 0), ...preset("EOP", 1)),
      chunk("pbag", words(0, 0, 1, 0)),
      chunk("pmod", Buffer.alloc(10)),
      chunk("pgen", words(41, 0, 0, 0)),
      chunk("inst", ...instrument("Sine", 0), ...instrument("EOI", zones.length)),
      chunk("ibag", words(...bags)),
      chunk("imod", Buffer.alloc(10)),
      chunk("igen", words(...zones.flat(), 0, 0)),
      chunk("shdr", ...samples, ...sample("EOS", 0, 0)),
    ),
  );
}
