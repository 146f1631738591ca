// History, then and now, find, case notes, look again, close and open again.
import assert from "node:assert/strict";

export async function history(step, { priya }) {
  await step("history by sitting and person; then and now of any two moments; an earlier text is put back as a new change", async () => {
    await priya.follow("Overview");
    await priya.follow("History");
    await priya.heading("History");
    const first = priya.page.locator(".kith-timeline__item").first();
    await first.waitFor();
    await priya.screen("history-sample");
    const options = await priya.page.getByLabel("Then", { exact: true }).locator("option").all();
    await priya.page.getByLabel("Then", { exact: true }).selectOption({ index: options.length - 1 });
    await priya.press("Show what changed");
    const told = priya.page.locator(".kith-compared");
    await told.getByText(/^Added \(\d+\)/).first().waitFor();
    const changedSince = priya.page.locator(".kith-timeline__item", { hasText: "wrote in the summary" }).first();
    await changedSince.getByRole("button", { name: /^Show what changed here/ }).click();
    const summary = told.locator(".kith-told__one", { hasText: "Most of the trouble comes from where" });
    await summary.waitFor();
    await priya.screen("history-compared");
    await summary.getByRole("button", { name: /^Put the earlier text back/ }).click();
    await told.getByText("The earlier text stands again.").first().waitFor();
    await priya.follow("Overview");
    await priya.page.locator(".kith-summary").getByText("Most of the trouble comes from where").first().waitFor();
    await priya.follow("History");
    await priya.page.locator(".kith-timeline__item").first().getByText("edited the summary").first().waitFor();
  });

  await step("words that were taken out are not in then and now either", async () => {
    const taken = priya.page.locator(".kith-timeline__item", { hasText: "took out what somebody had said" }).first();
    await taken.getByRole("button", { name: /^Show what changed here/ }).click();
    await priya.page.locator(".kith-compared").waitFor();
    assert.equal(await priya.page.getByText("walk my youngest home").count(), 0);
  });

  await step("find: where did we say that? Results lead to the place", async () => {
    await priya.follow("Find");
    await priya.heading("Find");
    await priya.press("Find");
    await priya.sees("Write a word or two to look for");
    await priya.screen("find-empty");
    await priya.type("Where did we say that?", "canal light");
    await priya.page.keyboard.press("Enter");
    await priya.page.locator("mark", { hasText: "canal" }).first().waitFor();
    await priya.page.getByRole("link", { name: "What a friend said", exact: true }).waitFor();
    await priya.screen("find");
    await priya.page.getByRole("link", { name: "Action", exact: true }).first().click();
    await priya.heading("Plan");
    await priya.page.waitForFunction(() => document.activeElement?.getAttribute("aria-label")?.startsWith("Action: Light on the canal"));
    await priya.follow("Find");
    await priya.type("Where did we say that?", "youngest");
    await priya.page.keyboard.press("Enter");
    await priya.sees("Nothing here says “youngest”.");
  });

  await step("a copy for case notes: themes and plan, my own strand if I choose it, never another's", async () => {
    await priya.follow("My work");
    await priya.follow("Larch");
    await priya.follow("Copy for case notes");
    await priya.heading("Copy for case notes");
    const text = priya.page.getByRole("region", { name: "What is copied" });
    await text.getByText("Why this group").first().waitFor();
    assert.equal((await text.innerText()).includes("When we are together"), false);
    assert.deepEqual(await priya.page.getByLabel("Also what belongs to").locator("option").allInnerTexts(), ["nobody: themes and plan only", "A", "B"]);
    await priya.page.getByLabel("Also what belongs to").selectOption({ label: "A" });
    await text.getByText(/When we are together/).first().waitFor();
    await priya.screen("case-notes");
    await priya.press("Copy");
    await priya.page.getByRole("status").filter({ hasText: /Copied|could not be copied/ }).waitFor();
  });
}

