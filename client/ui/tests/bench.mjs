// Measures the app in headless Chromium for `cargo xtask bench --only app`. A key's time runs to the letter's being laid out, ready to be
// drawn: the frame itself comes at the display's next beat, up to 16.7 ms later at 60 Hz, whatever the page does. The other figures run to a
// frame.
import { createInterface } from "node:readline";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";

const { KITH_ADDRESS, KITH_ASSESSMENT, KITH_PASSPHRASE } = process.env;
const TIMES = 15;
const KEYS = 300;
const browser = await chromium.launch({
  executablePath: process.env.KITH_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
});

try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const payload = [];
  page.on("response", async (response) => {
    if (!response.url().includes("/api/") && response.ok()) payload.push(response.body().then((body) => gzipSync(body, { level: 9 }).length).catch(() => 0));
  });
  await page.goto(KITH_ADDRESS);

  // Unlocked again and again: from the end of the call that took the passphrase to the frame with the triangle.
  const first = [];
  await page.evaluate((hash) => { location.hash = hash; }, `#/a/${KITH_ASSESSMENT}/overview`);
  for (let time = 0; time < TIMES; time += 1) {
    await page.getByLabel("Your passphrase").fill(KITH_PASSPHRASE);
    const shown = page.evaluate(() => new Promise((done) => {
      performance.clearResourceTimings();
      const look = () => {
        if (!document.querySelector(".kith-triangle")) return requestAnimationFrame(look);
        const drawn = new MessageChannel();
        drawn.port1.onmessage = () => done(performance.now());
        requestAnimationFrame(() => drawn.port2.postMessage(0));
      };
      look();
    }));
    await page.getByRole("button", { name: "Open", exact: true }).click();
    const at = await shown;
    const unlocked = await page.evaluate(() => performance.getEntriesByType("resource").find((one) => one.name.endsWith("/api/unlock"))?.responseEnd);
    first.push(at - unlocked);
    if (time + 1 < TIMES) {
      await page.waitForTimeout(300);
      await page.getByRole("button", { name: "Lock", exact: true }).click();
      await page.getByRole("heading", { name: "Kith is locked" }).waitFor();
    }
  }

  // A key in a text that all write: from the press to the frame with its letter.
  await page.evaluate((hash) => { location.hash = hash; }, `#/a/${KITH_ASSESSMENT}/sides/weighting`);
  const key = await measureKeys(page, await openBox(page, "weighting"));
  await page.evaluate((hash) => { location.hash = hash; }, `#/a/${KITH_ASSESSMENT}/sides/summary`);
  const summary = await openBox(page, "summary");
  await summary.evaluate((area) => {
    globalThis.seen = [];
    const look = () => {
      const now = performance.timeOrigin + performance.now();
      while (globalThis.seen.length < area.value.length) globalThis.seen.push(now);
      requestAnimationFrame(look);
    };
    look();
  });
  console.log("ready");
  const keys = Number(await new Promise((done) => createInterface({ input: process.stdin }).once("line", done)));
  await page.waitForFunction((wanted) => globalThis.seen.length >= wanted, keys, { timeout: 120_000 });
  const seen = await page.evaluate(() => globalThis.seen);
  const sizes = await Promise.all(payload);
  console.log(JSON.stringify({ key, first, seen, payload: sizes.reduce((sum, one) => sum + one, 0) }));
} finally {
  await browser.close();
}

async function openBox(page, field) {
  const box = page.locator(`textarea[id*="${field}"]`).first();
  await box.waitFor();
  await page.waitForFunction((area) => !area.readOnly, await box.elementHandle());
  return box;
}

async function measureKeys(page, box) {
  await box.evaluate((area) => {
    area.focus();
    globalThis.keys = [];
    let pressed = 0;
    area.addEventListener("keydown", (event) => { pressed = event.timeStamp; }, true);
    // After the page's own listener has done its work.
    document.addEventListener("input", () => {
      area.getBoundingClientRect();
      globalThis.keys.push(performance.now() - pressed);
    });
  });
  for (let count = 0; count < KEYS; count += 1) {
    await page.keyboard.press("abcdefghij"[count % 10]);
    await page.waitForTimeout(60);
  }
  return page.evaluate(() => globalThis.keys);
}
