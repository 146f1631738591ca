// What a young person does with a link, on a phone. The relay's test (server/tests/relay/phone.rs) starts it, and looks at the other end.
import assert from "node:assert/strict";
import { Phone, start } from "./browser.mjs";

const address = process.env.KITH_LINK;
const secret = address.slice(address.indexOf("#") + 1);
const CANARY = "zebra lights on the canal";
const browser = await start();

/** From the first page to Check. */
async function walk(phone, words) {
  await phone.heading("Before you start");
  await phone.press("Start");
  await phone.heading("What is good about your friends?");
  await phone.press("They listen");
  await phone.press("They get me home");
  await phone.press("They get me home");
  await phone.page.getByLabel("Want to say more?").fill(words);
  await phone.press("Go on");
  await phone.heading("How does it go when you are all together?");
  await phone.press("Skip");
  await phone.heading("Where do you feel OK, and where not?");
  await phone.press("Park: It depends");
  await phone.press("Park: Not OK");
  await phone.press("It is dark");
  await phone.press("Go on");
  await phone.heading("Is there an adult you would go to?");
  await phone.press("Go on");
  await phone.heading("What should change first?");
  await phone.press("Back");
  await phone.heading("Is there an adult you would go to?");
  await phone.press("A teacher");
  await phone.press("Go on");
  await phone.press("Go on");
  await phone.heading("How do you feel about it all today?");
  await phone.press("So-so");
  assert.equal(await phone.page.getByText("Is it safe to text this phone?").count(), 0);
  await phone.press("Text me to meet");
  await phone.press("Not always");
  await phone.press("Go on");
  await phone.heading("This is what you want to say.");
}

const group = (phone, question) => phone.page.locator("section", { has: phone.page.getByRole("heading", { name: question }) });

