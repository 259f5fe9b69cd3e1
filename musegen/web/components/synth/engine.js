// FluidSynth, compiled to WebAssembly: the few functions of its C interface that are used here.

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

/**
 * Soundfonts as files of the module, by their addresses. To decode samples takes longest, so a
 * synthesizer that plays nothing keeps those that were used last; FluidSynth shares them.
 */
export class Fonts {
  /** @type {Map<string, { path: string, keeper: Synth | null }>} the last ones used at the end */
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

  /** @param {string} url @param {Uint8Array} bytes */
  add(url, bytes) {
    this.#count += 1;
    const path = `/font${this.#count}`;
    this.fluid.FS.writeFile(path, bytes);
    const file = { path, keeper: /** @type {Synth | null} */ (null) };
    this.#files.set(url, file);
    try {
      file.keeper = new Synth(this, { "synth.polyphony": 1 });
      file.keeper.load([url]);
    } catch (error) {
      this.#remove(url);
      throw error;
    }
    for (const old of this.#files.keys()) {
      if (this.#files.size > KEPT) this.#remove(old);
    }
  }

  /** @param {string} url */
  #remove(url) {
    const file = this.#files.get(url);
    this.#files.delete(url);
    file?.keeper?.free();
    if (file) this.fluid.FS.unlink(file.path);
  }

  /** @param {string} url */
  path(url) {
    const file = this.#files.get(url);
    if (!file) return "";
    this.#files.delete(url);
    this.#files.set(url, file);
    return file.path;
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
   * Give a soundfont's first preset to each channel.
   * @param {string[]} urls
   */
  load(urls) {
    const { fluid, synth } = this;
    /** @type {Map<string, number[]>} */
    const loaded = new Map();
    this.#presets = urls.map((url) => {
      const found = loaded.get(url);
      if (found) return found;
      const types = ["number", "string", "number"];
      const font = fluid.ccall("fluid_synth_sfload", "number", types, [
        synth,
        this.fonts.path(url),
        0,
      ]);
      const sfont = font < 0 ? 0 : fluid._fluid_synth_get_sfont_by_id(synth, font);
      if (sfont) fluid._fluid_sfont_iteration_start(sfont);
      const preset = sfont ? fluid._fluid_sfont_iteration_next(sfont) : 0;
      if (!preset) throw new Error(`${url} is damaged`);
      const [bank, program] = [
        fluid._fluid_preset_get_banknum(preset),
        fluid._fluid_preset_get_num(preset),
      ];
      loaded.set(url, [font, bank, program]);
      return [font, bank, program];
    });
    this.reset();
  }

  /** End all sound at once. */
  reset() {
    this.fluid._fluid_synth_system_reset(this.synth);
    this.#presets.forEach(([font, bank, program], channel) => {
      this.fluid._fluid_synth_program_select(this.synth, channel, font, bank, program);
    });
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
