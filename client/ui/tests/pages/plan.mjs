// Plan: goals with how we will know, then and now; actions by agency; what keeps friends apart asks first what would be lost.
import assert from "node:assert/strict";
import { until } from "../browser.mjs";
import { closed } from "./closed.mjs";

export async function plan(step, { priya, nadia }) {
  const goal = (one, number) => one.page.getByRole("article", { name: new RegExp(`^Goal ${number}:`) });
  const action = (one, start) => one.page.getByRole("article", { name: new RegExp(`^Action: ${start}`) });

  await step("goals with findings, then and now side by side; overdue in words; two versions of a day; a differing view", async () => {
    await priya.follow("Plan");
    await priya.heading("Plan");
    const second = goal(priya, 2);
    await second.getByText("four answers").first().waitFor();
    await second.getByText("two answers").first().waitFor();
    await second.getByText(/From 2\.2/).first().waitFor();
    const overdue = priya.page.locator(".kith-action--overdue");
    assert.deepEqual(await overdue.getByRole("heading").allInnerTexts(), ["Light on the canal path between the bridge and the estate"]);
    await overdue.getByText("Overdue", { exact: true }).first().waitFor();
    await action(priya, "Open the hall").getByText("Two versions of the day when an action is due").first().waitFor();
    await goal(priya, 3).getByText("I would try weekends first").first().waitFor();
    await goal(priya, 3).getByText("Families read:").first().waitFor();
    await priya.screen("plan");
  });

  await step("a version is kept by a press; a measure is noted, and what was so before stays beside it", async () => {
    await action(priya, "Open the hall").getByRole("button", { name: /^Keep this one/ }).first().click();
    await action(priya, "Open the hall").getByText("Two versions").first().waitFor({ state: "detached" });
    const second = goal(priya, 2);
    await second.getByRole("button", { name: /^Note what is so now/ }).click();
    await second.getByLabel("What is so now?").fill("one answer");
    await second.getByRole("button", { name: "Note it" }).click();
    await closed(second);
    await second.getByText("one answer").first().waitFor();
    await second.getByText(/before: two answers/).first().waitFor();
  });

  await step("a goal that asks a child alone to change gets a hint beside it, and is added all the same", async () => {
    await priya.press("Add a goal");
    await priya.type("What will there be?", "The friends stop going to the station.");
    await priya.screen("plan-add-goal");
    await priya.press("Add the goal");
    const fourth = goal(priya, 4);
    await fourth.getByText("Can it say what there will be").first().waitFor();
    await fourth.getByText("Which finding does it come from?").first().waitFor();
    await fourth.getByRole("button", { name: /^Edit the goal/ }).click();
    await fourth.getByLabel("Edit goal 4").fill("There is a quiet place to wait for the bus.");
    await fourth.getByRole("button", { name: "Update" }).click();
    await closed(fourth);
    await fourth.getByText("There is a quiet place").first().waitFor();
    await fourth.getByRole("button", { name: /^Tie to findings/ }).click();
    await fourth.getByLabel("From which findings?").selectOption("3.2");
    await fourth.getByRole("button", { name: /^Add/ }).click();
    await fourth.getByRole("button", { name: "Update" }).click();
    await closed(fourth);
    await fourth.getByText(/From 3\.2/).first().waitFor();
    assert.equal(await fourth.getByText("Which finding does it come from?").count(), 0);
    await fourth.getByRole("button", { name: /^Take back/ }).click();
    await fourth.getByRole("button", { name: "Take back", exact: true }).click();
    await fourth.getByText("reason is empty").first().waitFor();
    await fourth.getByLabel("Why do you take it back?").fill("It is part of goal 1.");
    await fourth.getByRole("button", { name: "Take back", exact: true }).click();
    await priya.page.getByText("Taken back (1)").click();
    await priya.sees("It is part of goal 1.");
    await priya.press("Put it back");
    await goal(priya, 4).waitFor();
  });

  await step("half a day, a year cut short: what to do is said at the box, and what was typed stays, also over a lock", async () => {
    await priya.press("Add an action");
    const form = priya.page.getByRole("form", { name: "Add an action" });
    const due = form.getByLabel("By when?");
    const sent = [];
    priya.page.on("request", (request) => request.method() === "POST" && request.url().endsWith("/commands") && sent.push(request.url()));
    await form.getByLabel("What is done?").fill("A bench at the stop");
    await form.getByLabel("Why, in a sentence that a family can read").fill("Somewhere to sit together.");
    await form.getByLabel("Which agency does it?").fill("council");
    await due.pressSequentially("31");
    await form.getByRole("button", { name: "Add the action" }).click();
    await form.getByText("There is a problem").waitFor();
    await form.getByRole("link", { name: /^That is not a day/ }).click();
    assert.ok(await due.evaluate((input) => input === document.activeElement), "the link leads to the box");
    assert.match(await due.evaluate((input) => document.getElementById(input.getAttribute("aria-describedby")).textContent), /That is not a day/);
    await priya.screen("plan-half-a-day");
    assert.deepEqual(sent, [], "nothing was sent without the day");
    await due.fill("0026-02-14");
    await form.getByRole("button", { name: "Add the action" }).click();
    await until("the year is refused", async () => {
      const said = (await form.getByRole("alert").allInnerTexts()).join(" ");
      return /0026-02-14.* is not a date since 1900/.test(said) || said;
    });
    assert.equal(await due.inputValue(), "0026-02-14");
    assert.equal(await form.getByLabel("What is done?").inputValue(), "A bench at the stop");
    assert.equal(await form.getByLabel("Which agency does it?").inputValue(), "council");

    // Locked while it is open: all of it is there again, a day and a choice too.
    await due.fill("2099-02-14");
    await form.getByLabel("Yes", { exact: true }).check();
    await form.getByLabel("What would be lost?").fill("They keep each other calm.");
    await form.getByLabel("Environmental and family factors").check();
    await priya.press("Lock");
    await priya.heading("Kith is locked");
    assert.ok(!(await priya.page.content()).includes("keep each other calm"), "the page is blank");
    await priya.type("Your passphrase", "quixotic marmalade harpsichord");
    await priya.press("Open");
    await priya.heading("Plan");
    await form.getByLabel("What would be lost?").waitFor();
    await until("all of it is there again", async () => {
      const at = (label) => form.getByLabel(label).inputValue();
      const texts = [await at("What is done?"), await at("Which agency does it?"), await at("By when?"), await at("What would be lost?")];
      return JSON.stringify(texts) === JSON.stringify(["A bench at the stop", "council", "2099-02-14", "They keep each other calm."]) || texts;
    });
    assert.ok(await form.getByLabel("Environmental and family factors").isChecked());
    assert.ok(!(await form.getByLabel("Group functioning").isChecked()));
    await form.getByRole("button", { name: "Leave it" }).click();
    await priya.press("Add an action");
    assert.equal(await form.getByLabel("Which agency does it?").inputValue(), "", "left is left");
    await form.getByRole("button", { name: "Leave it" }).click();
  });

  await step("before friends are kept apart: what would be lost, why, and a day to look again", async () => {
    await priya.press("Add an action");
    const form = priya.page.getByRole("form", { name: "Add an action" });
    await form.getByLabel("What is done?").fill("Two of them sit apart in the last lesson");
    await form.getByLabel("Why, in a sentence that a family can read").fill("It is loud, and both asked for it.");
    await form.getByLabel("Yes", { exact: true }).check();
    await form.getByRole("button", { name: "Add the action" }).click();
    await form.getByText("agency that does it is empty").first().waitFor();
    await form.getByLabel("Which agency does it?").fill("school");
    await form.getByRole("button", { name: "Add the action" }).click();
    await form.getByText("first say what would be lost").first().waitFor();
    await priya.screen("plan-apart-refused");
    await form.getByLabel("What would be lost?").fill("They keep each other calm.");
    await form.getByLabel("Why is it needed all the same?").fill("Both asked for it.");
    await form.getByLabel("On which day will you look at it again?").fill("2099-01-10");
    await form.getByLabel("Environmental and family factors").check();
    await form.getByRole("button", { name: "Add the action" }).click();
    const apart = action(priya, "Two of them sit apart");
    await apart.getByText("This keeps friends apart.").first().waitFor();
    await apart.getByText("They keep each other calm.").first().waitFor();
    await apart.getByText("10 January 2099").first().waitFor();
    await nadia.follow("Plan");
    await action(nadia, "Two of them sit apart").waitFor();
  });

  await step("an action: how it stands, what young people think, who and when; a differing view and its words for families", async () => {
    const light = action(priya, "Light on the canal");
    await light.getByRole("button", { name: /^How it stands/ }).click();
    await light.getByLabel("started", { exact: true }).check();
    await light.getByLabel("What do young people think of it?").fill("About time.");
    await light.getByRole("button", { name: "Update" }).click();
    await closed(light);
    await light.getByText("Young people: “About time.”").first().waitFor();
    await light.getByText("Started").first().waitFor();
    await light.getByRole("button", { name: /^Who, when, where/ }).click();
    await light.getByLabel("By when?").fill("2099-02-01");
    await light.getByRole("button", { name: "Update" }).click();
    await closed(light);
    await light.getByText("Overdue", { exact: true }).first().waitFor({ state: "detached" });
    await light.getByRole("button", { name: /^I see it differently/ }).click();
    await light.getByLabel("How do you see it?").fill("Cameras will come with the lights, and nobody asked the friends.");
    await light.getByRole("button", { name: "Set it beside" }).click();
    await closed(light);
    await light.getByText("Cameras will come").first().waitFor();
    await light.getByText("Families do not read of this yet").first().waitFor();
    await light.getByRole("button", { name: /^What families read of it/ }).click();
    await light.getByLabel("That adults differ, and on what").fill("One of us would ask you first about cameras.");
    await light.getByRole("button", { name: "Families may read this" }).click();
    await closed(light);
    await light.getByText("One of us would ask you first").first().waitFor();
    const hers = action(nadia, "Light on the canal");
    await hers.getByText("Cameras will come").first().waitFor();
    assert.equal(await hers.getByRole("button", { name: /^Edit my view/ }).count(), 0, "only its author can change it");
    assert.equal(await hers.getByRole("button", { name: /^What families read/ }).count(), 0, "only its author says what families read");
    await hers.getByRole("button", { name: /^Answer/ }).click();
    await hers.getByLabel("Your answer").fill("The council says no cameras.");
    await hers.getByRole("button", { name: "Set the answer beside it" }).click();
    await closed(hers);
    await hers.getByText("The council says no cameras.").first().waitFor();
    await light.getByText("The council says no cameras.").first().waitFor();
    await priya.screen("plan-action");
  });
}
