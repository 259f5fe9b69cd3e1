// The mixer: plays the parts of a piece together, each as loud as is wished. It knows no page.
// Positions and times are samples of the sound. The audio clock runs at the sound's own rate, so
// that pieces of it played end to end leave no seam.

const RATE = 44100;
const seconds = (time) => Math.round(time * RATE);
const AHEAD = seconds(2.5); // handed over beforehand: a page in the background wakes once a second
const LEAD = seconds(0.04); // from a decision to its sound
const CALM = seconds(0.25); // the same where nobody waits for it: a busy computer keeps up, too
const FADE = seconds(0.004); // where the music jumps, so that it does not click
const DECODED = 8; // pieces kept decoded, 4 s each: 56 MB for five parts
const TURN = 0.012; // s in which a part comes or goes
const TICK = 150; // ms
const SURE = seconds(1.5); // of a sound that is there before what plays gives way to it

const isWhole = ({ parts }) => parts.length === 1 && parts[0] === "mix";

class Mixer {
  // `changed` is called with "ready", "ended" or "failed".
  constructor(changed) {
    this.changed = changed;
    this.levels = new Map(); // gain of each part by name, 1 if it is not there
    this.channels = new Map(); // GainNode of each part
    this.context = null;
    this.decoder = null;
    this.stream = null; // what plays
    this.next = null; // what will as soon as it can play on from here
    this.parts = null; // what is to be loaded once the mix of it plays: its address and description
    this.playing = false;
    this.repeats = false;
    this.loop = null; // { from, to }
    this.rest = 0; // position as long as nothing sounds
    this.cursor = null; // { at, from }: when the next piece is due, and where in the sound it begins
    this.spans = []; // { at, from, length }: what was handed over
    this.voices = [];
    this.timer = 0;
  }

  // Browsers let sound begin only inside a click, a tap or a key; iOS is the strictest.
  wake() {
    if (!this.context) {
      if (navigator.audioSession) navigator.audioSession.type = "playback"; // not the ring switch
      this.context = new AudioContext({ sampleRate: RATE, latencyHint: "balanced" });
      this.output = this.context.createGain();
      this.output.connect(this.context.destination);
    }
    if (this.context.state !== "running") this.context.resume().catch(() => {});
  }

  get length() { return this.stream ? this.stream.samples : 0; }

  get position() {
    if (!this.playing || !this.spans.length) return this.rest;
    const late = this.context.outputLatency || 0;
    return this.positionAt(this.now() - seconds(late));
  }

  now() { return Math.ceil(this.context.currentTime * RATE); }

  positionAt(time) {
    let span = this.spans[0];
    for (const other of this.spans) if (other.at <= time) span = other;
    return span.from + Math.min(span.length, Math.max(0, time - span.at));
  }

  // Loading -------------------------------------------------------------------------------------

  // Fetch a sound, as `musegen.audio.write_stream` wrote it. What plays goes on until it is there.
  // Is that the mix of the same piece, nobody hears that its parts take over.
  load(url, description) {
    const { next } = this;
    if (next && isWhole(next) && !isWhole(description) && next.samples === description.samples) {
      this.parts = [url, description]; // the mix is less to wait for
      return;
    }
    this.forget();
    this.fetch(url, description, true);
  }