export async function life(step, { priya, nadia }) {
  await step("look again: still true once for a side, a day, what may be out of date", async () => {
    await priya.follow("Overview");
    await priya.follow("Look again / Close");
    await priya.heading("Look again");
    await priya.screen("look-again");
    await priya.press(/^Still true\?.*Group functioning/);
    await priya.page.getByLabel("partly true").check();
    await priya.press("Say so");
    await priya.sees("partly true, looked at on");
    await priya.page.getByRole("link", { name: /somebody who looked on .* said "partly true"/ }).waitFor();
    await priya.press("Change the day");
    await priya.page.getByLabel("When will you look at the whole again?").fill("2099-05-01");
    await priya.press("Set the day");
    await priya.sees("1 May 2099");
  });

  await step("closing waits until nobody is attached, and says so; what was typed stays", async () => {
    await priya.press("Close this assessment");
    await priya.type("What has changed for the young people?", "They spend their evenings in the hall.");
    await priya.type("What is kept?", "Themes and plan.");
    await priya.type("Why is it kept?", "The next team needs them.");
    await priya.page.getByLabel("told", { exact: true }).check();
    await priya.type("Who looks after it from now on?", "children's social care");
    await priya.press("Close it");
    await priya.sees("young people are still attached");
    await priya.screen("close-refused");
    assert.equal(await priya.page.getByLabel("What is kept?").inputValue(), "Themes and plan.");
    await priya.press("Leave it open");
  });

  await step("someone must act today: open at once, why is asked for; close with what is kept, open again with a reason", async () => {
    await priya.follow("My work");
    await priya.press("Start an assessment");
    await priya.heading("Why this group?");
    await priya.press("Someone must act today: write first, answer later");
    await priya.heading("Overview");
    await priya.sees("Why: not yet written.");
    await priya.screen("overview-act-today");
    await priya.follow("My work");
    await priya.page.getByRole("link", { name: /^Write why this group/ }).click();
    await priya.heading("Why this group?");
    await priya.sees("Until this is answered, no version goes to families.");
    await priya.page.getByLabel("A school or other service asked").check();
    await priya.type("What should be better", "They can wait for the bus in peace.");
    await priya.type("How will you find out?", "Talk with them.");
    await priya.type("What could go wrong", "Labels. So: no list.");
    await priya.type("What have you tried", "Each of us alone.");
    await priya.screen("why-later");
    await priya.press("Update");
    await priya.heading("Overview");
    await priya.sees("They can wait for the bus in peace.");
    await priya.follow("Voices");
    await priya.screen("voices-empty");
    await priya.follow("Plan");
    await priya.screen("plan-empty");
    await priya.follow("Three sides");
    await priya.follow("Weighting");
    await priya.screen("weighting-empty");
    await priya.follow("How we see it");
    await priya.screen("agreement-empty");
    await priya.follow("Overview");
    await priya.follow("Look again / Close");
    await priya.press("Close this assessment");
    await priya.type("What has changed for the young people?", "They wait in peace.");
    await priya.type("What is kept?", "The plan.");
    await priya.type("Why is it kept?", "For one school year.");
    await priya.page.getByLabel("not told", { exact: true }).check();
    await priya.type("Who looks after it from now on?", "school");
    await priya.press("Close it");
    await priya.sees("say why families are not told");
    await priya.type("Why not?", "They moved away.");
    await priya.press("Close it");
    await priya.heading("Closed");
    await priya.sees("This assessment is closed.");
    await priya.screen("closed");
    await priya.press("Open it again");
    await priya.type("Why is it opened again?", "It began again.");
    await priya.page.getByRole("form").getByRole("button", { name: "Open it again" }).click();
    await priya.heading("Look again");
  });

  await step("what a colleague may not do is not offered; what they see is the same", async () => {
    await nadia.follow("Overview");
    await nadia.heading("Overview");
    await nadia.page.locator(".kith-summary").getByText("Most of the trouble comes from where").first().waitFor();
  });
}
