import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { LiveNotes } from "../../musegen/web/components/player/live_notes.js";
import { MidiPorts } from "../../musegen/web/components/player/midi_ports.js";
import { MidiSender } from "../../musegen/web/components/player/midi_sender.js";

const RATE = 44100;
const BLOCK = 64;

let said;
let played;
let ports;

/** A device, plugged in. */
const device = (type, name, more = {}) => ({ id: name, name, type, state: "connected", ...more });

function setNavigator(value) {
  Object.defineProperty(globalThis, "navigator", { value, configurable: true });
}

/** A browser in which these devices are plugged in. */
function plugIn(...devices) {
  const of = (type) => new Map(devices.filter((d) => d.type === type).map((d) => [d.id, d]));
  const access = { inputs: of("input"), outputs: of("output"), onstatechange: null };
  setNavigator({ requestMIDIAccess: async () => access });
  return access;
}

beforeEach(() => {
  said = [];
  played = [];
  globalThis.document = { hidden: false };
  ports = new MidiPorts({
    noteOn: (pitch, velocity) => played.push(["on", pitch, velocity]),
    noteOff: (pitch) => played.push(["off", pitch]),
    say: (line) => said.push(line),
    changed: () => {},
  });
});

test("a keyboard plays, also one that ends notes with velocity 0", async () => {
  const keyboard = device("input", "Keys");
  plugIn(keyboard);
  await ports.open();
  assert.deepEqual(said, ["Play on Keys"]);
  for (const message of [[0x93, 60, 80], [0x93, 60, 0], [0x82, 61, 40], [0xf8], [0xb0, 64, 127]]) {
    keyboard.onmidimessage({ data: Uint8Array.from(message) });
  }
  assert.deepEqual(played, [
    ["on", 60, 80],
    ["off", 60],
    ["off", 61],
  ]);
});

test("a line says why there is no MIDI", async () => {
  setNavigator({});
  assert.match(ports.obstacle, /^This browser has no MIDI/);
  setNavigator({ requestMIDIAccess: () => Promise.reject(new Error("denied")) });
  assert.equal(ports.obstacle, "");
  await ports.open();
  assert.match(said[0], /^MIDI was not allowed/);
  plugIn();
  await ports.open();
  assert.equal(said[1], "No MIDI device is connected");
});

test("what is plugged in later plays, and what is unplugged is named", async () => {
  const access = plugIn();
  await ports.open();
  const late = device("input", "Late");
  access.inputs.set("Late", late);
  access.onstatechange({ port: late });
  late.onmidimessage({ data: Uint8Array.of(0x90, 50, 1) });
  assert.equal(played.length, 1);
  late.state = "disconnected";
  access.onstatechange({ port: late });
  assert.equal(said.at(-1), "Late was unplugged");
});

// Output

let messages;
let mixer;
let music;
let sender;
let output;

/** Send what is heard in some seconds, tick by tick, as the mixer schedules it. */
function pass(seconds) {
  for (let i = 0; i < seconds * 20; i += 1) {
    mixer.context.currentTime += 0.05;
    sender.tick();
  }
}

const at = (block, channel, pitch, velocity) => [block, channel, pitch, velocity];
const span = (from, to, late = 0) => ({
  at: Math.round((from + late) * RATE),
  from: Math.round(from * RATE),
  length: Math.round((to - from) * RATE),
});

async function startSending() {
  messages = [];
  output = device("output", "Synth", { send: (data, time) => messages.push({ data, time }) });
  const access = plugIn(output);
  await ports.open();
  ports.chooseOutput("Synth");
  const second = Math.round(RATE / BLOCK);
  const lead = [at(second, 0, 60, 90), at(2 * second, 0, 60, 0), at(2 * second, 1, 62, 90)];
  const events = Int32Array.from([...lead, at(3 * second, 1, 62, 0)].flat());
  const drums = Int32Array.from([at(second, 0, 36, 100), at(second + 9, 0, 36, 0)].flat());
  const parts = [
    { name: "lead", events },
    { name: "drums", events: drums },
  ];
  music = { score: { parts }, programs: [[73, 40], [8]] };
  mixer = {
    playing: true,
    context: { currentTime: 0 },
    latency: {
      get stamp() {
        return [mixer.context.currentTime, 5000 + 1000 * mixer.context.currentTime];
      },
    },
    spans: [span(0, 2), span(2, 4)],
    now: () => Math.ceil(mixer.context.currentTime * RATE),
  };
  sender = new MidiSender(
    mixer,
    ports,
    () => music,
    (part) => part !== "bass",
  );
  return access;
}

