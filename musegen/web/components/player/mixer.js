// The mixer: plays the parts of a piece together, each at its own level. It knows no page.
// Positions and times are samples of the sound. The audio clock runs at the sound's own rate, so
// that its pieces, played end to end, leave no seam.

import { clamp } from "../shared/numbers.js";
import { RATE } from "../synth/engine.js";
import { OutputLatency } from "./output_latency.js";

export { RATE };

/** @param {number} seconds */
const samplesOf = (seconds) => Math.round(seconds * RATE);

const AHEAD = samplesOf(2.5); // scheduled in advance: a page in the background wakes once a second
const LEAD = samplesOf(0.04); // from a decision to its sound
const LONG_LEAD = samplesOf(0.25); // the same where nobody waits
const FADE = samplesOf(0.004); // where the music jumps, so that it does not click
const LONG_FADE = samplesOf(0.4); // where only its loudness changes
const LEVEL_TIME = 0.012; // seconds in which a level changes
const TICK = 150; // milliseconds
const LOUDEST = 8; // peak, far over full scale, up to which the output is bent and not cut
const KNEE = 0.9; // peak from which on it is bent

/** @typedef {"arrived" | "measured" | "failed"} SoundEvent what has become of a sound */
/** @typedef {"ready" | "ended" | "failed" | "interrupted"} MixerEvent */
/** @typedef {{ from: number, to: number }} Loop */
/** @typedef {{ at: number, from: number, length: number }} Span scheduled sound: when, and from where */
/** @typedef {{ at: number, from: number, fade: number }} Cursor when the next piece is due, and from where */

/**
 * A sound in pieces of equal length. It calls `Mixer.soundChanged` when a piece has arrived.
 *
 * @typedef {object} Sound
 * @property {string} key equal for equal sounds
 * @property {string[]} parts names; `["mix"]` if they are mixed already
 * @property {number} samples length; infinite while it goes on
 * @property {number} [origin] samples before what is shown
 * @property {number} each samples in a piece; the last may be shorter
 * @property {number} buffered samples that are needed before it replaces the one that plays
 * @property {number} lead samples from then on until it is heard
 * @property {number[]} times seconds at the start of each bar, and at the end of the last
 * @property {(pieces: number[]) => void} want have pieces made, in this order
 * @property {(piece: number) => boolean} has
 * @property {(piece: number) => (AudioBuffer | null)[] | null} get null: not yet, or silence
 * @property {() => void} close it is not needed any more
 */

/**
 * What sounds between two jumps.
 *
 * @typedef {object} Voice
 * @property {number} at
 * @property {number} end
 * @property {GainNode[]} gains of the parts
 * @property {AudioBufferSourceNode[]} sources
 * @property {number | null} fadesAt
 */

export class Mixer {
  /** @type {Map<string, number>} gain of each part; 1 if it is not there */
  levels = new Map();
  /** @type {Map<string, GainNode>} */
  channels = new Map();
  /** @type {AudioContext | null} */
  context = null;
  /** @type {GainNode | null} */
  output = null;
  /** @type {OutputLatency | null} */
  latency = null;
  /** @type {Sound | null} what plays */
  sound = null;
  /** @type {Sound[]} what will play as soon as it can continue from here; the best comes first */
  next = [];
  playing = false;
  repeats = false;
  /** @type {Loop | null} */
  loop = null;
  rest = 0; // position while nothing sounds
  gaps = 0; // how often the music was late to go on, which leaves a silence
  /** @type {Cursor | null} */
  cursor = null;
  /** @type {Span[]} what was scheduled */
  spans = [];
  /** @type {Voice[]} */
  voices = [];
  /** @type {ReturnType<typeof setInterval> | undefined} */
  timer = undefined;

  /** @param {(event: MixerEvent) => void} changed */
  constructor(changed) {
    this.changed = changed;
  }

  /** Browsers let sound begin only during a click, a tap or a key; iOS is the strictest. */
  wake() {
    if (!this.context) {
      const session = Reflect.get(navigator, "audioSession");
      if (session) session.type = "playback"; // sounds even if the phone is set to silent
      this.context = new AudioContext({ sampleRate: RATE, latencyHint: "balanced" });
      this.latency = new OutputLatency(this.context);
      this.output = this.context.createGain();
      this.output.connect(makeLimiter(this.context));
      this.context.onstatechange = () => this.#followContext();
    }
    if (this.context.state !== "running") this.context.resume().catch(() => {});
  }

