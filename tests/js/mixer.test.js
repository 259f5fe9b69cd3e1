import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { FetchedSound } from "../../musegen/web/components/player/fetched_sound.js";
import { Mixer } from "../../musegen/web/components/player/mixer.js";

const RATE = 44100;
const EACH = 4 * RATE; // samples in a piece
const LEAD = Math.round(0.04 * RATE); // from a decision to its sound
const FADE = Math.round(0.004 * RATE);

/** Sounds that were started: when, from where in a piece, and how long, in samples. */
let started;
let reported;
let mixer;
/** Bodies of sounds by their address; a function is called when they are fetched. */
let responses;

class FakeParam {
  value = 1;
  events = [];
  setValueAtTime(value, time) {
    this.events.push([value, Math.round(time * RATE)]);
  }
  linearRampToValueAtTime(value, time) {
    this.events.push([value, Math.round(time * RATE)]);
  }
  setTargetAtTime(value) {
    this.value = value;
  }
  cancelScheduledValues(time) {
    this.events = this.events.filter(([, at]) => at < time * RATE);
  }
}

class FakeGain {
  gain = new FakeParam();
  connect() {}
  disconnect() {}
}

class FakeContext {
  currentTime = 0;
  outputLatency = 0;
  state = "running";
  destination = {};
  createGain() {
    return new FakeGain();
  }
  createWaveShaper() {
    return { connect() {} };
  }
  createBufferSource() {
    const source = {
      connect() {},
      start(at, offset, duration) {
        const [when, from, length] = [at, offset, duration].map((s) => Math.round(s * RATE));
        started.push({ at: when, from, length, name: source.buffer.name, source });
      },
      stop(time) {
        source.stopsAt = Math.round(time * RATE);
      },
    };
    return source;
  }
}

class FakeDecoder {
  async decodeAudioData(buffer) {
    const bytes = [...new Uint8Array(buffer)];
    if (bytes[0] === 255) throw new Error("this is no sound");
    return { name: bytes[0] };
  }
}

/** Let all that is ready happen. */
const settle = () => new Promise((done) => setTimeout(done, 2));

/** A sound of some pieces whose parts take one byte each. */
const description = (parts, pieces, last = EACH) => ({
  parts,
  each: EACH,
  samples: EACH * (pieces - 1) + last,
  bytes: Array.from({ length: pieces }, () => parts.map(() => 1)),
});

/** A sound that begins to be fetched; a phrase takes two seconds. */
function fetchSound(url, stream, times = [0, 2, 4, 6, 8, 10, 12]) {
  const sound = new FetchedSound(url, stream, times, (event) => mixer.soundChanged(sound, event));
  return sound;
}

/** Load a sound and wait until it is ready. */
async function load(pieces = 3, parts = ["lead", "bass"], url = "sound", times = undefined) {
  responses.set(
    url,
    Uint8Array.from({ length: pieces * parts.length }, (_, i) => i),
  );
  mixer.load(fetchSound(url, description(parts, pieces), times));
  await settle();
}

/** Let time pass, with the ticks that a page has. */
async function pass(seconds) {
  for (let i = 0; i < seconds * 10; i += 1) {
    mixer.context.currentTime += 0.1;
    mixer.tick();
    await Promise.resolve();
  }
  await settle();
}

beforeEach(() => {
  globalThis.AudioContext = FakeContext;
  globalThis.OfflineAudioContext = FakeDecoder;
  Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true });
  responses = new Map();
  globalThis.fetch = async (url, { signal }) => {
    const body = await responses.get(url);
    signal.throwIfAborted();
    if (!body) return { ok: false, status: 404 };
    return new Response(body);
  };
  started = [];
  reported = [];
  mixer = new Mixer((event) => reported.push(event));
  mixer.wake();
});

afterEach(() => mixer.clear());

/** Sounds of the first part, in the order of their scheduling. */
const ofLead = (parts = 2) => started.filter(({ name }) => name % parts === 0);

