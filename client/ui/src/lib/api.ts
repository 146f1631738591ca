// Calls to the program that opened this page. The page's token lives in this module's memory and nowhere else.
import type {
  AgreementNoted, AppState, Asked, AssessmentShown, AttachedShown, Begun, ByDefault, Caseload,
  CodeDrawn, CodeShown, Command, CommandDone, ComputerShown, Continued, CopyShown, Decided, DetachedShown, Draft, DraftKept,
  ExampleShown, FindShown, Guide, HandedOver, HintsShown, InDanger, Invited, ItemShown, LetInShown, LevelShown,
  LinkMadeShown, LinkStopped, Listed, Made, MapsShown, MembersShown, MyDrafts, NamesOnMaps, NewAssessment,
  NewProfile, News, Opened, PictureShown, ProgramAdded, PublishedShown, ReadingShown, RecordShown, ReferenceKept,
  RepliedShown, RequestsShown, ReviewShown, SaidInstead, SinceShown, StrandCommand, SummaryShown, ThenAndNow,
  TimelineShown, ToAddArrived, ToAnswerTakeOut, ToAttach, ToCheck, ToChoose, ToContinue, ToDetach, ToHandOver,
  ToJoinWords, ToKeepArrived, ToKeepDraft, ToKeepReference, ToKeepSaid, ToldShown, ToMakeLink, ToNameOnMap, ToNoteAgreement,
  ToNoteHeard, ToOpenWindow, ToPreviewVersion, ToSayInstead, ToSayWhyNot, ToSetBeside, ToSetNamesOnMaps,
  ToShareVersion, ToTell, ToType, TypedOn, TypedTogether, VersionPreviewShown, VersionShared, Whose, WindowShown, WordsJoined,
  WorkShown,
} from "./types";

/** A sentence for a person, and a short word that stays the same. */
export class Refusal extends Error {
  constructor(readonly status: number, readonly code: string, message: string) {
    super(message);
  }
}

/** Stops a form at an answer that is not given, before anything is asked of the program. */
export function needs(answer: string, sentence: string): void {
  if (!answer.trim()) throw new Refusal(0, "empty", sentence);
}

/** The program does not answer: it was ended, or the computer slept. */
export const GONE = "gone";

let page = "";

/** How long what happens while somebody types may take, in milliseconds, before the page says that Kith does not answer. */
const WHILE_TYPING = 6000;

async function call(method: "GET" | "POST" | "PUT", path: string, body?: unknown, within?: number): Promise<Response> {
  const headers: Record<string, string> = { "x-kith-page": page };
  if (body !== undefined) headers["content-type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(`/api${path}`, {
      method, headers, body: body === undefined ? null : JSON.stringify(body), cache: "no-store", redirect: "error",
      ...(within ? { signal: AbortSignal.timeout(within) } : {}),
    });
  } catch {
    throw new Refusal(0, GONE, "Kith does not answer on this computer. What you typed is still on this page. Open Kith again.");
  }
  if (response.ok) return response;
  let code = "refused";
  let message = "That could not be done. Nothing was changed.";
  try {
    const said = (await response.json()) as { error?: { code: string; message: string } };
    if (said.error) ({ code, message } = said.error);
  } catch {
    // The answer was no JSON: the sentence above says enough.
  }
  throw new Refusal(response.status, code, message);
}

async function json<T>(method: "GET" | "POST" | "PUT", path: string, body?: unknown, within?: number): Promise<T> {
  return (await (await call(method, path, body, within)).json()) as T;
}

async function letIn(path: string, body: unknown): Promise<void> {
  page = (await json<LetInShown>("POST", path, body)).page;
}

/** A file for the browser to keep, under the name that the program chose. */
async function download(path: string, otherwise: string): Promise<void> {
  const response = await call("POST", path, {});
  const named = /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = named?.[1] ?? otherwise;
  link.click();
  URL.revokeObjectURL(link.href);
}

