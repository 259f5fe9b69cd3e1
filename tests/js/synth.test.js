import assert from "node:assert/strict";
import { before, test } from "node:test";
import { applyGain, loudnessOf, Meter } from "../../musegen/web/components/synth/loudness.js";
import { Renderer, SEGMENT, SEGMENT_BLOCKS } from "../../musegen/web/components/synth/renderer.js";
import { makeScore } from "../../musegen/web/components/synth/score.js";
import { loadFluid, SKIPPED, sineFont, splitFont } from "./soundfont.js";

const RATE = 44100;
const MASTERING = {
  target: -16,
  ceiling: -1,
  floor: -2.8,
  max_limiting: 9,
  hop: 63,
  reach: 24,
  max_release: 4,
  fade: 0.05,
  silence_db: -72,
  weighting: [
    [1.53090959464, -2.651169032402, 1.169166858481, 1.0, -1.663750110244, 0.712657530963],
    [0.99460780944, -1.98921561888, 0.99460780944, 1.0, -1.989201041692, 0.989230196067],
  ],
};
const SKIP = { skip: SKIPPED };
const SETTINGS = { "synth.reverb.active": 0, "synth.chorus.active": 0 };

const note = (start, part, pitch, duration = 2) => ({
  start,
  end: start + duration,
  part,
  pitch,
  velocity: 100,
});
const music = (notes, more = {}) => ({
  notes,
  tempos: [120, 120],
  beats: null,
  seconds: 8,
  parts: [{ name: "lead", programs: [[0, 0]] }],
  ...more,
});
const font = (part, program) => `${part} ${program}`;

// Scores

test("notes start and end in the block that their time is in", () => {
  const { parts, samples } = makeScore(music([note(0, "lead", 69), note(8, "lead", 70)]), font);
  assert.equal(samples, 8 * RATE);
  assert.deepEqual(parts[0].fonts, ["lead 0"]);
  const rows = Array.from({ length: 4 }, (_, i) => [...parts[0].events.subarray(4 * i, 4 * i + 4)]);
  assert.deepEqual(
    rows.map(([, ...event]) => event),
    [
      [0, 69, 100],
      [0, 69, 0],
      [0, 70, 100],
      [0, 70, 0],
    ],
  );
  const seconds = rows.map(([block]) => (64 * block) / RATE);
  [0, 0.25, 1, 1.25].forEach((time, i) => {
    assert.ok(Math.abs(seconds[i] - time) < 0.004);
  });
});

test("a phrase has its own tempo", () => {
  const notes = [note(32, "lead", 60), note(40, "lead", 62)];
  const { parts } = makeScore(music(notes, { tempos: [120, 60] }), font);
  const [first, , second] = parts[0].events.filter((_, i) => i % 4 === 0);
  assert.ok(Math.abs((64 * first) / RATE - 4) < 0.004);
  assert.ok(Math.abs((64 * second) / RATE - 6) < 0.004);
});

test("a beat has its own length", () => {
  const beats = [[2, 2, 1, 1, 0.5, 0.5, 0.5, 0.5], []];
  const notes = [note(4, "lead", 60), note(32, "lead", 62)];
  const { parts } = makeScore(music(notes, { beats }), font);
  const [first, , second] = parts[0].events.filter((_, i) => i % 4 === 0);
  assert.ok(Math.abs((64 * first) / RATE - 1) < 0.004);
  assert.ok(Math.abs((64 * second) / RATE - 4) < 0.004);
});

test("each instrument of a part has a channel", () => {
  const parts = [
    {
      name: "lead",
      programs: [
        [0, 5],
        [1, 6],
      ],
    },
  ];
  const notes = [note(28, "lead", 60), note(31.9, "lead", 62), note(40, "lead", 64)];
  const [{ fonts, events }] = makeScore(music(notes, { parts }), font).parts;
  assert.deepEqual(fonts, ["lead 5", "lead 6"]);
  const starts = Array.from({ length: 6 }, (_, i) => events.subarray(4 * i, 4 * i + 4));
  const channels = starts.filter((event) => event[3]).map(([, channel]) => channel);
  assert.deepEqual(channels, [0, 1, 1]); // the second is played a little before its phrase
});

test("a note that is repeated ends before it starts again", () => {
  const [{ events }] = makeScore(music([note(0, "lead", 60), note(2, "lead", 60)]), font).parts;
  assert.deepEqual([events[7], events[11]], [0, 100]);
});

// Loudness

/** A sine of both sides. */
const sine = (peak, seconds, hertz = 997) =>
  Float32Array.from(
    { length: seconds * RATE },
    (_, i) => peak * Math.sin((2 * Math.PI * hertz * i) / RATE),
  );

