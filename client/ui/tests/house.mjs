// The demo, Settings, a backup that is read on another computer, a link as a code, quitting. Started by tests/tests/house.rs.
import assert from "node:assert/strict";
import { join } from "node:path";
import { Person, start, step } from "./browser.mjs";

const { KITH_PRIYA, KITH_OTHER, KITH_LARCH, KITH_WORDS, KITH_FOLDER } = process.env;
assert.ok(KITH_PRIYA && KITH_OTHER && KITH_LARCH && KITH_WORDS && KITH_FOLDER, "started by `cargo test -p kith-tests --test house`");
const portOf = (address) => new URL(address).port;
const SENTENCE = "The youth worker at the hub knows all of them by name.";
const browser = await start();

try {
  const priya = await Person.open(browser, "Priya", KITH_PRIYA);

  await step("the demo opens at the overview of Larch, and says who else writes", async () => {
    await priya.heading("Overview");
    assert.equal(new URL(priya.page.url()).hash, `#/a/${KITH_LARCH}/overview`, "the way in left the address");
    await priya.sees("Two others are writing too");
    await priya.screen("demo-overview");
  });

  let nadias = "";
  await step("a colleague opens beside it, and what they write is there", async () => {
    const opened = priya.page.context().waitForEvent("page");
    await priya.press("Nadia");
    const page = await opened;
    await page.getByRole("heading", { level: 1 }).first().waitFor();
    assert.match(page.url(), /#\/a\/[a-z2-7]{26}\/sides\/2$/);
    assert.notEqual(portOf(page.url()), portOf(KITH_PRIYA), "an address of her own");
    const place = page.getByRole("region", { name: /^2\.3/ });
    await place.getByRole("button", { name: /^Write here/ }).click();
    await place.locator("textarea").first().fill(SENTENCE);
    await place.getByRole("button", { name: "Add to assessment" }).click();
    await page.getByText(SENTENCE).first().waitFor();
    await priya.follow("2.3");
    await priya.sees(SENTENCE);
    nadias = `http://127.0.0.1:${portOf(page.url())}/`;
    await page.close();
  });

  await step("settings say where the work is and who else has a copy", async () => {
    await priya.follow("Settings");
    await priya.heading("Settings");
    await priya.sees("encrypted");
    await priya.sees("none yet");
    const copies = await priya.page.getByText(/^Larch:/).first().innerText();
    for (const name of ["Nadia Sorrell", "Delroy Finch"]) assert.ok(copies.includes(name), copies);
    await priya.screen("settings");
  });

  const file = join(KITH_FOLDER, "kept.backup");
  await step("a backup is one press, under a name without people", async () => {
    const coming = priya.page.waitForEvent("download");
    await priya.press("Do a backup now");
    const download = await coming;
    assert.match(download.suggestedFilename(), /^kith-\d{4}-\d{2}-\d{2}\.backup$/);
    await download.saveAs(file);
    await priya.sees("The backup is in your downloads");
    await priya.page.getByText("none yet").waitFor({ state: "detached" });
  });

  await step("the time before it locks is chosen, and stays chosen", async () => {
    await priya.page.getByLabel("Lock Kith after").selectOption("30");
    await priya.sees("locks itself after 30 minutes");
  });

  await step("another program reads with its token until it is stopped", async () => {
    await priya.press("Make a token");
    await priya.sees("Say what to call it");
    await priya.type("Let a program read", "Case system");
    await priya.press("Make a token");
    const token = (await priya.page.locator("[data-token]").innerText()).trim();
    const address = (await priya.page.locator("[data-address]").innerText()).trim();
    await priya.screen("settings-token");
    const ask = (path) => fetch(`${address}${path}`, { headers: { authorization: `Bearer ${token}` } });
    const read = await (await ask(`/assessments/${KITH_LARCH}`)).json();
    assert.ok(JSON.stringify(read.view).includes(SENTENCE));
    assert.equal((await fetch(`${address}/assessments`)).status, 401);
    await priya.page.getByRole("button", { name: "Stop Case system" }).click();
    await priya.sees("Case system reads nothing more.");
    assert.equal((await ask("/assessments")).status, 401);
  });

  await step("a link is there as a code too", async () => {
    await priya.page.evaluate((id) => (location.hash = `/a/${id}/team`), KITH_LARCH);
    await priya.heading("Team");
    await priya.type("Name and agency", "Alys Penhallow, hospital school");
    await priya.press("Make the link");
    await priya.page.getByRole("img", { name: "The link as a code for a camera" }).waitFor();
    await priya.screen("invite-code");
  });

  const other = await Person.open(browser, "another computer", KITH_OTHER);
  await step("a backup is read on another computer with the passphrase of that day, and errors say what to do", async () => {
    await other.heading("Write about a group of friends, together");
    await other.press("I have a backup");
    await other.heading("Read a backup");
    await other.press("Read it");
    await other.sees("Choose the backup");
    await other.screen("restore-errors");
    await other.page.getByLabel("The backup", { exact: true }).setInputFiles(file);
    await other.type("The passphrase of that day", "not the passphrase");
    await other.press("Read it");
    await other.sees("That passphrase does not open this backup");
    await other.type("The passphrase of that day", KITH_WORDS);
    await other.press("Read it");
    await other.heading("My work");
    await other.follow("Larch");
    await other.heading("Overview");
    await other.sees("This is a copy from a backup");
    await other.screen("restored-overview");
    await other.page.evaluate((id) => (location.hash = `/a/${id}/sides/2`), KITH_LARCH);
    await other.sees(SENTENCE);
  });

  await step("quitting says that all is kept", async () => {
    await other.follow("Settings");
    await other.heading("Settings");
    await other.press("Quit Kith");
    await other.heading("Kith is closed");
    await other.screen("closed");
  });

  // Her own page ran in the same browser.
  priya.heard.requests = priya.heard.requests.filter((url) => !url.startsWith(nadias));
  await priya.kept(portOf(KITH_PRIYA));
  await other.kept(portOf(KITH_OTHER));
} finally {
  await browser.close();
}
