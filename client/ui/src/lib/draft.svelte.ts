// One private draft: kept as typed on this computer, followed by other windows, never lost between them.
import { onMount } from "svelte";
import { api, Refusal } from "./api";
import { app } from "./app.svelte";
import type { Draft } from "./types";
import { unsaved, waits, waitsNoMore } from "./unsaved";

const SOON = 400;
const AGAIN = 1500;

/** What an assessment that is not open yet is called here. */
export const NEW = "new";

async function drafts(assessment: string): Promise<Record<string, Draft | undefined>> {
  return assessment === NEW ? api.newDrafts() : (await api.assessment(assessment)).drafts;
}

export class DraftBox {
  text = $state("");
  choices = $state<Record<string, string>>({});
  /** What another window wrote here while this one wrote too. */
  elsewhere = $state<Draft>();
  /** Why it cannot be kept as it stands. */
  problem = $state("");
  base: string[] | undefined;
  #known = 0;
  #kept = "";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #saving: Promise<void> | undefined;
  /** Its page is gone: what cannot be kept now is kept with everything else that waits, and never again by this one. */
  #gone = false;

  constructor(readonly assessment: string, readonly field: string, draft: Draft | undefined, choices: Record<string, string> = {}) {
    this.choices = choices;
    this.#kept = this.#now();
    if (draft) this.#take(draft);
    const mine = unsaved(assessment, field);
    if (mine && draft && mine.text !== draft.text) {
      this.elsewhere = draft;
      this.text = mine.text;
    }
  }

  #take(draft: Draft): void {
    this.text = draft.text;
    this.choices = { ...this.choices, ...draft.choices };
    this.base = draft.base ?? undefined;
    this.#known = draft.revision;
    this.#kept = this.#now();
  }
  #now(): string {
    return JSON.stringify([this.text, this.choices]);
  }

  /** To be called while the component is made: keeps the draft when it goes, and follows other windows. */
  live(): void {
    onMount(() => {
      const forget = [app.beforeLock(() => this.save()), app.onDraft((news) => this.#follow(news))];
      return () => {
        forget.forEach((one) => one());
        this.#gone = true;
        void this.save();
      };
    });
  }

  /** Begins a change of a text that is there, or with a first sentence that was made for it (no base). */
  begin(text: string, base: string[] | undefined): void {
    this.text = text;
    this.base = base;
    this.#kept = this.#now();
  }

  /** Something was typed or chosen. */
  typed(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.save(), SOON);
  }

  async save(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#saving;
    if (this.#now() === this.#kept || this.elsewhere) return;
    this.#saving = this.#keep();
    await this.#saving;
    this.#saving = undefined;
  }

  async #keep(): Promise<void> {
    const now = this.#now();
    const draft = { field: this.field, text: this.text, choices: { ...this.choices }, known: this.#known, ...(this.base ? { base: this.base } : {}) };
    waits(this.assessment, draft);
    try {
      this.#known = (await api.draft(this.assessment, draft)).revision;
      this.#kept = now;
      this.problem = "";
      waitsNoMore(this.assessment, this.field);
    } catch (error) {
      const why = app.notice(error);
      const code = error instanceof Refusal ? error.code : "";
      if (code === "draft-elsewhere") {
        this.elsewhere = (await drafts(this.assessment))[this.field];
        if (!this.elsewhere) this.#known = 0;
      } else if (code === "too-long") {
        this.problem = why;
      } else if (!this.#gone) {
        this.#timer = setTimeout(() => void this.save(), AGAIN);
      }
    }
  }

  /** Another window kept a draft here. Whoever writes nothing here follows it. */
  #follow(news: { assessment: string; field: string; draft: Draft | null }): void {
    if (news.assessment !== this.assessment || news.field !== this.field) return;
    if (!news.draft) {
      // Added or thrown away there.
      if (this.#now() === this.#kept && this.text !== "" && !this.base) this.#reset();
      else this.#known = 0;
      return;
    }
    if (news.draft.revision <= this.#known || this.#saving) return;
    if (news.draft.text === this.text || this.#now() === this.#kept) this.#take(news.draft);
    else this.elsewhere = news.draft;
  }

  /** Two windows wrote here: one of the two texts, or both, goes on. */
  choose(what: "mine" | "theirs" | "both"): void {
    const other = this.elsewhere;
    if (!other) return;
    const mine = this.text;
    this.elsewhere = undefined;
    this.#known = other.revision;
    if (what === "theirs") this.#take(other);
    if (what === "both") this.text = `${other.text}\n${mine}`;
    this.#kept = what === "theirs" ? this.#kept : "";
    void this.save();
  }

  #reset(): void {
    clearTimeout(this.#timer);
    this.text = "";
    this.base = undefined;
    this.#known = 0;
    this.#kept = this.#now();
  }

  /** It was added, updated, or is wanted no more. */
  async forget(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#saving;
    const known = this.#known;
    this.#reset();
    waitsNoMore(this.assessment, this.field);
    await api.draft(this.assessment, { field: this.field, text: "", known }).catch((error: unknown) => app.notice(error));
  }
}
