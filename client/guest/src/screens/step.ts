// One of the six steps: a question, cards, and room for their own words.
import { el, face, sign } from "../dom";
import { draft, page, say, words } from "../page";
import { button, buttons, heading, show } from "../show";
import { MARKS, type Question, STEPS, type Step } from "../steps";
import { check } from "./check";
import { openCircle } from "./circle";
import { openMap } from "./map";
import { openTalk, throwAway } from "./talk";
import { home } from "./menu";

/** What a question asks, in the words for whoever is asked. */
export function asks(question: Question): string {
  const { adult, steps } = words();
  if (page().card.adult && question.asks in adult) return adult[question.asks as keyof typeof adult];
  return steps[question.asks];
}

/** The questions of a step that are asked now. A parent or carer has one of each, without cards. */
function asked(step: Step): Question[] {
  if (page().card.adult) return step.questions.slice(0, 1);
  return step.questions.filter(({ after }) => after === undefined || draft(after.question).chosen.has(after.card));
}

export function step(number: number) {
  return (): Node[] => {
    const said = words();
    const here = STEPS[number]!;
    const go = (to: number) => show(to < 0 ? home() : to >= STEPS.length ? check : step(to));
    const skip = () => {
      for (const question of here.questions) {
        const found = draft(question.name);
        found.chosen.clear();
        found.words = "";
        throwAway(question.name);
        found.drawing = null;
        found.skipped = true;
      }
      go(number + 1);
    };
    const on = () => {
      for (const question of asked(here)) draft(question.name).skipped = false;
      go(number + 1);
    };
    const [first, ...others] = asked(here);
    const hints = (question: Question) => {
      if (question.hint === undefined) return null;
      const two = question.hint === "feelHint" && page().card.standIn !== null;
      return el("p", { class: "hint", id: `hint-${question.name}` }, say(said.steps[two ? "feelHintTwo" : question.hint]));
    };
    const title = heading(asks(first!));
    title.id = `q-${first!.name}`;
    return [
      el("p", { class: "of" }, say(said.bar.of, { n: number + 1, all: STEPS.length }), " · ", said.steps[here.title]),
      title,
      ...present(hints(first!)),
      cards(first!, number),
      ...others.flatMap((question) => [
        el("h2", { id: `q-${question.name}` }, asks(question)),
        ...present(hints(question)),
        cards(question, number),
      ]),
      more(first!, number),
      buttons(button(said.bar.next, on, "go"), button(said.bar.skip, skip), button(said.bar.back, () => go(number - 1))),
    ];
  };
}

function present<T>(one: T | null): T[] {
  return one === null ? [] : [one];
}

/** Room for more: written, talked or drawn. */
function more(question: Question, number: number): HTMLElement {
  const said = words().steps;
  const found = draft(question.name);
  const box = el("textarea", {
    id: "more",
    rows: 4,
    maxlength: 4000,
    "aria-describedby": "more-hint",
    autocomplete: "off",
    autocapitalize: "sentences",
    spellcheck: "false",
    input: () => {
      found.words = box.value;
    },
  });
  box.value = found.words;
  return el("div", {}, el("label", { for: "more", class: "big" }, said.more), el("p", { class: "hint", id: "more-hint" }, said.hint), box, others(question, number));
}

/** The other ways of saying more, and what was said so already. */
function others(question: Question, number: number): HTMLElement {
  const { talk, map, circle } = words();
  const found = draft(question.name);
  const drawn = number === 2 ? [map.has, map.open] : [map.hasOther, map.openOther];
  return el(
    "div",
    { class: "buttons ways" },
    button(found.voice === null ? talk.open : say(talk.has, { n: found.voice.seconds }), () => openTalk(question.name, number)),
    button(found.drawing === null ? drawn[1]! : drawn[0]!, () => openMap(question.name, number)),
    ...present(number === 0 && !page().card.adult ? button(circle.open, () => openCircle(() => show(step(number)))) : null),
  );
}

function cards(question: Question, number: number): HTMLElement {
  if (page().card.adult) return el("div");
  const all = Object.entries(words().cards[question.name]);
  // Faces go from good to bad, and names that are numbers would be sorted.
  if (question.kind === "faces") all.sort(([one], [other]) => Number(other) - Number(one) || 0);
  if (question.kind === "places") return el("div", { class: "places" }, ...all.map(([place, name]) => marks(question, place, name)));
  const found = draft(question.name);
  const group = el("div", { class: question.kind === "faces" ? "cards faces" : "cards", role: "group", "aria-labelledby": `q-${question.name}` });
  const pressed = (card: string) => String(found.chosen.has(card));
  for (const [card, name] of all) {
    const picture = question.kind === "faces" ? face(card) : null;
    const key = el("button", { type: "button", class: "card", "aria-pressed": pressed(card) }, picture, el("span", {}, name));
    key.addEventListener("click", () => {
      const had = found.chosen.delete(card);
      if (!had) {
        if (question.kind !== "many") found.chosen.clear();
        found.chosen.add(card);
      }
      const opens = STEPS[number]!.questions.some(({ after }) => after?.question === question.name && after.card === card);
      if (opens) {
        show(step(number));
        const again = [...document.querySelectorAll<HTMLElement>("button.card")].find((one) => one.textContent === name);
        again?.focus();
        return;
      }
      [...group.children].forEach((one, at) => one.setAttribute("aria-pressed", pressed(all[at]![0])));
    });
    group.append(key);
  }
  return group;
}

/** One place, and four ways of saying how it is there. */
function marks(question: Question, place: string, name: string): HTMLElement {
  const said = words().steps;
  const found = draft(question.name);
  const group = el("fieldset", { class: "place" }, el("legend", {}, name));
  const keys = MARKS.map((mark) => {
    const key = el("button", { type: "button", class: "card mark", "aria-label": `${name}: ${said[mark]}` }, sign(mark), el("span", {}, said[mark]));
    key.addEventListener("click", () => {
      const had = found.chosen.has(`${place}:${mark}`);
      for (const other of MARKS) found.chosen.delete(`${place}:${other}`);
      if (!had) found.chosen.add(`${place}:${mark}`);
      update();
    });
    return key;
  });
  const update = () => MARKS.forEach((mark, at) => keys[at]!.setAttribute("aria-pressed", String(found.chosen.has(`${place}:${mark}`))));
  update();
  group.append(el("div", { class: "marks" }, ...keys));
  return group;
}
