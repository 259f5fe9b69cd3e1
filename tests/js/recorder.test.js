import assert from "node:assert/strict";
import { test } from "node:test";
import { clock, describeRefusal, encodeWav } from "../../musegen/web/components/recorder/wav.js";

test("a recording becomes a WAV file of one channel", () => {
  const view = new DataView(encodeWav(new Float32Array([0, 0.5, -1, 2]), 22050));
  const text = (at) => String.fromCharCode(...new Uint8Array(view.buffer, at, 4));
  assert.deepEqual([text(0), text(8), text(36)], ["RIFF", "WAVE", "data"]);
  assert.equal(view.getUint32(24, true), 22050);
  assert.equal(view.getUint32(40, true), 8);
  const samples = [0, 1, 2, 3].map((i) => view.getInt16(44 + 2 * i, true));
  assert.deepEqual(samples, [0, 16384, -32767, 32767]);
});

test("the length of a recording is shown in minutes and seconds", () => {
  assert.equal(clock(75.9), "1:15");
});

test("what keeps the microphone from working is said in one line", () => {
  const refusal = (name) => describeRefusal(new DOMException("", name));
  assert.match(refusal("NotAllowedError"), /not allowed: allow it/);
  assert.match(refusal("NotFoundError"), /No microphone was found/);
  assert.match(refusal("NotReadableError"), /another program/);
  assert.match(describeRefusal(new TypeError()), /give a recording as a file/);
});
