// The pages that show the practice, on the whole sample: what a lead and a colleague see and do there, by clicks and keys. Started by
// tests/tests/pages.rs, which writes the sample and runs the programs.
import assert from "node:assert/strict";
import { FORMS_IN_WORDS, Person, start, step, until } from "./browser.mjs";
import { agreement, history, life, plan, voices, weighting } from "./pages/steps.mjs";

const { KITH_PRIYA, KITH_NADIA } = process.env;
assert.ok(KITH_PRIYA && KITH_NADIA, "started by `cargo test -p kith-tests --test pages`");
const portOf = (address) => new URL(address).port;
const browser = await start();

try {
  const priya = await Person.open(browser, "Priya", KITH_PRIYA);
  const nadia = await Person.open(browser, "Nadia", KITH_NADIA);
  const both = { priya, nadia };

  await step("my work: one list in the order of the page, then my assessments", async () => {
    await priya.heading("My work");
    await priya.sees("What needs me");
    await priya.page.getByRole("link", { name: /Say what was done with what a friend said/ }).waitFor();
    const titles = await priya.page.locator(".kith-needs__title").allInnerTexts();
    const order = ["What young people and parents said", "Two versions to choose from", "May be out of date"];
    assert.deepEqual(titles.map((title) => title.replace(/ \(\d+\)$/, "")).filter((title) => order.includes(title)), order, titles.join());
    assert.equal(await priya.page.getByText("Light on the canal path").count(), 0, "an action of another agency is not my work");
    await priya.screen("work-sample");
  });

  await step("overview: the triangle at a glance, with summary, quotations, weighting and what nobody asked", async () => {
    await priya.follow("Larch");
    await priya.heading("Overview");
    await priya.sees("These friends look after each other");
    const sides = priya.page.locator(".kith-triangle__side");
    assert.deepEqual(await sides.locator(".kith-turn-word").allInnerTexts().then((all) => all.map((one) => one.split(/[:\n]/)[0])), ["Then", "Next", "First"]);
    await sides.nth(0).getByText("when the older ones are there you do not decide anything").first().waitFor();
    await sides.nth(2).getByText("Just put lights on the canal").first().waitFor();
    const widths = await sides.evaluateAll((all) => all.map((one) => Number.parseFloat(getComputedStyle(one).borderTopWidth)));
    assert.ok(widths[2] > widths[1] && widths[1] > widths[0], `first is thickest: ${widths}`);
    assert.equal(await sides.nth(0).locator(".kith-entry--strength").count(), 2, "the two newest strengths");
    await sides.nth(0).getByText("Parents’ and carers’ view: not yet asked").first().waitFor();
    await priya.sees("Nothing new from others.");
    await priya.screen("overview-sample");
  });

  await step("since I last looked: what a colleague adds is told until I say that I have looked", async () => {
    await nadia.follow("Larch");
    await nadia.type("Write another", "The last two lessons on Fridays are calm.");
    await nadia.press("Add to assessment");
    await priya.sees("added a strength under 1.6");
    await priya.page.getByRole("region", { name: "Since you last looked" }).getByText("Nadia Sorrell").first().waitFor();
    await priya.screen("overview-since");
    await priya.press("I have looked");
    await priya.sees("Nothing new from others.");
  });

  await step("on a narrow screen the pages are a menu with the same words", async () => {
    const { page } = priya;
    await page.setViewportSize({ width: 320, height: 640 });
    const menu = page.getByRole("navigation", { name: "Pages of the assessment" });
    assert.equal(await menu.getByRole("link", { name: "Voices" }).isVisible(), false);
    await menu.getByRole("button", { name: "Overview" }).press("Enter");
    await menu.getByRole("link", { name: "Voices" }).waitFor();
    await priya.screen("menu-open");
    await page.setViewportSize({ width: 320, height: 640 });
    await menu.getByRole("link", { name: "Voices" }).click();
    await priya.heading("Voices");
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  await step("the purpose stands above every page, on screen and on paper", async () => {
    const id = /#\/a\/([^/]+)\//.exec(await priya.page.evaluate(() => location.hash))[1];
    const pages = [
      "overview", "sides/1", "sides/2", "sides/3", "sides/weighting", "sides/summary", "sides/agreement", "voices", "picture", "plan", "meetings", "team",
      "history", "asked", "share", "versions", "look-again", "notes", "why",
    ];
    for (const media of ["screen", "print"]) {
      await priya.page.emulateMedia({ media });
      for (const page of pages) {
        await priya.page.evaluate((to) => { location.hash = to; }, `/a/${id}/${page}`);
        await until(`${page}, ${media}: the purpose stands above the heading`, () => priya.page.evaluate((hash) => {
          const [purpose, heading] = [document.querySelector(".kith-head__purpose"), document.querySelector("main h1")];
          if (location.hash !== hash || !purpose || !heading) return "not there";
          const [above, below] = [purpose.getBoundingClientRect(), heading.getBoundingClientRect()];
          return (purpose.textContent.includes("can spend their evenings together without being frightened") && above.height > 0 && above.bottom <= below.top) || heading.textContent;
        }, `#/a/${id}/${page}`));
      }
    }
    await priya.page.emulateMedia({ media: "screen" });
    await priya.follow("Picture");
    await priya.page.locator("svg.kith-picture").first().waitFor();
    await priya.follow("Voices");
    await priya.heading("Voices");
  });

  await voices(step, both);
  await plan(step, both);
  await weighting(step, both);
  await agreement(step, both);
  await history(step, both);
  await life(step, both);

  for (const [one, address] of [[priya, KITH_PRIYA], [nadia, KITH_NADIA]]) await one.kept(portOf(address));
  console.log(`${new Set([...priya.screens, ...nadia.screens]).size} screens, ${FORMS_IN_WORDS}: no violation of WCAG 2.2 A or AA.`);
} finally {
  await browser.close();
}
