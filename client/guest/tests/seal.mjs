// The page's side of protocol 14 for `formats_agree` of the relay's tests: reads a question as JSON, answers as JSON. Bytes are hex.
// Opening an item is for its recipients; that it can be done here, with their key, shows that both sides mean the same HPKE.
import { createECDH } from "node:crypto";
import { readFileSync } from "node:fs";
import "./ts.mjs";

const { fromCodeWord, makeCode } = await import("../src/seal/code.ts");
const { join, unpad, utf8 } = await import("../src/seal/bytes.ts");
const { decode } = await import("../src/seal/cbor.ts");
const { kem, open, openWith, schedule } = await import("../src/seal/keys.ts");
const { openCard } = await import("../src/seal/card.ts");
const { readLink, speaker, verifier } = await import("../src/seal/link.ts");
const { sealItem } = await import("../src/seal/item.ts");
const { openReading } = await import("../src/seal/reading.ts");

const hex = (bytes) => Buffer.from(bytes).toString("hex");
const bytes = (text) => new Uint8Array(Buffer.from(text, "hex"));
const ask = JSON.parse(readFileSync(0, "utf8"));
const link = await readLink(ask.address.slice(ask.address.indexOf("#")));
if (link === null) throw new Error("no link");

/** RFC 9180, 7.1.3 and 4.1: a recipient's key from its seed, and what both ends share. */
async function openSealed(seed, enc, sealed, info) {
  const prk = await kem.extract(new Uint8Array(0), "dkp_prk", seed);
  const pair = createECDH("prime256v1");
  pair.setPrivateKey(await kem.expand(prk, "candidate", new Uint8Array([0]), 32));
  const dh = new Uint8Array(pair.computeSecret(enc));
  const { key, nonce } = await schedule(dh, join(enc, new Uint8Array(pair.getPublicKey())), info);
  return openWith(key, nonce, new Uint8Array(0), sealed);
}

async function openItem(seed, sealed) {
  if (sealed[0] !== 1) throw new Error("another version");
  const [id, item, to, body] = decode(sealed.slice(1));
  let key;
  for (const [enc, part] of to) {
    key ??= await openSealed(seed, enc, part, join(utf8("kith guest item 1"), id, item)).catch(() => undefined);
  }
  const plain = unpad(await open(key, join(utf8("kith guest body 1"), id, item), body));
  const [proof, language, replaces, saying, code] = decode(plain);
  if (hex(proof) !== hex(await speaker(link, item))) throw new Error("not by the link");
  return { language, replaces: replaces && hex(replaces), saying, code: code ? code.map(hex) : null };
}

const answers = {
  async first() {
    const card = await openCard(link, bytes(ask.card));
    const code = await makeCode(link, ask.word);
    const { token, key } = await fromCodeWord(link, `  ${ask.word.toUpperCase()} `);
    const said = { language: "cy", replaces: bytes(ask.replaces), saying: { is: "said", answers: ask.answers }, code, attached: [] };
    const withdrawn = { language: "en", replaces: bytes(ask.item), saying: { is: "withdrawn" }, code: null, attached: [] };
    return {
      id: hex(link.id),
      token: hex(link.token),
      verifier: hex(await verifier(link.token)),
      card: { ...card, recipients: card.recipients.map(hex) },
      opened: await openItem(bytes(ask.seed), bytes(ask.sealed)),
      sealed: hex(await sealItem(link, bytes(ask.item), card.recipients, said)),
      withdrawn: hex(await sealItem(link, bytes(ask.replaces), card.recipients, withdrawn)),
      code: { verifier: hex(code.verifier), key: hex(code.key), token: hex(token), again: hex(key) },
    };
  },
  /** Seals whatever can be said, each as an item of its own. */
  async sayings() {
    const { recipients } = await openCard(link, bytes(ask.card));
    const attached = ask.attached.map((one) => (one.is === "voice" ? { ...one, sound: bytes(one.sound) } : one));
    const code = { verifier: bytes(ask.code.verifier), key: bytes(ask.code.key) };
    return Promise.all(ask.sayings.map(async (saying) => hex(await sealItem(link, bytes(ask.item), recipients, { language: "ar", replaces: null, saying, code, attached }))));
  },
  async code() {
    const code = await makeCode(link, ask.word);
    return { verifier: hex(code.verifier), key: hex(code.key) };
  },
  async card() {
    return openCard(link, bytes(ask.card));
  },
  async reading() {
    return openReading(link, bytes(ask.key), bytes(ask.sealed));
  },
};
console.log(JSON.stringify(await answers[ask.what]()));
