// No signal: it is locked, and this phone keeps it only after a Yes.
import { el } from "../dom";
import { keep } from "../kept";
import { forgetWords, page, words } from "../page";
import { button, buttons, heading, show } from "../show";
import { thrown } from "./check";

export function noSignal(again: () => void) {
  return (): Node[] => {
    const said = words().noSignal;
    return [
      heading(said.title),
      el("p", {}, said.text),
      buttons(
        button(said.yes, () => {
          const { waiting } = page();
          if (waiting === null || !keep(waiting.token, waiting.sealed)) return;
          page().waiting = null;
          forgetWords();
          show(kept);
        }, "go"),
        button(said.no, () => {
          page().waiting = null;
          forgetWords();
          show(thrown);
        }),
        button(said.again, again),
      ),
    ];
  };
}

function kept(): Node[] {
  const said = words().noSignal;
  return [heading(said.keptTitle), el("p", {}, said.kept)];
}

/** The link has ended, was stopped, or was not whole. */
export function ended(): Node[] {
  const said = words().link;
  return [heading(said.badTitle), el("p", {}, said.bad)];
}

/** The page is here, and its card is not. */
export function waiting(again: () => void) {
  return (): Node[] => {
    const said = words().link;
    return [heading(said.waitTitle), el("p", {}, said.wait), buttons(button(said.again, again, "go"))];
  };
}
