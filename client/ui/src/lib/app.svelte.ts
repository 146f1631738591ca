// What every screen shares: whose profile it is, where we are, what came in, and whether somebody looks over the shoulder.
import { api, GONE, listen, Refusal } from "./api";
import { dropHeld, holdAll } from "./held";
import type { AppState, AppStatus, Here, News, Whose } from "./types";
import { keepUnsaved } from "./unsaved";

export type DraftNews = Extract<News, { news: "draft" }>;
export type Where = "starting" | "shut-out" | "first-run" | "locked" | "open" | "together" | "ended";

class App {
  where = $state<Where>("starting");
  state = $state<AppState>();
  status = $state<AppStatus>();
  /** "/work", "/a/{id}/overview", … */
  route = $state("/work");
  hidden = $state(false);
  /** "Someone in danger now" is open. */
  danger = $state(false);
  /** What was kept while somebody wrote together with the holder, in whose record: to be read next. */
  keptTogether: string | null = null;
  togetherIn = "";
  gone = $state(false);
  /** Sentences that came by themselves, newest last. */
  said = $state<string[]>([]);
  /** Counts what changed in each assessment, so that a page reads it again. */
  changed = $state<Record<string, number>>({});
  /** Counts what changed anywhere else. */
  looks = $state(0);
  /** Which agencies are where, now. */
  here = $state.raw<Record<string, Here[]>>({});
  #hearers = new Set<(news: News) => void>();
  #soon = new Map<string, { timer: ReturnType<typeof setTimeout>; since: number }>();
  #stream: AbortController | undefined;
  #drafts = new Set<(news: DraftNews) => void>();
  #before: (() => Promise<void>)[] = [];

  /** Begins with the way in that stands in the address, and takes it out of there at once. */
  async start(): Promise<void> {
    const [, launch, route] = /^#([0-9a-f]{64})(\/.*)?$/.exec(location.hash) ?? [];
    if (launch) history.replaceState(null, "", route ? `/#${route}` : "/");
    this.#readRoute();
    addEventListener("hashchange", () => this.#readRoute());
    if (!launch) {
      // A page that was loaded anew proves itself by the passphrase.
      this.where = "locked";
      return;
    }
    try {
      await api.launch(launch);
      await this.enter();
    } catch (error) {
      this.where = "shut-out";
      this.said = [sentence(error)];
    }
  }

  /** Reads how things stand, and shows the screen for it. */
  async enter(): Promise<void> {
    const state = await api.state();
    this.state = state;
    this.gone = false;
    // What the lock cut off before it was on the disk goes there now, before any page shows the drafts.
    if (state.state === "open") await keepUnsaved();
    if (state.state === "together") {
      this.status = undefined;
      this.said = [];
      this.hidden = false;
      this.danger = false;
      // After a reload, while the press that opened it still counts.
      if (!document.fullscreenElement) void document.documentElement.requestFullscreen().catch(() => undefined);
    }
    this.where = state.state === "new" ? "first-run" : state.state;
    if (state.state !== "locked") this.#listen();
  }

  async refresh(): Promise<void> {
    this.state = await api.state();
  }

  go(route: string): void {
    location.hash = route;
    scrollTo(0, 0);
  }

  #readRoute(): void {
    this.route = location.hash.startsWith("#/") ? location.hash.slice(1) : "/work";
  }

