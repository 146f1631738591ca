// "Write together": six questions and nothing else of Kith, until the passphrase. Started by tests/tests/together.rs.
import assert from "node:assert/strict";
import { Person, start, until } from "./browser.mjs";

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
  });

  await step("as on the phone, a voice note: not without the microphone, and thrown away or kept", async () => {
    await card("Say it out loud").click();
    await card("Start talking").click();
    await priya.sees("This page cannot use the microphone. That is fine. You can write or draw.");
    await page.context().grantPermissions(["microphone"], { origin: new URL(page.url()).origin });
    const talk = async () => {
      await card("Start talking").click();
      await priya.heading("Talk now.");
      await page.getByText("Seconds: 1 of 90").waitFor();
    };
    await talk();
    await priya.screen("together-talk", "Page");
    await card("Stop").last().click();
    await page.getByRole("heading", { name: /^Your voice note\. Seconds: \d$/ }).waitFor();
    await card("Throw it away").click();
    await talk();
    await card("Stop").last().click();
    await page.getByRole("heading", { name: /^Your voice note\. Seconds: \d$/ }).waitFor();
    assert.equal(await page.getByLabel("Type what you said, if you like.").inputValue(), "Marrowfen waits for me.");
    await card("Play it").click();
    await card("Stop playing").click();
    await priya.screen("together-talk-done", "Page");
    await card("Keep it and go on").click();
    await priya.heading("What is good about your friends?");
    await page.getByRole("button", { name: /^Your voice note\. Seconds: \d$/ }).waitFor();
  });

  await step("more of them: places, faces, skip", async () => {
    await card("Go on").click();
    await priya.heading("How does it go when you are all together?");
    await card("I can say no").click();
    await card("Skip").click();
    await priya.heading("Where do you feel OK, and where not?");
    await card("Park: OK").click();
    await card("Park: Not OK").click();
    assert.equal(await card("Park: OK").getAttribute("aria-pressed"), "false", "a place is one of four");
    await priya.screen("together-places", "Page");
  });

  await step("a map, by mouse and by keys, each mark in words beside it", async () => {
    await card("Draw a map").click();
    await priya.heading("Draw a map");
    let box;
    const point = (x, y) => [box.x + (box.width * x) / 1000, box.y + (box.height * y) / 1000];
    await card("Not OK").click();
    box = await page.locator(".paper").boundingBox();
    await page.mouse.click(...point(700, 300));
    await page.getByLabel("Mark 1: what is it?").fill("the canal steps");
    await card("A line").click();
    box = await page.locator(".paper").boundingBox();
    await page.mouse.move(...point(100, 100));
    await page.mouse.down();
    for (const at of [200, 300, 400]) await page.mouse.move(...point(at, at));
    await page.mouse.up();
    await card("OK").click();
    await page.locator(".board").focus();
    for (const key of ["ArrowDown", "ArrowLeft", "Enter"]) await page.keyboard.press(key);
    await page.getByLabel("Mark 2: what is it?").fill("the library");
    await priya.screen("together-map", "Page");
    await page.keyboard.press("Tab");
    await page.locator(".board").focus();
    await page.keyboard.press("Enter");
    await page.getByLabel("Mark 3: what is it?").waitFor();
    await card("Undo").click();
    assert.equal(await page.getByLabel("Mark 3: what is it?").count(), 0);
    await card("Keep it and go on").click();
    await card("Your map").waitFor();
  });

  await step("a reload loses nothing of it: the holder opens Kith again, and it goes on where it was", async () => {
    await card("Go on").click();
    await priya.heading("Is there an adult you would go to?");
    await page.getByLabel("Want to say more?").fill("The one at the kiosk.");
    await page.reload();
    await priya.heading("Kith is locked");
    assert.ok(!(await page.content()).includes("kiosk"));
    const [status, text] = await asks("/together/typed", "");
    assert.equal(status, 401, "without the page's own token it is not told");
    assert.ok(!text.includes("kiosk"));
    await page.getByLabel("Your passphrase").fill(KITH_PASSPHRASE);
    await card("Open").click();
    await priya.heading("Is there an adult you would go to?");
    await nothingElse("after a reload");
    assert.equal(await page.getByLabel("Want to say more?").inputValue(), "The one at the kiosk.");
    await priya.sees("4 of 6");
    for (let back = 0; back < 3; back += 1) await card("Back").click();
    await priya.heading("What is good about your friends?");
    assert.equal(await page.getByLabel("Want to say more?").inputValue(), "Marrowfen waits for me.");
    assert.equal(await card("They get me home").getAttribute("aria-pressed"), "true");
    await page.getByRole("button", { name: /^Your voice note\. Seconds: \d$/ }).waitFor();
    await card("Go on").click();
    await card("Skip").click();
    assert.equal(await card("Park: Not OK").getAttribute("aria-pressed"), "true");
    await card("Your map").click();
    assert.equal(await page.getByLabel("Mark 1: what is it?").inputValue(), "the canal steps");
    await card("Keep it and go on").click();
    const [locked] = await asks("/caseload");
    assert.equal(locked, 423, "it is still the only thing there is");
    await card("Go on").click();
    await priya.heading("Is there an adult you would go to?");
    await page.getByLabel("Want to say more?").fill("");
  });

  await step("the last steps", async () => {
    await card("Go on").click();
    await priya.heading("What should change first?");
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
    const only = part("What is good about your friends?").getByText("Only Priya or Colin can hear a voice note or see a drawing. Only typed words can be shared with the team.");
    await only.waitFor();
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

  await step("what was said aloud and drawn stands in the record like what comes by a link", async () => {
    const [, caseload] = await asks("/caseload");
    const { record } = JSON.parse(caseload).people.find((one) => one.known_as === "Tomek");
    await go(`/heard/${record}`);
    await page.getByRole("link", { name: /answers?, one voice note, one drawing/ }).click();
    await priya.sees("Written together, on this computer, with the holder there");
    await page.getByRole("heading", { name: "A voice note: What is good about your friends?" }).waitFor();
    await page.getByRole("heading", { name: "A drawing: Where do you feel OK, and where not?" }).waitFor();
    await page.getByText("Not OK: the canal steps").waitFor();
    await priya.screen("together-heard");
    await page.getByRole("link", { name: "My caseload", exact: true }).first().click();
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

  await step("left by the passphrase, nothing of it is there the next time", async () => {
    const begin = async () => {
      await page.locator("section", { has: page.getByRole("heading", { name: /Tomasz Harrowgill/ }) }).getByRole("button", { name: /^Write together/ }).click();
      await card("Begin").click();
      await card("Start").click();
      await priya.heading("What is good about your friends?");
      assert.equal(await page.getByLabel("Want to say more?").inputValue(), "");
      assert.deepEqual(JSON.parse((await asks("/together/typed"))[1]).answers.filter((one) => one.words || one.chosen.length > 0), []);
    };
    await begin();
    await page.getByLabel("Want to say more?").fill("Marrowfen once more");
    await card("For Priya").click();
    await page.getByLabel("Passphrase of whoever holds this computer").fill(KITH_PASSPHRASE);
    await card("Go back to Kith").click();
    await page.getByRole("heading", { name: /Tomasz Harrowgill/ }).waitFor();
    await go("/caseload");
    await begin();
    // "Stop" drops it in the program too, and a reload brings nothing back.
    await page.getByLabel("Want to say more?").fill("Marrowfen for the last time");
    await until("it is held", async () => (await asks("/together/typed"))[1].includes("for the last time"));
    await card("Stop").click();
    await priya.sees("Nothing was kept.");
    await until("it is not held", async () => !(await asks("/together/typed"))[1].includes("Marrowfen"));
    await card("For Priya").click();
    await page.getByLabel("Passphrase of whoever holds this computer").fill(KITH_PASSPHRASE);
    await card("Go back to Kith").click();
    await page.getByRole("heading", { name: /Tomasz Harrowgill/ }).waitFor();
  });

  await other.close();
  await priya.kept(new URL(page.url()).port);
} finally {
  await browser.close();
}
