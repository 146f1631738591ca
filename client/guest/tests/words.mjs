// Words, screen by screen. English: Flesch-Kincaid grade at most 4, no sentence over 15 words, and each word of three or more syllables
// on the list that was agreed (agreed-long-words.txt). Welsh and Arabic: sentences of at most 25 words. All languages: the same texts with
// the same things to fill in.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const read = (name) => readFileSync(new URL(name, import.meta.url), "utf8");
/** The page's words, and what "Write together" says in the app in place of some of them. */
const words = (code) => ({ ...JSON.parse(read(`../src/words/${code}.json`)), "write together": JSON.parse(read(`../../ui/src/together/words/${code}.json`)) });
const AGREED = new Set(read("agreed-long-words.txt").split("\n").map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#")));
const FILL = { holder: "Priya", role: "social worker", standIn: "Colin", day: "Thursday 14 May", n: "1", all: "6", left: "4", most: "90", call: "020 7946 0000", helpline: "a free helpline" };

const texts = (part) => (typeof part === "string" ? [part] : Object.values(part).flatMap(texts));
const filled = (text) => text.replace(/\{(\w+)\}/g, (_, name) => FILL[name]);
const sentences = (text) => filled(text).split(/(?<=[.?!:؟])\s+/u).filter((one) => /\p{L}/u.test(one));
const wordsOf = (sentence) => sentence.split(/[\s–]+/u).filter((word) => /[\p{L}\p{N}]/u.test(word));

/** Syllables as they are spoken, near enough: groups of vowels, without a silent e. */
export function syllables(word) {
  const letters = word.toLowerCase().replace(/[^a-z]/g, "");
  if (letters.length <= 3) return 1;
  const spoken = letters.replace(/(?:[^laeiouy]es|[^aeiouydt]ed|[^laeiouy]e)$/, (end) => end[0]).replace(/^y/, "").replace(/^some/, "som");
  return Math.max(1, (spoken.match(/[aeiouy]{1,2}/g) ?? []).length);
}

const en = words("en");
const { language: _language, direction: _direction, draft: _draft, adult, cards, ...screens } = en;
// Cards are read one by one, so each is a sentence of its own screen; steps are screens of their own.
const all = { ...screens, adult, ...Object.fromEntries(Object.entries(cards).map(([name, group]) => [`cards ${name}`, group])) };
const long = new Set();
for (const [screen, part] of Object.entries(all)) {
  const said = texts(part).flatMap(sentences);
  const count = { sentences: said.length, words: 0, syllables: 0 };
  for (const sentence of said) {
    const here = wordsOf(sentence);
    assert.ok(here.length <= 15, `${screen}: ${here.length} words in "${sentence}"`);
    count.words += here.length;
    for (const word of here) {
      const spoken = syllables(word);
      count.syllables += spoken;
      const bare = word.toLowerCase().replace(/[^a-z’]/g, "");
      if (spoken >= 3 && !Object.values(FILL).join(" ").toLowerCase().includes(bare)) long.add(bare);
    }
  }
  const grade = 0.39 * (count.words / count.sentences) + 11.8 * (count.syllables / count.words) - 15.59;
  console.log(`${screen}: ${count.words} words, grade ${grade.toFixed(1)}`);
  // One or two words on a card say nothing by a formula about sentences: there the list of long words decides.
  if (!screen.startsWith("cards")) assert.ok(grade <= 4, `${screen}: grade ${grade.toFixed(2)}`);
}
const notAgreed = [...long].filter((word) => !AGREED.has(word));
assert.deepEqual(notAgreed, [], "long words that nobody agreed");
const unused = [...AGREED].filter((word) => !long.has(word));
assert.deepEqual(unused, [], "agreed and not used");

// The page names every language before its file is there.
const names = read("../src/words.ts");
for (const code of ["en", "cy", "ar"]) assert.ok(names.includes(`${code}: "${words(code).language}`), `${code} is called by its name`);

const shape = (part) => (typeof part === "string" ? (part.match(/\{\w+\}/g) ?? []).filter((one, at, of) => of.indexOf(one) === at).sort() : Object.fromEntries(Object.entries(part).map(([name, value]) => [name, shape(value)])));
for (const code of ["cy", "ar"]) {
  const other = words(code);
  assert.deepEqual(shape(other), shape(en), `${code} has the same texts, and the same to fill in`);
  assert.notEqual(other.draft, "", `${code} says that it is a draft`);
  for (const sentence of texts(other).flatMap(sentences)) assert.ok(wordsOf(sentence).length <= 25, `${code}: "${sentence}"`);
}