test("loudness is that of the standard: a full sine of 997 Hz on both sides has 0 LUFS", () => {
  const meter = new Meter(MASTERING);
  meter.add(sine(1, 3), sine(1, 3));
  assert.ok(Math.abs(loudnessOf(meter.power, 63)) < 0.1);
});

test("the gain brings a sound to the target and ends it where it has faded", () => {
  const meter = new Meter(MASTERING);
  const sound = new Float32Array(5 * RATE);
  sound.set(sine(0.05, 2));
  sound[RATE] = 0.25;
  meter.add(sound, sound);
  const gain = meter.master(RATE);
  assert.ok(Math.abs(gain.samples - 2 * RATE) <= 63);
  const heard = sound.slice(0, gain.samples);
  applyGain(heard, 0, gain, MASTERING);
  const after = new Meter(MASTERING);
  after.add(heard, heard);
  assert.ok(Math.abs(loudnessOf(after.power, 63) + 16) < 0.2);
  assert.ok(Math.abs(heard.at(-1)) < 1e-4);
});

test("a peak is limited, and the sound around it keeps its loudness", () => {
  const meter = new Meter(MASTERING);
  const sound = sine(0.02, 4);
  sound[2 * RATE] = 0.5;
  meter.add(sound, sound);
  const gain = meter.master(sound.length);
  applyGain(sound, 0, gain, MASTERING);
  const peak = sound.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  assert.ok(peak <= 10 ** (-1 / 20) + 1e-6);
});

test("silence has no gain", () => {
  const meter = new Meter(MASTERING);
  meter.add(new Float32Array(RATE), new Float32Array(RATE));
  assert.equal(meter.master(RATE), null);
});

// Rendering

let fluid;
before(async () => {
  if (!SKIPPED) fluid = await loadFluid();
});

/** A renderer, and what it has answered. */
function makeRenderer(fetchFont = async () => sineFont(0, 7)) {
  const answers = [];
  const rest = () => new Promise((done) => setImmediate(done));
  const sounding = { settings: SETTINGS, mastering: MASTERING };
  const renderer = new Renderer(fluid, sounding, (answer) => answers.push(answer), fetchFont, rest);
  return { renderer, answers, of: (kind) => answers.filter((answer) => answer.kind === kind) };
}

const LOAD = { kind: "load", id: 1, isMeasured: true };
const scale = music(Array.from({ length: 16 }, (_, i) => note(4 * i, "lead", 60 + i, 3)));

/** The left side of segments of the first part, one after the other. */
async function render(segments, { renderer, of } = makeRenderer()) {
  await renderer.receive({ ...LOAD, score: makeScore(scale, font) });
  for (const i of segments) {
    await renderer.receive({ kind: "render", id: 1, segments: [i], isJump: false });
  }
  const sides = of("segment").map(({ parts }) => parts[0]?.[0] ?? new Float32Array(SEGMENT));
  return Float32Array.from(sides.flatMap((side) => [...side]));
}

test("a note sounds at its pitch from its block on", SKIP, async () => {
  const sound = await render([0, 1]);
  const first = sound.findIndex((value) => Math.abs(value) > 1e-4);
  assert.ok(first >= 64 && first < 192);
  const crossings = sound.filter(
    (value, i) => i > 4410 && i <= 8820 && value > 0 && sound[i - 1] <= 0,
  );
  assert.ok(Math.abs(crossings.length - 26) <= 1); // C4 has 262 Hz
});

