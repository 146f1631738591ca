// Meetings, and hints where several write: notes letter by letter on two screens, agreed and opened again, quiet marks that move no caret.
// Started by tests/tests/meetings.rs, which writes the sample and runs the programs.
import assert from "node:assert/strict";
import { FORMS_IN_WORDS, Person, start, step, until } from "./browser.mjs";

const { KITH_PRIYA, KITH_NADIA, KITH_LARCH, KITH_EMPTY } = process.env;
assert.ok(KITH_PRIYA && KITH_NADIA && KITH_LARCH && KITH_EMPTY, "started by `cargo test -p kith-tests --test meetings`");
const browser = await start();

const goTo = (one, page, assessment = KITH_LARCH) => one.page.evaluate((hash) => { location.hash = hash; }, `#/a/${assessment}/${page}`);
/** Of the meeting whose title begins so. */
const meeting = (one, title) => one.page.getByRole("article", { name: title });
const press = (one, title, name) => meeting(one, title).getByRole("button", { name }).first().click();
const box = (one, label = "Notes") => one.page.getByRole("textbox", { name: label, exact: true }).first();
const opened = (one, label) => until(`${one.name}'s box is open`, () => box(one, label).evaluate((area) => !area.readOnly));
const place = (one, at, label) => box(one, label).evaluate((area, caret) => { area.focus(); area.setSelectionRange(caret, caret); }, at);
const caretIn = (one, label) => box(one, label).evaluate((area) => area.selectionStart);
const hint = (one, word) => one.page.getByRole("button", { name: `Hint about “${word}”` });
const reads = (one, text, label) => until(`${one.name} reads it`, async () => {
  const read = await box(one, label).inputValue();
  return read === text || read;
});
/** What the program found in a text, once it was asked about exactly that. */
const checked = (one, text) => one.page.waitForResponse((answer) => answer.url().endsWith("/hints") && answer.request().postDataJSON().text === text);
const TITLE = /^Peer group conference/;

