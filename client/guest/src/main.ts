// The page that young people and families open by a link. It reads the link, takes it out of the address, fetches the card and begins.
import "./style.css";
import { sendKept } from "./kept";
import { listenForShift } from "./leave";
import { begin } from "./page";
import { emptyCircle } from "./circle";
import { noReplies } from "./reading";
import { askCard } from "./relay";
import { before } from "./screens/before";
import { typed } from "./screens/typed";
import { ended, waiting } from "./screens/signal";
import { type Card, openCard } from "./seal/card";
import { type Link, readLink } from "./seal/link";
import { show } from "./show";
import { language } from "./words";

async function open(link: Link): Promise<void> {
  const outcome = await askCard(link);
  if (outcome === "no signal") return show(waiting(() => void open(link)));
  const card: Card | null = outcome.status === 200 ? await openCard(link, outcome.body).catch(() => null) : null;
  if (card === null || !card.rights.say) return show(ended);
  const gone = await sendKept();
  const nothing = { drafts: new Map(), codeWord: "", sent: null, waiting: null, opened: null, replies: noReplies(), circle: emptyCircle() };
  begin({ link, card, language: language(card.language), ...nothing });
  show(before(gone));
}

async function start(): Promise<void> {
  listenForShift();
  const fragment = location.hash;
  // Whoever looks at the address, or at this page's place in the history later, finds no link there.
  history.replaceState(null, "", location.pathname);
  const browser = language(navigator.language);
  const link = fragment === "" ? null : await readLink(fragment);
  // Without a link there may be a code, typed where both are.
  if (fragment.length <= 1) return show(typed(open), browser);
  if (link === null) return show(ended, browser);
  show(() => [], browser);
  await open(link);
}

void start();
// A link pasted into the open page is another link.
addEventListener("hashchange", () => location.reload());
// What this phone keeps goes as soon as there is a signal.
addEventListener("online", () => void sendKept());