test("a sound is ready as soon as its first piece can be played", async () => {
  await load();
  assert.deepEqual(reported, ["ready"]);
  assert.equal(mixer.length, 3 * EACH);
  assert.equal(mixer.position, 0);
});

test("pieces are scheduled end to end, to the sample", async () => {
  await load();
  mixer.play();
  await pass(6);
  const spans = ofLead().map(({ at, from, length }) => [at, from, length]);
  assert.deepEqual(spans, [
    [LEAD, 0, EACH],
    [LEAD + EACH, 0, EACH],
    [LEAD + 2 * EACH, 0, EACH],
  ]);
});

test("all parts of a piece start together", async () => {
  await load();
  mixer.play();
  assert.deepEqual(
    started.map(({ at, name }) => [at, name]),
    [
      [LEAD, 0],
      [LEAD, 1],
    ],
  );
});

test("no more is scheduled than some seconds ahead", async () => {
  await load();
  mixer.play();
  await settle();
  assert.equal(ofLead().length, 1);
  await pass(2);
  assert.equal(ofLead().length, 2);
});

test("a piece that plays is played from a position within it", async () => {
  await load();
  mixer.seek(RATE);
  mixer.play();
  assert.deepEqual(
    ofLead().map(({ at, from, length }) => [at, from, length]),
    [[LEAD, RATE, EACH - RATE]],
  );
});

test("the position follows the audio clock and its latency", async () => {
  await load();
  mixer.play();
  assert.equal(mixer.position, 0);
  mixer.context.currentTime = 1;
  assert.equal(mixer.position, RATE - LEAD);
  mixer.context.outputLatency = 0.2;
  mixer.context.currentTime = 2;
  assert.equal(mixer.position, 2 * RATE - LEAD - 0.2 * RATE);
});

test("the browser is asked for its latency seldom, and not before sound has gone out", async () => {
  await load();
  mixer.play();
  let asked = 0;
  Object.defineProperty(mixer.context, "outputLatency", { get: () => ++asked && 0.1 });
  const askedAt = (time) => {
    mixer.context.currentTime = time;
    assert.ok(mixer.position >= 0);
    return asked;
  };
  assert.deepEqual([0, 0.5, 0.9, 1, 1.1, 1.9, 2, 2.5].map(askedAt), [0, 0, 0, 1, 1, 1, 2, 2]);
  mixer.context.onstatechange(); // as after a call: the sound begins anew
  assert.deepEqual([3, 3.4, 3.5].map(askedAt), [2, 2, 3]);
});

test("the time at which sound is heard comes from the browser's stamp, once it can be asked", async () => {
  await load();
  mixer.play();
  mixer.context.getOutputTimestamp = () => ({ contextTime: 1.5, performanceTime: 7000 });
  mixer.context.currentTime = 0.5;
  const [audio, page] = mixer.latency.stamp;
  assert.equal(audio, 0.5);
  assert.ok(Math.abs(page - performance.now()) < 1000);
  mixer.context.currentTime = 2;
  assert.deepEqual(mixer.latency.stamp, [1.5, 7000]);
});

test("a pause keeps the position", async () => {
  await load();
  mixer.play();
  mixer.context.currentTime = 1;
  mixer.pause();
  mixer.context.currentTime = 5;
  assert.equal(mixer.position, RATE - LEAD);
  assert.equal(started[0].source.stopsAt, RATE + FADE);
});

test("a call that stops the audio clock is a pause, and play goes on from there", async () => {
  await load();
  mixer.play();
  mixer.context.currentTime = 1;
  const { position } = mixer;
  mixer.context.state = "interrupted";
  mixer.context.onstatechange();
  assert.ok(!mixer.playing);
  assert.equal(reported.at(-1), "interrupted");
  mixer.play();
  assert.equal(started.at(-1).from, position % EACH);
  mixer.context.state = "running";
  mixer.context.onstatechange();
  assert.ok(mixer.playing);
});

