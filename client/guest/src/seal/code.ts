// The code word: with the link it opens what may be read again, and without it the link opens nothing that was said.
import { type Bytes, utf8 } from "./bytes";
import { derive } from "./keys";
import { type Link, verifier } from "./link";

/** As much work as a phone does in about a second: whoever guesses has it with every guess. */
const ROUNDS = 600_000;

export interface Code {
  verifier: Bytes;
  key: Bytes;
}

/** What is typed, so that capitals, accents' forms and spaces at the ends do not matter. */
function plain(word: string): string {
  return word.normalize("NFKC").trim().toLowerCase();
}

/** Whether a word is long enough to be one. */
export function isCodeWord(word: string): boolean {
  return [...plain(word)].length >= 4;
}

/** The token for the relay and the key that stays here. */
export async function fromCodeWord(link: Link, word: string): Promise<{ token: Bytes; key: Bytes }> {
  const salt = await derive(link.secret, utf8("kith guest code 1"), 32);
  const password = await crypto.subtle.importKey("raw", utf8(plain(word)), "PBKDF2", false, ["deriveBits"]);
  const bits = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS }, password, 512);
  const bytes: Bytes = new Uint8Array(bits);
  return { token: bytes.slice(0, 32), key: bytes.slice(32) };
}

/** What goes into an item, so that an answer can be sealed for whoever has link and code word. */
export async function makeCode(link: Link, word: string): Promise<Code> {
  const { token, key } = await fromCodeWord(link, word);
  return { verifier: await verifier(token), key };
}
