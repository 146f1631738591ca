// "I would like to read it here": a code word is chosen, and the window is asked for. For somebody who never said anything, too.
import { el } from "../dom";
import { page, say, words } from "../page";
import { isCodeWord, makeCode } from "../seal/code";
import { type Screen, button, buttons, heading, show } from "../show";
import { home } from "./menu";
import { codeField, late, isLate, problems } from "./parts";
import { send } from "./send";

export function ask(): ReturnType<Screen> {
  const said = words().ask;
  const { note, tell } = problems();
  const word = codeField("ask-hint");
  return [
    heading(say(said.title)),
    el("p", {}, say(said.next)),
    el("p", { class: "hint", id: "ask-hint" }, said.text),
    note,
    el("label", { for: "code" }, words().check.codeLabel),
    word,
    buttons(
      button(said.send, () => {
        if (isCodeWord(word.value)) return void go(word.value);
        tell(words().check.codeShort);
        word.focus();
      }, "go"),
      button(words().bar.back, () => show(home())),
    ),
  ];
}

async function go(word: string): Promise<void> {
  const { link, replies } = page();
  show(() => [heading(words().check.sending)]);
  const code = await makeCode(link, word);
  await send({ saying: { is: "wantsToRead" }, replaces: replies.sent.get("ask"), code }, (item) => {
    page().replies.sent.set("ask", item);
    show(asked);
  });
}

function asked(): ReturnType<Screen> {
  const said = words().ask;
  return [
    heading(say(said.sentTitle)),
    el("p", {}, say(said.next)),
    el("p", {}, said.then),
    isLate() && el("p", {}, late()),
    buttons(button(words().bar.back, () => show(home()))),
  ];
}
