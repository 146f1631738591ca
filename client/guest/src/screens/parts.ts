// What several screens are made of: a choice of a few cards, a box for their own words, the note when nobody has read in time.
import { el } from "../dom";
import { page, say, words } from "../page";

/** A text that was written by others, in the card's language, whichever language the page is in. */
export function theirs<K extends "p" | "span" | "h2">(tag: K, text: string, attributes: Record<string, string> = {}): HTMLElement {
  return el(tag, { lang: page().card.language, dir: "auto", ...attributes }, text);
}

/** At most one of a few cards. `labelledBy` names what is asked. */
export function pick<T>(labelledBy: string, options: readonly (readonly [T, string])[], now: () => T | null, choose: (chosen: T | null) => void): HTMLElement {
  const keys = options.map(([value, name]) => {
    const key = el("button", { type: "button", class: "card" }, el("span", {}, name));
    key.addEventListener("click", () => {
      choose(now() === value ? null : value);
      update();
    });
    return key;
  });
  const update = () => options.forEach(([value], at) => keys[at]!.setAttribute("aria-pressed", String(now() === value)));
  update();
  const shape = keys.length < 4 ? "cards row" : "cards";
  return el("div", { class: shape, role: "group", "aria-labelledby": labelledBy }, ...keys);
}

/** One card that is pressed or not. */
export function toggle(name: string, pressed: boolean, press: (pressed: boolean) => void, attributes: Record<string, string> = {}): HTMLButtonElement {
  const key = el("button", { type: "button", class: "card", "aria-pressed": String(pressed), ...attributes }, el("span", {}, name));
  key.addEventListener("click", () => {
    const now = key.getAttribute("aria-pressed") !== "true";
    key.setAttribute("aria-pressed", String(now));
    press(now);
  });
  return key;
}

/** A box for their own words; it is no shorter than what the formats take. */
export function box(id: string, label: string, value: string, input: (words: string) => void, hint = ""): HTMLElement {
  const area = el("textarea", {
    id,
    rows: 3,
    maxlength: 4000,
    autocomplete: "off",
    autocapitalize: "sentences",
    spellcheck: "false",
    "aria-describedby": hint === "" ? undefined : `${id}-hint`,
    input: () => input(area.value),
  });
  area.value = value;
  return el("div", { class: "box" }, el("label", { for: id }, label), hint !== "" && el("p", { class: "hint", id: `${id}-hint` }, hint), area);
}

/** A field for a code word. */
export function codeField(describedBy: string): HTMLInputElement {
  return el("input", { id: "code", type: "text", autocomplete: "off", autocapitalize: "none", spellcheck: "false", maxlength: 64, "aria-describedby": describedBy });
}

/** A sentence that says what is missing, read out at once; empty until there is one. */
export function problems(): { note: HTMLElement; tell: (text: string) => void } {
  const note = el("p", { class: "problem", role: "alert", hidden: true });
  return {
    note,
    tell: (text) => {
      note.hidden = false;
      note.textContent = text;
    },
  };
}

/** Whether nobody has read in time. It does not tell whether anything came by this link. */
export function isLate(): boolean {
  const { card } = page();
  const now = new Date();
  const today = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
  return card.late || card.readBy < today;
}

/** "Priya is late. Sorry. You can call …" */
export function late(): string {
  const said = words().back;
  return [say(said.late), ...(page().card.call === null ? [] : [say(said.lateCall)])].join(" ");
}

/** By when it is read: a day, or that somebody is late. */
export function readBy(byDay: string): string {
  return isLate() ? late() : say(byDay);
}
