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

export interface Said {
  language: string;
  /** The item in whose place this one stands. */
  replaces: Bytes | null;
  /** `null` takes that one back. */
  answers: Answer[] | null;
  code: Code | null;
}

export async function sealItem(link: Link, item: Bytes, recipients: Bytes[], said: Said): Promise<Bytes> {
  const saying: Value = said.answers === null ? [1, []] : [0, [said.answers.map(answer)]];
  const fields: Value[] = [await speaker(link, item), said.language, said.replaces, saying];
  if (said.code !== null) fields.push([said.code.verifier, said.code.key]);
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

function answer(one: Answer): Value {
  const choices = one.choices.map((choice): Value => [choice.code, choice.words]);
  return [one.question, choices, one.words, one.skipped, one.audience];
}
