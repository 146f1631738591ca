// What is typed and not kept, told to the program as it is typed: a page that is loaded anew, or a browser that ended, does not lose it. The
// program holds it in its memory while two write together. Nothing is kept in the browser.
import { api } from "../lib/api";
import type { TypedTogether } from "../lib/types";

export class Holding {
  #told = new Map<string, string>();
  #place = "";
  #next: TypedTogether | undefined;
  #telling = false;

  /** What the program has already. */
  constructor(begun: TypedTogether) {
    for (const answer of begun.answers) this.#told.set(answer.question, JSON.stringify(answer));
    this.#place = place(begun);
  }

  /** The program does not have all of it. */
  get behind(): boolean {
    return this.#next !== undefined;
  }

  /** One call at a time; what changed meanwhile goes with the next. */
  tell(typed: TypedTogether): void {
    this.#next = typed;
    if (!this.#telling) void this.#tell();
  }

  async #tell(): Promise<void> {
    this.#telling = true;
    try {
      for (let now = this.#next; now !== undefined; now = this.#next) {
        const changed = now.answers.map((answer) => [answer, JSON.stringify(answer)] as const).filter(([{ question }, text]) => this.#told.get(question) !== text);
        if (changed.length > 0 || place(now) !== this.#place) {
          await api.holdTyped({ ...now, answers: changed.map(([answer]) => answer) });
          for (const [{ question }, text] of changed) this.#told.set(question, text);
          this.#place = place(now);
        }
        if (this.#next === now) this.#next = undefined;
      }
    } catch {
      // It is still on this page, and goes with the next letter.
    } finally {
      this.#telling = false;
    }
  }
}

function place({ language, screen, step }: TypedTogether): string {
  return `${language} ${screen} ${step}`;
}
