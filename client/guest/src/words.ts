// Every word on the page, one file for each language. Names and days are filled in from the card.
import ar from "./words/ar.json";
import cy from "./words/cy.json";
import en from "./words/en.json";
import type { Card } from "./seal/card";

export type Words = typeof en;

export const LANGUAGES: Record<string, Words> = { en, cy, ar };

/** The language of a card, or English. */
export function language(code: string): string {
  const short = code.toLowerCase().slice(0, 2);
  return short in LANGUAGES ? short : "en";
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
