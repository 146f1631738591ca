// Before anything is said: what this is, who reads it, and whether now is a good time.
import { el } from "../dom";
import { page, say, words } from "../page";
import { button, buttons, heading, show } from "../show";
import { comeBack, start } from "./menu";
import { readBy, theirs } from "./parts";

export function before(gone: number) {
  return (): (Node | false)[] => {
    const said = words().before;
    const { card } = page();
    const part = (title: string, ...texts: (string | false)[]) =>
      el("p", {}, el("strong", {}, title), " ", texts.filter((text) => text !== false && text !== "").map((text) => say(text as string)).join(" "));
    return [
      gone > 0 && el("p", { class: "note", role: "status" }, words().noSignal.gone),
      heading(said.title),
      el("p", {}, said.about),
      part(said.choose, said.chooseText),
      part(said.who, said.whoText, card.standIn !== null && said.whoStandIn, said.whoThen),
      part(said.team, card.team.line, card.team.police === 1 && said.police1, card.team.police === 2 && said.police2),
      part(said.pass, said.passText),
      part(said.when, said.whenText, readBy(said.whenDay)),
      card.danger === null ? part(said.danger, said.dangerText) : el("p", {}, el("strong", {}, said.danger), " ", theirs("span", card.danger)),
      part(said.good, said.goodText),
      part(said.leave, said.leaveText),
      part(said.phone, said.phoneText),
      buttons(
        button(said.start, start, "go"),
        button(said.notToday, () => show(notToday)),
        button(said.code, comeBack),
      ),
    ];
  };
}

function notToday(): Node[] {
  const said = words().notToday;
  return [heading(said.title), el("p", {}, said.text), buttons(button(words().bar.back, () => show(before(0))))];
}
