// Undoing one's own edits while others write: each is kept as the change that takes it back, and is moved along by what others write.
// Where somebody wrote into it since, it is not taken back, and said so.
import { type Change, inverse, splicesOf, writesInto } from "./changes";

interface Step {
  /** What takes the edit back, for the text in which all later ones are taken back. */
  back: Change;
  /** Somebody wrote into it since. */
  written: boolean;
  at: number;
}

/** Edits that follow each other within this many milliseconds are one step. */
const PAUSE = 800;
const MOST_STEPS = 300;
const LONGEST = 60;

/** What pressing undo comes to. */
export type Undone = { change: Change } | { written: { from: number; to: number } } | undefined;

export class Undo {
  #back: Step[] = [];
  #forth: Step[] = [];

  /** An own edit, made at `text`. */
  typed(change: Change, text: string, now: number): void {
    this.#forth = [];
    const back = inverse(change, text);
    const last = this.#back.at(-1);
    if (last && !last.written && now - last.at < PAUSE && follows(change, last.back)) {
      last.back = back.compose(last.back);
      last.at = now;
      return;
    }
    this.#back.push({ back, written: false, at: now });
    if (this.#back.length > MOST_STEPS) this.#back.shift();
  }

  /** Others wrote: `change` was applied to the text as it is. */
  others(change: Change): void {
    through(this.#back, change);
    through(this.#forth, change);
  }

  undo(text: string): Undone {
    return take(this.#back, this.#forth, text);
  }

  redo(text: string): Undone {
    return take(this.#forth, this.#back, text);
  }
}

/** Whether an edit goes on where the last one ended: typing on, or deleting on. */
function follows(change: Change, last: Change): boolean {
  const [now, ...more] = splicesOf(change);
  const [before, ...others] = splicesOf(last);
  if (!now || !before || more.length > 0 || others.length > 0) return false;
  const typing = now.delete === 0 && before.insert === "" && now.at === before.at + before.delete;
  const deleting = now.insert === "" && before.delete === 0 && (now.at + now.delete === before.at || now.at === before.at);
  return (typing || deleting) && !now.insert.includes("\n") && before.delete + before.insert.length < LONGEST;
}

/** Moves every step along; `change` moves back in time with them. */
function through(steps: Step[], change: Change): void {
  let moving = change;
  for (const step of steps.toReversed()) {
    step.written ||= writesInto(moving, step.back);
    const back = step.back.map(moving, true);
    moving = moving.map(step.back);
    step.back = back;
  }
}

function take(from: Step[], to: Step[], text: string): Undone {
  const step = from.pop();
  if (!step) return undefined;
  if (step.written) {
    // It stays in the text; for the steps before it, it is as if somebody else had written it.
    through(from, inverse(step.back, text));
    let range = { from: text.length, to: 0 };
    step.back.iterChangedRanges((start, end) => (range = { from: Math.min(range.from, start), to: Math.max(range.to, end) }));
    return { written: range };
  }
  to.push({ back: inverse(step.back, text), written: false, at: 0 });
  return { change: step.back };
}
