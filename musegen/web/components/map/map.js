// The map: phrases as points, to be heard one by one or along a line. Runs once, with `element`,
// `props`, `watch`, `trigger`. Places are in [0, 1], x to the right and y down; where it says
// pixels, they are the canvas's own. Text from Python is set as text, never as markup.

// The upper two thirds of viridis: even steps to the eye, also to one that is colour-blind, and
// none too dark for this ground.
const RAMP = ["#31688e", "#26828e", "#1f9e89", "#35b779", "#6ece58", "#b5de2b", "#fde725"];
const GREY = "#65616d";
const SIGNAL = "#ff5b36";
const HIGHEST = 254; // of a point's value
const MISSING = 255;
const EDGE = 16; // pixels around the map
const CLOSEST = 16; // zoom
const ZOOM = 1.5; // of one press
const REACH = 24; // pixels from a press to the point that is meant
const STILL = 4; // pixels that a hand may tremble
const SHORTEST = 12; // pixels of a line
const MOST = 200; // points of a line
const FAR = 0.1; // of the view's width: an arrow key with Shift

const find = (name) => element.querySelector(".mg-map" + name);
const root = find("");
const stage = find("-stage");
const canvas = find("-points");
const by = find("-by");
const count = find("-phrases");
const tip = find("-tip");
const still = document.createElement("canvas"); // the points; what stands on them changes oftener
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

let map = null; // { x, y, attributes }, what `read` makes of the value
let view = { zoom: 1, x: 0.5, y: 0.5 }; // and the place in its middle
let size = 0; // pixels
let mode = "listen";
let hand = false; // whether a finger or the left button moves the map
let here = null; // { seed } or { points }, what was asked for last
let at = null; // number of the point that the arrow keys have come to
let hovered = null; // number of the point under the mouse
let corners = []; // numbers of points: the line that is made with keys
let gesture = null; // what a pointer does: { id, kind, x, y, from, points, moved }
let pinch = null; // two fingers at their beginning: { distance, zoom, place }
let stillIsOld = true;
let frame = 0;

// Reading what Python sends --------------------------------------------------------------------

const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

function coordinates(text) {
  const data = new DataView(bytes(text).buffer);
  return Float32Array.from({ length: data.byteLength / 2 }, (_, i) => data.getUint16(2 * i, true) / 65535);
}

function read(value) {
  const { x, y, attributes } = value;
  return {
    x: coordinates(x),
    y: coordinates(y),
    attributes: new Map(attributes.map(
      ({ name, values, low, high }) => [name, { name, values: bytes(values), low, high }],
    )),
  };
}

function receive() {
  map = props.value ? read(props.value) : null;
  if (map && !map.x.length) map = null;
  here = at = hovered = null;
  corners = [];
  tip.hidden = true;
  root.dataset.state = map ? "ready" : "empty";
  root.dataset.points = map ? map.x.length : 0;
  const chosen = by.value;
  by.replaceChildren(...(map ? [...map.attributes.keys()] : []).map(
    (name) => new Option(name[0].toUpperCase() + name.slice(1), name, false, name === chosen),
  ));
  say("");
  legend();
  refresh();
}

// Values and colours ---------------------------------------------------------------------------

const parts = (colour) => [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));

const COLOURS = Array.from({ length: HIGHEST + 1 }, (_, value) => {
  const place = (value / HIGHEST) * (RAMP.length - 1);
  const i = Math.min(RAMP.length - 2, Math.floor(place));
  const [from, to] = [parts(RAMP[i]), parts(RAMP[i + 1])];
  return "rgb(" + from.map((part, k) => Math.round(part + (to[k] - part) * (place - i))).join() + ")";
});

const attribute = () => map && map.attributes.get(by.value);
const colourOf = (i) => COLOURS[attribute()?.values[i] ?? 0] ?? GREY;

function figure(value, { low, high }) {
  const range = high - low;
  return value.toFixed(range >= 50 ? 0 : range >= 1 ? 1 : range >= 0.1 ? 2 : 3);
}

