// What else comes from a phone: a voice note, a map, their own circle; something to take out again; a reply to the summary. Started by
// tests/tests/heard_more.rs, which runs relay and apps and looks at what is kept.
import assert from "node:assert/strict";
import { FORMS_IN_WORDS, Person, step, until } from "./browser.mjs";
import { Phone, start } from "../../guest/tests/browser.mjs";

const { KITH_PRIYA, KITH_DELROY, KITH_NADIA, KITH_LARCH, KITH_LINK, KITH_LINK_C, KITH_NAME, KITH_CANARY } = process.env;
assert.ok(KITH_PRIYA && KITH_DELROY && KITH_NADIA && KITH_LARCH && KITH_LINK && KITH_LINK_C && KITH_NAME && KITH_CANARY, "started by `cargo test -p kith-tests --test heard_more`");
const CODE = "Green Kettle";
const REPLY = `Ask us before the hall opens, and ask ${KITH_NAME}.`;
const browser = await start();

const go = (person, route) => person.page.evaluate((to) => { location.hash = to; }, route);
const form = (person, id) => person.page.locator(`form[id^="${id}"]`);
const section = (on, name) => on.page.locator("section", { has: on.page.getByRole("heading", { name }) });
const main = (person) => person.page.locator("main").innerText();

/** A phone with the link, at the first question or wherever `to` leads. */
async function phoneAt(to, link = KITH_LINK) {
  const phone = await Phone.open(browser, link, { flows: true });
  await phone.context.grantPermissions(["microphone"], { origin: phone.origin });
  await phone.heading("Before you start");
  await phone.press("Start");
  await phone.press(to);
  return phone;
}

async function codeWord(phone) {
  await phone.heading("Your code word");
  await phone.page.getByLabel("Code word", { exact: true }).fill(CODE);
  await phone.press("Read it");
}

/** What the screens of a person have been given by the program so far. */
const answers = new Map();
function hears(person) {
  answers.set(person, []);
  person.page.on("response", (one) => {
    if (one.url().includes("/api/records/")) answers.get(person).push(one.text().catch(() => ""));
  });
}
const wasGiven = async (person) => (await Promise.all(answers.get(person))).join("\n");

/** From My work to all that they said, and there to what is not read yet and holds this. */
async function toRead(person, holds) {
  await go(person, "/work");
  await person.heading("My work");
  await person.page.getByRole("link", { name: /^Read what Tomek sent by a link/ }).first().click();
  await person.follow("All that Tomek said");
  const item = person.page.locator("li", { has: person.page.getByRole("link", { name: holds }), hasText: "not read yet" });
  await item.waitFor();
  if (!person.screens.has("heard-list")) await person.screen("heard-list");
  await item.getByRole("link").click();
  await person.page.getByRole("button", { name: "Read it now" }).waitFor();
  await person.sees(holds);
}

async function readItNow(person) {
  await person.tabTo("Read it now");
  await person.page.keyboard.press("Enter");
  await person.page.getByRole("button", { name: "Read it now" }).waitFor({ state: "detached" });
}

