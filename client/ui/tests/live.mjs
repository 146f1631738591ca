// Three people at three computers write in one paragraph, letter by letter: nothing jumps, nothing is lost, one goes offline and comes
// back. Started by tests/tests/live.rs, which runs the programs.
import assert from "node:assert/strict";
import { Person, start, step, until } from "./browser.mjs";

const { KITH_PRIYA, KITH_NADIA, KITH_DELROY, KITH_ASSESSMENT } = process.env;
assert.ok(KITH_PRIYA && KITH_NADIA && KITH_DELROY && KITH_ASSESSMENT, "started by `cargo test -p kith-tests --test live`");
const SECONDS = Number(process.env.KITH_LIVE_SECONDS ?? 60);
const browser = await start();

/** The box of a person's live text. */
const box = (one, label = "Summary") => one.page.getByRole("textbox", { name: label, exact: true });
const textIn = (one, label) => box(one, label).inputValue();
const caretIn = (one, label) => box(one, label).evaluate((area) => [area.selectionStart, area.selectionEnd]);
const place = (one, at, label) => box(one, label).evaluate((area, caret) => { area.focus(); area.setSelectionRange(caret, caret); }, at);

/** At the end of what stands there at that moment: others write meanwhile. */
const placeAtEnd = (one, label) => box(one, label).evaluate((area) => { area.focus(); area.setSelectionRange(area.value.length, area.value.length); });

/** Until all boxes read the same, and so. */
async function allRead(people, text, label) {
  await until("the same text on all screens", async () => {
    const read = await Promise.all(people.map((one) => textIn(one, label)));
    return read.every((one) => one === text) || [text, ...read];
  });
}

async function goTo(one, page) {
  await one.page.evaluate((hash) => { location.hash = hash; }, `#/a/${KITH_ASSESSMENT}/${page}`);
}

async function openSummary(one) {
  await goTo(one, "sides/summary");
  await one.heading("Summary");
  await until(`${one.name}'s box is open`, () => box(one).evaluate((area) => !area.readOnly));
}

