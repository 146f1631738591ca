// Read aloud, by voices that are on this phone: a voice from elsewhere would be told every word.

function voice(language: string): SpeechSynthesisVoice | undefined {
  return globalThis.speechSynthesis?.getVoices().find((one) => one.localService && one.lang.toLowerCase().startsWith(language));
}

export function canSpeak(language: string): boolean {
  return voice(language) !== undefined;
}

/** Browsers learn of their voices a moment after the page is there. */
export function whenVoicesCome(tell: () => void): void {
  globalThis.speechSynthesis?.addEventListener?.("voiceschanged", tell);
}

export function speaks(): boolean {
  return globalThis.speechSynthesis?.speaking ?? false;
}

export function quiet(): void {
  globalThis.speechSynthesis?.cancel();
}

/** Reads what is on the screen, in order. */
export function speak(root: Element, language: string): void {
  quiet();
  const found = voice(language);
  if (found === undefined) return;
  for (const element of root.querySelectorAll("h1, h2, p, li, legend, label, button")) {
    const text = element.textContent?.trim();
    if (text === undefined || text === "") continue;
    const said = new SpeechSynthesisUtterance(text);
    said.voice = found;
    said.lang = found.lang;
    speechSynthesis.speak(said);
  }
}
