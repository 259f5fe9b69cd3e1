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

/**
 * A soundfont whose only preset plays a sine that ends 10 ms after its note.
 * @param {number} bank @param {number} program
 */
export function sineFont(bank = 0, program = 0) {
  const period = 100; // samples: A4 is 441 Hz
  const length = 10 * period;
  const wave = Int16Array.from({ length: length + 46 }, (_, i) =>
    i < length ? Math.round(16000 * Math.sin((2 * Math.PI * i) / period)) : 0,
  );
  const preset = (name, bag) => [text(name, 20), words(program, bank, bag), longs(0, 0, 0)];
  const instrument = (name, bag) => [text(name, 20), words(bag)];
  const sample = (name, end, start, loopEnd) => [
    text(name, 20),
    longs(0, end, start, loopEnd, 44100),
    Buffer.from([69, 0]),
    words(0, end ? 1 : 0),
  ];
  const release = 65536 - 7973; // timecents: 10 ms
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
    chunk("LIST", Buffer.from("sdta"), chunk("smpl", Buffer.from(wave.buffer))),
    chunk(
      "LIST",
      Buffer.from("pdta"),
      chunk("phdr", ...preset("Sine", 0), ...preset("EOP", 1)),
      chunk("pbag", words(0, 0, 1, 0)),
      chunk("pmod", Buffer.alloc(10)),
      chunk("pgen", words(41, 0, 0, 0)),
      chunk("inst", ...instrument("Sine", 0), ...instrument("EOI", 1)),
      chunk("ibag", words(0, 0, 3, 0)),
      chunk("imod", Buffer.alloc(10)),
      chunk("igen", words(38, release, 54, 1, 53, 0, 0, 0)),
      chunk("shdr", ...sample("Sine", length, period, 9 * period), ...sample("EOS", 0, 0, 0)),
    ),
  );
}
