// What holders and leads decide: another label where two were given one, whether somebody can make a decision, not asking somebody yet,
// a stand-in who takes over, an officer who writes for a lead's reason. Started by tests/tests/deciding.rs, which runs the programs.
import assert from "node:assert/strict";
import { Person, start, step } from "./browser.mjs";

const { KITH_PRIYA, KITH_NADIA, KITH_COLIN, KITH_OFFICER, KITH_LARCH } = process.env;
assert.ok(KITH_PRIYA && KITH_NADIA && KITH_COLIN && KITH_OFFICER && KITH_LARCH, "started by `cargo test -p kith-tests --test deciding`");
const browser = await start();

const go = (person, route) => person.page.evaluate((to) => { location.hash = to; }, route);
const team = async (person) => { await go(person, `/a/${KITH_LARCH}/team`); await person.heading("Team"); };
const caseload = async (person) => { await go(person, "/caseload"); await person.heading("My caseload"); };
const form = (person, id) => person.page.locator(`form[id^="${id}"]`);
const main = async (person) => (await person.page.locator("main").textContent()).replaceAll(/\s+/g, " ");
/** Works without a connection from here on, or with one again. */
const offline = async (person, press, then) => {
  await go(person, "/settings");
  await person.heading("Settings");
  await person.press(press);
  await person.page.getByRole("button", { name: then }).waitFor();
};
const attach = async (person, name) => {
  await team(person);
  await person.press("A young person you work with");
  await form(person, "attach").getByLabel("Real name").fill(name);
  await form(person, "attach").getByLabel("Label").fill("F");
  await form(person, "attach").getByLabel("Your team’s phone").fill("01632 960 120");
  await form(person, "attach").getByRole("button", { name: "Attach", exact: true }).click();
  await person.page.getByText("Attached as F.").waitFor().catch(async (error) => assert.fail(`${error.message}: ${await main(person)}`));
};

