// Coming back with link and code word. What it opens is held until the page is left, the phone looks elsewhere, or the window closes.
import { el } from "../dom";
import { isOpen, page, say, words } from "../page";
import { readAgain } from "../relay";
import { fromCodeWord } from "../seal/code";
import { type Reading, openReading } from "../seal/reading";
import { type Screen, again, button, buttons, heading, show } from "../show";
import { ask } from "./ask";
import { home } from "./menu";
import { codeField } from "./parts";

/** Why it did not open, or was closed; in the language of the moment. */
let problem: (() => string) | null = null;
/** Where they are going. */
let next: Screen | null = null;
let closing: ReturnType<typeof setTimeout> | undefined;

/** A screen of what was opened. Whenever that is closed, the code word is asked for in its place. */
export function reads(make: (reading: Reading) => ReturnType<Screen>): Screen {
  const screen = () => {
    const { opened } = page();
    if (opened !== null && opened.until > Date.now()) return make(opened.reading);
    next = screen;
    return back();
  };
  return screen;
}

/** Goes to what is read there, by way of the code word if need be. */
export function goTo(screen: Screen): void {
  problem = null;
  next = screen;
  show(page().opened === null ? back : screen);
}

function back(): ReturnType<Screen> {
  const said = words().back;
  const word = codeField(problem === null ? "back-hint" : "back-problem back-hint");
  return [
    heading(said.title),
    el("p", { id: "back-hint" }, say(said.text)),
    problem !== null && el("p", { class: "problem", id: "back-problem", role: "alert" }, problem()),
    el("label", { for: "code" }, said.label),
    word,
    buttons(
      button(said.open, () => void open(word.value), "go"),
      button(say(said.ask), () => show(ask)),
      button(words().bar.back, () => show(home())),
    ),
  ];
}

async function open(word: string): Promise<void> {
  if (word.trim() === "") return;
  const { link } = page();
  show(() => [heading(words().back.opening)]);
  const { token, key } = await fromCodeWord(link, word);
  const outcome = await readAgain(link, token);
  token.fill(0);
  if (outcome === "no signal") problem = () => words().link.waitTitle;
  else if (outcome.status === 200) {
    const reading = await openReading(link, key, outcome.body).catch(() => null);
    // Whoever looks away while it comes has it no more than whoever looks away from it.
    if (reading === null) problem = () => say(words().back.closed);
    else if (document.hidden) problem = () => words().back.away;
    else hold(reading, Number(outcome.headers.get("open-for")));
  } else if (outcome.status === 403) {
    const left = Number(new TextDecoder().decode(outcome.body));
    problem = () => (left > 0 ? say(words().back.wrong, { left }) : say(words().back.wrongLast));
  } else problem = () => say(words().back.closed);
  key.fill(0);
  show(page().opened === null ? back : (next ?? home()));
}

function hold(reading: Reading, seconds: number): void {
  problem = null;
  page().opened = { reading, until: Date.now() + seconds * 1000 };
  clearTimeout(closing);
  closing = setTimeout(() => close(() => say(words().back.over)), seconds * 1000);
}

/** Drops what was opened. A screen that shows it becomes the one that asks for the code word. */
function close(why: () => string): void {
  clearTimeout(closing);
  if (!isOpen() || page().opened === null) return;
  page().opened = null;
  problem = why;
  again();
}

/** As soon as the phone shows something else, what was opened is dropped: also before a picture of the page is taken for the list of apps. */
export function closeWhenHidden(): void {
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) close(() => words().back.away);
  });
}
