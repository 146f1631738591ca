// The page itself, once its card is on the way: opens the card, says in which language, and begins.
import { emptyCircle } from "./circle";
import { sendKept } from "./kept";
import { listenForShift } from "./leave";
import { begin } from "./page";
import { noReplies } from "./reading";
import { type Outcome, askCard } from "./relay";
import { closeWhenHidden } from "./screens/back";
import { before } from "./screens/before";
import { ended, waiting } from "./screens/signal";
import { typed } from "./screens/typed";
import { type Card, openCard } from "./seal/card";
import type { Link } from "./seal/link";
import { show } from "./show";
import { language, load, loadAll } from "./words";

export function listen(): void {
  listenForShift();
  closeWhenHidden();
  // What this phone keeps goes as soon as there is a signal.
  addEventListener("online", () => void sendKept());
}

/** Begins with what the relay said to a link. */
export async function open(link: Link, asked: Promise<Outcome>): Promise<void> {
  const outcome = await asked;
  if (outcome === "no signal") return show(waiting(() => void open(link, askCard(link))), await browser());
  const card: Card | null = outcome.status === 200 ? await openCard(link, outcome.body).catch(() => null) : null;
  if (card === null || !Object.values(card.rights).includes(true)) return nothing();
  const [gone, code] = await Promise.all([sendKept(), load(card.language)]);
  const empty = { drafts: new Map(), codeWord: "", sent: null, waiting: null, opened: null, replies: noReplies(), circle: emptyCircle() };
  begin({ link, card, language: code, ...empty });
  show(before(gone));
  await loadAll();
}

/** There is no link, or none that is whole. */
export async function nothing(): Promise<void> {
  show(ended, await browser());
}

/** No link: there may be a code, typed where both are. */
export async function code(): Promise<void> {
  show(typed((link) => open(link, askCard(link))), await browser());
  await loadAll();
}

function browser(): Promise<string> {
  return load(language(navigator.language));
}
