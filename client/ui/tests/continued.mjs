// Where an assessment cannot be used any more, its copy goes on. Started by tests/tests/continued.rs, which runs the programs.
import assert from "node:assert/strict";
import { Person, start, step } from "./browser.mjs";

const { KITH_NADIA, KITH_LARCH } = process.env;
assert.ok(KITH_NADIA && KITH_LARCH, "started by `cargo test -p kith-tests --test continued`");
const browser = await start();

try {
  const nadia = await Person.open(browser, "Nadia", KITH_NADIA);
  await nadia.heading("My work");
  const form = nadia.page.locator('form[id="go-on"]');

  await step("whoever was taken out reads so, and how to go on; without a reason nothing is made", async () => {
    await nadia.page.evaluate((id) => { location.hash = `/a/${id}/overview`; }, KITH_LARCH);
    await nadia.heading("Overview");
    await nadia.press("Go on in a new assessment");
    await form.getByRole("button", { name: "Go on in a new assessment" }).click();
    await form.getByText("Say why it cannot go on as it is.").first().waitFor();
    await nadia.screen("continue");
  });

  await step("with a reason it goes on: everything under the names of who wrote it, from what and why above every page", async () => {
    await form.getByLabel("Why can it not go on as it is?").fill("I was taken out by mistake, and she has left.");
    await form.getByRole("button", { name: "Go on in a new assessment" }).click();
    await nadia.heading("Team");
    await nadia.page.locator("[data-continued]").getByText("because: I was taken out by mistake, and she has left.").waitFor();
    assert.ok(!nadia.page.url().includes(KITH_LARCH), "another assessment");
    await nadia.page.getByText("It cannot go on here").waitFor();
    await nadia.screen("continued-team");
    await nadia.follow("Three sides");
    await nadia.sees("They wait for each other.");
    await nadia.sees(/Priya Marsh/);
    await nadia.page.evaluate(() => { location.hash = location.hash.replace(/\/sides.*/, "/history"); });
    await nadia.heading("History");
    await nadia.sees(/went on with it in a new group/);
  });

  await step("the old one is as it was", async () => {
    await nadia.page.evaluate((id) => { location.hash = `/a/${id}/overview`; }, KITH_LARCH);
    await nadia.heading("Overview");
    await nadia.press("Go on in a new assessment");
    assert.equal(await nadia.page.locator("[data-continued]").count(), 0);
  });
  await nadia.kept(new URL(nadia.page.url()).port);
} finally {
  await browser.close();
}
