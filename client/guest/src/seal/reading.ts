// What there is to read with link and code word (protocol 14): what was done with what was said, the summary, what counts as agreed.
import { type Bytes, join, unpad, utf8 } from "./bytes";
import { type Value, decode } from "./cbor";
import { open } from "./keys";
import type { Link } from "./link";

/** What was done with one thing that was said. */
export interface Point {
  said: string;
  /** 0 used, 1 not yet, 2 not used, 3 ask more. */
  outcome: number;
  words: string;
  /** What it is called when they say whether it is fair; empty: that is not asked. */
  id: string;
}

/** A version of the summary for one audience. */
export interface Summary {
  version: string;
  /** `YYYY-MM-DD`. */
  sharedOn: string;
  parts: { id: string; heading: string; text: string }[];
  /** `id` is what a part or an action is called when they say whether it is right; empty: that is not asked. */
  actions: { id: string; what: string; why: string }[];
  replies: { whose: string; words: string }[];
}

export interface Reading {
  /** `YYYY-MM-DD`; `null`: not read yet. */
  readOn: string | null;
  late: boolean;
  points: Point[];
  summary: Summary | null;
  /** What they have answered to what agreement asks, newest last. */
  agreed: string[];
}

/** Opens it; throws if anything is not as it should be. */
export async function openReading(link: Link, key: Bytes, sealed: Bytes): Promise<Reading> {
  if (sealed[0] !== 1) throw new Error("another version");
  const bytes = unpad(await open(key, join(utf8("kith guest reading 1"), link.id), sealed.slice(1)));
  if (bytes === null) throw new Error("not padded");
  const [readOn, late, points, summary, agreed] = list(decode(bytes));
  bytes.fill(0);
  return {
    readOn: maybe(readOn),
    late: late === true,
    points: each(points, ([said, outcome, words, id]) => ({ said: text(said), outcome: Number(outcome), words: text(words), id: text(id) })),
    summary: summary === undefined || summary === null ? null : version(summary),
    agreed: list(agreed).map(text),
  };
}

function version(value: Value): Summary {
  const [name, sharedOn, parts, actions, replies] = list(value);
  return {
    version: text(name),
    sharedOn: text(sharedOn),
    parts: each(parts, ([id, heading, words]) => ({ id: text(id), heading: text(heading), text: text(words) })),
    actions: each(actions, ([id, what, why]) => ({ id: text(id), what: text(what), why: text(why) })),
    replies: each(replies, ([whose, words]) => ({ whose: text(whose), words: text(words) })),
  };
}

function list(value: Value | undefined): Value[] {
  if (!Array.isArray(value)) throw new Error("not a reading");
  return value;
}

function each<T>(value: Value | undefined, read: (fields: Value[]) => T): T[] {
  return list(value).map((one) => read(list(one)));
}

function text(value: Value | undefined): string {
  if (typeof value !== "string") throw new Error("not a reading");
  return value;
}

function maybe(value: Value | undefined): string | null {
  return value === undefined || value === null ? null : text(value);
}