const phases = {
  /** Every screen in three languages; said without a signal; kept after a Yes; gone when the signal is back. */
  async say() {
    const phone = await Phone.open(browser, address);
    await phone.heading("Before you start");
    assert.ok(!(await phone.page.evaluate(() => location.href)).includes("#"), "the link is out of the address");
    await phone.sees("Priya reads it first. Priya is a social worker. If Priya is away, Colin reads it.");
    await phone.sees("Priya will read it by Thursday 14 May.");
    await phone.sees("A police officer can see the plan. They do not see your words.");
    await phone.screen("before");
    for (const [code, direction, title] of [["cy", "ltr", "Cyn i ti ddechrau"], ["ar", "rtl", "قبل أن تبدأ"]]) {
      await phone.page.locator("#language").selectOption(code);
      await phone.heading(title);
      assert.equal(await phone.page.evaluate(() => document.documentElement.dir), direction);
      assert.equal(await phone.page.locator(".draft").count(), 1, "it says that it is a draft");
      await phone.screen(`before-${code}`);
    }
    await phone.page.locator("#language").selectOption("en");
    await phone.press("Not today");
    await phone.sees("Nothing was sent. No one is told that you looked.");
    await phone.screen("not-today");
    await phone.press("Back");
    await phone.press("Start");
    const titles = [];
    for (let step = 1; step <= 6; step += 1) {
      await phone.sees(`${step} of 6`);
      titles.push(await phone.page.locator("h1").textContent());
      assert.equal(await phone.page.evaluate(() => document.activeElement.tagName), "H1", "a screen reader begins at the question");
      await phone.screen(`step-${step}`);
      await phone.page.locator("#language").selectOption("ar");
      await phone.screen(`step-${step}-ar`);
      await phone.page.locator("#language").selectOption("en");
      await phone.press("Skip");
    }
    assert.equal(new Set(titles).size, 6);
    await phone.sees("You have not said anything yet. That is fine.");
    await phone.press("Throw it away");
    await phone.sees("Nothing was sent. It is not on this phone.");
    await phone.press("Back");

    await walk(phone, CANARY);
    await group(phone, "What is good about your friends?").getByLabel("The team, without my name").check();
    await group(phone, "Is there an adult you would go to?").getByLabel("Take it out").check();
    assert.equal(await group(phone, "How do you feel about it all today?").getByLabel("The team, without my name").count(), 0);
    assert.ok(await group(phone, "Where do you feel OK, and where not?").getByLabel("Only Priya or Colin").isChecked());
    await phone.page.getByLabel("Code word", { exact: true }).fill("owl");
    await phone.screen("check");
    await phone.press("Send");
    await phone.sees("That is too short. Use four letters or more.");
    await phone.screen("check-problem");
    await phone.page.getByLabel("Code word", { exact: true }).fill("Green Kettle");
    await phone.signal(false);
    await phone.press("Send");
    await phone.heading("It has not gone yet.");
    assert.deepEqual((await phone.stored()).local, "{}", "nothing is kept before a Yes");
    await phone.screen("no-signal");
    await phone.press("Yes");
    await phone.heading("This phone keeps it for you.");
    await phone.screen("kept");
    const { local } = await phone.stored();
    assert.ok(local.length > 4_000, "it is kept");
    for (const word of [CANARY, "listen", "kettle", "Priya", secret]) assert.ok(!local.toLowerCase().includes(word.toLowerCase()), `"${word}" is on the phone`);
    console.log(`KEPT ${local}`);
    await phone.signal(true);
    await phone.page.waitForFunction(() => localStorage.length === 0);
    await phone.kept(CANARY, "They listen", "Green Kettle", secret);
  },

  /** A slow line: sent, changed, taken back. */
  async change() {
    const phone = await Phone.open(browser, address);
    await phone.slow();
    await phone.page.goto("about:blank");
    await phone.page.goto(address);
    await walk(phone, "first words");
    await phone.press("Send");
    await phone.heading("Sent");
    await phone.sees("Thank you. Priya will read it by Thursday 14 May.");
    await phone.sees("You can call a free helpline at any time.");
    await phone.screen("sent");
    await phone.press("Change something");
    await phone.press("Change something");
    await phone.page.getByLabel("Want to say more?").fill("second words");
    for (let step = 1; step <= 6; step += 1) await phone.press("Go on");
    await phone.press("Send");
    await phone.heading("Sent");
    await phone.press("Take it back");
    await phone.heading("We have asked to take it out.");
    await phone.screen("taken-back");
    await phone.kept("first words", "second words", secret);
  },

  /** Leave now, with and without a network, by button and by key: gone before anything else runs, and Back shows nothing. */
  async leave() {
    for (const [way, there] of [["button", true], ["button", false], ["key", false]]) {
      const phone = await Phone.open(browser, address);
      await phone.heading("Before you start");
      await phone.press("Start");
      await phone.page.getByLabel("Want to say more?").fill(CANARY);
      await phone.signal(there);
      if (way === "button") {
        const left = await phone.page.evaluate(() => {
          document.querySelector(".leave").click();
          return { text: document.body.innerText.trim(), elements: document.querySelectorAll("#page *").length, title: document.title };
        });
        assert.deepEqual(left, { text: "", elements: 0, title: "Page" }, "gone within the same step, before anything is drawn");
      } else {
        for (let press = 0; press < 3; press += 1) await phone.page.keyboard.press("Shift");
      }
      await phone.page.waitForURL("about:blank");
      await phone.signal(true);
      await phone.page.goBack().catch(() => null);
      assert.ok(!(await phone.page.content()).includes(CANARY));
      assert.ok(!(await phone.page.content()).includes("What is good"), "Back shows nothing");
      assert.equal(new URL(phone.page.url()).hash, "");
      await phone.context.close();
    }
    // Shift in between typing capitals is no way out.
    const phone = await Phone.open(browser, address);
    await phone.heading("Before you start");
    await phone.press("Start");
    const box = phone.page.getByLabel("Want to say more?");
    await box.pressSequentially("ABC");
    await box.press("Shift");
    await box.press("a");
    await box.press("Shift");
    await box.press("b");
    await box.press("Shift");
    assert.equal(await box.inputValue(), "ABCab");
    // Left by another way: what was typed is not there for whoever presses Back.
    await phone.page.goto("about:blank");
    await phone.page.goBack();
    assert.ok(!(await phone.page.content()).includes("ABCab"));
  },

  /** Coming back, when the practitioner has opened the window. */
  async back() {
    const phone = await Phone.open(browser, address);
    await phone.heading("Before you start");
    await phone.press("I have a code word");
    await phone.screen("back");
    await phone.page.getByLabel("Code word", { exact: true }).fill("blue kettle");
    await phone.press("Read it");
    await phone.sees("That is not it. You can try 4 more times.");
    await phone.screen("back-wrong");
    await phone.page.getByLabel("Code word", { exact: true }).fill(" green KETTLE");
    await phone.press("Read it");
    await phone.heading("Priya read it on Tuesday 12 May.");
    await phone.sees("We used it.");
    await phone.sees("We asked for lights. <b>Soon</b>.");
    await phone.screen("answer");
    await phone.kept("kettle", CANARY, secret);
  },

  /** Nothing to read, or no link any more. */
  async closed() {
    const phone = await Phone.open(browser, address);
    await phone.heading("Before you start");
    await phone.press("I have a code word");
    await phone.page.getByLabel("Code word", { exact: true }).fill("green kettle");
    await phone.press("Read it");
    await phone.sees("There is nothing to read here now. Ask Priya to open it.");
  },

  async stopped() {
    for (const where of [address, address.slice(0, -2)]) {
      const phone = await Phone.open(browser, where);
      await phone.heading("This page does not work.");
      await phone.screen("stopped");
      await phone.context.close();
    }
  },
};

try {
  await phases[process.env.KITH_PHASE]();
} finally {
  await browser.close();
}
