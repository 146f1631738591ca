// Saying more: a voice note, a map, their own circle, a code in the place of a link; and leaving each of these. The relay's test
// (server/tests/relay/saying.rs) starts it, and looks at the other end.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { Phone, start } from "./browser.mjs";

const address = process.env.KITH_LINK;
const secret = address.slice(address.indexOf("#") + 1);
const page = address.slice(0, address.indexOf("#"));
const told = process.env.KITH_TOLD;
const CANARY = "zebra lights on the canal";
const browser = await start();

/** To the first question; the microphone is asked for and may be used. */
async function begun(allowed = true) {
  const phone = await Phone.open(browser, address, { flows: true });
  if (allowed) await phone.context.grantPermissions(["microphone"], { origin: phone.origin });
  await phone.heading("Before you start");
  await phone.press("Start");
  await phone.heading("What is good about your friends?");
  return phone;
}

async function talk(phone) {
  await phone.press("Start talking");
  await phone.heading("Talk now.");
  await phone.sees(/^Seconds: [12] of 90$/);
}

/** A screen in the three languages, with the writing from the right in one of them. */
async function inEveryLanguage(phone, name) {
  for (const code of ["cy", "ar", "en"]) {
    await phone.page.locator("#language").selectOption(code);
    assert.equal(await phone.page.evaluate(() => document.documentElement.dir), code === "ar" ? "rtl" : "ltr");
    await phone.screen(code === "en" ? name : `${name}-${code}`);
  }
}

async function toPlaces(phone) {
  await phone.press("Go on");
  await phone.press("Go on");
  await phone.heading("Where do you feel OK, and where not?");
}

/** A line by mouse, a mark by mouse, a mark and a line by keys. */
async function drawMap(phone) {
  const { page } = phone;
  await phone.press("Draw a map");
  await phone.heading("Draw a map");
  const box = await page.locator(".paper").boundingBox();
  const at = (x, y) => [box.x + (x / 1000) * box.width, box.y + (y / 1000) * box.height];
  await phone.press("A line");
  await page.mouse.move(...at(100, 100));
  await page.mouse.down();
  for (let step = 1; step <= 8; step += 1) await page.mouse.move(...at(100 + step * 100, 100));
  await page.mouse.up();
  await phone.press("Not OK");
  await page.mouse.click(...at(500, 300));
  await page.getByLabel("Mark 1: what is it?").fill("canal steps");
  await phone.press("OK");
  await page.getByRole("application", { name: "The paper" }).focus();
  for (const key of ["ArrowLeft", "ArrowLeft", "ArrowDown", "Enter"]) await page.keyboard.press(key);
  assert.ok(await page.getByLabel("Mark 2: what is it?").evaluate((input) => input === document.activeElement), "words are asked for at once");
  await page.keyboard.type("library");
  await page.locator("#how-1").selectOption("depends");
  await phone.press("A line");
  await page.getByRole("application", { name: "The paper" }).focus();
  for (const key of ["Enter", "ArrowRight", "ArrowRight", "Enter"]) await page.keyboard.press(key);
  assert.equal(await page.locator(".paper polyline").count(), 2);
  await phone.press("Undo");
  assert.equal(await page.locator(".paper polyline").count(), 1);
  assert.equal(await page.locator(".paper g").count(), 2);
}

/** Who matters, wholly by keys. */
async function drawCircle(phone) {
  const { page } = phone;
  const open = page.getByRole("button", { name: "Draw who matters to you" });
  await open.focus();
  await page.keyboard.press("Enter");
  await phone.heading("Who matters to you");
  for (const [kind, words, ring] of [["Add a person", "Nan", 0], ["Add a person", "Marigold Pettifer", 1], ["Add a place", "the hub", 1]]) {
    await page.getByRole("button", { name: kind }).focus();
    await page.keyboard.press("Enter");
    await page.keyboard.type(words);
    await page.keyboard.press("Tab");
    for (let key = 0; key < 1 - ring; key += 1) await page.keyboard.press("ArrowUp");
  }
}

