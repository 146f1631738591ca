// From a phone to the assessment and back. Started by tests/tests/heard.rs, which runs relay and apps and looks at what is kept.
import assert from "node:assert/strict";
import { Person, start } from "./browser.mjs";
import { Phone } from "../../guest/tests/browser.mjs";

const { KITH_PRIYA, KITH_DELROY, KITH_LARCH, KITH_NAME, KITH_CANARY } = process.env;
assert.ok(KITH_PRIYA && KITH_DELROY && KITH_LARCH && KITH_NAME && KITH_CANARY, "started by `cargo test -p kith-tests --test heard`");
const CODE = "Green Kettle";
const browser = await start();

async function step(name, does) {
  await does();
  console.log(`holds: ${name}`);
}

const go = (person, route) => person.page.evaluate((to) => { location.hash = to; }, route);
const form = (person, id) => person.page.locator(`form[id^="${id}"]`);
const section = (on, name) => on.page.locator("section", { has: on.page.getByRole("heading", { name }) });

try {
  const priya = await Person.open(browser, "Priya", KITH_PRIYA);
  const delroy = await Person.open(browser, "Delroy", KITH_DELROY);
  await priya.heading("My work");
  await delroy.heading("My work");
  const tomek = () => section(priya, /Tomasz Harrowgill/).first();
  let address = "";
  let phone;

  await step("making a link asks first whether it is safe to send, and who agreed; without a yes it is shown in person only", async () => {
    await go(priya, "/caseload");
    await priya.heading("My caseload");
    await tomek().getByRole("button", { name: /^Make a link: / }).or(tomek().getByRole("button", { name: /^Make a link *:/ })).first().click();
    const make = form(priya, "link-");
    await make.getByRole("button", { name: "Make the link" }).click();
    await make.getByText("Answer first: is it safe to send to this phone? Ask them.").first().waitFor();
    await make.getByLabel("No, or not always").check();
    await make.getByRole("button", { name: "Make the link" }).click();
    await make.getByText("Say who agreed that they take part.").first().waitFor();
    await make.getByLabel("Who agreed that they take part?").fill("B, on 5 May");
    await priya.screen("link-make");
    await make.getByRole("button", { name: "Make the link" }).click();
    await tomek().getByText("Show it in person, and send it to nobody").waitFor();
    assert.equal(await tomek().locator("[data-message]").count(), 0, "there is no message to send");
    await tomek().getByRole("button", { name: "Close", exact: true }).click();
  });

  await step("where it is safe there is a message that gives nothing away, and a square for the camera", async () => {
    await tomek().getByRole("button", { name: /^Make a link/ }).click();
    const make = form(priya, "link-");
    await make.getByLabel("Yes, they say so").check();
    await make.getByLabel("Who agreed that they take part?").fill("B, on 5 May");
    await make.getByLabel("What do you call it?").fill("own phone");
    await make.getByRole("button", { name: "Make the link" }).click();
    await tomek().locator("[data-message]").waitFor();
    address = await tomek().locator("[data-link]").textContent();
    assert.equal(await tomek().locator("[data-message]").textContent(), `Hi, here is the page we talked about. ${address}`);
    await tomek().getByRole("img", { name: "The link as a code for a camera" }).waitFor();
    await priya.screen("link-made");
    await tomek().getByRole("button", { name: "Close", exact: true }).click();
    await tomek().getByText("own phone").first().waitFor();
    await tomek().getByText("not used yet").first().waitFor();
  });

  await step("a link is stopped, and opens nothing", async () => {
    const line = tomek().locator("li", { hasText: "shown in person, not sent" });
    await line.getByRole("button", { name: /^Stop this link/ }).click();
    await form(priya, "stop-").getByRole("button", { name: "Stop it" }).click();
    await tomek().getByText(/^stopped on/).waitFor();
    await priya.screen("links");
  });

  await step("on a phone: said, let the team see it, a code word, sent", async () => {
    phone = await Phone.open(browser, address);
    await phone.heading("Before you start");
    await phone.sees("Priya reads it first.");
    await phone.press("Start");
    if (await phone.page.getByRole("button", { name: "Say something", exact: true }).count()) await phone.press("Say something");
    await phone.heading("What is good about your friends?");
    await phone.press("They get me home");
    await phone.page.getByLabel("Want to say more?").fill(`${KITH_NAME} waits for me by the ${KITH_CANARY}.`);
    await phone.press("Go on");
    for (let n = 0; n < 4; n += 1) await phone.press("Skip");
    await phone.heading("How do you feel about it all today?");
    await phone.press("So-so");
    await phone.press("Go on");
    await phone.heading("This is what you want to say.");
    await section(phone, "What is good about your friends?").getByLabel("The team, without my name").check();
    await phone.page.getByLabel("Code word", { exact: true }).fill(CODE);
    await phone.press("Send");
    await phone.heading("Sent");
  });

  await step("it is on top of My work, with how long it waits; nothing of it is shown before it is read", async () => {
    await go(priya, "/work");
    await priya.heading("My work");
    const row = priya.page.getByRole("link", { name: /^Read what Tomek sent by a link/ });
    await row.waitFor();
    assert.equal(await priya.page.locator(".kith-needs").first().getByRole("link", { name: /^Read what Tomek/ }).count(), 1, "first of all");
    await priya.screen("work-heard");
    await row.click();
    await priya.heading("Heard from Tomek");
    await priya.sees("Until you read it, they can change it or take it back.");
    assert.ok(!(await priya.page.locator("main").innerText()).includes("zebra"));
    await priya.screen("heard-before");
    await priya.press("Read it now");
    await priya.sees(KITH_CANARY);
    await priya.sees("They let the team see this, without their name.");
    await priya.sees("They said this to you alone.");
    await priya.screen("heard");
  });

  await step("what was said to me alone cannot be added", async () => {
    const feel = section(priya, "How do you feel about it all today?");
    await feel.getByText("So-so").waitFor();
    assert.equal(await feel.getByRole("button", { name: /^Add to the assessment/ }).count(), 0);
  });

  await step("a name of the caseload is covered from the start; more is covered by keys alone, and uncovered", async () => {
    const friends = section(priya, "What is good about your friends?");
    await friends.getByRole("button", { name: /^Add to the assessment/ }).click();
    const add = form(priya, "heard-friends-add");
    await add.getByText("[a name, covered]").waitFor();
    assert.ok(await add.getByLabel(/^“Tomek”/).isChecked());
    const box = add.getByLabel("As it was said");
    await box.focus();
    // The words cannot be changed, and they can be marked: Shift and End.
    await priya.page.keyboard.press("Control+End");
    await priya.page.keyboard.type("x");
    await priya.page.keyboard.press("Backspace");
    assert.ok((await box.inputValue()).endsWith("canal."), "nobody changes the words");
    for (let n = 0; n < 6; n += 1) await priya.page.keyboard.press("Shift+ArrowLeft");
    await add.getByLabel("What it is").selectOption("a place");
    await add.getByRole("button", { name: "Cover what is marked" }).press("Enter");
    await add.getByText("[a place, covered]").waitFor();
    await add.getByLabel(/^“canal\.”/).click();
    assert.equal(await add.getByText("[a place, covered]").count(), 0, "undone");
    assert.ok(await add.getByLabel("Group functioning").isChecked(), "the side is suggested");
    await priya.screen("heard-cover");
    await add.getByRole("button", { name: "Add it" }).click();
    await priya.sees("Added. The team reads it under their label.");
    await priya.screen("heard-added");
  });

  await step("what is not added takes a reason, which they are told; what is kept stays here", async () => {
    const feel = section(priya, "How do you feel about it all today?");
    await feel.getByRole("button", { name: /^Do not add it/ }).click();
    await form(priya, "heard-feel-not").getByRole("button", { name: "Do not add it" }).click();
    await form(priya, "heard-feel-not").getByText("Say why. They will be told.").first().waitFor();
    await form(priya, "heard-feel-not").getByRole("button", { name: "Leave it" }).click();
    await feel.getByRole("button", { name: /^Keep it here/ }).click();
    await form(priya, "heard-feel-keep").getByRole("button", { name: "Keep it here" }).click();
    await feel.getByText("Kept here").first().waitFor();
  });

  await step("a colleague reads it under the label with the name covered, and answers it", async () => {
    await go(delroy, `/a/${KITH_LARCH}/voices`);
    await delroy.sees(KITH_CANARY);
    const voice = delroy.page.locator("article", { hasText: KITH_CANARY });
    await voice.getByText("[a name, covered]").first().waitFor();
    assert.ok(!(await delroy.page.locator("main").innerText()).includes(KITH_NAME));
    await voice.getByText("Not yet answered").first().waitFor();
    await delroy.screen("voices-heard");
    await voice.getByRole("button", { name: /^Answer/ }).click();
    const answer = form(delroy, "answer-");
    await answer.getByLabel("Not yet", { exact: true }).check();
    await answer.getByLabel("A sentence or two to them").fill("We asked the council for lights. They say by June.");
    await answer.getByRole("button", { name: "Add the answer" }).click();
    await voice.getByText("We asked the council for lights.").first().waitFor();
  });

  await step("in person, a code that is typed opens the same page, once", async () => {
    await go(priya, "/caseload");
    await priya.heading("My caseload");
    const line = tomek().locator("li", { hasText: "own phone" });
    await line.getByRole("button", { name: /^A code to type, in person/ }).click();
    const form_ = form(priya, "code-");
    await form_.getByRole("button", { name: "Make a code" }).click();
    const code = (await form_.locator("[data-code]").textContent()).trim();
    await priya.screen("typed-code");
    const other = await Phone.open(browser, address.replace(/#.*/, ""));
    await other.page.getByLabel("Code", { exact: false }).first().fill(code);
    await other.page.getByRole("button", { name: "Go on" }).click();
    await other.heading("Before you start");
    await form_.getByRole("button", { name: "Close" }).click();
  });

  await step("before the window is opened, the holder sees exactly what they will read", async () => {
    await go(priya, "/caseload");
    await priya.heading("My caseload");
    await priya.page.waitForFunction(() => document.querySelector("main")?.textContent?.includes("own phone"));
    const line = tomek().locator("li", { hasText: "own phone" });
    await line.getByText("used once").waitFor();
    await line.getByRole("button", { name: /^Let them read for a day/ }).click();
    const open = form(priya, "window-");
    await open.getByText("We asked the council for lights. They say by June.").waitFor();
    await open.getByText("[a name, covered]").or(open.getByText(KITH_CANARY)).first().waitFor();
    await priya.screen("window");
    await open.getByRole("button", { name: "Open it for 24 hours" }).click();
    await line.getByText(/^They can read until/).waitFor();
  });

  await step("on the phone: the answer, with link and code word; “not really”, and why", async () => {
    phone = await Phone.open(browser, address);
    await phone.heading("Before you start");
    await phone.press("I have a code word");
    await phone.page.getByLabel("Code word", { exact: true }).fill(CODE);
    await phone.press("Read it");
    await phone.sees("We asked the council for lights. They say by June.");
    await phone.sees("Not yet.");
    const point = phone.page.locator("section", { hasText: "We asked the council" });
    await point.getByRole("button", { name: "Not really", exact: true }).click();
    await point.getByLabel("Want to say why?").fill(`Nobody asked us, says ${KITH_NAME}.`);
    await phone.press("Send");
    await phone.heading("Sent");
  });

  await step("it shows in the app, first to the holder; the reason is covered before the team reads it", async () => {
    await go(priya, "/work");
    await priya.heading("My work");
    await priya.page.getByRole("link", { name: /^Read what Tomek sent by a link/ }).click();
    await priya.sees("says whether our answers are fair");
    await priya.press("Read it now");
    await priya.sees("Is that fair? Not really");
    await priya.sees("Nobody asked us");
    await priya.screen("heard-fair");
    await priya.press(/^Put their reason beside the answer/);
    await form(priya, "on-").getByText("[a name, covered]").waitFor();
    await form(priya, "on-").getByRole("button", { name: "Put it there" }).click();
    await priya.sees("Their reason stands there too:");
    await go(delroy, `/a/${KITH_LARCH}/voices`);
    const voice = delroy.page.locator("article", { hasText: KITH_CANARY });
    await voice.getByText("Is that fair? Not really").first().waitFor();
    await voice.getByText(/Nobody asked us, says \[a name, covered\]/).first().waitFor();
    await delroy.screen("voices-fair");
  });

  await phone.kept(KITH_CANARY, CODE, address.slice(address.indexOf("#") + 1));
  for (const person of [priya, delroy]) await person.kept(new URL(person.page.url()).port);
} finally {
  await browser.close();
}
