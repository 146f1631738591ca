// Sent: what happens next, and the way back as long as nobody has read it.
import { el } from "../dom";
import { page, say, words } from "../page";
import { button, buttons, heading, show } from "../show";
import { check, takeBack } from "./check";

function comfort(): (Node | false)[] {
  const said = words().sent;
  const { helpline } = page().card;
  return [el("p", {}, [said.bad, ...(helpline === null ? [] : [say(said.call)]), said.danger].join(" "))];
}

export function sent(): (Node | false)[] {
  const said = words().sent;
  return [
    heading(said.title),
    el("p", {}, say(said.thanks)),
    ...comfort(),
    el("p", {}, say(words().check.until)),
    buttons(button(said.change, () => show(check)), button(said.takeBack, () => void takeBack())),
  ];
}

export function takenBack(): (Node | false)[] {
  const said = words().sent;
  return [heading(said.takenTitle), el("p", {}, say(said.taken)), ...comfort()];
}
