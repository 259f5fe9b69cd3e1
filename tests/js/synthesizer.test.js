import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { readPiece } from "../../musegen/web/components/player/piece.js";
import { changeSound } from "../../musegen/web/components/player/sound_controls.js";
import { Synthesizer } from "../../musegen/web/components/player/synthesizer.js";
import { SEGMENT } from "../../musegen/web/components/synth/renderer.js";
import { playerData } from "./support.js";

const CONFIG = {
  engine: { library: "vendor/library.js" },
  soundfonts: { First: "f1", Second: "f2" },
  settings: {},
  loudness: { max_release: 4, hop: 63, fade: 0 },
};
const GAIN = { hops: Float32Array.from({ length: 2000 }, () => 0.5), samples: 100_000 };

let worker;
let synthesizer;
let changes;

class FakeWorker {
  sent = [];
  isEnded = false;
  constructor() {
    worker = this;
  }
  postMessage(message) {
    this.sent.push(message);
  }
  terminate() {
    this.isEnded = true;
  }
  answer(data) {
    this.onmessage({ data });
  }
}

class FakeBuffer {
  sides = [];
  copyToChannel(side, channel) {
    this.sides[channel] = side;
  }
}

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout"] });
  globalThis.Worker = FakeWorker;
  globalThis.AudioBuffer = FakeBuffer;
  globalThis.document = { baseURI: "https://page/base/" };
  changes = 0;
  synthesizer = new Synthesizer(CONFIG, () => (changes += 1));
  synthesizer.start({ lead: 4, drums: 0 });
});

afterEach(() => mock.timers.reset());

/** Let some seconds pass, one by one. */
function seconds(count) {
  for (let i = 0; i < count; i += 1) mock.timers.tick(1000);
}

const piece = (more) => readPiece(playerData(more));

/** A sound of a piece that the worker has loaded, and the events of it. */
function make(data = piece()) {
  const events = [];
  const sound = synthesizer.make(data, (event) => events.push(event));
  worker.answer({ kind: "loaded", id: sound.id });
  return { sound, events };
}

/** A segment of loud sound in the first part, and of silence in the others. */
const segment = (sound, i) => ({
  kind: "segment",
  id: sound.id,
  segment: i,
  revision: 0,
  parts: sound.parts.map((_, part) =>
    part ? null : [new Float32Array(SEGMENT).fill(1), new Float32Array(SEGMENT).fill(1)],
  ),
});

test("the page makes no sound itself without the engine's files", () => {
  for (const config of [null, { ...CONFIG, engine: null }, { ...CONFIG, soundfonts: {} }]) {
    const none = new Synthesizer(config, () => {});
    none.start({});
    assert.ok(!none.isUsable);
  }
});

test("the worker is told where everything is, and says when it is ready", () => {
  assert.equal(worker.sent[0].engine, "https://page/base/vendor/library.js");
  assert.equal(synthesizer.state, "starting");
  worker.answer({ kind: "ready" });
  assert.deepEqual([synthesizer.state, changes], ["ready", 1]);
});

test("the first instruments are loaded before there is a piece", () => {
  assert.deepEqual(worker.sent[1], {
    kind: "prepare",
    fonts: ["https://page/base/soundfont/f1/0-4.sf3", "https://page/base/soundfont/f1/128-0.sf3"],
  });
  assert.ok(!synthesizer.isWarm);
  worker.answer({ kind: "prepared" });
  assert.ok(synthesizer.isWarm);
});

