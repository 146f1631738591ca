// What was said, as it is shown to be checked and as it is sent.
import { draft, page, words } from "../page";
import type { Answer, Attachment, Choice } from "../seal/item";
import { MARKS, type Question, STEPS } from "../steps";

/** Questions with an answer, or that were skipped. */
export function answered(): Question[] {
  return STEPS.flatMap((step) => step.questions).filter((question) => {
    const found = page().drafts.get(question.name);
    return found !== undefined && (found.chosen.size > 0 || found.words.trim() !== "" || found.voice !== null || found.drawing !== null);
  });
}

/** The cards that are pressed, by name and in the words that stand on them, in the order of the screen. */
export function choices(question: Question): Choice[] {
  const { cards, steps } = words();
  const found = draft(question.name);
  return Object.entries(cards[question.name]).flatMap(([card, name]) => {
    if (question.kind !== "places") return found.chosen.has(card) ? [{ code: card, words: name }] : [];
    return MARKS.filter((mark) => found.chosen.has(`${card}:${mark}`)).map((mark) => ({
      code: `${card}:${mark}`,
      words: `${name}: ${steps[mark]}`,
    }));
  });
}

/** What is sent: answers that were not taken out, and the names of questions that were skipped. */
export function answers(): Answer[] {
  return STEPS.flatMap((step) => step.questions).flatMap((question): Answer[] => {
    const found = page().drafts.get(question.name);
    if (found === undefined) return [];
    const words = found.words.trim();
    if (found.chosen.size === 0 && words === "") {
      return found.skipped ? [{ question: question.name, choices: [], words: "", skipped: true, audience: 0 }] : [];
    }
    if (found.audience === "out") return [];
    const audience = question.private !== true && found.audience === "team" ? 1 : 0;
    return [{ question: question.name, choices: choices(question), words, skipped: false, audience }];
  });
}

/** Voice notes and drawings of answers that were not taken out. Whatever is chosen for the words, they are for the holder and the stand-in. */
export function attachments(): Attachment[] {
  return answered().flatMap(({ name: question }): Attachment[] => {
    const { audience, voice, drawing } = draft(question);
    if (audience === "out") return [];
    return [
      ...(voice === null ? [] : [{ is: "voice" as const, question, ...voice }]),
      ...(drawing === null ? [] : [{ is: "drawing" as const, question, drawing }]),
    ];
  });
}
