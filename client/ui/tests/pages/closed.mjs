/** Waits until what was opened there has done its work: nothing is pressed while a form is still on its way. */
export function closed(place) {
  return place.locator("form").first().waitFor({ state: "detached" });
}
