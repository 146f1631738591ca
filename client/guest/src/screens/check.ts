// Check: everything that would be sent, and who may see each part of it.
import { el } from "../dom";
import { type Draft, draft, forgetWords, page, say, words } from "../page";
import { isCodeWord, makeCode } from "../seal/code";
import { button, buttons, heading, show } from "../show";
import { type Question, STEPS } from "../steps";
import { before } from "./before";
import { answered, answers, attachments, choices } from "./said";
import { send as hand } from "./send";
import { sent, takenBack } from "./sent";
import { asks, step } from "./step";

type Audience = Draft["audience"];

/** What was pressed stands while the screen is made again in another language. */
let problem = false;

export function check(): (Node | false)[] {
  const said = words().check;
  const parts = answered();
  const code = el("input", { id: "code", type: "text", autocomplete: "off", autocapitalize: "none", spellcheck: "false", maxlength: 64, "aria-describedby": problem ? "code-problem code-hint" : "code-hint", input: () => { page().codeWord = code.value; } });
  code.value = page().codeWord;
  const shared = parts.filter((question) => question.private !== true);
  const top = shared.length > 1 && audience("all", said.all, null, ["only", "team"], (chosen) => {
    for (const question of shared) draft(question.name).audience = chosen;
    show(check);
  });
  return [
    el("p", { class: "of" }, said.title),
    heading(said.lead),
    parts.length === 0 && el("p", {}, said.none),
    top,
    ...parts.map(part),
    el("p", {}, say(said.until)),
    el("h2", {}, said.codeTitle),
    el("p", { class: "hint", id: "code-hint" }, said.codeText),
    problem && el("p", { class: "problem", id: "code-problem", role: "alert" }, said.codeShort),
    el("label", { for: "code" }, said.codeLabel),
    code,
    buttons(
      button(said.send, () => void send(), "go"),
      button(said.change, () => show(step(0))),
      button(said.throw, () => {
        forgetWords();
        show(thrown);
      }),
    ),
  ];
}

/** What is said aloud or drawn: that it is there, and that it goes no further. */
function unworded({ voice, drawing }: Draft, number: number): HTMLElement[] {
  const { talk, map, check } = words();
  if (voice === null && drawing === null) return [];
  const only = say(page().card.standIn === null ? check.unworded : check.unwordedTwo);
  return [
    el("ul", {}, voice !== null && el("li", {}, say(talk.has, { n: voice.seconds })), drawing !== null && el("li", {}, number === 2 ? map.has : map.hasOther)),
    el("p", { class: "note" }, only, " ", talk.typeHint),
  ];
}

function part(question: Question): HTMLElement {
  const said = words().check;
  const found = draft(question.name);
  const number = STEPS.findIndex((step) => step.questions.includes(question));
  const pressed = choices(question);
  // What is only said aloud or drawn has nothing that could be shared.
  const worded = pressed.length > 0 || found.words.trim() !== "";
  const options: Audience[] = question.private === true || !worded ? ["only", "out"] : ["only", "team", "out"];
  if (!worded && found.audience === "team") found.audience = "only";
  return el(
    "section",
    { class: "part" },
    el("h2", {}, asks(question)),
    pressed.length > 0 && el("ul", {}, ...pressed.map((choice) => el("li", {}, choice.words))),
    found.words.trim() !== "" && el("p", { class: "own", dir: "auto" }, found.words.trim()),
    ...unworded(found, number),
    audience(question.name, said.see, found.audience, options, (chosen) => {
      found.audience = chosen;
    }),
  );
}

/** Who can see it: one of two or three. */
function audience(name: string, asked: string, now: Audience | null, options: Audience[], choose: (chosen: Audience) => void): HTMLElement {
  const said = words().check;
  const names: Record<Audience, string> = { only: page().card.standIn === null ? said.only : said.onlyTwo, team: said.team, out: said.out };
  const group = el("fieldset", { class: "audience" }, el("legend", {}, asked));
  for (const option of options) {
    const radio = el("input", { type: "radio", name: `see-${name}`, id: `see-${name}-${option}`, checked: option === now, change: () => choose(option) });
    group.append(el("div", {}, radio, el("label", { for: radio.id }, say(names[option]))));
  }
  return group;
}

async function send(): Promise<void> {
  const held = page();
  const { link, codeWord, sent: replaces } = held;
  problem = codeWord.trim() !== "" && !isCodeWord(codeWord);
  if (problem) {
    show(check);
    document.getElementById("code")?.focus();
    return;
  }
  const said = answers();
  const attached = attachments();
  show(() => [heading(words().check.sending)]);
  const code = codeWord.trim() === "" ? null : await makeCode(link, codeWord);
  await hand({ saying: { is: "said", answers: said }, replaces, code, attached }, (item) => {
    page().sent = item;
    show(sent);
  });
}

/** Takes back what was sent from here. */
export async function takeBack(): Promise<void> {
  const { sent: replaces } = page();
  if (replaces === null) return;
  await hand({ saying: { is: "withdrawn" }, replaces }, () => {
    page().sent = null;
    forgetWords();
    show(takenBack);
  });
}

export function thrown(): Node[] {
  const said = words().thrown;
  return [heading(said.title), el("p", {}, said.text), buttons(button(words().bar.back, () => show(before(0))))];
}