  // What is `told` of is what the page asked for last.
  async fetch(url, description, told) {
    const ends = [];
    let total = 0;
    const places = description.bytes.map((lengths) => {
      const place = lengths.map((length) => [total, (total += length)]);
      ends.push(total);
      return place;
    });
    const halt = new AbortController();
    const next = {
      ...description, url, places, ends, halt, told,
      data: new Uint8Array(total), arrived: 0, decoded: new Map(),
    };
    this.next = next;
    try {
      const answer = await fetch(url, { signal: halt.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      const reader = answer.body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        next.data.set(value, next.arrived);
        next.arrived += value.length;
        this.pump();
      }
      if (next.arrived < total) throw new Error("it ended too soon");
    } catch (error) {
      if (error.name !== "AbortError") this.fail(next);
    }
  }

  forget() {
    if (this.next) this.next.halt.abort();
    this.next = null;
    this.parts = null;
  }

  // Let go of everything.
  clear() {
    this.forget();
    this.pause();
    if (this.stream) this.stream.halt.abort();
    this.stream = null;
    this.rest = 0;
  }

  fail(stream) {
    if (stream !== this.stream && stream !== this.next) return;
    stream.halt.abort();
    if (stream === this.next) this.next = null;
    if (this.parts) this.fetchParts(true);
    else this.changed("failed");
  }

  fetchParts(told) {
    const [url, description] = this.parts;
    this.parts = null;
    this.fetch(url, description, told);
  }

  // The decoded parts of a piece of the sound, or null for now.
  piece(stream, i) {
    const found = stream.decoded.get(i);
    if (found) {
      stream.decoded.delete(i); // the oldest are those that nobody asked for longest
      stream.decoded.set(i, found);
      return found.buffers;
    }
    if (i >= stream.ends.length || stream.arrived < stream.ends[i]) return null;
    this.decoder ||= new OfflineAudioContext(2, 1, RATE); // needs no click
    const slot = { buffers: null };
    stream.decoded.set(i, slot);
    for (const old of stream.decoded.keys()) {
      if (stream.decoded.size > DECODED) stream.decoded.delete(old);
    }
    Promise.all(stream.places[i].map(([from, to]) =>
      from === to ? null : this.decoder.decodeAudioData(stream.data.slice(from, to).buffer),
    )).then((buffers) => {
      slot.buffers = buffers;
      this.pump();
    }, () => this.fail(stream));
    return null;
  }

  // Playing -------------------------------------------------------------------------------------

  play() {
    if (this.playing || !this.stream || !this.context) return;
    this.playing = true;
    if (this.rest >= this.length) this.rest = 0;
    this.go(this.rest);
    this.timer = setInterval(() => this.tick(), TICK);
  }

  pause() {
    if (!this.playing) return;
    this.rest = this.position;
    this.playing = false;
    clearInterval(this.timer);
    this.hush(this.now());
    this.cursor = null;
    this.spans = [];
  }

  seek(position) {
    this.rest = Math.max(0, Math.round(position));
    if (this.stream) this.rest = Math.min(this.rest, this.length);
    if (this.playing) this.go(this.rest);
    else this.pump();
  }

  setLoop(loop) {
    this.loop = loop;
    this.goOn();
  }

  setRepeat(repeats) {
    this.repeats = repeats;
    this.goOn();
  }

  setLevel(part, level) {
    this.levels.set(part, level);
    const channel = this.channels.get(part);
    if (channel) channel.gain.setTargetAtTime(level, this.context.currentTime, TURN);
  }

  // Play from a position, whatever was to be played.
  go(position) {
    const at = this.now() + LEAD;
    this.hush(at);
    this.rest = position;
    this.spans = [];
    this.cursor = { at, from: position };
    this.pump();
  }

  // Play on without a gap, what comes being another than was thought.
  goOn(lead = LEAD) {
    if (!this.playing || !this.spans.length) return;
    const at = this.now() + lead;
    const from = Math.min(this.positionAt(at), this.length);
    this.hush(at);
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

  // The pieces of a sound that are to be heard from a position on.
  coming(stream, from) {
    const pieces = new Set();
    const { to = -1, from: back } = this.loop || {};
    let here = Math.min(from, stream.samples - 1);
    for (let left = this.playing ? SURE : 1; left > 0;) {
      const i = Math.floor(here / stream.each);
      pieces.add(i);
      const border = Math.min((i + 1) * stream.each, stream.samples);
      const jumps = this.loop && here >= back && here < to && to <= border;
      const end = jumps ? to : border;
      left -= end - here;
      here = jumps ? back : end;
      if (here >= stream.samples) {
        if (!this.repeats) break;
        here = 0;
      }
    }
    return [...pieces];
  }

  // Hand over what is due; called whenever something has arrived, was decoded or is wanted.
  pump() {
    const { next } = this;
    // All are asked for before it is looked whether they are there.
    if (next && this.coming(next, this.position).map((i) => this.piece(next, i)).every(Boolean)) {
      const first = !this.stream;
      if (this.stream) this.stream.halt.abort();
      [this.stream, this.next] = [next, null];
      this.rest = Math.min(this.rest, this.length);
      if (!first) this.goOn(CALM);
      if (next.told) this.changed("ready");
      if (this.parts) this.fetchParts(false);
    }
    const { stream } = this;
    if (!stream) return;
    if (!this.playing) {
      this.piece(stream, Math.floor(Math.min(this.rest, stream.samples - 1) / stream.each));
      return;
    }
    while (this.cursor && this.cursor.at < this.now() + AHEAD) {
      if (this.cursor.from >= stream.samples) {
        this.cursor = this.repeats ? { at: this.cursor.at, from: 0 } : null;
        if (this.cursor) this.hush(this.cursor.at);
        continue;
      }
      const i = Math.floor(this.cursor.from / stream.each);
      const buffers = this.piece(stream, i);
      if (!buffers) return;
      this.hand(stream, i, buffers);
      this.piece(stream, i + 1);
    }
  }

  hand(stream, i, buffers) {
    const { from } = this.cursor;
    const at = Math.max(this.cursor.at, this.now() + 128); // later than planned if it came late
    const start = i * stream.each;
    const inLoop = this.loop && from >= this.loop.from && from < this.loop.to;
    let end = Math.min(start + stream.each, stream.samples);
    const jumps = inLoop && this.loop.to <= end;
    if (jumps) end = this.loop.to;
    let voice = this.voices[this.voices.length - 1];
    if (!voice || voice.hushed || at !== voice.end) voice = this.speak(stream, at, from);
    const length = end - from;
    buffers.forEach((buffer, part) => {
      if (!buffer) return;
      const source = this.context.createBufferSource();
      source.buffer = buffer;
      source.connect(voice.gains[part]);
      source.start(at / RATE, (from - start) / RATE, (length + (jumps ? FADE : 0)) / RATE);
      voice.sources.push(source);
    });
    voice.end = at + length;
    this.spans.push({ at, from, length });
    this.cursor = { at: at + length, from: end };
    if (jumps) {
      this.hush(this.cursor.at);
      this.cursor.from = this.loop.from;
    }
  }

  // A voice: what sounds between two jumps. It fades in, but for the very beginning.
  speak(stream, at, from) {
    const gains = stream.parts.map((part) => {
      const gain = this.context.createGain();
      if (from) {
        gain.gain.value = 0; // from now on: at `at` it might come a sample too late
        gain.gain.setValueAtTime(0, at / RATE);
        gain.gain.linearRampToValueAtTime(1, (at + FADE) / RATE);
      }
      gain.connect(this.channel(part));
      return gain;
    });
    const voice = { at, end: at, gains, sources: [], hushed: false };
    this.voices.push(voice);
    return voice;
  }

  // Let what sounds fade out at a time, and nothing sound that was to come after it.
  hush(at) {
    for (const voice of this.voices) {
      if (voice.hushed && voice.until <= at) continue;
      voice.hushed = true;
      voice.until = at;
      const begun = voice.at < at;
      for (const { gain } of voice.gains) {
        gain.cancelScheduledValues(at / RATE);
        gain.setValueAtTime(begun ? 1 : 0, at / RATE);
        gain.linearRampToValueAtTime(0, (at + FADE) / RATE);
      }
      for (const source of voice.sources) source.stop((begun ? at + FADE : at) / RATE);
      voice.end = Math.min(voice.end, at);
    }
  }

  channel(part) {
    let channel = this.channels.get(part);
    if (!channel) {
      channel = this.context.createGain();
      channel.gain.value = this.levels.get(part) ?? 1;
      channel.connect(this.output);
      this.channels.set(part, channel);
    }
    return channel;
  }
}