try {
  const [priya, nadia, colin, officer] = [
    await Person.open(browser, "Priya", KITH_PRIYA), await Person.open(browser, "Nadia", KITH_NADIA),
    await Person.open(browser, "Colin", KITH_COLIN), await Person.open(browser, "Jo", KITH_OFFICER),
  ];
  for (const person of [priya, nadia, colin, officer]) await person.heading("My work");

  await step("two who were apart gave one label: both see it, and the later holder gives another that was never used", async () => {
    await offline(priya, "Work offline", "Connect again");
    await offline(nadia, "Work offline", "Connect again");
    await attach(priya, "Marisol Quennevane");
    // The later one is the one that changes; times are kept in seconds.
    await nadia.page.waitForTimeout(1100);
    await attach(nadia, "Ibrahim Tarrowbeck");
    await offline(priya, "Connect again", "Work offline");
    await offline(nadia, "Connect again", "Work offline");
    await go(nadia, "/work");
    await nadia.page.getByRole("link", { name: "Give one of two young people with the label F another label" }).click();
    await nadia.heading("Team");
    await nadia.press(/^Give another label/);
    await form(nadia, "relabel-").getByLabel("Another label").fill("A");
    await form(nadia, "relabel-").getByRole("button", { name: "Give it" }).click();
    await nadia.sees("a label is never used again");
    await nadia.screen("relabel-used");
    await form(nadia, "relabel-").getByLabel("Another label").fill("");
    await form(nadia, "relabel-").getByRole("button", { name: "Give it" }).click();
    await form(nadia, "relabel-").waitFor({ state: "detached" });
    await team(priya);
    await priya.page.waitForFunction(() => [...document.querySelectorAll("main li")].filter((one) => /^F · held by/.test(one.textContent.trim())).length === 1);
    assert.match(await main(priya), /F · held by you/, "the earlier label stays");
    assert.equal(await priya.page.getByRole("button", { name: /^Give another label/ }).count(), 0);
  });

  const keziah = () => priya.page.locator("section", { has: priya.page.getByRole("heading", { name: "Keziah Ansah-Rowe" }) });

  await step("whether somebody can make a decision is judged for one decision at a time, with a reason", async () => {
    await caseload(priya);
    const judge = async (decision, judged, reason) => {
      await keziah().getByRole("button", { name: /^Can they decide this/ }).click();
      await form(priya, "judge-").getByLabel("Which decision?").fill(decision);
      await form(priya, "judge-").getByLabel(judged, { exact: true }).check();
      await form(priya, "judge-").getByLabel("Why do you think so?").fill(reason);
      await form(priya, "judge-").getByRole("button", { name: "Note it" }).click();
      await keziah().getByText(reason).waitFor();
    };
    await keziah().getByRole("button", { name: /^Can they decide this/ }).click();
    await form(priya, "judge-").getByRole("button", { name: "Note it" }).click();
    await form(priya, "judge-").getByText("Choose whether they can make it.").first().waitFor();
    await priya.screen("competence");
    await form(priya, "judge-").getByRole("button", { name: "Leave it" }).click();
    await judge("Taking part in the picture", "able to decide this", "She said in her own words what it is for.");
    await judge("Moving to another home", "not sure", "Too much was said at once.");
    await keziah().getByText("Taking part in the picture: able to decide this").waitFor();
    await keziah().getByText("Moving to another home: not sure").waitFor();
    await team(nadia);
    assert.ok(!(await main(nadia)).includes("in her own words what it is for"), "it stands in her record alone");
  });

  await step("not asking somebody yet: the three things at once, or as a task that is done when they are said", async () => {
    await caseload(priya);
    await keziah().getByRole("button", { name: /^We do not ask someone yet/ }).click();
    await form(priya, "not-asked-").getByRole("button", { name: "Note it" }).click();
    await form(priya, "not-asked-").getByText("Choose who is not asked yet.").first().waitFor();
    await form(priya, "not-asked-").getByLabel("a parent or carer").check();
    await priya.screen("not-asked");
    await form(priya, "not-asked-").getByRole("button", { name: "Note it" }).click();
    await keziah().getByText(/still to say: /).waitFor();
    await go(priya, "/work");
    await priya.page.getByRole("link", { name: /A parent or carer is not asked yet/ }).click();
    await priya.heading("My caseload");
    await keziah().getByRole("button", { name: /^Say what is missing/ }).click();
    await form(priya, "complete-").getByLabel("Why not yet?").fill("Contact is unsafe now.");
    await form(priya, "complete-").getByLabel("Who agreed to that?").fill("Colin Ashdown");
    await form(priya, "complete-").getByLabel("When will you look again?").fill("2031-03-04");
    await form(priya, "complete-").getByRole("button", { name: "Note it" }).click();
    await keziah().getByText("agreed by Colin Ashdown · look again on 4 March 2031").waitFor();
    await go(priya, "/work");
    await priya.heading("My work");
    await priya.page.getByRole("link", { name: /A parent or carer is not asked yet/ }).waitFor({ state: "detached" });
    await caseload(priya);
    const marisol = priya.page.locator("section", { has: priya.page.getByRole("heading", { name: "Marisol Quennevane" }) });
    await marisol.getByRole("button", { name: /^We do not ask someone yet/ }).click();
    await form(priya, "not-asked-").getByLabel("the young person", { exact: true }).check();
    await form(priya, "not-asked-").getByLabel("Why not yet?").fill("She is in hospital.");
    await form(priya, "not-asked-").getByLabel("Who agreed to that?").fill("Colin Ashdown");
    await form(priya, "not-asked-").getByLabel("When will you look again?").fill("2031-03-05");
    await form(priya, "not-asked-").getByRole("button", { name: "Note it" }).click();
    await marisol.getByText("She is in hospital. · agreed by Colin Ashdown · look again on 5 March 2031").waitFor();
    assert.equal(await marisol.getByRole("button", { name: /^Say what is missing/ }).count(), 0);
  });

  await step("whoever stands in takes over when the holder is away: colleagues ring the other phone, and the holder is told", async () => {
    await keziah().getByRole("button", { name: /^Who stands in for you/ }).click();
    await form(priya, "stand-in-").getByLabel("Their name").fill("Colin Ashdown");
    await form(priya, "stand-in-").getByRole("button", { name: "Make a link for them" }).click();
    const link = await keziah().locator("[data-link]").textContent();
    await go(colin, "/link");
    await colin.type("The link from your colleague", link);
    await colin.press("Ask to be let in");
    await keziah().locator(".kith-words").waitFor();
    await keziah().getByRole("button", { name: "Yes, the same: let them in" }).click();
    await keziah().getByText("Colin Ashdown is in.").first().waitFor();
    await offline(priya, "Work offline", "Connect again");
    await caseload(colin);
    await colin.sees("You stand in for Priya Marsh");
    await colin.press(/^Take over from the holder/);
    const over = form(colin, "hand-over-");
    await over.getByLabel("The phone that colleagues ring from now on").fill("01632 960 155");
    await over.getByLabel("Why?").fill("She is away for three weeks.");
    await colin.screen("take-over");
    await over.getByRole("button", { name: "I hold them now" }).click();
    await colin.sees("You hold them");
    await team(nadia);
    await nadia.sees("01632 960 155");
    await nadia.sees(/A · held by Colin Ashdown/);
    await offline(priya, "Connect again", "Work offline");
    await caseload(priya);
    await keziah().getByText(/You (stand in for Colin Ashdown|held them)/).first().waitFor();
  });

  await step("an officer writes only for a lead's reason, which everybody sees", async () => {
    await team(priya);
    await priya.type("Name and agency", "Jo Arkwright, Brambleshire Police");
    await priya.page.waitForFunction(() => document.querySelector('input[value="reader"]')?.checked);
    await priya.page.getByLabel("Write", { exact: true }).check();
    await priya.press("Make the link");
    const link = await priya.page.locator("[data-link]").first().textContent();
    await go(officer, "/link");
    await officer.type("The link from your colleague", link);
    await officer.press("Ask to be let in");
    const asks = priya.page.getByRole("region", { name: "Jo Arkwright asks to join" });
    await asks.locator(".kith-words").waitFor();
    await asks.getByRole("button", { name: "Yes, the same: let them in" }).click();
    await priya.sees("Nobody was let in.");
    await priya.screen("officer-without-reason");
    await asks.getByLabel("Why do they write here?").fill("She walks the canal path with the youth workers.");
    await asks.getByRole("button", { name: "Yes, the same: let them in" }).click();
    await priya.sees("Jo Arkwright is in.");
    await team(nadia);
    await nadia.sees("Writes here because: She walks the canal path with the youth workers.");
    await nadia.screen("team-officer");
    await go(officer, "/work");
    await officer.follow("Larch");
    await officer.heading("Overview");
    await team(officer);
    await officer.sees("Writes here because: She walks the canal path with the youth workers.");
    for (const name of ["Keziah", "Ansah-Rowe", "Tomasz", "Marisol", "Tarrowbeck"]) assert.ok(!(await main(officer)).includes(name), name);
  });

  for (const person of [priya, nadia, colin, officer]) await person.kept(new URL(person.page.url()).port);
} finally {
  await browser.close();
}
