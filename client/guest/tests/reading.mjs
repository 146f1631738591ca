// What a young person or a parent reads with link and code word, and what they say to it. The relay's test
// (server/tests/relay/reading.rs) starts it, and looks at the other end.
import assert from "node:assert/strict";
import { Phone, start } from "./browser.mjs";
import { CODE, READ, enter, open, secret } from "./steps.mjs";

const address = process.env.KITH_LINK;
/** Words of what is read by which the test does not find its way. */
const UNASKED = ["We asked for lights", "Somebody asked for it", "otter reply"];
const browser = await start();

const part = (phone, text) => phone.page.locator("section", { hasText: text });

async function choose(phone, text, name) {
  const key = part(phone, text).getByRole("button", { name, exact: true });
  await key.click();
  assert.equal(await key.getAttribute("aria-pressed"), "true");
}

/** Nothing of what was read is on the page, in its memory, in its storage, or where Back and Forward lead. */
async function gone(phone, where) {
  // Words by which the test itself finds its way are in the page's memory by that alone.
  const held = await phone.heap();
  for (const words of UNASKED) assert.ok(!held.includes(words), `${where}: "${words}" is in memory`);
  const html = await phone.page.content();
  for (const words of READ) assert.ok(!html.includes(words), `${where}: "${words}" is still on the page`);
  if (phone.page.url().startsWith("http")) assert.deepEqual(await phone.stored(), { local: "{}", others: [0, 0, 0, 0, ""] }, where);
}

/** The phone shows something else, or this page again. Headless Chromium has no other app: the page is told what a phone tells it. */
function looksAway(phone, away) {
  return phone.page.evaluate((hidden) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
    document.dispatchEvent(new Event("visibilitychange"));
    return document.body.innerText;
  }, away);
}

