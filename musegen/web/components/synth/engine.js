// FluidSynth, compiled to WebAssembly: the few functions of its C interface that are used here.

import { generatorsFor, readZones } from "./zones.js";

/** @import { Tone, Zone, Zones } from "./zones.js" */

/**
 * What libfluidsynth's script leaves as `Module`: the functions of its C interface, each with an
 * underscore before its name; pointers are numbers.
 *
 * @typedef {any} Fluid
 */

export const RATE = 44100; // samples a second, as the server renders
export const BLOCK = 64; // samples: FluidSynth starts and ends notes at multiples of this

const CHANNELS = 64; // one for each instrument of each part
const MOST_SAMPLES = 172 * BLOCK; // that are rendered at once

const KEPT = 24; // soundfonts whose decoded samples stay in memory, 1 to 10 MB each
const ZONES_AT_ONCE = 6; // whose samples are decoded in one go while something else may be wanted

/**
 * @typedef {object} File
 * @property {string} path
 * @property {Zones} zones
 * @property {Zone[]} waiting those whose samples have still to be decoded
 * @property {boolean} isWhole whether all samples are decoded
 * @property {Synth[]} keepers
 */

/**
 * Soundfonts as files of the module, by their addresses. To decode samples takes longest, so
 * synthesizers that play nothing keep those that were used last; FluidSynth shares them.
 */
export class Fonts {
  /** @type {Map<string, File>} the last ones used at the end */
  #files = new Map();
  #count = 0;

  /** @param {Fluid} fluid */
  constructor(fluid) {
    this.fluid = fluid;
  }

  /** @param {string} url */
  has(url) {
    return this.#files.has(url);
  }

  /**
   * Whether all samples of a soundfont are decoded.
   * @param {string} url
   */
  isWhole(url) {
    return this.#files.get(url)?.isWhole ?? false;
  }

  /** A soundfont of which not all samples are decoded. */
  get partial() {
    return [...this.#files.keys()].find((url) => !this.isWhole(url));
  }

  /** @param {string} url @param {Uint8Array} bytes */
  add(url, bytes) {
    let zones;
    try {
      zones = readZones(bytes);
    } catch {
      throw new Error(`${url} is damaged`);
    }
    this.#count += 1;
    const path = `/font${this.#count}`;
    this.fluid.FS.writeFile(path, bytes);
    const waiting = [...zones.zones];
    this.#files.set(url, { path, zones, waiting, isWhole: false, keepers: [] });
    for (const old of this.#files.keys()) {
      if (this.#files.size > KEPT) this.#remove(old);
    }
  }

  /**
   * Decode the samples of a soundfont, or only those that some tones need, and keep them.
   * @param {string} url @param {Tone[] | null} [tones]
   */
  decode(url, tones = null) {
    const file = this.#files.get(url);
    if (!file || file.isWhole) return;
    try {
      const keeper = new Synth(this, { "synth.polyphony": 1 });
      file.keepers.push(keeper);
      keeper.load([url], [tones]);
    } catch (error) {
      this.#remove(url);
      throw error;
    }
    if (tones) return;
    for (const old of file.keepers.splice(0, file.keepers.length - 1)) old.free();
    file.isWhole = true;
  }

  /**
   * Decode some of the samples that are left, so that whoever wants something does not wait long.
   * @param {string} url
   */
  decodeSome(url) {
    const zones = this.#files.get(url)?.waiting.splice(0, ZONES_AT_ONCE) ?? [];
    const tones = zones.map(({ keys, velocities }) => ({
      pitch: keys[0],
      velocity: velocities[0],
    }));
    this.decode(url, tones.length ? tones : null);
  }

  /**
   * Load a soundfont, or only what some tones need of it, into a synthesizer.
   * @param {number} synth @param {string} url @param {Tone[] | null} tones
   * @returns {number} its number there; -1 if that fails
   */
  load(synth, url, tones) {
    const file = this.#files.get(url);
    if (!file) return -1;
    this.#files.delete(url);
    this.#files.set(url, file);
    const { path, zones } = file;
    // FluidSynth reads the zones now and the samples later; it shares those of one path.
    if (tones) this.#write(path, generatorsFor(zones, tones), zones.begin);
    const types = ["number", "string", "number"];
    const number = this.fluid.ccall("fluid_synth_sfload", "number", types, [synth, path, 0]);
    if (tones) this.#write(path, zones.generators, zones.begin);
    return number;
  }

  /** @param {string} path @param {Uint8Array} bytes @param {number} place in the file */
  #write(path, bytes, place) {
    const { FS } = this.fluid;
    const file = FS.open(path, "r+");
    FS.write(file, bytes, 0, bytes.length, place);
    FS.close(file);
  }

  /** @param {string} url */
  #remove(url) {
    const file = this.#files.get(url);
    this.#files.delete(url);
    for (const keeper of file?.keepers ?? []) keeper.free();
    if (file) this.fluid.FS.unlink(file.path);
  }
}

