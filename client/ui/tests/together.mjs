// "Write together": six questions and nothing else of Kith, until the passphrase. Started by tests/tests/together.rs.
import assert from "node:assert/strict";
import { Person, start } from "./browser.mjs";

const { KITH_PRIYA, KITH_LARCH, KITH_PASSPHRASE } = process.env;
assert.ok(KITH_PRIYA && KITH_LARCH && KITH_PASSPHRASE, "started by `cargo test -p kith-tests --test together`");
const browser = await start();
const NAMES = ["Keziah", "Ansah", "Tomasz", "Harrowgill", "Tomek", "Larch", "Marsh", "Kith", "caseload"];

async function step(name, does) {
  await does();
  console.log(`holds: ${name}`);
}

try {
  const priya = await Person.open(browser, "Priya", KITH_PRIYA);
  const { page } = priya;
  const go = (route) => page.evaluate((to) => { location.hash = to; }, route);
  const card = (name) => page.getByRole("button", { name, exact: true });
  const nothingElse = async (where) => {
    const seen = await page.locator("body").innerText();
    for (const name of NAMES) assert.ok(!seen.includes(name), `${where} shows "${name}"`);
    assert.equal(await page.title(), "Page");
    assert.equal(await page.locator(".kith-top, .kith-status, .kith-foot").count(), 0, "no bar, no status, no foot");
  };
  /** What the program itself answers to whoever has the page's own token. */
  let token = "";
  page.on("request", (request) => { token = request.headers()["x-kith-page"] ?? token; });
  const asks = (path, given = token) => page.evaluate(async ([path, given]) => {
    const answer = await fetch(`/api${path}`, { headers: { "x-kith-page": given } });
    return [answer.status, await answer.text()];
  }, [path, given]);

  await step("Voices offers it for a label that I hold, and says how one comes back", async () => {
    await priya.heading("My work");
    await go(`/a/${KITH_LARCH}/voices`);
    await priya.heading("Voices");
    await page.getByRole("heading", { name: "Ask", exact: true }).waitFor();
    await page.locator("li", { has: page.getByText("B", { exact: true }) }).getByRole("button", { name: /^Write together/ }).click();
    await priya.sees("You come back with your passphrase, and with nothing else.");
    await priya.screen("together-begin");
  });
  const other = await page.context().newPage();
  await other.goto(page.url());
  await page.bringToFront();

  await step("from then on there are six questions and nothing else", async () => {
    await page.getByRole("button", { name: "Begin", exact: true }).click();
    await priya.heading("Before you start");
    await nothingElse("the first screen");
    await page.waitForFunction(() => document.fullscreenElement !== null, undefined, { timeout: 5000 });
    await priya.screen("together-before", "Page");
  });

  await step("the program refuses everything else, for this page and for others", async () => {
    for (const path of ["/list", "/caseload", "/work", "/settings", "/guide", `/assessments/${KITH_LARCH}`, "/danger", "/computer", "/nothing"]) {
      const [status, text] = await asks(path);
      assert.equal(status, 423, path);
      for (const name of NAMES.slice(0, 7)) assert.ok(!text.includes(name), `${path} tells ${name}`);
    }
    const [status, text] = await asks("/state");
    assert.equal(status, 200);
    for (const name of NAMES.slice(0, 7)) assert.ok(!text.includes(name), `the state tells ${name}`);
    await go("/caseload");
    await priya.heading("Before you start");
    await nothingElse("another address");
    await other.getByRole("heading", { name: "Kith is locked" }).waitFor();
  });

  await step("Escape twice does not lead out", async () => {
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await nothingElse("after Escape");
  });

  await step("the steps are those of the phone: cards, places, faces, skip", async () => {
    await card("Start").click();
    await priya.heading("What is good about your friends?");
    await card("They get me home").click();
    await page.getByLabel("Want to say more?").fill("Marrowfen waits for me.");
    await priya.screen("together-cards", "Page");
    await card("Go on").click();
    await priya.heading("How does it go when you are all together?");
    await card("I can say no").click();
    await card("Skip").click();
    await priya.heading("Where do you feel OK, and where not?");
    await card("Park: OK").click();
    await card("Park: Not OK").click();
    assert.equal(await card("Park: OK").getAttribute("aria-pressed"), "false", "a place is one of four");
    await priya.screen("together-places", "Page");
    for (const title of ["Is there an adult you would go to?", "What should change first?"]) {
      await card("Go on").click();
      await priya.heading(title);
    }
    await card("Go on").click();
    await priya.heading("How do you feel about it all today?");
    assert.equal(await card("On this page, with my code word").count(), 0, "there is no code word here");
    await card("So-so").click();
    assert.equal(await page.getByText("Is it safe to text your phone?").count(), 0);
    await card("Text me to meet").click();
    await page.getByText("Is it safe to text your phone?").waitFor();
    await priya.screen("together-faces", "Page");
    await card("Go on").click();
    await priya.heading("This is what you want to say.");
  });

  await step("Arabic is read from the right; the holder's way out stays in English", async () => {
    await page.locator("#together-language").selectOption("ar");
    assert.equal(await page.evaluate(() => document.documentElement.dir), "rtl");
    await priya.screen("together-check-ar", "Page");
    await page.locator("#together-language").selectOption("en");
  });

  await step("they choose who can see each answer: how they feel is never for the team", async () => {
    const part = (name) => page.locator("section", { has: page.getByRole("heading", { name }) });
    assert.equal(await part("How do you feel about it all today?").getByLabel("The team, without my name").count(), 0);
    await part("What is good about your friends?").getByLabel("The team, without my name").check();
    await priya.screen("together-check", "Page");
  });

  await step("a wrong passphrase does not lead out, and nothing is lost by it", async () => {
    await card("For Priya").click();
    await page.getByLabel("Passphrase of whoever holds this computer").fill("not the passphrase");
    await card("Go back to Kith").click();
    await page.locator(".govuk-error-message").waitFor();
    await priya.screen("together-way-out", "Page");
    await nothingElseBut("Kith");
    await card("Stay here").click();
  });
  async function nothingElseBut(word) {
    const seen = await page.locator("body").innerText();
    for (const name of NAMES.filter((one) => one !== word)) assert.ok(!seen.includes(name), name);
  }

  await step("kept, and the computer is given back; a reload shows nothing else", async () => {
    await card("Keep it").click();
    await priya.heading("Thank you.");
    await priya.screen("together-kept", "Page");
    await page.reload();
    await priya.heading("Kith is locked");
    const [status] = await asks("/caseload");
    assert.equal(status, 423);
    const seen = await page.locator("body").innerText();
    for (const name of NAMES.slice(0, 7)) assert.ok(!seen.includes(name), name);
  });

  await step("the passphrase leads back, and then everything answers again", async () => {
    await page.getByLabel("Your passphrase").fill(KITH_PASSPHRASE);
    await card("Open").click();
    await page.getByRole("link", { name: "My caseload" }).click();
    await page.getByRole("heading", { name: /Tomasz Harrowgill/ }).waitFor();
  });

  await step("somebody in danger while they write: the passphrase leads to the numbers; what was typed and not kept is gone", async () => {
    await page.locator("section", { has: page.getByRole("heading", { name: /Tomasz Harrowgill/ }) }).getByRole("button", { name: /^Write together/ }).click();
    await card("Begin").click();
    await card("Start").click();
    await page.getByLabel("Want to say more?").fill("Marrowfen again");
    await card("For Priya").click();
    await priya.sees("What was typed and not kept goes.");
    await page.getByLabel("Passphrase of whoever holds this computer").fill(KITH_PASSPHRASE);
    await card("Someone in danger now").click();
    await priya.heading("Someone in danger now");
    assert.ok(!(await page.content()).includes("Marrowfen again"));
    assert.equal(await page.evaluate(() => document.fullscreenElement), null);
    await priya.press("Back");
    await priya.heading("My caseload");
  });

  await other.close();
  await priya.kept(new URL(page.url()).port);
} finally {
  await browser.close();
}
