// The button that plays the first example before Gradio has built the page.

import { make } from "../shared/dom.js";

/** @import { Controller } from "./controller.js" */

/**
 * Show it.
 * @param {Controller} controller @returns {() => void} removes it
 */
export function showFirstButton(controller) {
  const button = make("button", "mg-first", "Draw a piece");
  button.addEventListener("click", () => {
    controller.playExample();
    button.disabled = true; // the player shows what plays, as soon as it is there
  });
  const show = () => document.body.append(button);
  if (document.body) show();
  else document.addEventListener("DOMContentLoaded", show);
  return () => {
    document.removeEventListener("DOMContentLoaded", show);
    button.remove();
  };
}