const phases = {
  async say() {
    let phone = await begun(false);
    await phone.press("Say it out loud");
    await phone.sees("Only Priya or Colin can hear it.");
    await phone.screen("talk");
    await phone.press("Start talking");
    await phone.sees("This page cannot use the microphone. That is fine. You can write or draw.");
    await phone.screen("talk-not-allowed");
    await phone.context.close();

    phone = await begun();
    await phone.press("Say it out loud");
    await talk(phone);
    await inEveryLanguage(phone, "talk-now");
    await phone.press("Stop");
    await phone.heading(/^Your voice note\. Seconds: \d$/);
    await phone.press("Play it");
    await phone.press("Stop playing");
    await phone.press("Play it");
    await phone.page.getByRole("button", { name: "Play it" }).waitFor();
    await inEveryLanguage(phone, "talk-done");
    await phone.press("Throw it away");
    await talk(phone);
    await phone.press("Stop");
    await phone.page.getByLabel("Type what you said, if you like.").fill(CANARY);
    await phone.press("Keep it and go on");
    assert.equal(await phone.page.getByLabel("Want to say more?").inputValue(), CANARY, "what was typed stands with the rest");
    await phone.page.getByRole("button", { name: /^Your voice note/ }).waitFor();
    await phone.screen("step-with-voice");
    await toPlaces(phone);
    await drawMap(phone);
    await inEveryLanguage(phone, "map");
    await phone.press("Keep it and go on");
    await phone.page.getByRole("button", { name: "Your map" }).waitFor();
    // A second drawing, thrown away.
    await phone.press("Go on");
    await phone.press("Draw it");
    await phone.page.locator(".paper").click();
    await phone.press("Throw it away");
    for (let step = 4; step <= 6; step += 1) await phone.press("Go on");
    await phone.heading("This is what you want to say.");
    assert.equal(await phone.page.getByText("Only Priya or Colin can hear a voice note or see a drawing. Only typed words can be shared with the team.").count(), 2);
    const places = phone.page.locator("section", { has: phone.page.getByRole("heading", { name: "Where do you feel OK, and where not?" }) });
    assert.equal(await places.getByLabel("The team, without my name").count(), 0, "a map alone has nothing to share");
    await phone.page.locator("section").first().getByLabel("The team, without my name").check();
    await inEveryLanguage(phone, "check-with-voice");
    await phone.press("Send");
    await phone.heading("Sent");
    await phone.kept(CANARY, "canal steps", "library", secret, "OpusHead");
  },

  async circle() {
    const phone = await begun();
    await drawCircle(phone);
    await inEveryLanguage(phone, "circle");
    await phone.press("Pick what to send");
    await phone.heading("What may we see?");
    assert.equal(await phone.page.getByRole("checkbox", { checked: true }).count(), 0, "nothing is ticked for them");
    await phone.press("Send what I ticked");
    await phone.heading("You have not ticked any. Nothing was sent.");
    await phone.press("Back");
    await phone.page.getByLabel("Nan", { exact: true }).check();
    await phone.page.getByLabel("Number 1, in these words").fill("my gran");
    await phone.page.getByLabel("the hub", { exact: true }).focus();
    await phone.page.keyboard.press("Space");
    assert.deepEqual(await phone.page.locator(".paper text").allTextContents(), ["Me", "my gran", "the hub"], "what will be seen");
    await inEveryLanguage(phone, "circle-choose");
    await phone.press("Send what I ticked");
    await phone.heading("Sent");
    await phone.screen("circle-sent");
    await phone.press("Take it back");
    await phone.heading("We have asked to take it out.");
    await phone.press("Go on");
    await phone.heading("What is good about your friends?");
    await phone.kept("Marigold", "my gran", "the hub", secret);
  },

  /** Leaving every screen of these, by button and by key, with a network and without one. */
  async leave() {
    const screens = {
      async code(phone) {
        await phone.heading("Do you have a code?");
        await phone.page.getByLabel("Code", { exact: true }).fill(CANARY);
      },
      async talking(phone) {
        await phone.press("Say it out loud");
        await talk(phone);
      },
      async listening(phone) {
        await phone.press("Say it out loud");
        await talk(phone);
        await phone.press("Stop");
        await phone.page.getByLabel("Type what you said, if you like.").fill(CANARY);
        await phone.press("Play it");
      },
      async map(phone) {
        await toPlaces(phone);
        await drawMap(phone);
        await phone.page.getByLabel("Mark 1: what is it?").fill(CANARY);
      },
      async circle(phone) {
        await drawCircle(phone);
        await phone.page.getByLabel("Who is number 1?").fill(CANARY);
      },
      async choosing(phone) {
        await drawCircle(phone);
        await phone.press("Pick what to send");
        await phone.page.getByLabel("Number 1, in these words").fill(CANARY);
      },
    };
    for (const [name, go] of Object.entries(screens)) {
      for (const [way, there] of [["button", true], ["key", false]]) {
        const phone = await Phone.watched(browser, name === "code" ? page : address);
        await phone.context.grantPermissions(["microphone"], { origin: phone.origin });
        if (name !== "code") {
          await phone.heading("Before you start");
          await phone.press("Start");
        }
        await go(phone);
        await phone.signal(there);
        if (name === "choosing") assert.ok((await phone.heap()).includes(CANARY), "what is in memory is seen here");
        const left = await phone.left(way, secret);
        assert.equal(left.before > 0, name !== "code", "the link's secret is seen here while it is held");
        assert.deepEqual(left.seen, { text: "", elements: 0, title: "Page", microphones: 0, secrets: 0, playing: 0 }, `${name}, ${way}`);
        console.log(`LEFT ${name} by ${way}: ${left.milliseconds.toFixed(1)} ms`);
        await phone.page.waitForURL("about:blank");
        assert.ok(!(await phone.heap()).includes(CANARY), `${name}: nothing typed is in memory`);
        await phone.signal(true);
        await phone.page.goBack().catch(() => null);
        const shown = await phone.page.content();
        for (const word of [CANARY, "Nan", "Seconds", "canal"]) assert.ok(!shown.includes(word), `${name}: Back shows ${word}`);
        await phone.page.goto(page);
        assert.deepEqual(await phone.stored(), { local: "{}", others: [0, 0, 0, 0, ""] });
        await phone.context.close();
      }
    }
  },

  /** A browser that keeps whole pages for Back: nothing of ours waits there, however the page was left. */
  async kept() {
    const keeping = await start({ keepsPages: true });
    for (const way of ["leave", "elsewhere"]) {
      const phone = await Phone.open(keeping, address);
      await phone.heading("Before you start");
      await phone.press("Start");
      await phone.page.getByLabel("Want to say more?").fill(CANARY);
      if (way === "leave") await phone.press("Leave now");
      else await phone.page.evaluate(() => location.assign("about:blank"));
      await phone.page.waitForURL("about:blank");
      await phone.page.goBack({ waitUntil: "commit" }).catch(() => null);
      const shown = await phone.page.content();
      for (const word of [CANARY, "What is good"]) assert.ok(!shown.includes(word), `${way}: ${word}`);
      assert.ok(!(await phone.heap()).includes(CANARY), `${way}: nothing typed is in memory`);
      await phone.context.close();
    }
    // That it does keep a page is seen with one that has nothing against it.
    const plain = createServer((_, answer) => answer.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>plain</title>"));
    await new Promise((ready) => plain.listen(0, "127.0.0.1", ready));
    const origin = `http://127.0.0.1:${plain.address().port}`;
    const phone = await Phone.open(keeping, `${origin}/one`);
    await phone.page.evaluate(() => (globalThis.here = true));
    await phone.page.goto(`${origin}/two`);
    await phone.page.goBack({ waitUntil: "commit" });
    assert.equal(await phone.page.evaluate(() => globalThis.here), true, "this browser keeps pages");
    plain.close();
    await keeping.close();
  },

  /** No link, and a code that was told in person. */
  async code() {
    const phone = await Phone.open(browser, page);
    await phone.heading("Do you have a code?");
    await inEveryLanguage(phone, "typed");
    const box = phone.page.getByLabel("Code", { exact: true });
    await box.fill("lusab babad");
    await phone.press("Go on");
    await phone.sees("A code has three words of five letters. Look at it again.");
    await phone.screen("typed-not-whole");
    await box.fill("lusab babad gutih");
    await phone.press("Go on");
    await phone.sees("That is not it, or it is too old. Ask for a new one.");
    await phone.signal(false);
    await box.fill(told);
    await phone.press("Go on");
    await phone.sees("We cannot look now. Try again in a minute.");
    await phone.signal(true);
    await box.fill(` ${told.toUpperCase().replaceAll("-", " ")}`);
    await box.press("Enter");
    await phone.heading("Before you start");
    await phone.sees("Priya reads it first.");
    await phone.kept(told, told.replaceAll("-", ""), secret);
    await phone.page.reload();
    await phone.page.getByLabel("Code", { exact: true }).fill(told);
    await phone.press("Go on");
    await phone.sees("That is not it, or it is too old. Ask for a new one.");
  },
};

try {
  await phases[process.env.KITH_PHASE]();
} finally {
  await browser.close();
}
