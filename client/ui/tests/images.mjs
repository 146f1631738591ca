// The pictures of README and the guide. Started by `cargo xtask images`. Takes every page that the top bar and the assessment's own
// navigation lead to, so that a new page has its picture without a word here: `overview.png` for Overview, `three-sides.png`, …
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Person, start } from "./browser.mjs";

const { KITH_PRIYA, KITH_NADIA, KITH_DELROY, KITH_LARCH, KITH_IMAGES } = process.env;
assert.ok(KITH_PRIYA && KITH_NADIA && KITH_DELROY && KITH_LARCH && KITH_IMAGES, "started by `cargo xtask images`");
const browser = await start();
const WIDE = { width: 1040, height: 720 };
const HALF = { width: 480, height: 400 };
const SENTENCE = "The kiosk keeper has begun to save them a seat by the heater.";

const fileOf = (name) => join(KITH_IMAGES, `${name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "")}.png`);

/** The page as somebody sees it who was not told of the demo. */
async function plain(page) {
  await page.evaluate(() => {
    for (const aside of document.querySelectorAll(".kith-beside")) aside.hidden = true;
    document.activeElement?.blur();
  });
  await page.waitForTimeout(150);
}

async function take(person, name, options = {}) {
  await plain(person.page);
  await person.page.screenshot({ path: fileOf(name), ...options });
  console.log(name);
}

/** Goes to a page, and waits until it is there. */
async function go(person, route) {
  await person.page.evaluate((to) => (location.hash = to), route);
  await person.page.getByRole("heading", { level: 1 }).first().waitFor();
  await person.page.waitForTimeout(700);
  await person.page.evaluate(() => scrollTo(0, 0));
}

try {
  const priya = await Person.open(browser, "Priya", KITH_PRIYA);
  await priya.page.setViewportSize(WIDE);
  await priya.heading("Overview");

  // Every page of the assessment, then every page of the top bar.
  const inside = priya.page.getByRole("navigation", { name: "Pages of the assessment" }).getByRole("link");
  const top = priya.page.getByRole("navigation", { name: "Kith" }).getByRole("link");
  // Pages without a tab of their own are reached from the overview.
  const from = priya.page.locator(`main a[href^="#/a/${KITH_LARCH}/"]`);
  const pages = new Map();
  for (const links of [inside, from, top]) {
    for (const link of await links.all()) {
      const route = (await link.getAttribute("href")).slice(1);
      if (/^\/(a\/[a-z2-7]{26}\/)?[a-z]+$/.test(route) && !pages.has(route)) pages.set(route, (await link.innerText()).replace(/\(\d+\)|\/.*/g, ""));
    }
  }
  assert.ok(pages.size >= 8, `too few pages were found: ${[...pages.keys()]}`);
  for (const [route, name] of pages) {
    await go(priya, route);
    // The folder of a temporary demo says nothing to a reader.
    await priya.page.evaluate(() => {
      for (const text of document.querySelectorAll(".govuk-\\!-text-break-word")) if (text.textContent.includes("/")) text.textContent = "~/.local/share/kith";
    });
    await take(priya, name);
  }

  await priya.page.emulateMedia({ colorScheme: "dark" });
  await go(priya, `/a/${KITH_LARCH}/overview`);
  await take(priya, "overview dark");
  await priya.page.emulateMedia({ colorScheme: "light" });

  await priya.press("Someone in danger now");
  await take(priya, "someone in danger now");

  // A link for a colleague, with its code.
  await priya.press("Back");
  await go(priya, `/a/${KITH_LARCH}/team`);
  await priya.type("Name and agency", "Alys Penhallow, hospital school");
  await priya.press("Make the link");
  const link = priya.page.getByRole("region", { name: "The link to send" });
  await link.getByRole("img").waitFor();
  await plain(priya.page);
  await link.screenshot({ path: fileOf("invite") });

  // Two people, one assessment: Delroy writes, and it stands at Nadia's.
  const nadia = await Person.open(browser, "Nadia", KITH_NADIA);
  const delroy = await Person.open(browser, "Delroy", KITH_DELROY);
  for (const person of [nadia, delroy]) {
    await person.page.setViewportSize(HALF);
    await go(person, `/a/${KITH_LARCH}/sides/2`);
  }
  await delroy.page.locator("textarea").first().fill(SENTENCE);
  await delroy.page.getByLabel("Where it goes").first().selectOption("2.3");
  await delroy.page.getByRole("button", { name: "Add to assessment" }).first().click();
  const halves = [];
  for (const person of [delroy, nadia]) {
    await person.page.getByText(SENTENCE).first().waitFor();
    await plain(person.page);
    await person.page.getByRole("region", { name: /^2\.3/ }).scrollIntoViewIfNeeded();
    await person.page.getByText(SENTENCE).first().evaluate((text) => text.scrollIntoView({ block: "center" }));
    halves.push(await person.page.screenshot());
  }
  const both = await (await browser.newContext({ viewport: { width: 2 * HALF.width + 36, height: HALF.height + 24 } })).newPage();
  const images = halves.map((half) => `<img src="data:image/png;base64,${half.toString("base64")}" style="border:1px solid #8a9299;border-radius:6px">`);
  await both.setContent(`<body style="margin:12px;display:flex;gap:10px;background:#dfe4e8">${images.join("")}`);
  await both.screenshot({ path: fileOf("together") });
  assert.ok(readFileSync(fileOf("together")).length > 10_000);
} finally {
  await browser.close();
}