test("the beginning of a piece is rendered before anybody wants to hear it", () => {
  synthesizer.makeAhead(piece());
  const { kind, id, segments } = worker.sent.at(-1);
  assert.equal(kind, "load");
  assert.deepEqual(segments, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  worker.answer({ kind: "loaded", id });
  const sent = worker.sent.length;
  const events = [];
  const sound = synthesizer.make(piece({ recipe: "the same music" }), (event) =>
    events.push(event),
  );
  worker.answer(segment(sound, 0));
  sound.want([0, 1]); // is on its way
  assert.equal(sound.id, id);
  assert.ok(sound.has(0));
  assert.deepEqual(events, ["arrived"]);
  assert.equal(worker.sent.length, sent);
  assert.notEqual(synthesizer.make(piece(), () => {}).id, id); // a sound plays once
});

test("what was rendered in vain is dropped", () => {
  for (const end of [
    () => synthesizer.make(piece({ tempos: [120, 120, 120, 120] }), () => {}),
    () => synthesizer.make(piece(), () => {}, 2), // with a gain of its own
  ]) {
    synthesizer.makeAhead(piece());
    const { id } = worker.sent.at(-1);
    assert.notEqual(end().id, id);
    assert.ok(worker.sent.some((request) => request.kind === "drop" && request.id === id));
  }
});

test("what could not be rendered ahead is tried again, which says why", () => {
  synthesizer.makeAhead(piece());
  const { id } = worker.sent.at(-1);
  worker.answer({ kind: "failed", id, problem: "there is no such instrument" });
  assert.notEqual(synthesizer.make(piece(), () => {}).id, id);
});

test("an instrument's address has its soundfont, bank and program", () => {
  const parts = [
    {
      name: "lead",
      instrument: "",
      programs: [
        [0, 5],
        [2, 6],
      ],
    },
    { name: "drums", instrument: "", programs: [[0, 16]] },
  ];
  synthesizer.soundfont = "Second";
  const { score } = synthesizer.read({ ...piece(), parts });
  assert.deepEqual(
    score.parts.map(({ fonts }) => fonts.map((url) => url.replace("https://page/base/", ""))),
    [["soundfont/f2/0-5.sf3", "soundfont/f2/0-6.sf3"], ["soundfont/f2/128-16.sf3"]],
  );
});

test("equal music has one key, and any change of what is heard another", () => {
  const keyOf = (data) => synthesizer.read(data).key;
  const key = keyOf(piece());
  assert.equal(keyOf(piece({ recipe: "other", title: "other" })), key);
  assert.notEqual(keyOf(piece({ tempos: [120, 120, 120, 120] })), key);
  assert.notEqual(keyOf(piece({ parts: ["lead", "bass"] })), key);
  synthesizer.soundfont = "Second";
  assert.notEqual(keyOf(piece()), key);
});

test("segments are requested once, in order, and again after a jump", () => {
  const { sound } = make();
  sound.want([0, 1]);
  sound.want([0, 1, 2]);
  worker.answer(segment(sound, 0));
  sound.want([1, 2]);
  sound.want([8]);
  const requests = worker.sent.filter(({ kind }) => kind === "render");
  assert.deepEqual(
    requests.map(({ segments, isJump }) => [segments, isJump]),
    [
      [[0, 1], false],
      [[2], false],
      [[8], true],
    ],
  );
});

test("nothing is requested before the instruments are there", () => {
  const sound = synthesizer.make(piece(), () => {});
  sound.want([0]);
  assert.ok(!worker.sent.some(({ kind }) => kind === "render"));
});

test("a segment gets the gain that is known, and is silent where a part is", () => {
  const { sound, events } = make();
  worker.answer(segment(sound, 1));
  const [lead, bass] = sound.get(1);
  assert.equal(bass, null);
  assert.equal(lead.sides[0][0], sound.factor);
  worker.answer({ kind: "measured", id: sound.id, gain: GAIN });
  assert.equal(sound.get(1)[0].sides[1][0], 0.5);
  assert.equal(sound.samples, GAIN.samples);
  assert.deepEqual(events, ["arrived", "arrived", "measured"]);
});

test("music that was measured is not measured again, and others begin with its gain", () => {
  const { sound } = make();
  worker.answer({ kind: "measured", id: sound.id, gain: GAIN });
  make();
  assert.ok(worker.sent.at(-1).isMeasured);
  const other = make(piece({ parts: ["lead"] }));
  assert.ok(!worker.sent.at(-1).isMeasured);
  assert.equal(other.sound.factor, 0.5);
});

test("few segments are kept", () => {
  const { sound } = make();
  for (let i = 0; i < 200; i += 1) worker.answer(segment(sound, i));
  assert.ok(!sound.has(0));
  assert.ok(sound.has(199) && sound.has(100));
});

test("a sound that is revised renders nothing that it does not know, and has no end", () => {
  const { sound } = make();
  worker.answer(segment(sound, 0));
  worker.answer(segment(sound, 3));
  const { score } = synthesizer.read(piece({ phrases: 8 }));
  const times = Array.from({ length: 17 }, (_, i) => i);
  const from = 2.5 * SEGMENT;
  sound.revise({ score, times, origin: 64 * 100, from, known: 4.5 * SEGMENT });
  assert.deepEqual([sound.has(0), sound.has(3)], [true, false]);
  assert.equal(sound.samples, Infinity);
  const { events, revision } = worker.sent.at(-1);
  assert.equal(events[0][0], score.parts[0].events[0] + 100);
  assert.ok(Math.abs(sound.times[0] - 6400 / 44100) < 1e-9);
  sound.want([2, 3, 4, 5]);
  assert.deepEqual(worker.sent.at(-1).segments, [2, 3]);
  worker.answer(segment(sound, 3)); // of before
  assert.ok(!sound.has(3));
  worker.answer({ ...segment(sound, 3), revision });
  assert.ok(sound.has(3));
  sound.revise({ score, times, origin: 64 * 100, from: 4.5 * SEGMENT, known: null });
  assert.equal(sound.samples, 6400 + score.samples + 4 * 44100);
  sound.want([4]);
  assert.deepEqual(worker.sent.at(-1).segments, [4]);
});

test("a note for a keyboard has one event in the lead's instrument and is not measured", () => {
  const sound = synthesizer.makeNote("lead", 73, 60, 90, () => {});
  const { score, isMeasured } = worker.sent.at(-1);
  assert.ok(isMeasured);
  assert.deepEqual([...score.parts[0].events.subarray(0, 4)], [0, 0, 60, 90]);
  assert.match(score.parts[0].fonts[0], /0-73\.sf3$/);
  assert.equal(sound.parts.length, 1);
});

test("a closed sound is dropped by the worker, and hears no more", () => {
  const { sound, events } = make();
  sound.close();
  assert.deepEqual(worker.sent.at(-1), { kind: "drop", id: sound.id });
  worker.answer(segment(sound, 0));
  assert.deepEqual(events, ["arrived"]);
});

test("an instrument that does not come says why", () => {
  const { sound, events } = make();
  worker.answer({ kind: "failed", id: sound.id, problem: "there is no such instrument" });
  assert.equal(sound.problem, "there is no such instrument");
  assert.equal(events.at(-1), "failed");
  assert.ok(synthesizer.isUsable);
});

test("a worker that fails or does not answer is given up, and its sounds with it", () => {
  for (const lose of [
    () => worker.onerror(),
    () => worker.answer({ kind: "broken" }),
    () => seconds(11),
  ]) {
    synthesizer = new Synthesizer(CONFIG, () => {});
    synthesizer.start({ lead: 4, drums: 0 });
    const { sound, events } = make();
    sound.want([0]);
    lose();
    assert.equal(events.at(-1), "failed");
    assert.ok(!synthesizer.isUsable);
    assert.ok(worker.isEnded);
  }
});

test("a page that was asleep for ten minutes does not give the worker up", () => {
  const { sound, events } = make();
  sound.want([0]);
  mock.timers.tick(600_000); // in one go: nothing that the worker sent was delivered
  worker.answer(segment(sound, 0));
  seconds(11);
  assert.ok(synthesizer.isUsable);
  assert.equal(events.at(-1), "arrived");
});

test("a worker that owes nothing is not given up", () => {
  const { sound } = make();
  sound.want([0]);
  worker.answer(segment(sound, 0));
  sound.want([1]);
  sound.close();
  sound.want([2]);
  seconds(20);
  assert.ok(synthesizer.isUsable);
});

// Controls

const CHOICES = {
  programs: { Piano: 0, Tuba: 58 },
  kits: { Jazz: 32 },
  bands: { Duo: { programs: { lead: 58, drums: 32 }, swing: 0.5 } },
  keys: { D: 2, G: -5 },
};
const change = (name, value, data = piece()) => changeSound(data, { name, value }, CHOICES);

test("a tempo keeps the proportions of the phrases'", () => {
  const data = piece({
    tempos: [100, 50, 100, 100],
    times: [0, 2.4, 4.8, 9.6, 14.4, 16.8, 19.2, 21.6, 24],
  });
  const faster = change("tempo", 200, data);
  assert.deepEqual(faster.tempos, [200, 100, 200, 200]);
  assert.deepEqual(faster.times, [0, 1.2, 2.4, 4.8, 7.2, 8.4, 9.6, 10.8, 12]);
  assert.equal(faster.seconds, 12);
});

test("a key moves the pitches the short way, and not the drums", () => {
  const pitches = (data) => data.notes.map(({ part, pitch }) => [part, pitch]);
  assert.deepEqual(pitches(change("key", "D")), [
    ["lead", 74],
    ["bass", 38],
    ["drums", 42],
  ]);
  assert.equal(change("key", "G").notes[0].pitch, 67);
});

test("instruments, kits, bands and feel are taken over", () => {
  const programs = (data) => data.parts.map((part) => part.programs);
  assert.deepEqual(programs(change("bass", "Tuba")), [[[0, 0]], [[0, 58]], [[0, 0]]]);
  assert.deepEqual(programs(change("drums", "Jazz")), [[[0, 0]], [[0, 0]], [[0, 32]]]);
  const duo = change("band", "Duo");
  assert.deepEqual(programs(duo), [[[0, 58]], [[0, 0]], [[0, 32]]]);
  assert.ok(duo.feels.every(({ swing }) => swing === 0.5));
  assert.ok(change("human", true).feels.every(({ human }) => human));
});

test("a choice that means nothing changes nothing", () => {
  const data = piece();
  for (const [name, value] of [
    ["key", "H"],
    ["bass", "Kazoo"],
    ["tempo", 0],
    ["band", "Your own"],
  ]) {
    assert.equal(change(name, value, data), data);
  }
});
