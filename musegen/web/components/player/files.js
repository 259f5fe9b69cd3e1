// Files: what can be taken away. All but the picture are made by Python, one at a time.

const files = [...root.querySelectorAll(".mg-file")];
const others = find("others");
const more = find("more");

function offerFiles() {
  const why = making ? "Wait for the file that is being made" : piece ? "" : "There is no piece yet";
  for (const button of files) allow(button, why);
  // The file is of the whole piece; where the page plays less, that is said.
  const wav = files.find((button) => button.dataset.file === "wav");
  wav.textContent = piece && !asWritten() ? "WAV, all parts" : "WAV";
  if (!making) for (const button of files) button.removeAttribute("aria-busy");
}

function askForFile(button) {
  const kind = button.dataset.file;
  making = kind === "wav" ? "WAV" : ["stems", "npy"].includes(kind) ? button.textContent.toLowerCase() : button.textContent;
  button.setAttribute("aria-busy", "true");
  note = "";
  offerFiles();
  report();
  if (kind === "png") takePicture();
  else trigger("file", { kind });
}

function fileIsMade(file) {
  making = null;
  offerFiles();
  report();
  if (!file) return;
  const link = make("a");
  link.href = file.url;
  link.download = file.orig_name;
  link.click();
}

async function takePicture() {
  const blob = await picture();
  const url = blob && URL.createObjectURL(blob);
  fileIsMade(blob && { url, orig_name: `${piece.stem}.png` });
  if (blob) setTimeout(() => URL.revokeObjectURL(url), 60000);
  else say("The picture is too large for this browser");
}

// The address makes the piece again; one that does not any more would be a lie. What begins with
// two lines is Gradio's own.
function keepLink(link) {
  const url = new URL(location.href);
  for (const name of [...url.searchParams.keys()]) {
    if (!name.startsWith("__")) url.searchParams.delete(name);
  }
  if (link) new URLSearchParams(link).forEach((value, name) => url.searchParams.set(name, value));
  if (url.href !== location.href) history.replaceState(history.state, "", url);
}

async function copyLink() {
  const button = find("copy");
  const address = new URL(piece.link, location.origin + location.pathname).href;
  try {
    await navigator.clipboard.writeText(address);
    button.textContent = "Copied";
  } catch {
    prompt("The link that makes this piece again:", address); // no clipboard without https
  }
  setTimeout(() => { button.textContent = "Copy link"; }, 1600);
}

function showMore(wanted) {
  others.hidden = !wanted;
  more.setAttribute("aria-expanded", String(wanted));
}

for (const button of files) onPress(button, askForFile);
document.addEventListener("musegen:file", (event) => fileIsMade(event.detail));
find("copy").addEventListener("click", copyLink);
more.addEventListener("click", () => showMore(others.hidden));
find("files").addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || others.hidden) return;
  showMore(false);
  more.focus();
});
document.addEventListener("pointerdown", (event) => {
  if (!find("files").contains(event.target)) showMore(false);
});
find("files").addEventListener("focusout", ({ relatedTarget }) => {
  if (relatedTarget && !find("files").contains(relatedTarget)) showMore(false);
});
