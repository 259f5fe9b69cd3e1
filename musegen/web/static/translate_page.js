// Translates all that the page shows: Gradio's texts, the scripts', and messages from the server.
// Texts are translated where they appear, since Gradio's own `I18n` knows neither choices in lists nor
// what is sent later. Elements with translate="no" are left as they are.

import { chooseLanguage, setDictionary, translated } from "../components/shared/languages.js";

const ATTRIBUTES = ["alt", "aria-label", "aria-valuetext", "placeholder", "title"];
const UNTOUCHED = 'script, style, code, textarea, [translate="no"]';
/** @type {[string, string][]} */
const STYLED = [
  ["--mg-drop-text", "Drop it here, or choose one"],
  ["--mg-drop-text-short", "Drop or choose"],
];

/** @type {WeakMap<Node, string>} the texts that were set here */
const done = new WeakMap();

/** @param {Node} node */
function translateText(node) {
  const text = node.nodeValue ?? "";
  if (!text.trim() || done.get(node) === text) return;
  if (node.parentElement?.closest(UNTOUCHED)) return;
  const shown = translated(text);
  if (shown === text) return;
  done.set(node, shown);
  node.nodeValue = shown;
}

/** @param {Element} element @param {string} name */
function translateAttribute(element, name) {
  const text = element.getAttribute(name);
  if (!text || element.closest('[translate="no"]')) return;
  const shown = translated(text);
  if (shown !== text) element.setAttribute(name, shown);
}

/**
 * Show the choice of a list in the visitor's language; Gradio still reads and sets it in English.
 * @param {Element} element
 */
function translateChoice(element) {
  if (!(element instanceof HTMLInputElement) || Object.hasOwn(element, "value")) return;
  const native = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
  if (!native) return;
  let english = "";
  Object.defineProperty(element, "value", {
    get() {
      const text = native.get?.call(element);
      return text === translated(english) ? english : text;
    },
    set(text) {
      english = text;
      native.set?.call(element, translated(text));
    },
  });
  element.value = native.get?.call(element);
}

/** @param {Node} root */
function translateTree(root) {
  if (root.nodeType === Node.TEXT_NODE) translateText(root);
  if (!(root instanceof Element)) return;
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) translateText(walker.currentNode);
  const marked = ATTRIBUTES.map((name) => `[${name}]`).join();
  for (const element of [root, ...root.querySelectorAll(marked)]) {
    for (const name of ATTRIBUTES) translateAttribute(element, name);
  }
  for (const field of root.querySelectorAll("input[role=combobox]")) translateChoice(field);
}

/** @param {MutationRecord[]} records */
function follow(records) {
  for (const { type, target, addedNodes, attributeName } of records) {
    if (type === "characterData") translateText(target);
    else if (attributeName) translateAttribute(/** @type {Element} */ (target), attributeName);
    else for (const node of addedNodes) translateTree(node);
  }
}

async function start() {
  const addresses = JSON.parse(document.getElementById("mg-languages")?.textContent ?? "{}");
  const language = chooseLanguage(navigator.languages, Object.keys(addresses));
  if (!language) return;
  const answer = await fetch(new URL(addresses[language], document.baseURI));
  if (!answer.ok) return; // the page stays English
  setDictionary(await answer.json());
  const root = document.documentElement;
  root.lang = language;
  for (const [name, text] of STYLED) {
    root.style.setProperty(name, JSON.stringify(translated(text)));
  }
  new MutationObserver(follow).observe(root, {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
    attributeFilter: ATTRIBUTES,
  });
  translateTree(root);
}

start();
