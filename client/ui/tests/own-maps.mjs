// A young person's own map: begun, drawn, said as a table, names by the agency's decision alone, looked at again, closed. Started by
// tests/tests/own_records.rs, which runs the programs.
import assert from "node:assert/strict";
import { Person, start } from "./browser.mjs";

const { KITH_PRIYA, KITH_LARCH, KITH_RECORD } = process.env;
assert.ok(KITH_PRIYA && KITH_LARCH && KITH_RECORD, "started by `cargo test -p kith-tests --test own_records`");
const browser = await start();

async function step(name, does) {
  await does();
  console.log(`holds: ${name}`);
}
const inDays = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

try {
  const priya = await Person.open(browser, "Priya", KITH_PRIYA);
  await priya.heading("My work");
  const section = (words) => priya.page.locator("section", { has: priya.page.getByRole("heading", { name: words }) });
  const old = section("To bring together what social care already holds");
  const map = section("With the young person, to see who matters to them");
  const form = (part) => priya.page.locator(`form[id^="${part}"]`);
  const go = async (route, heading) => {
    await priya.page.evaluate((to) => { location.hash = to; }, route);
    await priya.heading(heading);
  };

  await step("a map whose day has come waits in My work, and leads to its page", async () => {
    await priya.follow(/^Look at the own map of Kez again/);
    await priya.heading("Their own map: Kez");
    await old.getByText("that day has come").waitFor();
    await old.getByRole("button", { name: /^We looked at it again/ }).click();
    await form("review-").getByLabel("When do you look at it again?").fill(inDays(30));
    await form("review-").getByRole("button", { name: "Keep" }).click();
    await old.getByText("that day has come").waitFor({ state: "detached" });
    await go("/work", "My work");
    await priya.page.getByText(/^Look at the own map of Kez again/).waitFor({ state: "detached" });
  });

  await step("from My caseload; without purpose, owner, day and action there is no map", async () => {
    await priya.follow("My caseload");
    await priya.heading("My caseload");
    await priya.follow(/^Their own map/);
    await priya.heading("Their own map: Kez");
    await priya.press("Begin another map");
    await form("begin-map").getByRole("button", { name: "Begin" }).click();
    await form("begin-map").getByRole("alert").waitFor();
    await form("begin-map").getByLabel(/^with the young person, to see who matters/).check();
    await form("begin-map").getByLabel("What is done with it first?").fill("Ask the grandmother about Fridays.");
    await form("begin-map").getByRole("button", { name: "Begin" }).click();
    await form("begin-map").getByRole("alert").waitFor();
    await form("begin-map").getByLabel("When do you look at it again?").fill(inDays(28));
    await priya.screen("own-map-begin");
    await form("begin-map").getByRole("button", { name: "Begin" }).click();
    await map.getByText("Nobody stands on it yet.").waitFor();
    assert.equal(await map.getByText("Priya Marsh").count(), 1, "whoever begins it keeps it, unless somebody else does");
    await priya.screen("own-map-empty");
  });

  const put = async (press, label, name) => {
    await map.getByRole("button", { name: press, exact: true }).click();
    await form("put-").getByLabel(label).fill(name);
    await form("put-").getByRole("button", { name: "Put on the map" }).click();
  };
  await step("friends by initials, adults by role, places; a name is refused and what was typed stays", async () => {
    await put("Add a friend", "Initials", "Tomasz");
    await form("put-").getByRole("alert").waitFor();
    await priya.sees(/never by name/);
    assert.equal(await form("put-").getByLabel("Initials").inputValue(), "Tomasz");
    await priya.screen("own-map-refused");
    await form("put-").getByLabel("Initials").fill("T.H.");
    await form("put-").getByRole("button", { name: "Put on the map" }).click();
    await map.getByRole("rowheader", { name: "T.H." }).waitFor();
    await put("Add an adult", "By role", "a grandmother");
    await map.getByRole("rowheader", { name: "a grandmother" }).waitFor();
    await put("Add a place", "A short name", "her kitchen");
    await map.getByRole("rowheader", { name: "her kitchen" }).waitFor();
  });

  const tie = async (from, to, kind, strength) => {
    await map.getByRole("button", { name: "Add a tie" }).click();
    if (from) await form("tie-").getByLabel("From").selectOption({ label: from });
    await form("tie-").getByLabel("To", { exact: true }).selectOption({ label: to });
    await form("tie-").getByLabel("What kind of tie").selectOption({ label: kind });
    await form("tie-").getByLabel("How strong do they call it?").selectOption({ label: strength });
    await form("tie-").getByRole("button", { name: "Put on the map" }).click();
    await form("tie-").waitFor({ state: "detached" });
  };
  const boxes = () => map.locator(".kith-shape").evaluateAll((all) => all.map((one) => one.getAttribute("aria-label")));
  await step("ties stand in the drawing and in the table alike; keys go from box to box and out", async () => {
    await tie("", "T.H.", "friendship", "strong");
    await tie("T.H.", "a grandmother", "support", "middling");
    assert.deepEqual((await boxes()).sort(), ["T.H., friend.", "The young person.", "a grandmother, adult.", "her kitchen, place."]);
    const lines = await map.locator('.kith-line[role="img"]').evaluateAll((all) => all.map((one) => one.getAttribute("aria-label")));
    assert.ok(lines.some((words) => words.startsWith("the young person and T.H.: friendship, strong")), lines.join(" | "));
    assert.equal(await map.locator('table:has(caption:text-is("Ties")) tbody tr:not(.kith-table__acts)').count(), 2);
    await map.locator('.kith-shape[tabindex="0"]').focus();
    const first = await priya.focused();
    await priya.page.keyboard.press("ArrowRight");
    assert.notEqual(await priya.focused(), first);
    await priya.page.keyboard.press("Escape");
    assert.ok(await priya.page.evaluate(() => document.activeElement?.id.startsWith("table-")), "out to the table");
    await priya.screen("own-map");
  });

  await step("names are off, said plainly; on by the agency's decision with reference and who signed it off, map by map", async () => {
    assert.equal(await map.getByRole("button", { name: /^Allow names/ }).count(), 0);
    await go("/settings", "Settings");
    await priya.sees("Friends stand on it by initials. It is a decision of your agency to have it otherwise");
    await priya.press("My agency allows names");
    await form("names-on").getByRole("button", { name: "Allow names" }).click();
    await form("names-on").getByRole("alert").waitFor();
    await form("names-on").getByLabel(/^Reference of the impact assessment/).fill("DPIA 2026/14");
    await form("names-on").getByLabel("Who signed it off?").fill("J. Hale, principal social worker");
    await priya.screen("names-on-maps");
    await form("names-on").getByRole("button", { name: "Allow names" }).click();
    await priya.sees("Your agency allows names (reference DPIA 2026/14, signed off by J. Hale, principal social worker)");
    await go(`/caseload/${KITH_RECORD}/map`, "Their own map: Kez");
    assert.equal(await priya.page.locator("[data-names]").count(), 0, "no map has names by itself");
    await map.getByRole("button", { name: /^Allow names on this map/ }).click();
    await form("names-").getByRole("button", { name: "Allow names" }).click();
    await map.getByText("Names may stand on this map").first().waitFor();
    await put("Add a friend", "Name or initials", "Tomasz");
    await map.getByRole("rowheader", { name: "Tomasz" }).waitFor();
    await priya.screen("own-map-names");
  });

  await step("what should not stand there is taken off, and comes back; what is no longer so stays as then", async () => {
    await map.getByRole("button", { name: /^Take off ?: Tomasz/ }).click();
    await form("off-").getByLabel("Why is it taken off?").fill("He did not want to be on it.");
    await form("off-").getByRole("button", { name: "Take off" }).click();
    await map.getByText("Taken off (1)").click();
    await map.getByText("He did not want to be on it.").waitFor();
    assert.ok(!(await boxes()).some((name) => name.startsWith("Tomasz")));
    await map.getByRole("button", { name: /^No longer so ?: her kitchen/ }).click();
    await form("end-").getByRole("button", { name: "Write it down" }).click();
    await map.getByText(/place, no longer since/).waitFor();
    assert.ok(!(await boxes()).some((name) => name.startsWith("her kitchen")));
  });

  await step("closed with a reason it stays to be read; the other is taken away whole", async () => {
    await old.getByRole("button", { name: /^Close this map/ }).click();
    await form("close-").getByLabel("Why does it end?").fill("It did its work.");
    await form("close-").getByRole("button", { name: "Close it" }).click();
    await old.getByText("It did its work.").waitFor();
    await old.getByRole("button", { name: /^Open it again/ }).waitFor();
    await priya.screen("own-map-closed");
    await map.getByRole("button", { name: /^Take the whole map away/ }).click();
    await form("away-").getByLabel("Why is it taken away?").fill("They asked for it.");
    await form("away-").getByRole("button", { name: "Take it away" }).click();
    await priya.page.getByText("Taken away (1)").click();
    await priya.sees(/They asked for it/);
    assert.equal(await map.count(), 0);
    assert.ok(!(await priya.page.locator("main").textContent()).includes("grandmother"), "nothing of it is shown");
  });

  await step("nothing of a map is anywhere in the assessment", async () => {
    for (const [page, heading] of [["picture", "Picture"], ["team", "Team"], ["history", "History"]]) {
      await go(`/a/${KITH_LARCH}/${page}`, heading);
      const text = await priya.page.locator("main").textContent();
      for (const word of ["Tomasz", "grandmother", "T.H."]) assert.ok(!text.includes(word), `${word} on ${page}`);
    }
  });
  await priya.kept(new URL(priya.page.url()).port);
} finally {
  await browser.close();
}
