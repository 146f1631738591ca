// What was done with what they said, and whether that is fair (R50).
import { el } from "../dom";
import { page, say, words } from "../page";
import type { OnPoint } from "../seal/item";
import type { Point } from "../seal/reading";
import { type Screen, button, buttons, heading, show } from "../show";
import { day } from "../words";
import { reads } from "./back";
import { home } from "./menu";
import { box, late, pick, problems, theirs, toggle } from "./parts";
import { replied } from "./replied";
import { send } from "./send";

export const points: Screen = reads((reading) => {
  const said = words();
  const asked = reading.points.filter(({ id }) => id !== "");
  const { note, tell } = problems();
  const go = () => {
    const all = asked.flatMap(({ id }): OnPoint[] => {
      const found = page().replies.fair.get(id);
      return found === undefined || (found.fair === null && !found.takeOut) ? [] : [{ point: id, ...found, why: found.why.trim() }];
    });
    if (all.length === 0) return tell(said.check.none);
    void send({ saying: { is: "onPoints", points: all }, replaces: page().replies.sent.get("points") }, (item) => {
      page().replies.sent.set("points", item);
      show(replied(points, all.some(({ takeOut }) => takeOut) ? () => say(words().points.sentOut) : null));
    });
  };
  return [
    heading(reading.readOn === null ? said.back.notRead : say(said.back.readOn, { day: day(reading.readOn, page().language) })),
    reading.late && el("p", {}, late()),
    reading.points.length === 0 && el("p", {}, said.points.none),
    ...reading.points.map(answer),
    note,
    buttons(...(asked.length > 0 ? [button(said.points.send, go, "go")] : []), button(said.bar.back, () => show(home()))),
  ];
});

function answer(point: Point, at: number): HTMLElement {
  const said = words();
  const outcome = [said.back.used, said.back.notYet, said.back.notUsed, said.back.more][point.outcome] ?? "";
  const name = `point-${at}`;
  const shown = [
    theirs("p", point.said, { class: "own", id: name }),
    el("p", {}, el("strong", {}, outcome), " ", theirs("span", point.words)),
  ];
  if (point.id === "") return el("section", { class: "part" }, ...shown);
  const { fair } = page().replies;
  const found = fair.get(point.id) ?? { fair: null, why: "", takeOut: false };
  fair.set(point.id, found);
  const why = box(`${name}-why`, said.points.why, found.why, (typed) => {
    found.why = typed;
  });
  const update = () => {
    why.hidden = found.fair === null && !found.takeOut;
  };
  update();
  const options = [[0, said.points.yes], [1, said.points.notReally], [2, said.points.no]] as const;
  return el(
    "section",
    { class: "part" },
    ...shown,
    el("p", { class: "asks", id: `${name}-fair` }, said.points.fair),
    pick(`${name}-fair ${name}`, options, () => found.fair, (chosen) => {
      found.fair = chosen;
      update();
    }),
    toggle(said.points.takeOut, found.takeOut, (pressed) => {
      found.takeOut = pressed;
      update();
    }, { "aria-describedby": name }),
    why,
  );
}
