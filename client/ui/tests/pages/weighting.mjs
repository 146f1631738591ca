// Which side must change first, the summary, and who sees what the same way.
import { closed } from "./closed.mjs";

/** Waits until a box that several write in says these words. */
async function reads(one, words) {
  await one.page.waitForFunction((wanted) => [...document.querySelectorAll("textarea")].some((box) => box.value.includes(wanted)), words);
}

export async function weighting(step, { priya, nadia }) {
  await step("weighting: the order in words, who took part, what young people think; changed by a press", async () => {
    await priya.follow("Three sides");
    await priya.follow("Weighting");
    await priya.heading("Weighting");
    await priya.sees("Talked over on");
    await priya.sees("“Yes. Places first.”");
    await priya.screen("weighting");
    await priya.press("Change the order");
    await priya.page.getByLabel("Group functioning must change").selectOption("next");
    await priya.page.getByLabel("Guardianship capacity must change").selectOption("then");
    await priya.screen("weighting-order");
    await priya.press("Update");
    await priya.page.locator(".kith-turns__one").nth(1).getByText("Group functioning").first().waitFor();
    await priya.type("Why in this order", "Most of what frightens them sits in a place and an hour.");
    await nadia.follow("Three sides");
    await nadia.follow("Weighting");
    await reads(nadia, "sits in a place and an hour.");
    await nadia.press(/^I see it differently.*the weighting/);
    await nadia.type("How do you see it?", "The adults first: places open and close.");
    await nadia.press("Set it beside");
    await priya.sees("The adults first: places open and close.");
  });

  await step("summary: written by several, shown on the overview", async () => {
    await priya.follow("Summary");
    await priya.heading("Summary");
    await reads(priya, "Most of the trouble comes from where");
    await priya.page.getByLabel("Summary", { exact: true }).fill("These friends look after each other. So we start with the places and with ourselves.");
    await priya.screen("summary-written");
    await nadia.follow("Summary");
    await reads(nadia, "So we start with the places and with ourselves.");
    await priya.follow("Overview");
    await priya.page.locator(".kith-summary").getByText("So we start with the places and with ourselves.").first().waitFor();
    await priya.follow("Three sides");
  });
}

export async function agreement(step, { priya, nadia }) {
  await step("who sees what the same way, then and now: each person's own word, nothing counted", async () => {
    await nadia.follow("How we see it");
    await nadia.heading("How we see it");
    const goal = nadia.page.getByRole("region", { name: "How we see goal 3" });
    await goal.getByRole("row", { name: /Delroy Finch.*Sees it the same way/ }).waitFor();
    await goal.getByRole("row", { name: /Nadia Sorrell.*Sees it differently/ }).waitFor();
    await goal.getByRole("button", { name: /^How I see it/ }).click();
    await goal.getByLabel("I am not sure").check();
    await nadia.screen("agreement");
    await goal.getByRole("button", { name: "Say so" }).click();
    await goal.getByRole("row", { name: /Nadia Sorrell.*Sees it differently.*Is not sure/ }).waitFor();
    await priya.follow("How we see it");
    await priya.page.getByRole("region", { name: "How we see goal 3" }).getByRole("row", { name: /Nadia Sorrell.*Is not sure/ }).waitFor();
  });

  await step("three sides: who said it, when to look again, in one press each; stale in words", async () => {
    await priya.follow("Environmental and family factors");
    await priya.heading("Environmental and family factors");
    const chat = priya.page.getByRole("article", { name: /Somebody outside got in/ });
    await chat.getByText("May be out of date.").first().waitFor();
    await priya.screen("side-sample");
    await chat.getByRole("button", { name: /^More/ }).click();
    await chat.getByRole("button", { name: /^Look again by/ }).click();
    await chat.getByLabel("When is it to be looked at again?").fill("2099-03-01");
    await chat.getByRole("button", { name: "Set the day" }).click();
    await closed(chat);
    await chat.getByText("May be out of date.").first().waitFor({ state: "detached" });
    await chat.getByRole("button", { name: /^Who said it/ }).click();
    await chat.getByLabel("Who said it?").fill("a friend");
    await chat.getByLabel("On what does it rest?").selectOption("fact");
    await chat.getByRole("button", { name: "Update" }).click();
    await closed(chat);
    await chat.getByText(/^a friend; written by Nadia Sorrell · fact/).first().waitFor();
  });
}
