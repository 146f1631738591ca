// My caseload, labels on Team, what readers see, and someone in danger now. Started by tests/tests/caseload.rs, which runs the programs.
import assert from "node:assert/strict";
import { Person, start, step } from "./browser.mjs";

const { KITH_PRIYA, KITH_DELROY, KITH_COLIN, KITH_OFFICER, KITH_LARCH } = process.env;
assert.ok(KITH_PRIYA && KITH_DELROY && KITH_COLIN && KITH_OFFICER && KITH_LARCH, "started by `cargo test -p kith-tests --test caseload`");
const browser = await start();
const NAMES = ["Keziah", "Ansah-Rowe", "Tomasz", "Harrowgill", "Tomek", "Marisol"];

const go = (person, route) => person.page.evaluate((to) => { location.hash = to; }, route);
const team = async (person) => { await go(person, `/a/${KITH_LARCH}/team`); await person.heading("Team"); };
const caseload = async (person) => { await go(person, "/caseload"); await person.heading("My caseload"); };
const form = (person, id) => person.page.locator(`form[id^="${id}"]`);
const page = (person) => person.page.locator("main").textContent();

try {
  const priya = await Person.open(browser, "Priya", KITH_PRIYA);
  const delroy = await Person.open(browser, "Delroy", KITH_DELROY);
  const colin = await Person.open(browser, "Colin", KITH_COLIN);
  const officer = await Person.open(browser, "Sam", KITH_OFFICER);
  for (const person of [priya, delroy, colin, officer]) await person.heading("My work");

  await step("whoever holds nobody reads how to begin", async () => {
    await delroy.follow("My caseload");
    await delroy.heading("My caseload");
    await delroy.sees("Nobody here yet.");
    await delroy.screen("caseload-empty");
  });

  await step("people I hold stand in my caseload, with what waits; a label without a name can be given one", async () => {
    await priya.follow("My caseload");
    await priya.heading("My caseload");
    await priya.page.getByRole("heading", { name: /Tomasz Harrowgill.*Tomek/ }).waitFor();
    await priya.sees("Zanderquill is where it is warm.");
    await priya.press("Say who A is");
    await form(priya, "attach-").getByLabel("Real name").fill("Keziah Ansah-Rowe");
    await form(priya, "attach-").getByRole("button", { name: "Keep the name" }).click();
    await priya.page.getByRole("heading", { name: "Keziah Ansah-Rowe" }).waitFor();
    await priya.screen("caseload");
  });

  await step("what waits in my caseload waits in My work too, and leads there", async () => {
    await priya.follow("My work");
    await priya.heading("My work");
    await priya.page.getByRole("link", { name: "Ask Keziah Ansah-Rowe, and note what was said" }).click();
    await priya.heading("My caseload");
    await priya.page.waitForFunction(() => document.activeElement?.textContent?.includes("Keziah Ansah-Rowe"));
  });

  const keziah = () => priya.page.locator("section", { has: priya.page.getByRole("heading", { name: "Keziah Ansah-Rowe" }) });
  const tomek = () => priya.page.locator("section", { has: priya.page.getByRole("heading", { name: /Tomasz Harrowgill/ }) });

  await step("what they said about taking part is noted apart from having read it, and colleagues see one word", async () => {
    await keziah().getByRole("button", { name: /^Note what was said/ }).click();
    const note = form(priya, "agree-");
    await note.getByRole("button", { name: "Note it" }).click();
    await note.getByText("Choose who said it.").first().waitFor();
    await note.getByLabel("the young person", { exact: true }).check();
    assert.equal(await note.getByLabel("has read this").count(), 0, "having read it is no answer");
    await note.getByLabel("yes", { exact: true }).check();
    await note.getByLabel("How were they asked?").fill("At home, read together");
    await priya.screen("caseload-agreement");
    await note.getByRole("button", { name: "Note it" }).click();
    await keziah().getByText("Colleagues see:").first().waitFor();
    await keziah().getByText("The young person: yes").first().waitFor();
    await keziah().getByRole("button", { name: /^They have read what this is/ }).click();
    const read = form(priya, "open-");
    await read.getByLabel("a parent or carer").check();
    await read.getByLabel("How were they asked?").fill("By phone");
    await read.getByRole("button", { name: "Note it" }).click();
    await keziah().getByText("A parent or carer: has read what this is").first().waitFor();
  });

  await step("words that were said only to me join when I let them, under the label", async () => {
    await tomek().getByRole("button", { name: /^Let them join/ }).click();
    const join = form(priya, "join-");
    await join.getByLabel("Environmental and family factors").check();
    await join.getByRole("button", { name: "Let them join" }).click();
    await tomek().getByText("The words have joined the assessment").first().waitFor();
    await go(delroy, `/a/${KITH_LARCH}/voices`);
    await delroy.sees("Zanderquill is where it is warm.");
  });

  await step("whoever stands in is let in to the record by four words, and sees the name; nobody else does", async () => {
    await tomek().getByRole("button", { name: /^Who stands in for you/ }).click();
    await form(priya, "stand-in-").getByLabel("Their name").fill("Colin Ashdown");
    await form(priya, "stand-in-").getByRole("button", { name: "Make a link for them" }).click();
    const link = await tomek().locator("[data-link]").textContent();
    await tomek().getByText("stands in: Colin Ashdown").first().waitFor();
    await go(colin, "/link");
    await colin.type("The link from your colleague", link);
    await colin.press("Ask to be let in");
    const words = await tomek().locator(".kith-words").textContent();
    assert.equal(await colin.page.locator(".kith-words").textContent(), words);
    await priya.screen("caseload-let-in");
    await tomek().getByRole("button", { name: "Yes, the same: let them in" }).click();
    await tomek().getByText("Colin Ashdown is in.").first().waitFor();
    await caseload(colin);
    await colin.page.getByRole("heading", { name: /Tomasz Harrowgill/ }).waitFor();
    await colin.sees("You stand in for Priya Marsh");
    assert.ok(!(await page(colin)).includes("Keziah"), "only the record that was shared");
  });

  await step("a young person is attached on Team; colleagues see the label and the phone", async () => {
    await team(priya);
    await priya.press("A young person you work with");
    await form(priya, "attach").getByLabel("Real name").fill("Marisol Quennevane");
    await form(priya, "attach").getByLabel("Your team’s phone").fill("01632 960 111");
    await priya.screen("attach");
    await form(priya, "attach").getByRole("button", { name: "Attach", exact: true }).click();
    await priya.sees("Attached as D.");
    await team(delroy);
    await delroy.sees("01632 960 111");
    await delroy.screen("team");
    for (const name of NAMES) assert.ok(!(await page(delroy)).includes(name), `${name} is not on Team`);
  });

  await step("somebody in danger: names on one press, who holds the others, what we know; nothing asked on the way", async () => {
    await priya.press("Someone in danger now");
    await priya.heading("Someone in danger now");
    await priya.sees("Happening now: call 999.");
    assert.ok(!(await page(priya)).includes("Keziah"), "no name before the press");
    await priya.press("Show real names of people I hold");
    for (const name of ["Keziah Ansah-Rowe", "Tomasz Harrowgill", "Marisol Quennevane"]) await priya.sees(name);
    await priya.press(/^Who holds/);
    await priya.sees("Who holds C in Larch?");
    await priya.press(/^Copy what we know/);
    await priya.page.getByRole("region", { name: "What we know" }).waitFor();
    await priya.sees("Tomorrow Kith asks for one line");
    await priya.screen("danger");
    await priya.press("Back");
  });

  await step("after a no holder and lead decide; nobody is taken out by it", async () => {
    await caseload(priya);
    await tomek().getByRole("button", { name: /^Note what was said/ }).click();
    const note = form(priya, "agree-");
    await note.getByLabel("a parent or carer").check();
    await note.getByLabel("no", { exact: true }).check();
    await note.getByLabel("How were they asked?").fill("By phone");
    await note.getByRole("button", { name: "Note it" }).click();
    await tomek().getByText(/^Decide by/).first().waitFor();
    await tomek().getByRole("link", { name: "Decide on Team" }).click();
    await priya.heading("Team");
    await priya.sees("Nothing is taken out by itself, and no safety step waits.");
    await priya.screen("team-after-no");
    await priya.press(/^Decide/);
    await form(priya, "decide-").getByLabel("go on", { exact: true }).check();
    await form(priya, "decide-").getByLabel("Because").fill("The group is safer with it.");
    await form(priya, "decide-").getByRole("button", { name: "Decide" }).click();
    await priya.sees("Decided after a no: go on, because: The group is safer with it.");
  });

  await step("what an entry rests on is said by label", async () => {
    await go(delroy, `/a/${KITH_LARCH}/sides/1`);
    await delroy.press(/^More/);
    await delroy.press(/^Whom it rests on/);
    await form(delroy, "rests-").getByLabel("D", { exact: true }).check();
    await delroy.screen("rests-on");
    await form(delroy, "rests-").getByRole("button", { name: "Update" }).click();
    await form(delroy, "rests-").waitFor({ state: "detached" });
    await team(delroy);
  });

  await step("taking out says plainly what stays; the label goes for everyone", async () => {
    await caseload(priya);
    const marisol = priya.page.locator("section", { has: priya.page.getByRole("heading", { name: "Marisol Quennevane" }) });
    await marisol.getByRole("button", { name: /^Take D out/ }).click();
    const out = form(priya, "out-");
    await out.getByLabel("Why are they taken out?").fill("Moved away");
    await out.getByLabel("go", { exact: true }).check();
    await priya.screen("take-out");
    await out.getByRole("button", { name: "Take D out" }).click();
    await marisol.getByText("Other machines may still hold, sealed in old history, that a D was here; nothing there says who.").first().waitFor();
    await marisol.getByText("Why: Moved away.").first().waitFor();
    await delroy.page.getByText("01632 960 111").waitFor({ state: "detached" });
    assert.ok(!(await page(delroy)).includes("Moved away"));
    await delroy.sees("Rested on somebody who was taken out");
    await delroy.press(/^It stands as a theme/);
    await delroy.sees("Kept as a theme.");
  });

  await step("hand over: the next holder holds the record, and whoever stays stands in", async () => {
    await caseload(priya);
    await tomek().getByRole("button", { name: /^Hand over/ }).click();
    const over = form(priya, "hand-over-");
    await over.getByLabel(/^Colin Ashdown/).check();
    await over.getByLabel("The phone that colleagues ring from now on").fill("01632 960 144");
    await over.getByLabel("I stay, and stand in").check();
    await priya.screen("hand-over");
    await over.getByRole("button", { name: "Hand over" }).click();
    await tomek().getByText("You stand in for Colin Ashdown").first().waitFor();
    await colin.sees("You hold them");
    await delroy.sees("01632 960 144");
  });

  await step("a lead sees exactly what readers will see, then shares it; a reader has that and nothing else", async () => {
    await officer.sees("you read the summary and the plan");
    await officer.follow("An assessment without a name");
    await officer.heading("Summary and plan");
    await officer.sees("Nothing has been shared yet.");
    await team(priya);
    await priya.press("Share with readers");
    const preview = priya.page.getByRole("region", { name: "What readers will see" });
    await preview.waitFor();
    const promised = (await preview.textContent()).replaceAll(/\s+/g, " ").trim();
    assert.ok(!promised.includes("Zanderquill"), "no voice");
    await priya.screen("share-preview");
    await priya.press("Share exactly this");
    await priya.sees("Shared with readers, as it stands now.");
    await officer.page.getByRole("heading", { name: "Goals" }).waitFor();
    assert.ok((await page(officer)).replaceAll(/\s+/g, " ").includes(promised), "what was shown is what came");
    await officer.screen("reading");
    await priya.press("Write down what a reader said");
    await priya.type("Who said it?", "Neighbourhood officer");
    await priya.type("What did they say?", "We can open the hall earlier.");
    await priya.press("Write it down");
    await officer.sees("We can open the hall earlier.");
  });

  await step("police are offered the summary; a lead may choose otherwise, and hears what that takes", async () => {
    await priya.type("Name and agency", "Jo Arkwright, Brambleshire Police");
    await priya.page.waitForFunction(() => document.querySelector('input[value="reader"]')?.checked);
    await priya.page.getByLabel("Write", { exact: true }).check();
    await priya.sees("You say why when you let them in; everybody here sees it.");
    await priya.screen("team-invite-police");
  });

  for (const person of [priya, delroy, colin, officer]) await person.kept(new URL(person.page.url()).port);
} finally {
  await browser.close();
}
