// What stands in a form that is open when Kith is locked. It waits in this page's memory, shown nowhere, until the form is there again.
// Drafts are on the disk and are not among it; passwords and files are never.

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
interface Typed {
  id: string;
  value: string;
  checked: boolean;
}

const waiting = new Map<string, Typed[]>();
const holders = new Set<() => void>();

/** Before the page is blanked, this is asked to hold what is typed. Returns how to be asked no more. */
export function holds(hold: () => void): () => void {
  holders.add(hold);
  return () => holders.delete(hold);
}

export function holdAll(): void {
  for (const hold of holders) hold();
}

/** Kith is ended: nothing comes back. */
export function dropHeld(): void {
  waiting.clear();
}

/** A form's place: its page and its name there. */
const place = (form: string): string => `${location.hash} ${form}`;
const ticked = (control: Control): control is HTMLInputElement => control instanceof HTMLInputElement && ["checkbox", "radio"].includes(control.type);

export function hold(name: string, form: HTMLElement, except: string[]): void {
  const all = [...form.querySelectorAll<Control>("input, textarea, select")];
  const kept = all.filter((one) => one.id && !except.includes(one.id) && !["password", "file"].includes(one.type));
  waiting.set(place(name), kept.map((one) => ({ id: one.id, value: one.value, checked: ticked(one) && one.checked })));
}

export const isHeld = (name: string): boolean => waiting.has(place(name));

/** Puts it back as if it were typed again. `drawn` waits until fields that come with an answer are there. */
export async function giveBack(name: string, drawn: () => Promise<void>): Promise<void> {
  const typed = waiting.get(place(name)) ?? [];
  waiting.delete(place(name));
  for (let round = 0; round < 2; round += 1) {
    await drawn();
    for (const one of typed) {
      const control = document.getElementById(one.id) as Control | null;
      if (!control) continue;
      if (ticked(control)) {
        if (control.checked !== one.checked) control.click();
      } else if (control.value !== one.value) {
        control.value = one.value;
        for (const event of ["input", "change"]) control.dispatchEvent(new Event(event, { bubbles: true }));
      }
    }
  }
  await drawn();
}
