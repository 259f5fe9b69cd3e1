// Renders scores block by block as they are asked for, and measures their loudness meanwhile. It
// runs in a worker; everything that it needs of it is given to it, so that tests can run it too.

import { BLOCK, Fonts, RATE } from "./engine.js";
import { Meter } from "./loudness.js";
import { Playback } from "./playback.js";

/** @import { Fluid } from "./engine.js" */
/** @import { Gain, Mastering } from "./loudness.js" */
/** @import { Score } from "./score.js" */

export const SEGMENT_BLOCKS = 172;
export const SEGMENT = SEGMENT_BLOCKS * BLOCK; // samples, .25 s: what is rendered and sent at once

const SOON = Math.round((4 * RATE) / BLOCK); // blocks: more than is rendered in advance

/** @typedef {{ settings: Record<string, number>, mastering: Mastering }} Sounding */

/**
 * `isMeasured`: its gain is known. `segments`: what is to be rendered as soon as it is loaded, if
 * that is known already. `isJump`: what was asked for before is not needed any more.
 * `revise`: the parts have other events from a block on.
 *
 * @typedef {{ kind: "load", id: number, score: Score, isMeasured: boolean, segments?: number[] }
 *   | { kind: "render", id: number, segments: number[], isJump: boolean }
 *   | { kind: "revise", id: number, events: Int32Array[], from: number, revision: number }
 *   | { kind: "drop", id: number }
 *   | { kind: "prepare", fonts: string[] }} Request `prepare`: load soundfonts that will be used
 */

/** @typedef {[Float32Array<ArrayBuffer>, Float32Array<ArrayBuffer>] | null} Stereo null: silence */

/**
 * @typedef {{ kind: "prepared" }
 *   | { kind: "loaded", id: number }
 *   | { kind: "segment", id: number, segment: number, parts: Stereo[], revision: number }
 *   | { kind: "measured", id: number, gain: Gain }
 *   | { kind: "failed", id: number, problem: string }} Answer
 */

/**
 * @typedef {object} Job
 * @property {number} id
 * @property {Score} score
 * @property {Playback[]} parts
 * @property {number[]} wanted segments
 * @property {boolean} isAwaited nothing has been wanted yet: it will be, and soon
 * @property {number} revision number of the last one
 * @property {{ playback: Playback | null, meter: Meter, block: number } | null} measuring
 */

export class Renderer {
  /** @type {Map<number, Job>} */
  #jobs = new Map();
  /** @type {Map<string, Promise<void>>} */
  #loading = new Map();
  #isRunning = false;

  /**
   * @param {Fluid} fluid @param {Sounding} sounding
   * @param {(answer: Answer) => void} send
   * @param {(url: string) => Promise<Uint8Array>} fetchFont
   * @param {() => Promise<void>} rest lets messages come in
   */
  constructor(fluid, sounding, send, fetchFont, rest) {
    this.fonts = new Fonts(fluid);
    this.sounding = sounding;
    this.send = send;
    this.fetchFont = fetchFont;
    this.rest = rest;
  }

  /** @param {Request} request */
  async receive(request) {
    if (request.kind === "load") await this.#load(request);
    else if (request.kind === "drop") this.#drop(request.id);
    else if (request.kind === "revise") this.#revise(request);
    else if (request.kind === "prepare") await this.#prepare(request.fonts);
    else this.#want(request);
    await this.#run();
  }

  /** @param {Extract<Request, { kind: "load" }>} request */
  async #load({ id, score, isMeasured, segments = [] }) {
    /** @type {Job} */
    const job = {
      id,
      score,
      parts: [],
      wanted: [],
      isAwaited: !segments.length,
      revision: 0,
      measuring: null,
    };
    this.#jobs.set(id, job);
    const { settings, mastering } = this.sounding;
    try {
      await this.#loadFonts(score.parts.flatMap(({ fonts }) => fonts));
      if (!this.#jobs.has(id)) return;
      for (const { fonts, events } of score.parts) {
        job.parts.push(new Playback(this.fonts, settings, fonts, events, SOON));
        await this.rest(); // to decode samples takes long: what plays goes first
        if (!this.#jobs.has(id)) return this.#free(job);
      }
      if (!isMeasured) job.measuring = { playback: null, meter: new Meter(mastering), block: 0 };
      job.wanted = segments;
      this.send({ kind: "loaded", id });
    } catch (error) {
      this.#fail(id, error);
    }
  }

  /** @param {Extract<Request, { kind: "render" }>} request */
  #want({ id, segments, isJump }) {
    const job = this.#jobs.get(id);
    if (!job) return;
    job.wanted = isJump ? segments : [...job.wanted, ...segments];
    job.isAwaited = false;
  }