  /** Something that must be on the disk before the page is blanked: what is typed right now. */
  beforeLock(save: () => Promise<void>): () => void {
    this.#before.push(save);
    return () => (this.#before = this.#before.filter((one) => one !== save));
  }

  /** Hears of drafts that another window of this browser keeps. */
  onDraft(follow: (news: DraftNews) => void): () => void {
    this.#drafts.add(follow);
    return () => void this.#drafts.delete(follow);
  }

  /** Opens the made-up example: read and write, thrown away on leaving. */
  async lookRound(): Promise<void> {
    const { assessment } = await api.lookRound();
    this.go(`/a/${assessment}/overview`);
    await this.enter();
  }

  async leaveExample(): Promise<void> {
    await api.leaveExample();
    await this.leftExample();
  }

  async leftExample(): Promise<void> {
    this.status = undefined;
    this.said = [];
    this.go("/work");
    await this.enter();
  }

  /** Somebody who takes news as it comes: an open editor. */
  hears(hearer: (news: News) => void): () => void {
    this.#hearers.add(hearer);
    return () => this.#hearers.delete(hearer);
  }

  /** Texts are written letter by letter: the whole is read again when the hand rests, and now and then while it does not. */
  #readSoon(assessment: string): void {
    const now = Date.now();
    const waiting = this.#soon.get(assessment);
    if (waiting) clearTimeout(waiting.timer);
    const since = waiting?.since ?? now;
    const timer = setTimeout(() => this.#readNow(assessment), Math.max(0, Math.min(1500, since + 5000 - now)));
    this.#soon.set(assessment, { timer, since });
  }

  #readNow(assessment: string): void {
    clearTimeout(this.#soon.get(assessment)?.timer);
    this.#soon.delete(assessment);
    this.changed[assessment] = (this.changed[assessment] ?? 0) + 1;
  }

  async lock(): Promise<void> {
    await Promise.allSettled(this.#before.map((save) => save()));
    this.blank();
    await api.lock().catch(() => undefined);
  }

  /** From now on this computer shows six questions and nothing else, until the passphrase. */
  async writeTogether(record: string, whose: Whose): Promise<void> {
    // Asked for at once: a browser allows it only while somebody presses.
    void document.documentElement.requestFullscreen().catch(() => undefined);
    await Promise.allSettled(this.#before.map((save) => save()));
    await api.writeTogether(record, whose);
    this.togetherIn = record;
    await this.enter();
  }

  /** The holder has shown that it is them. */
  async afterTogether(danger: boolean): Promise<void> {
    if (this.togetherIn) this.go(this.keptTogether ? `/heard/${this.togetherIn}/${this.keptTogether}` : `/caseload/${this.togetherIn}`);
    this.togetherIn = "";
    this.keptTogether = null;
    this.danger = danger;
    await this.enter();
  }

  /** Ends the program. */
  async quit(): Promise<void> {
    await Promise.allSettled(this.#before.map((save) => save()));
    await api.quit();
    this.blank();
    dropHeld();
    this.gone = false;
    this.where = "ended";
  }

  /** Nothing of an assessment is shown in this page; what is typed in an open form waits in its memory. */
  blank(): void {
    this.#stream?.abort();
    for (const { timer } of this.#soon.values()) clearTimeout(timer);
    this.#soon.clear();
    this.here = {};
    this.status = undefined;
    holdAll();
    this.state = undefined;
    this.said = [];
    this.hidden = false;
    this.where = "locked";
  }

  #listen(): void {
    this.#stream?.abort();
    const stream = new AbortController();
    this.#stream = stream;
    const again = async (): Promise<void> => {
      while (!stream.signal.aborted) {
        try {
          await listen((news) => this.#hear(news), stream.signal);
          this.gone = false;
        } catch {
          if (stream.signal.aborted) return;
          this.gone = true;
        }
        await new Promise((done) => setTimeout(done, 1000));
        if (stream.signal.aborted) return;
        try {
          this.state = await api.state();
          this.gone = false;
          if (this.state.state === "open") await keepUnsaved();
          if ((this.state.state === "together") !== (this.where === "together")) await this.enter();
          this.looks += 1;
        } catch (error) {
          this.notice(error);
        }
      }
    };
    void again();
  }

  #hear(news: News): void {
    this.gone = false;
    for (const hearer of this.#hearers) hearer(news);
    switch (news.news) {
      case "status":
        this.status = news;
        break;
      case "changed":
        if (news.more) this.#readNow(news.assessment);
        else this.#readSoon(news.assessment);
        break;
      case "presence":
        this.here = { ...this.here, [news.assessment]: news.here };
        break;
      case "draft":
        this.#drafts.forEach((follow) => follow(news));
        break;
      case "said":
        this.said = [...this.said.slice(-2), news.text];
        break;
      case "look":
        this.looks += 1;
        if (this.where === "together") void this.enter();
        break;
      case "together":
        if (this.where !== "together") void this.enter();
        break;
      case "locked":
        if (this.state?.example) void this.leftExample();
        else this.blank();
        break;
    }
  }

  /** What an error means for the whole page; the sentence for the screen that asked. */
  notice(error: unknown): string {
    if (error instanceof Refusal) {
      if (error.code === "together") void this.enter();
      else if (error.status === 423) this.blank();
      if (error.code === GONE) this.gone = true;
      if (error.status === 401) {
        this.#stream?.abort();
        this.blank();
      }
    }
    return sentence(error);
  }
}

export function sentence(error: unknown): string {
  return error instanceof Refusal ? error.message : "That could not be done. Try again; what you typed is still here.";
}

export const app = new App();
