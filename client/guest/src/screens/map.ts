// A map of places that are OK and places that are not: drawn by finger, mouse or keys; marks with words. Undone step by step.
import { type Board, TOOLS, type Tool, board, newHand } from "../board";
import { el, sign } from "../dom";
import { draft, page, say, words } from "../page";
import type { Drawing } from "../seal/item";
import { button, buttons, heading, show } from "../show";
import { step } from "./step";

let hand = newHand();

/** Opens the screen for a question of a step. */
export function openMap(question: string, number: number): void {
  hand = newHand();
  show(map(question, number));
}

function map(question: string, number: number) {
  return (): (Node | false)[] => {
    const said = words().map;
    const { standIn } = page().card;
    const found = draft(question);
    const drawing = (found.drawing ??= { marks: [], lines: [], words: "" });
    const back = () => {
      if (drawing.marks.length + drawing.lines.length === 0) found.drawing = null;
      show(step(number));
    };
    const list = el("ol", { class: "put" });
    const on = board(drawing, hand, { name: said.paper, keys: "keys" }, (put) => {
      update();
      if (put !== undefined) document.getElementById(`mark-${put}`)?.focus();
    });
    const update = () => list.replaceChildren(...drawing.marks.map((_, number) => row(drawing, number, on)));
    update();
    return [
      heading(number === 2 ? said.title : said.titleOther),
      el("p", {}, said.text, " ", say(standIn === null ? said.who : said.whoTwo)),
      tools(),
      on.element,
      el("p", { class: "hint", id: "keys" }, said.keys),
      buttons(button(said.keep, back, "go"), button(said.undo, on.undo), button(said.throw, () => {
        found.drawing = null;
        show(step(number));
      })),
      list,
    ];
  };
}

/** What a finger or a key puts down. */
function tools(): HTMLElement {
  const said = words();
  const names: Record<Tool, string> = { line: said.map.line, ok: said.steps.ok, depends: said.steps.depends, notOk: said.steps.notOk };
  const group = el("div", { class: "marks", role: "group", "aria-label": said.map.pick });
  const keys = TOOLS.map((one) => {
    const press = () => {
      hand.tool = one;
      keys.forEach((key, number) => key.setAttribute("aria-pressed", String(TOOLS[number] === hand.tool)));
    };
    return el("button", { type: "button", class: "card mark", "aria-pressed": String(one === hand.tool), click: press }, sign(one), el("span", {}, names[one]));
  });
  group.append(...keys);
  return group;
}

/** One mark in the list: what it is, how it is there, and off again. */
function row(drawing: Drawing, number: number, on: Board): HTMLElement {
  const said = words();
  const one = drawing.marks[number]!;
  const input = el("input", { id: `mark-${number}`, type: "text", maxlength: 80, autocomplete: "off", spellcheck: "false", input: () => { one.words = input.value; } });
  input.value = one.words;
  const names: [string, string][] = [["ok", said.steps.ok], ["depends", said.steps.depends], ["notOk", said.steps.notOk]];
  const choose = el("select", { id: `how-${number}` }, ...names.map(([value, name]) => el("option", { value, selected: value === one.sign }, name)));
  choose.addEventListener("change", () => {
    one.sign = choose.value;
    on.update();
  });
  const off = button(said.map.off, () => on.takeOff(number));
  const named = () => off.setAttribute("aria-label", `${said.map.off}: ${one.words === "" ? number + 1 : one.words}`);
  input.addEventListener("change", () => {
    named();
    on.update();
  });
  named();
  return el("li", {}, el("label", { for: input.id }, say(said.map.what, { n: number + 1 })), input, el("label", { for: choose.id, class: "hidden" }, said.map.how), choose, off);
}
