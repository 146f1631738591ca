// What was opened with the code word, and what they say to it. It is held in the page's one object (`page.ts`), so that leaving drops it.
import type { Bytes } from "./seal/bytes";
import type { OnAgreement, OnPart, OnPoint } from "./seal/item";
import type { Reading } from "./seal/reading";

export interface Opened {
  reading: Reading;
  /** When the window closes, by this phone's clock, in milliseconds. */
  until: number;
}

/** What they say of it so far: their own words, which stay when the reading is closed, behind the code word. */
export interface Replies {
  fair: Map<string, Omit<OnPoint, "point">>;
  right: Map<string, { right: OnPart["right"] | null; why: string }>;
  missed: string;
  reply: string;
  otherFamilies: boolean;
  agreement: {
    read: boolean;
    takingPart: OnAgreement["takingPart"];
    /** Cards that are pressed: `picture`, `links`, `agency:…`. */
    butNot: Set<string>;
    object: boolean;
    words: string;
    /** Each screen's words, as it was last shown. */
    shown: Map<string, string>;
  };
  /** The item that was sent last, for each kind: the next one stands in its place if nobody has read it yet. */
  sent: Map<string, Bytes>;
}

export function noReplies(): Replies {
  return {
    fair: new Map(),
    right: new Map(),
    missed: "",
    reply: "",
    otherFamilies: false,
    agreement: { read: false, takingPart: null, butNot: new Set(), object: false, words: "", shown: new Map() },
    sent: new Map(),
  };
}