try {
  const [priya, nadia, delroy] = await Promise.all([
    Person.open(browser, "Priya", KITH_PRIYA), Person.open(browser, "Nadia", KITH_NADIA), Person.open(browser, "Delroy", KITH_DELROY),
  ]);
  const people = [priya, nadia, delroy];
  let text = "";

  await step("the summary is open on three screens, and no barrier is in it", async () => {
    for (const one of people) {
      await one.heading("My work");
      await openSummary(one);
    }
    text = await textIn(priya);
    await allRead(people, text);
    assert.ok(text.length > 20, "the sample has a summary");
    await priya.screen("live-summary");
  });

  await step("agencies are shown where they are, in words, and whoever does not want that is not", async () => {
    const company = priya.page.locator(".kith-company");
    await place(nadia, 0);
    await place(delroy, 0);
    await company.getByText("Kestrel Vale Academy is in the summary").first().waitFor();
    await company.getByText("Kestrel Vale youth hub is in the summary").first().waitFor();
    for (const name of ["Nadia", "Delroy", "Sorrell", "Finch"]) assert.ok(!(await company.innerText()).includes(name), "an agency, not a person");
    await nadia.follow("Settings");
    await nadia.press("Do not show that I am here");
    await nadia.page.getByRole("button", { name: "Show that I am here" }).waitFor();
    await nadia.screen("settings-hidden");
    await openSummary(nadia);
    await nadia.page.waitForTimeout(1500);
    await goTo(delroy, "team");
    // What Nadia's page would have said comes before this.
    await company.getByText("Kestrel Vale youth hub is in the team").first().waitFor();
    assert.ok(!(await company.innerText()).includes("Academy"));
    await nadia.follow("Settings");
    await nadia.press("Show that I am here");
    await nadia.page.getByRole("button", { name: "Do not show that I am here" }).waitFor();
    await openSummary(nadia);
    await openSummary(delroy);
    await company.getByText("Kestrel Vale Academy is in the summary").first().waitFor();
  });

  const typedBy = { priya: "", nadia: "" };
  await step(`two type in one paragraph for ${SECONDS} seconds, one of them offline for a third of it`, async () => {
    const original = text;
    // Priya writes before it, Nadia behind it, and Delroy's caret rests in its middle.
    const middle = Math.floor(original.length / 2);
    await place(priya, 0);
    await place(nadia, original.length);
    await place(delroy, middle);
    const end = Date.now() + SECONDS * 1000;
    const write = async (one, who, until) => {
      let count = 0;
      while (Date.now() < until) {
        count += 1;
        const word = `${who}${count} `;
        await one.page.keyboard.type(word, { delay: 70 + ((count * 37) % 60) });
        typedBy[who] += word;
        if (count % 9 === 0) {
          await one.page.keyboard.press("Backspace");
          typedBy[who] = typedBy[who].slice(0, -1);
        }
      }
    };
    const away = async () => {
      await nadia.follow("Settings");
      await nadia.press("Work offline");
      await nadia.page.getByRole("button", { name: "Connect again" }).waitFor();
      await nadia.sees("You are working offline");
      await openSummary(nadia);
      await placeAtEnd(nadia);
    };
    const back = async () => {
      await nadia.follow("Settings");
      await nadia.press("Connect again");
      await nadia.page.getByRole("button", { name: "Work offline" }).waitFor();
      await openSummary(nadia);
      await until("what Priya wrote meanwhile is there", async () => (await textIn(nadia)).startsWith(typedBy.priya.slice(0, 20)));
      await placeAtEnd(nadia);
    };
    const third = (SECONDS * 1000) / 3;
    await Promise.all([
      write(priya, "priya", end),
      (async () => {
        await write(nadia, "nadia", end - 2 * third);
        await away();
        await write(nadia, "nadia", end - third);
        await back();
        await write(nadia, "nadia", end);
      })(),
    ]);
    text = typedBy.priya + original + typedBy.nadia;
    await allRead(people, text);
    assert.deepEqual(await caretIn(priya), [typedBy.priya.length, typedBy.priya.length], "Priya's caret is behind her last letter");
    assert.deepEqual(await caretIn(nadia), [text.length, text.length], "Nadia's caret is behind her last letter");
    const rests = typedBy.priya.length + middle;
    assert.deepEqual(await caretIn(delroy), [rests, rests], "Delroy's caret is where it was in his sentence");
    console.log(`  ${typedBy.priya.length} and ${typedBy.nadia.length} letters`);
  });

  await step("the line says that it was sent, and who has seen it", async () => {
    await until("Priya's line", async () => /Saved on this computer .* · Sent/.test(await priya.page.locator(".kith-status").innerText()));
  });

  await step("two type at one and the same place: one text, every letter once", async () => {
    const at = text.length;
    await place(priya, at);
    await place(delroy, at);
    const [one, other] = ["abcdefghijklmnop", "ABCDEFGHIJKLMNOP"];
    await Promise.all([priya.page.keyboard.type(one, { delay: 40 }), delroy.page.keyboard.type(other, { delay: 45 })]);
    await until("one text", async () => {
      const read = await Promise.all(people.map((person) => textIn(person)));
      return (new Set(read).size === 1 && read[0].length === at + one.length + other.length) || read;
    });
    const added = (await textIn(priya)).slice(at);
    assert.deepEqual([...added].sort(), [...one, ...other].sort());
    assert.equal([...added].filter((letter) => one.includes(letter)).join(""), one, "Priya's letters in her order");
    assert.equal([...added].filter((letter) => other.includes(letter)).join(""), other, "Delroy's letters in his order");
    text += added;
  });

  await step("undo takes back what I typed and nothing of a colleague's, and says what somebody wrote into", async () => {
    await place(priya, 0);
    await priya.page.keyboard.type("Mine. ");
    await allRead(people, `Mine. ${text}`);
    await place(nadia, 6 + text.length);
    await nadia.page.keyboard.type(" Hers.");
    await allRead(people, `Mine. ${text} Hers.`);
    await priya.page.keyboard.press("Control+z");
    await allRead(people, `${text} Hers.`);
    await priya.page.keyboard.press("Control+Shift+z");
    await allRead(people, `Mine. ${text} Hers.`);
    await place(nadia, 2);
    await nadia.page.keyboard.type("XX");
    await allRead(people, `MiXXne. ${text} Hers.`);
    await priya.page.keyboard.press("Control+z");
    await priya.sees("Somebody has written into this since, so it was not taken back.");
    await priya.screen("live-undo");
    await box(priya).evaluate((area) => area.focus());
    await priya.page.keyboard.press("Delete");
    text = `${text} Hers.`;
    await allRead(people, text);
  });

  await step("nothing comes into a word that is being composed", async () => {
    const session = await delroy.page.context().newCDPSession(delroy.page);
    await place(delroy, 0);
    await session.send("Input.imeSetComposition", { text: "にほ", selectionStart: 2, selectionEnd: 2 });
    await place(priya, text.length);
    await priya.page.keyboard.type(" end");
    await allRead([priya, nadia], `${text} end`);
    assert.equal(await textIn(delroy), `にほ${text}`);
    await session.send("Input.insertText", { text: "日本" });
    text = `日本${text} end`;
    await allRead(people, text);
    assert.deepEqual(await caretIn(delroy), [2, 2]);
  });

  await step("what cannot be kept stays on the page, and goes when it is mended", async () => {
    await place(nadia, 0);
    await box(nadia).evaluate((area) => {
      area.setRangeText("x".repeat(100_001), 0, 0, "end");
      area.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertFromPaste" }));
    });
    await nadia.sees("characters long");
    await nadia.screen("live-too-long");
    await box(nadia).evaluate((area) => {
      area.focus();
      area.setRangeText("So. ", 0, 100_001, "end");
      area.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "deleteContentBackward" }));
    });
    text = `So. ${text}`;
    await allRead(people, text);
    assert.equal(await nadia.page.getByText("characters long").count(), 0);
  });

  await step("two who wrote apart are asked to read once what came together", async () => {
    await nadia.follow("Settings");
    await nadia.press("Work offline");
    await nadia.page.getByRole("button", { name: "Connect again" }).waitFor();
    await openSummary(nadia);
    // The last mark of typing that all three had holds for some seconds.
    await nadia.page.waitForTimeout(6000);
    await placeAtEnd(nadia);
    await nadia.page.keyboard.type(" Apart.");
    await place(priya, 0);
    await priya.page.keyboard.type("Also: ");
    await nadia.follow("Settings");
    await nadia.press("Connect again");
    await openSummary(nadia);
    text = `Also: ${text} Apart.`;
    await allRead(people, text);
    await priya.sees("wrote this apart, and it was put together");
    await priya.screen("live-apart");
    await priya.press(/^I have looked/);
    await until("the mark is gone", async () => (await priya.page.getByText("wrote this apart").count()) === 0);
  });

  await step("an entry is written together when its author opens it; nobody sees a draft", async () => {
    await goTo(delroy, "sides/3");
    const own = delroy.page.getByRole("button", { name: /^Write together/ }).first();
    await own.waitFor();
    const entry = await own.evaluate((button) => button.closest("article").querySelector(".kith-entry__text").textContent);
    await own.click();
    await until("Delroy's box", () => box(delroy, "Write together").evaluate((area) => !area.readOnly));
    assert.equal(await textIn(delroy, "Write together"), entry);
    const invitation = priya.page.getByText(/^Delroy Finch invites you to write together in 3/);
    await invitation.waitFor();
    await priya.screen("live-invited");
    await goTo(priya, "sides/3");
    await priya.page.getByText(/^Delroy Finch, .* invites you to write this together/).first().waitFor();
    await priya.press(/^Write together/);
    await until("Priya's box", () => box(priya, "Write together").evaluate((area) => !area.readOnly));
    await priya.screen("live-entry");
    await place(priya, entry.length, "Write together");
    await priya.page.keyboard.type(" And so we ask.");
    await allRead([priya, delroy], `${entry} And so we ask.`, "Write together");
    await priya.press(/^Close the box/);
    await priya.page.locator(".kith-entry__text", { hasText: `${entry} And so we ask.` }).waitFor();
    await delroy.press(/^End writing together/);
    await until("the invitation is gone", async () => (await priya.page.getByText(/invites you to write/).count()) === 0);
  });

  await step("a letter that was just typed outlives the lock", async () => {
    await openSummary(priya);
    await place(priya, 0);
    await priya.page.keyboard.type("Z");
    await priya.press("Lock");
    await priya.heading("Kith is locked");
    assert.equal(await priya.page.getByText("Also: So.").count(), 0, "the page is blank");
    await until("the letter", async () => (await textIn(nadia)) === `Z${text}`);
  });

  for (const [one, address] of [[nadia, KITH_NADIA], [delroy, KITH_DELROY]]) await one.kept(new URL(address).port);
} finally {
  await browser.close();
}
