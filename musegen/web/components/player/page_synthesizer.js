// The page's synthesizer. It starts when this module is loaded, which the page's head does, so that
// it gets ready while Gradio builds the page.

import { readPiece } from "./piece.js";
import { Synthesizer } from "./synthesizer.js";

/**
 * What the server says in the page's head.
 * @param {string} id
 */
export const readJson = (id) => JSON.parse(document.getElementById(id)?.textContent ?? "null");

/** @type {import("../shared/payloads.js").PlayerData | null} what the empty player plays */
export const example = readJson("mg-example");

const asked = new URLSearchParams(location.search);

/** Whether the page is opened without a piece of its own, so that it offers the example. */
export const isExampleOffered = example !== null && !asked.has("seed") && !asked.has("piece");

export const synthesizer = new Synthesizer(readJson("mg-synthesizer"), () => {});

/** @type {import("./sound_controls.js").Choices | null} */
const choices = readJson("mg-sound-choices");
synthesizer.start(Object.values(choices?.bands ?? {})[0]?.programs ?? {});
if (example && isExampleOffered) synthesizer.makeAhead(readPiece(example));
