// Messages that the page sends to its components, as events of the document.

/** @import { SoundChange } from "../player/sound_controls.js" */
/** @import { EndlessData, FileData, ProgressData } from "./payloads.js" */

/**
 * `busy`: a piece was asked for. `progress`: how far the server is. `idle`: nothing more will
 * come. `file`: a file was made, or none. `soundfont`: another one was chosen, by its name.
 * `sound`: a control of the band or the sound was moved. `loading`: whether the model is being
 * loaded. `invite`: the button of the empty player was pressed before the player had started. `more`:
 * the next phrases of endless music, or none. `steer`: a control was moved that they follow.
 * `form`: another form of pieces was chosen, maybe a plan.
 *
 * @typedef {object} Messages
 * @property {null} busy
 * @property {ProgressData} progress
 * @property {null} idle
 * @property {FileData | null} file
 * @property {string} soundfont
 * @property {SoundChange} sound
 * @property {boolean} loading
 * @property {null} invite
 * @property {EndlessData | null} more
 * @property {null} steer
 * @property {string} form
 */

/**
 * Listen to messages. The last message of each kind that the page's head keeps (static/head.html) is
 * delivered at once if it came before this module was loaded.
 * @param {{ [Name in keyof Messages]?: (detail: Messages[Name]) => void }} handlers
 */
export function listen(handlers) {
  const all = /** @type {Record<string, (detail: unknown) => void>} */ (handlers);
  /** @type {Map<string, unknown>} */
  const early = Reflect.get(window, "musegenMessages") ?? new Map();
  for (const [name, detail] of early) all[name]?.(detail);
  for (const [name, handle] of Object.entries(all)) {
    document.addEventListener(`musegen:${name}`, (event) => {
      handle(/** @type {CustomEvent} */ (event).detail);
    });
  }
}

/**
 * @template {keyof Messages} Name
 * @param {Name} name
 * @param {Messages[Name]} detail
 */
export function send(name, detail) {
  document.dispatchEvent(new CustomEvent(`musegen:${name}`, { detail }));
}
