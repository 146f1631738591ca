// Coming back with link and code word: what was read, and what was done with it.
import { el } from "../dom";
import { page, say, words } from "../page";
import { readAgain } from "../relay";
import { fromCodeWord } from "../seal/code";
import { type Reading, openReading } from "../seal/reading";
import { button, buttons, heading, show } from "../show";
import { day } from "../words";
import { before } from "./before";

let problem = "";

export function back(): (Node | false)[] {
  const said = words().back;
  const word = el("input", { id: "code", type: "text", autocomplete: "off", autocapitalize: "none", spellcheck: "false", maxlength: 64, "aria-describedby": problem === "" ? "back-hint" : "back-problem back-hint" });
  const shown = problem;
  problem = "";
  return [
    heading(said.title),
    el("p", { id: "back-hint" }, say(said.text)),
    shown !== "" && el("p", { class: "problem", id: "back-problem", role: "alert" }, shown),
    el("label", { for: "code" }, said.label),
    word,
    buttons(button(said.open, () => void open(word.value), "go"), button(words().bar.back, () => show(before(0)))),
  ];
}

async function open(word: string): Promise<void> {
  const said = words();
  if (word.trim() === "") return;
  const { link } = page();
  show(() => [heading(said.check.sending)]);
  const { token, key } = await fromCodeWord(link, word);
  const outcome = await readAgain(link, token);
  if (outcome === "no signal") problem = said.link.waitTitle;
  else if (outcome.status === 200) {
    const reading = await openReading(link, key, outcome.body).catch(() => null);
    if (reading !== null) return show(answer(reading));
    problem = say(said.back.closed);
  } else if (outcome.status === 403) {
    const left = Number(new TextDecoder().decode(outcome.body));
    problem = left > 0 ? say(said.back.wrong, { left }) : say(said.back.wrongLast);
  } else problem = say(said.back.closed);
  show(back);
}

function answer(reading: Reading) {
  return (): (Node | false)[] => {
    const said = words().back;
    const { card, language } = page();
    const outcomes = [said.used, said.notYet, said.notUsed, said.more];
    return [
      heading(reading.readOn === null ? said.notRead : say(said.readOn, { day: day(reading.readOn, language) })),
      reading.late && el("p", {}, [say(said.late), ...(card.call === null ? [] : [say(said.lateCall)])].join(" ")),
      ...reading.points.map((point) =>
        el("section", { class: "part" }, el("p", { class: "own", dir: "auto" }, point.said), el("p", {}, el("strong", {}, outcomes[point.outcome] ?? ""), " ", point.words)),
      ),
      buttons(button(words().bar.back, () => show(before(0)))),
    ];
  };
}
