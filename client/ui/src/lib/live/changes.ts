// Changes of a text: made from splices, put together, mapped over one another. Two people's changes of one text meet in one result,
// whichever is mapped over the other; that part is @codemirror/state's. Positions are UTF-16 code units throughout.
import { ChangeSet, Text } from "@codemirror/state";
import type { Splice } from "../types";

export type Change = ChangeSet;

/** A text as it is, whatever line ends are in it. */
const whole = (text: string) => Text.of([text]);

export function nothing(length: number): Change {
  return ChangeSet.empty(length);
}

export function changeOf(splice: Splice, length: number): Change {
  return ChangeSet.of({ from: splice.at, to: splice.at + splice.delete, insert: whole(splice.insert) }, length);
}

/** Splices that follow one another, each made at what those before it left. */
export function changeOfAll(splices: Splice[], length: number): Change {
  let all = nothing(length);
  for (const splice of splices) all = all.compose(changeOf(splice, all.newLength));
  return all;
}

/** The same the other way: to be applied in order. */
export function splicesOf(change: Change): Splice[] {
  const splices: Splice[] = [];
  change.iterChanges((from, to, at, _end, insert) => splices.push({ at, delete: to - from, insert: insert.toString() }));
  return splices;
}

export function applied(change: Change, text: string): string {
  let made = "";
  let at = 0;
  change.iterChanges((from, to, _from, _to, insert) => {
    made += text.slice(at, from) + insert.toString();
    at = to;
  });
  return made + text.slice(at);
}

export function inverse(change: Change, text: string): Change {
  return change.invert(whole(text));
}

/** Whether a change writes inside one of the stretches that another one takes away. */
export function writesInto(change: Change, taken: Change): boolean {
  let into = false;
  taken.iterChangedRanges((from, to) => {
    change.iterChangedRanges((at, end) => {
      if (end > at ? at < to && end > from : at > from && at < to) into = true;
    });
  });
  return into;
}

const isLow = (text: string, at: number) => (text.charCodeAt(at) & 0xfc00) === 0xdc00;

/** What turned one text into another, found near the caret; no character is cut in two. `undefined`: nothing did. */
export function difference(before: string, now: string, caret: number): Splice | undefined {
  if (before === now) return undefined;
  // Behind the caret nothing was typed: "aa|a" came from its second letter, not its third.
  const most = Math.min(before.length, now.length);
  const tail = Math.min(most, Math.max(0, now.length - caret));
  let same = 0;
  while (same < tail && before[before.length - 1 - same] === now[now.length - 1 - same]) same += 1;
  let start = 0;
  while (start < most - same && before[start] === now[start]) start += 1;
  while (same < most - start && before[before.length - 1 - same] === now[now.length - 1 - same]) same += 1;
  if (start > 0 && (isLow(before, start) || isLow(now, start))) start -= 1;
  if (same > 0 && (isLow(before, before.length - same) || isLow(now, now.length - same))) same -= 1;
  return { at: start, delete: before.length - same - start, insert: now.slice(start, now.length - same) };
}
