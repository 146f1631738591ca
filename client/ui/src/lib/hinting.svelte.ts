// Quiet hints over one box of text (R10, R11). The check runs in Rust; nothing here knows a rule, and nothing moves the caret. Several
// may write in the box: no word that one of them is typing is marked.
import type { MovedOut } from "../parts/PutInCaseload.svelte";
import { api } from "./api";
import { app } from "./app.svelte";
import { moved } from "./marks";
import type { HintShown, HintsShown, ToChoose } from "./types";

const PAUSE = 350;
/** A colleague's word is looked at when they have typed nothing for so long. */
const THEIRS = 2000;

/** Whom to ask about a text, and whom to tell what was chosen. */
export interface Asked {
  check: (text: string, typedAt: number[]) => Promise<HintsShown>;
  choose: (choice: ToChoose) => Promise<unknown>;
}

/** What a colleague typed: where it ends, and where a place of before is now. */
export interface Theirs {
  end: number;
  place: (at: number) => number;
}

export class Hinting {
  hints = $state.raw<HintShown[]>([]);
  notChecked = $state("");
  /** The key of the hint that is open. */
  open = $state("");
  said = $state("");
  /** What was put into my caseload last, until it is put back or something else is. */
  out = $state.raw<MovedOut>();
  box: HTMLTextAreaElement | undefined;
  #text: string;
  #mine: number | undefined;
  #theirs: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #until: ReturnType<typeof setTimeout> | undefined;
  #turn = 0;

  constructor(readonly asked: Asked, text: string) {
    this.#text = text;
  }

  word(one: HintShown): string {
    return this.#text.slice(one.start, one.end);
  }

  /** Whatever changed the text (typing, a colleague, another window, "Say a friend") moves the marks along and asks for another look. */
  reads(text: string, theirs?: Theirs): void {
    if (this.hints.length > 0) this.hints = text.trim() ? moved(this.hints, this.#text, text) : [];
    this.#text = text;
    if (theirs) {
      if (this.#mine !== undefined) this.#mine = theirs.place(this.#mine);
      this.#theirs = theirs.end;
      clearTimeout(this.#until);
      this.#until = setTimeout(() => {
        this.#theirs = undefined;
        void this.#check();
      }, THEIRS);
    }
    this.later();
  }
  later(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#check(), PAUSE);
  }
  /** The box is gone. */
  end(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#until);
    this.#turn += 1;
  }

  async #check(): Promise<void> {
    const text = this.#text;
    const turn = (this.#turn += 1);
    if (!text.trim()) {
      [this.hints, this.notChecked] = [[], ""];
      return;
    }
    try {
      const found = await this.asked.check(text, [this.#mine, this.#theirs].filter((at) => at !== undefined));
      if (turn !== this.#turn || text !== this.#text) return;
      if (found.hints.length > this.hints.length) this.said = found.hints.length === 1 ? "There is a hint under the box." : "There are hints under the box.";
      this.hints = found.hints;
      this.notChecked = found.not_checked ? `Not checked for names and the like: ${found.not_checked}` : "";
    } catch (error) {
      app.notice(error);
      if (turn === this.#turn) this.notChecked = "Not checked for names and the like just now. It is tried again when you go on writing.";
    }
  }

  typed(): void {
    this.#mine = this.box?.selectionEnd;
  }
  /** The caret stands on a marked word: its hint opens. Away from the word that was being typed, that word is looked at too. */
  caret(): void {
    const at = this.box?.selectionEnd ?? -1;
    if (this.#mine !== undefined && at !== this.#mine) {
      this.#mine = undefined;
      this.later();
    }
    const on = this.hints.find((one) => at >= one.start && at <= one.end && this.#mine === undefined);
    if (on) this.open = on.key;
  }
  left(): void {
    this.#mine = undefined;
    this.later();
  }

  async #choose(one: HintShown, choice: ToChoose["choice"]): Promise<void> {
    this.hints = this.hints.filter((other) => other !== one);
    this.open = "";
    try {
      await this.asked.choose({ key: one.key, kind: one.kind, choice });
    } catch (error) {
      app.notice(error);
    }
    this.later();
  }
  /** Puts other words in the place of a marked one, as if they had been typed, so that undo takes it back. */
  #replace(one: { start: number; end: number }, words: string): void {
    const { box } = this;
    if (!box) return;
    box.focus();
    box.setSelectionRange(one.start, one.end);
    if (!document.execCommand("insertText", false, words)) {
      box.setRangeText(words, one.start, one.end, "end");
      box.dispatchEvent(new Event("input", { bubbles: true }));
    }
    this.#mine = undefined;
  }
  /** As it stands where a marked word stands: with a capital at the beginning of a sentence. */
  #inPlace(one: HintShown, words: string): string {
    const starts = one.start === 0 || /[.!?\n]\s*$/.test(this.#text.slice(0, one.start));
    return starts ? words.charAt(0).toUpperCase() + words.slice(1) : words;
  }
  async reword(one: HintShown): Promise<void> {
    if (one.instead) {
      this.#replace(one, this.#inPlace(one, one.instead));
      this.said = "Said in other words.";
    } else {
      this.box?.focus();
      this.box?.setSelectionRange(one.start, one.end);
    }
    await this.#choose(one, "reworded");
  }
  /** It leaves the text; without where it went, it stands in the caseload already. */
  async moveOut(one: HintShown, words: string, to?: Omit<MovedOut, "leaves">): Promise<void> {
    const leaves = this.#inPlace(one, words);
    this.#replace(one, leaves);
    this.out = to && { ...to, leaves };
    this.said = "Taken out of the text. It stands in your caseload.";
    await this.#choose(one, "moved");
  }
  /** Back into the text, and out of the record, if it was not there before. */
  async putBack(): Promise<void> {
    if (!this.out) return;
    const { record, system, word: words, leaves, fresh } = this.out;
    const at = this.#text.indexOf(leaves);
    try {
      if (fresh) await api.keepReference(record, { system, value: words, take_out: true });
      const end = this.#text.length;
      this.#replace(at < 0 ? { start: end, end } : { start: at, end: at + leaves.length }, at < 0 ? ` ${words}` : words);
      this.out = undefined;
      this.said = "Put back into the text.";
    } catch (error) {
      this.said = app.notice(error);
    }
  }
  async keep(one: HintShown): Promise<void> {
    this.box?.focus();
    this.said = "Kept. It is not asked about again here.";
    await this.#choose(one, "kept");
  }
}
