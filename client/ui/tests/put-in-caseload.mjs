// "Put it in my caseload instead": nobody held, one, several; and back. Started by tests/tests/own_records.rs, which runs the programs.
import assert from "node:assert/strict";
import { Person, start } from "./browser.mjs";

const { KITH_PRIYA, KITH_LARCH } = process.env;
assert.ok(KITH_PRIYA && KITH_LARCH, "started by `cargo test -p kith-tests --test own_records`");
const browser = await start();

async function step(name, does) {
  await does();
  console.log(`holds: ${name}`);
}

try {
  const priya = await Person.open(browser, "Priya", KITH_PRIYA);
  await priya.heading("My work");
  const go = async (route, heading) => {
    await priya.page.evaluate((to) => { location.hash = to; }, route);
    await priya.heading(heading);
  };
  const box = () => priya.page.getByLabel(/^Begin with what is good|^What holds/).first();
  const write = async (text) => {
    await go(`/a/${KITH_LARCH}/overview`, "Overview");
    await box().fill(text);
  };
  const open = async (word) => {
    const hint = priya.page.getByRole("button", { name: `Hint about “${word}”` });
    await hint.click();
  };
  const move = () => priya.press("Put it in my caseload instead");
  const text = () => box().inputValue();

  await step("whoever holds nobody is offered to add the young person, and it goes there in the same press", async () => {
    await write("They ring 07700 900123 when one of them is late.");
    await open("07700 900123");
    await move();
    await priya.sees("You hold nobody yet, so there is no record to put it in.");
    await priya.screen("put-in-caseload-nobody");
    await priya.press("Add them, and put it there");
    await priya.page.getByRole("alert").first().waitFor();
    await priya.page.getByLabel("Real name").fill("Keziah Ansah-Rowe");
    await priya.page.getByLabel("Your team’s phone").fill("01632 960001");
    await priya.page.keyboard.press("Enter");
    await priya.page.locator("[data-moved]").getByText("stands in the record of Keziah Ansah-Rowe now (Telephone)").waitFor();
    assert.equal(await text(), "They ring a phone number when one of them is late.");
    assert.equal(await priya.page.getByText("That is the first one.").count(), 0, "the text was not added by Enter");
    await priya.screen("put-in-caseload");
  });

  await step("with one person held it is one press; back is one press, out of the record too", async () => {
    await write("They look up to Marisol when it is dark.");
    await open("Marisol");
    await move();
    await priya.page.locator("[data-moved]").getByText("stands in the record of Keziah Ansah-Rowe now (Name)").waitFor();
    assert.equal(await text(), "They look up to a friend when it is dark.");
    await priya.press("Put it back into the text");
    await priya.page.locator("[data-moved]").waitFor({ state: "detached" });
    assert.equal(await text(), "They look up to Marisol when it is dark.");
    await go("/caseload", "My caseload");
    await priya.sees("Telephone:");
    assert.ok(!(await priya.page.locator("main").textContent()).includes("Marisol"));
  });

  await step("with several it asks whose it is, once; a word that blames moves nowhere", async () => {
    await go(`/a/${KITH_LARCH}/team`, "Team");
    await priya.press("A young person you work with");
    const form = priya.page.locator('form[id^="attach"]');
    await form.getByLabel("Real name").fill("Tomasz Harrowgill");
    await form.getByLabel("What they like to be called").fill("Tomek");
    await form.getByLabel("Your team’s phone").fill("01632 960001");
    await form.getByRole("button", { name: "Attach", exact: true }).click();
    await priya.sees("Attached as B.");
    await write("They meet at 14 Brook Row after the bus.");
    await open("14 Brook Row");
    await move();
    const whose = priya.page.getByRole("group", { name: "Whose is it?" });
    await whose.waitFor();
    await priya.screen("put-in-caseload-whose");
    await whose.getByRole("button", { name: "Tomek" }).click();
    await priya.page.locator("[data-moved]").getByText("stands in the record of Tomek now (Address)").waitFor();
    assert.equal(await text(), "They meet at somebody's home after the bus.");
    await write("They put themselves at risk.");
    await open("put themselves at risk");
    assert.equal(await priya.page.getByRole("button", { name: "Put it in my caseload instead" }).count(), 0);
  });
  await priya.kept(new URL(priya.page.url()).port);
} finally {
  await browser.close();
}