/** One synthesizer. Its channels have each the first preset of a soundfont. */
export class Synth {
  /** @type {number[][]} of each channel: soundfont, bank, program */
  #presets = [];

  /** @param {Fonts} fonts @param {Record<string, number>} settings by FluidSynth's names */
  constructor(fonts, settings) {
    const { fluid } = fonts;
    this.fonts = fonts;
    this.fluid = fluid;
    this.settings = fluid._new_fluid_settings();
    const all = { ...settings, "synth.midi-channels": CHANNELS, "synth.dynamic-sample-loading": 1 };
    for (const [name, value] of Object.entries(all)) {
      const types = ["number", "string", "number"];
      const values = [this.settings, name, value];
      const isNumber = fluid.ccall("fluid_settings_setnum", "number", types, values) === 0;
      if (!isNumber) fluid.ccall("fluid_settings_setint", "number", types, values);
    }
    this.synth = fluid._new_fluid_synth(this.settings);
    this.buffer = fluid._malloc(8 * MOST_SAMPLES);
  }

  /**
   * Give a soundfont's first preset to each channel. Notes that sound go on.
   * @param {string[]} urls
   * @param {(Tone[] | null)[]} [tones] all that each channel will play, if that is known
   */
  load(urls, tones = []) {
    const { fluid, fonts, synth } = this;
    this.#presets = urls.map((url, channel) => {
      const font = fonts.load(synth, url, tones[channel] ?? null);
      const sfont = font < 0 ? 0 : fluid._fluid_synth_get_sfont_by_id(synth, font);
      if (sfont) fluid._fluid_sfont_iteration_start(sfont);
      const preset = sfont ? fluid._fluid_sfont_iteration_next(sfont) : 0;
      if (!preset) throw new Error(`${url} is damaged`);
      return [font, fluid._fluid_preset_get_banknum(preset), fluid._fluid_preset_get_num(preset)];
    });
    this.#select();
  }

  #select() {
    this.#presets.forEach(([font, bank, program], channel) => {
      this.fluid._fluid_synth_program_select(this.synth, channel, font, bank, program);
    });
  }

  /** End all sound at once. */
  reset() {
    this.fluid._fluid_synth_system_reset(this.synth);
    this.#select();
  }

  /**
   * Start a note, or end it with velocity 0.
   * @param {number} channel @param {number} pitch @param {number} velocity
   */
  play(channel, pitch, velocity) {
    if (velocity) this.fluid._fluid_synth_noteon(this.synth, channel, pitch, velocity);
    else this.fluid._fluid_synth_noteoff(this.synth, channel, pitch);
  }

  /** How many notes, with their releases, sound. */
  get voices() {
    return this.fluid._fluid_synth_get_active_voice_count(this.synth);
  }

  /**
   * Render the next samples.
   * @param {Float32Array} left @param {Float32Array} right
   */
  render(left, right) {
    const { fluid, buffer } = this;
    const samples = left.length;
    const second = buffer + 4 * samples;
    fluid._fluid_synth_write_float(this.synth, samples, buffer, 0, 1, second, 0, 1);
    left.set(fluid.HEAPF32.subarray(buffer >> 2, (buffer >> 2) + samples));
    right.set(fluid.HEAPF32.subarray(second >> 2, (second >> 2) + samples));
  }

  free() {
    this.fluid._free(this.buffer);
    this.fluid._delete_fluid_synth(this.synth);
    this.fluid._delete_fluid_settings(this.settings);
  }
}
