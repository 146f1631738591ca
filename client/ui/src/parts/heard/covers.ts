// Covering parts of somebody's own words, on the page: where, and what stands there instead. Whether the rest is as it was said, and what
// a cover may say, is decided by the program when the words are kept.
import type { Cover } from "../../lib/types";

/** A part of the words that can be covered. */
export interface Part {
  start: number;
  end: number;
  with: string;
  /** Why the rules would cover it; empty where the reader marked it. */
  why: string;
  on: boolean;
}

/** What a reader can say that a part is. */
export const KINDS = ["a name", "a place", "a school", "an address", "a number", "a day", "an account", "something that tells who"];

export function suggested(covers: Cover[]): Part[] {
  return covers.map(({ start, end, with: words, why, sure }) => ({ start, end, with: words, why, on: sure }));
}

/** A mark becomes a cover, without white space at its ends; what it overlaps goes into it. */
export function mark(parts: Part[], said: string, from: number, to: number, kind: string): Part[] {
  const marked = said.slice(from, to);
  const start = from + (marked.length - marked.trimStart().length);
  const end = to - (marked.length - marked.trimEnd().length);
  if (end <= start) return parts;
  const apart = parts.filter((part) => part.end <= start || part.start >= end);
  const touched = parts.filter((part) => !apart.includes(part) && part.on);
  const wide = {
    start: Math.min(start, ...touched.map((part) => part.start)), end: Math.max(end, ...touched.map((part) => part.end)),
    with: `[${kind}, covered]`, why: "", on: true,
  };
  return [...apart.filter((part) => part.end <= wide.start || part.start >= wide.end), wide].sort((one, other) => one.start - other.start);
}

/** The words in pieces: as they were said, or covered. */
export function pieces(said: string, parts: Part[]): { text: string; covered: boolean }[] {
  const all: { text: string; covered: boolean }[] = [];
  let at = 0;
  for (const part of parts.filter((one) => one.on).sort((one, other) => one.start - other.start)) {
    if (part.start < at) continue;
    if (part.start > at) all.push({ text: said.slice(at, part.start), covered: false });
    all.push({ text: part.with, covered: true });
    at = part.end;
  }
  if (at < said.length) all.push({ text: said.slice(at), covered: false });
  return all;
}

export function covered(said: string, parts: Part[]): string {
  return pieces(said, parts).map((piece) => piece.text).join("");
}
