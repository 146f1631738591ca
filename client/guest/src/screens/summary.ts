// The summary: what the team thinks, whether that is right, and their reply beside it (R17).
import { el } from "../dom";
import { page, say, words } from "../page";
import type { OnPart } from "../seal/item";
import type { Summary } from "../seal/reading";
import { type Screen, button, buttons, heading, show } from "../show";
import { day } from "../words";
import { reads } from "./back";
import { home } from "./menu";
import { box, pick, problems, theirs } from "./parts";
import { replied } from "./replied";
import { send } from "./send";

export const summary: Screen = reads(({ summary: version }) => {
  const said = words();
  const leave = button(said.bar.back, () => show(home()));
  if (version === null) return [heading(said.summary.none), buttons(leave)];
  const titled = (title: string, all: HTMLElement[]) => (all.length === 0 ? [] : [el("h2", {}, title), ...all]);
  return [
    heading(said.summary.title),
    el("p", {}, said.summary.about, " ", say(said.summary.shared, { day: day(version.sharedOn, page().language) })),
    ...version.parts.map(part),
    ...titled(said.summary.actions, version.actions.map(action)),
    ...titled(said.summary.replies, version.replies.map(({ whose, words }) => el("div", { class: "part" }, theirs("p", whose, { class: "hint" }), theirs("p", words, { class: "own" })))),
    buttons(button(said.bar.next, () => show(reply), "go"), leave),
  ];
});

function part({ id, heading: title, text }: Summary["parts"][number], at: number): HTMLElement {
  const name = `part-${at}`;
  return el("section", { class: "part" }, theirs("h2", title, { id: name }), theirs("p", text, { class: "text" }), ...isItRight(id, name));
}

function action({ id, what, why }: Summary["actions"][number], at: number): HTMLElement {
  const name = `action-${at}`;
  const because = why !== "" && el("p", {}, el("strong", {}, words().summary.why), " ", theirs("span", why));
  return el("section", { class: "part" }, theirs("p", what, { id: name }), because, ...isItRight(id, name));
}

/** "Is that right?", and why; `name` is the id of what names it on the screen. */
function isItRight(id: string, name: string): HTMLElement[] {
  if (id === "") return [];
  const said = words().summary;
  const { right } = page().replies;
  const found = right.get(id) ?? { right: null, why: "" };
  right.set(id, found);
  const why = box(`${name}-why`, said.askWhy, found.why, (typed) => {
    found.why = typed;
  });
  const update = () => {
    why.hidden = found.right === null;
  };
  update();
  const options = [[0, said.right], [1, said.partly], [2, said.notRight], [3, said.notKnown]] as const;
  return [
    el("p", { class: "asks", id: `${name}-right` }, said.ask),
    pick(`${name}-right ${name}`, options, () => found.right, (chosen) => {
      found.right = chosen;
      update();
    }),
    why,
  ];
}

const reply: Screen = reads(({ summary: version }) => {
  const said = words().reply;
  const { replies } = page();
  const { note, tell } = problems();
  const go = () => {
    if (version === null) return;
    const parts = [...version.parts, ...version.actions].flatMap(({ id }): OnPart[] => {
      const found = replies.right.get(id);
      return found === undefined || found.right === null ? [] : [{ part: id, right: found.right, why: found.why.trim() }];
    });
    const [missed, own] = [replies.missed.trim(), replies.reply.trim()];
    if (parts.length === 0 && missed === "" && own === "") return tell(words().check.none);
    const summary = { version: version.version, parts, missed, reply: own, otherFamilies: own !== "" && replies.otherFamilies };
    void send({ saying: { is: "onSummary", summary }, replaces: replies.sent.get("summary") }, (item) => {
      page().replies.sent.set("summary", item);
      show(replied(reply));
    });
  };
  const families = pick("families", [[true, said.yes], [false, said.no]] as const, () => replies.otherFamilies, (chosen) => {
    replies.otherFamilies = chosen === true;
  });
  return [
    heading(said.title),
    box("missed", said.missed, replies.missed, (typed) => {
      replies.missed = typed;
    }),
    box("reply", said.reply, replies.reply, (typed) => {
      replies.reply = typed;
    }, said.replyText),
    el("p", { class: "asks", id: "families" }, said.families),
    families,
    note,
    buttons(button(said.send, go, "go"), button(words().bar.back, () => show(summary))),
  ];
});
