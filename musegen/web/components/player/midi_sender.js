// Sends what plays to a MIDI output, each note at the time at which it is heard here.

import { BLOCK, RATE } from "../synth/engine.js";

/** @import { Score } from "../synth/score.js" */
/** @import { Mixer, Span } from "./mixer.js" */
/** @import { MidiPorts } from "./midi_ports.js" */

const TICK = 50; // milliseconds
const AHEAD = 0.15; // seconds: what was sent cannot be taken back
const AHEAD_HIDDEN = 1.4; // a page in the background wakes once a second
const CHANNELS = ["lead", "counter", "chords", "bass"];
const DRUM_CHANNEL = 9;
const ALL_SOUND_OFF = 120;
const ALL_NOTES_OFF = 123;

/** @typedef {{ score: Score, programs: number[][] }} Music `programs`: of each part's channels */

/** @param {string} part */
const channelOf = (part) => (part === "drums" ? DRUM_CHANNEL : CHANNELS.indexOf(part));

export class MidiSender {
  /** @type {Span | null} the last one of which something was sent */
  #span = null;
  #sent = 0; // position up to which it was sent
  #last = 0; // time of the last message
  /** @type {Map<number, number>} program of each MIDI channel */
  #programs = new Map();
  #isSounding = false;
  /** @type {MIDIOutput | null} */
  #output = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer = undefined;

  /**
   * @param {Mixer} mixer @param {MidiPorts} ports @param {() => Music | null} getMusic what plays
   * @param {(part: string) => boolean} isHeard
   */
  constructor(mixer, ports, getMusic, isHeard) {
    this.mixer = mixer;
    this.ports = ports;
    this.getMusic = getMusic;
    this.isHeard = isHeard;
  }

  /** Begin to send, if there is an output, until there is none. */
  start() {
    this.#timer ??= setInterval(() => this.tick(), TICK);
  }

  /** Send what is heard next. */
  tick() {
    const { mixer, ports } = this;
    if (ports.output !== this.#output) {
      this.#silence();
      this.#output = ports.output;
      this.#programs.clear();
    }
    if (!ports.output) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    if (!ports.output || !mixer.context) return;
    if (!mixer.playing) return this.#silence();
    const until = mixer.now() + RATE * (document.hidden ? AHEAD_HIDDEN : AHEAD);
    const music = this.getMusic();
    if (music)
      for (const span of mixer.spans) if (span.at < until) this.#sendSpan(span, until, music);
  }

  /** @param {Span} span @param {number} until samples of the audio clock @param {Music} music */
  #sendSpan(span, until, music) {
    const { mixer } = this;
    const end = span.from + Math.min(span.length, until - span.at);
    const last = this.#span;
    if (last && span.at < last.at) return; // it was sent before
    const isContinued = last && Math.abs(span.from - span.at - (last.from - last.at)) <= 1;
    if (!isContinued) this.#silence();
    const now = span.from + Math.max(0, mixer.now() - span.at);
    const from = isContinued ? Math.max(span.from, this.#sent) : now;
    if (from >= end) return;
    this.#sendEvents(music, from, end, (position) => this.#timeOf(span.at + position - span.from));
    this.#span = span;
    this.#sent = end;
  }

  /**
   * The time of `performance.now()` at which a time of the audio clock is heard.
   * @param {number} at samples
   */
  #timeOf(at) {
    const [audio, page] = this.mixer.latency?.stamp ?? [0, 0];
    return page + 1000 * (at / RATE - audio);
  }

  /**
   * @param {Music} music @param {number} from @param {number} to positions
   * @param {(position: number) => number} timeOf
   */
  #sendEvents({ score, programs }, from, to, timeOf) {
    for (const [i, { name, events }] of score.parts.entries()) {
      if (!this.isHeard(name)) {
        this.#quiet(name);
        continue;
      }
      const channel = channelOf(name);
      const rows = events.length / 4;
      for (let row = firstAt(events, from); row < rows; row += 1) {
        const [block, own, pitch, velocity] = events.subarray(4 * row, 4 * row + 4);
        if (block * BLOCK >= to) break;
        const time = timeOf(block * BLOCK);
        const program = programs[i]?.[own] ?? 0;
        if (velocity && this.#programs.get(channel) !== program) {
          this.#programs.set(channel, program);
          this.#send([0xc0 | channel, program], time);
        }
        this.#send([(velocity ? 0x90 : 0x80) | channel, pitch, velocity], time);
      }
    }
  }

  /** @param {number[]} message @param {number} time */
  #send(message, time) {
    this.#isSounding = true;
    this.#last = Math.max(this.#last, time);
    this.#post(message, time);
  }

  /** @param {number[]} message @param {number} [time] */
  #post(message, time) {
    if (this.#output) this.ports.send(this.#output, message, time);
  }

  /** @param {string} part that was muted */
  #quiet(part) {
    const channel = channelOf(part);
    if (!this.#programs.delete(channel)) return; // it is silent already
    this.#post([0xb0 | channel, ALL_NOTES_OFF, 0], this.#last);
  }

  /** End all notes: now, and after what was sent already. */
  #silence() {
    this.#span = null;
    if (!this.#isSounding) return;
    this.#isSounding = false;
    const later = Math.max(this.#last, performance.now()) + 1;
    this.#last = 0;
    for (const time of [undefined, later]) {
      for (const channel of [0, 1, 2, 3, DRUM_CHANNEL]) {
        for (const controller of [ALL_NOTES_OFF, ALL_SOUND_OFF]) {
          this.#post([0xb0 | channel, controller, 0], time);
        }
      }
    }
  }
}

/**
 * The first row of events that is not before a position.
 * @param {Int32Array} events @param {number} position
 */
function firstAt(events, position) {
  let [low, high] = [0, events.length / 4];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (events[4 * middle] * BLOCK < position) low = middle + 1;
    else high = middle;
  }
  return low;
}
