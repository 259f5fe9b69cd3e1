// The square: a dot between four pieces. Runs once, with `element`, `props`, `watch`, `trigger`.
// Places go from 0 to 1, x to the right and y down. Text from Python is set as text, never as
// markup.

const LETTERS = ["A", "B", "C", "D"];
const COLOURS = [[255, 138, 101], [110, 168, 254], [242, 184, 34], [63, 192, 164]]; // as in the sheet
const SNAP = 0.04; // from here a hand means the corner
const RADIUS = 13; // pixels of the dot that are seen; what a finger may take is larger
const STEP = 0.05;
const FINE = 0.01;

const find = (name) => element.querySelector(".mg-square" + name);
const root = find("");
const pad = find("-pad");
const room = find("-room");
const dot = find("-dot");
const menu = find("-menu");
const sliders = { x: find("-x"), y: find("-y") };
const clamp = (value) => Math.min(1, Math.max(0, value));

let place = { x: 0.5, y: 0.5 };
let drag = null; // { id, from, grip }: where the dot was, and how far from its middle it is held
let lifted = false; // whether the click that comes now has been heard already, as a drag

// Corners and shares ---------------------------------------------------------------------------

const weights = ({ x, y }) => [(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y];

// Whole percents whose sum is 100: what is cut off goes to those that lost most.
function percents() {
  const exact = weights(place).map((share) => share * 100);
  const whole = exact.map((share) => Math.floor(share + 1e-9));
  const byLoss = [0, 1, 2, 3].sort((i, k) => exact[k] - whole[k] - (exact[i] - whole[i]));
  const missing = 100 - whole.reduce((sum, share) => sum + share);
  byLoss.slice(0, missing).forEach((i) => { whole[i] += 1; });
  return whole;
}

const buttons = LETTERS.map((letter, index) => {
  const button = document.createElement("button");
  button.type = "button";
  button.className = `mg-square-corner mg-of-${letter.toLowerCase()}`;
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-controls", "mg-square-menu");
  const badge = document.createElement("b");
  badge.textContent = letter;
  button.append(badge, document.createElement("span"));
  button.addEventListener("click", (event) => {
    const isOpen = button.getAttribute("aria-expanded") === "true";
    close();
    if (!isOpen) open(index, event.detail === 0);
  });
  root.querySelectorAll(".mg-square-corners")[index >> 1].append(button);
  return button;
});

const shares = LETTERS.map((letter) => {
  const share = document.createElement("span");
  share.className = `mg-square-share mg-of-${letter.toLowerCase()}`;
  const name = document.createElement("b");
  name.textContent = letter;
  const line = document.createElement("span");
  const figure = document.createElement("span");
  line.append(name, " ", figure);
  share.append(line, document.createElement("i"));
  find("-shares").append(share);
  return { share, figure };
});

function paintField() {
  const field = find("-field");
  const { width, height } = field;
  const context = field.getContext("2d");
  const picture = context.createImageData(width, height);
  for (let i = 0; i < width * height; i += 1) {
    const at = { x: (i % width) / (width - 1), y: Math.floor(i / width) / (height - 1) };
    const mix = weights(at);
    for (let part = 0; part < 3; part += 1) {
      // Light adds up as squares, nearly: the means of the numbers themselves would be dull.
      const light = mix.reduce((sum, weight, k) => sum + weight * COLOURS[k][part] ** 2, 0);
      picture.data[4 * i + part] = Math.sqrt(light);
    }
    picture.data[4 * i + 3] = 255;
  }
  context.putImageData(picture, 0, 0);
}

function receive() {
  const { corners, x, y } = props.value || { corners: ["", "", "", ""] };
  buttons.forEach((button, i) => {
    button.lastElementChild.textContent = corners[i];
    button.setAttribute("aria-label", `Corner ${LETTERS[i]}: ${corners[i]}`);
    button.title = corners[i];
  });
  if (!drag) moveTo(x ?? place.x, y ?? place.y);
}

// The dot --------------------------------------------------------------------------------------

function moveTo(x, y) {
  place = { x: Number(clamp(x).toFixed(3)), y: Number(clamp(y).toFixed(3)) };
  const said = percents().map((percent, i) => {
    const { share, figure } = shares[i];
    share.style.setProperty("--share", percent + "%");
    figure.textContent = percent + " %";
    return `${LETTERS[i]} ${percent} %`;
  }).join(", ");
  for (const [axis, slider] of Object.entries(sliders)) {
    dot.style.setProperty("--" + axis, place[axis]);
    slider.value = Math.round(place[axis] * 100);
    slider.setAttribute("aria-valuetext", said);
  }
  root.dataset.x = place.x;
  root.dataset.y = place.y;
}

const hear = () => trigger("blend", { ...place });

// A place that a hand has come to: near a corner it is the corner.
function point({ clientX, clientY }, grip = { x: 0, y: 0 }) {
  const { left, top, width, height } = room.getBoundingClientRect();
  const x = clamp((clientX - grip.x - left) / width);
  const y = clamp((clientY - grip.y - top) / height);
  const near = [x, y].every((value) => Math.min(value, 1 - value) <= SNAP);
  if (near) moveTo(Math.round(x), Math.round(y));
  else moveTo(x, y);
}

// On the field a finger scrolls the page, or taps; the dot it can drag.
pad.addEventListener("pointerdown", (event) => {
  lifted = false;
  if (!event.isPrimary || event.button || menu.contains(event.target)) return;
  const isMouse = event.pointerType === "mouse";
  const { left, top, width, height } = dot.getBoundingClientRect();
  const beside = { x: event.clientX - left - width / 2, y: event.clientY - top - height / 2 };
  const held = event.target === dot && (!isMouse || Math.hypot(beside.x, beside.y) <= RADIUS);
  if (!isMouse && !held) return;
  const grip = held ? beside : { x: 0, y: 0 };
  drag = { id: event.pointerId, from: place, grip };
  pad.dataset.dragging = "true";
  pad.setPointerCapture(event.pointerId);
  if (!held) point(event);
});
pad.addEventListener("pointermove", (event) => {
  if (drag?.id === event.pointerId) point(event, drag.grip);
});
function lift(event) {
  if (drag?.id !== event.pointerId) return;
  const { from } = drag;
  drag = null;
  delete pad.dataset.dragging;
  if (event.type === "pointerup") {
    lifted = true;
    hear();
  } else moveTo(from.x, from.y);
}
for (const kind of ["pointerup", "pointercancel"]) pad.addEventListener(kind, lift);
pad.addEventListener("click", (event) => {
  if (lifted || menu.contains(event.target)) return;
  point(event);
  hear();
});
// A press would take the space bar from the player, which plays and pauses with it.
pad.addEventListener("mousedown", (event) => {
  event.preventDefault();
  document.activeElement?.blur();
});

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
for (const [axis, slider] of Object.entries(sliders)) {
  slider.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in ARROWS) {
      const [right, down] = ARROWS[event.key];
      const step = event.shiftKey ? FINE : STEP;
      moveTo(place.x + right * step, place.y + down * step);
    } else if (event.key === "Enter") hear();
    else return;
    event.preventDefault();
  });
  slider.addEventListener("input", () => {
    const moved = { ...place, [axis]: slider.value / 100 };
    moveTo(moved.x, moved.y);
  });
}
find("-hear").addEventListener("click", hear);