  /** A phone call, or the system, can stop the audio clock. */
  #followContext() {
    this.latency?.restart();
    if (!this.playing || this.context?.state === "running") return;
    this.pause();
    this.changed("interrupted");
  }

  get length() {
    return this.sound ? this.sound.samples : 0;
  }

  get position() {
    if (!this.playing || !this.spans.length) return this.rest;
    return this.positionAt(this.now() - samplesOf(this.latency?.seconds ?? 0));
  }

  now() {
    return Math.ceil((this.context?.currentTime ?? 0) * RATE);
  }

  /** @param {number} time */
  positionAt(time) {
    const span = this.spans.findLast(({ at }) => at <= time) ?? this.spans[0];
    return span.from + clamp(time - span.at, 0, span.length);
  }

  // Loading ---------------------------------------------------------------------------------------

  /**
   * Play a sound as soon as it can continue from here. What plays goes on until then.
   * @param {Sound} sound
   */
  load(sound) {
    this.forget();
    this.next = [sound];
    this.pump();
  }

  /**
   * Play a sound until the one that is being loaded can be played, if it comes sooner.
   * @param {Sound} sound
   */
  loadMeanwhile(sound) {
    this.next.push(sound);
    this.pump();
  }

  /** Drop what does not play yet. */
  forget() {
    for (const sound of this.next) sound.close();
    this.next = [];
  }

  /** Stop playing, and drop everything. */
  clear() {
    this.forget();
    this.pause();
    this.sound?.close();
    this.sound = null;
    this.rest = 0;
  }

  /** @param {Sound} sound @param {SoundEvent} event */
  soundChanged(sound, event) {
    if (sound !== this.sound && !this.next.includes(sound)) return;
    if (event === "measured" && sound === this.sound) this.reschedule(LONG_LEAD, LONG_FADE);
    else if (event !== "failed") this.pump();
    else {
      sound.close();
      this.next = this.next.filter((other) => other !== sound);
      if (!this.next.length) this.changed("failed");
    }
  }

  // Playing ---------------------------------------------------------------------------------------

  play() {
    if (this.playing || !this.sound || !this.context) return;
    this.playing = true;
    if (this.rest >= this.length) this.rest = this.sound.origin ?? 0;
    this.start(this.rest);
    this.timer = setInterval(() => this.tick(), TICK);
  }

  pause() {
    if (!this.playing) return;
    this.rest = this.position;
    this.playing = false;
    clearInterval(this.timer);
    this.fadeOut(this.now());
    this.cursor = null;
    this.spans = [];
  }

  /** @param {number} position */
  seek(position) {
    this.rest = Math.max(0, Math.round(position));
    if (this.sound) this.rest = Math.min(this.rest, this.length);
    if (this.playing) this.start(this.rest);
    else this.pump();
  }

  /** @param {Loop | null} loop */
  setLoop(loop) {
    this.loop = loop;
    this.reschedule(LEAD);
  }

  /** @param {boolean} repeats */
  setRepeat(repeats) {
    this.repeats = repeats;
    this.reschedule(LEAD);
  }

  /** @param {string} part @param {number} level */
  setLevel(part, level) {
    if ((this.levels.get(part) ?? 1) === level) return;
    this.levels.set(part, level);
    const time = this.context?.currentTime ?? 0;
    this.channels.get(part)?.gain.setTargetAtTime(level, time, LEVEL_TIME);
  }

  /**
   * Play from a position, whatever was scheduled.
   * @param {number} position
   */
  start(position) {
    const at = this.now() + LEAD;
    this.fadeOut(at);
    this.rest = position;
    this.spans = [];
    this.cursor = { at, from: position, fade: FADE };
    this.pump();
  }

  /**
   * Play on without a gap, with another continuation than was scheduled.
   * @param {number} lead @param {number} [fade] samples
   * @param {(position: number) => number} [convert] from positions in what plays
   */
  reschedule(lead, fade = FADE, convert = (position) => position) {
    if (!this.playing) return;
    if (!this.spans.length) {
      if (this.cursor) this.cursor.from = convert(this.cursor.from);
      return;
    }
    const at = this.now() + lead;
    const from = Math.min(convert(this.positionAt(at)), this.length);
    this.fadeOut(at, fade);
    this.spans = this.spans.filter((span) => span.at < at);
    for (const span of this.spans) span.length = Math.min(span.length, at - span.at);
    this.cursor = { at, from, fade };
    this.pump();
  }

  /**
   * What plays has changed from a position on: play that, and not what was scheduled.
   * @param {number} from
   */
  revised(from) {
    const last = this.spans[this.spans.length - 1];
    const end = last ? last.from + last.length : this.rest;
    if (!this.playing || end <= from) this.pump();
    else if (!last) this.start(from);
    else if (this.positionAt(this.now() + LEAD) < from) this.reschedule(LEAD);
    else this.start(from); // it comes late
  }

  tick() {
    this.pump();
    const now = this.now();
    while (this.spans.length > 1 && this.spans[1].at + RATE < now) this.spans.shift();
    this.voices = this.voices.filter((voice) => {
      if (voice.end + RATE > now) return true;
      for (const gain of voice.gains) gain.disconnect();
      return false;
    });
    const last = this.spans[this.spans.length - 1];
    if (!this.cursor && last && now >= last.at + last.length) {
      this.pause();
      this.rest = this.length;
      this.changed("ended");
    }
  }

  /**
   * Indices of the pieces of a sound that are heard next from a position on.
   * @param {Sound} sound @param {number} from @param {number} length @param {Loop | null} loop
   */
  upcoming(sound, from, length, loop) {
    /** @type {Set<number>} */
    const pieces = new Set();
    let here = Math.min(from, sound.samples - 1);
    for (let left = length; left > 0; ) {
      const i = Math.floor(here / sound.each);
      pieces.add(i);
      const border = Math.min((i + 1) * sound.each, sound.samples);
      const jumps = loop && here >= loop.from && here < loop.to && loop.to <= border;
      const end = jumps ? loop.to : border;
      left -= end - here;
      here = jumps ? loop.from : end;
      if (here >= sound.samples) {
        if (!this.repeats) break;
        here = 0;
      }
    }
    return [...pieces];
  }

  /** Schedule what is due; called whenever something has arrived or is wanted. */
  pump() {
    this.takeOver();
    const { sound } = this;
    if (!sound) return;
    while (this.playing && this.cursor && this.cursor.at < this.now() + AHEAD) {
      const { at, from, fade } = this.cursor;
      if (from >= sound.samples) {
        this.cursor = this.repeats ? { at, from: 0, fade } : null;
        if (this.cursor) this.fadeOut(at);
        continue;
      }
      const i = Math.floor(from / sound.each);
      const buffers = sound.get(i);
      if (!buffers) break;
      this.schedule(sound, i, buffers, this.cursor);
    }
    const from = this.playing ? this.cursor?.from : this.rest;
    const length = this.playing ? AHEAD : 1;
    if (from !== undefined) sound.want(this.upcoming(sound, from, length, this.loop));
  }

  /** Let the best of the next sounds of which enough is there replace the one that plays. */
  takeOver() {
    const best = this.next.findIndex((next) => this.#canContinue(next));
    if (best < 0) return;
    const { sound } = this;
    const next = this.next[best];
    for (const other of [...this.next.splice(best).slice(1), ...(sound ? [sound] : [])]) {
      other.close();
    }
    const convert = converter(sound, next);
    this.sound = next;
    this.rest = Math.min(convert(this.rest), this.length);
    this.loop = convertLoop(this.loop, convert);
    if (sound) this.reschedule(next.lead, FADE, convert);
    this.changed("ready");
  }

  /** @param {Sound} next */
  #canContinue(next) {
    const convert = converter(this.sound, next);
    const length = this.playing ? next.buffered + next.lead : 1;
    const loop = convertLoop(this.loop, convert);
    const pieces = this.upcoming(next, convert(this.position), length, loop);
    next.want(pieces);
    return pieces.every((i) => next.has(i));
  }

  /**
   * @param {Sound} sound @param {number} i of the piece @param {(AudioBuffer | null)[]} buffers
   * @param {Cursor} cursor
   */
  schedule(sound, i, buffers, cursor) {
    const { context, loop } = this;
    if (!context) return;
    const { from, fade } = cursor;
    const at = Math.max(cursor.at, this.now() + 128); // later than planned if it came late
    if (at > cursor.at && this.spans.length) this.gaps += 1;
    const start = i * sound.each;
    let end = Math.min(start + sound.each, sound.samples);
    const jumps = loop && from >= loop.from && from < loop.to && loop.to <= end;
    if (jumps) end = loop.to;
    const length = end - from;
    const last = this.voices[this.voices.length - 1];
    const goesOn = last && last.fadesAt === null && at === last.end;
    const voice = goesOn ? last : this.addVoice(context, sound, at, from && fade);
    buffers.forEach((buffer, part) => {
      if (!buffer) return;
      const source = context.createBufferSource();
      source.buffer = buffer;
      source.connect(voice.gains[part]);
      const more = jumps ? FADE : 0;
      source.start(at / RATE, (from - start) / RATE, (length + more) / RATE);
      voice.sources.push(source);
    });
    voice.end = at + length;
    this.spans.push({ at, from, length });
    this.cursor = { at: at + length, from: jumps ? loop.from : end, fade: FADE };
    if (jumps) this.fadeOut(this.cursor.at);
  }

  /**
   * Add a voice, which fades in.
   * @param {AudioContext} context @param {Sound} sound @param {number} at @param {number} fade
   * @returns {Voice}
   */
  addVoice(context, sound, at, fade) {
    const gains = sound.parts.map((part) => {
      const gain = context.createGain();
      if (fade) {
        gain.gain.value = 0; // from now on, as the event at `at` may come a sample late
        gain.gain.setValueAtTime(0, at / RATE);
        gain.gain.linearRampToValueAtTime(1, (at + fade) / RATE);
      }
      gain.connect(this.channel(context, part));
      return gain;
    });
    /** @type {Voice} */
    const voice = { at, end: at, gains, sources: [], fadesAt: null };
    this.voices.push(voice);
    return voice;
  }

  /**
   * Let what sounds fade out at a time, and cancel what was to begin after it.
   * @param {number} at @param {number} [fade] samples
   */
  fadeOut(at, fade = FADE) {
    for (const voice of this.voices) {
      if (voice.fadesAt !== null && voice.fadesAt <= at) continue;
      voice.fadesAt = at;
      const hasBegun = voice.at < at;
      for (const { gain } of voice.gains) {
        gain.cancelScheduledValues(at / RATE);
        gain.setValueAtTime(hasBegun ? 1 : 0, at / RATE);
        gain.linearRampToValueAtTime(0, (at + fade) / RATE);
      }
      for (const source of voice.sources) source.stop((hasBegun ? at + fade : at) / RATE);
      voice.end = Math.min(voice.end, at);
    }
  }

  /** @param {AudioContext} context @param {string} part */
  channel(context, part) {
    let channel = this.channels.get(part);
    if (!channel) {
      channel = context.createGain();
      channel.gain.value = this.levels.get(part) ?? 1;
      channel.connect(this.output ?? context.destination);
      this.channels.set(part, channel);
    }
    return channel;
  }
}

