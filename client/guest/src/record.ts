// A voice note: recorded on this phone, held in memory, never on its disk. One microphone, so one recording at a time.
import type { Bytes } from "./seal/bytes";

/** The longest voice note, in bytes and in seconds (kith-group, `MAX_VOICE`). */
const MOST_BYTES = 192 * 1024;
export const MOST_SECONDS = 90;
/** All voice notes together, so that they fit into one item with everything else. */
const ALL_BYTES = 400 * 1024;
/** Below this there is no use in beginning, in bytes: some eight seconds. */
const WORTH_IT = 16 * 1024;
/** How much a second of speech takes, in bits: so that the longest note stays below the limit. */
const BITS = 16_000;
/** What phones can record and a practitioner's program can play, the best first. */
const KINDS = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];

export interface Voice {
  media: string;
  seconds: number;
  sound: Bytes;
}

export type Trouble = "no microphone" | "not allowed" | "no room";

interface Running {
  recorder: MediaRecorder;
  stream: MediaStream;
  timer: ReturnType<typeof setInterval>;
}

let running: Running | null = null;
let player: HTMLAudioElement | null = null;
/** Changes with each silence: who asked for the microphone before it does not get it after it. */
let turn = 0;

/** Whether this phone can record at all. */
export function canRecord(): boolean {
  return typeof MediaRecorder !== "undefined" && navigator.mediaDevices?.getUserMedia !== undefined && kind() !== undefined;
}

function kind(): string | undefined {
  return KINDS.find((one) => MediaRecorder.isTypeSupported(one));
}

/** Stops the microphone and whatever plays, and forgets what was being recorded. */
export function silence(): void {
  turn += 1;
  if (running !== null) {
    const { recorder, stream, timer } = running;
    running = null;
    clearInterval(timer);
    recorder.ondataavailable = recorder.onstop = null;
    for (const track of stream.getTracks()) track.stop();
  }
  if (player !== null) {
    player.pause();
    URL.revokeObjectURL(player.src);
    player.removeAttribute("src");
    player = null;
  }
}

/** Ends the recording; what was said so far is handed over. */
export function stop(): void {
  if (running?.recorder.state === "recording") running.recorder.stop();
}

export interface Hearing {
  /** It runs; and so many seconds have gone. */
  hears: (seconds: number) => void;
  /** It is over: stopped, or as long as it can be. */
  done: (voice: Voice, full: boolean) => void;
  trouble: (trouble: Trouble) => void;
}

/** Asks for the microphone and records. `taken`: bytes of the other voice notes. */
export async function record(taken: number, tell: Hearing): Promise<void> {
  silence();
  const room = Math.min(MOST_BYTES, ALL_BYTES - taken);
  if (room < WORTH_IT) return tell.trouble("no room");
  const media = canRecord() ? kind() : undefined;
  if (media === undefined) return tell.trouble("no microphone");
  const mine = turn;
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } });
  } catch (error) {
    if (mine === turn) tell.trouble(error instanceof DOMException && error.name === "NotAllowedError" ? "not allowed" : "no microphone");
    return;
  }
  // Left, or gone to another screen, while the phone asked.
  if (mine !== turn) return stream.getTracks().forEach((track) => track.stop());
  begin(stream, media, room, tell);
}

function begin(stream: MediaStream, media: string, room: number, tell: Hearing): void {
  const recorder = new MediaRecorder(stream, { mimeType: media, audioBitsPerSecond: BITS });
  const parts: Blob[] = [];
  const began = performance.now();
  const seconds = () => Math.min(MOST_SECONDS, Math.floor((performance.now() - began) / 1000));
  let [held, full] = [0, false];
  recorder.ondataavailable = ({ data }) => {
    // A phone that keeps to no rate: what does not fit is left off its end.
    if (held + data.size > room) full = true;
    if (!full) {
      parts.push(data);
      held += data.size;
    } else stop();
  };
  let lasted = 0;
  recorder.onstop = () => {
    const mine = turn;
    silenceMicrophone();
    void new Blob(parts).arrayBuffer().then((sound) => {
      if (mine === turn) tell.done({ media, seconds: Math.max(1, lasted), sound: new Uint8Array(sound) }, full);
    });
  };
  const timer = setInterval(() => {
    lasted = seconds();
    tell.hears(lasted);
    if (lasted >= MOST_SECONDS) {
      full = true;
      stop();
    }
  }, 250);
  running = { recorder, stream, timer };
  recorder.start(1000);
  tell.hears(0);
}

function silenceMicrophone(): void {
  if (running === null) return;
  clearInterval(running.timer);
  for (const track of running.stream.getTracks()) track.stop();
  running = null;
}

/** Plays a voice note; `over` is told when it ends. */
export function play(voice: Voice, over: () => void): void {
  silence();
  player = new Audio(URL.createObjectURL(new Blob([voice.sound], { type: voice.media })));
  player.onended = player.onerror = () => {
    silence();
    over();
  };
  void player.play().catch(() => player?.onerror?.(new Event("error")));
}

export function plays(): boolean {
  return player !== null;
}

// Who puts the phone away does not mean to be heard on.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) stop();
});