test("at the end it stops and says so", async () => {
  await load(1);
  mixer.play();
  await pass(5);
  assert.deepEqual(reported, ["ready", "ended"]);
  assert.equal(mixer.playing, false);
  assert.equal(mixer.position, EACH);
  mixer.play();
  assert.equal(ofLead().at(-1).from, 0);
});

test("a repeated sound starts again without a gap", async () => {
  await load(1);
  mixer.setRepeat(true);
  mixer.play();
  await pass(5);
  assert.deepEqual(
    ofLead().map(({ at }) => at),
    [LEAD, LEAD + EACH],
  );
  assert.ok(mixer.position < RATE);
});

test("music that goes on too late has a gap, which is counted", async () => {
  await load();
  mixer.play();
  await pass(3);
  mixer.seek(0);
  assert.equal(mixer.gaps, 0);
  mixer.context.currentTime += 5; // the page was asleep
  mixer.tick();
  assert.equal(mixer.gaps, 1);
  assert.ok(ofLead().at(-1).at > mixer.context.currentTime * RATE);
});

test("a loop goes round in time, and fades where it jumps", async () => {
  await load();
  mixer.setLoop({ from: RATE, to: 2 * RATE });
  mixer.seek(RATE);
  mixer.play();
  await pass(2);
  const [first, second, third] = ofLead();
  assert.deepEqual([first.at, second.at, third.at], [LEAD, LEAD + RATE, LEAD + 2 * RATE]);
  assert.ok([first, second, third].every(({ from }) => from === RATE));
  assert.equal(first.length, RATE + FADE);
  assert.equal(first.source.stopsAt, LEAD + RATE + FADE);
});

test("a loop across the border of two pieces plays both", async () => {
  await load();
  mixer.setLoop({ from: EACH - RATE, to: EACH + RATE });
  mixer.seek(EACH - RATE);
  mixer.play();
  await pass(2);
  const [first, second, third] = ofLead();
  assert.deepEqual([first.from, first.length], [EACH - RATE, RATE]);
  assert.deepEqual([second.from, second.length], [0, RATE + FADE]);
  assert.equal(third.at, LEAD + 2 * RATE);
});

test("seeking fades out what plays and starts anew", async () => {
  await load();
  mixer.play();
  mixer.context.currentTime = 1;
  mixer.seek(2 * RATE);
  const [old, current] = ofLead();
  assert.equal(old.source.stopsAt, RATE + LEAD + FADE);
  assert.deepEqual([current.at, current.from], [RATE + LEAD, 2 * RATE]);
});

test("levels are kept for parts that are yet to come", async () => {
  mixer.setLevel("bass", 0.25);
  await load();
  mixer.play();
  assert.equal(mixer.channels.get("bass").gain.value, 0.25);
  assert.equal(mixer.channels.get("lead").gain.value, 1);
  mixer.setLevel("lead", 0);
  assert.equal(mixer.channels.get("lead").gain.value, 0);
});

test("silent parts take no bytes and are not started", async () => {
  const silent = { ...description(["lead", "bass"], 1), bytes: [[1, 0]] };
  responses.set("sound", Uint8Array.from([0]));
  mixer.load(fetchSound("sound", silent));
  await settle();
  mixer.play();
  assert.deepEqual(
    started.map(({ name }) => name),
    [0],
  );
});

test("the parts take over from their mix where it plays", async () => {
  await load(3, ["mix"], "mix");
  mixer.play();
  mixer.context.currentTime = 1;
  await load(3, ["lead", "bass"], "parts");
  assert.deepEqual(mixer.sound.parts, ["lead", "bass"]);
  const takeOver = RATE + Math.round(0.25 * RATE);
  const [lead, bass] = started.slice(-2);
  assert.deepEqual([lead.at, bass.at], [takeOver, takeOver]);
  assert.equal(lead.from, takeOver - LEAD);
  assert.equal(started[0].source.stopsAt, takeOver + FADE);
});