// The choice for a corner ----------------------------------------------------------------------

let opened = null; // { index, byKey }

function open(index, byKey) {
  opened = { index, byKey };
  menu.dataset.index = index;
  menu.setAttribute("aria-label", `Corner ${LETTERS[index]}`);
  menu.hidden = false;
  buttons[index].setAttribute("aria-expanded", "true");
  if (byKey) menu.firstElementChild.focus();
}

function close() {
  if (!opened) return;
  const { index, byKey } = opened;
  opened = null;
  if (byKey && menu.contains(document.activeElement)) buttons[index].focus();
  menu.hidden = true;
  buttons[index].setAttribute("aria-expanded", "false");
}

menu.addEventListener("click", (event) => {
  const { from } = event.target.closest("button")?.dataset ?? {};
  if (!from) return;
  const { index } = opened;
  close();
  trigger("corner", { index, from });
});
root.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !opened) return;
  event.preventDefault();
  close();
});
root.addEventListener("focusout", ({ relatedTarget }) => {
  if (opened?.byKey && relatedTarget && !menu.contains(relatedTarget)) close();
});
document.addEventListener("pointerdown", ({ target }) => {
  if (opened && !menu.contains(target) && target.closest(".mg-square-corner") !== buttons[opened.index]) close();
}, { capture: true });

paintField();
watch("value", receive);
receive();
