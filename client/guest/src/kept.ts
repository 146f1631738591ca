// What this phone keeps, and only after a Yes: sealed items that wait for a signal, each with what proves its link to the relay. Neither
// opens anything that was said.
import { type Bytes, fromBase64Url, toBase64Url } from "./seal/bytes";
import { sendItem } from "./relay";

const PLACE = "waiting";

interface Kept {
  token: string;
  sealed: string;
}

function all(): Kept[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(PLACE) ?? "[]");
    return Array.isArray(found) ? (found as Kept[]) : [];
  } catch {
    return [];
  }
}

function put(kept: Kept[]): boolean {
  try {
    if (kept.length === 0) localStorage.removeItem(PLACE);
    else localStorage.setItem(PLACE, JSON.stringify(kept));
    return true;
  } catch {
    return false;
  }
}

/** Keeps an item; `false` if this phone cannot. */
export function keep(token: Bytes, sealed: Bytes): boolean {
  return put([...all(), { token: toBase64Url(token), sealed: toBase64Url(sealed) }]);
}

/** Sends what is kept; how many went. What the relay will never take is dropped: its link has ended. */
export async function sendKept(): Promise<number> {
  let gone = 0;
  for (const one of all()) {
    const [token, sealed] = [fromBase64Url(String(one.token)), fromBase64Url(String(one.sealed))];
    const outcome = token !== null && sealed !== null ? await sendItem(token, sealed) : { status: 400 };
    if (outcome === "no signal") break;
    if (outcome.status === 204) gone += 1;
    put(all().filter((other) => other.sealed !== one.sealed));
  }
  return gone;
}
