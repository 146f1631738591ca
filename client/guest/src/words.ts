// Every word on the page, one file for each language. English comes with the page, the others after it or when they are asked for. Names
// and days are filled in from the card.
import en from "./words/en.json";
import type { Card } from "./seal/card";

export type Words = typeof en;

/** Every language, as it calls itself. */
export const NAMES = { en: "English", cy: "Cymraeg (drafft)", ar: "العربية (مسودة)" };

/** What is here by now. */
const here: Record<string, Words> = { en };

const COMES: Record<string, () => Promise<{ default: Words }>> = {
  cy: () => import("./words/cy.json"),
  ar: () => import("./words/ar.json"),
};

/** The language of a card, or English. */
export function language(code: string): string {
  const short = code.toLowerCase().slice(0, 2);
  return short in NAMES ? short : "en";
}

/** The words of a language that is here, or English. */
export function wordsOf(code: string): Words {
  return here[code] ?? en;
}

/** Fetches a language, if it is not here: its code, or English's if it cannot be had now. */
export async function load(wanted: string): Promise<string> {
  const code = language(wanted);
  if (!(code in here)) {
    const come = await COMES[code]?.().catch(() => null);
    if (!come) return "en";
    here[code] = come.default;
  }
  return code;
}

/** Fetches all others, so that one can be chosen without a network. */
export async function loadAll(): Promise<void> {
  await Promise.all(Object.keys(COMES).map(load));
}

/** What may stand in the place of `{…}`. */
export type Fill = Record<string, string | number>;

export function fill(text: string, values: Fill): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** A day as people say it: "Thursday 14 May". */
export function day(iso: string, code: string): string {
  const at = new Date(`${iso}T12:00:00Z`);
  if (Number.isNaN(at.getTime())) return iso;
  const locale = { en: "en-GB", cy: "cy", ar: "ar" }[code] ?? "en-GB";
  return new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" }).format(at);
}

/** What a card fills in. */
export function filling(card: Card, code: string): Fill {
  return {
    holder: card.holder,
    role: card.role,
    standIn: card.standIn ?? "",
    day: day(card.readBy, code),
    call: card.call ?? "",
    helpline: card.helpline ?? "",
  };
}