const of = (id: string) => `/assessments/${encodeURIComponent(id)}`;
const record = (id: string) => `/records/${encodeURIComponent(id)}`;

export const api = {
  launch: (launch: string) => letIn("/launch", { launch }),
  /** `leave`: whatever was typed while two wrote together, and is not kept, goes. */
  unlock: (passphrase: string, leave = false) => letIn("/unlock", { passphrase, leave }),
  setUp: (profile: NewProfile) => letIn("/setup", profile),
  state: () => json<AppState>("GET", "/state"),
  lock: () => json<unknown>("POST", "/lock", {}),
  here: () => call("POST", "/here", {}),
  offline: (offline: boolean) => json<unknown>("POST", "/offline", { offline }),
  beside: (name: string) => json<Opened>("POST", "/beside", { name }),
  computer: () => json<ComputerShown>("GET", "/computer"),
  backup: () => download("/backup", "kith.backup"),
  restore: (file: string, passphrase: string) => letIn("/restore", { file, passphrase }),
  lockAfter: (minutes: number) => json<unknown>("POST", "/lock-after", { minutes }),
  addProgram: (name: string) => json<ProgramAdded>("POST", "/programs", { name }),
  stopProgram: (id: string) => json<unknown>("POST", "/programs/stop", { id }),
  code: (text: string) => json<CodeDrawn>("POST", "/code", { text }),
  quit: () => json<unknown>("POST", "/quit", {}),
  lookRound: () => json<ExampleShown>("POST", "/example", {}),
  leaveExample: () => json<unknown>("POST", "/example/leave", {}),
  guide: () => json<Guide>("GET", "/guide"),
  list: () => json<Listed>("GET", "/list"),
  relay: (url: string, token: string) => json<unknown>("POST", "/relay", { url, token }),
  phone: (phone: string) => json<unknown>("POST", "/phone", { phone }),
  join: (link: string) => json<Asked>("POST", "/join", { link }),
  begin: (assessment: NewAssessment) => json<Made>("POST", "/assessments", assessment),
  assessment: (id: string) => json<AssessmentShown>("GET", of(id)),
  command: (id: string, command: Command) => json<CommandDone>("POST", `${of(id)}/commands`, command),
  draft: (id: string, draft: ToKeepDraft) => json<DraftKept>("PUT", `${of(id)}/drafts`, draft, WHILE_TYPING),
  newDrafts: () => json<Record<string, Draft>>("GET", "/drafts/new"),
  drafts: () => json<MyDrafts>("GET", "/drafts"),
  beginFrom: (id: string, field: string) => json<Begun>("GET", `${of(id)}/begin?field=${encodeURIComponent(field)}`),
  hints: (id: string, check: ToCheck) => json<HintsShown>("POST", `${of(id)}/hints`, check, WHILE_TYPING),
  /** Before there is an assessment. */
  hintsBefore: (check: ToCheck) => json<HintsShown>("POST", "/hints", check, WHILE_TYPING),
  choose: (id: string, choice: ToChoose) => json<unknown>("POST", `${of(id)}/hint-choices`, choice),
  review: (id: string) => json<ReviewShown>("GET", `${of(id)}/review`),
  reviewed: (id: string) => json<CommandDone>("POST", `${of(id)}/review`, {}),
  work: () => json<WorkShown>("GET", "/work"),
  find: (words: string) => json<FindShown>("POST", "/find", { words }),
  since: (id: string) => json<SinceShown>("GET", `${of(id)}/since`),
  looked: (id: string) => json<unknown>("POST", `${of(id)}/looked`, {}),
  timeline: (id: string) => json<TimelineShown>("GET", `${of(id)}/timeline`),
  then: (id: string, then: string, now: string | null) => json<ThenAndNow>("POST", `${of(id)}/then`, { then, now }),
  caseNotes: (id: string, strand: string | null) => json<{ text: string }>("POST", `${of(id)}/case-notes`, { strand }),
  typing: (id: string, typed: ToType) => json<TypedOn>("POST", `${of(id)}/typing`, typed),
  place: (id: string, place: string | null) => json<unknown>("POST", `${of(id)}/place`, { place }),
  hide: (hidden: boolean) => json<unknown>("POST", "/hidden", { hidden }),
  members: (id: string) => json<MembersShown>("GET", `${of(id)}/members`),
  requests: (id: string) => json<RequestsShown>("POST", `${of(id)}/requests`, {}),
  invite: (id: string, role: string, expires: string, for_whom: string) =>
    json<Invited>("POST", `${of(id)}/invite`, { role, expires, for_whom }),
  /** What people of an agency and role are offered, unless a lead decides otherwise. */
  byDefault: (agency: string, role: string) => json<ByDefault>("POST", "/by-default", { agency, role }),
  admit: (id: string, request: string, words: string, why?: string) => json<Decided>("POST", `${of(id)}/admit`, { request, words, ...(why ? { why } : {}) }),
  decline: (id: string, request: string) => json<Decided>("POST", `${of(id)}/decline`, { request }),
  /** `role`: lead or contributor. */
  changeRole: (id: string, member: string, role: string) => json<Decided>("POST", `${of(id)}/role`, { member, role }),
  remove: (id: string, member: string, why: string) => json<Decided>("POST", `${of(id)}/remove`, { member, why }),
  caseload: () => json<Caseload>("GET", "/caseload"),
  attach: (id: string, asked: ToAttach) => json<AttachedShown>("POST", `${of(id)}/attach`, asked),
  record: (id: string) => json<RecordShown>("GET", record(id)),
  recordCommand: (id: string, command: StrandCommand) => json<CommandDone>("POST", `${record(id)}/commands`, command),
  goOn: (id: string, why: string) => json<Continued>("POST", `${of(id)}/continue`, { why } satisfies ToContinue),
  keepReference: (id: string, asked: ToKeepReference) => json<ReferenceKept>("POST", `${record(id)}/references`, asked),
  maps: (id: string) => json<MapsShown>("GET", `${record(id)}/maps`),
  namesOnMap: (id: string, asked: ToNameOnMap) => json<unknown>("POST", `${record(id)}/map-names`, asked),
  namesOnMaps: (policy: NamesOnMaps | null) => json<unknown>("POST", "/names-on-maps", { policy } satisfies ToSetNamesOnMaps),
  detach: (id: string, asked: ToDetach) => json<DetachedShown>("POST", `${record(id)}/detach`, asked),
  handOver: (id: string, asked: ToHandOver) => json<HandedOver>("POST", `${record(id)}/hand-over`, asked),
  agreement: (id: string, asked: ToNoteAgreement) => json<AgreementNoted>("POST", `${record(id)}/agreement`, asked),
  joinWords: (id: string, asked: ToJoinWords) => json<WordsJoined>("POST", `${record(id)}/join-words`, asked),
  makeLink: (id: string, asked: ToMakeLink) => json<LinkMadeShown>("POST", `${record(id)}/links`, asked),
  stopLink: (id: string, link: string) => json<LinkStopped>("POST", `${record(id)}/links/${link}/stop`, {}),
  openWindow: (id: string, link: string, code: ToOpenWindow["code"]) => json<WindowShown>("POST", `${record(id)}/links/${link}/window`, code ? { code } : {}),
  codeToType: (id: string, link: string) => json<CodeShown>("POST", `${record(id)}/links/${link}/code`, {}),
  closeWindow: (id: string, link: string) => json<WindowShown>("POST", `${record(id)}/links/${link}/window/close`, {}),
  /** Exactly what they would read now. */
  reading: (id: string, link: string) => json<ReadingShown>("GET", `${record(id)}/reading/${link}`),
  arrivedItem: (id: string, item: string) => json<ItemShown>("GET", `${record(id)}/arrived/${item}`),
  readArrived: (id: string, item: string) => json<ItemShown>("POST", `${record(id)}/arrived/${item}/read`, {}),
  addArrived: (id: string, item: string, asked: ToAddArrived) => json<WordsJoined>("POST", `${record(id)}/arrived/${item}/add`, asked),
  keepArrived: (id: string, item: string, asked: ToKeepArrived) => json<ItemShown>("POST", `${record(id)}/arrived/${item}/keep`, asked),
  notAdded: (id: string, item: string, asked: ToSayWhyNot) => json<ItemShown>("POST", `${record(id)}/arrived/${item}/not-added`, asked),
  answerTakeOut: (id: string, item: string, asked: ToAnswerTakeOut) => json<ItemShown>("POST", `${record(id)}/arrived/${item}/take-out`, asked),
  arrivedSound: async (id: string, item: string, attachment: number) => (await call("GET", `${record(id)}/arrived/${item}/sound/${attachment}`)).blob(),
  writeTogether: (record: string, whose: Whose) => json<unknown>("POST", "/together", { record, whose }),
  saidTogether: (said: ToKeepSaid) => json<CommandDone>("POST", "/together/said", said),
  typedTogether: () => json<TypedTogether>("GET", "/together/typed"),
  holdTyped: (typed: TypedTogether) => json<unknown>("PUT", "/together/typed", typed, WHILE_TYPING),
  danger: () => json<InDanger>("GET", "/danger"),
  dangerNames: () => json<InDanger>("POST", "/danger/names", {}),
  dangerCopy: (assessment: string) => json<CopyShown>("POST", "/danger/copy", { assessment }),
  told: (told: ToTell) => json<ToldShown>("POST", "/told", told),
  preview: (id: string) => json<PublishedShown>("GET", `${of(id)}/publish`),
  publish: (id: string, why?: string) => json<PublishedShown>("POST", `${of(id)}/publish`, why ? { why } : {}),
  previewVersion: (id: string, asked: ToPreviewVersion) => json<VersionPreviewShown>("POST", `${of(id)}/versions/preview`, asked),
  shareVersion: (id: string, asked: ToShareVersion) => json<VersionShared>("POST", `${of(id)}/versions`, asked),
  sayInstead: (id: string, asked: ToSayInstead) => json<SaidInstead>("POST", `${of(id)}/versions/say-instead`, asked),
  takeBackVersion: (id: string, version: string, why: string) => json<unknown>("POST", `${of(id)}/versions/${encodeURIComponent(version)}/take-back`, { why }),
  readingLevel: (text: string) => json<LevelShown>("POST", "/reading-level", { text }, WHILE_TYPING),
  setBeside: (id: string, item: string, asked: ToSetBeside) => json<RepliedShown>("POST", `${record(id)}/arrived/${encodeURIComponent(item)}/reply`, asked),
  heard: (id: string, heard: ToNoteHeard) => json<unknown>("POST", `${of(id)}/heard`, heard),
  summary: (id: string) => json<SummaryShown>("GET", `/summaries/${encodeURIComponent(id)}`),
  picture: (id: string, then: string) => json<PictureShown>("GET", `${of(id)}/picture?then=${encodeURIComponent(then)}`),
  text: (id: string) => json<{ text: string }>("GET", `${of(id)}/text`),
  /** A page to print or send. */
  download: (id: string) => download(`${of(id)}/download`, "kith-assessment.html"),
};

/** News until the stream ends. Read with `fetch`, so that it carries the page's token. */
export async function listen(hear: (news: News) => void, until: AbortSignal): Promise<void> {
  const response = await fetch("/api/events", { headers: { "x-kith-page": page }, cache: "no-store", signal: until });
  if (response.status === 423) return hear({ news: "locked" });
  if (!response.ok || !response.body) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (rest + value).split("\n\n");
    rest = parts.pop() ?? "";
    for (const part of parts) {
      const data = part.split("\n").filter((line) => line.startsWith("data:")).map((line) => line.slice(5)).join("\n");
      if (data) hear(JSON.parse(data) as News);
    }
  }
}
