// A paper to draw on, of 1,000 by 1,000: lines by finger or mouse, marks with a sign. The drawing is data; this only shows it.
import type { Drawing } from "./seal/item";

export const PAPER = 1000;
/** What a drawing may hold (kith-group, `Drawing`). */
export const MOST_MARKS = 40;
const MOST_LINES = 200;
const MOST_POINTS = 8000;
/** Points that are nearer than this to the one before are not kept. */
const STEP = 6;

const SVG = "http://www.w3.org/2000/svg";

export function svg<K extends keyof SVGElementTagNameMap>(tag: K, attributes: Record<string, string | number>): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}

/** An empty paper; what it shows is said beside it, in words. */
export function paper(): SVGSVGElement {
  return svg("svg", { viewBox: `0 0 ${PAPER} ${PAPER}`, class: "paper", "aria-hidden": "true", focusable: "false" });
}

const clamp = (value: number) => Math.max(0, Math.min(PAPER, Math.round(value)));

/** Where on the paper a finger is. */
export function where(sheet: SVGSVGElement, event: PointerEvent): { x: number; y: number } {
  const box = sheet.getBoundingClientRect();
  return { x: clamp(((event.clientX - box.left) / box.width) * PAPER), y: clamp(((event.clientY - box.top) / box.height) * PAPER) };
}

const SIGNS: Record<string, string> = { ok: "M-16 2l12 14L18 -14", depends: "M-20 2q10 -18 20 0t20 0", notOk: "M-14 -14l28 28M14 -14l-28 28" };

/** A mark: a sign in a ring, and its words below. */
export function mark(x: number, y: number, sign: string, words: string): SVGGElement {
  const group = svg("g", { transform: `translate(${x} ${y})`, class: `sign-${sign}` });
  group.append(svg("circle", { r: sign === "me" ? 66 : 44 }));
  const path = SIGNS[sign];
  if (path !== undefined) group.append(svg("path", { d: path }));
  if (words !== "") group.append(label(words, 94, x < 160 ? "start" : x > PAPER - 160 ? "end" : "middle"));
  return group;
}

/** Words below a mark; the whole of them stands in the list. */
export function label(words: string, y: number, from = "middle"): SVGTextElement {
  const text = svg("text", { y, x: from === "start" ? -40 : from === "end" ? 40 : 0, "text-anchor": from });
  text.textContent = words.length > 18 ? `${words.slice(0, 17)}…` : words;
  return text;
}

export function line(points: [number, number][]): SVGPolylineElement {
  return svg("polyline", { points: points.map((point) => point.join(",")).join(" ") });
}

/** Takes a line up while a finger draws it; `done` once it is lifted. What would be too much is not begun. */
export function drawLine(sheet: SVGSVGElement, drawing: Drawing, begin: PointerEvent, done: () => void): void {
  const held = drawing.lines.reduce((all, { length }) => all + length, 0);
  if (drawing.lines.length >= MOST_LINES || held >= MOST_POINTS) return;
  const first = where(sheet, begin);
  const points: [number, number][] = [[first.x, first.y]];
  const shown = sheet.appendChild(line(points));
  const move = (event: PointerEvent) => {
    const { x, y } = where(sheet, event);
    const [lastX, lastY] = points[points.length - 1]!;
    if (Math.hypot(x - lastX, y - lastY) < STEP || held + points.length >= MOST_POINTS) return;
    points.push([x, y]);
    shown.setAttribute("points", points.map((point) => point.join(",")).join(" "));
  };
  const end = () => {
    sheet.removeEventListener("pointermove", move);
    if (points.length > 1) drawing.lines.push(points);
    done();
  };
  sheet.setPointerCapture(begin.pointerId);
  sheet.addEventListener("pointermove", move);
  for (const name of ["pointerup", "pointercancel"]) sheet.addEventListener(name, end, { once: true });
}
