// All that a phone says and reads, while somebody listens on the line. The test (tests/tests/families.rs) starts it, is the practitioner
// in between, and looks for these words in what went over the line.
import assert from "node:assert/strict";
import { Phone, start } from "./browser.mjs";

const address = process.env.KITH_LINK;
const secret = address.slice(address.indexOf("#") + 1);
const { typed, place, drawn, circle, agreed, code, answer, plain, why, missed, reply } = JSON.parse(process.env.KITH_TOLD);
const browser = await start();

/** The page, at its menu. */
async function begun() {
  const phone = await Phone.open(browser, address, { flows: true });
  await phone.context.grantPermissions(["microphone"], { origin: phone.origin });
  await phone.heading("Before you start");
  await phone.press("Start");
  await phone.heading("What would you like to do?");
  return phone;
}

async function enter(phone) {
  await phone.heading("Your code word");
  await phone.page.getByLabel("Code word", { exact: true }).fill(code);
  await phone.press("Read it");
}

/** A mark on the paper, by keys, and what it is. */
async function mark(phone, words) {
  await phone.page.getByRole("application", { name: "The paper" }).focus();
  await phone.page.keyboard.press("Enter");
  await phone.page.keyboard.type(words);
}

const phases = {
  /** A card, typed words, a voice note, a place, a drawn map, how it feels, a code word; their own circle; agreement in part. */
  async say() {
    const phone = await begun();
    await phone.press("Say something");
    await phone.heading("What is good about your friends?");
    await phone.press("They get me home");
    await phone.press("Say it out loud");
    await phone.press("Start talking");
    await phone.sees(/^Seconds: [12] of 90$/);
    await phone.press("Stop");
    await phone.press("Keep it and go on");
    await phone.page.getByLabel("Want to say more?").fill(typed);
    await phone.press("Go on");
    await phone.press("Go on");
    await phone.heading("Where do you feel OK, and where not?");
    await phone.press("Park: Not OK");
    await phone.page.getByLabel("Want to say more?").fill(place);
    await phone.press("Draw a map");
    await phone.press("Not OK");
    await mark(phone, drawn);
    await phone.press("Keep it and go on");
    for (let step = 3; step <= 5; step += 1) await phone.press("Go on");
    await phone.heading("How do you feel about it all today?");
    await phone.press("So-so");
    await phone.press("Go on");
    await phone.heading("This is what you want to say.");
    await phone.page.locator("section").first().getByLabel("The team, without my name").check();
    await phone.page.getByLabel("Code word", { exact: true }).fill(code);
    await phone.press("Send");
    await phone.heading("Sent");
    await phone.kept(typed, place, drawn, code, secret, "OpusHead");
    await phone.context.close();

    const drawing = await begun();
    await drawing.press("Say something");
    await drawing.press("Draw who matters to you");
    await drawing.press("Add a person");
    await drawing.page.keyboard.type(circle);
    await drawing.press("Pick what to send");
    await drawing.page.getByLabel(circle, { exact: true }).check();
    await drawing.press("Send what I ticked");
    await drawing.heading("Sent");
    await drawing.kept(circle, secret);
    await drawing.context.close();

    const agreeing = await begun();
    await agreeing.press("Do you want to take part?");
    await agreeing.press("I have read this");
    await agreeing.press("Yes, but not …");
    await agreeing.press("The picture");
    await agreeing.page.getByLabel("Want to say more?").fill(agreed);
    await agreeing.press("Go on");
    await agreeing.press("Go on");
    await agreeing.press("Send");
    await agreeing.heading("Sent");
    await agreeing.kept(agreed, secret);
  },

  /** With the code word: what was done with it, whether that is fair; what the team thinks, and a reply to it. */
  async read() {
    const phone = await begun();
    await phone.press("What we did with what I said");
    await enter(phone);
    await phone.sees(answer);
    await phone.sees(typed);
    const point = phone.page.locator("section", { hasText: answer });
    await point.getByRole("button", { name: "Not really", exact: true }).click();
    await point.getByLabel("Want to say why?").fill(why);
    await phone.press("Send");
    await phone.heading("Sent");
    await phone.press("Back");
    await phone.press("What the team thinks");
    await phone.heading("This is what the team thinks.");
    await phone.sees(plain);
    await phone.page.locator("section", { hasText: plain }).getByRole("button", { name: "Partly", exact: true }).click();
    await phone.press("Go on");
    await phone.page.getByLabel("What did we miss?").fill(missed);
    await phone.page.getByRole("textbox", { name: "Your reply" }).fill(reply);
    await phone.press("Send");
    await phone.heading("Sent");
    await phone.kept(typed, answer, plain, why, missed, reply, code, secret);
  },
};

try {
  assert.ok(phases[process.env.KITH_PHASE], "started by `cargo test -p kith-tests --test families`");
  await phases[process.env.KITH_PHASE]();
} finally {
  await browser.close();
}
