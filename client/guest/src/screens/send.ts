// Sealed and handed to the relay: whatever is said, the same way.
import { page, words } from "../page";
import { sendItem } from "../relay";
import { type Bytes, random } from "../seal/bytes";
import type { Code } from "../seal/code";
import { type Attachment, type Saying, sealItem } from "../seal/item";
import { heading, show, shownLanguage } from "../show";
import { ended, noSignal } from "./signal";

/** What is sent, and in the place of what. */
export interface Sending {
  saying: Saying;
  replaces?: Bytes | null | undefined;
  code?: Code | null;
  attached?: Attachment[];
}

/** Seals it for those who read it, and sends it; `then` is told under which name it went. */
export async function send(what: Sending, then: (item: Bytes) => void): Promise<void> {
  show(() => [heading(words().check.sending)]);
  const { link, card } = page();
  const item = random(16);
  const { saying, replaces = null, code = null, attached = [] } = what;
  const sealed = await sealItem(link, item, card.recipients, { language: shownLanguage(), replaces, saying, code, attached });
  await hand(item, sealed, then);
}

async function hand(item: Bytes, sealed: Bytes, then: (item: Bytes) => void): Promise<void> {
  const outcome = await sendItem(page().link.token, sealed);
  const held = page();
  if (outcome === "no signal") {
    held.waiting = { token: held.link.token.slice(), sealed };
    show(noSignal(() => void hand(item, sealed, then)));
  } else if (outcome.status === 204) {
    held.waiting = null;
    then(item);
  } else {
    show(ended);
  }
}