const notes = () => messages.filter(({ data }) => (data[0] & 0xe0) === 0x80);

test("notes are sent once, ahead of time, with the time at which they are heard", async () => {
  await startSending();
  pass(4);
  assert.deepEqual(
    notes().map(({ data, time }) => [...data, Math.round((time - 5000) / 10)]),
    [
      [0x90, 60, 90, 100],
      [0x99, 36, 100, 100],
      [0x89, 36, 0, 101],
      [0x80, 60, 0, 200],
      [0x90, 62, 90, 200],
      [0x80, 62, 0, 300],
    ],
  );
  const programs = messages.filter(({ data }) => data[0] >> 4 === 0xc);
  assert.deepEqual(
    programs.map(({ data }) => data),
    [
      [0xc0, 73],
      [0xc9, 8],
      [0xc0, 40],
    ],
  );
});

test("at a pause all notes end, at once and after what was sent already", async () => {
  await startSending();
  pass(1.5);
  messages.length = 0;
  mixer.playing = false;
  sender.tick();
  const off = messages.filter(({ data }) => data[0] >> 4 === 0xb && data[1] === 123);
  assert.deepEqual([...new Set(off.map(({ data }) => data[0] & 15))], [0, 1, 2, 3, 9]);
  assert.ok(off.some(({ time }) => time === undefined) && off.some(({ time }) => time > 6000));
  const count = messages.length;
  sender.tick();
  assert.equal(messages.length, count);
});

test("after a jump all notes end, and the music goes on from there", async () => {
  await startSending();
  pass(1.5);
  messages.length = 0;
  mixer.spans = [{ ...span(0, 2), at: mixer.now() }]; // back to the start
  pass(1.5);
  assert.ok(messages[0].data[0] >> 4 === 0xb);
  const [first] = notes();
  assert.deepEqual(first.data, [0x90, 60, 90]);
  assert.ok(Math.abs(first.time - 7500) < 20, `${first.time}`);
});

test("a device that is unplugged while it plays is named, and nothing more is sent", async () => {
  const access = await startSending();
  pass(1.2);
  output.state = "disconnected";
  output.send = () => {
    throw new Error("InvalidStateError");
  };
  access.onstatechange({ port: output });
  pass(1);
  assert.deepEqual(said.slice(1), ["Synth was unplugged: nothing is sent to it any more"]);
  assert.equal(ports.output, null);
});

// Notes that sound at once

test("a note starts when its sound has come, and fades when it ends", () => {
  const sources = [];
  const gain = { events: [], setTargetAtTime: (...event) => gain.events.push(event) };
  const context = {
    currentTime: 1,
    createGain: () => ({ gain, connect() {}, disconnect() {} }),
    createBufferSource() {
      const source = { connect() {}, start: (time) => sources.push(time) };
      return source;
    },
  };
  let arrive;
  const asked = [];
  const sound = {
    want: (segments) => asked.push(...segments),
    has: (i) => i < 4 && asked.includes(i),
    get: () => [{}],
    close: () => asked.push("closed"),
  };
  const synthesizer = {
    isUsable: true,
    makeNote: (part, program, pitch, velocity, changed) => {
      arrive = changed;
      assert.deepEqual([part, program, pitch, velocity], ["lead", 73, 60, 90]);
      return sound;
    },
  };
  const live = new LiveNotes({ wake() {}, context, output: {} }, synthesizer);
  assert.ok(live.start(60, 90, 73));
  assert.deepEqual(sources, []);
  arrive();
  assert.equal(sources.length, 4);
  assert.ok(sources[0] - 1 < 0.01);
  assert.ok(Math.abs(sources[1] - sources[0] - (172 * 64) / RATE) < 1e-9);
  context.currentTime = 1.5;
  live.end(60);
  assert.deepEqual(gain.events[0].slice(0, 2), [0, 1.5]);
  assert.equal(asked.at(-1), "closed");
  assert.deepEqual(live.pitches, []);
});

test("without the page's own sound no note is played", () => {
  const live = new LiveNotes({ wake() {}, context: {}, output: {} }, { isUsable: false });
  assert.ok(!live.start(60, 90, 0));
});
