// What is said while two people write together: in this page's memory, and in the program's while it is not kept (holding.ts). Questions,
// cards and words are those of the page that young people open on their phones (client/guest); only what is different here has words of its own.
import { SvelteSet } from "svelte/reactivity";
import { type Voice, silence } from "../../../guest/src/record";
import type { Bytes } from "../../../guest/src/seal/bytes";
import type { Drawing } from "../../../guest/src/seal/item";
import { MARKS, type Question, STEPS, type Step } from "../../../guest/src/steps";
import { type Words, fill } from "../../../guest/src/words";
import arPage from "../../../guest/src/words/ar.json";
import cyPage from "../../../guest/src/words/cy.json";
import enPage from "../../../guest/src/words/en.json";
import type { ArrivedAnswer, ArrivedChoice, TogetherShown, TypedAnswer, TypedTogether, UnwordedTogether, VoiceTogether } from "../lib/types";
import ar from "./words/ar.json";
import cy from "./words/cy.json";
import en from "./words/en.json";

export type Audience = "only" | "team" | "out";
/** Talking and drawing are screens of a step. */
export type At = { screen: "before" | "check" | "stopped" | "kept" } | { screen: "step" | "talk" | "map"; number: number };

/** What is said to one question so far. */
class Draft {
  /** Cards that are pressed; for places the place and its mark, `home:ok`. */
  readonly chosen = new SvelteSet<string>();
  words = $state("");
  skipped = $state(false);
  audience = $state<Audience>("only");
  /** Said aloud: for the holder and the stand-in alone, like what is drawn. */
  voice = $state.raw<Voice | null>(null);
  drawing = $state.raw<Drawing | null>(null);
  /** Counts what is drawn: the drawing itself is what the board draws on. */
  strokes = $state(0);

  /** Cards or words: what is only said aloud or drawn has nothing that could be shared. */
  get worded(): boolean {
    return this.chosen.size > 0 || this.words.trim() !== "";
  }

  get empty(): boolean {
    return !this.worded && this.voice === null && this.drawing === null;
  }

  throwVoice(): void {
    silence();
    this.voice?.sound.fill(0);
    this.voice = null;
  }

  forget(): void {
    this.chosen.clear();
    this.words = "";
    this.skipped = false;
    this.audience = "only";
    this.throwVoice();
    this.drawing = null;
  }
}

const toText = new WeakMap<Voice, VoiceTogether>();

/** A recording as the program takes it; made once. */
function asText(voice: Voice): VoiceTogether {
  let made = toText.get(voice);
  if (!made) {
    let bytes = "";
    for (const byte of voice.sound) bytes += String.fromCharCode(byte);
    made = { media: voice.media, seconds: voice.seconds, sound: btoa(bytes) };
    toText.set(voice, made);
  }
  return made;
}

function fromText({ media, seconds, sound }: VoiceTogether): Voice {
  const bytes: Bytes = Uint8Array.from(atob(sound), (one) => one.charCodeAt(0));
  return { media, seconds, sound: bytes };
}

const QUESTIONS: Question[] = STEPS.flatMap((step) => step.questions);

/** The step of which the drawing is a map. */
export const PLACES = STEPS.findIndex(({ title }) => title === "places");

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
    for (const draft of this.#drafts.values()) draft.forget();
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

  /** What a drawing to a step is called. */
  drawn(number: number, has: boolean): string {
    const { map } = this.words;
    return number === PLACES ? (has ? map.has : map.open) : has ? map.hasOther : map.openOther;
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
    return QUESTIONS.filter((question) => !this.draft(question).empty);
  }

  /** Bytes of all voice notes but one. */
  soundBeside(question: Question): number {
    return QUESTIONS.filter((one) => one !== question).reduce((all, one) => all + (this.draft(one).voice?.sound.length ?? 0), 0);
  }

  /** Which of the steps a question belongs to. */
  stepOf(question: Question): number {
    return STEPS.findIndex((step) => step.questions.includes(question));
  }

  /** Everything that is not kept yet, for the program to hold. */
  get typed(): TypedTogether {
    const answers = QUESTIONS.map((question): TypedAnswer => {
      const { chosen, words, skipped, audience, voice, drawing, strokes } = this.draft(question);
      void strokes;
      return { question: question.name, chosen: [...chosen], words, skipped, audience, voice: voice && asText(voice), drawing };
    });
    const { at, language } = this;
    return { language, screen: at.screen === "talk" || at.screen === "map" ? "step" : at.screen, step: "number" in at ? at.number : 0, answers };
  }

  /** Goes on where a page was that is not there any more. */
  goOn(typed: TypedTogether): void {
    for (const { question, chosen, words, skipped, audience, voice, drawing } of typed.answers) {
      const draft = this.#drafts.get(question);
      if (!draft) continue;
      draft.forget();
      for (const card of chosen) draft.chosen.add(card);
      draft.words = words;
      draft.skipped = skipped;
      draft.audience = audience as Audience;
      draft.voice = voice && fromText(voice);
      draft.drawing = drawing;
    }
    if (typed.language in LANGUAGES) this.language = typed.language;
    if (typed.screen === "step") this.at = { screen: "step", number: Math.min(typed.step, STEPS.length - 1) };
    else if (typed.screen === "check" || typed.screen === "stopped") this.at = { screen: typed.screen };
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

  /** Voice notes and drawings that were not taken out. Whatever is chosen for the words, they are for the holder and the stand-in. */
  get attached(): UnwordedTogether[] {
    return QUESTIONS.flatMap((question): UnwordedTogether[] => {
      const { audience, voice, drawing } = this.draft(question);
      if (audience === "out" || (voice === null && drawing === null)) return [];
      return [{ question: question.name, voice: voice && asText(voice), drawing }];
    });
  }
}

export const saying = new Saying();
