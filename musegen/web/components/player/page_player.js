// The page's player before there is one to see: it plays the first example as soon as a visitor
// asks for it, while Gradio still builds the page. The component draws it later (player.js).

import { Controller } from "./controller.js";
import { showFirstButton } from "./first_button.js";
import { Mixer } from "./mixer.js";
import { example, isExampleOffered, synthesizer } from "./page_synthesizer.js";
import { allowSound } from "./transport.js";

/** @typedef {(event: string, data?: object) => void} Trigger sends an event to Python */

/** @type {Trigger | null} */
let trigger = null;
/** @type {Parameters<Trigger>[]} events that could not be sent yet */
const waiting = [];

export const mixer = new Mixer((event) => controller.mixerChanged(event));
export const controller = new Controller(
  mixer,
  synthesizer,
  (...event) => (trigger ? trigger(...event) : waiting.push(event)),
  example,
);
synthesizer.changed = () => controller.update();
allowSound(controller);
const removeFirstButton = isExampleOffered ? showFirstButton(controller) : () => {};

/**
 * Send the controller's events from now on, and those of before.
 * @param {Trigger} send
 */
export function connectEvents(send) {
  removeFirstButton();
  trigger = send;
  for (const event of waiting.splice(0)) send(...event);
}
