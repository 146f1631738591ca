// Keys and ciphers, all of WebCrypto: HKDF-SHA256, AES-256-GCM, and HPKE (RFC 9180) over P-256 in its base mode.
import { type Bytes, join, random, utf8 } from "./bytes";

const NONCE = 12;
const NOTHING = new Uint8Array(0);

async function hmac(key: Bytes, message: Bytes): Promise<Bytes> {
  // An empty key and one of zeros are the same to HMAC, and browsers refuse the empty one.
  const raw = key.length === 0 ? new Uint8Array(32) : key;
  const imported = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, message));
}

async function expand(secret: Bytes, info: Bytes, length: number): Promise<Bytes> {
  let [all, block, count] = [NOTHING as Bytes, NOTHING as Bytes, 0];
  while (all.length < length) {
    count += 1;
    block = await hmac(secret, join(block, info, new Uint8Array([count])));
    all = join(all, block);
  }
  return all.slice(0, length);
}

/** What follows from a secret under a name (HKDF without salt). */
export async function derive(secret: Bytes, info: Bytes, length: number): Promise<Bytes> {
  const extracted = await hmac(NOTHING, secret);
  const derived = await expand(extracted, info, length);
  extracted.fill(0);
  return derived;
}

export async function sha256(...parts: Uint8Array[]): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", join(...parts)));
}

async function aes(key: Bytes, use: "encrypt" | "decrypt"): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", key, "AES-GCM", false, [use]);
}

/** Seals under a key, a fresh random nonce in front. */
export async function seal(key: Bytes, associated: Bytes, plain: Bytes): Promise<Bytes> {
  const nonce = random(NONCE);
  return join(nonce, await sealWith(key, nonce, associated, plain));
}

async function sealWith(key: Bytes, nonce: Bytes, associated: Bytes, plain: Bytes): Promise<Bytes> {
  const parameters = { name: "AES-GCM", iv: nonce, additionalData: associated };
  return new Uint8Array(await crypto.subtle.encrypt(parameters, await aes(key, "encrypt"), plain));
}

/** Opens what `seal` made; throws if anything differs. */
export async function open(key: Bytes, associated: Bytes, sealed: Bytes): Promise<Bytes> {
  return openWith(key, sealed.slice(0, NONCE), associated, sealed.slice(NONCE));
}

export async function openWith(key: Bytes, nonce: Bytes, associated: Bytes, sealed: Bytes): Promise<Bytes> {
  const parameters = { name: "AES-GCM", iv: nonce, additionalData: associated };
  return new Uint8Array(await crypto.subtle.decrypt(parameters, await aes(key, "decrypt"), sealed));
}

const LABEL = utf8("HPKE-v1");
const KEM = join(utf8("KEM"), new Uint8Array([0x00, 0x10]));
const SUITE = join(utf8("HPKE"), new Uint8Array([0x00, 0x10, 0x00, 0x01, 0x00, 0x02]));

export const kem = { extract: labelledExtract(KEM), expand: labelledExpand(KEM) };
const suite = { extract: labelledExtract(SUITE), expand: labelledExpand(SUITE) };

function labelledExtract(id: Bytes) {
  return (salt: Bytes, label: string, key: Bytes): Promise<Bytes> => hmac(salt, join(LABEL, id, utf8(label), key));
}

function labelledExpand(id: Bytes) {
  return (secret: Bytes, label: string, info: Bytes, length: number): Promise<Bytes> =>
    expand(secret, join(new Uint8Array([length >> 8, length & 0xff]), LABEL, id, utf8(label), info), length);
}

/** The key and nonce of one message, from what both ends share (RFC 9180, 5.1). */
export async function schedule(dh: Bytes, context: Bytes, info: Bytes): Promise<{ key: Bytes; nonce: Bytes }> {
  const shared = await kem.expand(await kem.extract(NOTHING, "eae_prk", dh), "shared_secret", context, 32);
  const names = join(new Uint8Array([0]), await suite.extract(NOTHING, "psk_id_hash", NOTHING), await suite.extract(NOTHING, "info_hash", info));
  const secret = await suite.extract(shared, "secret", NOTHING);
  return { key: await suite.expand(secret, "key", names, 32), nonce: await suite.expand(secret, "base_nonce", names, NONCE) };
}

/** Seals to a public key. The half of the key that could open it again is dropped here, with everything made from it. */
export async function sealTo(recipient: Bytes, info: Bytes, plain: Bytes): Promise<[Bytes, Bytes]> {
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const theirs = await crypto.subtle.importKey("raw", recipient, curve, false, []);
  const ours = await crypto.subtle.generateKey(curve, false, ["deriveBits"]);
  const enc: Bytes = new Uint8Array(await crypto.subtle.exportKey("raw", ours.publicKey));
  const dh: Bytes = new Uint8Array(await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, ours.privateKey, 256));
  const { key, nonce } = await schedule(dh, join(enc, recipient), info);
  const sealed = await sealWith(key, nonce, NOTHING, plain);
  dh.fill(0);
  key.fill(0);
  return [enc, sealed];
}
