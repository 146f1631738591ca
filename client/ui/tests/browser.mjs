// A real Chromium for the browser tests: every screen that a test reaches is looked at by axe (WCAG 2.2 A and AA), in light and dark,
// at 320 px and wide, at 200% and in forced colours; every request, every violation of the content security policy and every error of a page is heard.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const SHOTS = process.env.KITH_SHOTS;

/** Starts the browser, with everything off that would speak to anybody. */
export function start() {
  return chromium.launch({
    executablePath: process.env.KITH_CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync",
      // A microphone that beeps, for whoever is let use it.
      "--use-fake-device-for-media-stream",
    ],
  });
}

/** One thing that a test claims, said when it holds. */
export async function step(name, does) {
  await does();
  console.log(`holds: ${name}`);
}

/** Waits until something holds: it returns true, or what it found instead. */
export async function until(what, holds, within = 30_000) {
  const end = Date.now() + within;
  let last;
  for (;;) {
    try {
      last = await holds();
      if (last === true) return;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) assert.fail(`${what}: ${last instanceof Error ? last.message : JSON.stringify(last)}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** How every screen is looked at: its width, and what the system asks for. At twice the size a window of 1280 pixels has 640 of the
 *  page's; forced colours are the high contrast of Windows. */
const FORMS = [
  ["light", 1280, {}], ["dark", 1280, { colorScheme: "dark" }], ["narrow", 320, {}], ["narrow-dark", 320, { colorScheme: "dark" }], ["twice", 640, {}],
  ["forced", 1280, { forcedColors: "active" }],
];
/** In words, for what a script says at its end. */
export const FORMS_IN_WORDS = "each in light and dark, wide and at 320 px, at 200% and in forced colours";
const HEIGHT = { 320: 640, 640: 450, 1280: 900 };

/** One person at one computer. */
export class Person {
  constructor(name, page, heard) {
    this.name = name;
    this.page = page;
    this.heard = heard;
    this.screens = new Set();
  }

  static async open(browser, name, address) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "en-GB", colorScheme: "light" });
    const page = await context.newPage();
    const heard = { requests: [], violations: [], errors: [] };
    context.on("request", (request) => heard.requests.push(request.url()));
    page.on("console", (message) => {
      if (/Content.Security.Policy|Trusted ?Type/i.test(message.text())) heard.violations.push(message.text());
    });
    page.on("pageerror", (error) => heard.errors.push(String(error)));
    await page.goto(address);
    return new Person(name, page, heard);
  }

  heading(text) {
    return this.page.getByRole("heading", { level: 1, name: text }).waitFor();
  }

  press(name) {
    return this.page.getByRole("button", { name }).first().click();
  }

  follow(name) {
    return this.page.getByRole("link", { name }).first().click();
  }

  type(label, text) {
    return this.page.getByLabel(label, { exact: false }).first().fill(text);
  }

  /** The words of the field that has the focus, or of the button or link. */
  focused() {
    return this.page.evaluate(() => {
      const at = document.activeElement;
      return at?.labels?.[0]?.innerText ?? at?.getAttribute("aria-label") ?? at?.innerText ?? "";
    });
  }

  /** Goes on by Tab alone until what has the focus is called so. */
  async tabTo(name, most = 60) {
    for (let n = 0; n < most; n += 1) {
      await this.page.keyboard.press("Tab");
      const now = (await this.focused()).trim().replaceAll(/\s+/g, " ");
      if (typeof name === "string" ? now.startsWith(name) : name.test(now)) return;
    }
    throw new Error(`Tab does not come to ${name}; it stands on "${await this.focused()}"`);
  }

  sees(text) {
    return this.page.getByText(text).first().waitFor();
  }

  /** Looks at the screen as it stands: no barrier for anybody, in any of its forms. */
  async screen(name, title = "Kith") {
    this.screens.add(name);
    const { page } = this;
    assert.equal(await page.title(), title, `the tab says ${title} and nothing else`);
    for (const [form, width, asked] of FORMS) {
      await page.emulateMedia({ colorScheme: "light", forcedColors: "none", reducedMotion: "reduce", ...asked });
      await page.setViewportSize({ width, height: HEIGHT[width] });
      const scrolls = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
      assert.ok(!scrolls, `${name} scrolls sideways at ${width} px`);
      await page.evaluate(axe);
      const found = await page.evaluate((rules) => globalThis.axe.run(document, { runOnly: { type: "tag", values: rules }, resultTypes: ["violations"] }), RULES);
      const said = found.violations.map((one) => `${one.id}: ${one.help}: ${one.nodes.map((node) => node.html).slice(0, 3).join(" | ")}`);
      assert.deepEqual(said, [], `${this.name}, ${name}, ${form}`);
      if (SHOTS) await page.screenshot({ path: `${SHOTS}/${name}-${form}.png`, fullPage: true });
    }
    await page.emulateMedia({ colorScheme: "light", forcedColors: "none" });
    await page.setViewportSize({ width: 1280, height: 900 });
  }

  /** Nothing left this computer, nothing is kept in the browser, nothing broke the policy. */
  async kept(port) {
    const elsewhere = this.heard.requests.filter((url) => !url.startsWith(`http://127.0.0.1:${port}/`) && !url.startsWith(`blob:http://127.0.0.1:${port}/`));
    assert.deepEqual(elsewhere, [], "requests to elsewhere");
    assert.deepEqual(this.heard.violations, [], "violations of the policy");
    assert.deepEqual(this.heard.errors, [], "errors of the page");
    const stored = await this.page.evaluate(async () => [
      localStorage.length, sessionStorage.length, (await indexedDB.databases()).length, (await caches.keys()).length,
      (await navigator.serviceWorker.getRegistrations()).length, document.cookie,
    ]);
    assert.deepEqual(stored, [0, 0, 0, 0, 0, ""], "nothing is kept in the browser");
  }
}
