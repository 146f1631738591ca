// Beginnings of commands of practice, and the places that things can be tied to.
import type { ActionView, AddAction, AssessmentShown, Command } from "./types";

/** What can be said of an action besides its texts. */
type ActionFields = Omit<AddAction, "what" | "why" | "lost">;

export type Act = (command: Command) => Promise<void>;

export interface PageProps {
  shown: AssessmentShown;
  act: Act;
  /** What a link asks to bring into view. */
  at?: string | undefined;
}

/** An action of which nothing is said: what stays as it is. */
export function nothing(): ActionFields {
  return {
    sides: [], goals: [], owner: null, person: null, due: null, status: null, note: null, status_date: null, young_people: null,
    keeps_apart: null, apart_why: null, apart_review: null,
  };
}

/** A change of an action that says nothing yet. */
export function change(action: ActionView): { do: "update-action" } & Extract<Command, { do: "update-action" }> {
  return { do: "update-action", id: action.id, lost: null, not_sides: [], not_goals: [], ...nothing() };
}

export interface Choice {
  value: string;
  words: string;
}

export interface Choices {
  title: string;
  choices: Choice[];
}

function words(text: string): string {
  return text.length > 70 ? `${text.slice(0, 68)} …` : text;
}

/** Everything that a goal, an answer or somebody's words can be tied to, by where it stands. */
export function places(shown: AssessmentShown, plan: boolean): Choices[] {
  const groups: Choices[] = shown.view.sides.map((side) => ({
    title: side.title,
    choices: [
      { value: side.id, words: `${side.title} as a whole` },
      ...side.dimensions.flatMap((one) => [
        { value: one.id, words: `${one.id} ${one.title}` },
        ...one.entries.map((entry) => ({ value: entry.id, words: `${one.id}: “${words(entry.text)}”` })),
      ]),
      ...side.entries.map((entry) => ({ value: entry.id, words: `“${words(entry.text)}”` })),
    ],
  }));
  if (plan) {
    const goals = shown.view.planned.goals.map((goal, index) => ({ value: goal.id, words: `Goal ${index + 1}: ${words(goal.text.text)}` }));
    const actions = shown.view.planned.actions.map((action) => ({ value: action.id, words: words(action.what.text) }));
    if (goals.length > 0) groups.push({ title: "Goals", choices: goals });
    if (actions.length > 0) groups.push({ title: "Actions", choices: actions });
  } else {
    const voices = shown.view.voices.filter((voice) => !voice.withdrawn);
    const said = voices.map((voice) => ({ value: voice.id, words: `What ${voice.speaker} said: “${words(voice.words)}”` }));
    if (said.length > 0) groups.push({ title: "Voices", choices: said });
  }
  return groups;
}
