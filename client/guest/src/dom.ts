// Elements, made one by one: nothing that anybody typed is ever read as markup.

type Attributes = Record<string, string | number | boolean | ((event: Event) => void) | undefined>;
type Child = Node | string | null | undefined | false;

export function el<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined) element.setAttribute(name, String(value));
  }
  for (const child of children) if (child) element.append(child);
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** A small drawing of lines; what it means is always said in words beside it. */
export function drawing(...paths: string[]): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  for (const [name, value] of [["viewBox", "0 0 32 32"], ["aria-hidden", "true"], ["focusable", "false"]] as const) svg.setAttribute(name, value);
  for (const path of paths) {
    const line = document.createElementNS(SVG, "path");
    line.setAttribute("d", path);
    svg.append(line);
  }
  return svg;
}

const CIRCLE = "M16 3a13 13 0 1 0 0.01 0";
const EYES = "M11 12v1.5M21 12v1.5";
const MOUTHS: Record<string, string> = {
  "5": "M9 18q7 9 14 0z",
  "4": "M10 19q6 5 12 0",
  "3": "M10 20h12",
  "2": "M10 22q6 -5 12 0",
  "1": "M9 24q7 -9 14 0",
};

export function face(card: string): SVGSVGElement | null {
  const mouth = MOUTHS[card];
  return mouth === undefined ? null : drawing(CIRCLE, EYES, mouth);
}

const SIGNS: Record<string, string> = {
  line: "M4 26q6 -16 12 -8t12 -12",
  ok: "M5 17l7 8L27 7",
  depends: "M3 17q6 -9 13 0t13 0",
  notOk: "M7 7l18 18M25 7L7 25",
  notGo: "M6 16h20",
};

export function sign(mark: string): SVGSVGElement {
  return drawing(SIGNS[mark] ?? "");
}
