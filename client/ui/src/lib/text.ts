// Words and times as people here write them.
import type { AppState, AssessmentShown, EntryView, Who } from "./types";

export function moment(seconds: number | null): string {
  if (seconds === null) return "";
  return new Date(seconds * 1000).toLocaleString("en-GB", {
    day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit",
  });
}

/** "3.2 MB" */
export function size(bytes: number): string {
  if (bytes < 1_000_000) return `${Math.max(1, Math.round(bytes / 1000))} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

export function day(date: string | null): string {
  if (!date) return "";
  const at = new Date(`${date}T12:00:00`);
  return Number.isNaN(at.getTime()) ? date : at.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
}

export function named(who: Who): string {
  return who.agency ? `${who.name}, ${who.agency}` : who.name;
}

export function names(people: Who[]): string {
  const all = people.map((one) => one.name);
  const last = all.pop();
  return all.length > 0 ? `${all.join(", ")} and ${last}` : (last ?? "");
}

/** The words to show for a fixed choice; a newer word is shown as it is. */
export function wordsFor(state: AppState | undefined, kind: string, value: string | null): string {
  if (!value) return "";
  return state?.choices[kind]?.find((choice) => choice.value === value)?.words ?? value;
}

/** "Delroy Finch · observation, first-hand · 4 November 2026" */
export function source(state: AppState | undefined, entry: EntryView): string {
  const from = entry.provenance;
  const who = from.said_by ? `${from.said_by}; written by ${entry.by.name}` : entry.by.name;
  const how = [wordsFor(state, "basis", from.basis), wordsFor(state, "heard", from.first_hand_or_passed_on)].filter(Boolean).join(", ");
  return [who, how, wordsFor(state, "agreed", from.agreed), day(from.date)].filter(Boolean).join(" · ");
}

/** Whether I can write here: not who reads, not who was taken out, not in what is closed. */
export function mayWrite(shown: AssessmentShown): boolean {
  return shown.role !== "reader" && shown.standing.state === "member" && !shown.view.life.closed;
}

/** The address of a place: a page, and what to bring into view there. */
export function linkTo(assessment: string, page: string, at = ""): string {
  return `#/a/${assessment}/${page}${at ? `/${at}` : ""}`;
}

/** Enough of a text to tell one button from another. */
export function start(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)} …` : text;
}

export function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** "a, b and c" */
export function listed(words: string[]): string {
  const last = words.at(-1) ?? "";
  return words.length > 1 ? `${words.slice(0, -1).join(", ")} and ${last}` : last;
}
