// The controls of the parts: heard or muted, soloed, how loud.

import { find, make, setPressed } from "../shared/dom.js";
import { capitalize } from "../shared/numbers.js";

/** @import { Controller, View } from "./controller.js" */

/** @type {Record<string, string>} */
export const COLOURS = {
  lead: "#ff8a65",
  counter: "#ffd166",
  chords: "#6ea8fe",
  bass: "#4fd1b5",
  drums: "#c7b6f5",
};

/** @param {HTMLElement} root @param {Controller} controller @returns {View} */
export function connectParts(root, controller) {
  const list = find(root, ".mg-parts", HTMLElement);
  /** @type {ReturnType<typeof makeStrip>[]} */
  let strips = [];

  return {
    render() {
      const { piece, isMix, mix, partNames } = controller.state;
      if (!piece) return;
      if (strips.map(({ name }) => name).join() !== partNames.join()) {
        strips = partNames.map((name) => makeStrip(name, controller));
        list.replaceChildren(...strips.map(({ strip }) => strip));
      }
      piece.parts.forEach(({ name, instrument }, i) => {
        const { strip, mute, solo, volume } = strips[i];
        const isHeard = isMix || mix.isHeard(name);
        for (const control of [mute, solo, volume]) control.disabled = isMix;
        strip.setAttribute("aria-label", `${capitalize(name)}: ${instrument}`);
        setPressed(mute, isHeard);
        const hint = isHeard ? "click to mute" : "muted, click to hear";
        mute.title = `${instrument}: ${isMix ? "cannot be muted in this browser" : hint}`;
        setPressed(solo, mix.soloed.has(name));
        volume.value = String(mix.volumeOf(name));
        volume.style.setProperty("--share", `${mix.volumeOf(name)}%`);
      });
    },
  };
}

/** @param {string} name @param {Controller} controller */
function makeStrip(name, controller) {
  const mute = make("button", "mg-mute", make("i"), capitalize(name));
  mute.addEventListener("click", (event) => {
    controller.changeMix((mix) => {
      if (event.shiftKey || event.altKey) mix.toggleSolo(name);
      else mix.toggleMute(name);
    });
  });
  const solo = make("button", "mg-solo", "S");
  solo.title = `Solo: the ${name} alone (or Shift and click on the name)`;
  solo.setAttribute("aria-label", `Solo ${name}`);
  solo.addEventListener("click", () => controller.changeMix((mix) => mix.toggleSolo(name)));
  const volume = make("input", "mg-volume");
  volume.type = "range";
  volume.max = "100";
  volume.title = "Volume";
  volume.setAttribute("aria-label", `Volume of ${name}`);
  volume.addEventListener("input", () => {
    controller.changeMix((mix) => mix.volumes.set(name, Number(volume.value)));
  });
  const strip = make("div", "mg-part", mute, solo, volume);
  strip.dataset.part = name;
  strip.setAttribute("role", "group");
  strip.style.setProperty("--part", COLOURS[name]);
  return { name, strip, mute, solo, volume };
}
