// Hints over a text that goes on changing: what moves with the words before it, and what a change touches and so takes away.
import type { HintShown } from "./types";

/** The hints of `before`, where they stand in `after`. One that the change touches waits for the next check. */
export function moved(hints: HintShown[], before: string, after: string): HintShown[] {
  let same = 0;
  while (same < before.length && same < after.length && before[same] === after[same]) same += 1;
  let end = 0;
  while (end < before.length - same && end < after.length - same && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  const by = after.length - before.length;
  return hints.flatMap((hint) => {
    if (hint.end < same || (hint.end === same && by === 0)) return [hint];
    if (hint.start > before.length - end) return [{ ...hint, start: hint.start + by, end: hint.end + by }];
    return hint.end <= same && !/[\p{L}\p{N}]/u.test(after[same] ?? "") ? [hint] : [];
  });
}

/** The text in pieces: those with a hint are marked. */
export function pieces(text: string, hints: HintShown[]): { text: string; marked: boolean }[] {
  const all: { text: string; marked: boolean }[] = [];
  let at = 0;
  for (const hint of hints) {
    if (hint.start < at || hint.end > text.length) continue;
    all.push({ text: text.slice(at, hint.start), marked: false }, { text: text.slice(hint.start, hint.end), marked: true });
    at = hint.end;
  }
  all.push({ text: text.slice(at), marked: false });
  return all;
}
