// The page that young people and families open by a link. It reads the link, takes it out of the address and asks for the card, while
// the rest of the page comes: on a slow line each question and answer is half a second.
import "./style.css";
import { askCard } from "./relay";
import { readLink } from "./seal/link";

const fragment = location.hash;
// Whoever looks at the address, or at this page's place in the history later, finds no link there.
history.replaceState(null, "", location.pathname);
// A link pasted into the open page is another link.
addEventListener("hashchange", () => location.reload());

const app = import("./app");

async function start(): Promise<void> {
  const link = fragment.length > 1 ? await readLink(fragment) : null;
  const asked = link === null ? null : askCard(link);
  const { listen, open, nothing, code } = await app;
  listen();
  if (link !== null && asked !== null) await open(link, asked);
  else if (fragment.length > 1) await nothing();
  else await code();
}

start().catch((error: Error) => {
  if (error.message === "left") throw error;
  // Half of the page has come, and no words with it; the link is out of the address already.
  const root = document.getElementById("page");
  if (root !== null && root.childElementCount === 0) root.textContent = "There is no signal now. Nothing was sent. Open your link again in a while.";
});
