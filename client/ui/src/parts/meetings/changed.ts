// What a form changed of a list that others may be changing too: only what was added and what was taken out.

export function lines(text: string): string[] {
  return [...new Set(text.split("\n").map((line) => line.trim()).filter(Boolean))];
}

export function toAdd(before: string[], now: string[]): string[] {
  return now.filter((one) => !before.includes(one));
}

export function toTakeOut(before: string[], now: string[]): string[] {
  return before.filter((one) => !now.includes(one));
}
