// Agreement on a phone: three screens, in part, taken back, asked later. The relay's test (server/tests/relay/reading.rs) starts it, and looks
// at the other end.
import assert from "node:assert/strict";
import { Phone, start } from "./browser.mjs";
import { CODE, READ, enter, open, secret } from "./steps.mjs";

const address = process.env.KITH_LINK;
const browser = await start();

const phases = {
  /** Agreement: three screens, in part, with an objection; then what counts now, and a yes that is taken back. */
  async agree() {
    const phone = await open(browser, ["Start", "Do you want to take part?"]);
    await phone.heading("What this is");
    await phone.screens("agree-1");
    await phone.press("I have read this");
    await phone.heading("Taking part");
    await phone.press("Yes");
    assert.ok(!(await phone.page.getByText("What do you not want?").isVisible()));
    await phone.press("Yes, but not …");
    await phone.press("Go on");
    await phone.sees("Pick what you do not want, or write it down.");
    await phone.press("The picture");
    await phone.press("Kestrel Vale police");
    await phone.page.getByLabel("Want to say more?").fill("badger: not at school");
    await phone.screens("agree-2");
    await phone.press("Go on");
    await phone.heading("What we do not ask you");
    await phone.sees("If you think that we got it wrong, here is who to tell: The children's rights worker, 020 7946 0001");
    await phone.press("Leave me out of the picture");
    await phone.screens("agree-3");
    await phone.press("Go on");
    await phone.heading("This is what you want to say.");
    for (const line of ["I have read this", "Taking part: Yes, but not …", "Not: The picture", "Not: Kestrel Vale police", "Leave me out of the picture"]) {
      await phone.page.getByRole("listitem").filter({ hasText: line }).first().waitFor();
    }
    await phone.screens("agree-check");
    await phone.press("Send");
    await phone.heading("Sent");
    await phone.sees("You can change your mind at any time.");
    await phone.press("Back");

    await phone.press("What I said about taking part");
    await enter(phone);
    await phone.heading("What you said about taking part");
    const lines = await phone.page.locator("main p, main li").allTextContents();
    assert.deepEqual(lines, ["You said yes to taking part.", "You wanted to talk first."], "newest first");
    await phone.screens("agreed");
    await phone.press("Take back my yes");
    await phone.heading("Taking part");
    assert.equal(await phone.page.getByRole("button", { name: "No", exact: true }).getAttribute("aria-pressed"), "true");
    await phone.page.getByLabel("Want to say more?").fill("");
    await phone.press("Go on");
    await phone.press("Leave me out of the picture");
    await phone.press("Go on");
    await phone.press("Send");
    await phone.heading("Sent");
    await phone.kept("badger", ...READ, CODE, secret);
  },

  /** A parent's link that asks for agreement alone, in Arabic; "ask me later", and without a signal. */
  async parent() {
    const phone = await open(browser, ["Start"]);
    await phone.heading("What this is");
    await phone.press("Ask me later");
    await phone.heading("That is fine.");
    await phone.screens("agree-later");
    await phone.press("No, do not send it");
    await phone.heading("Before you start");
    await phone.press("Start");
    await phone.page.locator("#language").selectOption("ar");
    await phone.heading("ما هذا");
    await phone.press("قرأت هذا");
    await phone.press("أريد أن أتكلم أولًا");
    await phone.press("تابع");
    await phone.heading("ما لا نسألك عنه");
    await phone.page.getByRole("button", { name: "لا تضعوا طفلي في الرسم" }).waitFor();
    await phone.press("اسألوني لاحقًا");
    await phone.signal(false);
    await phone.press("نعم، أخبروا Priya");
    await phone.heading("لم يذهب بعد.");
    await phone.signal(true);
    await phone.press("حاول الآن");
    await phone.heading("أُرسل");

    // Another answer stands in its place, also after one that was thrown away.
    await phone.page.locator("#language").selectOption("en");
    await phone.press("Back");
    const answer = async (name) => {
      await phone.press("Start");
      await phone.press("I have read this");
      await phone.press(name);
      await phone.press("Go on");
      await phone.press("Go on");
      await phone.press("Send");
    };
    await phone.signal(false);
    await answer("Yes");
    await phone.heading("It has not gone yet.");
    await phone.press("No, throw it away");
    await phone.signal(true);
    await phone.press("Back");
    await answer("I want to talk first");
    await phone.heading("Sent");
    await phone.kept(secret);
  },

  /** Read aloud, each screen of agreement: by a voice that is on this phone, in the language that is shown. */
  async aloud() {
    const before = () => {
      globalThis.said = [];
      const voices = [
        { name: "far", lang: "en-GB", localService: false },
        { name: "here", lang: "en-GB", localService: true },
      ];
      globalThis.SpeechSynthesisUtterance = class {
        constructor(text) {
          this.text = text;
        }
      };
      const synthesis = { getVoices: () => voices, speak: (one) => globalThis.said.push(`${one.voice.name}: ${one.text}`), cancel: () => {}, speaking: false };
      Object.defineProperty(globalThis, "speechSynthesis", { value: synthesis });
    };
    const phone = await Phone.open(browser, address, { before });
    await phone.heading("Before you start");
    await phone.press("Start");
    await phone.press("Do you want to take part?");
    for (const [title, text, on] of [
      ["What this is", "Some people who work with young people", "I have read this"],
      ["Taking part", "Are you happy to take part?", "Go on"],
      ["What we do not ask you", "Workers can use what they know", "Go on"],
    ]) {
      await phone.heading(title);
      await phone.press("Read it to me");
      const said = await phone.page.evaluate(() => globalThis.said.splice(0));
      assert.ok(said.includes(`here: ${title}`) && said.includes("here: Ask me later"), said.join("\n"));
      assert.ok(said.some((one) => one.startsWith(`here: ${text}`)), said.join("\n"));
      assert.ok(said.every((one) => one.startsWith("here: ")), "no word goes to a voice elsewhere");
      await phone.press(on);
    }
    // No voice of this phone speaks Welsh: then nothing offers to.
    await phone.page.locator("#language").selectOption("cy");
    assert.equal(await phone.page.getByRole("button", { name: "Darllen i mi" }).count(), 0);
  },
};

try {
  await phases[process.env.KITH_PHASE]();
} finally {
  await browser.close();
}
