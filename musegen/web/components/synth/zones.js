// The zones of a soundfont's instruments: which keys and velocities play which sample. FluidSynth
// decodes all samples that the zones name, so the zones that a piece does not play get a short one.

const [KEYS, VELOCITIES, SAMPLE] = [43, 44, 53]; // kinds of generators, which are 4 bytes long
const [BAG_BYTES, HEADER_BYTES] = [4, 46];

/** @typedef {{ keys: number[], velocities: number[], place: number }} Zone place: of its sample's number in `generators` */

/**
 * @typedef {object} Zones
 * @property {Zone[]} zones
 * @property {Uint8Array} generators as they are in the file
 * @property {number} begin where in the file they are
 * @property {number} shortest number of the sample with the fewest bytes
 */

/** @typedef {{ pitch: number, velocity: number }} Tone what a zone is chosen by */

/**
 * Read the zones of a soundfont's file.
 * @param {Uint8Array} bytes
 * @returns {Zones}
 * @throws {RangeError} if the file is damaged
 */
export function readZones(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [bags, generators, headers] = ["ibag", "igen", "shdr"].map((name) => find(view, name));
  /** @type {Zone[]} */
  const zones = [];
  for (let bag = bags.begin; bag < bags.end - BAG_BYTES; bag += BAG_BYTES) {
    const zone = { keys: [0, 127], velocities: [0, 127], place: -1 };
    const last = 4 * view.getUint16(bag + BAG_BYTES, true);
    for (let place = 4 * view.getUint16(bag, true); place < last && zone.place < 0; place += 4) {
      const at = generators.begin + place;
      const kind = view.getUint16(at, true);
      const range = [view.getUint8(at + 2), view.getUint8(at + 3)];
      if (kind === KEYS) zone.keys = range;
      else if (kind === VELOCITIES) zone.velocities = range;
      else if (kind === SAMPLE) zone.place = place + 2;
    }
    if (zone.place >= 0) zones.push(zone); // else it holds settings for the others
  }
  const { begin } = generators;
  return {
    zones,
    generators: new Uint8Array(bytes.subarray(begin, generators.end)),
    begin,
    shortest: shortestSample(view, headers),
  };
}

/**
 * The generators with the shortest sample in all zones that none of the tones plays.
 * @param {Zones} zones @param {Tone[]} tones
 */
export function generatorsFor({ zones, generators, shortest }, tones) {
  const changed = generators.slice();
  for (const { keys, velocities, place } of zones) {
    const isPlayed = tones.some(
      ({ pitch, velocity }) => isIn(pitch, keys) && isIn(velocity, velocities),
    );
    if (!isPlayed) new DataView(changed.buffer).setUint16(place, shortest, true);
  }
  return changed;
}

/** @param {number} value @param {number[]} range */
const isIn = (value, [low, high]) => low <= value && value <= high;

/**
 * Where the content of a chunk is in a RIFF file, whose lists are searched too.
 * @param {DataView} view @param {string} name
 */
function find(view, name) {
  const text = (/** @type {number} */ at) =>
    String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(at + i)));
  for (let at = 12; ; ) {
    const begin = at + 8;
    const size = view.getUint32(at + 4, true);
    if (text(at) === name) return { begin, end: begin + size };
    at = text(at) === "LIST" ? begin + 4 : begin + size + (size % 2);
  }
}

/** @param {DataView} view @param {{ begin: number, end: number }} headers */
function shortestSample(view, { begin, end }) {
  const sizes = [];
  for (let at = begin; at < end - HEADER_BYTES; at += HEADER_BYTES) {
    sizes.push(view.getUint32(at + 24, true) - view.getUint32(at + 20, true));
  }
  return sizes.indexOf(Math.min(...sizes));
}
