// What they said to it has gone.
import { el } from "../dom";
import { words } from "../page";
import { type Screen, button, buttons, heading, show } from "../show";
import { home } from "./menu";
import { comfort, thanks } from "./sent";

/** `change` leads back to it; `more` says what else follows. */
export function replied(change: Screen, more: (() => string) | null = null): Screen {
  return () => {
    const said = words();
    return [
      heading(said.sent.title),
      el("p", {}, thanks(), more !== null && ` ${more()}`),
      ...comfort(),
      buttons(button(said.sent.change, () => show(change)), button(said.bar.back, () => show(home()))),
    ];
  };
}