test("a sound plays until a better one, which was requested before, has arrived", async () => {
  let arrive;
  responses.set("parts", new Promise((done) => (arrive = done)));
  responses.set("mix", Uint8Array.from([0, 1, 2]));
  mixer.load(fetchSound("parts", description(["lead", "bass"], 3)));
  mixer.loadMeanwhile(fetchSound("mix", description(["mix"], 3)));
  await settle();
  assert.deepEqual(mixer.sound.parts, ["mix"]);
  arrive(Uint8Array.from([0, 1, 2, 3, 4, 5]));
  await settle();
  assert.deepEqual(mixer.sound.parts, ["lead", "bass"]);
  assert.deepEqual(reported, ["ready", "ready"]);
});

test("a sound is not waited for once a better one has arrived", async () => {
  responses.set("parts", Uint8Array.from([0, 1]));
  responses.set("mix", new Promise(() => {}));
  mixer.load(fetchSound("parts", description(["lead", "bass"], 1)));
  mixer.loadMeanwhile(fetchSound("mix", description(["mix"], 1)));
  await settle();
  assert.deepEqual(mixer.sound.parts, ["lead", "bass"]);
  assert.deepEqual(mixer.next, []);
});

test("only when no sound is left has it failed", async () => {
  responses.set("mix", Uint8Array.from([0]));
  mixer.load(fetchSound("missing", description(["lead", "bass"], 1)));
  mixer.loadMeanwhile(fetchSound("mix", description(["mix"], 1)));
  await settle();
  assert.deepEqual(mixer.sound.parts, ["mix"]);
  assert.deepEqual(reported, ["ready"]);
});

test("at another tempo the music goes on where it is, and so does its loop", async () => {
  await load();
  mixer.setLoop({ from: 2 * RATE, to: 4 * RATE });
  mixer.seek(2.5 * RATE);
  mixer.play();
  await load(3, ["lead", "bass"], "faster", [0, 1, 2, 3, 4, 5, 6]);
  assert.deepEqual(mixer.loop, { from: RATE, to: 2 * RATE });
  const takeOver = Math.round(0.25 * RATE);
  const heard = ofLead().find(({ at }) => at === takeOver);
  assert.equal(heard.from, Math.round(RATE + (0.5 * RATE + takeOver - LEAD) / 2));
});

test("a new loudness is faded in where the music is", async () => {
  await load();
  mixer.play();
  mixer.context.currentTime = 1;
  mixer.soundChanged(mixer.sound, "measured");
  const [before, after] = ofLead();
  const change = RATE + Math.round(0.25 * RATE);
  assert.deepEqual([after.at, after.from], [change, change - LEAD]);
  assert.equal(before.source.stopsAt, change + Math.round(0.4 * RATE));
});

test("a sound that is not there, is too short or cannot be decoded has failed", async () => {
  for (const body of [null, Uint8Array.from([0]), Uint8Array.from([255, 255])]) {
    reported.length = 0;
    responses.set("broken", body);
    mixer.load(fetchSound("broken", description(["lead"], 2)));
    await settle();
    assert.deepEqual(reported, ["failed"]);
  }
});

test("a sound that is no longer wanted is not reported", async () => {
  let arrive;
  responses.set("old", new Promise((done) => (arrive = done)));
  mixer.load(fetchSound("old", description(["lead"], 1)));
  mixer.forget();
  arrive(Uint8Array.from([0]));
  await settle();
  assert.deepEqual(reported, []);
  assert.equal(mixer.length, 0);
});

test("few decoded pieces are kept", async () => {
  await load(12, ["lead"]);
  mixer.play();
  await pass(44);
  assert.ok(mixer.sound.decoded.size <= 8);
});

test("what was cleared is silent and has no length", async () => {
  await load();
  mixer.play();
  mixer.clear();
  assert.deepEqual([mixer.length, mixer.position, mixer.playing], [0, 0, false]);
});
