// Two people, two computers, one relay: from a fresh profile to a colleague's sentence on my screen. Started by
// tests/tests/browser.rs, which runs the programs; says what it did, and ends with an error where something does not hold.
import assert from "node:assert/strict";
import { FORMS_IN_WORDS, Person, start, step } from "./browser.mjs";

const { KITH_PRIYA, KITH_NADIA, KITH_RELAY } = process.env;
assert.ok(KITH_PRIYA && KITH_NADIA && KITH_RELAY, "started by `cargo test -p kith-tests --test browser`");
const portOf = (address) => new URL(address).port;
const WORDS = "otter lantern maple spoon";
const browser = await start();
let required = 0;

try {
  const priya = await Person.open(browser, "Priya", KITH_PRIYA);
  // Her way in works for a minute: it is used at once, and her page waits.
  const nadia = await Person.open(browser, "Nadia", KITH_NADIA);

  await step("the way in leaves the address at once, and works once", async () => {
    await priya.heading("Write about a group of friends, together");
    assert.equal(new URL(priya.page.url()).hash, "");
    const again = await Person.open(browser, "somebody", KITH_PRIYA);
    await again.heading("Open Kith again");
    await again.screen("shut-out");
    await again.page.close();
    await priya.screen("welcome");
  });

  await step("someone in danger: two presses, before there is even a profile", async () => {
    await priya.press("Someone in danger now");
    await priya.sees("call 999");
    await priya.screen("danger-first-run");
    await priya.press("Back");
  });

  await step("about you: errors say what to do and keep what was typed", async () => {
    await priya.press("Start");
    await priya.heading("About you");
    await priya.screen("about");
    await priya.type("Name", "Priya Marsh");
    await priya.press("Go on");
    await priya.sees("There is a problem");
    assert.equal(await priya.page.getByLabel("Name", { exact: true }).inputValue(), "Priya Marsh");
    await priya.screen("about-errors");
    await priya.type("Agency", "children’s social care");
    await priya.type("Your role", "social worker");
    await priya.type("Your team’s phone number", "01632 960 001");
    required += 3;
    await priya.press("Go on");
  });

  await step("lock it: words can be suggested, Back keeps what was typed", async () => {
    await priya.heading("Choose a passphrase");
    await priya.press("Suggest words");
    await priya.screen("lock-it");
    await priya.press("Back");
    assert.equal(await priya.page.getByLabel("Agency").inputValue(), "children’s social care");
    await priya.press("Go on");
    await priya.type("Passphrase", "short");
    await priya.press("Go on");
    await priya.sees("There is a problem");
    await priya.type("Passphrase", WORDS);
    required += 1;
    await priya.press("Go on");
    await priya.heading("My work");
    await priya.sees("Nothing here yet.");
    await priya.sees("Saved on this computer. Not connected to anyone yet.");
    await priya.screen("work-empty");
  });

  await step("why this group, then the first sentence, with at most 12 required answers", async () => {
    await priya.press("Start an assessment");
    await priya.heading("Why this group?");
    await priya.screen("why");
    await priya.press("Open the assessment");
    await priya.sees("There is a problem");
    await priya.screen("why-errors");
    await priya.page.getByLabel("Several of us have noticed things over time").check();
    await priya.type("What should be better", "They can spend their evenings together without being frightened.");
    await priya.page.getByLabel("Talk with the young people").check();
    await priya.type("What could go wrong", "They could be labelled. So: no names, no list.");
    await priya.type("What have you tried", "Each worker alone tried to change one evening.");
    assert.equal(await priya.page.getByLabel("A name for it").inputValue(), "Larch");
    required += 5;
    await priya.press("Open the assessment");
    await priya.heading("Who knows about it?");
    await priya.screen("asked");
    await priya.press("Go on");
    await priya.sees("There is a problem");
    await priya.page.getByLabel("not yet", { exact: false }).first().check();
    required += 1;
    await priya.press("Go on");
    await priya.heading("Overview");
    await priya.sees("Nothing written yet.");
    await priya.sees("Begin with what is good.");
    await priya.screen("overview-empty");
    assert.ok(required <= 12, `${required} required answers`);
    await priya.type("Begin with what is good.", "They wait for each other. Nobody walks home alone.");
    await priya.press("Add to assessment");
    await priya.sees("That is the first one.");
    await priya.page.locator(".kith-triangle").getByText("They wait for each other.").first().waitFor();
    await priya.screen("overview-first");
  });

  await step("a draft outlives the lock, and a page that was loaded anew asks for the passphrase", async () => {
    await priya.type("Write another", "Half a thought about the bus");
    await priya.press("Lock");
    await priya.heading("Kith is locked");
    assert.equal(await priya.page.getByText("They wait for each other.").count(), 0, "the page is blank");
    await priya.screen("locked");
    await priya.type("Your passphrase", "not the right words");
    await priya.press("Open");
    await priya.sees("That passphrase does not open this profile.");
    await priya.type("Your passphrase", WORDS);
    await priya.press("Open");
    await priya.heading("Overview");
    assert.equal(await priya.page.getByLabel("Write another").inputValue(), "Half a thought about the bus");
    await priya.page.reload();
    await priya.heading("Kith is locked");
    await priya.type("Your passphrase", WORDS);
    await priya.press("Open");
    await priya.heading("Overview");
    await priya.type("Write another", "The last bus goes at ten past nine.");
    await priya.page.getByLabel("Worry", { exact: true }).check();
    await priya.page.getByLabel("Where it goes").selectOption("3.2");
    await priya.press("Add to assessment");
    await priya.page.locator(".kith-triangle").getByText("The last bus goes").first().waitFor();
  });

  await step("three sides: kind in one press, edit, a differing view, take back and put back", async () => {
    await priya.follow("Three sides");
    await priya.heading("Group functioning");
    await priya.screen("side");
    await priya.press(/^Make it: not known/);
    await priya.sees("Not known");
    await priya.press(/^Make it: strength/);
    await priya.press(/^Edit/);
    await priya.page.getByLabel("Edit", { exact: true }).fill("They wait for each other. Nobody walks home alone from the bus station.");
    await priya.screen("side-edit");
    await priya.press("Update");
    await priya.sees("home alone from the bus station");
    await priya.press(/^I see it differently/);
    await priya.type("How do you see it?", "Not on Fridays.");
    await priya.press("Set it beside");
    await priya.sees("Not on Fridays.");
    await priya.press(/^Take back/);
    await priya.press("Take back");
    await priya.sees("reason is empty");
    await priya.type("Why do you take it back?", "Written twice.");
    await priya.press("Take back");
    await priya.page.getByText("Taken back (1)").click();
    await priya.screen("side-taken-back");
    await priya.press("Put it back");
    await priya.press(/^Show/);
    await priya.page.getByRole("heading", { name: "1.7 Health, learning and needs in common" }).waitFor();
    await priya.screen("side-all");
  });

  let link = "";
  await step("a link for a colleague; the connection is asked for once", async () => {
    await priya.follow("Team");
    await priya.heading("Team");
    await priya.screen("team-alone");
    await priya.type("Name and agency", "Nadia Sorrell, school");
    await priya.type("Connection", "http://relay.example");
    await priya.press("Make the link");
    await priya.sees("There is a problem");
    await priya.type("Connection", KITH_RELAY);
    await priya.press("Make the link");
    await priya.sees("Send this link your usual way");
    link = await priya.page.locator("[data-link]").innerText();
    assert.match(link, /^kith:join\//);
    await priya.screen("team-link");
  });

  await step("the colleague asks; both see the same four words; she is let in", async () => {
    await nadia.press("I have a link from a colleague");
    await nadia.type("Name", "Nadia Sorrell");
    await nadia.type("Agency", "Kestrel Vale Academy");
    await nadia.type("Your role", "safeguarding lead");
    await nadia.press("Go on");
    await nadia.type("Passphrase", WORDS);
    await nadia.press("Go on");
    await nadia.heading("A colleague asks you to write together");
    await nadia.screen("join");
    await nadia.type("The link from your colleague", "kith:join/nonsense");
    await nadia.press("Ask to be let in");
    await nadia.sees("There is a problem");
    await nadia.type("The link from your colleague", link);
    await nadia.press("Ask to be let in");
    await priya.sees("Nadia Sorrell, Kestrel Vale Academy asks to join");
    const words = await priya.page.locator(".kith-words").innerText();
    await nadia.page.locator(".kith-words").waitFor();
    assert.equal(await nadia.page.locator(".kith-words").innerText(), words, "four words, the same on both");
    assert.equal(words.split(" · ").length, 4);
    await priya.screen("team-request");
    await nadia.screen("join-words");
    await priya.press("Yes, the same: let them in");
    await priya.sees("Nadia Sorrell is in.");
    await nadia.heading("Overview");
    await nadia.sees("home alone from the bus station");
    await priya.screen("team-two");
  });

  await step("what a colleague adds comes up by itself, and the line says who has seen it", async () => {
    await priya.follow("Overview");
    await nadia.type("Write another", "Late for school: a seat and breakfast, not sent home.");
    await nadia.press("Add to assessment");
    await priya.page.locator(".kith-triangle").getByText("Late for school").first().waitFor();
    await nadia.page.getByRole("status").filter({ hasText: "Sent" }).first().waitFor();
    await nadia.screen("overview-two");
  });

  await step("two versions are both kept until somebody chooses", async () => {
    const both = [priya, nadia];
    for (const one of both) {
      await one.follow("Settings");
      await one.press("Work offline");
      await one.page.getByRole("button", { name: "Connect again" }).waitFor();
    }
    await priya.screen("settings-offline");
    for (const [one, kind] of [[priya, "worry"], [nadia, "not known"]]) {
      await one.follow("My work");
      await one.follow("Larch");
      await one.follow("Three sides");
      await one.page.getByRole("article", { name: /Late for school/ }).getByRole("button", { name: new RegExp(`^Make it: ${kind}`) }).click();
    }
    for (const one of both) {
      await one.follow("Settings");
      await one.press("Connect again");
    }
    await nadia.follow("My work");
    await nadia.follow("Larch");
    await nadia.follow("Two versions (1)");
    await nadia.heading("Two versions");
    await nadia.screen("versions");
    await nadia.press(/^Keep this one/);
    await nadia.sees("There is nothing to choose now.");
  });

  await step("history in plain words; what we know can be copied in danger; the screen hides", async () => {
    await nadia.follow("Overview");
    await nadia.follow("History");
    await nadia.heading("History");
    await nadia.sees("chose between two versions");
    await nadia.screen("history");
    await nadia.press("Someone in danger now");
    await nadia.press("Copy what we know");
    await nadia.page.getByRole("region", { name: "What we know" }).getByText("Late for school").first().waitFor();
    await nadia.screen("danger");
    await nadia.press("Back");
    await nadia.page.keyboard.press("Escape");
    await nadia.page.keyboard.press("Escape");
    await nadia.page.getByRole("button", { name: "Go on" }).waitFor();
    assert.equal(await nadia.page.getByText("Late for school").count(), 0);
    await nadia.screen("hidden");
    await nadia.press("Go on");
    await nadia.heading("History");
    await nadia.follow("Help");
    await nadia.heading("Help");
    await nadia.screen("help");
    await nadia.follow("My work");
    await nadia.heading("My work");
    await nadia.screen("work");
  });

  await step("somebody who writes leads, and writes again", async () => {
    await priya.follow("My work");
    await priya.follow("Larch");
    await priya.follow("Team");
    await priya.press(/^Lead with me.*Nadia/);
    await priya.sees("Nadia Sorrell leads with you");
    await nadia.follow("Larch");
    await nadia.follow("Team");
    await nadia.sees("Ask a colleague");
    await priya.press(/^Writes only, from now on.*Nadia/);
    await priya.sees("Nadia Sorrell writes, and no longer leads");
    await nadia.follow("My work");
  });

  await step("taken out: she is told, and what she wrote stays", async () => {
    await priya.follow("My work");
    await priya.follow("Larch");
    await priya.follow("Team");
    await priya.press(/^Take out Nadia/);
    await priya.type("Why do you take Nadia Sorrell out?", "Moved to another school.");
    await priya.screen("team-take-out");
    await priya.press("Take out");
    await priya.sees("is taken out and sees nothing newer");
    await nadia.sees("you are no longer in it");
  });

  for (const [one, address] of [[priya, KITH_PRIYA], [nadia, KITH_NADIA]]) await one.kept(portOf(address));
  const screens = new Set([...priya.screens, ...nadia.screens]);
  console.log(`${screens.size} screens, ${FORMS_IN_WORDS}: no violation of WCAG 2.2 A or AA. No request left loopback.`);
} finally {
  await browser.close();
}
