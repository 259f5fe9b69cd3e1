// Tools: what can be done with the chosen phrase, and with all those that are not locked.

const CONTINUED = 8; // bars
let copying = null; // index of the phrase that waits for its target
const kept = new Set(); // names of models that may not change; these stay from piece to piece

const MODELS = ["song", "drums"];
const has = (model) => piece.parts.some(({ name }) => (name === "drums") === (model === "drums"));
const hasBoth = () => MODELS.every(has);
const changing = () => MODELS.filter((model) => has(model) && !(hasBoth() && kept.has(model)));
const unlocked = () => [...Array(piece.phrases).keys()].filter((i) => !locks.has(i));
// What Redraw and Vary work on.
const worked = () => (chosen === null ? unlocked() : [chosen]);

const far = find("far-range");
const farWords = (percent) =>
  percent < 10 ? "hardly" : percent <= 30 ? "a little" : percent < 60 ? "some way" : "a lot";

function offerTools() {
  const phrase = chosen === null ? "" : `Phrase ${chosen + 1}`;
  const waits = !piece ? "There is no piece yet" : busy ? "Wait for what is being made" : "";
  const choice = waits || (chosen === null ? "Choose a phrase first" : "");
  const isLocked = chosen !== null && locks.has(chosen);
  const nothing = piece && !changing().length ? "Both are kept: nothing is left to change" : "";
  const allLocked = piece && !unlocked().length ? "All phrases are locked: unlock one first" : "";
  const own = waits || nothing ||
    (isLocked ? `${phrase} is locked: unlock it first` : chosen === null ? allLocked : "");
  find("scope").textContent = phrase || "All phrases";
  allow(tool("lock"), chosen === null ? choice : "");
  tool("lock").setAttribute("aria-pressed", String(isLocked));
  allow(tool("redraw"), own);
  allow(tool("vary"), own);
  allow(tool("copy"), choice || (piece.phrases < 2 ? "There is no other phrase" : ""));
  tool("copy").setAttribute("aria-pressed", String(copying !== null));
  tool("cut").hidden = !piece?.blend || chosen === null;
  allow(tool("cut"), waits);
  allow(tool("rest"), waits || nothing || allLocked);
  allow(tool("extend"), waits);
  for (const keep of root.querySelectorAll(".mg-keep")) {
    keep.hidden = !piece || !hasBoth();
    keep.setAttribute("aria-pressed", String(kept.has(keep.dataset.keep)));
  }
  allow(tool("undo"), waits || (at > 0 ? "" : "Nothing to undo"));
  allow(tool("redo"), waits || (at < takes.length - 1 ? "" : "Nothing to redo"));
}

function edit(data, about = {}) {
  ask("edit", data, about);
}

function fill(phrases) {
  edit({ do: "fill", phrases, models: changing() }, { from: phrases[0] });
}

function vary(phrases) {
  const similarity = (100 - Number(far.value)) / 100;
  edit({ do: "vary", phrases, similarity, models: changing() }, { from: phrases[0] });
}

// The phrases of the chosen one's section.
function cut() {
  const starts = piece.blend.map(([bar]) => Math.floor(bar / BARS_PER_PHRASE));
  const section = starts.findLastIndex((start) => start <= chosen);
  const first = starts[section];
  const phrases = (starts[section + 1] ?? piece.phrases) - first;
  edit({ do: "cut", first, phrases }, { isCut: true });
}

const copyHint = () => note || `Press the phrase that phrase ${copying + 1} is copied to; Escape ends it`;

function startCopying() {
  copying = chosen;
  note = "";
  markCells();
  offerTools();
  report();
  cells.children[chosen].focus({ preventScroll: true });
}

function endCopying() {
  if (copying === null) return;
  copying = null;
  note = "";
  markCells();
  offerTools();
  report();
}

function copyTo(target) {
  const source = copying;
  if (locks.has(target)) return say(`Phrase ${target + 1} is locked: press another one; Escape ends it`);
  endCopying();
  if (target !== source) edit({ do: "copy", source, target }, { from: target });
}

far.addEventListener("input", tellFar);
function tellFar() {
  const words = farWords(Number(far.value));
  find("far-said").textContent = words;
  far.setAttribute("aria-valuetext", `${far.value} %, ${words}`);
  far.style.setProperty("--share", far.value + "%");
}
tellFar();

onPress(tool("lock"), () => lock(chosen));
onPress(tool("redraw"), () => fill(worked()));
onPress(tool("vary"), () => vary(worked()));
onPress(tool("rest"), () => fill(unlocked()));
onPress(tool("copy"), () => (copying === null ? startCopying() : endCopying()));
onPress(tool("cut"), cut);
onPress(tool("extend"), () => edit({ do: "extend", bars: CONTINUED }, { from: piece.phrases }));
for (const keep of root.querySelectorAll(".mg-keep")) {
  keep.addEventListener("click", () => {
    const model = keep.dataset.keep;
    if (kept.has(model)) kept.delete(model);
    else kept.add(model);
    offerTools();
  });
}
