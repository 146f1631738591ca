// Their own circle, as it stands on this phone: who and what matters to them, near and far. What of it goes is chosen one by one.
import type { Drawing } from "./seal/item";

export const RINGS = ["close", "near", "far"] as const;
export type Ring = (typeof RINGS)[number];

export interface Mate {
  is: "person" | "place";
  words: string;
  ring: Ring;
  /** Where on its ring, in turns from the top. */
  turn: number;
  /** Whether it goes, and in what words; none: the words that stand here. */
  goes: boolean;
  sent: string | null;
}

export interface Circle {
  mates: Mate[];
  /** The item as which it was sent, and can be taken back. */
  item: Uint8Array<ArrayBuffer> | null;
}

/** The most of them: what a drawing may hold, without me. */
export const MOST = 40;
const MIDDLE = 500;
const FAR: Record<Ring, number> = { close: 170, near: 300, far: 430 };
/** Turns between one and the next, so that the first many do not lie on one another. */
const APART = 0.382;

export function emptyCircle(): Circle {
  return { mates: [], item: null };
}

export function add(circle: Circle, is: Mate["is"]): Mate {
  const mate: Mate = { is, words: "", ring: "near", turn: (circle.mates.length * APART) % 1, goes: false, sent: null };
  circle.mates.push(mate);
  return mate;
}

export function place({ ring, turn }: Pick<Mate, "ring" | "turn">): { x: number; y: number } {
  const angle = turn * 2 * Math.PI;
  return { x: Math.round(MIDDLE + FAR[ring] * Math.sin(angle)), y: Math.round(MIDDLE - FAR[ring] * Math.cos(angle)) };
}

export function radius(ring: Ring): number {
  return FAR[ring];
}

/** Moves one to where a finger is: the ring that is nearest, and the way from the middle. */
export function moveTo(mate: Mate, x: number, y: number): void {
  const far = Math.hypot(x - MIDDLE, y - MIDDLE);
  mate.ring = RINGS.reduce((best, ring) => (Math.abs(FAR[ring] - far) < Math.abs(FAR[best] - far) ? ring : best));
  mate.turn = (Math.atan2(x - MIDDLE, MIDDLE - y) / (2 * Math.PI) + 1) % 1;
}

/** Whether one of them goes: ticked, and in some words. */
export function goes(mate: Mate): boolean {
  return mate.goes && (mate.sent ?? mate.words).trim() !== "";
}

/** What goes, and nothing else: not how many there are beside it. */
export function chosen(circle: Circle, me: string): Drawing {
  const marks = circle.mates
    .filter(goes)
    .map((mate) => ({ ...place(mate), sign: mate.is, words: (mate.sent ?? mate.words).trim() }));
  return { marks: [{ x: MIDDLE, y: MIDDLE, sign: "me", words: me }, ...marks], lines: [], words: "" };
}
