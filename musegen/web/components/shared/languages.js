// Texts in the visitor's language. Dictionaries (../../languages/*.json) are keyed by the English
// texts as they are seen. What a dictionary does not have stays English.

/**
 * English texts and their translations. In a key `{}` stands for what varies and `{#}` for a
 * number or a note such as C4. In the translation these are `{}` in the same order, or `{1}`, `{2}` in any.
 * @typedef {Record<string, string>} Dictionary
 */

const MOST_KEPT = 2000; // texts; the position in the piece is another one all the time

/** @type {(text: string) => string} */
let translator = (text) => text;

/** The text in the visitor's language. @param {string} text in English */
export const translated = (text) => translator(text);

/** @param {Dictionary} dictionary */
export function setDictionary(dictionary) {
  translator = makeTranslator(dictionary);
}

/**
 * The first of the visitor's languages that there is; null for English and where there is none.
 * @param {readonly string[]} wanted such as `navigator.languages` @param {string[]} available
 */
export function chooseLanguage(wanted, available) {
  const main = (/** @type {string} */ name) => name.split("-")[0].toLowerCase();
  for (const name of wanted) {
    if (main(name) === "en") return null;
    const found =
      available.find((one) => one.toLowerCase() === name.toLowerCase()) ??
      available.find((one) => main(one) === main(name));
    if (found) return found;
  }
  return null;
}

/** @param {Dictionary} dictionary @returns {(text: string) => string} */
export function makeTranslator(dictionary) {
  /** @type {Map<string, string>} */
  const texts = new Map();
  /** @type {{ length: number, pattern: RegExp, translation: string }[]} */
  const patterns = [];
  for (const [english, translation] of Object.entries(dictionary)) {
    if (!/\{#?\}/.test(english)) texts.set(fold(english), translation);
    else {
      const source = english
        .split(/(\{#?\})/)
        .map((part) => PLACES[part] ?? part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
        .join("");
      const length = english.replaceAll(/\{#?\}/g, "").length;
      patterns.push({ length, pattern: new RegExp(`^${source}$`, "is"), translation });
    }
  }
  patterns.sort((a, b) => b.length - a.length); // the most exact one first

  /** @param {string} text @returns {string | null} */
  function lookUp(text) {
    const whole = texts.get(fold(text));
    if (whole !== undefined) return whole;
    if (REQUEST.test(text)) return lookUpEach(text, REQUEST);
    for (const { pattern, translation } of patterns) {
      const match = pattern.exec(text);
      if (match) return fillIn(translation, match.slice(1).map(lookUpPart));
    }
    return (
      lookUpEach(text, /(?<= · )|(?= · )/) ?? lookUpEach(text, /(?<=[.;:…] )/) ?? lookUpList(text)
    );
  }

  /** Facts that stand side by side, or sentences. @param {string} text @param {RegExp} border */
  function lookUpEach(text, border) {
    const parts = text.split(border);
    if (parts.length < 2) return null;
    const found = parts.map((part) => {
      const [, words, mark] = /^\s*(.*?)([;:]?)\s*$/s.exec(part) ?? ["", part, ""];
      const all = lookUp(words);
      return all === null ? null : all + (MARKS[mark] ?? "");
    });
    return found.some((part) => part !== null)
      ? found.map((part, i) => part ?? parts[i]).join("")
      : null;
  }

  /** A list, all of which is known. @param {string} text @returns {string | null} */
  function lookUpList(text) {
    const names = text.split(/, and |, | and /);
    if (names.length < 2) return null;
    const list = names.map((name) => (/[a-z]/i.test(name) ? lookUp(name) : name));
    return list.every((name) => name !== null) ? list.join("、") : null;
  }

  /** What varies in a text: a name, a list of names, or any other text. @param {string} text */
  const lookUpPart = (text) => (/[a-z]/i.test(text) ? (lookUp(text) ?? text) : text);

  /** @type {Map<string, string>} */
  const known = new Map();
  return (text) => {
    if (!/[a-z]/i.test(text)) return text;
    const kept = known.get(text);
    if (kept !== undefined) return kept;
    const [, before, body, after] = /^(\s*)(.*?)(\s*)$/s.exec(text) ?? ["", "", text, ""];
    const found = lookUp(body.replaceAll(/\s+/g, " "));
    const result = found === null ? text : before + found + after;
    if (known.size >= MOST_KEPT) known.clear();
    known.set(text, result);
    return result;
  };
}

/** @type {Record<string, string>} */
const PLACES = { "{}": "(.+?)", "{#}": "((?:[A-G][♯♭]?)?[-−]?[\\d.,:]+)" };

/** @type {Record<string, string>} */
const MARKS = { ":": "：", ";": "；" };
const REQUEST = /(?= \(request [^ ()]+\)$)/; // the end of a message by which the log is searched

/** A text may begin with a capital where it begins a line. @param {string} text */
const fold = (text) => text.charAt(0).toLowerCase() + text.slice(1);

/** @param {string} translation @param {string[]} parts */
function fillIn(translation, parts) {
  let next = 0;
  return translation.replaceAll(/\{(\d?)\}/g, (_, number) => {
    const index = number ? Number(number) - 1 : next++;
    return parts[index] ?? "";
  });
}
