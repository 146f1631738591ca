// Their own circle: drawn on this phone, by finger or by the list; then chosen, one by one, what of it goes and in what words.
import { type Mate, MOST, RINGS, type Ring, add, chosen, emptyCircle, goes, moveTo, place, radius } from "../circle";
import { el } from "../dom";
import { page, say, words } from "../page";
import { label, mark, paper, svg, where } from "../paper";
import { button, buttons, heading, show } from "../show";
import type { Screen } from "../show";
import { send } from "./send";

/** How near a finger must be to one that is there, to move it. */
const REACH = 75;

/** Opens the circle; `back` is where they came from. */
export function openCircle(back: () => void): void {
  show(circle(back));
}

function rings(): SVGElement[] {
  return [...RINGS].reverse().map((ring) => svg("circle", { class: "ring", cx: 500, cy: 500, r: radius(ring) }));
}

function me(): SVGElement {
  const group = mark(500, 500, "me", "");
  group.append(label(words().circle.me, 14));
  return group;
}

function circle(back: () => void) {
  return (): (Node | false)[] => {
    const said = words().circle;
    const { standIn } = page().card;
    const held = page().circle;
    const sheet = paper();
    const list = el("ol", { class: "put" });
    const draw = () => sheet.replaceChildren(...rings(), me(), ...held.mates.map((mate) => mark(place(mate).x, place(mate).y, mate.is, mate.words)));
    const update = () => {
      draw();
      list.replaceChildren(...held.mates.map((mate, number) => row(mate, number, draw, update)));
    };
    const put = (is: Mate["is"], at?: { x: number; y: number }) => {
      if (held.mates.length >= MOST) return;
      const mate = add(held, is);
      if (at !== undefined) moveTo(mate, at.x, at.y);
      update();
      document.getElementById(`mate-${held.mates.length - 1}`)?.focus();
    };
    sheet.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const at = where(sheet, event);
      const near = held.mates.find((mate) => Math.hypot(place(mate).x - at.x, place(mate).y - at.y) < REACH);
      if (near === undefined) return put("person", at);
      sheet.setPointerCapture(event.pointerId);
      const move = (next: PointerEvent) => {
        const to = where(sheet, next);
        moveTo(near, to.x, to.y);
        draw();
      };
      sheet.addEventListener("pointermove", move);
      for (const name of ["pointerup", "pointercancel"]) {
        sheet.addEventListener(name, () => {
          sheet.removeEventListener("pointermove", move);
          update();
        }, { once: true });
      }
    });
    update();
    return [
      heading(said.title),
      el("p", {}, said.text),
      el("p", {}, said.stays, " ", say(standIn === null ? said.who : said.whoTwo)),
      el("div", { class: "board" }, sheet),
      buttons(button(said.addPerson, () => put("person")), button(said.addPlace, () => put("place"))),
      list,
      buttons(
        button(said.choose, () => show(choose(back)), "go"),
        button(words().bar.back, back),
        button(said.throw, () => {
          page().circle = emptyCircle();
          back();
        }),
      ),
    ];
  };
}

/** One of them in the list: everything that a finger can do, by keys. */
function row(mate: Mate, number: number, draw: () => void, update: () => void): HTMLElement {
  const said = words().circle;
  const input = el("input", { id: `mate-${number}`, type: "text", maxlength: 80, autocomplete: "off", spellcheck: "false" });
  input.value = mate.words;
  input.addEventListener("input", () => {
    mate.words = input.value;
    mate.sent = null;
    draw();
  });
  const names: Record<Ring, string> = { close: said.close, near: said.near, far: said.far };
  const ring = el("select", { id: `ring-${number}` }, ...RINGS.map((one) => el("option", { value: one, selected: one === mate.ring }, names[one])));
  ring.addEventListener("change", () => {
    mate.ring = ring.value as Ring;
    draw();
  });
  const off = button(said.off, () => {
    page().circle.mates.splice(number, 1);
    update();
    document.querySelector<HTMLElement>("#main h1")?.focus();
  });
  off.setAttribute("aria-label", `${said.off}: ${mate.words === "" ? number + 1 : mate.words}`);
  const asked = say(mate.is === "person" ? said.person : said.place, { n: number + 1 });
  return el("li", {}, el("label", { for: input.id }, asked), input, el("label", { for: ring.id, class: "hidden" }, said.how), ring, off);
}

/** Before anything leaves: which of it, and in what words. Nothing is ticked for them. */
function choose(back: () => void): Screen {
  return () => {
    const said = words().circle;
    const held = page().circle;
    const named = held.mates.filter((mate) => mate.words.trim() !== "");
    const sheet = paper();
    const draw = () => sheet.replaceChildren(...rings(), me(), ...chosen(held, "").marks.slice(1).map(({ x, y, sign, words }) => mark(x, y, sign, words)));
    const parts = named.map((mate, number) => {
      const tick = el("input", { type: "checkbox", id: `goes-${number}`, checked: mate.goes });
      const input = el("input", { type: "text", id: `as-${number}`, maxlength: 80, autocomplete: "off", spellcheck: "false" });
      input.value = mate.sent ?? mate.words;
      tick.addEventListener("change", () => {
        mate.goes = tick.checked;
        draw();
      });
      input.addEventListener("input", () => {
        mate.sent = input.value;
        draw();
      });
      const name = el("label", { for: tick.id }, el("bdi", {}, mate.words));
      return el("li", {}, el("div", { class: "audience" }, el("div", {}, tick, name)), el("label", { for: input.id }, say(said.as, { n: number + 1 })), input);
    });
    draw();
    return [
      heading(said.chooseTitle),
      el("p", {}, said.chooseText),
      named.length === 0 && el("p", {}, said.none),
      el("ul", { class: "put" }, ...parts),
      el("p", {}, said.preview),
      el("div", { class: "board" }, sheet),
      buttons(button(said.send, () => void sendCircle(back), "go"), button(words().bar.back, () => show(circle(back)))),
    ];
  };
}

async function sendCircle(back: () => void): Promise<void> {
  const held = page().circle;
  if (!held.mates.some(goes)) return show(nothing(back));
  await send({ saying: { is: "circle", drawing: chosen(held, words().circle.me) }, replaces: held.item }, (item) => {
    page().circle.item = item;
    show(sent(back));
  });
}

function nothing(back: () => void): Screen {
  return () => [heading(words().circle.nothing), buttons(button(words().bar.back, () => show(choose(back))))];
}

function sent(back: () => void): Screen {
  return () => {
    const said = words().circle;
    const { item } = page().circle;
    return [
      heading(words().sent.title),
      el("p", {}, say(said.sent)),
      buttons(
        button(said.on, back, "go"),
        button(words().sent.change, () => show(circle(back))),
        button(words().sent.takeBack, () => {
          void send({ saying: { is: "withdrawn" }, replaces: item }, () => {
            page().circle.item = null;
            show(() => [heading(words().sent.takenTitle), el("p", {}, say(words().sent.taken)), buttons(button(said.on, back, "go"))]);
          });
        }),
      ),
    ];
  };
}
