// A phone: headless Chromium, 360 by 640. Every screen is looked at by axe (WCAG 2.2 A and AA); every request, violation of the policy and
// error of the page is heard.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const SHOTS = process.env.KITH_SHOTS;

/** `keepsPages`: as people's browsers do, it keeps whole pages for Back. */
export function start({ keepsPages = false } = {}) {
  return chromium.launch({
    ...(keepsPages ? { ignoreDefaultArgs: ["--disable-back-forward-cache"] } : {}),
    executablePath: process.env.KITH_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--use-fake-device-for-media-stream", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

export class Phone {
  /** It is `now` on the phone, and stays so; with `flows` time goes on from there, and faster if it is told to. */
  static async open(browser, address, { now = "2026-05-12T10:00:00", flows = false, of = address } = {}) {
    const phone = new Phone();
    phone.origin = new URL(of).origin;
    phone.context = await browser.newContext({ viewport: { width: 360, height: 640 }, locale: "en-GB", hasTouch: true, isMobile: true });
    phone.heard = { elsewhere: [], bodies: [], violations: [], errors: [] };
    phone.context.on("request", (request) => {
      // What the page plays from its own memory is no request to anywhere.
      if (request.url().startsWith(`blob:${phone.origin}/`)) return;
      if (!request.url().startsWith(`${phone.origin}/g/`)) phone.heard.elsewhere.push(request.url());
      phone.heard.bodies.push(Buffer.from(`${request.url()}\n${JSON.stringify(request.headers())}\n`), request.postDataBuffer() ?? Buffer.alloc(0));
    });
    phone.page = await phone.context.newPage();
    if (flows) await phone.page.clock.install({ time: now });
    else await phone.page.clock.setFixedTime(now);
    phone.page.on("console", (message) => {
      if (/Content.Security.Policy|Trusted ?Type/i.test(message.text())) phone.heard.violations.push(message.text());
    });
    // Whatever still ran when the page was left ends with this word, and is to end so.
    phone.page.on("pageerror", (error) => error.message !== "left" && phone.heard.errors.push(String(error)));
    await phone.page.goto(address);
    return phone;
  }

  /** A page that shows nothing yet, with the phone's own clock. */
  static async bare(browser, address) {
    const phone = new Phone();
    phone.origin = new URL(address).origin;
    phone.context = await browser.newContext({ viewport: { width: 360, height: 640 }, locale: "en-GB", hasTouch: true, isMobile: true });
    phone.page = await phone.context.newPage();
    return phone;
  }

  /** The same, with an eye on what the page does with microphones, sounds and keys. */
  static async watched(browser, address) {
    const phone = await Phone.open(browser, "about:blank", { of: address, flows: true });
    await phone.page.addInitScript(() => {
      const seen = (globalThis.seen = { streams: [], bytes: [], sounds: [] });
      const { subtle } = crypto;
      const importKey = subtle.importKey.bind(subtle);
      subtle.importKey = (form, bytes, ...rest) => {
        seen.bytes.push(bytes);
        return importKey(form, bytes, ...rest);
      };
      const sign = subtle.sign.bind(subtle);
      subtle.sign = (how, key, bytes) => {
        seen.bytes.push(bytes);
        return sign(how, key, bytes);
      };
      const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = async (wanted) => {
        const stream = await ask(wanted);
        seen.streams.push(stream);
        return stream;
      };
      const play = HTMLMediaElement.prototype.play;
      HTMLMediaElement.prototype.play = function () {
        seen.sounds.push(this);
        return play.call(this);
      };
    });
    await phone.page.goto(address);
    return phone;
  }

  /** Leaves, and looks at what is there within the same step, before anything is drawn; with how long that took. */
  async left(way, secret) {
    const look = (secret) => {
      const { streams, bytes, sounds } = globalThis.seen;
      const hex = (one) => Array.from(new Uint8Array(one.buffer ?? one), (byte) => byte.toString(16).padStart(2, "0")).join("");
      return {
        text: document.body.innerText.trim(),
        elements: document.querySelectorAll("#page *").length,
        title: document.title,
        microphones: streams.flatMap((stream) => stream.getTracks()).filter((track) => track.readyState === "live").length,
        secrets: bytes.filter((one) => one instanceof Uint8Array && hex(one) === secret).length,
        playing: sounds.filter((sound) => !sound.paused || sound.src !== "").length,
      };
    };
    const bytes = Buffer.from(secret, "base64url").subarray(1, 33).toString("hex");
    return this.page.evaluate(
      ([look, way, secret]) => {
        const looking = new Function(`return ${look}`)();
        const before = looking(secret).secrets;
        const began = performance.now();
        if (way === "button") document.querySelector(".leave").click();
        else for (let press = 0; press < 3; press += 1) document.dispatchEvent(new KeyboardEvent("keyup", { key: "Shift" }));
        const milliseconds = performance.now() - began;
        return { before, milliseconds, seen: looking(secret) };
      },
      [String(look), way, bytes],
    );
  }

  /** Every text in the memory of the page's scripts. */
  async heap() {
    const line = await this.context.newCDPSession(this.page);
    const parts = [];
    line.on("HeapProfiler.addHeapSnapshotChunk", ({ chunk }) => parts.push(chunk));
    await line.send("HeapProfiler.enable");
    await line.send("HeapProfiler.collectGarbage");
    await line.send("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
    await line.detach();
    return parts.join("");
  }

  heading(text) {
    return this.page.getByRole("heading", { level: 1, name: text }).waitFor();
  }

  press(name) {
    return this.page.getByRole("button", { name, exact: true }).click();
  }

  sees(text) {
    return this.page.getByText(text).first().waitFor();
  }

  /** No network at all, as in a lift. */
  signal(there) {
    return this.context.setOffline(!there);
  }

  /** A slow 3G line and a processor four times slower. */
  async slow() {
    const line = await this.context.newCDPSession(this.page);
    await line.send("Network.enable");
    await line.send("Network.emulateNetworkConditions", { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 });
    await line.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  }

  /** Looks at the screen as it stands. */
  async screen(name) {
    const { page } = this;
    assert.equal(await page.title(), "Page", "the tab gives nothing away");
    assert.equal(await page.getByRole("button", { name: /^(Leave now|Gadael nawr|اخرج الآن)$/ }).count(), 1, `${name}: a way out`);
    for (const scheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
      const scrolls = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
      assert.ok(!scrolls, `${name} scrolls sideways`);
      // What is half under the bar that stays at the top is no target, wherever the page was scrolled to.
      await page.evaluate(() => scrollTo(0, 0));
      await page.evaluate(axe);
      const found = await page.evaluate((rules) => globalThis.axe.run(document, { runOnly: { type: "tag", values: rules }, resultTypes: ["violations"] }), RULES);
      const said = found.violations.map((one) => `${one.id}: ${one.help}: ${one.nodes.map((node) => node.html).slice(0, 3).join(" | ")}`);
      assert.deepEqual(said, [], `${name}, ${scheme}`);
      if (SHOTS) await page.screenshot({ path: `${SHOTS}/guest-${name}-${scheme}.png`, fullPage: true });
    }
    await page.emulateMedia({ colorScheme: "light" });
  }

  /** Looks at it in all three languages. */
  async screens(name) {
    for (const code of ["cy", "ar", "en"]) {
      await this.page.locator("#language").selectOption(code);
      await this.screen(code === "en" ? name : `${name}-${code}`);
    }
  }

  stored() {
    return this.page.evaluate(async () => ({
      local: JSON.stringify({ ...localStorage }),
      others: [sessionStorage.length, (await indexedDB.databases()).length, (await caches.keys()).length, (await navigator.serviceWorker.getRegistrations()).length, document.cookie],
    }));
  }

  /** Nothing went elsewhere, nothing broke the policy, nothing is kept, and no plain word of `secrets` left the phone. */
  async kept(...secrets) {
    assert.deepEqual(this.heard.elsewhere.filter((url) => url !== "about:blank"), [], "requests to elsewhere");
    assert.deepEqual(this.heard.violations, [], "violations of the policy");
    assert.deepEqual(this.heard.errors, [], "errors of the page");
    const sent = Buffer.concat(this.heard.bodies);
    for (const secret of secrets) assert.ok(!sent.includes(secret), `"${secret}" left the phone unsealed`);
    assert.deepEqual(await this.stored(), { local: "{}", others: [0, 0, 0, 0, ""] }, "nothing is kept on the phone");
  }
}
