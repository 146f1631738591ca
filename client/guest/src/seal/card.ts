// The card: what the page shows before anything is said, and whom it seals to.
import { type Bytes, join, unpad, utf8 } from "./bytes";
import { decode } from "./cbor";
import { open } from "./keys";
import { type Link, cardKey } from "./link";

export interface Card {
  holder: string;
  role: string;
  standIn: string | null;
  team: { line: string; police: number };
  /** The day by which what is sent today is read, `YYYY-MM-DD`. */
  readBy: string;
  rights: { say: boolean; summary: boolean; agree: boolean };
  language: string;
  recipients: Bytes[];
  adult: boolean;
  call: string | null;
  helpline: string | null;
  /** The area's own words for danger; `null`: the page's. */
  danger: string | null;
  /** Whom to tell if we got it wrong. */
  complain: string | null;
  /** The agencies that write. */
  agencies: string[];
  /** Whether what came by any of the holder's links has waited for more than a working day. */
  late: boolean;
}

/** Opens a card; throws if it is not this link's. */
export async function openCard(link: Link, sealed: Bytes): Promise<Card> {
  if (sealed[0] !== 1) throw new Error("another version");
  const associated = join(utf8("kith guest card 1"), link.id);
  const plain = unpad(await open(await cardKey(link), associated, sealed.slice(1)));
  if (plain === null) throw new Error("not padded");
  const card = decode(plain);
  if (!Array.isArray(card)) throw new Error("not a card");
  const [holder, role, standIn, team, readBy, rights, language, , recipients, adult, call, helpline, danger, complain, agencies, late] = card;
  const words = (value: unknown): string => {
    if (typeof value !== "string") throw new Error("not a card");
    return value;
  };
  const maybe = (value: unknown): string | null => (value === undefined || value === null ? null : words(value));
  if (!Array.isArray(team) || !Array.isArray(rights) || !Array.isArray(recipients) || !Array.isArray(agencies)) throw new Error("not a card");
  return {
    holder: words(holder),
    role: words(role),
    standIn: maybe(standIn),
    team: { line: words(team[0]), police: Number(team[1]) },
    readBy: words(readBy),
    rights: { say: rights[0] === true, summary: rights[1] === true, agree: rights[2] === true },
    language: words(language),
    recipients: recipients.map((key) => {
      if (!(key instanceof Uint8Array) || key.length !== 65) throw new Error("not a card");
      return key as Bytes;
    }),
    adult: adult === true,
    call: maybe(call),
    helpline: maybe(helpline),
    danger: maybe(danger),
    complain: maybe(complain),
    agencies: agencies.map(words),
    late: late === true,
  };
}