function valueOf(i) {
  const shown = attribute();
  if (!shown) return "";
  const value = shown.values[i];
  if (value === MISSING) return `no ${shown.name}`;
  return `${shown.name} ${figure(shown.low + (value / HIGHEST) * (shown.high - shown.low), shown)}`;
}

const nameOf = (i) => [`seed ${i}`, valueOf(i)].filter(Boolean).join(", ");

function legend() {
  const own = find("-legend");
  const shown = attribute();
  own.style.visibility = shown ? "visible" : "hidden";
  if (!shown) return;
  const [low, high] = [shown.low, shown.high].map((value) => figure(value, shown));
  own.firstElementChild.textContent = low;
  own.lastElementChild.textContent = high;
  own.setAttribute("aria-label", `Colours of ${shown.name}: dark blue is ${low}, bright yellow is ${high}`);
}

// Places and pixels ----------------------------------------------------------------------------

const scale = () => (size - 2 * EDGE) * view.zoom;
const pixelsOf = ([x, y]) => [size / 2 + (x - view.x) * scale(), size / 2 + (y - view.y) * scale()];
const placeOf = ([x, y]) => [view.x + (x - size / 2) / scale(), view.y + (y - size / 2) / scale()];
const pointAt = (i) => [map.x[i], map.y[i]];

function pixelsUnder({ clientX, clientY }) {
  const { left, top } = canvas.getBoundingClientRect();
  return [clientX - left, clientY - top];
}

// Number of the point for which `distance` is least, or null if it is infinite for all.
function least(distance) {
  let best = null;
  let low = Infinity;
  for (let i = 0; i < map.x.length; i += 1) {
    const far = distance(i);
    if (far < low) [best, low] = [i, far];
  }
  return best;
}

function nearest(pixels, reach) {
  const [x, y] = placeOf(pixels);
  const most = reach / scale();
  return least((i) => {
    const far = Math.hypot(map.x[i] - x, map.y[i] - y);
    return far <= most ? far : Infinity;
  });
}

// `number` points at even distances along a line.
function evenly(points, number) {
  const lengths = [0];
  for (let i = 1; i < points.length; i += 1) {
    const [[ax, ay], [bx, by]] = [points[i - 1], points[i]];
    lengths.push(lengths[i - 1] + Math.hypot(bx - ax, by - ay));
  }
  const whole = lengths[lengths.length - 1];
  let i = 0;
  return Array.from({ length: number }, (_, k) => {
    const length = (k / (number - 1)) * whole;
    while (i < points.length - 2 && lengths[i + 1] < length) i += 1;
    const share = clamp((length - lengths[i]) / (lengths[i + 1] - lengths[i] || 1), 0, 1);
    return [0, 1].map((axis) => points[i][axis] + share * (points[i + 1][axis] - points[i][axis]));
  });
}

function show(zoom, x, y) {
  view.zoom = clamp(zoom, 1, CLOSEST);
  const middle = (size / 2 - EDGE) / scale(); // as near to an edge as the middle may come
  view.x = clamp(x, middle, 1 - middle);
  view.y = clamp(y, middle, 1 - middle);
  const whole = view.zoom < 1.001;
  if (whole) setHand(false);
  for (const [name, off] of [["-closer", view.zoom >= CLOSEST], ["-farther", whole], ["-hand", whole]]) {
    find(name).setAttribute("aria-disabled", String(off));
  }
  root.dataset.zoom = view.zoom.toFixed(2);
  refresh();
}

// Shows a place at these pixels.
function bring([x, y], [left, top], zoom) {
  const wide = (size - 2 * EDGE) * clamp(zoom, 1, CLOSEST);
  show(zoom, x - (left - size / 2) / wide, y - (top - size / 2) / wide);
}

function zoomTo(zoom, pixels = [size / 2, size / 2]) {
  if (map && size) bring(placeOf(pixels), pixels, zoom);
}

// What is heard --------------------------------------------------------------------------------

const phrases = () => Number(count.value);

function say(text) {
  find("-said").textContent = text;
}

