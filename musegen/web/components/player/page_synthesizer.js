// The page's synthesizer. It starts when this module is loaded, which the page's head does, so that
// it gets ready while Gradio builds the page.

import { Synthesizer } from "./synthesizer.js";

/**
 * What the server says in the page's head.
 * @param {string} id
 */
export const readJson = (id) => JSON.parse(document.getElementById(id)?.textContent ?? "null");

export const synthesizer = new Synthesizer(readJson("mg-synthesizer"), () => {});

/** @type {import("./sound_controls.js").Choices | null} */
const choices = readJson("mg-sound-choices");
synthesizer.start(Object.values(choices?.bands ?? {})[0]?.programs ?? {});