const phases = {
  /** Receipts and answers, "is that fair?", asking to take something out. */
  async points() {
    const phone = await open(browser);
    await phone.heading("What would you like to do?");
    await phone.screens("menu");
    await phone.press("What we did with what I said");
    await phone.screens("code");
    await enter(phone, "blue kettle");
    await phone.sees("That is not it. You can try 4 more times.");
    await enter(phone);
    await phone.heading("Priya read it on Tuesday 12 May.");
    for (const words of ["We used it.", "Not yet.", "We did not use it.", "We want to ask you more."]) await phone.sees(words);
    await phone.sees("We asked for lights. <b>Soon</b>.");
    await phone.press("Send");
    await phone.sees("You have not said anything yet. That is fine.");
    await phone.page.getByRole("group", { name: "Is that fair? zebra lights on the canal" }).waitFor();
    assert.equal(await phone.page.getByRole("group").count(), 3, "what has no name is not asked about");

    // By keys alone: from the heading to Yes and into the box that opens.
    await phone.page.locator("h1").focus();
    await phone.page.keyboard.press("Tab");
    await phone.page.keyboard.press("Space");
    assert.equal(await part(phone, "zebra lights").getByRole("button", { name: "Yes", exact: true }).getAttribute("aria-pressed"), "true");
    assert.ok(!(await part(phone, "an open hall").getByLabel("Want to say why?").isVisible()));
    await choose(phone, "an open hall", "No");
    await part(phone, "an open hall").getByLabel("Want to say why?").fill("badger: nobody asked us");
    await choose(phone, "later buses", "Ask to take it out");
    await phone.screens("points");
    await phone.press("Send");
    await phone.heading("Sent");
    await phone.sees("Thank you. Priya will read it by Thursday 14 May. You asked to take something out. We will tell you if we can.");
    await phone.screens("points-sent");
    // Changed before anybody has read it: one stands in the place of the other.
    await phone.press("Change something");
    await choose(phone, "zebra lights", "Not really");
    await phone.press("Send");
    await phone.heading("Sent");
    await phone.press("Back");
    await phone.sees("It is open now. It closes when you leave, or look at something else.");
    await phone.kept(...READ, "badger", CODE, secret);
  },

  /** The summary, part by part; a reply that waits for a signal. */
  async summary() {
    const phone = await open(browser, ["Start", "What the team thinks"]);
    await enter(phone);
    await phone.heading("This is what the team thinks.");
    await phone.sees("It is about the group, not about one person. We shared it on Wednesday 13 May.");
    await phone.sees("Why we do this.");
    await choose(phone, "lantern summary", "Partly");
    await part(phone, "lantern summary").getByLabel("Why?").fill("badger: it is two places");
    await choose(phone, "Adults near you", "I do not know");
    await choose(phone, "Adults near you", "Not right");
    await choose(phone, "A light on the canal path.", "Partly");
    await part(phone, "A light on the canal path.").getByLabel("Why?").fill("badger: two lights");
    await phone.screens("summary");
    await phone.press("Go on");
    await phone.heading("What do you say to it?");
    await phone.page.getByLabel("What did we miss?").fill("badger: the hall");
    await phone.page.getByRole("textbox", { name: "Your reply" }).fill("badger: we want to stay together");
    const families = phone.page.getByRole("group", { name: "Can other families read your reply?" });
    assert.equal(await families.getByRole("button", { name: "No", exact: true }).getAttribute("aria-pressed"), "true", "not unless they say so");
    await phone.screens("reply");
    await families.getByRole("button", { name: "Yes", exact: true }).click();
    await phone.press("Back");
    await phone.heading("This is what the team thinks.");
    assert.equal(await part(phone, "lantern summary").getByLabel("Why?").inputValue(), "badger: it is two places", "nothing typed is lost on the way back");
    await phone.press("Go on");
    await phone.signal(false);
    await phone.press("Send");
    await phone.heading("It has not gone yet.");
    await phone.press("Yes");
    await phone.heading("This phone keeps it for you.");
    const { local } = await phone.stored();
    for (const word of [...READ, "badger", "kettle", secret]) assert.ok(!local.includes(word), `"${word}" is on the phone`);
    await phone.signal(true);
    await phone.page.waitForFunction(() => localStorage.length === 0);
    await phone.kept(...READ, "badger", CODE, secret);
  },

  /** All of it on a slow line and a slow phone: read, answer, reply, agree. */
  async slow() {
    const phone = await Phone.open(browser, address);
    await phone.slow();
    await phone.page.goto("about:blank");
    await phone.page.goto(address);
    await phone.heading("Before you start");
    await phone.press("Start");
    await phone.press("What we did with what I said");
    await enter(phone);
    await phone.heading("Priya read it on Tuesday 12 May.");
    await choose(phone, "an open hall", "Yes");
    await phone.press("Send");
    await phone.heading("Sent");
    await phone.press("Back");
    await phone.press("What the team thinks");
    await choose(phone, "lantern summary", "That is right");
    await phone.press("Go on");
    await phone.press("Send");
    await phone.heading("Sent");
    await phone.press("Back");
    await phone.press("Do you want to take part?");
    await phone.press("I have read this");
    await phone.press("Yes");
    await phone.press("Go on");
    await phone.press("Go on");
    await phone.press("Send");
    await phone.heading("Sent");
    await phone.kept(...READ, CODE, secret);
  },

  /** Somebody who never said anything chooses a code word and asks for the window. */
  async ask() {
    const phone = await open(browser, ["I have a code word"]);
    await phone.heading("Your code word");
    await phone.press("Ask Priya to open it");
    await phone.heading("Ask Priya to open it");
    await phone.sees("Priya checks that it is you. Then Priya opens it. Then you have one day.");
    await phone.page.getByLabel("Code word", { exact: true }).fill("owl");
    await phone.press("Ask now");
    await phone.sees("That is too short. Use four letters or more.");
    await phone.screens("ask");
    await phone.page.getByLabel("Code word", { exact: true }).fill(CODE);
    await phone.press("Ask now");
    await phone.heading("We have asked Priya.");
    await phone.screens("asked");
    await phone.kept(CODE, secret);
  },

  /** What is read stays nowhere: leaving, going back, another language, another app, the end of the window. */
  async nowhere() {
    let phone = await open(browser, ["Start", "What the team thinks"]);
    await enter(phone);
    await phone.heading("This is what the team thinks.");
    assert.ok((await phone.heap()).includes("otter reply"), "what is shown is in memory, and is found there");
    await choose(phone, "lantern summary", "Partly");
    await part(phone, "lantern summary").getByLabel("Why?").fill("badger: it is two places");
    await phone.page.locator("#language").selectOption("cy");
    await phone.heading("Dyma beth mae’r tîm yn ei feddwl.");
    await phone.page.locator("#language").selectOption("en");
    await phone.heading("This is what the team thinks.");

    // Another app: gone in the same step, and the code word is asked for again. What they typed themselves is still theirs.
    const seen = await looksAway(phone, true);
    for (const words of READ) assert.ok(!seen.includes(words), `"${words}" is in the list of apps`);
    await phone.sees("It closed when you looked at something else. Type your code word to go on.");
    await phone.screens("away");
    await gone(phone, "another app");
    await looksAway(phone, false);
    await enter(phone);
    await phone.heading("This is what the team thinks.");
    assert.equal(await part(phone, "lantern summary").getByLabel("Why?").inputValue(), "badger: it is two places");
    // A screen that shows nothing of it stays as it is, and what was read is dropped behind it.
    await phone.press("Back");
    await looksAway(phone, true);
    await looksAway(phone, false);
    await phone.heading("What would you like to do?");
    await phone.press("What we did with what I said");
    await phone.heading("Your code word");
    // What arrives after they looked away is not opened.
    await phone.page.getByLabel("Code word", { exact: true }).fill(CODE);
    await phone.page.evaluate(() => Object.defineProperty(document, "hidden", { configurable: true, get: () => true }));
    await phone.press("Read it");
    await phone.sees("It closed when you looked at something else. Type your code word to go on.");
    await looksAway(phone, false);
    await enter(phone);
    await phone.heading("Priya read it on Tuesday 12 May.");

    // Leaving, with no network; then whoever presses Back.
    await phone.signal(false);
    const left = await phone.page.evaluate(() => {
      document.querySelector(".leave").click();
      return document.documentElement.outerHTML;
    });
    for (const words of READ) assert.ok(!left.includes(words), `"${words}" is there after leaving`);
    await phone.page.waitForURL("about:blank");
    await phone.signal(true);
    await phone.page.goBack().catch(() => null);
    await gone(phone, "left, and back");
    await phone.context.close();

    // Another page, then Back.
    phone = await open(browser, ["Start", "What we did with what I said"]);
    await enter(phone);
    await phone.heading("Priya read it on Tuesday 12 May.");
    await phone.page.goto("about:blank");
    await phone.page.goBack();
    await gone(phone, "another page, and back");
    await phone.context.close();

    // The end of the window, while it is read.
    phone = await Phone.open(browser, address, { flows: true });
    await phone.heading("Before you start");
    await phone.press("Start");
    await phone.press("What the team thinks");
    await enter(phone);
    await phone.heading("This is what the team thinks.");
    await phone.page.clock.fastForward("00:30:00");
    await phone.heading("This is what the team thinks.");
    await phone.page.clock.fastForward("00:31:00");
    await phone.sees("The day is over. It is closed now.");
    await gone(phone, "the window has closed");
  },

  /** With the link alone, with wrong code words, and when there is nothing to read. */
  async guess() {
    const phone = await open(browser, ["Start", "What the team thinks"]);
    for (let left = 4; left > 0; left -= 1) {
      await enter(phone, `kettle ${left}`);
      await phone.sees(`That is not it. You can try ${left} more times.`);
    }
    await enter(phone, "kettle 0");
    await phone.sees("That is not it. It is closed now. Talk to Priya.");
    await phone.screens("guessed");
    await enter(phone);
    await phone.sees("There is nothing to read here now. Ask Priya to open it.");
    await gone(phone, "five wrong code words");
  },

  async closed() {
    const phone = await open(browser, ["Start", "What we did with what I said"]);
    await enter(phone);
    await phone.sees("There is nothing to read here now. Ask Priya to open it.");
    await gone(phone, "outside of a window");
  },

  /** Link and code word, and nobody has read it yet. */
  async unread() {
    const phone = await open(browser, ["I have a code word"]);
    await enter(phone);
    await phone.heading("Not read yet.");
    await phone.sees("Priya is late. Sorry. You can call 020 7946 0000.");
    await phone.sees("There is no answer yet.");
    assert.equal(await phone.page.getByRole("button", { name: "Send" }).count(), 0, "there is nothing to send");
    await phone.screens("unread");
    await phone.press("Back");
    await phone.heading("Before you start");
  },

  /** One right alone has no menu: the summary. The area's own words for danger; somebody who is late. */
  async late() {
    const phone = await open(browser, []);
    await phone.sees("Priya is late. Sorry. You can call 020 7946 0000.");
    assert.equal(await phone.page.getByText("by Thursday 14 May").count(), 0);
    await phone.sees("Larchford: ring 999, then the night team on 020 7946 0009.");
    assert.equal(await phone.page.getByText("Call 999. If you cannot talk").count(), 0, "in the place of the page's own");
    await phone.screens("late");
    await phone.press("Start");
    await phone.heading("Your code word");
    await phone.press("Ask Priya to open it");
    await phone.page.getByLabel("Code word", { exact: true }).fill(CODE);
    await phone.press("Ask now");
    await phone.sees("Priya is late. Sorry. You can call 020 7946 0000.");
  },

  /** The day by which it was to be read is over, whatever the card says. */
  async overdue() {
    const phone = await Phone.open(browser, address, { now: "2026-05-15T09:00:00" });
    await phone.sees("Priya is late. Sorry. You can call 020 7946 0000.");
  },
};

try {
  await phases[process.env.KITH_PHASE]();
} finally {
  await browser.close();
}