  /** @param {Extract<Request, { kind: "revise" }>} request */
  #revise({ id, events, from, revision }) {
    const job = this.#jobs.get(id);
    if (!job) return;
    job.revision = revision;
    job.wanted = job.wanted.filter((segment) => (segment + 1) * SEGMENT_BLOCKS <= from);
    events.forEach((own, i) => {
      job.score.parts[i].events = own;
      job.parts[i]?.revise(own, from);
    });
  }

  /** @param {string[]} urls */
  async #prepare(urls) {
    try {
      await this.#loadFonts(urls);
      this.send({ kind: "prepared" });
    } catch {
      // the piece that needs them will say what is wrong
    }
  }

  /** @param {string[]} urls */
  async #loadFonts(urls) {
    await Promise.all([...new Set(urls)].map((url) => this.#loadFont(url)));
  }

  /** @param {string} url */
  async #loadFont(url) {
    if (this.fonts.has(url)) return;
    const loading = this.#loading.get(url) ?? this.#fetch(url);
    this.#loading.set(url, loading);
    await loading.finally(() => this.#loading.delete(url));
  }

  /** @param {string} url */
  async #fetch(url) {
    this.fonts.add(url, await this.fetchFont(url));
  }

  /** @param {number} id @param {unknown} error */
  #fail(id, error) {
    if (!this.#jobs.has(id)) return;
    this.#drop(id);
    this.send({ kind: "failed", id, problem: error instanceof Error ? error.message : `${error}` });
  }

  /** @param {number} id */
  #drop(id) {
    const job = this.#jobs.get(id);
    this.#jobs.delete(id);
    if (job) this.#free(job);
  }

  /** @param {Job} job */
  #free({ parts, measuring }) {
    for (const playback of parts.splice(0)) playback.free();
    measuring?.playback?.free();
  }

  /**
   * Render what was asked for, the newest score first. When nothing else is to be done, decode the
   * samples that were left out, then measure.
   */
  async #run() {
    if (this.#isRunning) return;
    this.#isRunning = true;
    while (this.#renderNext() || this.#decodeNext() || this.#measureNext()) await this.rest();
    this.#isRunning = false;
  }

  #renderNext() {
    const jobs = [...this.#jobs.values()].reverse();
    const job = jobs.find(({ parts, wanted }) => parts.length && wanted.length);
    if (job) this.#try(job, () => this.#render(job));
    return Boolean(job);
  }

  #decodeNext() {
    const { partial } = this.fonts;
    if (!partial || [...this.#jobs.values()].some(isBeginning)) return false;
    try {
      this.fonts.decodeSome(partial);
    } catch {
      // the piece that needs it will say what is wrong
    }
    return true;
  }

  #measureNext() {
    const jobs = [...this.#jobs.values()].reverse();
    const job = jobs.find(({ measuring }) => measuring);
    if (job) this.#try(job, () => this.#measure(job));
    return Boolean(job);
  }

  /** @param {Job} job @param {() => void} work */
  #try(job, work) {
    try {
      work();
    } catch (error) {
      this.#fail(job.id, error);
    }
  }

  /** @param {Job} job */
  #render({ id, wanted, parts, revision }) {
    const segment = wanted.shift() ?? 0;
    const begin = segment * SEGMENT_BLOCKS;
    const sounds = parts.map((part) => part.render(begin, SEGMENT_BLOCKS));
    this.send({ kind: "segment", id, segment, parts: sounds, revision });
  }

  /** @param {Score} score */
  #makeMix(score) {
    const { fonts, events } = mix(score);
    return new Playback(this.fonts, this.sounding.settings, fonts, events, Infinity);
  }

  /** @param {Job} job */
  #measure(job) {
    const { measuring, score, id } = job;
    if (!measuring) return;
    const { meter } = measuring;
    measuring.playback ??= this.#makeMix(score);
    const { playback } = measuring;
    const sound = playback.render(measuring.block, SEGMENT_BLOCKS);
    const silence = new Float32Array(SEGMENT);
    meter.add(...(sound ?? [silence, silence]));
    measuring.block += SEGMENT_BLOCKS;
    const end = score.samples + this.sounding.mastering.max_release * RATE;
    const isOver = measuring.block * BLOCK > (sound ? end : score.samples);
    if (!isOver) return;
    playback.free();
    job.measuring = null;
    const gain = meter.master(score.samples);
    if (gain) this.send({ kind: "measured", id, gain });
  }
}

/**
 * Whether somebody waits for the first sound of a score.
 * @param {Job} job
 */
const isBeginning = ({ score, parts, isAwaited }) => isAwaited || parts.length < score.parts.length;

/**
 * All parts as one.
 * @param {Score} score
 */
function mix({ parts }) {
  const fonts = parts.flatMap((part) => part.fonts);
  /** @type {number[][]} */
  const events = [];
  let first = 0;
  for (const part of parts) {
    for (let i = 0; i < part.events.length; i += 4) {
      const [block, channel, pitch, velocity] = part.events.subarray(i, i + 4);
      events.push([block, first + channel, pitch, velocity]);
    }
    first += part.fonts.length;
  }
  events.sort((a, b) => a[0] - b[0]); // stable: each part keeps its order
  return { fonts, events: Int32Array.from(events.flat()) };
}
