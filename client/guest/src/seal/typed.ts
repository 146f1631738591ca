// A code that is typed in person: three made-up words, which give a name to ask for and the key to what the relay keeps under it.
import { type Bytes, join, utf8 } from "./bytes";
import { derive, open } from "./keys";
import { type Link, fromSecret } from "./link";

/** As for the code word: about a second of a phone's work. */
const ROUNDS = 600_000;
const PREFIX = utf8("kith guest typed 1");
/** Three words of five letters; letters that sound or look like others are in none. */
const CODE = /^(?:[bdfghjklmnprstvz][aiou][bdfghjklmnprstvz][aiou][bdfghjklmnprstvz]){3}$/;

export interface Typed {
  /** The name to ask for. */
  id: Bytes;
  key: Bytes;
}

/** What is typed, as the code is written; `null` if it is no whole code: then nobody needs to be asked. */
export function plainCode(typed: string): string | null {
  const letters = typed.toLowerCase().replace(/[\s-]/g, "");
  return CODE.test(letters) ? letters : null;
}

export async function fromCode(letters: string): Promise<Typed> {
  const password = await crypto.subtle.importKey("raw", utf8(letters), "PBKDF2", false, ["deriveBits"]);
  const bits = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt: PREFIX, iterations: ROUNDS }, password, 256);
  const master: Bytes = new Uint8Array(bits);
  const typed = { id: await derive(master, utf8("kith guest typed id 1"), 16), key: await derive(master, utf8("kith guest typed key 1"), 32) };
  master.fill(0);
  return typed;
}

/** The link that a code opens; throws if that is not what the relay gave. */
export async function openTyped({ id, key }: Typed, sealed: Bytes): Promise<Link> {
  if (sealed[0] !== 1) throw new Error("another version");
  const secret = await open(key, join(PREFIX, id), sealed.slice(1));
  key.fill(0);
  if (secret.length !== 32) throw new Error("not a link");
  return fromSecret(secret);
}
