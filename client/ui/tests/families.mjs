// Plain words, a version for a young person from review to taken back, and a no that came by a link. Started by tests/tests/families.rs.
import assert from "node:assert/strict";
import { Person, start } from "./browser.mjs";

const { KITH_PRIYA, KITH_LARCH } = process.env;
assert.ok(KITH_PRIYA && KITH_LARCH, "started by `cargo test -p kith-tests --test families`");
const browser = await start();

async function step(name, does) {
  await does();
  console.log(`holds: ${name}`);
}
const go = (person, route) => person.page.evaluate((to) => { location.hash = to; }, route);

try {
  const priya = await Person.open(browser, "Priya", KITH_PRIYA);
  await priya.heading("My work");

  await step("a no by a link is in the caseload as theirs, with every word that they were shown, and its task waits", async () => {
    await go(priya, "/caseload");
    await priya.heading("My caseload");
    await priya.sees("No, from the young person.");
    await priya.sees("by link, on");
    await priya.sees("Decide by");
    await priya.page.getByText("What they were shown").first().click();
    await priya.sees("Are you happy to take part?");
    await priya.screen("families-no");
    await priya.follow("My work");
    await priya.heading("My work");
    await priya.sees("Decide with a lead how to go on with A after a no");
  });

  await step("parts are put into plain words, and how hard they are to read is said while they are written", async () => {
    await go(priya, `/a/${KITH_LARCH}/overview`);
    await priya.follow("For young people and families");
    await priya.heading("For young people and families");
    await priya.sees("No plain words yet.");
    const parts = priya.page.getByRole("button", { name: /^Put it into plain words/ });
    await priya.press(/^Put it into plain words ?: Summary/);
    const words = priya.page.getByLabel("In plain words");
    await words.fill("Notwithstanding multiagency considerations, environmental vulnerabilities necessitate coordinated organisational interventions.");
    await priya.sees(/^Could be easier to read/);
    await words.fill("Keziah and you look after each other.");
    await priya.sees(/^Easy to read/);
    await priya.screen("families-plain");
    await priya.press("Confirm these words");
    await priya.sees(/^Confirmed by Priya Marsh/);
    await words.waitFor({ state: "detached" });
    for (let left = await parts.count(); left > 0; left -= 1) {
      await parts.first().click();
      await priya.press("Confirm these words");
      await words.waitFor({ state: "detached" });
    }
    assert.equal(await parts.count(), 0);
  });

  const share = priya.page.locator("#share-version");
  await step("a lead looks at exactly what they will see, and decides about each name once", async () => {
    await share.getByLabel("A", { exact: true }).check();
    await share.getByRole("button", { name: "Look at it" }).click();
    const seen = share.getByRole("region", { name: "This is exactly what they will see" });
    await seen.getByText("Keziah and you look after each other.").waitFor();
    await seen.getByText("Zanderquill gets me home.").waitFor();
    assert.equal(await seen.getByText("Ferrowick").count(), 0, "nobody else's words");
    await share.getByText("a name from your caseload").waitFor();
    assert.equal(await share.getByRole("button", { name: "Share exactly this" }).count(), 0, "not before it is decided");
    await priya.screen("families-review");
    await share.getByRole("button", { name: /^Say .a friend. everywhere/ }).click();
    await seen.getByText("A friend and you look after each other.").waitFor();
  });

  await step("somebody could be in danger: nothing is shared; nobody would: it is, as it was looked at", async () => {
    await share.getByRole("button", { name: "Share exactly this" }).click();
    await share.getByText("Answer first").first().waitFor();
    await share.getByLabel("somebody would be in danger").check();
    await share.getByRole("button", { name: "Share exactly this" }).click();
    await share.getByText(/kitchen table: it is not shared/).first().waitFor();
    await priya.screen("families-kitchen-table");
    await share.getByLabel("nobody would be in danger").check();
    await share.getByRole("button", { name: "Share exactly this" }).click();
    await priya.sees("Shared with A.");
    await priya.sees("what they read now");
    await priya.sees("Kitchen table: nobody would be in danger.");
    await priya.screen("families-shared");
  });

  await step("a version is taken back with a reason, and stays listed", async () => {
    await priya.press(/^Take it back/);
    const back = priya.page.locator('form[id^="back-"]');
    await back.getByRole("button", { name: "Take it back" }).click();
    await back.getByText("Say why, in a few words.").first().waitFor();
    await back.getByLabel("Why is it taken back?").fill("It names a place.");
    await back.getByRole("button", { name: "Take it back" }).click();
    await priya.sees("Taken back by Priya Marsh: It names a place.");
    await priya.screen("families-back");
  });

  await priya.kept(new URL(KITH_PRIYA).port);
  console.log(`${priya.screens.size} screens, each in five forms: no violation of WCAG 2.2 A or AA.`);
} finally {
  await browser.close();
}
