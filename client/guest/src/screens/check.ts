// Check: everything that would be sent, and who may see each part of it.
import { el } from "../dom";
import { type Draft, draft, forgetWords, page, say, words } from "../page";
import { sendItem } from "../relay";
import { random } from "../seal/bytes";
import { isCodeWord, makeCode } from "../seal/code";
import { type Saying, sealItem } from "../seal/item";
import { button, buttons, heading, show, shownLanguage } from "../show";
import type { Question } from "../steps";
import { before } from "./before";
import { answered, answers, choices } from "./said";
import { sent, takenBack } from "./sent";
import { ended, noSignal } from "./signal";
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

function part(question: Question): HTMLElement {
  const said = words().check;
  const found = draft(question.name);
  const pressed = choices(question);
  const options: Audience[] = question.private === true ? ["only", "out"] : ["only", "team", "out"];
  return el(
    "section",
    { class: "part" },
    el("h2", {}, asks(question)),
    pressed.length > 0 && el("ul", {}, ...pressed.map((choice) => el("li", {}, choice.words))),
    found.words.trim() !== "" && el("p", { class: "own", dir: "auto" }, found.words.trim()),
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
  const { link, card, codeWord, sent: replaces } = held;
  problem = codeWord.trim() !== "" && !isCodeWord(codeWord);
  if (problem) {
    show(check);
    document.getElementById("code")?.focus();
    return;
  }
  const said = answers();
  show(() => [heading(words().check.sending)]);
  const code = codeWord.trim() === "" ? null : await makeCode(link, codeWord);
  await deliver({ is: "said", answers: said }, replaces, code, card.recipients);
}

/** Takes back what was sent from here. */
export async function takeBack(): Promise<void> {
  const { sent: replaces, card } = page();
  if (replaces === null) return;
  show(() => [heading(words().check.sending)]);
  await deliver({ is: "withdrawn" }, replaces, null, card.recipients);
}

async function deliver(saying: Saying, replaces: Uint8Array | null, code: Awaited<ReturnType<typeof makeCode>> | null, recipients: Parameters<typeof sealItem>[2]): Promise<void> {
  const { link } = page();
  const item = random(16);
  const sealed = await sealItem(link, item, recipients, { language: shownLanguage(), replaces: replaces as typeof item | null, saying, code, attached: [] });
  await hand(item, sealed, saying.is === "withdrawn");
}

/** Hands a sealed item to the relay, and says what came of it. */
export async function hand(item: ReturnType<typeof random>, sealed: ReturnType<typeof random>, withdraws: boolean): Promise<void> {
  const outcome = await sendItem(page().link.token, sealed);
  const held = page();
  if (outcome === "no signal") {
    held.waiting = { token: held.link.token.slice(), sealed };
    show(noSignal(() => void hand(item, sealed, withdraws)));
  } else if (outcome.status === 204) {
    held.waiting = null;
    held.sent = withdraws ? null : item;
    if (withdraws) forgetWords();
    show(withdraws ? takenBack : sent);
  } else {
    show(ended);
  }
}

export function thrown(): Node[] {
  const said = words().thrown;
  return [heading(said.title), el("p", {}, said.text), buttons(button(words().bar.back, () => show(before(0))))];
}