function hear(seed) {
  here = { seed };
  at = seed;
  say("You are here: " + nameOf(seed));
  draw();
  trigger("place", { seed });
}

function hearLine(points) {
  const few = points.length > MOST ? evenly(points, MOST) : points;
  here = { points: few.map((place) => place.map((value) => Number(clamp(value, 0, 1).toFixed(4)))) };
  corners = [];
  say(`You are on a line of ${phrases()} phrases`);
  draw();
  trigger("line", { points: here.points, phrases: phrases() });
}

function setMode(wanted) {
  mode = root.dataset.mode = wanted;
  corners = [];
  for (const button of root.querySelectorAll(".mg-map-modes button")) {
    button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
  }
  const listens = mode === "listen";
  find("-hint").textContent = listens
    ? "Press a point to hear it. Neighbours sound alike."
    : "Draw a line over the map, and the music goes along it.";
  find("-keys").textContent = "Arrow keys go from point to point, with Shift farther. " + (listens
    ? "Enter plays the point."
    : "Enter begins a line and adds corners to it, Enter on the last one again plays it, Escape drops it.") +
    " Plus and minus zoom.";
  setHand(false);
  draw();
}

function setHand(wanted) {
  hand = wanted;
  root.dataset.hand = String(hand);
  find("-hand").setAttribute("aria-pressed", String(hand));
}

// Picture --------------------------------------------------------------------------------------

function layOut() {
  size = stage.clientWidth;
  if (!size) return;
  const ratio = Math.min(3, devicePixelRatio || 1);
  for (const picture of [canvas, still]) {
    picture.width = picture.height = Math.round(size * ratio);
    picture.getContext("2d").setTransform(ratio, 0, 0, ratio, 0, 0);
  }
  show(view.zoom, view.x, view.y);
}

function refresh() {
  stillIsOld = true;
  draw();
}

function draw() {
  cancelAnimationFrame(frame);
  frame = requestAnimationFrame(paint);
}

function disc(context, [x, y], radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
}

function paintPoints() {
  stillIsOld = false;
  const context = still.getContext("2d");
  context.clearRect(0, 0, size, size);
  const radius = Math.min(5, 1.7 * Math.sqrt(view.zoom));
  context.globalAlpha = 0.9;
  for (let i = 0; i < map.x.length; i += 1) {
    const pixels = pixelsOf(pointAt(i));
    if (Math.min(...pixels) < -radius || Math.max(...pixels) > size + radius) continue;
    context.fillStyle = colourOf(i);
    disc(context, pixels, radius);
    context.fill();
  }
}

function ring(context, i, colour) {
  const pixels = pixelsOf(pointAt(i));
  for (const [style, width] of [["#0f0e12", 6], [colour, 2.5]]) {
    context.strokeStyle = style;
    context.lineWidth = width;
    disc(context, pixels, 8);
    context.stroke();
  }
  context.fillStyle = colourOf(i);
  disc(context, pixels, 4);
  context.fill();
}

function paintLine(context, points, dots) {
  const pixels = points.map(pixelsOf);
  context.lineJoin = context.lineCap = "round";
  for (const [style, width] of [["rgba(15, 14, 18, .8)", 6], ["#fff", 2]]) {
    context.strokeStyle = style;
    context.lineWidth = width;
    context.beginPath();
    pixels.forEach(([x, y]) => context.lineTo(x, y));
    context.stroke();
  }
  dots.map(pixelsOf).forEach((place, i) => {
    disc(context, place, i ? 4.5 : 6);
    context.fillStyle = i ? "#fff" : SIGNAL; // where it begins
    context.fill();
    context.strokeStyle = "#0f0e12";
    context.lineWidth = 1.5;
    context.stroke();
  });
}

