// What Python sends to the components, and how its arrays are decoded.

/**
 * What Gradio gives to a component's `start`.
 *
 * @template Value
 * @typedef {object} Component
 * @property {HTMLElement} element
 * @property {{ value: Value | null }} props
 * @property {(name: "value", changed: () => void) => void} watch
 * @property {(event: string, data?: object) => void} trigger
 */

/** @typedef {{ share: number, text: string }} ProgressData */
/** @typedef {{ url: string, orig_name: string }} FileData */

/**
 * A piece for the player. It comes without its sound at first, and then again with it.
 *
 * @typedef {object} PlayerData
 * @property {string} id stays the same while a piece is edited
 * @property {string} title
 * @property {string} stem of file names
 * @property {string[]} details
 * @property {string | null} link query of the address that makes the piece again
 * @property {string} recipe text that makes the piece again
 * @property {number} bars
 * @property {PartData[]} parts
 * @property {NotesData} notes
 * @property {number[]} times seconds at the start of each bar, and at the end of the last
 * @property {number[]} tempos of the phrases, in quarter notes a minute
 * @property {number[][] | null} beats relative lengths of the beats of each phrase; empty or null
 *   where they are equal
 * @property {BarMeter[] | null} meters of the bars; null if all are in 4/4
 * @property {{ swing: number, human: boolean }[]} feels of the phrases
 * @property {number[]} keys of the phrases, -5 to 6: semitones from C major
 * @property {ChordData[]} chords from each change of the chord on
 * @property {Mark[]} marks sections
 * @property {Share[] | null} blend sections of an interpolation
 * @property {Record<string, number[]> | null} [silent] phrases of each part that are not heard
 * @property {FileData | null} sound
 * @property {Stream | null} stream describes `sound`
 * @property {string | null} problem why there is no sound, or a part of it is missing
 */

/**
 * How many of a bar's 16 steps are used, how many beats they are, and the bar's number. Where a bar
 * of a long meter goes on in the next bar, that one has the number 0.
 *
 * @typedef {{ steps: number, beats: number, number: number }} BarMeter
 */

/**
 * `programs`: pairs of a phrase and the General MIDI program from there on.
 *
 * @typedef {{ name: string, instrument: string, programs: [number, number][] }} PartData
 */

/**
 * Notes as they are written, as columns of equal length in base64, sorted by onset, part and pitch:
 * `onset` and `duration` in steps as uint16; `offset` in steps as float32, 0 where a pitched note's timing is not known; `part` (an
 * index into the parts), `pitch` and `velocity` as uint8.
 *
 * @typedef {Record<"onset" | "part" | "pitch" | "duration" | "offset" | "velocity", string>} NotesData
 */

/**
 * The next phrases of endless music, or a line on why there are none.
 *
 * @typedef {object} EndlessData
 * @property {number} request number of the request that this answers
 * @property {string | null} problem
 * @property {NotesData} notes from the start of the first new phrase
 * @property {number} phrases how many are new
 * @property {number} context how many of `latents` are of phrases before the new ones
 * @property {string[]} latents of each phrase, to be sent back with the next requests
 */

/** @typedef {{ beat: number, name: string }} ChordData beat: in quarters, four in each bar */
/** @typedef {{ bar: number, text: string }} Mark a section's name, at its first bar */
/** @typedef {{ bar: number, share: number }} Share how much of B a section has, 0 to 1 */

/**
 * A sound that is sent in pieces: `bytes` has for each piece the length of each part's FLAC file.
 *
 * @typedef {object} Stream
 * @property {string[]} parts names; `["mix"]` if they are mixed already
 * @property {number} samples length of the whole sound
 * @property {number} each samples in a piece; the last may be shorter
 * @property {number[][]} bytes
 */

/**
 * Points of the map: coordinates from 0 to 1 as uint16 in base64.
 *
 * @typedef {{ x: string, y: string, attributes: MapAttribute[] }} MapData
 */

/**
 * `values` are uint8 in base64, from 0 at `low` to 254 at `high`; 255 stands for no value.
 *
 * @typedef {{ name: string, values: string, low: number, high: number }} MapAttribute
 */

/**
 * Titles of the square's four corners, and where the dot is; null leaves it where it is.
 *
 * @typedef {{ corners: string[], x: number | null, y: number | null }} SquareData
 */

/**
 * How an uploaded file was read. Without `tracks`, it names an earlier reading to return to.
 *
 * @typedef {object} TracksData
 * @property {number | null} request number of the request that this answers
 * @property {string} reading identifies the reading
 * @property {string} summary
 * @property {Track[] | null} tracks
 * @property {number} tempo factor of the tempo that was found
 * @property {Tempo[]} tempos choices
 * @property {string[]} about more sentences
 * @property {number | null} quantize how strictly a recording is on the beat; null for other files
 */

/**
 * @typedef {object} Track
 * @property {number} index
 * @property {string} name
 * @property {string} instrument
 * @property {number} notes
 * @property {number} kept how many of the notes are used
 * @property {string | null} part null if the track is left out
 * @property {string} reason
 * @property {boolean} chosen by the visitor
 */

/** @typedef {{ factor: number, label: string }} Tempo */

/**
 * Decode a little-endian array.
 *
 * @template {Uint8Array | Uint16Array | Float32Array} T
 * @param {string} base64
 * @param {new (buffer: ArrayBuffer) => T} type
 * @returns {T}
 */
export function decode(base64, type) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return new type(bytes.buffer); // every browser's computer is little-endian
}
