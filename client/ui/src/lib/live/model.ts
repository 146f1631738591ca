// One text that is written by several people at once, as one page shows it. No DOM and no network: `LiveText.svelte` gives it what was
// typed and what came, and does what it says.
//
//   agreed ──(on its way)──▶ sent ──(waiting)──▶ shown        `agreed` is the program's text at `heads`
//
// One question is under way at a time. Its answer says where the text stands now and what others wrote; that is moved behind what waits,
// and what waits behind it, so that the screen always shows the program's text and nothing but what is not sent yet.
import type { Splice, ToType, TypedOn } from "../types";
import { applied, type Change, changeOf, changeOfAll, difference, nothing, splicesOf } from "./changes";
import { Undo, type Undone } from "./undo";

export class LiveModel {
  shown = "";
  heads: string[] | null = null;
  #agreed = "";
  #onItsWay: Change | undefined;
  #waiting: Change = nothing(0);
  #turn = 0;
  #held = false;
  #undo = new Undo();

  constructor(readonly field: string, readonly sitting: string) {}

  /** Whether everything that was typed is with the program. */
  get kept(): boolean {
    return this.#waiting.empty && (this.#onItsWay?.empty ?? true);
  }

  /** Whether something waits that may be sent. */
  get wants(): boolean {
    return !this.#waiting.empty && !this.#held;
  }

  /** The person typed. */
  typed(splice: Splice, now: number): void {
    const change = changeOf(splice, this.shown.length);
    this.#undo.typed(change, this.shown, now);
    this.#write(change);
  }

  #write(change: Change): void {
    this.shown = applied(change, this.shown);
    this.#waiting = this.#waiting.compose(change);
    this.#held = false;
  }

  /** Takes the last own edit back. The change is in `shown` already. */
  undo(): Undone {
    return this.#take(this.#undo.undo(this.shown));
  }

  redo(): Undone {
    return this.#take(this.#undo.redo(this.shown));
  }

  #take(undone: Undone): Undone {
    if (undone && "change" in undone) this.#write(undone.change);
    return undone;
  }

  /** The next question; the same once more while there is no answer. */
  question(): ToType {
    if (!this.#onItsWay) {
      this.#turn += 1;
      if (this.wants) {
        this.#onItsWay = this.#waiting;
        this.#waiting = nothing(this.shown.length);
      } else {
        this.#onItsWay = nothing(this.#agreed.length);
      }
    }
    const { field, sitting, heads } = this;
    return { field, sitting, turn: this.#turn, heads, splices: splicesOf(this.#onItsWay) };
  }

  /** The answer to it. Returns what others wrote, which is in `shown` already. */
  answer({ heads, splices, text }: TypedOn): Change {
    const sent = this.#onItsWay ?? nothing(this.#agreed.length);
    this.#onItsWay = undefined;
    if (text === null) {
      const now = applied(sent, this.#agreed);
      return this.#others(changeOfAll(splices, now.length), now, heads);
    }
    // The program did not take what was sent: the text is agreed anew, and what was typed waits again.
    this.#waiting = sent.compose(this.#waiting);
    const all = difference(this.#agreed, text, text.length);
    const change = all ? changeOf(all, this.#agreed.length) : nothing(this.#agreed.length);
    return this.#others(change, this.#agreed, heads);
  }

  /** What was sent was refused: it waits until the person changes something. */
  refused(): void {
    if (this.#onItsWay) this.#waiting = this.#onItsWay.compose(this.#waiting);
    this.#onItsWay = undefined;
    this.#held = true;
  }

  /**
   * Others wrote `splices` between two states of the document. Returns the change where this editor stood at the first of them, else
   * nothing: then it has to ask.
   */
  heard(from: string[], to: string[], splices: Splice[]): Change | undefined {
    if (this.#onItsWay || !same(this.heads, from)) return undefined;
    return this.#others(changeOfAll(splices, this.#agreed.length), this.#agreed, to);
  }

  stands(at: string[]): boolean {
    return same(this.heads, at);
  }

  /** `change` of the text that the program had, with what was sent. */
  #others(change: Change, before: string, heads: string[]): Change {
    const onScreen = change.map(this.#waiting);
    this.#waiting = this.#waiting.map(change, true);
    this.#agreed = applied(change, before);
    this.heads = heads;
    this.shown = applied(onScreen, this.shown);
    this.#undo.others(onScreen);
    return onScreen;
  }
}

function same(a: string[] | null, b: string[]): boolean {
  return a !== null && a.length > 0 && a.length === b.length && a.every((head, index) => head === b[index]);
}
