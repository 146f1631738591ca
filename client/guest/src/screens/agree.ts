// Agreement: three things, never one tick (R7 to R9). Having read it is one answer, taking part is another, and what is not asked is said.
import { el } from "../dom";
import { page, say, words } from "../page";
import type { Choice, OnAgreement } from "../seal/item";
import { type Screen, button, buttons, heading, show } from "../show";
import { reads } from "./back";
import { home } from "./menu";
import { box, pick, problems, theirs, toggle } from "./parts";
import { replied } from "./replied";
import { send } from "./send";

const IN_PART = 1;
const NO = 2;
const LATER = 4;

/** Keeps every word of a screen as it was shown last: it goes with the answer. */
function shown(name: string, make: Screen): Screen {
  return () => {
    const nodes = make();
    note(name, nodes);
    return nodes;
  };
}

function note(name: string, nodes: ReturnType<Screen>): void {
  const texts = nodes.flatMap((node) => {
    if (!(node instanceof Element)) return typeof node === "string" ? [node] : [];
    const found = node.matches(LINES) ? [node] : [...node.querySelectorAll(LINES)];
    return found.filter((one) => one.closest("[hidden]") === null).map((one) => one.textContent?.trim() ?? "");
  });
  page().replies.agreement.shown.set(name, texts.filter((text) => text !== "").join("\n"));
}

/** What stands on lines of its own. */
const LINES = "h1, h2, p, label, li, button";

function later(): HTMLButtonElement {
  return button(words().agree.later, () => show(askLater));
}

export const what: Screen = shown("what", () => {
  const said = words();
  return [
    el("p", { class: "of" }, say(said.bar.of, { n: 1, all: 3 })),
    heading(said.agreeWhat.title),
    el("p", {}, said.agreeWhat.text),
    buttons(
      button(said.agreeWhat.read, () => {
        page().replies.agreement.read = true;
        show(taking);
      }, "go"),
      later(),
      button(said.bar.back, () => show(home())),
    ),
  ];
});

const taking: Screen = shown("taking", takingPart);

function takingPart(): ReturnType<Screen> {
  const said = words();
  const { agreement } = page().replies;
  const { note: problem, tell } = problems();
  const options = [[0, said.agreePart.yes], [IN_PART, said.agreePart.inPart], [NO, said.agreePart.no], [3, said.agreePart.talk]] as const;
  const parts = el("div", {}, ...exceptions());
  const nodes = [
    el("p", { class: "of" }, say(said.bar.of, { n: 2, all: 3 })),
    heading(said.agreePart.title),
    el("p", { id: "taking" }, said.agreePart.text),
    el("p", { class: "hint" }, said.agreePart.takeBack),
    pick<OnAgreement["takingPart"]>("taking", options, () => agreement.takingPart, (chosen) => {
      agreement.takingPart = chosen;
      update();
      note("taking", nodes);
    }),
    parts,
    box("agree-words", said.steps.more, agreement.words, (typed) => {
      agreement.words = typed;
    }),
    problem,
    buttons(
      button(said.bar.next, () => {
        const unsaid = agreement.takingPart === IN_PART && agreement.butNot.size === 0 && agreement.words.trim() === "";
        if (unsaid) tell(said.agreePart.which);
        else show(notAsked);
      }, "go"),
      later(),
      button(said.bar.back, () => show(what)),
    ),
  ];
  const update = () => {
    parts.hidden = agreement.takingPart !== IN_PART;
  };
  update();
  return nodes;
}

/** What they can keep out of it: by name, in the words that stand there. */
function possible(): Choice[] {
  const said = words().agreePart;
  // A name is at most as long as the formats take with what stands before it.
  const agencies = page().card.agencies.map((agency) => ({ code: `agency:${agency}`.slice(0, 120), words: agency }));
  return [{ code: "picture", words: said.picture }, { code: "links", words: said.links }, ...agencies];
}

function exceptions(): HTMLElement[] {
  const said = words().agreePart;
  const { butNot } = page().replies.agreement;
  const keys = possible().map(({ code, words }) =>
    toggle(words, butNot.has(code), (pressed) => {
      if (pressed) butNot.add(code);
      else butNot.delete(code);
    }),
  );
  return [
    el("h2", { id: "but-not" }, said.butNot),
    el("p", { class: "hint" }, said.pictureText),
    el("div", { class: "cards", role: "group", "aria-labelledby": "but-not" }, ...keys),
  ];
}

