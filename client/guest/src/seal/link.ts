// The link: one secret behind the `#`, from which everything else follows (protocol 14).
import { type Bytes, fromBase64Url, join, same, utf8 } from "./bytes";
import { derive, sha256 } from "./keys";

const VERSION = 1;

export interface Link {
  secret: Bytes;
  /** The name by which the relay knows it. */
  id: Bytes;
  /** What proves the link to the relay. */
  token: Bytes;
}

/** Reads what stands behind the `#`; `null` if it is no link, or not a whole one. */
export async function readLink(fragment: string): Promise<Link | null> {
  const bytes = fromBase64Url(fragment.replace(/^#/, ""));
  if (bytes === null || bytes.length !== 37 || bytes[0] !== VERSION) return null;
  const [body, sum] = [bytes.slice(0, 33), bytes.slice(33)];
  const digest = await sha256(utf8("kith guest link 1"), body);
  if (!same(digest.slice(0, 4), sum)) return null;
  const secret = body.slice(1);
  bytes.fill(0);
  body.fill(0);
  return fromSecret(secret);
}

export async function fromSecret(secret: Bytes): Promise<Link> {
  return { secret, id: await derive(secret, utf8("kith guest id 1"), 16), token: await derive(secret, utf8("kith guest token 1"), 32) };
}

export function cardKey(link: Link): Promise<Bytes> {
  return derive(link.secret, utf8("kith guest card 1"), 32);
}

export function speaker(link: Link, item: Bytes): Promise<Bytes> {
  return derive(link.secret, join(utf8("kith guest speaker 1"), item), 32);
}

/** What the relay keeps of a token. */
export function verifier(token: Bytes): Promise<Bytes> {
  return sha256(utf8("kith guest verifier 1"), token);
}

/** Forgets a link. */
export function drop(link: Link): void {
  link.secret.fill(0);
  link.token.fill(0);
  link.id.fill(0);
}