/**
 * Make a function that converts positions in one sound to those in another: in the same music at
 * other tempos they are at other times.
 * @param {Sound | null} sound @param {Sound} next
 */
function converter(sound, next) {
  const to = next.times;
  const from = sound?.times ?? to;
  const phrases = Math.min(from.length, to.length) - 1;
  return (/** @type {number} */ position) => {
    const seconds = position / RATE;
    const i = Math.min(
      from.findLastIndex((start) => start <= seconds),
      phrases,
    );
    if (from === to || i < 0) return position;
    const ratio = i < phrases ? (to[i + 1] - to[i]) / (from[i + 1] - from[i]) : 1;
    return Math.round((to[i] + (seconds - from[i]) * ratio) * RATE);
  };
}

/** @param {Loop | null} loop @param {(position: number) => number} convert */
const convertLoop = (loop, convert) => loop && { from: convert(loop.from), to: convert(loop.to) };

/**
 * Make what the output goes through: parts that are louder together than was foreseen are bent to full
 * scale. What stays below `KNEE` passes unchanged.
 * @param {AudioContext} context
 */
function makeLimiter(context) {
  const input = context.createGain();
  const shaper = context.createWaveShaper();
  input.gain.value = 1 / LOUDEST;
  const points = 2 * LOUDEST * 200 + 1;
  shaper.curve = Float32Array.from({ length: points }, (_, i) => {
    const value = LOUDEST * ((2 * i) / (points - 1) - 1);
    const over = Math.max(0, Math.abs(value) - KNEE);
    return (
      Math.sign(value) *
      (Math.min(Math.abs(value), KNEE) + (1 - KNEE) * Math.tanh(over / (1 - KNEE)))
    );
  });
  input.connect(shaper);
  shaper.connect(context.destination);
  return input;
}
