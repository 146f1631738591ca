// What is said, sealed on this phone to those who read it. Nothing that stays here opens it again.
import { type Bytes, join, pad, random, utf8 } from "./bytes";
import { type Value, encode } from "./cbor";
import { seal, sealTo } from "./keys";
import { type Link, speaker } from "./link";
import type { Code } from "./code";

const SHORTEST = 4096;

export interface Choice {
  code: string;
  words: string;
}

export interface Answer {
  question: string;
  choices: Choice[];
  words: string;
  skipped: boolean;
  /** 0: the holder and the stand-in. 1: the team, without a name. */
  audience: 0 | 1;
}

/** What is said of one answer of the team. */
export interface OnPoint {
  point: string;
  /** 0 yes, 1 not really, 2 no; `null`: not said. */
  fair: 0 | 1 | 2 | null;
  why: string;
  takeOut: boolean;
}

/** What is said of one part of the summary. */
export interface OnPart {
  part: string;
  /** 0 that is right, 1 partly, 2 not right, 3 I do not know. */
  right: 0 | 1 | 2 | 3;
  why: string;
}

export interface OnSummary {
  version: string;
  parts: OnPart[];
  missed: string;
  reply: string;
  otherFamilies: boolean;
}

export interface OnAgreement {
  read: boolean;
  /** 0 yes, 1 yes but not, 2 no, 3 talk first, 4 later; `null`: not answered. */
  takingPart: 0 | 1 | 2 | 3 | 4 | null;
  butNot: Choice[];
  object: boolean;
  words: string;
  /** Every word that was shown before they answered. */
  shown: string;
}

/** Marks with words, and lines drawn by hand, on a paper of 1,000 by 1,000. */
export interface Drawing {
  marks: { x: number; y: number; sign: string; words: string }[];
  lines: [number, number][][];
  words: string;
}

/** What an item is for. */
export type Saying =
  | { is: "said"; answers: Answer[] }
  | { is: "withdrawn" }
  | { is: "wantsToRead" }
  | { is: "onPoints"; points: OnPoint[] }
  | { is: "onSummary"; summary: OnSummary }
  | { is: "onAgreement"; agreement: OnAgreement }
  | { is: "circle"; drawing: Drawing };

/** What comes with answers and is not words. */
export type Attachment =
  | { is: "voice"; question: string; media: string; seconds: number; sound: Bytes }
  | { is: "drawing"; question: string; drawing: Drawing };

export interface Said {
  language: string;
  /** The item in whose place this one stands. */
  replaces: Bytes | null;
  saying: Saying;
  code: Code | null;
  attached: Attachment[];
}

export async function sealItem(link: Link, item: Bytes, recipients: Bytes[], said: Said): Promise<Bytes> {
  const code: Value = said.code === null ? null : [said.code.verifier, said.code.key];
  const fields: Value[] = [await speaker(link, item), said.language, said.replaces, saying(said.saying), code];
  if (said.attached.length > 0) fields.push(said.attached.map(attachment));
  const padded = pad(encode(fields), SHORTEST);
  const key = random(32);
  const to: Value[] = [];
  for (const recipient of recipients) {
    to.push(await sealTo(recipient, join(utf8("kith guest item 1"), link.id, item), key));
  }
  const body = await seal(key, join(utf8("kith guest body 1"), link.id, item), padded);
  key.fill(0);
  padded.fill(0);
  return join(new Uint8Array([1]), encode([link.id, item, to, body]));
}

/** The number of what is said, and its fields. */
function saying(one: Saying): Value {
  switch (one.is) {
    case "said":
      return [0, [one.answers.map(answer)]];
    case "withdrawn":
      return [1, []];
    case "wantsToRead":
      return [2, []];
    case "onPoints":
      return [3, [one.points.map(({ point, fair, why, takeOut }): Value => [point, fair, why, takeOut])]];
    case "onSummary": {
      const { version, parts, missed, reply, otherFamilies } = one.summary;
      return [4, [[version, parts.map(({ part, right, why }): Value => [part, right, why]), missed, reply, otherFamilies]]];
    }
    case "onAgreement": {
      const { read, takingPart, butNot, object, words, shown } = one.agreement;
      return [5, [[read, takingPart, butNot.map(choice), object, words, shown]]];
    }
    case "circle":
      return [6, [drawing(one.drawing)]];
  }
}

function answer(one: Answer): Value {
  return [one.question, one.choices.map(choice), one.words, one.skipped, one.audience];
}

function choice({ code, words }: Choice): Value {
  return [code, words];
}

function drawing(one: Drawing): Value {
  return [one.marks.map(({ x, y, sign, words }): Value => [x, y, sign, words]), one.lines, one.words];
}

function attachment(one: Attachment): Value {
  if (one.is === "voice") return [0, [one.question, one.media, one.seconds, one.sound]];
  return [1, [one.question, drawing(one.drawing)]];
}
