// One screen at a time, under the same bar: leave, language, read aloud.
import { el } from "./dom";
import { leave } from "./leave";
import { hasLeft, isOpen, page, speakBeforehand, words } from "./page";
import { canSpeak, quiet, speak, speaks, whenVoicesCome } from "./speak";
import { NAMES, load } from "./words";

export type Screen = () => (Node | string | null | undefined | false)[];

let language = "en";
let current: Screen | null = null;

whenVoicesCome(() => {
  const key = document.getElementById("speak");
  if (key !== null) key.hidden = !canSpeak(language);
});

/** The language that is shown. */
export function shownLanguage(): string {
  return language;
}

/** Shows a screen. Its heading has the focus, so that a screen reader begins there. */
export function show(screen: Screen, begin = isOpen() ? page().language : language): void {
  const root = document.getElementById("page");
  if (root === null || hasLeft()) return;
  quiet();
  current = screen;
  language = begin;
  speakBeforehand(language);
  const said = words();
  document.documentElement.lang = language;
  document.documentElement.dir = said.direction;
  const main = el("main", { id: "main" }, ...screen());
  const chosen = el("select", {
    id: "language",
    change: () => void choose(chosen.value, screen),
  });
  for (const [code, name] of Object.entries(NAMES)) chosen.append(el("option", { value: code, selected: code === language, lang: code }, name));
  const bar = el(
    "header",
    {},
    el("button", { type: "button", class: "leave", click: leave }, said.bar.leave),
    el("label", { for: "language", class: "hidden" }, said.bar.language),
    chosen,
    el("button", { type: "button", id: "speak", hidden: !canSpeak(language), click: () => (speaks() ? quiet() : speak(main, language)) }, said.bar.speak),
  );
  root.replaceChildren(bar, ...(said.draft === "" ? [] : [el("p", { class: "draft" }, said.draft)]), main);
  scrollTo(0, 0);
  main.querySelector("h1")?.focus();
}

/** Shows the screen in another language: in the same one, if that cannot be had now. */
async function choose(code: string, screen: Screen): Promise<void> {
  const had = await load(code);
  if (current !== screen) return;
  if (had === code) {
    language = code;
    if (isOpen()) page().language = language;
  }
  show(screen, language);
  document.getElementById("language")?.focus();
}

/** Makes the screen that is shown anew. */
export function again(): void {
  if (current !== null) show(current);
}

/** Forgets which screen was shown. */
export function forgetScreen(): void {
  current = null;
}

export function heading(text: string): HTMLHeadingElement {
  return el("h1", { tabindex: -1 }, text);
}

export function button(text: string, press: () => void, kind = "plain"): HTMLButtonElement {
  return el("button", { type: "button", class: kind, click: press }, text);
}

export function buttons(...all: HTMLElement[]): HTMLElement {
  return el("div", { class: "buttons" }, ...all);
}
