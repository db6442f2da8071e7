import { backslash, hexAt, smallLetter, smallU } from '../json-bytes.ts';

/** A step of the way through the keys, letter by letter, in small letters. */
interface Node {
  next: Map<number, Node>;
  /** The key that ends here. */
  key: string | null;
}

const newNode = (): Node => ({ next: new Map(), key: null });

/**
 * Finds which of these keys a key of a JSON body is, in any letter case, in one pass over its bytes however
 * many there are. For most keys it ends with their first letter, and it allocates nothing, because a body may
 * have millions.
 */
export function createKeyFinder(keys: readonly string[]) {
  const root = newNode();
  for (const key of keys) {
    let node = root;
    for (const letter of key) {
      const code = smallLetter(letter.codePointAt(0) ?? 0);
      const next = node.next.get(code) ?? newNode();
      node.next.set(code, next);
      node = next;
    }
    node.key ??= key;
  }
  return (body: Buffer, start: number, end: number): string | null => {
    let node: Node | undefined = root;
    for (let at = start; at < end; ) {
      const length = lengthAt(body, at);
      node = node.next.get(smallLetter(codeAt(body, at, length)));
      if (!node) return null;
      at += length;
    }
    return node.key;
  };
}

/** Of the character that is written at `at`: a pair of `\u` escapes is one. */
function lengthAt(body: Buffer, at: number): number {
  const byte = body[at] ?? 0;
  if (byte === backslash) {
    if (body[at + 1] !== smallU) return 2;
    return isHighSurrogate(hexAt(body, at + 2)) && body[at + 7] === smallU ? 12 : 6;
  }
  if (byte < 0xc0) return 1;
  return byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

function codeAt(body: Buffer, at: number, length: number): number {
  const byte = body[at] ?? 0;
  if (byte === backslash) {
    if (length === 2) return escaped.get(body[at + 1] ?? 0) ?? -1;
    const code = hexAt(body, at + 2);
    return length === 6 ? code : 0x10000 + ((code & 0x3ff) << 10) + (hexAt(body, at + 8) & 0x3ff);
  }
  if (length === 1) return byte;
  let code = byte & (0xff >> (length + 1));
  for (let more = 1; more < length; more += 1) code = (code << 6) | ((body[at + more] ?? 0) & 0x3f);
  return code;
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00;
}

/** RFC 8259, 7. */
const escaped = new Map(
  [
    ['"', '"'],
    ['\\', '\\'],
    ['/', '/'],
    ['b', '\b'],
    ['f', '\f'],
    ['n', '\n'],
    ['r', '\r'],
    ['t', '\t'],
  ].map(([letter = '', meant = '']) => [letter.charCodeAt(0), meant.charCodeAt(0)]),
);
