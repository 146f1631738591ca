// The four things that the page asks. Nothing goes with them but what they need: no cookie, no address of the page.
import { type Bytes, join } from "./seal/bytes";
import type { Link } from "./seal/link";

const VERSION = new Uint8Array([1]);
/** How long a bad line may take, in milliseconds. */
const PATIENCE = 60_000;

/** What came of a question: an answer, or that nobody could be reached. */
export type Outcome = { status: number; body: Bytes; headers: Headers } | "no signal";

async function ask(what: string, body: Bytes): Promise<Outcome> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE);
  try {
    const response = await fetch(`/g/${what}`, {
      method: "POST",
      headers: { "content-type": "application/octet-stream" },
      body,
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      referrerPolicy: "no-referrer",
      signal: patience.signal,
    });
    // Too much at once, or a relay that is just starting: it is tried again like without a signal.
    if (response.status === 429 || response.status === 408 || response.status >= 500) return "no signal";
    return { status: response.status, headers: response.headers, body: new Uint8Array(await response.arrayBuffer()) };
  } catch {
    return "no signal";
  } finally {
    clearTimeout(timer);
  }
}

export function askCard(link: Link): Promise<Outcome> {
  return ask("card", join(VERSION, link.id, link.token));
}

export function sendItem(token: Bytes, sealed: Bytes): Promise<Outcome> {
  return ask("item", join(VERSION, token, sealed));
}

export function askCode(id: Bytes): Promise<Outcome> {
  return ask("code", join(VERSION, id));
}

export function readAgain(link: Link, code: Bytes): Promise<Outcome> {
  return ask("read", join(VERSION, link.id, link.token, code));
}
