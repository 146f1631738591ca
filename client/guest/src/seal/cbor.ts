// The part of CBOR (RFC 8949) that Kith's formats use: whole numbers, bytes, text, arrays, true, false and null, of known length.
import { type Bytes, join, utf8 } from "./bytes";

export type Value = number | boolean | null | string | Uint8Array | Value[];

export function encode(value: Value): Bytes {
  if (value === null) return new Uint8Array([0xf6]);
  if (typeof value === "boolean") return new Uint8Array([value ? 0xf5 : 0xf4]);
  if (typeof value === "number") return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === "string") {
    const bytes = utf8(value);
    return join(head(3, bytes.length), bytes);
  }
  if (value instanceof Uint8Array) return join(head(2, value.length), value);
  return join(head(4, value.length), ...value.map(encode));
}

function head(kind: number, number: number): Bytes {
  const top = kind << 5;
  if (number < 24) return new Uint8Array([top | number]);
  if (number < 0x100) return new Uint8Array([top | 24, number]);
  if (number < 0x10000) return new Uint8Array([top | 25, number >> 8, number & 0xff]);
  const bytes = new DataView(new ArrayBuffer(9));
  if (number < 0x100000000) {
    bytes.setUint8(0, top | 26);
    bytes.setUint32(1, number);
    return new Uint8Array(bytes.buffer, 0, 5);
  }
  bytes.setUint8(0, top | 27);
  bytes.setUint32(1, Math.floor(number / 0x100000000));
  bytes.setUint32(5, number % 0x100000000);
  return new Uint8Array(bytes.buffer);
}

/** Reads one value that takes all of the bytes; throws on anything else. */
export function decode(bytes: Uint8Array): Value {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = new TextDecoder("utf-8", { fatal: true });
  let at = 0;
  const take = (length: number): number => {
    if (length > bytes.length - at) throw new Error("cut short");
    at += length;
    return at - length;
  };
  const read = (depth: number): Value => {
    if (depth > 16) throw new Error("too deep");
    const first = view.getUint8(take(1));
    const [kind, short] = [first >> 5, first & 31];
    if (kind === 7) {
      if (short === 20 || short === 21) return short === 21;
      if (short === 22) return null;
      throw new Error("not a value of ours");
    }
    let number = short;
    if (short === 24) number = view.getUint8(take(1));
    else if (short === 25) number = view.getUint16(take(2));
    else if (short === 26) number = view.getUint32(take(4));
    else if (short === 27) {
      const where = take(8);
      number = view.getUint32(where) * 0x100000000 + view.getUint32(where + 4);
    } else if (short > 27) throw new Error("not a value of ours");
    switch (kind) {
      case 0:
        return number;
      case 1:
        return -1 - number;
      case 2:
      case 3: {
        const start = take(number);
        const piece = bytes.slice(start, start + number);
        return kind === 2 ? piece : text.decode(piece);
      }
      case 4: {
        if (number > bytes.length - at) throw new Error("cut short");
        return Array.from({ length: number }, () => read(depth + 1));
      }
      default:
        throw new Error("not a value of ours");
    }
  };
  const value = read(0);
  if (at !== bytes.length) throw new Error("more than one value");
  return value;
}
