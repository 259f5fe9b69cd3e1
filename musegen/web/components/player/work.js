// Work: what is going on, how far it has come, and the way to stop it. One line tells it all.

let busy = false; // a piece was asked for, and has not come
let stopped = false; // no more sound comes of this piece
let progress = null; // { share, text }
let making = null; // name of the file that is being made
let note = ""; // what is to be said when nothing goes on

// The whole mix comes first, so that it can be heard at once; the parts apart follow.
const isMix = () => piece !== null && piece.stream !== null && piece.stream.parts.join() === "mix";
const isSoundMade = () => piece !== null && !stopped && (isMix() || !(piece.sound || piece.problem));

function say(text) {
  note = text;
  report();
}

function whatGoesOn() {
  if (copying !== null) return copyHint();
  if (busy) return progress?.text || "Composing …";
  if (making) return `Making the ${making} …`;
  if (isSoundMade()) return isMix() ? "Adding the parts …" : progress?.text || "Playing it into a file …";
  if (root.dataset.loading && root.dataset.state !== "ready") return "Fetching the sound …";
  return note || piece?.problem || "";
}

function report() {
  const works = busy || isSoundMade();
  if (!works && !making) progress = null;
  const text = whatGoesOn();
  if (find("status").textContent !== text) find("status").textContent = text;
  const cancel = find("cancel");
  // Who pressed it would be nowhere once it is gone.
  if (!works && document.activeElement === cancel) scroller.focus({ preventScroll: true });
  cancel.hidden = !works;
  const bar = find("progress");
  bar.hidden = !progress;
  if (progress) {
    const percent = Math.round(clamp(progress.share, 0, 1) * 100);
    bar.setAttribute("aria-valuenow", percent);
    bar.firstElementChild.style.width = percent + "%";
  }
}

function setBusy(wanted) {
  busy = wanted;
  progress = null;
  if (busy) root.dataset.busy = "true";
  else delete root.dataset.busy;
  if (busy) endCopying();
  offerTools();
  report();
}

// What was asked for from here, so that its answer is known when it comes: `from`, the phrase to
// play from; `at`, the place among the takes that undo or redo goes to; `isCut`.
let asked = null;

function ask(event, data, about) {
  asked = { ...about, heard: false };
  note = "";
  trigger(event, data);
  setBusy(true);
}

document.addEventListener("musegen:busy", () => {
  if (asked && asked.heard) asked = null; // this one is about something else
  if (asked) asked.heard = true;
  setBusy(true);
});
document.addEventListener("musegen:progress", ({ detail }) => {
  if (!busy && !making && !isSoundMade()) return; // it comes too late
  progress = { share: Number(detail.share) || 0, text: String(detail.text || "") };
  report();
});
document.addEventListener("musegen:idle", () => {
  asked = null;
  making = null;
  stopped = true;
  note = "";
  if (piece && root.dataset.state === "drawn" && !root.dataset.loading) {
    mixer.clear(); // what plays is not what is seen
    root.dataset.state = "silent";
    note = "There is no sound of it yet: press play to make it";
  } else if (isMix()) note = "The parts are not there: all of them are heard";
  setBusy(false);
  offerPlay();
  offerFiles();
});
find("cancel").addEventListener("click", () => trigger("cancel", {}));
