// Phrases: their cells under the roll, the one that is chosen, its loop, and those that are locked.

let chosen = null; // index of a phrase
const locks = new Set(); // indices of phrases; as long as the piece is worked on

const startOf = (phrase) => phrase * STEPS_PER_PHRASE;
const endOf = (phrase) => Math.min(piece.steps, startOf(phrase + 1));
const sectionOf = (phrase) => {
  const mark = piece.marks.filter(([start]) => start <= phrase * BARS_PER_PHRASE).pop();
  return mark ? mark[1] : "";
};

function phraseCells() {
  if (cells.children.length !== piece.phrases) {
    cells.replaceChildren(...Array.from({ length: piece.phrases }, (_, i) => {
      const cell = make("button", "mg-phrase", make("b"), make("span"));
      cell.dataset.phrase = i;
      return cell;
    }));
  }
  [...cells.children].forEach((cell, i) => {
    cell.children[0].textContent = i + 1;
    cell.children[1].textContent = sectionOf(i);
    cell.style.left = (startOf(i) / piece.steps) * 100 + "%";
    cell.style.width = ((endOf(i) - startOf(i)) / piece.steps) * 100 + "%";
  });
  markCells();
}

function labelOf(i) {
  const section = sectionOf(i);
  const [from, to] = [startOf(i) / STEPS_PER_BAR + 1, endOf(i) / STEPS_PER_BAR];
  const bars = from === to ? `bar ${from}` : `bars ${from} to ${to}`;
  const facts = [`Phrase ${i + 1}`, section, bars, locks.has(i) ? "locked" : ""];
  return facts.filter(Boolean).join(", ");
}

function markCells() {
  const stop = cells.contains(document.activeElement)
    ? Number(document.activeElement.dataset.phrase)
    : chosen ?? 0;
  [...cells.children].forEach((cell, i) => {
    cell.setAttribute("aria-label", labelOf(i));
    cell.setAttribute("aria-pressed", String(i === chosen));
    cell.dataset.looped = String(i === chosen && isLooping());
    cell.dataset.locked = String(locks.has(i));
    cell.dataset.target = String(copying !== null && i !== copying && !locks.has(i));
    cell.tabIndex = i === stop ? 0 : -1; // one stop for the tabulator; arrows go on from there
  });
}

function choose(phrase) {
  if (phrase === chosen) return;
  chosen = phrase;
  if (isLooping()) loop(phrase !== null);
  root.dataset.phrase = phrase ?? "";
  markCells();
  offerTools();
  refresh();
  trigger("phrase", { index: phrase });
}

const isLooping = () => mixer.loop !== null;

function loop(wanted) {
  if (wanted && chosen === null) {
    if (!piece) return;
    choose(Math.min(piece.phrases - 1, Math.floor(stepAt(position()) / STEPS_PER_PHRASE)));
  }
  const [from, to] = wanted
    ? [startOf(chosen), endOf(chosen)].map((step) => Math.round(secondsAt(step) * RATE))
    : [];
  mixer.setLoop(wanted ? { from, to } : null);
  if (wanted && (mixer.position < from || mixer.position >= to)) seek(secondsAt(startOf(chosen)));
  root.dataset.looping = String(wanted);
  find("again").setAttribute("aria-pressed", String(wanted));
  markCells();
  refresh();
}

function lock(phrase) {
  if (locks.has(phrase)) locks.delete(phrase);
  else locks.add(phrase);
  markCells();
  offerTools();
}

// Who comes by keyboard means the phrase they stand on.
function phraseOfKey() {
  const { activeElement } = document;
  return cells.contains(activeElement) && activeElement.matches(":focus-visible")
    ? Number(activeElement.dataset.phrase)
    : chosen;
}

cells.addEventListener("click", (event) => {
  const cell = event.target.closest(".mg-phrase");
  if (!cell) return;
  const phrase = Number(cell.dataset.phrase);
  if (copying !== null) return copyTo(phrase);
  choose(phrase);
  seek(secondsAt(startOf(chosen)));
});
cells.addEventListener("keydown", (event) => {
  const here = Number(document.activeElement.dataset.phrase);
  const last = piece.phrases - 1;
  const there = {
    ArrowLeft: here - 1, ArrowUp: here - 1, ArrowRight: here + 1, ArrowDown: here + 1,
    Home: 0, End: last,
  }[event.key];
  if (there === undefined) return;
  event.preventDefault();
  cells.children[clamp(there, 0, last)].focus();
  markCells();
});
find("again").addEventListener("click", () => loop(!isLooping()));
