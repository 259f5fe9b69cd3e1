// The player: takes what Python sends, plays it, and hears the keys that work everywhere.

let playWhenReady = false;
let playFrom = null; // the phrase that was changed
let announced = false; // to who cannot see that the piece is there
let touched = false; // since when browsers let this page sound

// Reading what Python sends -----------------------------------------------------------------------

function read(value) {
  const rows = JSON.parse(value.notes);
  const names = value.parts.map((part) => part[0]);
  const notes = rows.map(([onset, part, pitch, duration, velocity]) => ({
    onset, part: names[part], pitch, duration, velocity,
  }));
  const steps = value.bars * STEPS_PER_BAR;
  const pitched = notes.filter((note) => note.part !== "drums").map((note) => note.pitch);
  const kinds = new Set(notes.filter((note) => note.part === "drums").map((note) => note.pitch));
  let low = pitched.length ? Math.min(...pitched) - 2 : 0;
  let high = pitched.length ? Math.max(...pitched) + 2 : -1;
  while (pitched.length && high - low < 30) {
    low -= 1;
    high += 1;
  }
  const result = {
    ...value, notes, steps, low, high,
    parts: value.parts.map(([name, instrument]) => ({ name, instrument })),
    marks: JSON.parse(value.marks),
    stream: JSON.parse(value.stream),
    blend: JSON.parse(value.blend),
    phrases: Math.ceil(steps / STEPS_PER_PHRASE),
    drums: [...DRUMS.keys()].filter((pitch) => kinds.has(pitch)),
  };
  const i = Math.floor(steps / STEPS_PER_PHRASE);
  const rest = steps / STEPS_PER_PHRASE - i;
  const { times } = value;
  result.seconds = rest ? times[i] + rest * (times[i + 1] - times[i]) : times[i];
  return result;
}

// The id stays as long as a piece is worked on; the recipe is another with each change.
function receive() {
  const value = props.value;
  if (!value || !value.id) return report();
  if (isLate(value)) return;
  const isNew = !piece || piece.id !== value.id;
  const isChanged = isNew || piece.recipe !== value.recipe;
  if (isChanged) begin(value, isNew);
  piece = read(value);
  note = "";
  stopped = false;
  find("title").textContent = piece.title;
  find("details").textContent = piece.details.join("  ·  ");
  find("total").textContent = clock(piece.seconds);
  find("copy").hidden = !piece.link;
  root.dataset.notes = piece.notes.length;
  root.dataset.id = piece.id;
  for (const phrase of locks) if (phrase >= piece.phrases) locks.delete(phrase);
  legend();
  phraseCells();
  if (chosen !== null && chosen >= piece.phrases) choose(null);
  hearSound();
  if (isChanged || !asked) {
    asked = null;
    setBusy(false);
  }
  offerTools();
  offerFiles();
  layOut();
  tell();
}

// Notes come first, and their sound after them. A sound of other notes than those that are shown
// was on its way when something else was asked for.
const isLate = (value) => piece !== null && Boolean(value.sound || value.problem) &&
  (value.id !== piece.id || value.recipe !== piece.recipe);

// A piece that is not the one before, or not as it was.
function begin(value, isNew) {
  const isElsewhere = isNew || Boolean(asked?.isCut); // phrase 3 is not the phrase 3 it was
  remember(value, isNew);
  endCopying();
  mixer.forget();
  delete root.dataset.loading;
  announced = false;
  playFrom = asked?.from ?? null;
  if (playFrom !== null) playWhenReady = true;
  if (isElsewhere) {
    locks.clear();
    mixer.clear();
    delete root.dataset.sound;
    playWhenReady = true;
    scroller.scrollLeft = 0;
    if (chosen !== null) choose(null);
  } // else the old sound plays until the new is there
  root.dataset.state = "drawn";
  keepLink(value.link);
  if (isNew) {
    bringIntoView();
    letSpaceGo();
  }
}

function hearSound() {
  const source = piece.sound?.url;
  // Of a mix no part can be taken away: who does not hear all of them waits for the parts.
  if (source && !(isMix() && !asWritten())) {
    if (root.dataset.sound === source) root.dataset.state = "ready";
    else if (root.dataset.loading !== source) {
      root.dataset.loading = source;
      mixer.load(source, piece.stream);
    }
  } else if (!source && piece.problem) {
    mixer.clear();
    root.dataset.state = "problem";
  } else if (!hasSound()) root.dataset.state = "drawn";
  offerPlay();
}

// What the mixer tells.
function heard(what) {
  if (what === "ready") {
    root.dataset.sound = root.dataset.loading;
    delete root.dataset.loading;
    root.dataset.state = "ready";
    if (!announced) {
      find("said").textContent = `${piece.title}, ${piece.bars} bars, is ready to play: ` +
        piece.parts.map(({ name, instrument }) => `${name} (${instrument})`).join(", ");
    }
    announced = true;
    if (isLooping()) loop(true); // at another tempo a phrase lies elsewhere
    else if (playFrom !== null) seek(secondsAt(startOf(Math.min(playFrom, piece.phrases - 1))));
    if (playWhenReady) play();
    playWhenReady = false;
    playFrom = null;
  } else if (what === "failed") {
    delete root.dataset.loading;
    if (root.dataset.state !== "ready") {
      mixer.clear(); // what plays is not what is seen
      root.dataset.state = "problem";
    }
    note = "The sound did not arrive: draw it again";
  }
  offerPlay();
  report();
  tell();
  draw();
}

