import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createSecretBox, looksSealed } from './secret-box.ts';

const box = createSecretBox({ key: Buffer.alloc(32, 7), randomBytes });
const mismatch = expect.objectContaining({ code: 'encryption_key_mismatch' });

test('a sealed secret opens again, for any text', () => {
  for (const text of ['', 'sk-1', '密钥 🔑', 'x'.repeat(5000)]) {
    expect(box.open(box.seal(text, 'a'), 'a')).toBe(text);
  }
});

test('the same secret is sealed differently each time', () => {
  expect(box.seal('sk-1', 'a')).not.toBe(box.seal('sk-1', 'a'));
});

test('a sealed secret does not show its text and has the versioned form', () => {
  const sealed = box.seal('sk-visible', 'a');
  expect(sealed).not.toContain('sk-visible');
  expect(looksSealed(sealed)).toBe(true);
  expect(looksSealed(box.seal('', 'a'))).toBe(true);
  expect(looksSealed('v1:sk-not-sealed')).toBe(false);
});

test('another key does not open it', () => {
  const other = createSecretBox({ key: Buffer.alloc(32, 8), randomBytes });
  expect(() => other.open(box.seal('sk-1', 'a'), 'a')).toThrow(mismatch);
});

test('another purpose does not open it', () => {
  expect(() => box.open(box.seal('sk-1', 'a'), 'b')).toThrow(mismatch);
});

test('a changed byte, a missing end and plaintext are refused', () => {
  const sealed = box.seal('sk-1', 'a');
  const flipped = `${sealed.slice(0, 20)}${sealed[20] === 'A' ? 'B' : 'A'}${sealed.slice(21)}`;
  for (const bad of [flipped, sealed.slice(0, 30), 'sk-1', '']) {
    expect(() => box.open(bad, 'a')).toThrow(mismatch);
  }
});

test('the refusal names the purpose and never the value', () => {
  expect(() => box.open('sk-secret', 'targets.api_key')).toThrow(
    'A stored secret (targets.api_key) does not open with the encryption key in use.',
  );
});
