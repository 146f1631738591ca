// What happens while somebody writes, on the whole sample: quiet hints, private drafts, two windows, a lock, a program that goes away,
// and input that cannot be used. Started by tests/tests/writing.rs, which then looks for what must never have left this computer.
import assert from "node:assert/strict";
import { FORMS_IN_WORDS, Person, start, step } from "./browser.mjs";

const { KITH_PRIYA, KITH_NADIA, KITH_PRIYA_PROCESS } = process.env;
assert.ok(KITH_PRIYA && KITH_NADIA && KITH_PRIYA_PROCESS, "started by `cargo test -p kith-tests --test writing`");
const WORDS = "quixotic marmalade harpsichord";
const browser = await start();

const box = (one, label = "Write another") => one.page.getByLabel(label).first();
const hint = (one, word) => one.page.getByRole("button", { name: `Hint about “${word}”` });
const kept = (one, text = "") => one.page.waitForResponse(
  (answer) => answer.url().endsWith("/drafts") && answer.request().method() === "PUT" && answer.ok() && (answer.request().postData() ?? "").includes(text),
);

try {
  const priya = await Person.open(browser, "Priya", KITH_PRIYA);
  const nadia = await Person.open(browser, "Nadia", KITH_NADIA);
  for (const one of [priya, nadia]) {
    await one.follow("Larch");
    await one.heading("Overview");
  }

  await step("a colleague's newer Kith is said, and everything else works on", async () => {
    await priya.sees("A colleague writes with a newer Kith.");
  });

  await step("no hint on the word that is being typed; one quiet mark when it is written; the caret stays", async () => {
    await box(priya).click();
    await priya.page.keyboard.type("They stay near 14 Brookvale Row");
    await priya.page.waitForResponse((answer) => answer.url().endsWith("/hints"));
    assert.equal(await priya.page.locator(".kith-hints__one").count(), 0, "nothing while it is typed");
    await priya.page.keyboard.type(" until six.");
    await hint(priya, "14 Brookvale Row").waitFor();
    assert.equal(await priya.page.locator(".kith-writing__mark").count(), 1);
    assert.equal(await box(priya).evaluate((area) => area.selectionStart), "They stay near 14 Brookvale Row until six.".length);
    assert.equal(await priya.focused(), await priya.page.locator("label[for=first-text]").innerText(), "nothing takes the focus");
    await priya.screen("hint-quiet");
    // The box and the marks under it wrap alike: the mark stands where the words are.
    const [area, marks] = await priya.page.evaluate(() => [".kith-writing__box", ".kith-writing__marks"].map((name) => {
      const at = document.querySelector(name);
      return [at.clientWidth, getComputedStyle(at).fontSize, getComputedStyle(at).lineHeight, getComputedStyle(at).paddingLeft].join();
    }));
    assert.equal(area, marks);
  });

  await step("the hint opens by keyboard, with its reason; keep it is one press, and it is not asked about again", async () => {
    await priya.page.keyboard.press("Tab");
    assert.match(await priya.focused(), /Hint about/);
    await priya.page.keyboard.press("Enter");
    await priya.sees("This looks like an address.");
    await priya.screen("hint-open");
    await priya.press("Keep it");
    await hint(priya, "14 Brookvale Row").waitFor({ state: "detached" });
    await box(priya).fill("They meet at 14 Brookvale Row. They wait.");
    await priya.page.waitForResponse((answer) => answer.url().endsWith("/hints"));
    await priya.page.waitForTimeout(100);
    assert.equal(await hint(priya, "14 Brookvale Row").count(), 0, "kept words are not asked about again");
  });

  await step("a possible name is reworded by one press, and undo takes it back", async () => {
    await box(priya).fill("They wait for Keziah at the bus stop.");
    await hint(priya, "Keziah").click();
    await priya.press("Say “a friend”");
    assert.equal(await box(priya).inputValue(), "They wait for a friend at the bus stop.");
    await box(priya).press("Control+z");
    assert.match(await box(priya).inputValue(), /Keziah/);
    await box(priya).press("Control+y");
    assert.equal(await box(priya).inputValue(), "They wait for a friend at the bus stop.");
  });

  await step("a young person's own words are never checked", async () => {
    await priya.follow("Three sides");
    await priya.heading("Group functioning");
    await priya.page.getByRole("button", { name: "Change who said it and when" }).first().click();
    await priya.type("Who said it?", "a friend");
    await box(priya, "Write under Group functioning").fill("Keziah is kind to me.");
    const answer = await priya.page.waitForResponse((one) => one.url().endsWith("/hints"));
    assert.deepEqual(await answer.json(), { hints: [], not_checked: null, own_words: true });
    await box(priya, "Write under Group functioning").fill("");
  });

  await step("a draft stands on my work, goes on where it stood, and is nobody else's until it is added; then it can be taken back", async () => {
    await priya.follow("My work");
    await priya.page.getByRole("link", { name: "You have a draft in Larch" }).first().waitFor();
    // The emptied box under the side is no draft any more.
    await priya.page.getByRole("link", { name: "You have a draft in Larch" }).nth(1).waitFor({ state: "detached" });
    await priya.sees("A new entry under 1.6");
    await priya.screen("work-drafts");
    await priya.follow("You have a draft in Larch");
    await priya.heading("Overview");
    assert.equal(await box(priya).inputValue(), "They wait for a friend at the bus stop.");
    assert.equal(await nadia.page.getByText("They wait for a friend at the bus stop.").count(), 0);
    await priya.press("Add to assessment");
    await priya.page.locator(".kith-triangle").getByText("They wait for a friend at the bus stop.").first().waitFor();
    await priya.press("Take it back");
    await priya.sees("It is in the box again");
    assert.equal(await box(priya).inputValue(), "They wait for a friend at the bus stop.");
    await priya.press("Add to assessment");
    await nadia.page.locator(".kith-triangle").getByText("They wait for a friend at the bus stop.").first().waitFor();
  });

  await step("an edit from a draft joins what a colleague changed meanwhile, and the paragraph is marked", async () => {
    await priya.follow("Three sides");
    await nadia.follow("Three sides");
    const entry = (one) => one.page.getByRole("article", { name: /They are proud of the mural/ });
    await entry(priya).getByRole("button", { name: /^Edit/ }).click();
    await priya.page.getByLabel("Edit", { exact: true }).fill("They are very proud of the mural they painted in the underpass, and of having stayed friends through changes of home and school.");
    await entry(nadia).getByRole("button", { name: /^Edit/ }).click();
    await nadia.page.getByLabel("Edit", { exact: true }).fill("They are proud of the mural they painted in the underpass, and of having stayed friends through many changes of home and school.");
    await nadia.press("Update");
    await priya.sees("Somebody has changed this since you began.");
    await priya.screen("edit-overtaken");
    // A page that is loaded anew goes on from the same beginning.
    await priya.page.reload();
    await priya.type("Your passphrase", WORDS);
    await priya.press("Open");
    await priya.page.getByLabel("Edit", { exact: true }).waitFor();
    await priya.press("Update");
    await priya.page.getByText("They are very proud of the mural they painted in the underpass, and of having stayed friends through many changes").first().waitFor();
    await priya.sees("edited this apart, and it was put together. Read it once.");
    await priya.screen("edit-joined");
    await priya.press("I have looked");
  });

  await step("two windows on one draft: the other follows; where both wrote, both are kept until one is chosen", async () => {
    await priya.follow("Overview");
    await box(priya).fill("");
    const second = new Person("Priya again", await priya.page.context().newPage(), priya.heard);
    await second.page.goto(`${new URL(KITH_PRIYA).origin}/${new URL(priya.page.url()).hash}`);
    await second.type("Your passphrase", WORDS);
    await second.press("Open");
    await second.heading("Overview");
    await box(priya).fill("From the first window");
    await second.page.waitForFunction(() => document.querySelector("#first-text").value === "From the first window");
    // The second writes while the first cannot hear of it.
    await priya.page.route("**/api/**", (route) => route.abort());
    await box(priya).fill("From the first window, and more");
    const there = kept(second);
    await box(second).fill("From the second window");
    await there;
    await priya.page.unroute("**/api/**");
    await priya.page.getByRole("region", { name: "Written in another window" }).waitFor();
    await priya.screen("two-windows");
    await priya.press("Keep both");
    await second.page.waitForFunction(() => document.querySelector("#first-text").value === "From the second window\nFrom the first window, and more");
    await second.page.close();
  });

  await step("locked from elsewhere while typing: nothing is lost", async () => {
    const second = await priya.page.context().newPage();
    await box(priya).fill("");
    await kept(priya).catch(() => undefined);
    await second.goto(`${new URL(KITH_PRIYA).origin}/`);
    const other = new Person("Priya again", second, priya.heard);
    await other.type("Your passphrase", WORDS);
    await other.press("Open");
    await other.heading("My work");
    await priya.page.route("**/drafts", (route) => route.abort());
    await box(priya).fill("Typed in the very last moment");
    await other.press("Lock");
    await priya.heading("Kith is locked");
    assert.equal(await priya.page.getByText("very last moment").count(), 0, "the page is blank");
    await priya.page.unroute("**/drafts");
    await priya.type("Your passphrase", WORDS);
    await priya.press("Open");
    await priya.heading("Overview");
    assert.equal(await box(priya).inputValue(), "Typed in the very last moment");
    await second.close();
  });

  await step("the program does not answer for a while: it is said, typing goes on, and it is kept when it answers", async () => {
    await priya.page.context().setOffline(true);
    await box(priya).fill("Typed while nothing answers");
    await priya.sees("Kith does not answer on this computer.");
    await priya.sees("Not checked for names and the like just now.");
    await priya.page.context().setOffline(false);
    await kept(priya, "Typed while nothing answers");
    await priya.page.getByText("Kith does not answer on this computer.").waitFor({ state: "detached" });
    await priya.page.reload();
    await priya.type("Your passphrase", WORDS);
    await priya.press("Open");
    await priya.heading("Overview");
    assert.equal(await box(priya).inputValue(), "Typed while nothing answers");
  });

  await step("half a day, an empty entry, a text that is too long: what to do is said, and what was typed stays", async () => {
    await nadia.follow("Overview");
    await nadia.press("Add to assessment");
    await nadia.sees("There is a problem");
    await nadia.page.getByRole("link", { name: "Write a few words" }).waitFor();
    await nadia.screen("entry-empty");
    await box(nadia).fill("Since the half term.");
    await nadia.page.getByRole("button", { name: "Change who said it and when" }).first().click();
    // Which part of a day comes first depends on the browser's language: any beginning is no day yet.
    await nadia.page.getByLabel("When was it so?").pressSequentially("31");
    await nadia.press("Add to assessment");
    await nadia.page.getByRole("link", { name: /That is not a day/ }).waitFor();
    await nadia.screen("entry-day");
    assert.equal(await box(nadia).inputValue(), "Since the half term.");
    await nadia.page.getByLabel("When was it so?").fill("2026-02-14");
    const long = "word ".repeat(21_000);
    await box(nadia).fill(long);
    await nadia.sees("Not checked for names and the like: This text is too long to check");
    await nadia.press("Add to assessment");
    await nadia.page.getByRole("link", { name: /characters long; the most is 100000/ }).waitFor();
    assert.equal((await box(nadia).inputValue()).length, long.length);
    await box(nadia).fill("");
  });

  await step("the review before sharing lists what stands there; colleagues see numbers, never words", async () => {
    await nadia.follow("Overview");
    await box(nadia).fill("Someone waits at 22 Hollow Lane.");
    await nadia.press("Add to assessment");
    await nadia.sees("Added.");
    await nadia.follow("Share or print");
    await nadia.heading("Share or print");
    await nadia.page.getByText("22 Hollow Lane").first().waitFor();
    await nadia.screen("review");
    await nadia.page.getByRole("button", { name: /^Keep it.*22 Hollow Lane/ }).click();
    await nadia.page.getByText("something that leads to one person: 1 kept").first().waitFor();
    const file = nadia.page.waitForEvent("download");
    await nadia.press("Make the pages");
    assert.match((await file).suggestedFilename(), /^kith-assessment-[\d-]+\.html$/);
    await nadia.sees("Looked through before");
    await priya.follow("Share or print");
    await priya.page.getByText(/Nadia Sorrell, .*hints looked at/).first().waitFor();
  });

  await step("the program is ended: what was typed stays on the page, to be copied", async () => {
    await priya.follow("Overview");
    process.kill(Number(KITH_PRIYA_PROCESS), "SIGKILL");
    await box(priya).fill("Typed after the program ended");
    await priya.sees("Kith does not answer on this computer.");
    assert.equal(await box(priya).inputValue(), "Typed after the program ended");
    await priya.screen("program-gone");
  });

  await nadia.kept(new URL(KITH_NADIA).port);
  const screens = new Set([...priya.screens, ...nadia.screens]);
  console.log(`${screens.size} screens, ${FORMS_IN_WORDS}: no violation of WCAG 2.2 A or AA.`);
} finally {
  await browser.close();
}
