// A code that was told in person, in the place of a link.
import { el } from "../dom";
import { words } from "../page";
import { askCode } from "../relay";
import type { Link } from "../seal/link";
import { fromCode, openTyped, plainCode } from "../seal/typed";
import { type Screen, button, buttons, heading, show } from "../show";

let problem: "notWhole" | "wrong" | "signal" | null = null;

export function typed(open: (link: Link) => Promise<void>): Screen {
  return () => {
    const said = words().typed;
    const shown = problem;
    problem = null;
    const input = el("input", { id: "typed-code", type: "text", autocomplete: "off", autocapitalize: "none", autocorrect: "off", spellcheck: "false", maxlength: 40, dir: "ltr", "aria-describedby": shown === null ? "typed-hint" : "typed-problem typed-hint" });
    const go = () => void look(input.value, open);
    input.addEventListener("keydown", (event) => event.key === "Enter" && go());
    const problems = { notWhole: said.notWhole, wrong: said.wrong, signal: said.later };
    return [
      heading(said.title),
      el("p", { id: "typed-hint" }, said.text),
      shown !== null && el("p", { class: "problem", id: "typed-problem", role: "alert" }, problems[shown]),
      el("label", { for: "typed-code" }, said.label),
      input,
      buttons(button(said.open, go, "go")),
      el("p", { class: "hint after" }, said.noCode),
    ];
  };
}

async function look(text: string, open: (link: Link) => Promise<void>): Promise<void> {
  const again = typed(open);
  const letters = plainCode(text);
  if (letters === null) {
    problem = "notWhole";
    return show(again);
  }
  show(() => [heading(words().typed.looking)]);
  const code = await fromCode(letters);
  const outcome = await askCode(code.id);
  if (outcome !== "no signal" && outcome.status === 200) {
    const link = await openTyped(code, outcome.body).catch(() => null);
    if (link !== null) return open(link);
  }
  problem = outcome === "no signal" ? "signal" : "wrong";
  show(again);
}
