// How long the page takes on a slow line (3G: 400 ms there and back, 400 kbit/s) and a processor four times slower: for
// `cargo xtask bench --only guest`, which reads the one line that this prints. Milliseconds, but for the bytes.
import { Phone, start } from "./browser.mjs";

const ROUNDS = 7;
const address = process.env.KITH_LINK;
const browser = await start();

/** The page's own clock: from asking for it to the frame in which its first screen stands. */
async function watch(phone) {
  await phone.page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (document.querySelector("main h1") === null) return;
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => (globalThis.usable = performance.now())));
    }).observe(document, { childList: true, subtree: true });
  });
}

const measured = { usable: [], leave: [], shortest: [], presses: 0, first: 0, all: 0 };
for (let round = 0; round < ROUNDS; round += 1) {
  const phone = await Phone.bare(browser, address);
  await phone.slow();
  await watch(phone);
  await phone.page.goto(address);
  await phone.page.waitForFunction(() => globalThis.usable !== undefined);
  measured.usable.push(await phone.page.evaluate(() => globalThis.usable));
  measured.first = await phone.page.evaluate(() => {
    const [page] = performance.getEntriesByType("navigation");
    const files = performance.getEntriesByType("resource").filter((one) => one.responseEnd <= globalThis.usable);
    return [page, ...files].reduce((all, one) => all + one.encodedBodySize, 0);
  });

  // The shortest way: one card, on through the steps, sent. What is counted is the machine's part.
  const began = performance.now();
  let presses = 0;
  const press = async (name) => {
    presses += 1;
    await phone.press(name);
  };
  await press("Start");
  await press("They listen");
  for (let step = 1; step <= 6; step += 1) await press("Go on");
  await press("Send");
  await phone.heading("Sent");
  measured.shortest.push(performance.now() - began);
  measured.presses = presses;
  measured.all = await phone.page.evaluate(() =>
    [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource").filter((one) => one.initiatorType !== "fetch")].reduce((all, one) => all + one.encodedBodySize, 0),
  );

  await phone.press("Change something");
  measured.leave.push(
    await phone.page.evaluate(() => {
      const began = performance.now();
      document.querySelector(".leave").click();
      return document.querySelectorAll("#page *").length === 0 ? performance.now() - began : Number.NaN;
    }),
  );
  await phone.context.close();
}
console.log(JSON.stringify(measured));
await browser.close();