test("from anywhere it sounds as from the beginning", SKIP, async () => {
  const whole = await render([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  const [jump] = [await render([6, 7, 8])];
  const expected = whole.subarray(6 * SEGMENT);
  const difference = jump.map((value, i) => Math.abs(value - expected[i]));
  assert.ok(difference.reduce((a, b) => Math.max(a, b)) < 1e-3);
});

test("music that is added while it plays leaves no seam", SKIP, async () => {
  const segments = Array.from({ length: 16 }, (_, i) => i);
  const whole = await render(segments);
  const made = makeRenderer();
  const score = makeScore(scale, font);
  const all = score.parts[0].events;
  const cut = all.subarray(0, all.length / 2 - 4); // the end of its last note is not known yet
  score.parts[0].events = cut;
  await made.renderer.receive({ ...LOAD, score });
  const half = Math.floor(all[cut.length] / SEGMENT_BLOCKS);
  const render0 = { kind: "render", id: 1, isJump: false };
  await made.renderer.receive({ ...render0, segments: segments.slice(0, half) });
  const from = half * SEGMENT_BLOCKS;
  await made.renderer.receive({ kind: "revise", id: 1, events: [all], from, revision: 1 });
  await made.renderer.receive({ ...render0, segments: segments.slice(half) });
  assert.deepEqual([...new Set(made.of("segment").map(({ revision }) => revision))], [0, 1]);
  const sides = made.of("segment").map(({ parts }) => parts[0]?.[0] ?? new Float32Array(SEGMENT));
  assert.deepEqual(Float32Array.from(sides.flatMap((side) => [...side])), whole);
});

test("music that is changed after it was rendered is rendered anew", SKIP, async () => {
  const made = makeRenderer();
  await made.renderer.receive({ ...LOAD, score: makeScore(scale, font) });
  const request = { kind: "render", id: 1, segments: [4], isJump: false };
  await made.renderer.receive(request);
  const events = [Int32Array.of()];
  await made.renderer.receive({ kind: "revise", id: 1, events, from: 0, revision: 1 });
  await made.renderer.receive(request);
  const [before, after] = made.of("segment").map(({ parts: [sound] }) => sound?.[0] ?? []);
  assert.ok(before.some((value) => Math.abs(value) > 0.001));
  assert.ok(!after.some((value) => Math.abs(value) > 0.001));
});

test("no note hangs, and silence is not sent", SKIP, async () => {
  const { renderer, of } = makeRenderer();
  const last = Math.ceil((8 * RATE) / SEGMENT);
  await renderer.receive({ ...LOAD, score: makeScore(scale, font) });
  const segments = Array.from({ length: 8 }, (_, i) => last + i);
  await renderer.receive({ kind: "render", id: 1, segments, isJump: false });
  assert.equal(of("segment").length, 8);
  assert.equal(of("segment").at(-1).parts[0], null);
});

test("after a jump only what is wanted now is rendered", SKIP, async () => {
  const { renderer, of } = makeRenderer();
  await renderer.receive({ ...LOAD, score: makeScore(scale, font) });
  await Promise.all([
    renderer.receive({ kind: "render", id: 1, segments: [0, 1, 2, 3], isJump: false }),
    renderer.receive({ kind: "render", id: 1, segments: [9], isJump: true }),
  ]);
  await renderer.rest();
  assert.ok(of("segment").length <= 2);
  assert.equal(of("segment").at(-1).segment, 9);
});

test("loudness is measured once all that is wanted is rendered", SKIP, async () => {
  const { renderer, of, answers } = makeRenderer();
  await renderer.receive({ ...LOAD, isMeasured: false, score: makeScore(scale, font) });
  assert.deepEqual(
    answers.map(({ kind }) => kind),
    ["loaded", "measured"],
  );
  const [{ gain }] = of("measured");
  assert.ok(gain.samples >= 8 * RATE && gain.samples < 8.1 * RATE);
});

test("an instrument that is missing or damaged fails in one line", SKIP, async () => {
  const missing = async () => Promise.reject(new Error("there is no such instrument"));
  for (const fetchFont of [missing, async () => sineFont().subarray(0, 200)]) {
    const { renderer, of } = makeRenderer(fetchFont);
    await renderer.receive({ ...LOAD, score: makeScore(scale, font) });
    assert.equal(of("failed").length, 1);
    assert.ok(of("failed")[0].problem);
    assert.equal(of("loaded").length, 0);
  }
});

test("soundfonts are fetched once, ahead of the piece if that is wanted", SKIP, async () => {
  const urls = [];
  const { renderer, answers } = makeRenderer(async (url) => {
    urls.push(url);
    return sineFont();
  });
  await renderer.receive({ kind: "prepare", fonts: ["lead 0", "lead 0"] });
  await renderer.receive({ ...LOAD, score: makeScore(scale, font) });
  assert.deepEqual(urls, ["lead 0"]);
  assert.deepEqual(
    answers.map(({ kind }) => kind),
    ["prepared", "loaded"],
  );
});

test("of many soundfonts the last ones are kept", SKIP, async () => {
  const { renderer } = makeRenderer();
  const fonts = Array.from({ length: 30 }, (_, i) => `font ${i}`);
  await renderer.receive({ kind: "prepare", fonts });
  assert.ok(!renderer.fonts.has("font 0"));
  assert.ok(renderer.fonts.has("font 29"));
});

test("a score that is dropped renders nothing more", SKIP, async () => {
  const { renderer, of } = makeRenderer();
  await renderer.receive({ ...LOAD, score: makeScore(scale, font) });
  await renderer.receive({ kind: "drop", id: 1 });
  await renderer.receive({ kind: "render", id: 1, segments: [0], isJump: false });
  assert.equal(of("segment").length, 0);
  assert.equal(SEGMENT, 64 * SEGMENT_BLOCKS);
});

// Samples are decoded when they are needed

const FIRST = { kind: "render", id: 1, segments: [0], isJump: false };
/** Notes of three seconds that need one sample of `splitFont` after the other, the shortest first. */
const descent = music([
  note(0, "lead", 90, 23),
  note(24, "lead", 61, 23),
  note(48, "lead", 40, 15),
]);
descent.notes[1].velocity = 50;

/** How often the left side of a segment rises through zero in a second. */
function hertz([left]) {
  const rises = left.filter((value, i) => value > 0 && left[i - 1] <= 0).length;
  return (rises * RATE) / SEGMENT;
}

/** Segments of `descent`, by a renderer that has decoded everything before, or not. */
async function renderDescent(segments, isWhole) {
  const made = makeRenderer(async () => splitFont());
  if (isWhole) await made.renderer.receive({ kind: "prepare", fonts: ["lead 0"] });
  await made.renderer.receive({ ...LOAD, score: makeScore(descent, font) });
  for (const i of segments) await made.renderer.receive({ ...FIRST, segments: [i] });
  return made.of("segment").map(({ parts }) => parts[0]);
}

test(
  "a score is loaded before samples are decoded that its beginning does not need",
  SKIP,
  async () => {
    const { renderer, of } = makeRenderer(async () => splitFont());
    await renderer.receive({ ...LOAD, score: makeScore(descent, font) });
    assert.equal(of("loaded").length, 1);
    assert.ok(!renderer.fonts.isWhole("lead 0"));
    await renderer.receive(FIRST);
    assert.ok(renderer.fonts.isWhole("lead 0"));
  },
);

test("samples that are left are decoded few at a time", SKIP, async () => {
  const { renderer } = makeRenderer(async () => splitFont());
  const { fonts } = renderer;
  fonts.add("lead 0", splitFont());
  let steps = 0;
  for (; !fonts.isWhole("lead 0"); steps += 1) fonts.decodeSome("lead 0");
  assert.equal(steps, 2); // its three zones, then what is left of none
  assert.equal(fonts.partial, undefined);
});

test("music is the same whenever its samples were decoded", SKIP, async () => {
  for (const segments of [Array.from({ length: 32 }, (_, i) => i), [26, 27], [0, 14]]) {
    const sounds = await renderDescent(segments, false);
    assert.deepEqual(sounds, await renderDescent(segments, true));
  }
  const [high, middle, low] = await renderDescent([4, 16, 28], false);
  assert.ok(Math.abs(hertz(low) - 82) < 8);
  assert.ok(Math.abs(hertz(middle) - 2 * 277) < 8);
  assert.ok(Math.abs(hertz(high) - 4 * 1480) < 80);
});

test("notes that are added get their samples, and what sounds goes on", SKIP, async () => {
  const made = makeRenderer(async () => splitFont());
  // Another score that has not begun keeps the renderer from decoding everything.
  await made.renderer.receive({ ...LOAD, id: 2, score: makeScore(descent, font) });
  const score = makeScore(descent, font);
  score.parts[0].events = score.parts[0].events.subarray(0, 4);
  await made.renderer.receive({ ...LOAD, score });
  await made.renderer.receive({ ...FIRST, segments: [0, 1, 2] });
  assert.ok(!made.renderer.fonts.isWhole("lead 0"));
  const more = makeScore(music([note(0, "lead", 90, 23), note(8, "lead", 40, 8)]), font);
  const events = [more.parts[0].events];
  const from = 3 * SEGMENT_BLOCKS;
  await made.renderer.receive({ kind: "revise", id: 1, events, from, revision: 1 });
  await made.renderer.receive({ ...FIRST, segments: [3, 4, 5] });
  const whole = makeRenderer(async () => splitFont());
  await whole.renderer.receive({ kind: "prepare", fonts: ["lead 0"] });
  await whole.renderer.receive({ ...LOAD, score: more });
  await whole.renderer.receive({ ...FIRST, segments: [0, 1, 2, 3, 4, 5] });
  const sound = ({ of }) => of("segment").map(({ parts }) => parts[0]);
  assert.deepEqual(sound(made).slice(3), sound(whole).slice(3));
});

test("what is wanted with a score is rendered as soon as it is loaded", SKIP, async () => {
  const { renderer, answers, of } = makeRenderer();
  await renderer.receive({ ...LOAD, score: makeScore(scale, font), segments: [0, 1] });
  assert.deepEqual(
    answers.map(({ kind }) => kind),
    ["loaded", "segment", "segment"],
  );
  assert.deepEqual(
    of("segment").map(({ segment }) => segment),
    [0, 1],
  );
});

test("a score that is dropped while it is loaded leaves nothing behind", SKIP, async () => {
  const { renderer, answers } = makeRenderer();
  const loading = renderer.receive({ ...LOAD, score: makeScore(scale, font), segments: [0] });
  await new Promise((done) => setImmediate(done));
  await renderer.receive({ kind: "drop", id: 1 });
  await loading;
  assert.deepEqual(answers, []);
});