function bringIntoView() {
  const { top, bottom } = root.getBoundingClientRect();
  if (top >= 0 && bottom <= innerHeight) return;
  if (top >= -20 && top < innerHeight * 0.35) return;
  root.scrollIntoView({ block: "start", behavior: wantsLessMotion.matches ? "auto" : "smooth" });
}

// The mouse leaves its button focused, which would take the space bar from play and pause. Who
// came by keyboard stays where they are.
function letSpaceGo() {
  const { activeElement } = document;
  if (activeElement && activeElement.matches("button:not(:focus-visible)")) activeElement.blur();
}

// Playing -----------------------------------------------------------------------------------------

const hasSound = () => mixer.length > 0;

function offerPlay() {
  find("play").disabled = !hasSound() && root.dataset.state !== "silent";
}

function play() {
  if (!hasSound()) return;
  // Browsers refuse sound that nobody asked for with a click; ours then waits for one.
  if (!touched) {
    say("Press play to hear it");
    return;
  }
  mixer.wake();
  mixer.play();
  say("");
  tell();
  draw();
}

function toggle() {
  if (root.dataset.state === "silent") return makeSound();
  if (!hasSound()) return;
  if (!mixer.playing) return play();
  mixer.pause();
  tell();
  draw();
}

// The sound was stopped before it was there.
function makeSound() {
  playWhenReady = true;
  trigger("open", { recipe: piece.recipe, id: piece.id });
  setBusy(true);
}

// A click anywhere opens the way for the music that comes a second later.
function unlock(event) {
  // Not every key counts, and none that a script has pressed.
  if (!event.isTrusted || navigator.userActivation?.hasBeenActive === false) return;
  touched = true;
  mixer.wake();
}

function tell() {
  if (!piece) return;
  const now = position();
  const step = stepAt(now);
  const bar = Math.min(piece.bars, Math.floor(step / STEPS_PER_BAR) + 1);
  find("now").textContent = clock(Math.min(now, piece.seconds));
  scroller.setAttribute("aria-valuemax", piece.seconds.toFixed(1));
  scroller.setAttribute("aria-valuenow", Math.min(now, piece.seconds).toFixed(1));
  scroller.setAttribute("aria-valuetext", `bar ${bar} of ${piece.bars}, ${clock(now)} of ${clock(piece.seconds)}`);
  const name = mixer.playing ? "Pause" : "Play";
  if (find("play").getAttribute("aria-label") !== name) find("play").setAttribute("aria-label", name);
  root.dataset.playing = String(mixer.playing);
}

// Keys --------------------------------------------------------------------------------------------

// Who came to a button by mouse means the music with the space bar, not the button again. (Browsers
// say `:focus-visible` as soon as the key goes down.)
let pointed = null;
root.addEventListener("click", (event) => {
  pointed = event.detail ? event.target.closest("button") : null;
});
root.addEventListener("focusin", () => { pointed = null; });

// Keys for the player work in it, and wherever else on the page nothing else wants them.
function pageKey(event) {
  if (!root.isConnected || event.ctrlKey || event.metaKey || event.altKey || dialog.open) return;
  const { target, key } = event;
  const inside = root.contains(target) && !target.matches("input");
  const free = target === document.body || target === scroller || target === pointed ||
    (root.contains(target) && target.matches("input"));
  if (key === "Escape" && copying !== null) endCopying();
  else if (key === " ") {
    if (!free || event.repeat) return;
    toggle();
  } else if (!free && !inside) return;
  else if (key === "l" || key === "L") loop(!isLooping());
  else if (key === "k" || key === "K") lockByKey();
  else if (key === "+" || key === "=") zoomTo(zoom * ZOOM);
  else if (key === "-") zoomTo(zoom / ZOOM);
  else return;
  event.preventDefault();
}

function lockByKey() {
  const phrase = phraseOfKey();
  if (phrase !== null) lock(phrase);
  else if (piece) say("Choose the phrase that is to be locked first");
}

document.addEventListener("keydown", pageKey);
for (const kind of ["click", "keydown", "touchend"]) {
  document.addEventListener(kind, unlock, { capture: true, passive: true });
}
find("play").addEventListener("click", toggle);
find("invite").addEventListener("click", () => trigger("draw"));
find("loop").addEventListener("click", (event) => {
  mixer.setRepeat(!mixer.repeats);
  event.currentTarget.setAttribute("aria-pressed", String(mixer.repeats));
});

watch("value", receive);
new ResizeObserver(layOut).observe(stage);
layOut();
offerTools();
receive();
