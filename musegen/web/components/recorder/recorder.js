// The button that records a voice. The recording is decoded here and uploaded as a WAV file, since
// each browser records in a format of its own, which the server could not read.

import { find, setPressed, setText } from "../shared/dom.js";
import { clock, describeRefusal, encodeWav } from "./wav.js";

/** @import { Component } from "../shared/payloads.js" */

const RATE = 22050; // samples a second: enough for any voice, a quarter of the upload
const LONGEST = 180; // seconds, as `musegen.hearing.sound_files` reads
const SHORTEST = 0.5;
const UPLOAD = ".mg-recording input[type=file]";
// What browsers do for telephony spoils pitch and loudness.
const VOICE = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };

/** @param {Component<null>} component */
export function start({ element }) {
  const root = find(element, ".mg-recorder", HTMLElement);
  const button = find(root, ".mg-record", HTMLButtonElement);
  const name = find(root, ".mg-record-name", HTMLElement);
  const level = find(root, ".mg-record-level", HTMLElement);
  const said = find(root, ".mg-record-said", HTMLElement);
  /** @type {{ stop: () => void } | null} what is being recorded */
  let take = null;
  let isAsking = false;

  /** @param {string} text */
  function say(text) {
    said.hidden = !text;
    setText(said, text);
  }

  function render() {
    setPressed(button, take !== null);
    if (!take) {
      setText(name, "Sing or hum a tune");
      level.style.setProperty("--level", "0");
    }
  }

  async function record() {
    isAsking = true;
    say("");
    try {
      const stream = await openMicrophone();
      take = takeFrom(stream, {
        heard(seconds, loudness) {
          setText(name, `Stop, and hear it: ${clock(seconds)}`);
          level.style.setProperty("--level", loudness.toFixed(2));
          if (seconds >= LONGEST) take?.stop();
        },
        async ended(data) {
          take = null;
          render();
          await finish(data);
        },
      });
      render();
    } catch (error) {
      say(describeRefusal(error));
    } finally {
      isAsking = false;
    }
  }

  /** @param {Blob} data */
  async function finish(data) {
    try {
      const samples = await decode(data);
      if (samples.length < SHORTEST * RATE) return say("That was very short: sing a whole tune");
      upload(new File([encodeWav(samples, RATE)], "Hummed tune.wav", { type: "audio/wav" }));
    } catch {
      say("This browser could not make a sound file of the recording: give one as a file instead");
    }
  }

  button.addEventListener("click", () => {
    if (take) take.stop();
    else if (!isAsking) record();
  });
  render();
}

async function openMicrophone() {
  const { mediaDevices } = navigator;
  // Missing where the address is neither https nor this computer's own.
  if (!mediaDevices?.getUserMedia || !globalThis.MediaRecorder) throw new Error("no microphone");
  return await mediaDevices.getUserMedia({ audio: VOICE });
}

/**
 * Record a stream until it is stopped, or the microphone is unplugged.
 *
 * @param {MediaStream} stream
 * @param {object} events
 * @param {(seconds: number, loudness: number) => void} events.heard some times a second
 * @param {(data: Blob) => void} events.ended
 */
function takeFrom(stream, { heard, ended }) {
  const recorder = new MediaRecorder(stream);
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  const wave = new Float32Array(analyser.fftSize);
  context.createMediaStreamSource(stream).connect(analyser);
  /** @type {Blob[]} */
  const chunks = [];
  const began = performance.now();
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(wave);
    const peak = wave.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    heard((performance.now() - began) / 1000, Math.min(1, Math.sqrt(peak)));
  }, 100);
  recorder.addEventListener("dataavailable", ({ data }) => chunks.push(data));
  recorder.addEventListener("stop", () => {
    clearInterval(timer);
    for (const track of stream.getTracks()) track.stop(); // the browser shows that it has ended
    context.close();
    ended(new Blob(chunks, { type: recorder.mimeType }));
  });
  recorder.start();
  return {
    stop() {
      if (recorder.state !== "inactive") recorder.stop();
    },
  };
}

/**
 * The samples of a recording, one channel at `RATE`.
 * @param {Blob} data
 */
async function decode(data) {
  const decoder = new OfflineAudioContext(1, 1, RATE); // it decodes to its own rate
  const buffer = await decoder.decodeAudioData(await data.arrayBuffer());
  const samples = new Float32Array(buffer.length);
  for (let channel = 0; channel < buffer.numberOfChannels; channel += 1) {
    buffer.getChannelData(channel).forEach((value, i) => {
      samples[i] += value / buffer.numberOfChannels;
    });
  }
  return samples;
}

/** Upload a file as if a visitor had chosen it. @param {File} file */
function upload(file) {
  const input = document.querySelector(UPLOAD);
  if (!(input instanceof HTMLInputElement)) throw new Error(`There is no input at ${UPLOAD}`);
  const files = new DataTransfer();
  files.items.add(file);
  input.files = files.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}
