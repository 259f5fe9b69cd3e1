// The mixer: plays the parts of a piece together, each at its own level. It knows no page.
// Positions and times are samples of the sound. The audio clock runs at the sound's own rate, so
// that its pieces, played end to end, leave no seam.

import { clamp } from "../shared/numbers.js";

export const RATE = 44100;

/** @param {number} seconds */
const samplesOf = (seconds) => Math.round(seconds * RATE);

const AHEAD = samplesOf(2.5); // scheduled in advance: a page in the background wakes once a second
const LEAD = samplesOf(0.04); // from a decision to its sound
const LONG_LEAD = samplesOf(0.25); // the same where nobody waits: busy computers need the time
const FADE = samplesOf(0.004); // where the music jumps, so that it does not click
const CACHED = 8; // decoded pieces, 4 s each: 56 MB for five parts
const LEVEL_TIME = 0.012; // seconds in which a level changes
const TICK = 150; // milliseconds
const BUFFERED = samplesOf(1.5); // of a new sound, before it replaces the one that plays

/** @typedef {import("../shared/payloads.js").Stream} StreamData */
/** @typedef {"ready" | "ended" | "failed"} MixerEvent */
/** @typedef {{ buffers: (AudioBuffer | null)[] | null }} Decoded null while it is being decoded */
/** @typedef {{ from: number, to: number }} Loop */
/** @typedef {{ at: number, from: number, length: number }} Span scheduled sound: when, and from where */

/**
 * A sound that is being fetched or played.
 *
 * @typedef {object} Loaded
 * @property {[number, number][][]} ranges for each piece and part, its bytes' start and end
 * @property {number[]} ends of the pieces, in bytes
 * @property {AbortController} abort
 * @property {boolean} isReported whether the page is told when it is ready
 * @property {Uint8Array} data
 * @property {number} arrived bytes
 * @property {Map<number, Decoded>} decoded pieces
 */

/** @typedef {StreamData & Loaded} Stream */

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

/** @param {StreamData} description */
const isMix = ({ parts }) => parts.length === 1 && parts[0] === "mix";

