// Hands: what a mouse, fingers and keys do with the roll and the overview.

const NAMES = ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"];
const tip = find("tip");

function stepUnder(event) {
  const left = scroller.getBoundingClientRect().left;
  return clamp((event.clientX - left + view.left) / view.perStep, 0, piece.steps);
}

function noteUnder(event) {
  const bounds = stage.getBoundingClientRect();
  const x = event.clientX - bounds.left;
  const y = event.clientY - bounds.top;
  for (let i = piece.notes.length - 1; i >= 0; i -= 1) {
    const note = piece.notes[i];
    if (!isHeard(note.part)) continue;
    const place = boxOf(note, view);
    const grace = Math.max(0, (7 - place.height) / 2);
    if (x >= place.x && x <= place.x + place.width &&
        y >= place.y - grace && y <= place.y + place.height + grace) return { note, place };
  }
  return null;
}

function hover(event) {
  const found = piece && event.pointerType !== "touch" ? noteUnder(event) : null;
  tip.hidden = !found;
  if (!found) return;
  const { note, place } = found;
  const { instrument } = piece.parts.find((part) => part.name === note.part);
  const drum = DRUMS.get(note.pitch);
  const name = note.part === "drums" && drum
    ? drum[1]
    : NAMES[note.pitch % 12] + (Math.floor(note.pitch / 12) - 1);
  tip.replaceChildren(make("b", "", name), `${instrument}, velocity ${note.velocity}`);
  tip.style.setProperty("--part", COLOURS[note.part]);
  const left = clamp(place.x, 4, view.width - tip.offsetWidth - 4);
  const above = place.y - tip.offsetHeight - 7;
  tip.style.left = left + "px";
  tip.style.top = (above > 2 ? above : place.y + place.height + 7) + "px";
}

scroller.addEventListener("click", (event) => {
  if (piece) seek(secondsAt(stepUnder(event)));
});
scroller.addEventListener("pointermove", hover);
scroller.addEventListener("pointerleave", () => { tip.hidden = true; });
for (const kind of ["wheel", "touchmove"]) {
  scroller.addEventListener(kind, () => { handScrolled = performance.now(); }, { passive: true });
}
// The phrases scroll with the roll, whichever of the two a hand moves.
const rail = cells.parentElement;
scroller.addEventListener("scroll", () => {
  tip.hidden = true;
  rail.scrollLeft = scroller.scrollLeft;
  if (view) view.left = scroller.scrollLeft;
  refresh();
}, { passive: true });
rail.addEventListener("scroll", () => {
  if (Math.abs(rail.scrollLeft - scroller.scrollLeft) > 1) scroller.scrollLeft = rail.scrollLeft;
}, { passive: true });
rail.addEventListener("touchmove", () => { handScrolled = performance.now(); }, { passive: true });

scroller.addEventListener("wheel", (event) => {
  if (!event.ctrlKey) return; // pinching on a touchpad comes as this too
  event.preventDefault();
  const x = event.clientX - scroller.getBoundingClientRect().left;
  zoomTo(zoom * Math.exp(-clamp(event.deltaY, -60, 60) * 0.008), x);
}, { passive: false });

let pinch = null; // { distance, zoom } at its beginning
const spread = ([a, b]) => Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
scroller.addEventListener("touchstart", ({ touches }) => {
  pinch = touches.length === 2 ? { distance: spread(touches), zoom } : null;
}, { passive: true });
scroller.addEventListener("touchmove", (event) => {
  if (!pinch || event.touches.length !== 2) return;
  event.preventDefault();
  const [a, b] = event.touches;
  const x = (a.clientX + b.clientX) / 2 - scroller.getBoundingClientRect().left;
  zoomTo((pinch.zoom * spread(event.touches)) / pinch.distance, x);
}, { passive: false });

const MOVES = {
  ArrowLeft: -STEPS_PER_BAR, ArrowDown: -STEPS_PER_BAR,
  ArrowRight: STEPS_PER_BAR, ArrowUp: STEPS_PER_BAR,
  PageDown: -STEPS_PER_PHRASE, PageUp: STEPS_PER_PHRASE,
};
scroller.addEventListener("keydown", (event) => {
  if (!piece || event.ctrlKey || event.metaKey || event.altKey) return;
  let step = stepAt(position());
  if (event.key in MOVES) {
    // To the bar line, not a bar from wherever the playhead is; back first to this bar's own.
    const move = MOVES[event.key];
    const grid = Math.abs(move);
    step = move > 0
      ? (Math.floor(step / grid + 0.01) + 1) * grid
      : (Math.ceil(step / grid - (mixer.playing ? 0.25 : 0.01)) - 1) * grid;
    step = clamp(step, 0, piece.steps);
  } else if (event.key === "Home") step = 0;
  else if (event.key === "End") step = piece.steps;
  else return;
  event.preventDefault();
  seek(secondsAt(step));
});

function scrub(event) {
  if (!piece) return;
  const bounds = overview.getBoundingClientRect();
  const share = clamp((event.clientX - bounds.left) / bounds.width, 0, 1);
  seek(secondsAt(share * piece.steps));
}
overview.addEventListener("pointerdown", (event) => {
  overview.setPointerCapture(event.pointerId);
  scrub(event);
});
overview.addEventListener("pointermove", (event) => {
  if (event.buttons) scrub(event);
});

find("closer").addEventListener("click", () => zoomTo(zoom * ZOOM));
find("farther").addEventListener("click", () => zoomTo(zoom / ZOOM));
