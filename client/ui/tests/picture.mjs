// The picture of the sample assessment, as two people use it: read, compared, reached by keys, moved, added to. Started by
// tests/tests/picture.rs, which runs the programs.
import assert from "node:assert/strict";
import { Person, start, step } from "./browser.mjs";

const { KITH_PRIYA, KITH_DELROY, KITH_LARCH, KITH_EMPTY } = process.env;
assert.ok(KITH_PRIYA && KITH_DELROY && KITH_LARCH && KITH_EMPTY, "started by `cargo test -p kith-tests --test picture`");
const browser = await start();

/** Names of the boxes of the drawing, in the order in which they are read. */
const boxes = (person) => person.page.locator(".kith-shape").evaluateAll((all) => all.map((one) => one.getAttribute("aria-label")));

try {
  const priya = await Person.open(browser, "Priya", KITH_PRIYA);
  const delroy = await Person.open(browser, "Delroy", KITH_DELROY);
  for (const person of [priya, delroy]) {
    await person.heading("My work");
    await person.page.evaluate((id) => { location.hash = `/a/${id}/picture`; }, KITH_LARCH);
    await person.heading("Picture");
    await person.page.locator(".kith-shape").first().waitFor();
  }

  await step("it opens as the group in its places, and draws no young person", async () => {
    const all = await boxes(priya);
    assert.ok(all[0].startsWith("The group; the four (steady); holiday friends (come and go)"), all[0]);
    for (const words of ["bus station, bus or station: it depends, not OK after seven. Worry: older men, give food", "Youth hub", "kiosk keeper, an adult, trusted by the group"]) {
      assert.ok(all.some((name) => name.startsWith(words)), `${words} in ${all.join(" | ")}`);
    }
    assert.ok(!all.some((name) => /^[ABC]\./.test(name)), "no label in the first drawing");
    assert.deepEqual(await boxes(delroy), all, "the same picture for everyone");
    const text = await priya.page.locator(".kith-picture").textContent();
    for (const words of ["Where things stand, and in which order, means nothing.", "As it stands on", "written down by"]) assert.ok(text.includes(words), words);
    await priya.screen("picture");
  });

  await step("no box touches another on the screen, and no text leaves its box", async () => {
    const wrong = await priya.page.evaluate(() => {
      const all = [...document.querySelectorAll(".kith-shape")].map((shape) => ({
        name: shape.getAttribute("aria-label"), box: shape.querySelector("rect").getBoundingClientRect(),
        texts: [...shape.querySelectorAll("text")].map((text) => text.getBoundingClientRect()),
      }));
      const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
      return all.flatMap((one, index) => [
        ...all.slice(index + 1).filter((other) => meet(one.box, other.box)).map((other) => `${one.name} / ${other.name}`),
        ...one.texts.filter((text) => text.left < one.box.left || text.right > one.box.right || text.top < one.box.top - 1 || text.bottom > one.box.bottom + 1).map(() => `text of ${one.name}`),
      ]);
    });
    assert.deepEqual(wrong, []);
  });

  await step("every box is reached by keys: arrows, a letter, Escape to the table", async () => {
    const { page } = priya;
    await page.locator(".kith-shape").first().focus();
    const name = () => page.evaluate(() => document.activeElement.getAttribute("aria-label") ?? document.activeElement.id);
    const all = await boxes(priya);
    for (const expected of all.slice(1)) {
      await page.keyboard.press("ArrowRight");
      assert.equal(await name(), expected);
    }
    await page.keyboard.press("ArrowRight");
    assert.equal(await name(), all[0], "round and round");
    await page.keyboard.press("b");
    assert.ok((await name()).startsWith("bus station"));
    await page.keyboard.press("Escape");
    assert.equal(await name(), "picture-table");
    assert.equal(await page.locator('.kith-shape[tabindex="0"]').count(), 1, "one stop for the tabulator");
  });

  await step("ties are drawn for those who described them and agreed; the table has all", async () => {
    await priya.press("Ties, as they described them");
    await priya.page.locator(".kith-shape--strand").first().waitFor();
    const lines = await priya.page.locator(".kith-picture > .kith-line").evaluateAll((all) => all.map((one) => one.getAttribute("aria-label")));
    assert.equal(lines.length, 4, lines.join(" | "));
    assert.ok(lines.includes("A and B: friendship, strong, both ways. Said by A and B."), lines.join(" | "));
    const rows = priya.page.getByRole("table", { name: "Ties" }).getByRole("rowheader");
    assert.equal(await rows.count(), 4);
    await priya.screen("picture-ties");
  });

  await step("then and now: what is new and what is no longer, in words and by border", async () => {
    await priya.press("The group in its places");
    const select = priya.page.getByLabel("Then and now");
    await select.selectOption({ index: 1 });
    await priya.sees("New: hall by the station.");
    await priya.sees("No longer: two homes, forty minutes apart.");
    await priya.page.locator(".kith-shape.kith-is-added").first().waitFor();
    assert.equal(await priya.page.locator(".kith-shape.kith-is-ended").count(), 1);
    await priya.screen("picture-then-and-now");
    await select.selectOption({ index: 0 });
    await priya.page.locator(".kith-shape.kith-is-ended").waitFor({ state: "detached" });
  });

  await step("a box is moved by keys, for both", async () => {
    const { page } = priya;
    const before = await boxes(priya);
    const third = page.locator(".kith-shape").nth(2);
    await third.focus();
    await page.keyboard.press("Shift+ArrowRight");
    await page.getByText("Moved one step.").first().waitFor();
    await page.waitForFunction((name) => document.querySelectorAll(".kith-shape")[3]?.getAttribute("aria-label") === name, before[2]);
    const after = await boxes(priya);
    assert.deepEqual(after.slice(2, 4), [before[3], before[2]]);
    await delroy.page.waitForFunction((name) => document.querySelectorAll(".kith-shape")[3]?.getAttribute("aria-label") === name, before[2]);
    assert.deepEqual(await boxes(delroy), after);
  });

  await step("a place is added; errors say what to do and keep what was typed", async () => {
    await priya.press("Add a place");
    await priya.type("The place", "skate park");
    await priya.page.getByLabel("What kind of place").selectOption("outdoors");
    await priya.page.getByLabel("OK", { exact: true }).check();
    await priya.press("Add to the picture");
    await priya.sees("say who said so: a label, the group, a friend, or an adult by role");
    assert.equal(await priya.page.getByLabel("The place").inputValue(), "skate park");
    await priya.screen("picture-add-error");
    await priya.page.getByLabel("the group", { exact: true }).check();
    await priya.press("Add to the picture");
    for (const person of [priya, delroy]) await person.page.locator('.kith-shape[aria-label^="skate park, outdoors: OK"]').waitFor();
  });

  await step("a tie that only one of them described is in the table and not drawn", async () => {
    await priya.press("Add a tie");
    await priya.page.getByLabel("From", { exact: true }).selectOption({ label: "A" });
    await priya.page.getByLabel("To", { exact: true }).selectOption({ label: "C" });
    await priya.page.getByLabel("What kind of tie").selectOption("friendship");
    await priya.page.getByLabel("Did they agree to its being drawn?").selectOption("agreed");
    await priya.page.getByLabel("A", { exact: true }).check();
    await priya.screen("picture-add-tie");
    await priya.press("Add to the picture");
    await priya.sees("Not drawn: C has not described it.");
    await priya.press("Ties, as they described them");
    await priya.page.locator(".kith-shape--strand").first().waitFor();
    assert.equal(await priya.page.locator(".kith-picture > .kith-line").count(), 4);
  });

  await step("how a place is is said again; it ends, and goes on", async () => {
    const act = (name) => delroy.page.getByRole("button", { name: new RegExp(`^${name}.*skate park`) }).click();
    await act("Say again");
    await delroy.page.getByLabel("not OK", { exact: true }).check();
    await delroy.page.locator("form.kith-box").getByLabel("B", { exact: true }).check();
    await delroy.press("Write it down");
    await delroy.page.locator('.kith-shape[aria-label*="skate park"]').waitFor();
    await delroy.sees("Of skate park it is said differently: OK (the group); not OK (B).");
    await act("No longer so");
    await delroy.type("Why is it no longer so?", "fenced off");
    await delroy.press("Write it down");
    await delroy.page.locator('.kith-shape[aria-label*="skate park"]').waitFor({ state: "detached" });
    await act("It goes on");
    await delroy.page.locator('.kith-shape[aria-label*="skate park"]').waitFor();
  });

  await step("our own words stand beside the rule's", async () => {
    await delroy.press("Change our words");
    await delroy.type("Edit our words beside the picture", "The friends have marked the map again.");
    await delroy.press("Update");
    await priya.sees("The friends have marked the map again.");
  });

  await step("an empty picture says how to begin", async () => {
    await priya.page.evaluate((id) => { location.hash = `/a/${id}/picture`; }, KITH_EMPTY);
    await priya.sees("Nothing is in the picture yet.");
    assert.equal(await priya.page.locator(".kith-picture").count(), 0);
    await priya.screen("picture-empty");
  });

  for (const person of [priya, delroy]) {
    await person.kept(new URL(person.page.url()).port);
  }
} finally {
  await browser.close();
}
