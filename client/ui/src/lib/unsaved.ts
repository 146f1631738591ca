// What is typed and could not be kept yet: Kith was locked from elsewhere, or does not answer. It waits in this page's memory, shown
// nowhere, and is kept as soon as it can be.
import { api, Refusal } from "./api";
import type { ToKeepDraft } from "./types";

const waiting = new Map<string, { assessment: string; draft: ToKeepDraft }>();
const key = (assessment: string, field: string) => `${assessment} ${field}`;

export function waits(assessment: string, draft: ToKeepDraft): void {
  waiting.set(key(assessment, draft.field), { assessment, draft });
}

export function waitsNoMore(assessment: string, field: string): void {
  waiting.delete(key(assessment, field));
}

/** What was typed here and is not on the disk. */
export function unsaved(assessment: string, field: string): ToKeepDraft | undefined {
  return waiting.get(key(assessment, field))?.draft;
}

/** Every text that is not on the disk, for whoever must copy it. */
export function allUnsaved(): string[] {
  return [...waiting.values()].map((one) => one.draft.text).filter(Boolean);
}

export async function keepUnsaved(): Promise<void> {
  for (const { assessment, draft } of [...waiting.values()]) {
    try {
      await api.draft(assessment, draft);
      waitsNoMore(assessment, draft.field);
    } catch (error) {
      // Another window wrote there meanwhile: the box shows both, when its page is open.
      if (!(error instanceof Refusal)) throw error;
    }
  }
}
