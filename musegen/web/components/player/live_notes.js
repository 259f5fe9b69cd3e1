// Notes that are played on a keyboard: they sound at once, on top of the music, with the instrument
// of its lead. The worker renders each note as a sound of its own, before anything else.

import { RATE } from "../synth/engine.js";
import { SEGMENT } from "../synth/renderer.js";

/** @import { SynthSound } from "./synth_sound.js" */
/** @import { Mixer } from "./mixer.js" */
/** @import { Synthesizer } from "./synthesizer.js" */

const MOST = 16; // notes at a time: the one that was played first ends
const BUFFERED = 3; // segments of a held note that are rendered ahead, .75 s
const SOON = 0.005; // seconds from a note's arrival to its start
const SHORTEST = 0.06; // seconds
const RELEASE = 0.07; // seconds in which a note that has ended falls to a third
const GONE = 8; // such times until it is silent
const TICK = 100; // milliseconds

/**
 * @typedef {object} Held
 * @property {SynthSound} sound
 * @property {GainNode} gain
 * @property {number | null} start seconds of the audio clock; null until it has arrived
 * @property {number} next segment that is to be scheduled
 * @property {boolean} isEnded
 */

export class LiveNotes {
  /** @type {Map<number, Held>} by pitch */
  #held = new Map();
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer = undefined;

  /** @param {Mixer} mixer @param {Synthesizer} synthesizer */
  constructor(mixer, synthesizer) {
    this.mixer = mixer;
    this.synthesizer = synthesizer;
  }

  /** Pitches that are held. */
  get pitches() {
    return [...this.#held.keys()];
  }

  /**
   * Start a note, if this page can make its sound; say whether it can.
   * @param {number} pitch @param {number} velocity @param {number} program
   * @param {string} [part]
   */
  start(pitch, velocity, program, part = "lead") {
    this.mixer.wake();
    const { context, output } = this.mixer;
    if (!context || !output || !this.synthesizer.isUsable) return false;
    this.end(pitch);
    const oldest = this.pitches[0];
    if (this.#held.size >= MOST) this.end(oldest);
    const gain = context.createGain();
    gain.connect(output);
    const sound = this.synthesizer.makeNote(part, program, pitch, velocity, (event) => {
      if (event === "failed") this.#drop(pitch, note);
      else this.#pump(note);
    });
    /** @type {Held} */
    const note = { sound, gain, start: null, next: 0, isEnded: false };
    this.#held.set(pitch, note);
    this.#timer ??= setInterval(() => this.#tick(), TICK);
    return true;
  }

  /** @param {number} pitch */
  end(pitch) {
    const note = this.#held.get(pitch);
    if (!note) return;
    this.#held.delete(pitch);
    note.isEnded = true;
    if (note.start !== null) this.#release(note);
  }

  endAll() {
    for (const pitch of this.pitches) this.end(pitch);
  }

  /** @param {number} pitch @param {Held} note that will not sound */
  #drop(pitch, note) {
    if (this.#held.get(pitch) === note) this.#held.delete(pitch);
    note.gain.disconnect();
    note.sound.close();
  }

  #tick() {
    for (const note of this.#held.values()) this.#pump(note);
    if (this.#held.size) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** @param {Held} note */
  #pump(note) {
    const { context } = this.mixer;
    const { sound, gain } = note;
    if (!context || (note.isEnded && note.start !== null)) return;
    const played = note.start === null ? 0 : (context.currentTime - note.start) * RATE;
    const last = Math.floor(played / SEGMENT) + BUFFERED;
    sound.want(Array.from({ length: last - note.next + 1 }, (_, i) => note.next + i));
    for (; note.next <= last && sound.has(note.next); note.next += 1) {
      const [buffer] = sound.get(note.next) ?? [];
      note.start ??= context.currentTime + SOON;
      if (!buffer) continue;
      const source = context.createBufferSource();
      source.buffer = buffer;
      source.connect(gain);
      const at = note.start + (note.next * SEGMENT) / RATE;
      const late = Math.max(0, context.currentTime - at);
      source.start(at + late, late);
    }
    if (note.isEnded && note.start !== null) this.#release(note);
  }

  /** @param {Held} note */
  #release({ sound, gain, start }) {
    const now = this.mixer.context?.currentTime ?? 0;
    const at = Math.max(now, (start ?? now) + SHORTEST);
    gain.gain.setTargetAtTime(0, at, RELEASE);
    setTimeout(() => gain.disconnect(), 1000 * (at - now + GONE * RELEASE));
    sound.close();
  }
}
