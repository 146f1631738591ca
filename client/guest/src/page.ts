// What the page holds while it is open, in this one object and nowhere else: so that leaving can drop all of it at once.
import { type Opened, type Replies, noReplies } from "./reading";
import { type Circle, emptyCircle } from "./circle";
import { type Voice, silence } from "./record";
import type { Card } from "./seal/card";
import { type Link, drop } from "./seal/link";
import type { Bytes } from "./seal/bytes";
import type { Drawing } from "./seal/item";
import { type Fill, type Words, fill, filling, wordsOf } from "./words";

/** What is said to one question so far. */
export interface Draft {
  /** Cards that are pressed; for places the place and its mark, `home:ok`. */
  chosen: Set<string>;
  words: string;
  skipped: boolean;
  audience: "only" | "team" | "out";
  /** Said aloud: for the holder and the stand-in alone, like what is drawn. */
  voice: Voice | null;
  drawing: Drawing | null;
}

export interface Page {
  link: Link;
  card: Card;
  language: string;
  drafts: Map<string, Draft>;
  codeWord: string;
  /** The item that was sent from here and can still be changed. */
  sent: Bytes | null;
  /** What is sealed and has not gone. */
  waiting: { token: Bytes; sealed: Bytes } | null;
  /** What was opened with the code word. */
  opened: Opened | null;
  replies: Replies;
  circle: Circle;
}

let current: Page | null = null;
let left = false;

export function begin(page: Page): void {
  if (left) {
    drop(page.link);
    throw new Error("left");
  }
  current = page;
}

/** Whether this page was left: nothing is shown on it any more, whatever still runs. */
export function hasLeft(): boolean {
  return left;
}

/** What is held; throws once it was dropped: whatever still runs then ends there. */
export function page(): Page {
  if (current === null) throw new Error("left");
  return current;
}

export function isOpen(): boolean {
  return current !== null;
}

/** Forgets everything: what was typed, the link, its keys. */
export function forget(): void {
  left = true;
  if (current === null) return;
  drop(current.link);
  forgetDrafts(current);
  current.opened = null;
  current.replies = noReplies();
  current.waiting?.token.fill(0);
  current.waiting?.sealed.fill(0);
  current = null;
}

/** Forgets what was typed and keeps the link. */
export function forgetWords(): void {
  const held = page();
  forgetDrafts(held);
  held.replies = noReplies();
}

function forgetDrafts(held: Page): void {
  silence();
  for (const draft of held.drafts.values()) {
    draft.words = "";
    draft.chosen.clear();
    draft.voice?.sound.fill(0);
    draft.voice = draft.drawing = null;
  }
  held.drafts.clear();
  held.codeWord = "";
  held.circle = emptyCircle();
  // What was sent before keeps its name, so that what is sent next can stand in its place.
  held.replies = { ...noReplies(), sent: held.replies.sent };
}

export function draft(question: string): Draft {
  const { drafts } = page();
  let found = drafts.get(question);
  if (found === undefined) {
    found = { chosen: new Set(), words: "", skipped: false, audience: "only", voice: null, drawing: null };
    drafts.set(question, found);
  }
  return found;
}

let chosen = "en";

/** The words of the language that is chosen. */
export function words(): Words {
  return wordsOf(current?.language ?? chosen);
}

/** The language before there is a card. */
export function speakBeforehand(code: string): void {
  chosen = code;
}

/** A text with the card's names and days in it. */
export function say(text: string, more: Fill = {}): string {
  return fill(text, { ...(current === null ? {} : filling(current.card, current.language)), ...more });
}
