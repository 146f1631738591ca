// What is said while two people write together: in this page's memory alone until it is kept. Questions, cards and words are those of the
// page that young people open on their phones (client/guest); only what is different here has words of its own.
import { SvelteSet } from "svelte/reactivity";
import { MARKS, type Question, STEPS, type Step } from "../../../guest/src/steps";
import { type Words, fill } from "../../../guest/src/words";
import arPage from "../../../guest/src/words/ar.json";
import cyPage from "../../../guest/src/words/cy.json";
import enPage from "../../../guest/src/words/en.json";
import type { ArrivedAnswer, ArrivedChoice, TogetherShown } from "../lib/types";
import ar from "./words/ar.json";
import cy from "./words/cy.json";
import en from "./words/en.json";

export type Audience = "only" | "team" | "out";
export type At = { screen: "before" } | { screen: "step"; number: number } | { screen: "check" } | { screen: "stopped" } | { screen: "kept" };

/** What is said to one question so far. */
class Draft {
  /** Cards that are pressed; for places the place and its mark, `home:ok`. */
  readonly chosen = new SvelteSet<string>();
  words = $state("");
  skipped = $state(false);
  audience = $state<Audience>("only");
}

const QUESTIONS: Question[] = STEPS.flatMap((step) => step.questions);

/** Everything is in the program: no language has to come from anywhere. */
export const LANGUAGES: Record<string, Words> = { en: enPage, cy: cyPage, ar: arPage };

/** A card that has no sense where there is no phone and no code word. */
const ON_A_PHONE: Record<string, string> = { tell: "page" };

class Saying {
  who = $state.raw<TogetherShown>({ holder: "", role: "", stand_in: null, team: "", police: 0, adult: false, kept: false });
  language = $state("en");
  at = $state<At>({ screen: "before" });
  #drafts = new Map<string, Draft>(QUESTIONS.map((question) => [question.name, new Draft()]));

  get words(): Words {
    return LANGUAGES[this.language] ?? enPage;
  }

  get here(): typeof en {
    return { en, cy, ar }[this.language] ?? en;
  }

  say(text: string, more: Record<string, string | number> = {}): string {
    return fill(text, { holder: this.who.holder, role: this.who.role, standIn: this.who.stand_in ?? "", ...more });
  }

  /** Nothing of what was said stays. */
  forget(): void {
    for (const draft of this.#drafts.values()) {
      draft.chosen.clear();
      draft.words = "";
      draft.skipped = false;
      draft.audience = "only";
    }
  }

  draft(question: Question): Draft {
    return this.#named(question.name);
  }

  #named(name: string): Draft {
    const found = this.#drafts.get(name);
    if (!found) throw new Error(`no question ${name}`);
    return found;
  }

  asks(question: Question): string {
    const { adult, steps } = this.words;
    if (question.name === "textSafe") return this.here.textSafeQ;
    if (this.who.adult && question.asks in adult) return adult[question.asks as keyof typeof adult];
    return steps[question.asks];
  }

  hint(question: Question): string {
    if (question.hint === undefined) return "";
    const two = question.hint === "feelHint" && this.who.stand_in !== null;
    return this.say(this.words.steps[two ? "feelHintTwo" : question.hint]);
  }

  /** The questions of a step that are asked now. A parent or carer has one of each, without cards. */
  asked(step: Step): Question[] {
    if (this.who.adult) return step.questions.slice(0, 1);
    return step.questions.filter(({ after }) => after === undefined || this.#named(after.question).chosen.has(after.card));
  }

  /** The cards of a question, in the order of the screen. Faces go from good to bad, and names that are numbers would be sorted. */
  cards(question: Question): [string, string][] {
    const all = Object.entries(this.words.cards[question.name]).filter(([card]) => ON_A_PHONE[question.name] !== card);
    return question.kind === "faces" ? all.sort(([one], [other]) => Number(other) - Number(one) || 0) : all;
  }

  choices(question: Question): ArrivedChoice[] {
    const { chosen } = this.draft(question);
    return this.cards(question).flatMap(([card, name]) => {
      if (question.kind !== "places") return chosen.has(card) ? [{ code: card, words: name }] : [];
      return MARKS.filter((mark) => chosen.has(`${card}:${mark}`)).map((mark) => ({ code: `${card}:${mark}`, words: `${name}: ${this.words.steps[mark]}` }));
    });
  }

  /** Questions with an answer. */
  get answered(): Question[] {
    return QUESTIONS.filter((question) => {
      const { chosen, words } = this.draft(question);
      return chosen.size > 0 || words.trim() !== "";
    });
  }

  /** What is kept: answers that were not taken out, and the names of questions that were skipped. */
  get answers(): ArrivedAnswer[] {
    return QUESTIONS.flatMap((question): ArrivedAnswer[] => {
      const found = this.draft(question);
      const words = found.words.trim();
      const choices = this.choices(question);
      if (choices.length === 0 && words === "") {
        return found.skipped ? [{ question: question.name, choices: [], words: "", skipped: true, team: false }] : [];
      }
      if (found.audience === "out") return [];
      return [{ question: question.name, choices, words, skipped: false, team: question.private !== true && found.audience === "team" }];
    });
  }
}

export const saying = new Saying();
