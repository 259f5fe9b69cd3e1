// The button that records what is played on the keyboard, to a click.

import { find, setPressed, setText } from "../shared/dom.js";
import { clamp } from "../shared/numbers.js";
import { LONGEST, Take } from "./take.js";

/** @import { Controller } from "./controller.js" */

const SOON = 0.1; // seconds until the first click
const AHEAD = 0.3; // seconds that clicks are scheduled ahead
const TICK = 100; // milliseconds
const CLICK = 0.05; // seconds
const TEMPOS = [40, 220]; // as Python takes them
const DEFAULT_TEMPO = 96; // where there is no piece

/** @param {HTMLElement} panel the keyboard @param {Controller} controller */
export function connectTake(panel, controller) {
  const { state, mixer } = controller;
  const button = find(panel, ".mg-take", HTMLButtonElement);
  /** @type {Take | null} */
  let take = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let timer;
  let clickedUntil = 0;

  const now = () => mixer.context?.currentTime ?? 0;

  function begin() {
    if (state.isBusy || state.endless) return controller.say("Wait until the music is ready");
    mixer.pause();
    mixer.wake();
    if (!mixer.context) return;
    const [slowest, fastest] = TEMPOS;
    const tempo = clamp(Math.round(state.piece?.tempos[0] ?? DEFAULT_TEMPO), slowest, fastest);
    take = new Take(tempo, now() + SOON);
    clickedUntil = take.start;
    timer = setInterval(tick, TICK);
    tick();
    controller.say("Play after the count-in of four, and press the button again at the end");
    render();
  }

  function tick() {
    if (!take) return;
    if (now() - take.first > LONGEST) return end();
    const until = now() + AHEAD;
    for (const { at, isBar } of take.clicks(clickedUntil, until)) click(at, isBar ? 1600 : 1100);
    clickedUntil = Math.max(clickedUntil, until);
  }

  /** @param {number} at @param {number} frequency */
  function click(at, frequency) {
    const { context } = mixer;
    if (!context) return;
    const [tone, gain] = [context.createOscillator(), context.createGain()];
    tone.frequency.value = frequency;
    gain.gain.setValueAtTime(0.25, at);
    gain.gain.exponentialRampToValueAtTime(0.001, at + CLICK);
    tone.connect(gain).connect(context.destination);
    tone.start(at);
    tone.stop(at + CLICK);
  }

  function end() {
    const played = take;
    take = null;
    clearInterval(timer);
    render();
    if (!played) return;
    const notes = played.finish(now());
    if (!notes.length) return controller.say("Nothing was played, so the piece stays as it was");
    controller.trigger("take", { notes, tempo: played.tempo });
  }

  function render() {
    setPressed(button, take !== null);
    setText(button, take ? "Stop, and keep it" : "Record to a click");
  }

  button.addEventListener("click", () => (take ? end() : begin()));
  return {
    /** @param {number} pitch @param {number} velocity */
    noteOn: (pitch, velocity) => take?.noteOn(pitch, velocity, now()),
    /** @param {number} pitch */
    noteOff: (pitch) => take?.noteOff(pitch, now()),
    end,
  };
}
