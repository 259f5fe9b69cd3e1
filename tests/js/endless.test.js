import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { Controller } from "../../musegen/web/components/player/controller.js";
import { Mixer } from "../../musegen/web/components/player/mixer.js";
import { secondsAt } from "../../musegen/web/components/player/piece.js";
import { Synthesizer } from "../../musegen/web/components/player/synthesizer.js";
import { SEGMENT } from "../../musegen/web/components/synth/renderer.js";
import { encode, fakeStorage, playerData } from "./support.js";

const RATE = 44100;
const BLOCK = 64;
const PHRASE = 2; // seconds
const CONFIG = {
  engine: { library: "library.js" },
  soundfonts: { First: "f1" },
  settings: {},
  loudness: { max_release: 4, hop: 63, fade: 0 },
};

/** What the audio clock was given to play: when and how long, in samples, and its loudness. */
let started;
let sent;
let mixer;
let timers;
let controller;
/** Seconds until the server answers; infinite if it does not. */
let delay;
/** What it answers in place of the next phrases. */
let problem;
/** Milliseconds until the worker has loaded a sound. */
let loading;

class FakeParam {
  value = 1;
  setValueAtTime() {}
  linearRampToValueAtTime() {}
  cancelScheduledValues() {}
}

class FakeNode {
  gain = new FakeParam();
  connect() {}
  disconnect() {}
}

class FakeContext {
  currentTime = 0;
  state = "running";
  createGain() {
    return new FakeNode();
  }
  createWaveShaper() {
    return new FakeNode();
  }
  createBufferSource() {
    const row = { stop: Infinity };
    return {
      connect() {},
      start(at, _offset, length) {
        row.at = Math.round(at * RATE);
        row.end = row.at + Math.round(length * RATE);
        started.push(row);
      },
      stop(time) {
        row.stop = Math.round(time * RATE);
      },
    };
  }
}

class FakeBuffer {
  copyToChannel() {}
}

/** A worker that renders a tone in the first part, at once. */
class FakeWorker {
  #revisions = new Map();

  postMessage(request) {
    const answer = (data) =>
      setTimeout(() => this.onmessage({ data: { id: request.id, ...data } }));
    if (request.engine) answer({ kind: "ready" });
    else if (request.kind === "load") setTimeout(() => answer({ kind: "loaded" }), loading);
    else if (request.kind === "revise") this.#revisions.set(request.id, request.revision);
    else if (request.kind === "render") {
      for (const segment of request.segments) {
        const tone = [new Float32Array(SEGMENT), new Float32Array(SEGMENT)];
        const revision = this.#revisions.get(request.id) ?? 0;
        answer({ kind: "segment", segment, revision, parts: [tone, null, null] });
      }
    }
  }
  terminate() {}
}

/** Four phrases in which the lead plays each quarter, as Python sends them. */
function answerTo({ request, context, drawn }) {
  const onsets = Array.from({ length: 32 }, (_, i) => 4 * i);
  const column = (type, value) => encode(type.from(onsets, value));
  return {
    request,
    problem: null,
    phrases: 4,
    context: context.length ? 0 : 2,
    latents: [...(context.length ? [] : ["a", "b"]), ...[0, 1, 2, 3].map((i) => `${drawn + i}`)],
    notes: {
      onset: encode(Uint16Array.from(onsets)),
      part: column(Uint8Array, () => 0),
      pitch: column(Uint8Array, (_, i) => 60 + (i % 12)),
      duration: column(Uint16Array, () => 4),
      offset: column(Float32Array, () => 0),
      velocity: column(Uint8Array, () => 90),
    },
  };
}

const REAL = { setTimeout, clearTimeout, setInterval, clearInterval };

/** Timers whose time is the audio clock's. */
class Timers {
  now = 0;
  #all = new Map();
  #count = 0;

