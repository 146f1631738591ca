// Two colleagues: one asks the other to choose between two versions; one writes with a newer Kith. Started by
// tests/tests/colleagues.rs, which runs the programs.
import assert from "node:assert/strict";
import { Person, start, step } from "./browser.mjs";

const { KITH_PRIYA, KITH_DELROY, KITH_LARCH } = process.env;
assert.ok(KITH_PRIYA && KITH_DELROY && KITH_LARCH, "started by `cargo test -p kith-tests --test colleagues`");
const browser = await start();

try {
  const priya = await Person.open(browser, "Priya", KITH_PRIYA);
  const delroy = await Person.open(browser, "Delroy", KITH_DELROY);
  const go = async (person, page, heading) => {
    await person.page.evaluate((to) => { location.hash = to; }, `/a/${KITH_LARCH}/${page}`);
    await person.heading(heading);
  };
  for (const person of [priya, delroy]) await person.heading("My work");

  await step("a document of a newer Kith says so, what is safe and what to do; reading and writing go on", async () => {
    await go(priya, "overview", "Overview");
    await priya.sees("A colleague writes with a newer Kith.");
    await priya.sees(/it is kept\. Update Kith to see it, and go on writing meanwhile/);
    await priya.screen("newer-document");
    await priya.sees("They have a rule of their own");
    await priya.page.getByLabel("Write another").first().fill("They share their lunch.");
    await priya.press("Add to assessment");
    await go(delroy, "overview", "Overview");
    await delroy.sees("They share their lunch.");
  });

  await step("where there are two versions somebody can be asked to choose: it stands in their list and no other", async () => {
    for (const person of [priya, delroy]) {
      await person.follow("My work");
      await person.page.getByRole("link", { name: /^Choose between two versions/ }).first().waitFor();
    }
    await go(priya, "versions", "Two versions");
    await priya.page.getByLabel("Who is to choose?").first().selectOption({ label: "Delroy Finch" });
    await priya.sees("Priya Marsh asked Delroy Finch. Anybody may still choose.");
    await priya.screen("two-versions-asked");
    await delroy.page.getByRole("link", { name: /^Choose between two versions.*Priya Marsh asked you to choose/ }).waitFor();
    await priya.follow("My work");
    await priya.heading("My work");
    await priya.page.getByRole("link", { name: /^Choose between two versions/ }).waitFor({ state: "detached" });
  });

  await step("anybody may choose all the same, and who did is shown", async () => {
    await go(priya, "versions", "Two versions");
    await priya.press(/^Keep this one/);
    await priya.page.locator("[data-chosen]").getByText(/^Priya Marsh chose “/).waitFor();
    await go(delroy, "versions", "Two versions");
    await delroy.page.locator("[data-chosen]").getByText(/^Priya Marsh chose “/).waitFor();
    await delroy.sees("There is nothing to choose now.");
  });
  for (const person of [priya, delroy]) await person.kept(new URL(person.page.url()).port);
} finally {
  await browser.close();
}
