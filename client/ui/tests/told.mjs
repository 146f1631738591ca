// The one line that is asked for on the next working day after somebody was in danger. Started by tests/tests/deciding.rs on the day
// itself and in apps whose day is one, two and three weeks later.
import assert from "node:assert/strict";
import { Person, start, step } from "./browser.mjs";

const { KITH_PRIYA, KITH_NADIA, KITH_LARCH, KITH_DAY } = process.env;
assert.ok(KITH_PRIYA && KITH_LARCH && KITH_DAY, "started by `cargo test -p kith-tests --test deciding`");
const browser = await start();
const ASKED = "Someone was in danger. In one line: what did you share, with whom, why?";

try {
  const priya = await Person.open(browser, "Priya", KITH_PRIYA);
  const press = async () => {
    await priya.press("Someone in danger now");
    await priya.heading("Someone in danger now");
    await priya.press("Show real names of people I hold");
    await priya.sees("Keziah Ansah-Rowe");
  };
  const line = () => priya.page.locator("li", { hasText: ASKED });
  const waits = async () => {
    await priya.follow("My work");
    await priya.heading("My work");
    await line().getByText(/^was due /).waitFor();
  };
  const say = async (what, whom, why) => {
    await priya.type("What did you share?", what);
    await priya.type("With whom?", whom);
    await line().getByLabel("Why?").fill(why);
  };
  const keep = (where) => priya.page.getByLabel("Where should it stand?").selectOption({ label: where });

  if (KITH_DAY === "0") {
    await step("two presses show whom to ring; nothing is asked on the way, nor on the same day", async () => {
      await press();
      await priya.press("Back");
      await priya.follow("My work");
      await priya.heading("My work");
      assert.equal(await line().count(), 0);
    });
  }
  if (KITH_DAY === "7") {
    const nadia = await Person.open(browser, "Nadia", KITH_NADIA);
    await step("days later it waits in my work, and says since when", async () => {
      await waits();
      await priya.screen("told-waits");
    });

    await step("the line needs a place; what was typed stays; colleagues read what was shared, with whom and why", async () => {
      await line().getByRole("button", { name: "Say what was shared" }).click();
      await say("where they meet and when", "police, 999", "somebody was being followed");
      await line().getByRole("button", { name: "Keep the line" }).click();
      await priya.sees("Choose where the line should stand.");
      await priya.screen("told-form");
      assert.equal(await priya.page.getByLabel("What did you share?").inputValue(), "where they meet and when");
      await keep("In Larch, where colleagues see it");
      await line().getByRole("button", { name: "Keep the line" }).click();
      await line().waitFor({ state: "detached" });
      await nadia.page.evaluate((to) => { location.hash = to; }, `/a/${KITH_LARCH}/share`);
      await nadia.heading("Share or print");
      await nadia.sees("where they meet and when, with police, 999.");
      await nadia.sees("somebody was being followed");
      await nadia.screen("shared-outside");
      await press();
    });
  }
  if (KITH_DAY === "14") {
    const nadia = await Person.open(browser, "Nadia", KITH_NADIA);
    await step("it may stand in one young person's record instead, where colleagues do not see it", async () => {
      await waits();
      await line().getByRole("button", { name: "Say what was shared" }).click();
      await keep("In the record of Keziah Ansah-Rowe");
      await say("her address", "ambulance", "she had fainted");
      await line().getByRole("button", { name: "Keep the line" }).click();
      await line().waitFor({ state: "detached" });
      await priya.follow("My caseload");
      await priya.sees("her address, with ambulance.");
      await nadia.page.evaluate((to) => { location.hash = to; }, `/a/${KITH_LARCH}/share`);
      await nadia.sees("where they meet and when, with police, 999.");
      assert.equal(await nadia.page.getByText("her address").count(), 0);
      await press();
    });
  }
  if (KITH_DAY === "21") {
    await step("nothing was shared: one press, and it is not asked again", async () => {
      await waits();
      await line().getByRole("button", { name: "Nothing was shared" }).click();
      await line().waitFor({ state: "detached" });
      await priya.follow("My caseload");
      await priya.follow("My work");
      await priya.heading("My work");
      assert.equal(await line().count(), 0);
    });
  }
  await priya.kept(new URL(KITH_PRIYA).port);
} finally {
  await browser.close();
}
