// "Why this group?" before there is an assessment: kept as typed, over the lock and the end of the program. Started twice by
// tests/tests/kept.rs, which ends the program in between.
import assert from "node:assert/strict";
import { Person, start, step } from "./browser.mjs";

const { KITH_PRIYA, KITH_PART, KITH_WORDS } = process.env;
assert.ok(KITH_PRIYA && KITH_PART && KITH_WORDS, "started by `cargo test -p kith-tests --test kept`");
const browser = await start();

const BETTER = "They can spend their evenings without being frightened.";
const WRONG = "The friends could be labelled.";

try {
  const priya = await Person.open(browser, "Priya", KITH_PRIYA);
  await priya.heading("My work");
  const better = () => priya.page.getByLabel("What should be better for these young people at the end?");
  const wrong = () => priya.page.getByLabel("What could go wrong for them because we looked, and what will you do about that?");
  const stands = async () => {
    await priya.heading("Why this group?");
    assert.equal(await better().inputValue(), BETTER);
    assert.equal(await wrong().inputValue(), WRONG);
    assert.ok(await priya.page.getByLabel("Several of us have noticed things over time").isChecked());
    assert.ok(await priya.page.getByLabel("Talk with the young people").isChecked());
    assert.equal(await priya.page.getByLabel("A name for it").inputValue(), "Rowan");
  };

  if (KITH_PART === "typed") {
    await step("typed, then locked at once by a key: all of it is there after the passphrase", async () => {
      await priya.press("Start an assessment");
      await priya.heading("Why this group?");
      await priya.page.getByLabel("Several of us have noticed things over time").check();
      await priya.page.getByLabel("Talk with the young people").check();
      await priya.page.getByLabel("A name for it").fill("Rowan");
      await better().fill(BETTER);
      await wrong().fill(WRONG);
      await priya.press("Lock");
      await priya.heading("Kith is locked");
      assert.equal(await priya.page.getByText(BETTER).count(), 0, "the page is blank");
      await priya.type("Your passphrase", KITH_WORDS);
      await priya.press("Open");
      await stands();
      await priya.screen("why-kept");
    });
  } else {
    await step("after the program was ended it waits among my drafts, and goes on where it stood", async () => {
      await priya.follow("You have a draft in an assessment that is not open yet");
      await stands();
    });
    await step("once the assessment is open, the draft is gone", async () => {
      await priya.page.getByLabel("What have you tried, or ruled out, that asks less of them?").fill("Each worker alone.");
      await priya.press("Open the assessment");
      await priya.heading("Who knows about it?");
      for (const words of ["Yes, all", "Some of them", "Not yet"]) {
        assert.equal(await priya.page.getByLabel(words, { exact: true }).count(), 1, `“${words}” begins with a capital`);
      }
      await priya.follow("My work");
      await priya.heading("My work");
      assert.equal(await priya.page.getByText("You have a draft").count(), 0);
    });
  }
  await priya.kept(new URL(priya.page.url()).port);
} finally {
  await browser.close();
}
