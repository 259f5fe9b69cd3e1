// What the files of the player share. They run once, in one scope, in the order that player.py
// names, with `element`, `props`, `watch`, `trigger`.
// All text that comes from music files is set as text, never as markup.

const find = (name) => element.querySelector(".mg-" + name);
const tool = (name) => element.querySelector(`[data-do="${name}"]`);
const root = find("player");
const stage = find("stage");
const scroller = find("scroll");
const cells = find("phrases");
const wantsLessMotion = matchMedia("(prefers-reduced-motion: reduce)");

let piece = null; // what `read` makes of the value
const mixer = new Mixer(heard);
root.mixer = mixer; // for who wants to measure

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

function make(kind, className, ...content) {
  const own = document.createElement(kind);
  if (kind === "button") own.type = "button";
  if (className) own.className = className;
  own.append(...content);
  return own;
}

// A button that cannot be used stays where the tabulator finds it, and says why.
function allow(button, why) {
  button.setAttribute("aria-disabled", String(Boolean(why)));
  button.title = why || button.dataset.title || "";
}

const isOff = (button) => button.getAttribute("aria-disabled") === "true";

function onPress(button, act) {
  button.addEventListener("click", () => {
    if (!isOff(button)) act(button);
  });
}