function paint() {
  if (!size) return;
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, size, size);
  if (!map) return;
  if (stillIsOld) paintPoints();
  context.drawImage(still, 0, 0, size, size);
  const drawn = gesture?.points ?? corners.map(pointAt);
  if (here && "seed" in here) ring(context, here.seed, "#fff");
  else if (here && !drawn.length) paintLine(context, here.points, evenly(here.points, phrases()));
  if (drawn.length) paintLine(context, drawn, gesture?.points ? [drawn[0]] : drawn);
  if (hovered !== null && hovered !== here?.seed) ring(context, hovered, "rgba(255, 255, 255, .55)");
  if (at !== null && canvas.matches(":focus-visible")) ring(context, at, "#ff8a65");
}

// A mouse and fingers --------------------------------------------------------------------------

function hover(event) {
  const idle = map && mode === "listen" && !hand && event.pointerType === "mouse" && !gesture;
  hovered = idle ? nearest(pixelsUnder(event), REACH / 2) : null;
  canvas.style.cursor = hovered === null ? "" : "pointer";
  tip.hidden = hovered === null;
  draw();
  if (hovered === null) return;
  const strong = document.createElement("b");
  strong.textContent = `seed ${hovered}`;
  tip.replaceChildren(strong, valueOf(hovered));
  tip.style.setProperty("--point", colourOf(hovered));
  const [x, y] = pixelsOf(pointAt(hovered));
  tip.style.left = clamp(x - tip.offsetWidth / 2, 4, size - tip.offsetWidth - 4) + "px";
  const above = y - tip.offsetHeight - 14;
  tip.style.top = (above > 2 ? above : y + 14) + "px";
}

canvas.addEventListener("pointerdown", (event) => {
  if (!map || pinch || !event.isPrimary) return;
  const moves = event.button > 0 || hand || (mode === "listen" && event.pointerType === "mouse");
  const kind = moves ? "pan" : mode;
  const [x, y] = pixelsUnder(event);
  gesture = { id: event.pointerId, kind, x, y, from: { ...view }, points: null, moved: false };
  if (kind === "listen") return; // the page may scroll; if it does not, there is a click
  canvas.setPointerCapture(event.pointerId);
  if (kind === "draw") gesture.points = [placeOf([x, y])];
  draw();
});

canvas.addEventListener("pointermove", (event) => {
  if (gesture?.id !== event.pointerId) return hover(event);
  const [x, y] = pixelsUnder(event);
  gesture.moved ||= Math.hypot(x - gesture.x, y - gesture.y) > STILL;
  if (gesture.kind === "pan" && gesture.moved) {
    root.dataset.panning = "true";
    tip.hidden = true;
    const { from } = gesture;
    show(view.zoom, from.x - (x - gesture.x) / scale(), from.y - (y - gesture.y) / scale());
  } else if (gesture.kind === "draw") {
    gesture.points.push(placeOf([clamp(x, 0, size), clamp(y, 0, size)]));
    draw();
  }
});

let moved = false; // whether the pointer that was lifted last has moved
function lift(event) {
  if (gesture?.id !== event.pointerId) return;
  const { kind, points } = gesture;
  moved = gesture.moved;
  gesture = null;
  delete root.dataset.panning;
  draw();
  if (kind !== "draw" || event.type !== "pointerup") return;
  const pixels = points.map(pixelsOf);
  const length = pixels.slice(1).reduce(
    (sum, [x, y], i) => sum + Math.hypot(x - pixels[i][0], y - pixels[i][1]), 0,
  );
  if (length >= SHORTEST) hearLine(points);
  else say("That is too short: drag to draw a line");
}
for (const kind of ["pointerup", "pointercancel"]) canvas.addEventListener(kind, lift);

canvas.addEventListener("click", (event) => {
  if (!map || mode !== "listen" || hand || moved) return;
  const seed = nearest(pixelsUnder(event), REACH);
  if (seed === null) say("There is no point");
  else hear(seed);
});

canvas.addEventListener("pointerleave", () => {
  hovered = null;
  tip.hidden = true;
  draw();
});

// A press would take the space bar from the player, which plays and pauses with it. It would also
// begin to scroll (the middle button) or open a menu (the right one), where it moves the map.
canvas.addEventListener("mousedown", (event) => {
  event.preventDefault();
  document.activeElement?.blur();
});
canvas.addEventListener("contextmenu", (event) => event.preventDefault());

