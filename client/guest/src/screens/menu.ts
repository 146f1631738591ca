// What this link may do. Where it may do one thing only, that comes at once.
import { el } from "../dom";
import { page, say, words } from "../page";
import { type Screen, button, heading, show } from "../show";
import { agreed, what } from "./agree";
import { ask } from "./ask";
import { goTo } from "./back";
import { before } from "./before";
import { points } from "./points";
import { step } from "./step";
import { summary } from "./summary";

/** Everything but the first screen of saying something is opened by the code word. */
function open(screen: Screen): () => void {
  return () => goTo(screen);
}

/** Where Back leads from anything that the link may do. */
export function home(): Screen {
  return several() ? menu : before(0);
}

function several(): boolean {
  const { say, summary, agree } = page().card.rights;
  return [say, summary, agree].filter((right) => right).length > 1;
}

/** From the interruption page. */
export function start(): void {
  const { rights } = page().card;
  if (several()) show(menu);
  else if (rights.say) show(step(0));
  else if (rights.summary) goTo(summary);
  else show(what);
}

/** "I have a code word." */
export function comeBack(): void {
  const { rights } = page().card;
  goTo(several() ? menu : rights.say ? points : rights.summary ? summary : agreed);
}

export function menu(): ReturnType<Screen> {
  const said = words().menu;
  const { rights } = page().card;
  const all: (Node | false)[] = [
    rights.say && button(said.say, () => show(step(0)), "go"),
    rights.agree && button(said.agree, () => show(what), rights.say ? "plain" : "go"),
  ];
  const withCode: (Node | false)[] = [
    rights.say && button(said.points, open(points)),
    rights.summary && button(said.summary, open(summary)),
    rights.agree && button(said.agreed, open(agreed)),
    page().opened === null && button(said.ask, () => show(ask)),
  ];
  return [
    heading(said.title),
    el("div", { class: "list" }, ...all),
    el("h2", {}, said.withCode),
    el("p", { class: "hint" }, page().opened === null ? said.withCodeText : say(said.open)),
    el("div", { class: "list" }, ...withCode),
  ];
}