const notAsked: Screen = shown("not", () => {
  const said = words();
  const { card, replies } = page();
  return [
    el("p", { class: "of" }, say(said.bar.of, { n: 3, all: 3 })),
    heading(said.agreeNot.title),
    el("p", {}, said.agreeNot.text),
    card.complain === null ? el("p", {}, say(said.agreeNot.tellHolder)) : el("p", {}, said.agreeNot.tell, " ", theirs("span", card.complain)),
    el("h2", {}, said.agreeNot.objectTitle),
    el("p", { id: "object" }, said.agreeNot.objectText),
    toggle(card.adult ? said.agreeNot.objectAdult : said.agreeNot.object, replies.agreement.object, (pressed) => {
      replies.agreement.object = pressed;
    }, { "aria-describedby": "object" }),
    buttons(button(said.bar.next, () => show(check), "go"), later(), button(said.bar.back, () => show(taking))),
  ];
});

/** Everything that would be sent, before it is. */
function check(): ReturnType<Screen> {
  const said = words();
  const { agreement } = page().replies;
  const { read, takingPart, object } = agreement;
  const taking = takingPart === null ? "" : [said.agreePart.yes, said.agreePart.inPart, said.agreePart.no, said.agreePart.talk][takingPart];
  const lines = [
    ...(read ? [said.agreeWhat.read] : []),
    ...(taking ? [`${said.agreePart.title}: ${taking}`] : []),
    ...butNot().map((choice) => `${said.agreeCheck.not} ${choice.words}`),
    ...(object ? [page().card.adult ? said.agreeNot.objectAdult : said.agreeNot.object] : []),
  ];
  const own = agreement.words.trim();
  return [
    el("p", { class: "of" }, said.check.title),
    heading(said.check.lead),
    lines.length === 0 && own === "" && el("p", {}, said.check.none),
    lines.length > 0 && el("ul", {}, ...lines.map((line) => el("li", {}, el("span", { dir: "auto" }, line)))),
    own !== "" && el("p", { class: "own", dir: "auto" }, own),
    el("p", {}, say(said.agreeCheck.who)),
    buttons(
      ...(lines.length === 0 && own === "" ? [] : [button(said.check.send, () => tell(takingPart), "go")]),
      button(said.check.change, () => show(what)),
      button(said.bar.back, () => show(notAsked)),
    ),
  ];
}

/** What is kept out, if they said "yes, but not". */
function butNot(): Choice[] {
  const { takingPart, butNot } = page().replies.agreement;
  return takingPart === IN_PART ? possible().filter(({ code }) => butNot.has(code)) : [];
}

function askLater(): ReturnType<Screen> {
  const said = words();
  return [
    heading(words().notToday.title),
    el("p", {}, say(said.agree.laterText)),
    buttons(
      button(say(said.agree.laterTell), () => tell(LATER), "go"),
      button(said.agree.laterNot, () => show(home())),
    ),
  ];
}

function tell(takingPart: OnAgreement["takingPart"]): void {
  const { agreement, sent } = page().replies;
  const asked = takingPart === LATER;
  const answer: OnAgreement = {
    read: agreement.read,
    takingPart,
    butNot: asked ? [] : butNot(),
    object: !asked && agreement.object,
    words: asked ? "" : agreement.words.trim(),
    shown: [...agreement.shown.values()].join("\n\n"),
  };
  void send({ saying: { is: "onAgreement", agreement: answer }, replaces: sent.get("agreement") }, (item) => {
    page().replies.sent.set("agreement", item);
    show(replied(what, () => words().agree.mind));
  });
}

/** With the code word: what they have said before, and what counts now. */
export const agreed: Screen = reads(({ agreed: all }) => {
  const said = words();
  const [now, ...before] = [...all].reverse();
  return [
    heading(said.agreed.title),
    ...(now === undefined ? [el("p", {}, said.agreed.none)] : [el("h2", {}, said.agreed.now), theirs("p", now)]),
    ...(before.length === 0 ? [] : [el("h2", {}, said.agreed.before), el("ul", {}, ...before.map((line) => el("li", {}, theirs("span", line))))]),
    buttons(
      ...(now === undefined ? [button(said.menu.agree, () => show(what), "go")] : [button(said.agreed.change, () => show(what), "go"), button(said.agreed.takeBack, takeBack)]),
      button(said.bar.back, () => show(home())),
    ),
  ];
});

/** A yes is taken back on the screen where it was given, with No chosen. */
function takeBack(): void {
  page().replies.agreement.takingPart = NO;
  show(taking);
}