canvas.addEventListener("wheel", (event) => {
  if (!event.ctrlKey) return; // pinching on a touchpad comes as this too
  event.preventDefault();
  zoomTo(view.zoom * Math.exp(-clamp(event.deltaY, -60, 60) * 0.008), pixelsUnder(event));
}, { passive: false });

const spread = ([a, b]) => Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
const between = ([a, b]) => pixelsUnder({
  clientX: (a.clientX + b.clientX) / 2, clientY: (a.clientY + b.clientY) / 2,
});
canvas.addEventListener("touchstart", ({ touches }) => {
  pinch = map && touches.length === 2
    ? { distance: spread(touches), zoom: view.zoom, place: placeOf(between(touches)) }
    : null;
  if (!pinch) return;
  gesture = null; // the first finger did not mean to draw
  draw();
}, { passive: true });
canvas.addEventListener("touchmove", (event) => {
  if (!pinch || event.touches.length !== 2) return;
  event.preventDefault();
  bring(pinch.place, between(event.touches), (pinch.zoom * spread(event.touches)) / pinch.distance);
}, { passive: false });
for (const kind of ["touchend", "touchcancel"]) {
  canvas.addEventListener(kind, ({ touches }) => { if (!touches.length) pinch = null; });
}

// Keys -----------------------------------------------------------------------------------------

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

// The nearest point in a direction; with `far`, the nearest to a place some way off.
function next([right, down], far) {
  const [x, y] = pointAt(at);
  const reach = far ? (FAR * size) / scale() : 0;
  return least((i) => {
    const [dx, dy] = [map.x[i] - x, map.y[i] - y];
    const ahead = dx * right + dy * down;
    const aside = Math.abs(dx * down) + Math.abs(dy * right);
    return ahead <= 0 || aside > ahead ? Infinity : Math.hypot(ahead - reach, aside);
  });
}

function goTo(i) {
  at = i;
  const place = pointAt(i);
  if (pixelsOf(place).some((value) => value < EDGE || value > size - EDGE)) show(view.zoom, ...place);
  say(nameOf(i));
  draw();
}

function enter() {
  if (at === null) return goTo(nearest([size / 2, size / 2], Infinity));
  if (mode === "listen") return hear(at);
  const last = corners[corners.length - 1];
  if (last !== at) {
    corners.push(at);
    say(`${nameOf(at)}: ${corners.length > 1 ? "corner of the line" : "start of the line"}`);
    draw();
  } else if (corners.length > 1) hearLine(corners.map(pointAt));
}

canvas.addEventListener("keydown", (event) => {
  if (!map || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key in ARROWS) {
    goTo(at === null
      ? nearest([size / 2, size / 2], Infinity)
      : next(ARROWS[event.key], event.shiftKey) ?? at);
  } else if (event.key === "Enter") enter();
  else if (event.key === "Escape" && corners.length) {
    corners = [];
    say("The line is dropped");
    draw();
  } else if (event.key === "+" || event.key === "=") zoomTo(view.zoom * ZOOM);
  else if (event.key === "-") zoomTo(view.zoom / ZOOM);
  else return;
  event.preventDefault();
});
for (const kind of ["focus", "blur"]) canvas.addEventListener(kind, draw);

root.addEventListener("click", (event) => {
  const button = event.target.closest(".mg-map-modes button");
  if (button) setMode(button.dataset.mode);
});
find("-closer").addEventListener("click", () => zoomTo(view.zoom * ZOOM));
find("-farther").addEventListener("click", () => zoomTo(view.zoom / ZOOM));
find("-hand").addEventListener("click", () => { if (view.zoom > 1) setHand(!hand); });
by.addEventListener("change", () => {
  legend();
  refresh();
});
count.addEventListener("change", () => {
  if (here?.points) hearLine(here.points);
});

find("-legend").style.setProperty("--ramp", `linear-gradient(90deg, ${RAMP.join(", ")})`);
setMode("listen");
watch("value", receive);
new ResizeObserver(layOut).observe(stage);
layOut();
receive();
