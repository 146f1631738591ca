// Sent: what happens next, and the way back as long as nobody has read it.
import { el } from "../dom";
import { page, say, words } from "../page";
import { button, buttons, heading, show } from "../show";
import { check, takeBack } from "./check";
import { isLate, readBy, theirs } from "./parts";

/** Whom to turn to, in the area's own words for danger if it has any. */
export function comfort(): (Node | false)[] {
  const said = words().sent;
  const { danger, helpline } = page().card;
  const lines = [said.bad, ...(helpline === null ? [] : [say(said.call)]), ...(danger === null ? [said.danger] : [])];
  return [
    el("p", {}, lines.join(" ")),
    danger !== null && el("p", {}, el("strong", {}, words().before.danger), " ", theirs("span", danger)),
  ];
}

/** Thanks, and by when it is read. */
export function thanks(): string {
  const said = words().sent;
  return [said.thank, readBy(said.by), ...(isLate() ? [said.soon] : [])].join(" ");
}

export function sent(): (Node | false)[] {
  const said = words().sent;
  return [
    heading(said.title),
    el("p", {}, thanks(), " ", say(said.then)),
    ...comfort(),
    el("p", {}, say(words().check.until)),
    buttons(button(said.change, () => show(check)), button(said.takeBack, () => void takeBack())),
  ];
}

export function takenBack(): (Node | false)[] {
  const said = words().sent;
  return [heading(said.takenTitle), el("p", {}, say(said.taken)), ...comfort()];
}
