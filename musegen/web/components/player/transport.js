// Title, play button, time, and the keys that work everywhere on the page.

import { find, hasModifier, setPressed, takesLetters } from "../shared/dom.js";
import { barNumber, formatTime, STEPS_PER_BAR } from "./piece.js";

/** @import { Controller, View } from "./controller.js" */

/** @param {HTMLElement} root @param {Controller} controller @returns {View} */
export function connectTransport(root, controller) {
  const { state, mixer } = controller;
  const title = find(root, ".mg-title", HTMLElement);
  const details = find(root, ".mg-details", HTMLElement);
  const play = find(root, ".mg-play", HTMLButtonElement);
  const now = find(root, ".mg-now", HTMLElement);
  const total = find(root, ".mg-total", HTMLElement);
  const repeat = find(root, ".mg-repeat", HTMLElement);
  const scroller = find(root, ".mg-scroll", HTMLElement);

  play.addEventListener("click", () => controller.togglePlaying());
  repeat.addEventListener("click", () => controller.toggleRepeat());
  find(root, ".mg-invite", HTMLElement).addEventListener("click", () => controller.playExample());

  function renderPosition() {
    const { piece } = state;
    if (!piece) return;
    const seconds = Math.min(controller.position, piece.seconds);
    const index = Math.min(piece.bars - 1, Math.floor(controller.step / STEPS_PER_BAR));
    const [bar, bars] = [index, piece.bars - 1].map((i) => barNumber(piece, i));
    const [time, end] = [formatTime(seconds), formatTime(piece.seconds)];
    now.textContent = time;
    scroller.setAttribute("aria-valuemax", piece.seconds.toFixed(1));
    scroller.setAttribute("aria-valuenow", seconds.toFixed(1));
    scroller.setAttribute("aria-valuetext", `bar ${bar} of ${bars}, ${time} of ${end}`);
  }

  return {
    renderPosition,
    showPosition: renderPosition,
    render() {
      const { piece } = state;
      play.disabled = !controller.hasSound && state.stage !== "silent";
      play.setAttribute("aria-label", mixer.playing ? "Pause" : "Play");
      root.dataset.playing = String(mixer.playing);
      setPressed(repeat, mixer.repeats);
      if (!piece) return;
      title.textContent = piece.title;
      details.textContent = piece.details.join("  ·  ");
      total.textContent = formatTime(piece.seconds);
      renderPosition();
    },
    pieceChanges(_, { isNew }) {
      if (!isNew) return;
      scrollIntoView(root);
      // A button pressed with the mouse keeps the focus, and would take the space bar from Play.
      const { activeElement } = document;
      if (activeElement instanceof HTMLButtonElement && !activeElement.matches(":focus-visible")) {
        activeElement.blur();
      }
    },
  };
}

/** @param {HTMLElement} root */
function scrollIntoView(root) {
  const { top, bottom } = root.getBoundingClientRect();
  if (top >= 0 && bottom <= innerHeight) return;
  if (top >= -20 && top < innerHeight * 0.35) return;
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  root.scrollIntoView({ block: "start", behavior: isCalm ? "auto" : "smooth" });
}

/**
 * Let the first click or key on the page allow the sound of music that comes later.
 * @param {Controller} controller
 */
export function allowSound(controller) {
  for (const kind of ["click", "keydown", "touchend"]) {
    const allow = (/** @type {Event} */ event) => {
      // Not every key counts, and no event that a script has made.
      if (!event.isTrusted || navigator.userActivation?.hasBeenActive === false) return;
      controller.isAllowedToSound = true;
      controller.mixer.wake();
    };
    document.addEventListener(kind, allow, { capture: true, passive: true });
  }
}

/**
 * Keys for the player work in it, and elsewhere on the page where nothing else uses them.
 * @param {HTMLElement} root @param {Controller} controller @param {object} views
 * @param {() => boolean} views.isDialogOpen @param {() => number | null} views.phraseOfKey
 * @param {(event: KeyboardEvent) => boolean} views.pressZoomKey
 */
export function connectKeys(root, controller, { isDialogOpen, phraseOfKey, pressZoomKey }) {
  const scroller = find(root, ".mg-scroll", HTMLElement);
  // After a click on a button, the space bar is for the music, and not for the button again.
  // (Browsers match `:focus-visible` as soon as a key goes down, so that cannot be used here.)
  /** @type {Element | null} */
  let clicked = null;
  root.addEventListener("click", ({ detail, target }) => {
    clicked = detail && target instanceof Element ? target.closest("button") : null;
  });
  root.addEventListener("focusin", () => {
    clicked = null;
  });

  /** @param {KeyboardEvent} event @param {Element} target */
  function press(event, target) {
    const { key } = event;
    if (target instanceof HTMLElement && takesLetters(target)) return false;
    const isInput = root.contains(target) && target.matches("input[type=range]");
    const isInside = root.contains(target) && !isInput;
    const isFree = [document.body, scroller, clicked].includes(target) || isInput;
    if (key === "Escape" && controller.state.copying !== null) controller.stopCopying();
    else if (key === " ") {
      if (!isFree || event.repeat) return false;
      controller.togglePlaying();
    } else if (!isFree && !isInside) return false;
    else if (key.toLowerCase() === "l") controller.loop(!controller.isLooping);
    else if (key.toLowerCase() === "k") controller.toggleLock(phraseOfKey());
    else return pressZoomKey(event);
    return true;
  }

  document.addEventListener("keydown", (event) => {
    if (!root.isConnected || hasModifier(event) || isDialogOpen()) return;
    if (event.target instanceof Element && press(event, event.target)) event.preventDefault();
  });
}
