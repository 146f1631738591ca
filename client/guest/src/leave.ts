// Leave now: the page is empty before anything else happens, keys and words are dropped, and the page's place in the history is
// given to an empty one. Nothing here needs a network.
import { forget } from "./page";
import { silence } from "./record";
import { forgetScreen } from "./show";
import { quiet } from "./speak";

/** How long three presses of Shift may take, in milliseconds. */
const THREE = 5000;

/** Takes everything off the screen and out of memory. */
export function wipe(): void {
  document.getElementById("page")?.replaceChildren();
  document.title = "Page";
  quiet();
  silence();
  forgetScreen();
  forget();
}

export function leave(): void {
  wipe();
  location.replace("about:blank");
}

/** Shift three times leaves, from anywhere on the page. */
export function listenForShift(): void {
  let presses: number[] = [];
  document.addEventListener("keyup", (event) => {
    if (event.key !== "Shift") {
      presses = [];
      return;
    }
    presses = [...presses.filter((at) => event.timeStamp - at < THREE), event.timeStamp];
    if (presses.length >= 3) leave();
  });
  // However the page is left, nothing of it waits for whoever presses Back.
  addEventListener("pagehide", wipe);
  addEventListener("pageshow", (event) => {
    if (event.persisted) leave();
  });
}
