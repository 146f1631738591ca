// The first ten minutes with the keyboard alone: Tab, Enter, Space, arrows and letters. No pointer is used anywhere here. Started by
// tests/tests/writing.rs.
import assert from "node:assert/strict";
import { Person, start, step } from "./browser.mjs";

const { KITH_PRIYA, KITH_RELAY } = process.env;
assert.ok(KITH_PRIYA && KITH_RELAY, "started by `cargo test -p kith-tests --test writing`");
const WORDS = "otter lantern maple spoon";
const browser = await start();

try {
  const priya = await Person.open(browser, "Priya", KITH_PRIYA);
  const { keyboard } = priya.page;
  /** A new page is there when its heading has the focus, as a screen reader tells it. */
  const arrives = async (text) => {
    await priya.heading(text);
    await priya.page.waitForFunction(() => document.activeElement?.tagName === "H1");
  };
  const write = async (label, text) => {
    await priya.tabTo(label);
    await keyboard.type(text);
  };
  const press = async (name) => {
    await priya.tabTo(name);
    await keyboard.press("Enter");
  };
  /** Whatever has the focus can be seen to have it. */
  const seen = async () => {
    const visible = await priya.page.evaluate(() => {
      const at = document.activeElement;
      const style = getComputedStyle(at);
      const around = getComputedStyle(at.closest("label") ?? at.nextElementSibling ?? at, "::before");
      return style.outlineStyle !== "none" || style.boxShadow !== "none" || around.boxShadow !== "none";
    });
    assert.ok(visible, `the focus is not seen on "${await priya.focused()}"`);
  };

  await step("a link skips to the content", async () => {
    await priya.heading("Write about a group of friends, together");
    // The heading has the focus; what stands before it is one press back, and the link is the first of all.
    for (let n = 0; n < 8 && !/Skip to main content/.test(await priya.focused()); n += 1) await keyboard.press("Shift+Tab");
    assert.match(await priya.focused(), /Skip to main content/);
    await seen();
    await keyboard.press("Enter");
    assert.equal(await priya.page.evaluate(() => document.activeElement.id), "main");
  });

  await step("about you, lock it", async () => {
    await priya.tabTo("Start");
    await seen();
    await keyboard.press("Enter");
    await arrives("About you");
    await write("Name", "Priya Marsh");
    await seen();
    await write("Agency", "children’s social care");
    await write("Your role", "social worker");
    await keyboard.press("Enter");
    await arrives("Choose a passphrase");
    await write("Passphrase", WORDS);
    await keyboard.press("Enter");
    await arrives("My work");
  });

  await step("why this group: arrows and space choose", async () => {
    await press("Start an assessment");
    await arrives("Why this group?");
    await priya.tabTo(/A panel or meeting|Another assessment|Several of us|A school or other/);
    await keyboard.press("Space");
    await keyboard.press("ArrowDown");
    await seen();
    await write("What should be better", "They can spend their evenings together.");
    await priya.tabTo("Talk with the young people");
    await keyboard.press("Space");
    await seen();
    await write("What could go wrong", "They could be labelled. So: no names.");
    await write("What have you tried", "Each worker alone tried to change one evening.");
    await press("Open the assessment");
    await arrives("Who knows about it?");
    await priya.tabTo(/yes, all/i);
    await keyboard.press("Space");
    await press("Go on");
    await arrives("Overview");
  });

  await step("the first entry, with a hint answered on the way", async () => {
    await write("Begin with what is good.", "They wait for Keziah at the bus stop.");
    await priya.page.getByRole("button", { name: "Hint about “Keziah”" }).waitFor();
    await keyboard.press("Tab");
    await seen();
    await keyboard.press("Enter");
    await priya.tabTo("Say “a friend”", 3);
    await seen();
    await keyboard.press("Enter");
    await press("Add to assessment");
    await priya.sees("That is the first one.");
    await priya.page.locator(".kith-triangle").getByText("They wait for a friend at the bus stop.").first().waitFor();
  });

  await step("asking a colleague", async () => {
    await press("Team");
    await arrives("Team");
    await write("Name and agency", "Nadia Sorrell, school");
    await write("Connection", KITH_RELAY);
    await press("Make the link");
    await priya.sees("Send this link your usual way");
    await priya.screen("keyboard-link");
  });

  await step("the screen hides and comes back; Kith locks", async () => {
    await keyboard.press("Escape");
    await keyboard.press("Escape");
    await priya.page.getByRole("button", { name: "Go on" }).waitFor();
    await seen();
    await keyboard.press("Enter");
    await priya.heading("Team");
    await press("Lock");
    await arrives("Kith is locked");
    await write("Your passphrase", WORDS);
    await keyboard.press("Enter");
    await arrives("Team");
  });

  await step("in forced colours nothing that has to be read goes missing", async () => {
    await priya.page.emulateMedia({ forcedColors: "active" });
    await press("Overview");
    await priya.page.locator(".kith-triangle").getByText("They wait for a friend at the bus stop.").first().waitFor();
    await priya.tabTo("Write another");
    await keyboard.type("Keziah waits.");
    await priya.page.locator(".kith-writing__mark").waitFor();
    const shown = await priya.page.locator(".kith-writing__marks").evaluate((marks) => getComputedStyle(marks).color);
    assert.equal(shown, "rgba(0, 0, 0, 0)", "the words under the box stay unseen");
    if (process.env.KITH_SHOTS) await priya.page.screenshot({ path: `${process.env.KITH_SHOTS}/forced-colours.png`, fullPage: true });
  });
  await priya.kept(new URL(KITH_PRIYA).port);
} finally {
  await browser.close();
}
