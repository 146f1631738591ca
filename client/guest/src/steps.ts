// The six steps and their questions. Words are in `words/`, by the same names.
import type { Words } from "./words";

export interface Question {
  /** Its name, in what is sent and in `cards`. */
  name: keyof Words["cards"];
  /** Which words ask it. */
  asks: keyof Words["steps"];
  hint?: keyof Words["steps"];
  /** `many`: any number of cards. `one`: at most one. `places`: one of four for each. `faces`: at most one, with a face. */
  kind: "many" | "one" | "places" | "faces";
  /** Read by the holder and the stand-in alone, whatever is chosen for the rest. */
  private?: true;
  /** Asked only if this card of another question was pressed. */
  after?: { question: keyof Words["cards"]; card: string };
}

export interface Step {
  title: keyof Words["steps"];
  questions: [Question, ...Question[]];
}

export const STEPS: Step[] = [
  { title: "friends", questions: [{ name: "friends", asks: "friendsQ", kind: "many" }] },
  { title: "together", questions: [{ name: "together", asks: "togetherQ", hint: "togetherHint", kind: "many" }] },
  {
    title: "places",
    questions: [
      { name: "places", asks: "placesQ", hint: "placesHint", kind: "places" },
      { name: "placesWhy", asks: "placesWhyQ", kind: "many" },
    ],
  },
  {
    title: "adults",
    questions: [
      { name: "adults", asks: "adultsQ", kind: "many" },
      { name: "adultsBetter", asks: "adultsBetterQ", kind: "many" },
    ],
  },
  {
    title: "next",
    questions: [
      { name: "first", asks: "firstQ", kind: "many" },
      { name: "stay", asks: "stayQ", kind: "many" },
    ],
  },
  {
    title: "you",
    questions: [
      { name: "feel", asks: "feelQ", hint: "feelHint", kind: "faces", private: true },
      { name: "tell", asks: "tellQ", kind: "many", private: true },
      { name: "textSafe", asks: "textSafeQ", kind: "one", private: true, after: { question: "tell", card: "text" } },
    ],
  },
];

/** How a place is: what is sent after its name. */
export const MARKS = ["ok", "depends", "notOk", "notGo"] as const;