try {
  const priya = await Person.open(browser, "Priya", KITH_PRIYA);
  const delroy = await Person.open(browser, "Delroy", KITH_DELROY);
  const nadia = await Person.open(browser, "Nadia", KITH_NADIA);
  for (const person of [priya, delroy, nadia]) await person.heading("My work");
  hears(priya);
  const waits = (person) => section(person, "Came by a link, not read yet");
  const phones = [];

  await step("on a phone: words, a voice note and a map; then who matters, of which one goes", async () => {
    const phone = await phoneAt("Say something");
    phones.push(phone);
    const { page } = phone;
    await phone.heading("What is good about your friends?");
    await page.getByLabel("Want to say more?").fill(`They wait by the ${KITH_CANARY}.`);
    await phone.press("Say it out loud");
    await phone.press("Start talking");
    await phone.heading("Talk now.");
    await phone.sees(/^Seconds: [12] of 90$/);
    await phone.press("Stop");
    await phone.press("Keep it and go on");
    await page.getByRole("button", { name: /^Your voice note/ }).waitFor();
    await phone.press("Go on");
    await phone.press("Skip");
    await phone.heading("Where do you feel OK, and where not?");
    await phone.press("Draw a map");
    await phone.heading("Draw a map");
    const box = await page.locator(".paper").boundingBox();
    const at = (x, y) => [box.x + (x / 1000) * box.width, box.y + (y / 1000) * box.height];
    await phone.press("A line");
    await page.mouse.move(...at(150, 700));
    await page.mouse.down();
    for (let n = 1; n <= 8; n += 1) await page.mouse.move(...at(150 + n * 90, 700 - n * 40));
    await page.mouse.up();
    await phone.press("Not OK");
    await page.mouse.click(...at(500, 300));
    await page.getByLabel("Mark 1: what is it?").fill("boat shed");
    await phone.press("OK");
    await page.mouse.click(...at(250, 500));
    await page.getByLabel("Mark 2: what is it?").fill("the old mill");
    await phone.press("Keep it and go on");
    await page.getByRole("button", { name: "Your map" }).waitFor();
    await phone.press("Go on");
    for (let n = 4; n <= 6; n += 1) await phone.press("Skip");
    await phone.heading("This is what you want to say.");
    await section(phone, "What is good about your friends?").getByLabel("The team, without my name").check();
    await page.getByLabel("Code word", { exact: true }).fill(CODE);
    await phone.press("Send");
    await phone.heading("Sent");

    const other = await phoneAt("Say something");
    phones.push(other);
    await other.page.getByRole("button", { name: "Draw who matters to you" }).click();
    await other.heading("Who matters to you");
    for (const [kind, words] of [["Add a person", "Nan"], ["Add a person", "Marigold Pettifer"], ["Add a place", "the hub"]]) {
      await other.page.getByRole("button", { name: kind }).click();
      await other.page.keyboard.type(words);
      if (words !== "Nan") continue;
      await other.page.keyboard.press("Tab");
      await other.page.keyboard.press("ArrowUp");
    }
    await other.press("Pick what to send");
    await other.page.getByLabel("Nan", { exact: true }).check();
    await other.page.getByLabel("Number 1, in these words").fill("my gran");
    await other.page.getByLabel("the hub", { exact: true }).check();
    await other.press("Send what I ticked");
    await other.heading("Sent");
  });

  await step("leads see how much waits, for whom and since when, before it is late; what it is nobody sees; who does not lead sees nothing of it", async () => {
    for (const [person, words, route] of [[priya, /2 wait for you, since \d+ \w+ \d{4}/, "overview"], [delroy, /2 wait for Priya Marsh, since \d+ \w+ \d{4}/, "voices"], [delroy, /2 wait for Priya Marsh, since/, "overview"]]) {
      await go(person, `/a/${KITH_LARCH}/${route}`);
      await waits(person).getByText(words).waitFor();
      assert.ok(!/boat shed|zebra|my gran|\bTomek\b/.test(await main(person)));
    }
    await delroy.screen("overview-waits");
    await go(delroy, `/a/${KITH_LARCH}/voices`);
    await delroy.heading("Voices");
    await delroy.screen("voices-waits");
    await go(nadia, `/a/${KITH_LARCH}/voices`);
    await nadia.heading("Voices");
    assert.equal(await waits(nadia).count(), 0);
  });

  await step("before it is read nothing of a voice note, a map or a circle is on the screen or in what the screen was given", async () => {
    await toRead(priya, /^One answer, one voice note, one drawing$/);
    await priya.screen("heard-more-before");
    const given = await wasGiven(priya);
    assert.ok(given.includes("voice_notes"), "what the screen was given is looked at here");
    for (const words of ["zebra", "boat shed", "my gran"]) assert.ok(!given.includes(words), words);
  });

  await step("a voice note is played from this computer; it stays here", async () => {
    await readItNow(priya);
    const note = section(priya, "A voice note: What is good about your friends?");
    await note.getByText("It stays here. Only typed words can join an assessment").waitFor();
    await priya.tabTo("Listen to the voice note");
    await priya.page.keyboard.press("Enter");
    const sound = note.locator("audio");
    await sound.waitFor();
    await until("it has a length and is heard", () => sound.evaluate(async (audio) => {
      if (audio.paused && audio.currentTime === 0) await audio.play();
      return (audio.duration > 0 && audio.currentTime > 0 && audio.error === null) || [audio.duration, audio.currentTime, audio.error?.message];
    }));
    assert.ok((await sound.getAttribute("src")).startsWith("blob:http://127.0.0.1:"));
    assert.equal(await note.getByRole("button", { name: /Add to the assessment|Keep it here/ }).count(), 0);
  });

  await step("a map is drawn as it was drawn, and stands in words beside it; it joins nothing", async () => {
    const map = section(priya, "A drawing: Where do you feel OK, and where not?");
    await map.getByRole("img", { name: /what is on it stands beside it in words/ }).waitFor();
    assert.deepEqual(await map.locator("ol li").allInnerTexts(), ["Not OK: boat shed", "OK: the old mill"]);
    await map.getByText("One line drawn by hand.").waitFor();
    await map.getByText("It stays here and never joins an assessment.").waitFor();
    assert.equal(await map.getByRole("button").count(), 0);
    await priya.screen("heard-more");
  });

  await step("typed words are added; the colleague reads them, and nothing of what was said or drawn", async () => {
    await section(priya, /^What is good about your friends\?$/).getByRole("button", { name: /^Add to the assessment/ }).click();
    await form(priya, "heard-friends-add").getByRole("button", { name: "Add it" }).click();
    await priya.sees("Added. The team reads it under their label.");
    await go(delroy, `/a/${KITH_LARCH}/voices`);
    await delroy.sees(KITH_CANARY);
    assert.ok(!/boat shed|voice note/i.test(await main(delroy)));
  });

  await step("their own circle is shown in the record, with words; it joins nothing", async () => {
    await toRead(priya, /^Their own circle$/);
    await readItNow(priya);
    const circle = section(priya, "Their own circle");
    await circle.getByRole("img", { name: /^Their own circle/ }).waitFor();
    assert.deepEqual(await circle.locator("ol li").allInnerTexts(), ["my gran, very near", "the hub, a place, near"]);
    assert.ok(!(await main(priya)).includes("Marigold"), "what was not ticked never left the phone");
    await circle.getByText("It never joins an assessment.").waitFor();
    assert.equal(await priya.page.locator("main").getByRole("button", { name: /Add|Keep it here/ }).count(), 0);
    await priya.screen("heard-circle");
    await waits(delroy).waitFor({ state: "detached" });
  });

  await step("a window is opened: the phone reads, and asks to take out what was added", async () => {
    await go(priya, "/caseload");
    await priya.heading("My caseload");
    const line = section(priya, /Tomasz Harrowgill/).first().locator("li", { hasText: "own phone" });
    await line.getByRole("button", { name: /^Let them read for a day/ }).click();
    await form(priya, "window-").getByText("These friends look after each other.").waitFor();
    await form(priya, "window-").getByText("Keep us together. That is the main thing.").waitFor();
    await priya.screen("window-summary");
    await form(priya, "window-").getByRole("button", { name: "Open it for 24 hours" }).click();
    await line.getByText(/^They can read until/).waitFor();
    const phone = await phoneAt("What we did with what I said");
    phones.push(phone);
    await codeWord(phone);
    const point = phone.page.locator("section", { hasText: KITH_CANARY });
    await point.getByRole("button", { name: "Ask to take it out", exact: true }).click();
    await phone.press("Send");
    await phone.heading("Sent");
    await phone.press("Back");
    await phone.press("What the team thinks");
    await phone.heading("This is what the team thinks.");
    const part = phone.page.locator("section", { hasText: "These friends look after each other." });
    await part.getByRole("button", { name: "Not right", exact: true }).click();
    await part.getByLabel("Why?").fill(`${KITH_NAME} is left out`);
    await phone.press("Go on");
    await phone.heading("What do you say to it?");
    await phone.page.getByRole("textbox", { name: "Your reply" }).fill(REPLY);
    await phone.press("Send");
    await phone.heading("Sent");
  });

  await step("the holder sees what is to be taken out, and takes it out; it is gone for the colleague, and they are told", async () => {
    await go(priya, "/work");
    await priya.heading("My work");
    await priya.page.getByRole("link", { name: "Tomek asks to take out what they had said. Tell them whether you can" }).waitFor();
    await toRead(priya, /^Says whether our answers are fair$/);
    await readItNow(priya);
    await priya.sees("They ask to take this out.");
    await priya.screen("heard-take-out");
    await priya.tabTo("Answer them");
    await priya.page.keyboard.press("Enter");
    const out = form(priya, "out-");
    await out.getByRole("button", { name: "Tell them" }).click();
    await out.getByText("Choose whether it is taken out.").first().waitFor();
    await out.getByLabel("It is taken out").check();
    await out.getByLabel("What they are told").fill("It is gone from what the team reads.");
    await priya.screen("heard-take-out-asked");
    await out.getByRole("button", { name: "Tell them" }).click();
    await priya.sees("They are told that it is taken out.");
    await priya.screen("heard-taken-out");
    await go(delroy, `/a/${KITH_LARCH}/voices`);
    await delroy.heading("Voices");
    await until("the words are gone", async () => !(await main(delroy)).includes(KITH_CANARY));
    await delroy.screen("voices-taken-out");
    await go(delroy, `/a/${KITH_LARCH}/overview`);
    await delroy.heading("Overview");
    assert.ok(!(await main(delroy)).includes(KITH_CANARY));
  });

  await step("a reply to the summary is read first by the holder, part by part, with who else may read it", async () => {
    await toRead(priya, /^About the summary$/);
    await readItNow(priya);
    const reply = section(priya, "About the summary");
    await reply.getByText("What we think:").waitFor();
    await reply.getByText("Not right.").waitFor();
    await reply.getByText(REPLY).waitFor();
    await reply.getByText("Other families do not read it: they did not agree to that.").waitFor();
    await priya.screen("heard-reply");
    await priya.tabTo("Set it beside the text");
    await priya.page.keyboard.press("Enter");
    const set = form(priya, "beside-");
    await set.getByText("[a name, covered]").first().waitFor();
    await priya.screen("heard-reply-cover");
    await set.getByRole("button", { name: "Set it beside the text" }).click();
    await priya.sees("It stands beside the text.");
    await priya.follow("See it with the version");
    await priya.heading("For young people and families");
    await priya.sees("Ask us before the hall opens");
  });

  await step("whoever wrote it reads it on their own phone, and what became of what they asked", async () => {
    await go(priya, "/caseload");
    await priya.heading("My caseload");
    const line = section(priya, /Tomasz Harrowgill/).first().locator("li", { hasText: "own phone" });
    await line.getByRole("button", { name: /^Close it now/ }).click();
    await form(priya, "window-").getByRole("button", { name: "Close it" }).click();
    await line.getByRole("button", { name: /^Let them read for a day/ }).click();
    const seen = form(priya, "window-");
    await seen.getByText("You: “Ask us before the hall opens, and ask [a name, covered].”").waitFor();
    await seen.getByText("A young person: “Keep us together.").waitFor();
    await seen.getByText("It is gone from what the team reads.").waitFor();
  });

  await step("the colleague reads it beside the version, with the name covered and for whom it is", async () => {
    await go(delroy, `/a/${KITH_LARCH}/families`);
    await delroy.heading("For young people and families");
    const item = delroy.page.locator("li", { hasText: "Ask us before the hall opens, and ask [a name, covered]." }).last();
    await item.getByText("“[a name, covered] is left out”").waitFor();
    await item.getByText("B · for the team").waitFor();
    assert.ok(!(await main(delroy)).includes(KITH_NAME));
    await delroy.screen("families-replies");
  });

  await step("another young person's phone gets the reply whose writer agreed, and not this one; to open the window answers who asked for it", async () => {
    const phone = await phoneAt("What the team thinks", KITH_LINK_C);
    phones.push(phone);
    await phone.press("Ask Nadia to open it");
    await phone.page.getByLabel("Code word", { exact: true }).fill("Blue Lantern");
    await phone.press("Ask now");
    await phone.heading("We have asked Nadia.");
    await go(nadia, "/work");
    await nadia.page.getByRole("link", { name: /^Aaliyah Brannick asks to read what there is for them/ }).click();
    await nadia.heading("Heard from Aaliyah Brannick");
    await nadia.screen("heard-asks-to-read");
    await nadia.page.getByRole("button", { name: /^Let them read for a day/ }).click();
    await form(nadia, "window-").getByText("Keep us together. That is the main thing.").waitFor();
    assert.ok(!(await main(nadia)).includes("Ask us before the hall opens"));
    await nadia.screen("window-of-another");
    await form(nadia, "window-").getByRole("button", { name: "Open it for 24 hours" }).click();
    await nadia.sees("They can read until");
    await go(nadia, "/work");
    await nadia.heading("My work");
    await until("what they asked for is done", async () => await nadia.page.getByRole("link", { name: /asks to read/ }).count() === 0);
    await go(nadia, `/a/${KITH_LARCH}/families`);
    await nadia.sees("Ask us before the hall opens, and ask [a name, covered].");
  });

  for (const phone of phones) await phone.kept(KITH_CANARY, REPLY, "my gran", "boat shed", CODE, KITH_LINK.slice(KITH_LINK.indexOf("#") + 1));
  for (const person of [priya, delroy, nadia]) await person.kept(new URL(person.page.url()).port);
  const screens = [priya, delroy, nadia].reduce((sum, person) => sum + person.screens.size, 0);
  console.log(`${screens} screens, ${FORMS_IN_WORDS}: no violation of WCAG 2.2 A or AA.`);
} finally {
  await browser.close();
}
