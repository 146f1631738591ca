// A map of places that are OK and places that are not: drawn by finger, mouse or keys; marks with words. Undone step by step.
import { el, sign } from "../dom";
import { draft, page, say, words } from "../page";
import { MOST_MARKS, PAPER, drawLine, line, mark, paper, svg, where } from "../paper";
import type { Drawing } from "../seal/item";
import { button, buttons, heading, show } from "../show";
import { step } from "./step";

const TOOLS = ["line", "ok", "depends", "notOk"] as const;
type Tool = (typeof TOOLS)[number];
/** How far an arrow key moves. */
const FAR = 40;

let tool: Tool = "ok";
/** Where the keys are on the paper. */
let at = { x: PAPER / 2, y: PAPER / 2 };
/** What was put down last, of each drawing: marks or lines. */
const order = new WeakMap<Drawing, ("marks" | "lines")[]>();

/** Opens the screen for a question of a step. */
export function openMap(question: string, number: number): void {
  tool = "ok";
  at = { x: PAPER / 2, y: PAPER / 2 };
  show(map(question, number));
}

function map(question: string, number: number) {
  return (): (Node | false)[] => {
    const said = words().map;
    const { standIn } = page().card;
    const found = draft(question);
    const drawing = (found.drawing ??= { marks: [], lines: [], words: "" });
    const done = order.get(drawing) ?? [];
    order.set(drawing, done);
    const back = () => {
      if (drawing.marks.length + drawing.lines.length === 0) found.drawing = null;
      show(step(number));
    };
    const list = el("ol", { class: "put" });
    const sheet = paper();
    const update = () => {
      sheet.replaceChildren(...drawing.lines.map(line), ...drawing.marks.map(({ x, y, sign, words }) => mark(x, y, sign, words)), cross());
      list.replaceChildren(...drawing.marks.map((_, number) => row(drawing, number, update)));
    };
    const put = (x: number, y: number) => {
      if (drawing.marks.length >= MOST_MARKS) return;
      drawing.marks.push({ x, y, sign: tool, words: "" });
      done.push("marks");
      update();
      document.getElementById(`mark-${drawing.marks.length - 1}`)?.focus();
    };
    sheet.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      if (tool !== "line") return put(where(sheet, event).x, where(sheet, event).y);
      drawLine(sheet, drawing, event, () => {
        if (drawing.lines.length > done.filter((one) => one === "lines").length) done.push("lines");
        update();
      });
    });
    const board = el("div", { class: "board", tabindex: 0, role: "application", "aria-label": said.paper, "aria-describedby": "keys" }, sheet);
    board.addEventListener("keydown", (event) => keys(event, drawing, done, put, update));
    update();
    return [
      heading(number === 2 ? said.title : said.titleOther),
      el("p", {}, said.text, " ", say(standIn === null ? said.who : said.whoTwo)),
      tools(),
      board,
      el("p", { class: "hint", id: "keys" }, said.keys),
      buttons(button(said.keep, back, "go"), button(said.undo, () => {
        undo(drawing, done);
        update();
      }), button(said.throw, () => {
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
      tool = one;
      keys.forEach((key, number) => key.setAttribute("aria-pressed", String(TOOLS[number] === tool)));
    };
    return el("button", { type: "button", class: "card mark", "aria-pressed": String(one === tool), click: press }, sign(one), el("span", {}, names[one]));
  });
  group.append(...keys);
  return group;
}

/** Where the keys are: seen only while the paper has the focus. */
function cross(): SVGElement {
  return svg("path", { class: "cross", d: `M${at.x - 30} ${at.y}h60M${at.x} ${at.y - 30}v60` });
}

/** Arrows move; Enter or Space puts a mark, or begins and ends a line. */
function keys(event: KeyboardEvent, drawing: Drawing, done: ("marks" | "lines")[], put: (x: number, y: number) => void, update: () => void): void {
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  const pen = penOf.get(drawing);
  if (way !== undefined) {
    const clamp = (value: number) => Math.max(0, Math.min(PAPER, value));
    at = { x: clamp(at.x + way[0]! * FAR), y: clamp(at.y + way[1]! * FAR) };
    if (tool === "line") pen?.push([at.x, at.y]);
    update();
  } else if (event.key === "Enter" || event.key === " ") {
    if (tool !== "line") put(at.x, at.y);
    else if (pen === undefined) {
      const begun: [number, number][] = [[at.x, at.y]];
      penOf.set(drawing, begun);
      drawing.lines.push(begun);
      done.push("lines");
    } else penOf.delete(drawing);
  } else return;
  event.preventDefault();
}

/** The line that the keys are drawing. */
const penOf = new WeakMap<Drawing, [number, number][]>();

function undo(drawing: Drawing, done: ("marks" | "lines")[]): void {
  const last = done.pop() ?? (drawing.marks.length > 0 ? "marks" : "lines");
  drawing[last].pop();
  penOf.delete(drawing);
}

/** One mark in the list: what it is, how it is there, and off again. */
function row(drawing: Drawing, number: number, update: () => void): HTMLElement {
  const said = words();
  const one = drawing.marks[number]!;
  const input = el("input", { id: `mark-${number}`, type: "text", maxlength: 80, autocomplete: "off", spellcheck: "false", input: () => { one.words = input.value; } });
  input.value = one.words;
  input.addEventListener("change", update);
  const names: [string, string][] = [["ok", said.steps.ok], ["depends", said.steps.depends], ["notOk", said.steps.notOk]];
  const choose = el("select", { id: `how-${number}` }, ...names.map(([value, name]) => el("option", { value, selected: value === one.sign }, name)));
  choose.addEventListener("change", () => {
    one.sign = choose.value;
    update();
    document.getElementById(`how-${number}`)?.focus();
  });
  const off = button(said.map.off, () => {
    drawing.marks.splice(number, 1);
    const done = order.get(drawing);
    done?.splice(done.lastIndexOf("marks"), 1);
    update();
    document.querySelector<HTMLElement>(".board")?.focus();
  });
  off.setAttribute("aria-label", `${said.map.off}: ${one.words === "" ? number + 1 : one.words}`);
  return el("li", {}, el("label", { for: input.id }, say(said.map.what, { n: number + 1 })), input, el("label", { for: choose.id, class: "hidden" }, said.map.how), choose, off);
}