try {
  const priya = await Person.open(browser, "Priya", KITH_PRIYA);
  const nadia = await Person.open(browser, "Nadia", KITH_NADIA);

  await step("where no meeting is noted the page says how to begin; it stands between Plan and Team", async () => {
    await priya.heading("My work");
    await goTo(priya, "plan", KITH_EMPTY);
    await priya.heading("Plan");
    const pages = await priya.page.getByRole("navigation", { name: "Pages of the assessment" }).getByRole("link").allInnerTexts();
    assert.deepEqual(pages, ["Overview", "Three sides", "Voices", "Picture", "Plan", "Meetings", "Team"]);
    await priya.follow("Meetings");
    await priya.heading("Meetings");
    await priya.sees("No meeting is noted yet. When you meet about these friends:");
    await priya.screen("meetings-empty");
  });

  await step("a conference says who was there by agency and by role, and by whom its notes are as agreed", async () => {
    for (const one of [priya, nadia]) {
      await goTo(one, "meetings");
      await one.heading("Meetings");
    }
    const conference = meeting(priya, TITLE);
    await conference.getByText("Colin Ashdown, Priya Marsh").waitFor();
    await conference.getByText("a grandmother, for the first half hour").waitFor();
    await conference.getByText("Colin Ashdown, children's social care").waitFor();
    assert.equal(await conference.getByRole("textbox").count(), 0, "what is agreed has no box");
    await priya.screen("meetings-sample");
  });

  await step("a meeting is noted in a few presses; what cannot be kept is said, and stays in the form", async () => {
    await priya.press("Note a meeting");
    await priya.page.getByRole("radio", { name: "Context conference" }).check();
    await priya.sees("Not about individuals: no names and no labels.");
    await priya.page.getByRole("checkbox", { name: /^Nadia Sorrell/ }).check();
    await priya.type("Who else was there, by role?", `station manager, bus company\n${"x".repeat(300)}`);
    await priya.screen("meeting-form");
    await priya.press("Add to assessment");
    await priya.sees("There is a problem");
    await priya.screen("meeting-form-error");
    await priya.type("Who else was there, by role?", "station manager, bus company");
    await priya.press("Add to assessment");
    await meeting(priya, /^Context conference/).getByText("station manager, bus company").waitFor();
    await meeting(nadia, /^Context conference/).getByText("Kestrel Vale Academy").first().waitFor();
  });

  await step("the review that is to come is put out of the way, and comes again", async () => {
    await press(priya, /^Review/, "Take back");
    await priya.type("Why do you take it back?", "Another day.");
    await meeting(priya, /^Review/).getByRole("button", { name: "Take back", exact: true }).click();
    await meeting(priya, /^Review/).waitFor({ state: "detached" });
    await priya.page.getByText("Taken back (1)").click();
    await priya.sees("Taken back by Priya Marsh: Another day.");
    await priya.press(/^Put it back/);
    await meeting(priya, /^Review/).waitFor();
    await press(priya, /^Review/, "Take back");
    await priya.type("Why do you take it back?", "Another day.");
    await meeting(priya, /^Review/).getByRole("button", { name: "Take back", exact: true }).click();
    await meeting(nadia, /^Review/).waitFor({ state: "detached" });
  });

  await step("two write the notes at once, letter by letter, and see where the other's agency is", async () => {
    await Promise.all([opened(priya), opened(nadia)]);
    await place(priya, 0);
    await priya.page.keyboard.type("The hall is free on Mondays.", { delay: 20 });
    await reads(nadia, "The hall is free on Mondays.");
    await place(nadia, "The hall is free on Mondays.".length);
    await Promise.all([
      nadia.page.keyboard.type("\nThe school opens at eight.", { delay: 25 }),
      (async () => {
        await place(priya, 0);
        await priya.page.keyboard.type("Begun with why. ", { delay: 25 });
      })(),
    ]);
    for (const one of [priya, nadia]) await reads(one, "Begun with why. The hall is free on Mondays.\nThe school opens at eight.");
    assert.equal(await caretIn(priya), "Begun with why. ".length);
    await priya.page.locator(".kith-company").getByText("Kestrel Vale Academy is in the meetings").waitFor();
    await priya.screen("meetings-live");
  });

  const before = "Begun with why. The hall is free on Mondays.\nThe school opens at eight.";
  await step("a name that somebody types is not marked until it is written, on neither screen; then quietly, and no caret moves", async () => {
    await place(priya, 7);
    await place(nadia, before.length);
    const half = `${before} Say so to Kez`;
    const [there, here] = [checked(priya, half), checked(nadia, half)];
    await nadia.page.keyboard.type(" Say so to Kez", { delay: 30 });
    for (const answer of await Promise.all([there, here])) assert.deepEqual((await answer.json()).hints, [], "nothing while it is typed");
    await nadia.page.keyboard.type("iah first.", { delay: 30 });
    await hint(priya, "Keziah").waitFor();
    assert.equal(await priya.page.locator(".kith-writing__mark").count(), 1);
    assert.equal(await caretIn(priya), 7, "the caret rests where it was");
    assert.equal(await caretIn(nadia), `${before} Say so to Keziah first.`.length);
    // The marks lie under the words that they mark.
    const [area, marks] = await priya.page.evaluate(() => [".kith-writing--live .kith-writing__box", ".kith-writing--live .kith-writing__marks"].map((name) => {
      const at = document.querySelector(name);
      return [at.clientWidth, at.clientHeight, getComputedStyle(at).fontSize, getComputedStyle(at).lineHeight, getComputedStyle(at).paddingLeft].join();
    }));
    assert.equal(area, marks);
    await priya.screen("meetings-hint");
    // And they go along with what a colleague writes before them.
    await place(nadia, 0);
    await nadia.page.keyboard.type("Today: ", { delay: 20 });
    await until("the mark has moved along", async () => (await priya.page.locator(".kith-writing__mark").first().innerText()) === "Keziah");
    assert.equal(await caretIn(priya), 14);
  });

  await step("a name of my own caseload leaves the text by one press, on every screen; undo brings it back; kept is kept", async () => {
    await hint(priya, "Keziah").click();
    await priya.sees("Put it in my caseload instead");
    await priya.screen("meetings-hint-open");
    await priya.press("Put it in my caseload instead");
    const told = `Today: ${before} Say so to a friend first.`;
    for (const one of [priya, nadia]) await reads(one, told);
    await box(priya).focus();
    await priya.page.keyboard.press("Control+z");
    const again = `Today: ${before} Say so to Keziah first.`;
    for (const one of [priya, nadia]) await reads(one, again);
    await place(priya, 0);
    await hint(priya, "Keziah").click();
    await priya.press("Keep it");
    await hint(priya, "Keziah").waitFor({ state: "detached" });
    const more = checked(priya, `${again} Keziah.`);
    await place(priya, again.length);
    await priya.page.keyboard.type(" Keziah.");
    await more;
    assert.equal(await hint(priya, "Keziah").count(), 0, "not asked about again");
    await reads(nadia, `${again} Keziah.`);
  });

  await step("one press says that they are as agreed, with who and when; then nobody has a box", async () => {
    await press(nadia, /^Context conference/, "The notes are as agreed");
    for (const one of [priya, nadia]) {
      await meeting(one, /^Context conference/).getByText("as agreed", { exact: true }).waitFor();
      await meeting(one, /^Context conference/).getByText(/^Nadia Sorrell, Kestrel Vale Academy/).waitFor();
      assert.equal(await meeting(one, /^Context conference/).getByRole("textbox").count(), 0);
    }
  });

  await step("they are opened again with a reason that colleagues see, and who was there is put right", async () => {
    await press(priya, /^Context conference/, "Open the notes again");
    await priya.press("Open them");
    await priya.sees("There is a problem");
    await priya.type("Why do you open them again?", "The name has to go.");
    await priya.press("Open them");
    await meeting(nadia, /^Context conference/).getByText("Opened again: The name has to go.").waitFor();
    await opened(nadia);
    await press(priya, /^Context conference/, "Change kind, day or who was there");
    await meeting(priya, /^Context conference/).getByRole("checkbox", { name: /^Delroy Finch/ }).check();
    await priya.type("Who else was there, by role?", "station manager, bus company\na shop keeper");
    await priya.screen("meeting-change");
    await priya.press("Update");
    await meeting(nadia, /^Context conference/).getByText("a shop keeper; station manager, bus company").waitFor();
    await meeting(nadia, /^Context conference/).getByText("Delroy Finch").waitFor();
    await box(nadia).fill("The hall is free on Mondays. A quiet marmalade.");
    await press(nadia, /^Context conference/, "The notes are as agreed");
    await meeting(priya, /^Context conference/).getByText("A quiet marmalade.").waitFor();
  });

  await step("Find leads to the notes, and the history says in plain words what was done", async () => {
    await priya.follow("Find");
    await priya.type("Where did we say that?", "marmalade");
    await priya.page.getByRole("button", { name: "Find" }).click();
    await priya.page.getByRole("link", { name: /^Notes: Context conference/ }).click();
    await priya.heading("Meetings");
    await goTo(priya, "history");
    await priya.heading("History");
    await priya.sees("said that the notes of a meeting are as agreed");
    await priya.sees("opened the notes of a meeting again");
  });

  await step("hints stand in the summary and in the reason of the weighting too", async () => {
    for (const [page, label] of [["sides/summary", "Summary"], ["sides/weighting", "Why in this order"]]) {
      await goTo(priya, page);
      await opened(priya, label);
      const was = await box(priya, label).inputValue();
      await place(priya, was.length, label);
      await priya.page.keyboard.type(" They were at 14 Brookvale Row before.");
      await hint(priya, "14 Brookvale Row").waitFor();
      await priya.screen(`hint-${label === "Summary" ? "summary" : "weighting"}`);
      for (let n = 0; n < " They were at 14 Brookvale Row before.".length; n += 1) await priya.page.keyboard.press("Backspace");
      await hint(priya, "14 Brookvale Row").waitFor({ state: "detached" });
      await reads(priya, was, label);
    }
  });

  await step("in an entry that is written together a young person's own words are not checked, a colleague's are", async () => {
    await goTo(priya, "sides/1");
    await priya.heading("Group functioning");
    for (const [said, own] of [["a friend", true], ["", false]]) {
      await priya.page.getByRole("button", { name: "Change who said it and when" }).first().click();
      await priya.type("Who said it?", said);
      await priya.page.getByLabel("Write under Group functioning").fill(`Somebody is kind, ${own ? "says a friend" : "I think"}.`);
      await priya.press("Add to assessment");
      const entry = priya.page.getByRole("article", { name: new RegExp(`Somebody is kind, ${own ? "says a friend" : "I think"}`) });
      await entry.getByRole("button", { name: /^Write together/ }).click();
      await opened(priya, "Write together");
      const text = `${await box(priya, "Write together").inputValue()} Keziah is at 3 Brookvale Row, too.`;
      const answer = checked(priya, text);
      await place(priya, text.length, "Write together");
      await priya.page.keyboard.type(" Keziah is at 3 Brookvale Row, too.");
      assert.equal((await (await answer).json()).own_words, own);
      if (own) assert.equal(await priya.page.locator(".kith-writing--live .kith-writing__mark").count(), 0);
      else await hint(priya, "3 Brookvale Row").waitFor();
      await entry.getByRole("button", { name: /^End writing together/ }).click();
    }
  });

  await step("the first questions of a new assessment have hints too, and what was kept there is kept in it", async () => {
    await priya.follow("My work");
    await priya.page.getByRole("button", { name: "Start an assessment" }).or(priya.page.getByRole("link", { name: "Start an assessment" })).first().click();
    await priya.heading("Why this group?");
    const better = priya.page.getByLabel("What should be better for these young people at the end?");
    await better.click();
    await priya.page.keyboard.type("They can go home to 14 Brookvale Row without fear.");
    await hint(priya, "14 Brookvale Row").waitFor();
    await priya.screen("why-hint");
    await hint(priya, "14 Brookvale Row").click();
    await priya.press("Keep it");
    await hint(priya, "14 Brookvale Row").waitFor({ state: "detached" });
    await priya.page.getByRole("radio", { name: "Several of us have noticed things over time" }).check();
    await priya.page.getByRole("checkbox", { name: "Talk with the young people" }).check();
    await priya.type("What could go wrong for them because we looked", "Labels.");
    await priya.type("What have you tried, or ruled out", "Each of us alone.");
    await priya.type("A name for it", "Rowan tree");
    await priya.press("Open the assessment");
    await priya.heading("Who knows about it?");
    const made = /#\/a\/([^/]+)\//.exec(await priya.page.evaluate(() => location.hash))[1];
    await goTo(priya, "why", made);
    await priya.heading("Why this group?");
    await until("the answer stands there", async () => (await better.inputValue()).includes("14 Brookvale Row"));
    await checked(priya, "They can go home to 14 Brookvale Row without fear.");
    assert.equal(await hint(priya, "14 Brookvale Row").count(), 0, "kept before there was an assessment");
  });

  for (const [one, address] of [[priya, KITH_PRIYA], [nadia, KITH_NADIA]]) await one.kept(new URL(address).port);
  console.log(`${new Set([...priya.screens, ...nadia.screens]).size} screens, ${FORMS_IN_WORDS}: no violation of WCAG 2.2 A or AA.`);
} finally {
  await browser.close();
}
