// The made-up example, which needs no profile; and help, which teaches in place. Started by tests/tests/writing.rs.
import assert from "node:assert/strict";
import { Person, start, step } from "./browser.mjs";

const { KITH_PRIYA } = process.env;
assert.ok(KITH_PRIYA, "started by `cargo test -p kith-tests --test writing`");
const browser = await start();

try {
  const priya = await Person.open(browser, "Priya", KITH_PRIYA);

  await step("the whole sample opens without a profile, and every page says that it is made up", async () => {
    await priya.heading("Write about a group of friends, together");
    await priya.press("Look round a made-up example");
    await priya.heading("Overview");
    await priya.sees("A made-up example.");
    await priya.sees("These friends look after each other");
    await priya.screen("example");
    await priya.follow("Voices");
    await priya.sees("Nobody asked why.");
    await priya.follow("Plan");
    await priya.sees("There is a warm, free place near the station");
  });

  await step("names from the caseload are found, and it can be written in", async () => {
    await priya.follow("Overview");
    const box = priya.page.getByLabel("Write another");
    await box.fill("Keziah’s evenings are long. ");
    await priya.page.getByRole("button", { name: /Hint about “Keziah/ }).click();
    await priya.sees("This looks like a name from your caseload.");
    await priya.screen("example-hint");
    await priya.press("Say “a friend”");
    assert.match(await box.inputValue(), /^A friend/);
    await priya.press("Add to assessment");
    await priya.page.locator(".kith-triangle").getByText(/^A friend.*evenings are long/).first().waitFor();
  });

  await step("\"?\" beside a dimension shows its questions and a good example; help has a page for each side", async () => {
    await priya.follow("Three sides");
    await priya.page.getByRole("button", { name: /^What belongs under 1\.6/ }).click();
    await priya.sees("A good example");
    await priya.screen("taught-in-place");
    await priya.follow("Help");
    await priya.heading("Help");
    await priya.screen("help");
    await priya.follow("Guardianship capacity");
    await priya.heading("Guardianship capacity");
    await priya.page.getByText("On Thursdays two workers at the hub know them").first().waitFor();
    await priya.screen("help-side");
  });

  await step("nobody can be asked in, and nothing goes anywhere", async () => {
    await priya.follow("My work");
    await priya.follow("Larch");
    await priya.follow("Team");
    await priya.type("Name and agency", "Nadia Sorrell, school");
    await priya.type("Connection", "wss://relay.example");
    await priya.press("Make the link");
    await priya.sees("This is a made-up example: nobody can be asked in");
  });

  await step("leaving throws all of it away", async () => {
    await priya.press("Leave the example");
    await priya.heading("Write about a group of friends, together");
    assert.equal(await priya.page.getByText("A made-up example.").count(), 0);
  });

  await step("someone must act today: write first; the head says that why is not yet written, and it can be written later", async () => {
    await priya.press("Start");
    await priya.type("Name", "Priya Marsh");
    await priya.type("Agency", "children’s social care");
    await priya.type("Your role", "social worker");
    await priya.press("Go on");
    await priya.press("Suggest words");
    await priya.press("Go on");
    await priya.heading("My work");
    await priya.page.getByRole("button", { name: "Look round the example" }).waitFor();
    await priya.screen("work-empty");
    await priya.press("Start an assessment");
    await priya.press("Someone must act today");
    await priya.heading("Overview");
    await priya.sees("Why: not yet written.");
    await priya.follow("My work");
    await priya.page.getByRole("link", { name: /Write why this group/ }).click();
    await priya.heading("Why this group?");
    await priya.type("What should be better", "They can spend their evenings together without being frightened.");
    await priya.press("Update");
    await priya.heading("Overview");
    await priya.sees("They can spend their evenings together without being frightened.");
  });

  await step("who knows about it: deciding not to ask wants three answers, now or as a task", async () => {
    const page = priya.page.url().replace("/overview", "/asked");
    await priya.page.goto(page);
    await priya.heading("Who knows about it?");
    await priya.page.getByLabel("we have decided not to ask someone yet").check();
    await priya.screen("asked-not");
    await priya.press("Go on");
    await priya.heading("Overview");
    await priya.follow("My work");
    await priya.page.getByRole("link", { name: /Somebody is not asked yet/ }).click();
    await priya.heading("Who knows about it?");
    await priya.page.getByLabel("not yet", { exact: true }).check();
    await priya.press("Go on");
    await priya.heading("Overview");
    await priya.follow("My work");
    await priya.page.getByRole("link", { name: /Ask, and say what this is: words you can use/ }).waitFor();
  });

  await priya.kept(new URL(KITH_PRIYA).port);
} finally {
  await browser.close();
}