  #add(act, delay, every) {
    this.#count += 1;
    this.#all.set(this.#count, { act, at: this.now + delay, every });
    return this.#count;
  }
  install() {
    globalThis.setTimeout = (act, delay = 0) => this.#add(act, delay, 0);
    globalThis.setInterval = (act, delay) => this.#add(act, delay, delay);
    globalThis.clearTimeout = (id) => this.#all.delete(id);
    globalThis.clearInterval = globalThis.clearTimeout;
  }
  tick(time) {
    this.now += time;
    for (const [id, timer] of [...this.#all]) {
      if (timer.at > this.now || !this.#all.has(id)) continue;
      if (timer.every) timer.at += timer.every;
      else this.#all.delete(id);
      timer.act();
    }
  }
}

/** Let time pass on the audio clock and for timers. */
function pass(seconds) {
  for (let i = 0; i < seconds * 20; i += 1) {
    mixer.context.currentTime += 0.05;
    timers.tick(50);
  }
}

/** The server's part. */
function trigger(event, data) {
  sent.push([event, data]);
  if (event !== "more" || delay === Infinity) return;
  const answer = problem ? { request: data.request, problem } : answerTo(data);
  setTimeout(() => controller.endless.receive(answer), 1000 * delay);
}

const asked = () => sent.filter(([event]) => event === "more").map(([, data]) => data);

/** Seconds of silence between sounds that were to follow each other. */
function gaps(from = 0) {
  const heard = started.filter(({ at, stop }) => at >= from && stop > at);
  const rows = heard.toSorted((a, b) => a.at - b.at);
  let end = rows[0].end;
  let longest = 0;
  for (const row of rows) {
    longest = Math.max(longest, row.at - end);
    end = Math.max(end, Math.min(row.end, row.stop));
  }
  return longest / RATE;
}

/** Seconds between where notes are drawn and where they sound, at most. */
function drift() {
  const { piece } = controller.state;
  const { origin, score } = mixer.sound;
  const { events } = score.parts[0];
  const heard = Array.from({ length: events.length / 4 }, (_, i) => i)
    .filter((i) => events[4 * i + 3])
    .map((i) => (events[4 * i] * BLOCK - origin) / RATE);
  const drawn = piece.notes.filter(({ part }) => part === "lead");
  assert.equal(heard.length, drawn.length);
  return Math.max(...drawn.map(({ onset }, i) => Math.abs(secondsAt(piece, onset) - heard[i])));
}

beforeEach(() => {
  timers = new Timers();
  timers.install();
  Object.assign(globalThis, {
    AudioContext: FakeContext,
    AudioBuffer: FakeBuffer,
    Worker: FakeWorker,
    localStorage: fakeStorage(),
    document: { baseURI: "https://page/" },
  });
  Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true });
  started = [];
  sent = [];
  delay = 1;
  problem = null;
  loading = 0;
  mixer = new Mixer((event) => controller.mixerChanged(event));
  const synthesizer = new Synthesizer(CONFIG, () => {});
  controller = new Controller(mixer, synthesizer, trigger);
  controller.isAllowedToSound = true;
  synthesizer.start({});
  mixer.wake();
  timers.tick(1);
  controller.receive(playerData({ phrases: 2 }));
  pass(0.2);
});

afterEach(() => {
  mixer.clear();
  Object.assign(globalThis, REAL);
});

test("five minutes have no gap, the playhead is where the sound is, and nothing piles up", () => {
  controller.endless.toggle();
  pass(60);
  const early = [controller.state.piece.phrases, mixer.spans.length, mixer.voices.length];
  pass(240);
  assert.equal(gaps(), 0);
  assert.equal(mixer.gaps, 0);
  assert.ok(drift() < 0.02, `${drift()}`);
  const { piece } = controller.state;
  assert.ok(piece.phrases <= 64 + 4, `${piece.phrases} phrases`);
  assert.ok(mixer.spans.length <= early[1] + 2);
  assert.ok(mixer.voices.length <= early[2] + 2);
  assert.ok(mixer.sound.score.parts[0].events.length <= 8 * piece.notes.length);
  assert.ok(asked().every(({ context }) => context.length <= 8));
  assert.ok(Math.abs(asked().length - 300 / (4 * PHRASE)) <= 2, `${asked().length} requests`);
});

test("the next phrases follow the last ones, and are counted", () => {
  controller.endless.toggle();
  pass(20);
  const [first, second, third] = asked();
  assert.deepEqual([first.context, first.drawn], [[], 0]);
  assert.deepEqual([second.context, second.drawn], [["a", "b", "0", "1", "2", "3"], 4]);
  assert.deepEqual(third.context, ["0", "1", "2", "3", "4", "5", "6", "7"]);
  assert.deepEqual(first.parts, ["lead", "bass", "drums"]);
});

