// Steps that several journeys of a reader share.
import { Phone } from "./browser.mjs";

const address = process.env.KITH_LINK;
export const secret = address.slice(address.indexOf("#") + 1);
export const CODE = "Green Kettle";
/** What was said, answered and shared: it is to be found nowhere once it is closed. */
export const READ = ["zebra lights", "We asked for lights", "lantern summary", "Somebody asked for it", "otter reply", "You said yes to taking part"];

/** The page, and what is pressed on it first. */
export async function open(browser, path = ["Start"]) {
  const phone = await Phone.open(browser, address);
  await phone.heading("Before you start");
  for (const name of path) await phone.press(name);
  return phone;
}

/** The code word. */
export async function enter(phone, word = CODE) {
  await phone.heading("Your code word");
  await phone.page.getByLabel("Code word", { exact: true }).fill(word);
  await phone.press("Read it");
}
