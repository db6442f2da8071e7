import type { Gate } from './event-gate.ts';

/** An error longer than this goes on as it is. */
const limitBytes = 64 * 1024;
/** What is shorter is no secret, and stands in any text. */
const leastKeyBytes = 8;
const asterisk = 0x2a;

/**
 * Holds an error until its end and covers the channel's key in it: some channels quote the credential
 * that they refuse, and it is not the client's. The length stays as it was promised.
 */
export function createKeyGate(key: string): Gate {
  let held: Buffer | null = null;
  let isOpen = false;
  return {
    pass(chunk) {
      if (isOpen) return chunk;
      const bytes: Buffer = held ? Buffer.concat([held, chunk]) : chunk;
      isOpen = bytes.length > limitBytes;
      held = isOpen ? null : bytes;
      return isOpen ? coverKey(bytes, key) : null;
    },
    rest: () => held && coverKey(held, key),
  };
}

/** The same bytes with asterisks in the place of the key; a copy only where it is there. */
function coverKey(bytes: Buffer, key: string): Buffer {
  const secret = Buffer.from(key);
  let at = secret.length < leastKeyBytes ? -1 : bytes.indexOf(secret);
  if (at < 0) return bytes;
  const covered = Buffer.from(bytes);
  for (; at >= 0; at = covered.indexOf(secret, at)) {
    covered.fill(asterisk, at, at + secret.length);
  }
  return covered;
}

/** The same for the headers of an error, names and values in turn. */
export function coverKeyInHeaders(headers: readonly string[], key: string): readonly string[] {
  if (key.length < leastKeyBytes || !headers.some((text) => text.includes(key))) return headers;
  return headers.map((text) => text.replaceAll(key, '*'.repeat(key.length)));
}