test("a pause asks for no more", () => {
  controller.endless.toggle();
  pass(5);
  controller.togglePlaying();
  pass(1);
  const before = asked().length;
  pass(60);
  assert.equal(asked().length, before);
});

test("when nothing comes the music rings out, says so, and goes on once it has come", () => {
  controller.endless.toggle();
  pass(8);
  delay = Infinity;
  pass(30);
  assert.ok(!mixer.playing);
  assert.match(controller.state.status, /^Waiting for the next bars|trying again/);
  const end = mixer.now();
  controller.endless.receive(answerTo(asked().at(-1)));
  delay = 1;
  pass(20);
  assert.ok(mixer.playing);
  assert.equal(gaps(end), 0);
  assert.ok(drift() < 0.02);
  assert.equal(controller.state.status, "The music goes on, and follows the controls");
});

test("a server that refuses is asked again, and its line is shown", () => {
  controller.endless.toggle();
  pass(2);
  problem = "many people are here at the moment";
  pass(8);
  assert.match(controller.state.status, /many people are here/);
  const count = asked().length;
  problem = null;
  pass(12);
  assert.ok(asked().length > count);
  assert.doesNotMatch(controller.state.status, /many people/);
});

test("a moved control changes what comes next, but nothing that is about to be heard", () => {
  controller.endless.toggle();
  pass(10);
  const { phrases } = controller.state.piece;
  const playing = controller.step / 32;
  controller.endless.steer();
  pass(3);
  const { drawn, context } = asked().at(-1);
  const border = drawn + 2;
  assert.ok(border < phrases && border > playing + 5 / PHRASE, `${border} of ${phrases}`);
  assert.equal(context.at(-1), `${drawn - 1}`);
  assert.equal(gaps(), 0);
  assert.equal(controller.state.piece.phrases, border + 4);
});

test("another tempo is heard at once, and what comes next has it", () => {
  controller.endless.toggle();
  pass(10);
  controller.changeSound({ name: "tempo", value: 120 }, {});
  pass(30);
  assert.equal(gaps(), 0);
  assert.deepEqual([...new Set(controller.state.piece.tempos)], [120]);
  assert.ok(drift() < 0.02);
  assert.equal(mixer.sound.times.length, controller.state.piece.times.length);
});

test("more is added while instruments are on their way, however long that takes", () => {
  controller.endless.toggle();
  pass(3);
  loading = 20_000;
  controller.changeSound({ name: "tempo", value: 120 }, {});
  pass(15);
  assert.equal(controller.state.piece.tempos[0], 240);
  loading = 0;
  pass(30);
  assert.equal(gaps(), 0);
  assert.ok(controller.state.piece.phrases > 10);
  assert.ok(drift() < 0.02);
});

test("stopped, it is kept with its notes and plays on to its end", () => {
  controller.endless.toggle();
  pass(10);
  const position = controller.position;
  controller.endless.toggle();
  const [event, { notes, swing, human }] = sent.at(-1);
  assert.deepEqual([event, swing, human], ["keep", 0, false]);
  const { piece } = controller.state;
  assert.equal(notes.bars, piece.bars);
  assert.equal(notes.pitch.length, piece.notes.length);
  assert.deepEqual(notes.programs, { lead: 0, bass: 0, drums: 0 });
  controller.receive(playerData({ phrases: piece.phrases, recipe: "kept" }));
  pass(1);
  assert.equal(controller.state.endless, null);
  assert.ok(Math.abs(controller.position - position - 1) < 0.1);
  assert.equal(gaps(), 0);
  pass(60);
  assert.ok(!mixer.playing);
});

test("a version of what was continued is not shown, but another piece is", () => {
  controller.endless.toggle();
  pass(5);
  controller.receive(playerData({ phrases: 2, recipe: "edited" }));
  assert.ok(controller.endless.isOn);
  controller.receive(playerData({ id: "two", recipe: "other" }));
  assert.ok(!controller.endless.isOn);
  assert.equal(controller.state.piece.id, "two");
});

test("meanwhile edits and files ask to stop first", () => {
  controller.endless.toggle();
  pass(1);
  const { obstacles, fileObstacle } = controller.state;
  assert.match(obstacles.redraw, /^Press Endless first/);
  assert.match(fileObstacle, /^Press Endless first/);
  assert.equal(obstacles.endless, "");
});