export class Mixer {
  /** @type {Map<string, number>} gain of each part; 1 if it is not there */
  levels = new Map();
  /** @type {Map<string, GainNode>} */
  channels = new Map();
  /** @type {AudioContext | null} */
  context = null;
  /** @type {GainNode | null} */
  output = null;
  /** @type {OfflineAudioContext | null} */
  decoder = null;
  /** @type {Stream | null} what plays */
  stream = null;
  /** @type {Stream | null} what will play as soon as it can continue from here */
  next = null;
  /** @type {{ url: string, description: StreamData } | null} fetched once the mix of it plays */
  parts = null;
  playing = false;
  repeats = false;
  /** @type {Loop | null} */
  loop = null;
  rest = 0; // position while nothing sounds
  /** @type {{ at: number, from: number } | null} when the next piece is due, and from where */
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
      this.output = this.context.createGain();
      this.output.connect(this.context.destination);
    }
    if (this.context.state !== "running") this.context.resume().catch(() => {});
  }

  get length() {
    return this.stream ? this.stream.samples : 0;
  }

  get position() {
    if (!this.playing || !this.spans.length) return this.rest;
    return this.positionAt(this.now() - samplesOf(this.context?.outputLatency || 0));
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
   * Fetch a sound, as `musegen.audio.write_stream` writes it. What plays goes on until it is there.
   * The parts of a piece replace its mix unheard.
   * @param {string} url @param {StreamData} description
   */
  load(url, description) {
    const { next } = this;
    if (next && isMix(next) && !isMix(description) && next.samples === description.samples) {
      this.parts = { url, description }; // the mix comes sooner
      return;
    }
    this.forget();
    this.fetch(url, description, true);
  }

  /** @param {string} url @param {StreamData} description @param {boolean} isReported */
  async fetch(url, description, isReported) {
    /** @type {number[]} */
    const ends = [];
    let total = 0;
    const ranges = description.bytes.map((lengths) => {
      const ofPiece = lengths.map((length) => {
        total += length;
        return /** @type {[number, number]} */ ([total - length, total]);
      });
      ends.push(total);
      return ofPiece;
    });
    const abort = new AbortController();
    const data = new Uint8Array(total);
    const next = { ...description, ranges, ends, abort, isReported, data, arrived: 0 };
    /** @type {Stream} */
    const stream = Object.assign(next, { decoded: new Map() });
    this.next = stream;
    try {
      const response = await fetch(url, { signal: abort.signal });
      if (!response.ok || !response.body) throw new Error(String(response.status));
      const reader = response.body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        stream.data.set(value, stream.arrived);
        stream.arrived += value.length;
        this.pump();
      }
      if (stream.arrived < total) throw new Error("The sound ended too soon");
    } catch {
      if (!abort.signal.aborted) this.fail(stream);
    }
  }

  /** Stop fetching what does not play yet. */
  forget() {
    this.next?.abort.abort();
    this.next = null;
    this.parts = null;
  }

  /** Stop playing, and drop everything. */
  clear() {
    this.forget();
    this.pause();
    this.stream?.abort.abort();
    this.stream = null;
    this.rest = 0;
  }

  /** @param {Stream} stream */
  fail(stream) {
    if (stream !== this.stream && stream !== this.next) return;
    stream.abort.abort();
    if (stream === this.next) this.next = null;
    if (!this.fetchParts(true)) this.changed("failed");
  }

  /** @param {boolean} isReported */
  fetchParts(isReported) {
    if (!this.parts) return false;
    const { url, description } = this.parts;
    this.parts = null;
    this.fetch(url, description, isReported);
    return true;
  }

  /**
   * The decoded parts of a piece of the sound, or null for now.
   * @param {Stream} stream @param {number} i
   */
  decode(stream, i) {
    const found = stream.decoded.get(i);
    if (found) {
      stream.decoded.delete(i); // to the end of the map: the pieces at its start are dropped first
      stream.decoded.set(i, found);
      return found.buffers;
    }
    if (i >= stream.ends.length || stream.arrived < stream.ends[i]) return null;
    this.decoder ||= new OfflineAudioContext(2, 1, RATE); // works before the first click
    const { decoder } = this;
    /** @type {Decoded} */
    const piece = { buffers: null };
    stream.decoded.set(i, piece);
    for (const old of stream.decoded.keys()) {
      if (stream.decoded.size > CACHED) stream.decoded.delete(old);
    }
    const parts = stream.ranges[i].map(([from, to]) =>
      from === to ? null : decoder.decodeAudioData(stream.data.slice(from, to).buffer),
    );
    Promise.all(parts).then(
      (buffers) => {
        piece.buffers = buffers;
        this.pump();
      },
      () => this.fail(stream),
    );
    return null;
  }

  // Playing ---------------------------------------------------------------------------------------

  play() {
    if (this.playing || !this.stream || !this.context) return;
    this.playing = true;
    if (this.rest >= this.length) this.rest = 0;
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
    if (this.stream) this.rest = Math.min(this.rest, this.length);
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
    this.cursor = { at, from: position };
    this.pump();
  }

  /**
   * Play on without a gap, with another continuation than was scheduled.
   * @param {number} lead
   */
  reschedule(lead) {
    if (!this.playing || !this.spans.length) return;
    const at = this.now() + lead;
    const from = Math.min(this.positionAt(at), this.length);
    this.fadeOut(at);
    this.spans = this.spans.filter((span) => span.at < at);
    for (const span of this.spans) span.length = Math.min(span.length, at - span.at);
    this.cursor = { at, from };
    this.pump();
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
   * @param {Stream} stream @param {number} from
   */
  upcoming(stream, from) {
    /** @type {Set<number>} */
    const pieces = new Set();
    const { loop } = this;
    let here = Math.min(from, stream.samples - 1);
    for (let left = this.playing ? BUFFERED : 1; left > 0; ) {
      const i = Math.floor(here / stream.each);
      pieces.add(i);
      const border = Math.min((i + 1) * stream.each, stream.samples);
      const jumps = loop && here >= loop.from && here < loop.to && loop.to <= border;
      const end = jumps ? loop.to : border;
      left -= end - here;
      here = jumps ? loop.from : end;
      if (here >= stream.samples) {
        if (!this.repeats) break;
        here = 0;
      }
    }
    return [...pieces];
  }

  /** Schedule what is due; called whenever something has arrived, was decoded or is wanted. */
  pump() {
    this.takeOver();
    const { stream } = this;
    if (!stream) return;
    if (!this.playing) {
      this.decode(stream, Math.floor(Math.min(this.rest, stream.samples - 1) / stream.each));
      return;
    }
    while (this.cursor && this.cursor.at < this.now() + AHEAD) {
      if (this.cursor.from >= stream.samples) {
        this.cursor = this.repeats ? { at: this.cursor.at, from: 0 } : null;
        if (this.cursor) this.fadeOut(this.cursor.at);
        continue;
      }
      const i = Math.floor(this.cursor.from / stream.each);
      const buffers = this.decode(stream, i);
      if (!buffers) return;
      this.schedule(stream, i, buffers, this.cursor);
      this.decode(stream, i + 1);
    }
  }

  /** Let the next sound replace the one that plays, if enough of it is there. */
  takeOver() {
    const { next } = this;
    if (!next) return;
    // Decode all of them, and only then see whether they are there.
    const decoded = this.upcoming(next, this.position).map((i) => this.decode(next, i));
    if (!decoded.every(Boolean)) return;
    const isFirst = !this.stream;
    this.stream?.abort.abort();
    this.stream = next;
    this.next = null;
    this.rest = Math.min(this.rest, this.length);
    if (!isFirst) this.reschedule(LONG_LEAD);
    if (next.isReported) this.changed("ready");
    this.fetchParts(false);
  }

  /**
   * @param {Stream} stream @param {number} i of the piece @param {(AudioBuffer | null)[]} buffers
   * @param {{ at: number, from: number }} cursor
   */
  schedule(stream, i, buffers, cursor) {
    const { context, loop } = this;
    if (!context) return;
    const { from } = cursor;
    const at = Math.max(cursor.at, this.now() + 128); // later than planned if it came late
    const start = i * stream.each;
    let end = Math.min(start + stream.each, stream.samples);
    const jumps = loop && from >= loop.from && from < loop.to && loop.to <= end;
    if (jumps) end = loop.to;
    const length = end - from;
    const last = this.voices[this.voices.length - 1];
    const goesOn = last && last.fadesAt === null && at === last.end;
    const voice = goesOn ? last : this.addVoice(context, stream, at, from);
    buffers.forEach((buffer, part) => {
      if (!buffer) return;
      const source = context.createBufferSource();
      source.buffer = buffer;
      source.connect(voice.gains[part]);
      const fade = jumps ? FADE : 0;
      source.start(at / RATE, (from - start) / RATE, (length + fade) / RATE);
      voice.sources.push(source);
    });
    voice.end = at + length;
    this.spans.push({ at, from, length });
    this.cursor = { at: at + length, from: jumps ? loop.from : end };
    if (jumps) this.fadeOut(this.cursor.at);
  }

  /**
   * Add a voice, which fades in unless it is the very beginning.
   * @param {AudioContext} context @param {Stream} stream @param {number} at @param {number} from
   * @returns {Voice}
   */
  addVoice(context, stream, at, from) {
    const gains = stream.parts.map((part) => {
      const gain = context.createGain();
      if (from) {
        gain.gain.value = 0; // from now on, as the event at `at` may come a sample late
        gain.gain.setValueAtTime(0, at / RATE);
        gain.gain.linearRampToValueAtTime(1, (at + FADE) / RATE);
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
   * @param {number} at
   */
  fadeOut(at) {
    for (const voice of this.voices) {
      if (voice.fadesAt !== null && voice.fadesAt <= at) continue;
      voice.fadesAt = at;
      const hasBegun = voice.at < at;
      for (const { gain } of voice.gains) {
        gain.cancelScheduledValues(at / RATE);
        gain.setValueAtTime(hasBegun ? 1 : 0, at / RATE);
        gain.linearRampToValueAtTime(0, (at + FADE) / RATE);
      }
      for (const source of voice.sources) source.stop((hasBegun ? at + FADE : at) / RATE);
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
