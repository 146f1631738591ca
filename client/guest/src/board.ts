// What a map is drawn on: by finger, mouse or keys, undone step by step. Whoever shows it puts tools and a list of the marks beside it.
import { el } from "./dom";
import { MOST_MARKS, PAPER, drawLine, line, mark, paper, svg, where } from "./paper";
import type { Drawing } from "./seal/item";

export const TOOLS = ["line", "ok", "depends", "notOk"] as const;
export type Tool = (typeof TOOLS)[number];
/** How far an arrow key moves. */
const FAR = 40;

/** What is put down next, and where the keys are on the paper. */
export interface Hand {
  tool: Tool;
  x: number;
  y: number;
}

export function newHand(): Hand {
  return { tool: "ok", x: PAPER / 2, y: PAPER / 2 };
}

export interface Board {
  element: HTMLElement;
  /** Shows the drawing as it is now. */
  update: () => void;
  undo: () => void;
  takeOff: (number: number) => void;
}

/** What was put down last, of each drawing. */
const order = new WeakMap<Drawing, ("marks" | "lines")[]>();
/** The line that the keys are drawing. */
const penOf = new WeakMap<Drawing, [number, number][]>();

/** `changed` is told of every change, with the number of a mark that was just put down. `keys`: the id of what says how it goes by keys. */
export function board(drawing: Drawing, hand: Hand, { name, keys }: { name: string; keys: string }, changed: (put?: number) => void): Board {
  const done = order.get(drawing) ?? [];
  order.set(drawing, done);
  const sheet = paper();
  const element = el("div", { class: "board", tabindex: 0, role: "application", "aria-label": name, "aria-describedby": keys }, sheet);
  const update = () => {
    sheet.replaceChildren(...drawing.lines.map(line), ...drawing.marks.map(({ x, y, sign, words }) => mark(x, y, sign, words)), cross(hand));
  };
  const tell = (put?: number) => {
    update();
    changed(put);
  };
  const put = (x: number, y: number) => {
    if (drawing.marks.length >= MOST_MARKS) return;
    drawing.marks.push({ x, y, sign: hand.tool, words: "" });
    done.push("marks");
    tell(drawing.marks.length - 1);
  };
  sheet.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    if (hand.tool !== "line") return put(where(sheet, event).x, where(sheet, event).y);
    drawLine(sheet, drawing, event, () => {
      if (drawing.lines.length > done.filter((one) => one === "lines").length) done.push("lines");
      tell();
    });
  });
  /** Arrows move; Enter or Space puts a mark, or begins and ends a line. */
  element.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    const pen = penOf.get(drawing);
    if (way !== undefined) {
      const clamp = (value: number) => Math.max(0, Math.min(PAPER, value));
      hand.x = clamp(hand.x + way[0]! * FAR);
      hand.y = clamp(hand.y + way[1]! * FAR);
      if (hand.tool === "line") pen?.push([hand.x, hand.y]);
      tell();
    } else if (event.key === "Enter" || event.key === " ") {
      if (hand.tool !== "line") put(hand.x, hand.y);
      else if (pen === undefined) {
        const begun: [number, number][] = [[hand.x, hand.y]];
        penOf.set(drawing, begun);
        drawing.lines.push(begun);
        done.push("lines");
      } else penOf.delete(drawing);
    } else return;
    event.preventDefault();
  });
  update();
  return {
    element,
    update,
    undo() {
      const last = done.pop() ?? (drawing.marks.length > 0 ? "marks" : "lines");
      drawing[last].pop();
      penOf.delete(drawing);
      tell();
    },
    takeOff(number) {
      drawing.marks.splice(number, 1);
      done.splice(done.lastIndexOf("marks"), 1);
      tell();
      element.focus();
    },
  };
}

/** Where the keys are: seen only while the paper has the focus. */
function cross({ x, y }: Hand): SVGElement {
  return svg("path", { class: "cross", d: `M${x - 30} ${y}h60M${x} ${y - 30}v60` });
}
