// A voice note to one question: recorded, played back, thrown away; and room to type what it says, because only typed words can be shared.
import { el } from "../dom";
import { draft, page, say, words } from "../page";
import { MOST_SECONDS, type Trouble, play, plays, record, silence, stop } from "../record";
import { button, buttons, heading, show } from "../show";
import { step } from "./step";

type Phase = "idle" | "asking" | "talking" | Trouble;

/** Stands while the screen is made again in another language. */
let phase: Phase = "idle";
let full = false;
let gone = 0;

/** Opens the screen for a question of a step. */
export function openTalk(question: string, number: number): void {
  phase = "idle";
  full = false;
  show(talk(question, number));
}

function talk(question: string, number: number) {
  return (): (Node | false)[] => {
    const said = words().talk;
    const { standIn } = page().card;
    const again = () => show(talk(question, number));
    const found = draft(question);
    const back = button(words().bar.back, () => {
      silence();
      show(step(number));
    });
    const begin = () => {
      throwAway(question);
      phase = "asking";
      again();
      void listen(question, again);
    };
    const who = el("p", {}, say(standIn === null ? said.who : said.whoTwo));
    if (phase === "asking") return [heading(said.title), el("p", { role: "status" }, said.asking), buttons(back)];
    if (phase === "talking") {
      const seconds = el("p", { class: "seconds", role: "timer" }, say(said.seconds, { n: gone, most: MOST_SECONDS }));
      return [heading(said.now), seconds, buttons(button(said.stop, stop, "go"))];
    }
    if (found.voice === null) {
      const trouble = { idle: "", "no microphone": said.noMicrophone, "not allowed": said.notAllowed, "no room": said.noRoom }[phase];
      return [
        heading(said.title),
        who,
        trouble !== "" && el("p", { class: "note", role: "status" }, trouble),
        el("p", {}, say(said.text, { most: MOST_SECONDS })),
        buttons(button(said.start, begin, "go"), back),
      ];
    }
    const { voice } = found;
    const box = el("textarea", { id: "typed", rows: 4, maxlength: 4000, autocomplete: "off", spellcheck: "false", "aria-describedby": "typed-hint", input: () => { found.words = box.value; } });
    box.value = found.words;
    const player = button(said.play, () => {
      if (plays()) silence();
      else play(voice, () => (player.textContent = said.play));
      player.textContent = plays() ? said.pause : said.play;
    });
    return [
      heading(say(said.done, { n: voice.seconds })),
      full && el("p", { class: "note", role: "status" }, said.full),
      who,
      buttons(
        player,
        button(said.again, begin),
        button(said.throw, () => {
          throwAway(question);
          again();
        }),
      ),
      el("label", { for: "typed", class: "big" }, said.type),
      el("p", { class: "hint", id: "typed-hint" }, said.typeHint),
      box,
      buttons(button(said.keep, () => {
        silence();
        show(step(number));
      }, "go")),
    ];
  };
}

/** Forgets a question's voice note. */
export function throwAway(question: string): void {
  silence();
  const found = draft(question);
  found.voice?.sound.fill(0);
  found.voice = null;
  full = false;
  if (phase !== "asking" && phase !== "talking") phase = "idle";
}

async function listen(question: string, again: () => void): Promise<void> {
  const taken = [...page().drafts.values()].reduce((all, { voice }) => all + (voice?.sound.length ?? 0), 0);
  await record(taken, {
    hears(seconds) {
      gone = seconds;
      if (phase !== "talking") {
        phase = "talking";
        again();
      }
      const shown = document.querySelector(".seconds");
      if (shown !== null) shown.textContent = say(words().talk.seconds, { n: seconds, most: MOST_SECONDS });
    },
    done(voice, long) {
      draft(question).voice = voice;
      full = long;
      phase = "idle";
      again();
    },
    trouble(what) {
      phase = what;
      again();
    },
  });
}
